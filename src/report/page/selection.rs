//! Which products the page's tables show, and in which order. Pure.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::NaiveDate;

use super::forecast::{self, Forecast};
use super::history::{DAYS, History};
use crate::inventory::Source;
use crate::store::queries::products::OneSided;

/// Rows of a table at most; how many there are altogether is said beside it.
pub(super) const LONGEST: usize = 100;

/// A product is running out when its stock lasts less than this.
pub(super) const SOON: f64 = 14.0;

#[derive(Debug, PartialEq)]
pub(crate) struct Cut<T> {
    pub rows: Vec<T>,
    pub total: usize,
}

impl<T> From<Vec<T>> for Cut<T> {
    fn from(mut rows: Vec<T>) -> Self {
        let total = rows.len();
        rows.truncate(LONGEST);
        Self { rows, total }
    }
}

impl<T> Cut<T> {
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.rows.len(), self.total)
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct RunningOut {
    pub product: i64,
    pub available: i64,
    pub forecast: Forecast,
}

#[derive(Debug, PartialEq)]
pub(crate) struct OutOfStock {
    pub product: i64,
    /// The last day that ended with something to sell; `None` if none of the month did.
    pub last_in_stock: Option<NaiveDate>,
    pub pieces_then: i64,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    pub product: i64,
    pub before: i64,
    pub after: i64,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Unmatched {
    pub product: i64,
    /// The only marketplace that lists it.
    pub only_on: Source,
    pub available: i64,
}

pub(crate) struct Selection {
    /// The shortest-lasting first.
    pub running_out: Cut<RunningOut>,
    /// The latest to run out first.
    pub out_of_stock: Cut<OutOfStock>,
    /// The largest change first.
    pub changes: Cut<Change>,
    /// With a barcode that the other marketplace does not have, the largest stock first.
    pub one_sided: Cut<Unmatched>,
    /// Without anything by which it could be found on the other marketplace, the largest stock
    /// first.
    pub without_barcode: Cut<Unmatched>,
    pub with_stock: usize,
}

impl Selection {
    pub(crate) fn of(history: &History, listed: &[OneSided]) -> Self {
        let products = history.products();
        let mut running_out = Vec::new();
        let mut out_of_stock = Vec::new();
        let mut changes = Vec::new();
        for product in &products {
            let (before, available) = (product.daily[DAYS - 2], product.daily[DAYS - 1]);
            if available <= 0 {
                let last = product.daily.iter().rposition(|pieces| *pieces > 0);
                out_of_stock.push(OutOfStock {
                    product: product.id,
                    last_in_stock: last.map(|index| history.day(index)),
                    pieces_then: last.map_or(0, |index| product.daily[index]),
                });
            }
            let forecast = forecast::forecast(&product.daily[product.known_since..]);
            if let Some(forecast) = forecast.filter(|forecast| forecast.days < SOON) {
                running_out.push(RunningOut { product: product.id, available, forecast });
            }
            if before != available {
                changes.push(Change { product: product.id, before, after: available });
            }
        }
        running_out.sort_by(|a, b| {
            let days = a.forecast.days.total_cmp(&b.forecast.days);
            days.then(b.forecast.per_day.total_cmp(&a.forecast.per_day))
        });
        out_of_stock.sort_by_key(|row| (Reverse(row.last_in_stock), Reverse(row.pieces_then)));
        changes.sort_by_key(|row| Reverse((row.after - row.before).abs()));
        let now: HashMap<i64, i64> =
            products.iter().map(|product| (product.id, product.daily[DAYS - 1])).collect();
        Self {
            with_stock: products.len() - out_of_stock.len(),
            running_out: running_out.into(),
            out_of_stock: out_of_stock.into(),
            changes: changes.into(),
            one_sided: one_sided(listed, true, &now),
            without_barcode: one_sided(listed, false, &now),
        }
    }

