//! A month of stock in memory: per marketplace, day, type and product. Filled row by row, asks no
//! database itself.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};

use crate::inventory::Source;

/// Days that the page looks back on, the newest one included.
pub(super) const DAYS: usize = 30;

/// What can be sold of one type, per day; `None` on a day without a snapshot.
pub(super) type Daily = Vec<Option<i64>>;

pub(crate) struct History {
    first: NaiveDate,
    sources: [SourceHistory; 2],
}

#[derive(Default)]
struct SourceHistory {
    taken: [bool; DAYS],
    by_type: BTreeMap<String, [i64; DAYS]>,
    products: HashMap<i64, [i64; DAYS]>,
}

pub(crate) struct Product {
    pub id: i64,
    /// Pieces that can be sold at the end of each day, the newest day last. A day without a
    /// snapshot repeats the one before it; days before a marketplace's first snapshot repeat that
    /// one.
    pub daily: [i64; DAYS],
    /// The first day on which every marketplace that has the product had been asked.
    pub known_since: usize,
    /// What can be sold on each marketplace now; `None` where it is not listed.
    pub now: [Option<i64>; 2],
}

impl History {
    pub(crate) fn until(last: NaiveDate) -> Self {
        let before = Days::new(DAYS as u64 - 1);
        Self {
            first: last.checked_sub_days(before).unwrap_or(last),
            sources: [SourceHistory::default(), SourceHistory::default()],
        }
    }

    pub(crate) fn first(&self) -> NaiveDate {
        self.first
    }

    /// The day with a number from 0 to 29.
    pub(crate) fn day(&self, index: usize) -> NaiveDate {
        self.first.checked_add_days(Days::new(index as u64)).unwrap_or(self.first)
    }

    /// Notes that a marketplace was asked on a day, also if it had nothing.
    pub(crate) fn taken(&mut self, source: Source, day: NaiveDate) {
        if let Some(index) = self.index(day) {
            self.sources[position(source)].taken[index] = true;
        }
    }

    /// Adds the stock of one product of one type; days outside the month are passed over.
    pub(crate) fn add(
        &mut self,
        source: Source,
        day: NaiveDate,
        product: i64,
        stock_type: &str,
        available: i64,
    ) {
        let Some(index) = self.index(day) else { return };
        let history = &mut self.sources[position(source)];
        history.taken[index] = true;
        history.products.entry(product).or_insert([0; DAYS])[index] += available;
        if let Some(days) = history.by_type.get_mut(stock_type) {
            days[index] += available;
        } else {
            history.by_type.entry(stock_type.to_owned()).or_insert([0; DAYS])[index] = available;
        }
    }

    fn index(&self, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - self.first).num_days()).ok().filter(|index| *index < DAYS)
    }

    pub(crate) fn days_known(&self) -> usize {
        let taken = |history: &SourceHistory| history.taken.iter().filter(|taken| **taken).count();
        self.sources.iter().map(taken).max().unwrap_or(0)
    }

    /// What can be sold on a marketplace, by type; types that had nothing all month are left out.
    pub(crate) fn by_type(&self, source: Source) -> Vec<(&str, Daily)> {
        let history = &self.sources[position(source)];
        let sold = history.by_type.iter().filter(|(_, days)| days.iter().any(|pieces| *pieces > 0));
        sold.map(|(stock_type, days)| (stock_type.as_str(), history.where_taken(days))).collect()
    }

    pub(crate) fn products_with_stock(&self, source: Source) -> Daily {
        let history = &self.sources[position(source)];
        let mut count = [0; DAYS];
        for daily in history.products.values() {
            for (count, pieces) in count.iter_mut().zip(daily) {
                *count += i64::from(*pieces > 0);
            }
        }
        history.where_taken(&count)
    }

    /// Every product that was listed on any of the days, by ascending id.
    pub(crate) fn products(&self) -> Vec<Product> {
        let mut products: BTreeMap<i64, Product> = BTreeMap::new();
        for (position, history) in self.sources.iter().enumerate() {
            let Some(first) = history.taken.iter().position(|taken| *taken) else { continue };
            for (id, daily) in &history.products {
                let daily = history.without_gaps(daily, first);
                let product = products.entry(*id).or_insert(Product {
                    id: *id,
                    daily: [0; DAYS],
                    known_since: 0,
                    now: [None, None],
                });
                product.known_since = product.known_since.max(first);
                product.now[position] = daily.last().copied();
                for (sum, pieces) in product.daily.iter_mut().zip(daily) {
                    *sum += pieces;
                }
            }
        }
        products.into_values().collect()
    }
}

