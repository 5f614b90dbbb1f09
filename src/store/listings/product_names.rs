//! The column `dim_products.product_name`: the seller's own, of whatever length and character set.
//! No stock is lost for a name: what the column cannot hold is cut, replaced or left empty.
//! `product_listings` has the name whole.

use mysql::Conn;
use mysql::prelude::Queryable;

use crate::inventory::Source;
use crate::inventory::field::LONGEST_PRODUCT_NAME;
use crate::store::database::error::StoreError;
use crate::store::database::rows;

/// Completed with the form in which a name is written, and `IGNORE` where it may be another than
/// the listing's: MariaDB takes a character that is replaced for an error of an `UPDATE`, and both
/// servers take it for a warning of an `UPDATE IGNORE`.
const FILL_UP: &str = "
    UPDATE {ignore} dim_products AS p
    JOIN product_listings AS l ON l.product_id = p.product_id
    SET p.product_name = {name}
    WHERE l.source = ?
      AND l.name IS NOT NULL
      AND (p.product_name IS NULL OR p.product_name = '')";

/// Completed with the form in which a name would be written: how many of the same products would be
/// called otherwise than their listing.
const COUNT_ALTERED: &str = "
    SELECT COUNT(DISTINCT p.product_id)
    FROM dim_products AS p
    JOIN product_listings AS l ON l.product_id = p.product_id
    WHERE l.source = ?
      AND l.name IS NOT NULL
      AND (p.product_name IS NULL OR p.product_name = '')
      AND CONVERT({name} USING utf8mb4) COLLATE utf8mb4_bin <> l.name";

pub(crate) struct ProductNames {
    nullable: bool,
    /// How a listing's name is written where it may not fit; `None` where every name fits as it is.
    fitted: Option<String>,
}

impl ProductNames {
    /// By what `information_schema` says of the column: its character set, and how many characters
    /// it holds for certain.
    pub(crate) fn new(nullable: bool, charset: Option<&str>, longest: Option<u64>) -> Self {
        let most = LONGEST_PRODUCT_NAME as u64;
        let longest = longest.map_or(most, |longest| longest.min(most));
        let fitted = match charset {
            Some("utf8mb4") if longest == most => None,
            Some(charset) if is_plain(charset) => {
                Some(format!("LEFT(CONVERT(l.name USING {charset}), {longest})"))
            }
            _ => Some(format!("LEFT(l.name, {longest})")),
        };
        Self { nullable, fitted }
    }

    /// What a new product is called at first. A name that may not fit comes with the filling up.
    pub(crate) fn at_first(&self, name: Option<&str>) -> Option<String> {
        let name = name.filter(|_| self.fitted.is_none());
        name.or((!self.nullable).then_some("")).map(str::to_owned)
    }

    /// Gives products without a name the name of one of their listings.
    pub(crate) fn fill_up(&self, conn: &mut Conn, source: Source) -> Result<(), StoreError> {
        let (ignore, name) = match &self.fitted {
            None => ("", "l.name"),
            Some(name) => {
                warn_of_altered(conn, source, name)?;
                ("IGNORE", name.as_str())
            }
        };
        let statement = FILL_UP.replace("{ignore}", ignore).replace("{name}", name);
        Ok(conn.exec_drop(statement, (source.as_str(),))?)
    }
}

fn warn_of_altered(conn: &mut Conn, source: Source, name: &str) -> Result<(), StoreError> {
    let statement = COUNT_ALTERED.replace("{name}", name);
    let altered: u64 = rows::first(conn, statement, (source.as_str(),))?.unwrap_or(0);
    if altered > 0 {
        log::warn!(
            "names that dim_products.product_name cannot hold as they are: {altered}; they are cut there or have ? for a character, \
             and product_listings has them whole. Make the column VARCHAR(500) CHARACTER SET utf8mb4"
        );
    }
    Ok(())
}

/// Whether a character set's name may stand in a statement.
fn is_plain(charset: &str) -> bool {
    !charset.is_empty() && charset.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_set_stands_in_a_statement_only_if_its_name_is_one() {
        let fitted = |charset| ProductNames::new(true, charset, Some(500)).fitted;
        let converted = "LEFT(CONVERT(l.name USING cp1251), 500)";
        assert_eq!(fitted(Some("cp1251")).as_deref(), Some(converted));
        assert_eq!(fitted(Some("cp1251) --")).as_deref(), Some("LEFT(l.name, 500)"));
        assert_eq!(fitted(Some("")).as_deref(), Some("LEFT(l.name, 500)"));
        assert_eq!(fitted(Some("utf8mb4")), None);
    }

    #[test]
    fn a_name_that_may_not_fit_is_not_written_at_first() {
        let at_first = |nullable, longest| {
            let names = ProductNames::new(nullable, Some("utf8mb4"), Some(longest));
            [names.at_first(Some("Плед")), names.at_first(None)]
        };
        let [plaid, empty] = ["Плед", ""].map(|name| Some(name.to_owned()));
        assert_eq!(at_first(true, 500), [plaid.clone(), None]);
        assert_eq!(at_first(false, 16_383), [plaid, empty.clone()]);
        assert_eq!(at_first(true, 200), [None, None]);
        assert_eq!(at_first(false, 200), [empty.clone(), empty]);
    }
}
