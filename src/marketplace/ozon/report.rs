//! Which column of the report means what. The headers are in Russian whatever language was asked
//! for, and their wording has changed over the years; they are compared without case, blanks at the
//! ends and a final full stop.

use crate::failure::Failure;
use crate::inventory::field::{described, record_label};
use crate::inventory::ozon::{ReportLine, stock_in};
use crate::inventory::{Field, Record, Rejection};
use crate::marketplace::answers::sniff::not_stock_data;
use crate::marketplace::table::{Layout, Meaning, Need, NoHeader, places, plain};
use crate::text::{counted, printable};

/// How a stock type's column begins; what stands in one that we have no meaning for is stock that
/// we would lose.
const STOCK_BEGINS: &str = "доступно к продаже по схеме";

/// What a column can mean, and the headers seen for it, in the order of [`Columns::place`].
const MEANINGS: [Meaning; 8] = [
    (Need::Required, &["Артикул", "Product ID"]),
    (Need::Incidental, &["Название товара", "Наименование товара"]),
    (Need::Incidental, &["Barcode", "Штрихкод"]),
    (Need::Required, &["Доступно к продаже по схеме FBO, шт.", "Доступно на складе Ozon, шт"]),
    (Need::Required, &["Зарезервировано, шт"]),
    (
        Need::Required,
        &[
            "Доступно к продаже по схеме FBS, шт.",
            "Доступно на моих складах, шт",
            "Доступно на моем складе, шт",
        ],
    ),
    (Need::Optional, &["Доступно к продаже по схеме realFBS, шт."]),
    (
        Need::Required,
        &["Зарезервировано на моих складах, шт", "Зарезервировано на моем складе, шт"],
    ),
];

const BARCODES: usize = 2;

#[derive(Debug, PartialEq, Eq)]
pub(in crate::marketplace) struct Columns {
    place: [Option<usize>; MEANINGS.len()],
    /// Columns of a kind of stock that nobody knows yet, with their titles.
    unknown: Vec<(usize, String)>,
    spoilt: Spoilt,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Spoilt {
    count: u64,
    examples: Vec<String>,
}

impl Layout for Columns {
    fn find(titles: &[String]) -> Result<Self, NoHeader> {
        let place = places(titles, &MEANINGS)?;
        let unknown = titles
            .iter()
            .enumerate()
            .filter(|(index, title)| {
                !place.contains(&Some(*index)) && plain(title).starts_with(STOCK_BEGINS)
            })
            .map(|(index, title)| (index, printable(title)))
            .collect();
        Ok(Self { place, unknown, spoilt: Spoilt::default() })
    }

    fn contain(&self, column: usize) -> bool {
        self.place.contains(&Some(column)) || self.unknown.iter().any(|(place, _)| *place == column)
    }

    fn record(
        &mut self,
        number: u64,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<Result<Record, Rejection>, Failure> {
        self.require_known(number, cell)?;
        let record = self.line(cell).validate(number);
        if let Some(place) = self.place[BARCODES]
            && record.as_ref().is_ok_and(|record| record.listing.barcodes.is_none())
        {
            self.note_spoilt(number, cell, place);
        }
        Ok(record)
    }

    fn label(&self, number: u64, cell: &dyn Fn(usize) -> Field) -> String {
        let article = self.place[0].map_or(Field::Absent, cell);
        record_label("record", number, &[("article", &article)])
    }

    fn warn(&self) {
        self.warn_of_what_is_not_told();
        if self.spoilt.count > 0 {
            log::warn!(
                "a spreadsheet has spoilt the barcodes of {}: {}; what was known of their barcodes is kept; import the \
                 file as the cabinet gives it, without opening and saving it in a spreadsheet",
                counted(self.spoilt.count, "product"),
                self.spoilt.examples.join(", ")
            );
        }
        for (_, title) in &self.unknown {
            log::warn!(
                "the report has a kind of stock that is not known yet, «{title}»; no product has any, so nothing is lost by \
                 passing over it; once one has, the report will be refused"
            );
        }
    }
}

impl Columns {
    /// Refuses a report one of whose rows has stock of a kind that nobody knows yet: without that,
    /// the stock of all products would look exact and not be.
    fn require_known(&self, number: u64, cell: &dyn Fn(usize) -> Field) -> Result<(), Failure> {
        for (index, title) in &self.unknown {
            let Some(pieces) = stock_in(cell(*index)) else { continue };
            let record = self.label(number, cell);
            return Err(not_stock_data(format!(
                "{record}: «{title}» {pieces}, stock of a kind that is not known yet; nothing of the report was written, lest \
                 that stock be lost; report the column's title, a newer stocksync may know it"
            )));
        }
        Ok(())
    }

    fn note_spoilt(&mut self, number: u64, cell: &dyn Fn(usize) -> Field, place: usize) {
        const EXAMPLES: usize = 3;
        self.spoilt.count += 1;
        if self.spoilt.examples.len() < EXAMPLES {
            let example = format!("{} {}", self.label(number, cell), described(&cell(place)));
            self.spoilt.examples.push(example);
        }
    }

