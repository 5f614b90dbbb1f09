//! Ozon's stock by warehouse: what is said of an article, and of a SKU in one place, and which rows
//! follow from that. JSON, and whether the answers agree with each other, are somebody else's
//! business.

use super::card::barcodes;
use super::field::{Field, LONGEST_KEY, Rejection, id, key, record_label};
use super::ozon::name;
use super::quantity::quantity;
use super::{Identity, Listing, Quantities, Record, StockLine, StockType};

/// The warehouses of the products report, which knows no other.
pub(crate) const REPORT_WAREHOUSES: [&str; 3] = ["Ozon FBO", "Ozon FBS", "Ozon realFBS"];

/// The one name for all partners' warehouses, of which only the sum is told.
pub(crate) const PARTNERS: &str = "Ozon FBP";

/// An article that is on sale, whether it lies anywhere or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ArticleLine {
    pub offer_id: Field,
    /// `name`, where it was asked for.
    pub name: Field,
    /// `barcodes`, where they were asked for.
    pub barcodes: Option<Vec<Field>>,
}

impl ArticleLine {
    /// A row of zeros, which counts where nothing of the article lies anywhere: a buyer must see
    /// what has run out.
    pub(crate) fn validate(&self, number: u64) -> Result<Record, Rejection> {
        let label = || record_label("record", number, &[("article", &self.offer_id)]);
        let mut warnings = Vec::new();
        let listing = key("article", &self.offer_id, LONGEST_KEY).and_then(|sku| {
            let name = name(&self.name, &mut warnings)?;
            let barcodes = self.barcodes.as_deref().map(barcodes);
            Ok(Listing { sku, name, barcodes, ..Listing::default() })
        });
        let listing =
            listing.map_err(|reason| Rejection { record: label(), reason, original: None })?;
        let line = StockLine {
            warehouse_name: REPORT_WAREHOUSES[0].to_owned(),
            stock_type: StockType::Fbo,
            quantities: Quantities::default(),
        };
        let warnings =
            warnings.into_iter().map(|warning| format!("{}: {warning}", label())).collect();
        Ok(Record { listing, lines: vec![line], identity: Identity::Article, warnings })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlaceLine {
    pub offer_id: Field,
    pub sku: Field,
    pub stock_type: StockType,
    /// `warehouse_id`; the partners' warehouses have none.
    pub warehouse_id: Field,
    /// The warehouse's name; absent where no list and no answer tells it.
    pub warehouse_name: Field,
    /// `present`: what lies there, the reserved pieces included.
    pub present: Field,
    pub reserved: Field,
}

impl PlaceLine {
    pub(crate) fn validate(&self, number: u64) -> Result<Record, Rejection> {
        self.record().map_err(|reason| {
            let fields = [
                ("article", &self.offer_id),
                ("SKU", &self.sku),
                ("warehouse", &self.warehouse_id),
            ];
            Rejection { record: record_label("record", number, &fields), reason, original: None }
        })
    }

    fn record(&self) -> Result<Record, String> {
        let sku = id("sku", &self.sku)?;
        let listing =
            Listing { sku: key("article", &self.offer_id, LONGEST_KEY)?, ..Listing::default() };
        let (warehouse, warehouse_name) = if self.stock_type == StockType::Fbp {
            (None, PARTNERS.to_owned())
        } else {
            let warehouse = id("warehouse_id", &self.warehouse_id)?;
            let name = match &self.warehouse_name {
                Field::Absent => format!("Ozon {warehouse}"),
                name => key("warehouse_name", name, LONGEST_KEY)?,
            };
            (Some(warehouse), name)
        };
        let (present, reserved) =
            (quantity("present", &self.present)?, quantity("reserved", &self.reserved)?);
        if reserved > present {
            return Err(format!("reserved is {reserved}, more than the {present} that are there"));
        }
        let quantities =
            Quantities { available: present - reserved, reserved, ..Quantities::default() };
        Ok(Record {
            listing,
            lines: vec![StockLine { warehouse_name, stock_type: self.stock_type, quantities }],
            identity: Identity::SkuOfWarehouse { warehouse, sku },
            warnings: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Field {
        Field::Text(text.into())
    }

    fn place() -> PlaceLine {
        PlaceLine {
            offer_id: text("ART-1"),
            sku: Field::Integer(2_200_000_001),
            stock_type: StockType::Fbo,
            warehouse_id: Field::Integer(15_431_806_189_000),
            warehouse_name: text("ХОРУГВИНО_РФЦ"),
            present: Field::Integer(5),
            reserved: Field::Integer(1),
        }
    }

    #[test]
    fn what_is_present_holds_what_is_reserved() {
        let record = place().validate(1).unwrap();
        let quantities = record.lines[0].quantities;
        assert_eq!((quantities.available, quantities.reserved), (4, 1));
        assert_eq!(record.lines[0].warehouse_name, "ХОРУГВИНО_РФЦ");
    }

    #[test]
    fn a_warehouse_that_no_list_explains_is_called_by_its_id_and_the_partners_by_one_name() {
        let unknown = PlaceLine { warehouse_name: Field::Absent, ..place() };
        let name = |line: PlaceLine| line.validate(1).unwrap().lines[0].warehouse_name.clone();
        assert_eq!(name(unknown.clone()), "Ozon 15431806189000");
        let partner = PlaceLine { stock_type: StockType::Fbp, ..unknown };
        assert_eq!(name(PlaceLine { warehouse_id: Field::Absent, ..partner }), "Ozon FBP");
    }

    #[test]
    fn what_cannot_be_is_rejected_and_named() {
        for (line, said) in [
            (
                PlaceLine { reserved: Field::Integer(6), ..place() },
                "reserved is 6, more than the 5",
            ),
            (PlaceLine { present: Field::Integer(-1), ..place() }, "present is -1"),
            (PlaceLine { sku: Field::Absent, ..place() }, "sku is missing"),
            (PlaceLine { offer_id: Field::Absent, ..place() }, "article is empty"),
            (PlaceLine { warehouse_id: text("x"), ..place() }, "warehouse_id is the text"),
        ] {
            let rejection = line.validate(7).unwrap_err();
            assert!(rejection.to_string().contains(said), "{rejection}");
        }
    }

    #[test]
    fn an_article_says_what_was_asked_of_it() {
        let record = ArticleLine { offer_id: text(" ART-1 "), ..ArticleLine::default() };
        let listing = record.validate(1).unwrap().listing;
        assert_eq!((listing.sku.as_str(), listing.name, listing.barcodes), ("ART-1", None, None));
        let named = ArticleLine {
            name: text("Плед"),
            barcodes: Some(vec![text("4600000000017")]),
            ..record
        };
        let listing = named.validate(1).unwrap().listing;
        assert_eq!(listing.name.as_deref(), Some("Плед"));
        assert_eq!(listing.barcodes.unwrap(), ["4600000000017"]);
    }
}
