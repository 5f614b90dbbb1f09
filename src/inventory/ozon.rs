//! Ozon's products report: what a line of it says, and which stock follows from that. The report's
//! columns and cells are somebody else's business.

use super::barcodes::{barcodes, is_rounded};
use super::field::{
    Field, LONGEST_KEY, Rejection, described, key, product_name, record_label, text, unmark,
};
use super::quantity::{cell_quantity, checked_current};
use super::{Identity, Listing, Quantities, Record, StockLine, StockType};
use crate::text::printable;

/// One line of the products report (`/v1/report/products/create`), cell by cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportLine {
    /// `Артикул`: the seller's article, `offer_id`.
    pub article: Field,
    /// `Название товара`.
    pub name: Field,
    /// `Barcode`: one or several; `None` if the report has no such column. What a spreadsheet has
    /// spoilt says as little.
    pub barcodes: Option<Field>,
    /// `Доступно к продаже по схеме FBO, шт.`
    pub fbo_available: Field,
    /// `Зарезервировано, шт`
    pub fbo_reserved: Field,
    /// `Доступно к продаже по схеме FBS, шт.`
    pub fbs_available: Field,
    /// `Доступно к продаже по схеме realFBS, шт.`; absent in older reports.
    pub real_fbs_available: Field,
    /// `Зарезервировано на моих складах, шт`: FBS and realFBS together.
    pub own_reserved: Field,
}

impl ReportLine {
    /// The record that the line stands for, or why it stands for none. `number` counts the report's
    /// records from 1.
    pub(crate) fn validate(mut self, number: u64) -> Result<Record, Rejection> {
        self.cells().for_each(unmark);
        let mut warnings = Vec::new();
        let label = |line: &Self| record_label("record", number, &[("article", &line.article)]);
        match self.listing(&mut warnings).and_then(|listing| Ok((listing, self.lines()?))) {
            Ok((listing, lines)) => Ok(Record {
                listing,
                lines,
                identity: Identity::Listing,
                warnings: warnings
                    .into_iter()
                    .map(|warning| format!("{}: {warning}", label(&self)))
                    .collect(),
            }),
            Err(reason) => Err(Rejection { record: label(&self), reason, original: None }),
        }
    }

    fn cells(&mut self) -> impl Iterator<Item = &mut Field> {
        let others = [
            &mut self.article,
            &mut self.name,
            &mut self.fbo_available,
            &mut self.fbo_reserved,
            &mut self.fbs_available,
            &mut self.real_fbs_available,
            &mut self.own_reserved,
        ];
        others.into_iter().chain(&mut self.barcodes)
    }

    fn listing(&self, warnings: &mut Vec<String>) -> Result<Listing, String> {
        let sku = key("article", &self.article, LONGEST_KEY)?;
        // Under such an article the stock would be nobody's.
        let too_narrow = sku.len() > 1 && sku.bytes().all(|byte| byte == b'#');
        if too_narrow || (is_rounded(&sku) && sku.contains([',', '.'])) {
            return Err(format!(
                "the article \"{}\" is what a spreadsheet made of it",
                printable(&sku)
            ));
        }
        let barcodes = match &self.barcodes {
            None | Some(Field::Other(_)) => None,
            Some(cell) => match text("barcode", cell)? {
                Some(list) => barcodes(&list, warnings),
                None => Some(Vec::new()),
            },
        };
        let name = name(&self.name, warnings)?;
        Ok(Listing { sku, barcodes, name, ..Listing::default() })
    }

    fn lines(&self) -> Result<Vec<StockLine>, String> {
        stock_lines(&Pieces {
            fbo: cell_quantity("the stock under FBO", &self.fbo_available)?,
            fbo_reserved: cell_quantity("the reserve under FBO", &self.fbo_reserved)?,
            fbs: cell_quantity("the stock under FBS", &self.fbs_available)?,
            real_fbs: cell_quantity("the stock under realFBS", &self.real_fbs_available)?,
            own_reserved: cell_quantity("the reserve on own warehouses", &self.own_reserved)?,
        })
    }
}

#[derive(Default)]
struct Pieces {
    fbo: i32,
    fbo_reserved: i32,
    fbs: i32,
    real_fbs: i32,
    own_reserved: i32,
}

