//! Wildberries' cards: what one says of its sizes, and which size a stock answer means. Pure.

use super::field::{
    Field, LONGEST_BARCODE, LONGEST_KEY, LONGEST_SIZE_NAME, MOST_BARCODES, bounded_text, id, key,
    product_name, text,
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CardSize {
    /// `nmID`, as the column `sku` holds it.
    pub nm_id: String,
    /// `chrtID`, as the column `size_id` holds it.
    pub chrt_id: String,
    /// `skus`, in the card's order, each once.
    pub barcodes: Vec<String>,
    /// `vendorCode`.
    pub seller_article: Option<String>,
    /// `title`, cut to 500 characters.
    pub name: Option<String>,
    /// `techSize`, the maker's word for the size, else `wbSize`, Wildberries' own.
    pub size_name: Option<String>,
}

impl CardSize {
    pub(crate) fn is_complete(&self) -> bool {
        self.name.is_some() && !self.barcodes.is_empty()
    }
}

/// The last card that was read, in the order of `updatedAt`: the content API goes on behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardCursor {
    /// `updatedAt`, to the letter.
    pub updated_at: String,
    pub nm_id: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    pub nm_id: Field,
    pub vendor_code: Field,
    pub title: Field,
    /// `sizes`.
    pub sizes: Vec<SizeOfCard>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SizeOfCard {
    /// `chrtID`.
    pub chrt_id: Field,
    /// `skus`: the barcodes.
    pub skus: Vec<Field>,
    /// `techSize`.
    pub tech_size: Field,
    /// `wbSize`.
    pub wb_size: Field,
}

impl Card {
    /// Its sizes. A size without a sound `chrtID` is left out; text that cannot be believed counts
    /// as absent. What was mended is added to `warnings`, which name the card.
    pub(crate) fn sizes(&self, warnings: &mut Vec<String>) -> Result<Vec<CardSize>, String> {
        let nm_id = id("nmID", &self.nm_id)?.to_string();
        let seller_article =
            bounded_text("vendorCode", &self.vendor_code, LONGEST_KEY).unwrap_or_default();
        let title = text("title", &self.title).unwrap_or_default();
        let mut of_card = Vec::new();
        let name = title.map(|title| product_name(&title, &mut of_card));
        warnings.extend(of_card.into_iter().map(|warning| format!("card {nm_id}: {warning}")));
        let mut sizes: Vec<CardSize> = Vec::new();
        for size in &self.sizes {
            let Ok(chrt_id) = id("chrtID", &size.chrt_id) else { continue };
            let chrt_id = chrt_id.to_string();
            if sizes.iter().any(|size| size.chrt_id == chrt_id) {
                continue;
            }
            sizes.push(CardSize {
                nm_id: nm_id.clone(),
                chrt_id,
                barcodes: barcodes(&size.skus),
                seller_article: seller_article.clone(),
                name: name.clone(),
                size_name: size_name(&size.tech_size).or_else(|| size_name(&size.wb_size)),
            });
        }
        Ok(sizes)
    }
}

pub(super) fn barcodes(skus: &[Field]) -> Vec<String> {
    let mut barcodes: Vec<String> = Vec::new();
    for sku in skus {
        if let Ok(barcode) = key("barcode", sku, LONGEST_BARCODE)
            && !barcode.contains('\n')
            && !barcodes.contains(&barcode)
            && barcodes.len() < MOST_BARCODES
        {
            barcodes.push(barcode);
        }
    }
    barcodes
}

/// What people call a size. `0` is Wildberries' word for goods that have only one. It costs no
/// stock: what cannot be believed is left out, and what is too long is cut.
pub(crate) fn size_name(value: &Field) -> Option<String> {
    let name = text("the size", value).ok()??;
    (name != "0").then(|| name.chars().take(LONGEST_SIZE_NAME).collect())
}

/// The size of a card that a stock answer means by `size_id`: its `chrtID`, or with the two report
/// methods one of its barcodes, if only one size has it.
pub(crate) fn size_named<'a>(size_id: &str, sizes: &'a [CardSize]) -> Option<&'a CardSize> {
    sizes.iter().find(|size| size.chrt_id == size_id).or_else(|| {
        let mut with_barcode =
            sizes.iter().filter(|size| size.barcodes.iter().any(|barcode| barcode == size_id));
        let first = with_barcode.next();
        first.filter(|_| with_barcode.next().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(chrt_id: &str, barcodes: &[&str]) -> CardSize {
        CardSize {
            nm_id: "12345678".into(),
            chrt_id: chrt_id.into(),
            barcodes: barcodes.iter().map(|&barcode| barcode.into()).collect(),
            ..CardSize::default()
        }
    }

    #[test]
    fn a_stock_answer_names_a_size_by_its_chrt_id_or_by_its_barcode() {
        let sizes = [size("316399238", &["987456321654"]), size("316399239", &["987456321661"])];
        assert_eq!(size_named("316399239", &sizes), Some(&sizes[1]));
        assert_eq!(size_named("987456321654", &sizes), Some(&sizes[0]));
        assert_eq!(size_named("987456321678", &sizes), None);
    }

    #[test]
    fn a_barcode_on_two_sizes_of_one_card_names_neither() {
        let sizes = [size("1", &["987456321654"]), size("2", &["987456321654"])];
        assert_eq!(size_named("987456321654", &sizes), None);
        assert_eq!(size_named("2", &sizes), Some(&sizes[1]));
    }

    #[test]
    fn a_card_is_its_sizes_and_what_is_damaged_in_it_costs_no_more_than_itself() {
        let text = |text: &str| Field::Text(text.into());
        let card = Card {
            nm_id: Field::Integer(12_345_678),
            vendor_code: text("wb7f6mumjr1"),
            title: text(" Тест-система "),
            sizes: vec![
                SizeOfCard {
                    chrt_id: Field::Integer(316_399_238),
                    skus: vec![text("987456321654"), text("987456321654"), Field::Integer(46)],
                    tech_size: text("0"),
                    wb_size: text(" 42 "),
                },
                SizeOfCard { skus: vec![text("1")], ..SizeOfCard::default() },
            ],
        };
        let expected = CardSize {
            seller_article: Some("wb7f6mumjr1".into()),
            name: Some("Тест-система".into()),
            size_name: Some("42".into()),
            ..size("316399238", &["987456321654", "46"])
        };
        let mut warnings = Vec::new();
        assert_eq!(card.sizes(&mut warnings).unwrap(), [expected]);
        assert!(warnings.is_empty(), "{warnings:?}");
        let long = Card { title: text(&"ё".repeat(501)), ..card.clone() };
        assert_eq!(long.sizes(&mut warnings).unwrap()[0].name, Some("ё".repeat(500)));
        assert_eq!(warnings, ["card 12345678: the name is cut after 500 characters"]);
        assert!(Card { nm_id: Field::Absent, ..card }.sizes(&mut warnings).is_err());
    }
}
