//! What a report of remains shows as a whole: whether a total hides among its warehouses under a
//! name that is not known, as it would in another language. Judged over all items, as one item's
//! warehouses may hold equal numbers by chance.

use super::super::field::Field;
use super::remains::{IN_WAY_FROM_CLIENT, IN_WAY_TO_CLIENT, RemainsItem, TOTAL};
use crate::text::printable;

/// What Wildberries sums up under names of its own, which are parts and stand beside other
/// warehouses.
const PARTS_BEGIN: [&str; 2] = ["Склад WB", "Остальные"];

/// From how much evidence on a name is a total: one sum of two others or more, or three warehouses
/// with the same number.
const PROVEN: u64 = 3;

#[derive(Debug, Default)]
pub(crate) struct HiddenTotal {
    /// A name without a Cyrillic letter, as long as there is none with one.
    foreign: Option<String>,
    cyrillic: bool,
    total_is_known: bool,
    /// Names that stand in every item that holds something, each time with the sum of others, and
    /// the evidence for it; `None` before the first such item.
    suspects: Option<Vec<(String, u64)>>,
}

impl HiddenTotal {
    pub(crate) fn look_at(&mut self, item: &RemainsItem) {
        let Ok(entries) = &item.warehouses else { return };
        let mut warehouses = Vec::with_capacity(entries.len());
        for entry in entries {
            let Field::Text(name) = &entry.name else { continue };
            let name = name.trim();
            self.look_at_letters(name);
            self.total_is_known |= name == TOTAL;
            if let Field::Integer(pieces @ 0..=0x7fff_ffff) = entry.quantity
                && ![TOTAL, IN_WAY_TO_CLIENT, IN_WAY_FROM_CLIENT].contains(&name)
            {
                warehouses.push((name, pieces));
            }
        }
        if warehouses.iter().any(|(_, pieces)| *pieces > 0) && !self.total_is_known {
            self.weigh(&warehouses);
        }
    }

    fn look_at_letters(&mut self, name: &str) {
        self.cyrillic = self.cyrillic || name.chars().any(|it| matches!(it, '\u{400}'..='\u{4ff}'));
        if self.foreign.is_none() && !self.cyrillic {
            self.foreign = Some(name.to_owned());
        }
    }

    fn weigh(&mut self, warehouses: &[(&str, i128)]) {
        let evidence_of = |wanted: &str| {
            let place = warehouses.iter().position(|(name, _)| *name == wanted)?;
            evidence(warehouses, place)
        };
        match &mut self.suspects {
            Some(suspects) => suspects.retain_mut(|(name, weight)| match evidence_of(name) {
                Some(more) => {
                    *weight += more;
                    true
                }
                None => false,
            }),
            None => {
                let names = warehouses.iter().map(|(name, _)| *name);
                let names = names.filter(|it| !PARTS_BEGIN.iter().any(|part| it.starts_with(part)));
                let suspects = names.filter_map(|name| Some((name.to_owned(), evidence_of(name)?)));
                self.suspects = Some(suspects.collect());
            }
        }
    }

    /// Why the report must not be taken for stock, once all items have been looked at.
    pub(crate) fn reason(&self) -> Option<String> {
        if let (false, Some(name)) = (self.cyrillic, &self.foreign) {
            return Some(format!(
                "no warehouse of the report of remains has a Cyrillic letter in its name (the first is \"{}\"), so its totals cannot be \
                 told from its warehouses; it has to be asked for in Russian, with locale=ru",
                printable(name)
            ));
        }
        let mut suspects = self.suspects.iter().flatten().filter(|_| !self.total_is_known);
        let (name, _) = suspects.find(|(_, weight)| *weight >= PROVEN)?;
        Some(format!(
            "\"{}\" is the sum of other warehouses in every item of the report of remains: it is a total under a name that is not \
             known, and to take it for a warehouse would count goods twice",
            printable(name)
        ))
    }
}

/// How much an item speaks for its entry at `place` being a total: the sum of all others, or of
/// those that follow it, should the goods in transit stand before it under new names too. `None` if
/// it is neither.
fn evidence(warehouses: &[(&str, i128)], place: usize) -> Option<u64> {
    let sum = |entries: &[(&str, i128)]| entries.iter().map(|(_, pieces)| pieces).sum::<i128>();
    let holding = |entries: &[(&str, i128)]| entries.iter().filter(|(_, it)| *it > 0).count();
    let (pieces, following) = (warehouses[place].1, &warehouses[place + 1..]);
    if pieces > 0 && sum(warehouses) - pieces == pieces {
        Some(if holding(warehouses) > 2 { PROVEN } else { 1 })
    } else if sum(following) == pieces {
        // A total of nothing says nothing, but does not speak against it.
        Some(holding(following).min(2) as u64)
    } else {
        None
    }
}