/// A row for each stock type with something available or reserved; nothing anywhere is one FBO row
/// of zeros, for a buyer must see what has run out.
fn stock_lines(pieces: &Pieces) -> Result<Vec<StockLine>, String> {
    let reserve_is_real_fbs = pieces.fbs == 0 && pieces.real_fbs > 0;
    let (fbs_reserved, real_fbs_reserved) =
        if reserve_is_real_fbs { (0, pieces.own_reserved) } else { (pieces.own_reserved, 0) };
    let types = [
        ("Ozon FBO", StockType::Fbo, pieces.fbo, pieces.fbo_reserved),
        ("Ozon FBS", StockType::Fbs, pieces.fbs, fbs_reserved),
        ("Ozon realFBS", StockType::RealFbs, pieces.real_fbs, real_fbs_reserved),
    ];
    let anything = types.iter().any(|(.., available, reserved)| *available > 0 || *reserved > 0);
    let mut lines = Vec::with_capacity(1);
    for (warehouse, stock_type, available, reserved) in types {
        let last_trace = !anything && stock_type == StockType::Fbo;
        if available == 0 && reserved == 0 && !last_trace {
            continue;
        }
        checked_current(available, reserved).map_err(|reason| format!("{warehouse}: {reason}"))?;
        lines.push(StockLine {
            warehouse_name: warehouse.to_owned(),
            stock_type,
            quantities: Quantities { available, reserved, ..Quantities::default() },
        });
    }
    Ok(lines)
}

/// What a cell of stock holds, as the end of a sentence; `None` if that is nothing: empty or zero.
pub(crate) fn stock_in(mut cell: Field) -> Option<String> {
    unmark(&mut cell);
    let nothing = cell_quantity("the stock", &cell) == Ok(0);
    (!nothing).then(|| described(&cell))
}