impl SourceHistory {
    fn where_taken(&self, days: &[i64; DAYS]) -> Daily {
        self.taken.iter().zip(days).map(|(taken, pieces)| taken.then_some(*pieces)).collect()
    }

    fn without_gaps(&self, daily: &[i64; DAYS], first: usize) -> [i64; DAYS] {
        let mut filled = *daily;
        let mut newest = daily[first];
        for (pieces, taken) in filled.iter_mut().zip(self.taken) {
            if taken {
                newest = *pieces;
            } else {
                *pieces = newest;
            }
        }
        filled
    }
}

fn position(source: Source) -> usize {
    match source {
        Source::Ozon => 0,
        Source::Wildberries => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_without_a_snapshot_repeats_the_day_before_it_for_products_and_is_unknown_for_charts() {
        let mut history = History::until(day("2026-11-23"));
        history.add(Source::Ozon, day("2026-11-20"), 7, "FBO", 9);
        history.add(Source::Ozon, day("2026-11-22"), 7, "FBO", 5);
        let product = &history.products()[0];
        assert_eq!(product.daily[25..], [9, 9, 9, 5, 5]);
        assert_eq!(product.known_since, 26);
        assert_eq!(history.by_type(Source::Ozon)[0].1[26..], [Some(9), None, Some(5), None]);
    }

    #[test]
    fn a_product_is_the_sum_of_its_rows_on_both_marketplaces() {
        let mut history = History::until(day("2026-11-23"));
        history.add(Source::Ozon, day("2026-11-23"), 7, "FBO", 9);
        history.add(Source::Ozon, day("2026-11-23"), 7, "FBS", 1);
        history.add(Source::Wildberries, day("2026-11-23"), 7, "FBO", 30);
        let product = &history.products()[0];
        assert_eq!((product.daily[29], product.now), (40, [Some(10), Some(30)]));
    }

    #[test]
    fn a_product_that_a_snapshot_no_longer_lists_has_nothing_to_sell() {
        let mut history = History::until(day("2026-11-23"));
        history.add(Source::Ozon, day("2026-11-22"), 7, "FBO", 9);
        history.add(Source::Ozon, day("2026-11-23"), 8, "FBO", 1);
        assert_eq!(history.products()[0].daily[28..], [9, 0]);
        assert_eq!(history.products_with_stock(Source::Ozon)[28..], [Some(1), Some(1)]);
    }

    #[test]
    fn a_day_on_which_a_marketplace_had_nothing_repeats_no_other() {
        let mut history = History::until(day("2026-11-23"));
        history.add(Source::Ozon, day("2026-11-22"), 7, "FBO", 9);
        history.taken(Source::Ozon, day("2026-11-23"));
        assert_eq!(history.products()[0].daily[28..], [9, 0]);
        assert_eq!(history.by_type(Source::Ozon)[0].1[28..], [Some(9), Some(0)]);
    }

    #[test]
    fn a_day_before_the_month_is_passed_over() {
        let mut history = History::until(day("2026-11-23"));
        assert_eq!(history.first(), day("2026-10-25"));
        history.add(Source::Ozon, day("2026-10-24"), 7, "FBO", 9);
        assert!(history.products().is_empty());
    }
}