    fn line(&self, cell: &dyn Fn(usize) -> Field) -> ReportLine {
        let [
            article,
            name,
            _,
            fbo_available,
            fbo_reserved,
            fbs_available,
            real_fbs_available,
            own_reserved,
        ] = self.place.map(|place| place.map_or(Field::Absent, cell));
        ReportLine {
            article,
            name,
            barcodes: self.place[BARCODES].map(cell),
            fbo_available,
            fbo_reserved,
            fbs_available,
            real_fbs_available,
            own_reserved,
        }
    }

    fn warn_of_what_is_not_told(&self) {
        for ((need, aliases), place) in MEANINGS.iter().zip(self.place) {
            if *need == Need::Incidental && place.is_none() {
                log::warn!(
                    "the report has no column for «{}»; what was known of it is kept, new products are stored without it",
                    aliases[0]
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODERN: &str = "Артикул;Ozon Product ID;SKU;Количество товара в кванте;Barcode;Название товара;Контент-рейтинг;Бренд;Статус товара;Метки;Отзывы;Рейтинг;Причины скрытия;Дата создания;Категория;Тип;Объем товара, л;Объемный вес, кг;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Доступно к продаже по схеме realFBS, шт.;Зарезервировано на моих складах, шт;Текущая цена с учетом скидки, ₽;Цена до скидки (перечеркнутая цена), ₽;Цена Premium, ₽;Размер НДС, %;Ошибки;Предупреждения";
    const OLD: &str = "Product ID;Ozon Product ID;FBO OZON SKU ID;FBS OZON SKU ID;Barcode;Наименование товара;Доступно на складе Ozon, шт;Зарезервировано, шт;Доступно на моих складах, шт;Зарезервировано на моих складах, шт.";

    fn find(header: &str) -> Result<[Option<usize>; 8], String> {
        let titles: Vec<_> = header.split(';').map(str::to_owned).collect();
        Columns::find(&titles).map(|columns| columns.place).map_err(|none| none.failure.to_string())
    }

    #[test]
    fn the_header_of_2026_is_understood() {
        let places = [0, 5, 4, 18, 19, 20, 21, 22].map(Some);
        assert_eq!(find(MODERN), Ok(places));
    }

    #[test]
    fn the_header_of_older_reports_is_understood_and_has_no_realfbs() {
        let places = [Some(0), Some(5), Some(4), Some(6), Some(7), Some(8), None, Some(9)];
        assert_eq!(find(OLD), Ok(places));
    }

    #[test]
    fn the_own_warehouse_of_2020_is_singular() {
        let singular = OLD
            .replace("моих складах, шт;", "моем складе, шт;")
            .replace("моих складах, шт.", "моём складе, шт");
        assert_eq!(find(&singular), find(OLD));
    }

    #[test]
    fn case_blanks_and_a_final_full_stop_do_not_matter() {
        let odd = MODERN
            .replace("Артикул", "\u{a0}АРТИКУЛ. ")
            .replace("FBO, шт.", "fbo,\u{a0}шт")
            .replace("Зарезервировано, шт;", "'Зарезервировано,  шт.;");
        assert_eq!(find(&odd), find(MODERN));
    }

    #[test]
    fn missing_columns_are_named_beside_those_that_are_there() {
        let said = find("Артикул;Цена\u{1b};Зарезервировано, шт").unwrap_err();
        assert_eq!(
            said,
            "the report has no column for «Доступно к продаже по схеме FBO, шт.», «Доступно к продаже по схеме FBS, шт.», «Зарезервировано на моих складах, шт»; its columns are «Артикул», «Цена\\u{1b}», «Зарезервировано, шт»"
        );
    }

    #[test]
    fn a_kind_of_stock_that_is_not_known_yet_is_read_and_may_hold_nothing() {
        let header = format!("{MODERN};ДОСТУПНО к продаже по схеме FBP, шт.");
        let titles: Vec<_> = header.split(';').map(str::to_owned).collect();
        let columns = Columns::find(&titles).unwrap();
        assert!(columns.contain(29) && !columns.contain(28));
        let with = |text: &'static str| {
            move |column| if column == 29 { Field::written(text) } else { Field::Absent }
        };
        for nothing in ["", " ", "0", "'0", "0,0", "0.00"] {
            assert!(columns.require_known(1, &with(nothing)).is_ok(), "{nothing:?}");
        }
        for something in ["1", "-1", "0.5", "да", "0.000"] {
            let said = columns.require_known(1, &with(something)).unwrap_err().to_string();
            assert!(
                said.starts_with("record 1: «ДОСТУПНО к продаже по схеме FBP, шт.» is "),
                "{said}"
            );
        }
    }

    #[test]
    fn two_columns_of_the_same_stock_are_ambiguous() {
        let said = find(&format!("{MODERN};Доступно на складе Ozon, шт")).unwrap_err();
        assert!(said.contains("mean the same"), "{said}");
    }

    #[test]
    fn of_two_names_the_first_counts() {
        assert_eq!(find(&format!("{MODERN};Наименование товара")), find(MODERN));
    }
}