/// A name costs no stock: a cell that is no text is left out.
pub(super) fn name(value: &Field, warnings: &mut Vec<String>) -> Result<Option<String>, String> {
    if let Field::Other(_) = value {
        warnings.push(format!("the name {}; it is left out", described(value)));
        return Ok(None);
    }
    Ok(text("the name", value)?.map(|name| product_name(&name, warnings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Field {
        Field::Text(text.into())
    }

    fn line() -> ReportLine {
        ReportLine { article: written("'ART-1"), ..ReportLine::default() }
    }

    fn rows(pieces: &Pieces) -> Vec<(String, StockType, i32, i32)> {
        let row = |line: StockLine| {
            let quantities = line.quantities;
            (line.warehouse_name, line.stock_type, quantities.available, quantities.reserved)
        };
        stock_lines(pieces).unwrap().into_iter().map(row).collect()
    }

    #[test]
    fn each_stock_type_with_something_available_or_reserved_is_a_row() {
        let pieces = Pieces { fbo: 0, fbo_reserved: 2, fbs: 3, real_fbs: 4, own_reserved: 0 };
        let expected = [
            ("Ozon FBO".to_owned(), StockType::Fbo, 0, 2),
            ("Ozon FBS".to_owned(), StockType::Fbs, 3, 0),
            ("Ozon realFBS".to_owned(), StockType::RealFbs, 4, 0),
        ];
        assert_eq!(rows(&pieces), expected);
    }

    #[test]
    fn a_product_with_nothing_anywhere_keeps_one_fbo_row_of_zeros() {
        assert_eq!(rows(&Pieces::default()), [("Ozon FBO".to_owned(), StockType::Fbo, 0, 0)]);
    }

    #[test]
    fn the_reserve_of_own_warehouses_belongs_to_fbs() {
        let both = Pieces { fbs: 3, real_fbs: 4, own_reserved: 5, ..Pieces::default() };
        assert_eq!(rows(&both)[0], ("Ozon FBS".to_owned(), StockType::Fbs, 3, 5));
        assert_eq!(rows(&both)[1], ("Ozon realFBS".to_owned(), StockType::RealFbs, 4, 0));
        let neither = Pieces { own_reserved: 5, ..Pieces::default() };
        assert_eq!(rows(&neither), [("Ozon FBS".to_owned(), StockType::Fbs, 0, 5)]);
    }

    #[test]
    fn the_reserve_of_own_warehouses_belongs_to_realfbs_if_only_realfbs_has_goods() {
        let pieces = Pieces { real_fbs: 4, own_reserved: 5, ..Pieces::default() };
        assert_eq!(rows(&pieces), [("Ozon realFBS".to_owned(), StockType::RealFbs, 4, 5)]);
    }

    #[test]
    fn available_and_reserved_together_must_fit() {
        let line = ReportLine {
            fbo_available: written("2147483647"),
            fbo_reserved: written("1"),
            ..line()
        };
        let rejection = line.validate(17).unwrap_err();
        assert_eq!(
            rejection.to_string(),
            "record 17 (article \"ART-1\"): Ozon FBO: available and reserved together are 2147483648, more than 2147483647"
        );
    }

    #[test]
    fn one_apostrophe_in_front_is_a_mark_and_no_part_of_the_article() {
        let article = |text: &str| {
            ReportLine { article: written(text), ..ReportLine::default() }
                .validate(1)
                .unwrap()
                .listing
                .sku
        };
        assert_eq!(article("'ART-1"), "ART-1");
        assert_eq!(article(" ''ART-1 "), "'ART-1");
    }

    #[test]
    fn blanks_and_the_apostrophe_around_a_quantity_do_not_count() {
        let line =
            ReportLine { fbo_available: written("'12 "), fbs_available: written(" "), ..line() };
        assert_eq!(line.validate(1).unwrap().lines[0].quantities.available, 12);
    }

    #[test]
    fn a_cell_that_is_no_quantity_rejects_the_record_and_is_named() {
        let rejection =
            ReportLine { fbs_available: written("-3"), ..line() }.validate(2).unwrap_err();
        assert_eq!(
            rejection.to_string(),
            "record 2 (article \"ART-1\"): the stock under FBS is -3, a negative number"
        );
    }

    #[test]
    fn a_line_without_an_article_is_rejected() {
        let rejection = ReportLine::default().validate(9).unwrap_err();
        assert_eq!(rejection.to_string(), "record 9: article is empty");
    }

    #[test]
    fn an_empty_cell_says_that_there_is_no_barcode_and_a_missing_column_says_nothing() {
        let told =
            |barcodes| ReportLine { barcodes, ..line() }.validate(1).unwrap().listing.barcodes;
        assert_eq!(told(None), None);
        assert_eq!(told(Some(Field::Absent)), Some(Vec::new()));
        assert_eq!(told(Some(written("' "))), Some(Vec::new()));
    }

    #[test]
    fn barcodes_that_a_spreadsheet_has_spoilt_say_nothing_and_cost_no_stock() {
        for cell in [written("'4,60123E+12"), Field::Other("the error #N/A".into())] {
            let record = ReportLine { barcodes: Some(cell), ..line() }.validate(1).unwrap();
            assert_eq!(record.listing.barcodes, None);
        }
        let mended = ReportLine { barcodes: Some(written("2000000000031.0")), ..line() };
        let expected = Some(vec!["2000000000031".to_owned()]);
        assert_eq!(mended.validate(1).unwrap().listing.barcodes, expected);
    }

    #[test]
    fn an_article_that_a_spreadsheet_has_spoilt_rejects_its_record() {
        let validate =
            |text: &str| ReportLine { article: written(text), ..ReportLine::default() }.validate(1);
        for spoilt in ["4,60123E+12", "4.6E+12", "########"] {
            let rejection = validate(spoilt).unwrap_err();
            assert!(rejection.reason.contains("a spreadsheet made of it"), "{rejection}");
        }
        for sound in ["4E+12", "12E5", "#12", "##12", "1.5-E"] {
            assert!(validate(sound).is_ok(), "{sound}");
        }
    }

    #[test]
    fn a_name_over_500_characters_is_cut_with_a_warning_that_names_the_record() {
        let record = ReportLine { name: written(&"ё".repeat(501)), ..line() }.validate(3).unwrap();
        assert_eq!(record.listing.name, Some("ё".repeat(500)));
        let warning = "record 3 (article \"ART-1\"): the name is cut after 500 characters";
        assert_eq!(record.warnings, [warning]);
    }

    #[test]
    fn a_name_that_is_a_spreadsheet_error_is_left_out_with_a_warning() {
        let name = Field::Other("the error #N/A".into());
        let record = ReportLine { name, ..line() }.validate(3).unwrap();
        assert_eq!(record.listing.name, None);
        assert_eq!(record.warnings.len(), 1);
    }

    #[test]
    fn undecodable_text_anywhere_rejects_the_record() {
        for undecodable in [
            ReportLine { article: Field::Undecodable, ..line() },
            ReportLine { name: Field::Undecodable, ..line() },
            ReportLine { barcodes: Some(Field::Undecodable), ..line() },
            ReportLine { fbo_available: Field::Undecodable, ..line() },
        ] {
            let rejection = undecodable.validate(1).unwrap_err();
            assert!(rejection.reason.contains("cannot be decoded"), "{rejection}");
        }
    }
}