    pub(crate) fn shown(&self) -> Vec<i64> {
        let mut shown: Vec<i64> = self.running_out.rows.iter().map(|row| row.product).collect();
        shown.extend(self.out_of_stock.rows.iter().map(|row| row.product));
        shown.extend(self.changes.rows.iter().map(|row| row.product));
        shown.extend(self.one_sided.rows.iter().map(|row| row.product));
        shown.extend(self.without_barcode.rows.iter().map(|row| row.product));
        shown.sort_unstable();
        shown.dedup();
        shown
    }
}

fn one_sided(listed: &[OneSided], has_barcode: bool, now: &HashMap<i64, i64>) -> Cut<Unmatched> {
    let mut rows: Vec<Unmatched> = listed
        .iter()
        .filter(|listed| listed.has_barcode == has_barcode)
        .map(|listed| Unmatched {
            product: listed.product,
            only_on: listed.only_on,
            available: now.get(&listed.product).copied().unwrap_or(0),
        })
        .collect();
    rows.sort_by_key(|row| (Reverse(row.available), row.product));
    rows.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(products: &[(i64, &[i64])]) -> History {
        let mut history = History::until("2026-11-23".parse().unwrap());
        for (id, daily) in products {
            for (index, pieces) in daily.iter().enumerate() {
                let day = history.day(DAYS - daily.len() + index);
                history.add(Source::Ozon, day, *id, "FBO", *pieces);
            }
        }
        history
    }

    #[test]
    fn the_product_that_lasts_least_comes_first_and_one_that_lasts_two_weeks_not_at_all() {
        let history = history(&[
            (1, &[40, 35, 30, 25, 20]),
            (2, &[16, 12, 8, 4, 2]),
            (3, &[19, 18, 17, 16, 15]),
        ]);
        let selection = Selection::of(&history, &[]);
        let order: Vec<i64> = selection.running_out.rows.iter().map(|row| row.product).collect();
        assert_eq!(order, [2, 1]);
    }

    #[test]
    fn what_ran_out_last_comes_first_with_its_last_day_in_stock() {
        let history =
            history(&[(1, &[4, 0, 0]), (2, &[4, 3, 0]), (3, &[0, 0, 0]), (4, &[1, 1, 1])]);
        let selection = Selection::of(&history, &[]);
        let rows: Vec<_> = selection
            .out_of_stock
            .rows
            .iter()
            .map(|row| (row.product, row.last_in_stock.map(|day| day.to_string())))
            .collect();
        let day = |text: &str| Some(text.to_owned());
        assert_eq!(rows, [(2, day("2026-11-22")), (1, day("2026-11-21")), (3, None)]);
        assert_eq!(selection.with_stock, 1);
    }

    #[test]
    fn a_loss_counts_as_much_as_a_gain_among_the_biggest_changes() {
        let history = history(&[(1, &[10, 15]), (2, &[100, 20]), (3, &[5, 5])]);
        let changes = Selection::of(&history, &[]).changes;
        let order: Vec<i64> = changes.rows.iter().map(|row| row.product).collect();
        assert_eq!(order, [2, 1]);
    }

    #[test]
    fn a_first_snapshot_is_no_change() {
        assert_eq!(Selection::of(&history(&[(1, &[10])]), &[]).changes.total, 0);
    }

    #[test]
    fn a_product_without_a_barcode_is_not_listed_as_one_that_found_no_match() {
        let listed = [(1, true), (2, false)].map(|(product, has_barcode)| OneSided {
            product,
            only_on: Source::Wildberries,
            has_barcode,
        });
        let selection = Selection::of(&history(&[]), &listed);
        assert_eq!(selection.one_sided.rows[0].product, 1);
        assert_eq!(selection.without_barcode.rows[0].product, 2);
        assert_eq!((selection.one_sided.total, selection.without_barcode.total), (1, 1));
    }

    #[test]
    fn a_long_list_is_cut_and_still_says_how_long_it_is() {
        let cut = Cut::from((0..250).collect::<Vec<_>>());
        assert_eq!((cut.rows.len(), cut.total), (100, 250));
    }
}
