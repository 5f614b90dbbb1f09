//! A row of titles: compared without regard to how a spreadsheet or a person writes them, and what
//! to say of a row that is none.
//! Which titles there are is up to the layouts.

use crate::failure::Failure;
use crate::marketplace::answers::sniff::not_stock_data;
use crate::text::printable;

const LISTED: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::marketplace) enum Need {
    Required,
    /// At most one, for two would contradict each other.
    Optional,
    /// The first of several counts: no stock depends on it.
    Incidental,
}

/// What a column can mean, and the titles seen for it, today's first.
pub(in crate::marketplace) type Meaning = (Need, &'static [&'static str]);

#[derive(Debug)]
pub(in crate::marketplace) struct NoHeader {
    /// How many required columns it lacks. With none missing it is the header all the same, but
    /// cannot be understood.
    pub(in crate::marketplace) missing: usize,
    pub(in crate::marketplace) has_some: bool,
    /// The same in words, should no other row be the header.
    pub(in crate::marketplace) failure: Failure,
}

impl NoHeader {
    /// The header, which cannot be understood.
    pub(in crate::marketplace) fn but_header(message: String) -> Self {
        Self { missing: 0, has_some: true, failure: not_stock_data(message) }
    }
}

pub(in crate::marketplace) fn places<const N: usize>(
    titles: &[String],
    meanings: &[Meaning; N],
) -> Result<[Option<usize>; N], NoHeader> {
    let mut places = [None; N];
    let mut twice = None;
    for (index, title) in titles.iter().enumerate() {
        let title = plain(title);
        let means = |(_, aliases): &Meaning| aliases.iter().any(|alias| plain(alias) == title);
        let Some(meaning) = meanings.iter().position(means) else { continue };
        match places[meaning] {
            None => places[meaning] = Some(index),
            Some(_) if meanings[meaning].0 == Need::Incidental => {}
            Some(first) => twice = twice.or(Some((first, index))),
        }
    }
    let missing: Vec<_> = meanings
        .iter()
        .zip(places)
        .filter(|((need, _), place)| *need == Need::Required && place.is_none())
        .map(|((_, aliases), _)| format!("«{}»", aliases[0]))
        .collect();
    if !missing.is_empty() {
        let required = meanings.iter().filter(|(need, _)| *need == Need::Required).count();
        let has_some = missing.len() < required;
        return Err(NoHeader {
            missing: missing.len(),
            has_some,
            failure: lacks(&missing, titles),
        });
    }
    match twice {
        None => Ok(places),
        Some((first, second)) => Err(NoHeader::but_header(format!(
            "the report has two columns that mean the same, «{}» and «{}»; which one counts is unknown",
            printable(&titles[first]),
            printable(&titles[second])
        ))),
    }
}

fn lacks(missing: &[String], titles: &[String]) -> Failure {
    let mut there: Vec<_> =
        titles.iter().take(LISTED).map(|title| format!("«{}»", printable(title))).collect();
    if titles.len() > LISTED {
        there.push(format!("and {} more", titles.len() - LISTED));
    }
    not_stock_data(format!(
        "the report has no column for {}; its columns are {}",
        missing.join(", "),
        there.join(", ")
    ))
}

/// A title as it is compared: without case, Excel's apostrophe, the kind and number of blanks, the
/// dots of `ё` and a final full stop.
pub(in crate::marketplace) fn plain(title: &str) -> String {
    let words: Vec<_> = title.split_whitespace().collect();
    let title = words.join(" ").to_lowercase().replace('ё', "е");
    let title = title.strip_prefix('\'').unwrap_or(&title);
    title.strip_suffix('.').unwrap_or(title).trim().to_owned()
}
