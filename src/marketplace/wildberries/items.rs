//! Wildberries' pages of stock, read as a stream.

use std::fmt;
use std::io::Read;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::failure::{Exit, Failure, OrFail};
use crate::marketplace::Format;

/// What paging needs to know of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many items the page holds.
    pub items: u64,
    /// The `lastChangeDate` of the last item (`supplier/stocks` only).
    pub last_change_date: Option<String>,
}

#[derive(Deserialize)]
struct Dated {
    #[serde(rename = "lastChangeDate")]
    last_change_date: Option<String>,
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Survey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Survey, A::Error> {
        let mut survey = Survey::default();
        while let Some(item) = list.next_element::<Dated>()? {
            survey.items += 1;
            survey.last_change_date = item.last_change_date;
        }
        Ok(survey)
    }
}

struct Member(&'static [&'static str]);

impl<'de> Visitor<'de> for Member {
    type Value = Survey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {:?}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Survey, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0[0] {
                found = Some(map.next_value_seed(Path(&self.0[1..]))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| de::Error::missing_field(self.0[0]))
    }
}

struct Path(&'static [&'static str]);

impl<'de> de::DeserializeSeed<'de> for Path {
    type Value = Survey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Survey, D::Error> {
        if self.0.is_empty() {
            deserializer.deserialize_seq(List)
        } else {
            deserializer.deserialize_map(Member(self.0))
        }
    }
}

/// Counts the items of a page. Fails with [`Exit::NotStockData`] if it is no page of `format`.
pub fn survey(part: impl Read, format: Format) -> Result<Survey, Failure> {
    let path = match format {
        Format::WbWarehouses | Format::SellerWarehouses => Path(&["data", "items"]),
        _ => Path(&[]),
    };
    let mut json = serde_json::Deserializer::from_reader(part);
    de::DeserializeSeed::deserialize(path, &mut json)
        .and_then(|survey| json.end().map(|()| survey))
        .or_fail(Exit::NotStockData, || "the answer is no page of stock".into())
}
