//! The order in which rows travel: the database's own, so that what is sorted here can be merged
//! with what it hands out.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A text in the order of `utf8mb4_bin` in MySQL and MariaDB: by code point (which is the order of
/// UTF-8's bytes), the shorter text as if it went on with blanks ("PAD SPACE").
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct DatabaseText<'a>(pub &'a str);

impl Ord for DatabaseText<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, other) = (self.0.as_bytes(), other.0.as_bytes());
        let common = one.len().min(other.len());
        let tail = |text: &[u8]| {
            text[common..]
                .iter()
                .map(|byte| byte.cmp(&b' '))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        // To compare no bytes may take the processor longer than to compare a hundred, and each
        // second key has an empty part.
        let beginning =
            if common == 0 { Ordering::Equal } else { one[..common].cmp(&other[..common]) };
        beginning.then_with(|| if one.len() > common { tail(one) } else { tail(other).reverse() })
    }
}

impl PartialOrd for DatabaseText<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for DatabaseText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for DatabaseText<'_> {}

/// The order of listings: by `sku`, then `size_id`.
pub(crate) fn listing_order(one: (&str, &str), other: (&str, &str)) -> Ordering {
    let texts = |key: (_, _)| (DatabaseText(key.0), DatabaseText(key.1));
    texts(one).cmp(&texts(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(one: &str, other: &str) -> Ordering {
        DatabaseText(one).cmp(&DatabaseText(other))
    }

    #[test]
    fn the_database_compares_a_shorter_text_as_if_blanks_followed() {
        assert_eq!(order("a", "a  "), Ordering::Equal);
        assert_eq!(order("a\t", "a"), Ordering::Less);
        assert_eq!(order("a", "a\t"), Ordering::Greater);
        assert_eq!(order("a", "ab"), Ordering::Less);
        assert_eq!(order("", ""), Ordering::Equal);
    }

    #[test]
    fn listings_are_ordered_by_sku_first() {
        assert_eq!(listing_order(("a", "2"), ("b", "1")), Ordering::Less);
        assert_eq!(listing_order(("a", "2"), ("a ", "1")), Ordering::Greater);
        assert_eq!(listing_order(("a", "1 "), ("a", "1")), Ordering::Equal);
    }

    #[test]
    fn the_database_orders_by_code_point() {
        let mut texts = ["ё", "е", "Z", "a", "🧦", "Ё", "ﬁ"];
        texts.sort_by_key(|text| DatabaseText(text));
        let mut points = texts;
        points.sort_by_key(|text| text.chars().next());
        assert_eq!(texts, points);
    }
}
