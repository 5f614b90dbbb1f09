//! Rules that compare the newest snapshot with the one before.

use std::collections::HashMap;

use super::{Anomaly, DayStock, Kind, Product};
use crate::config::Thresholds;
use crate::inventory::Source;
use crate::monitor::finding::Severity;
use crate::store::queries::ListingStock;

/// Fewer products than this are no crowd, whatever their share.
const CROWD: usize = 5;
/// Fewer pieces than this say nothing about a total.
const PIECES: i64 = 100;
/// A single product's change below this many pieces is trade, whatever its factor.
const JUMP_PIECES: i64 = 1000;

/// One listing in either snapshot: `sku`, `size_id`, pieces before, pieces now.
type Pair<'a> = (&'a str, &'a str, Option<i64>, Option<i64>);

/// Two snapshots side by side, looked through once for all rules.
pub(crate) struct Comparison<'a> {
    pub before: &'a DayStock,
    pub newest: &'a DayStock,
    pairs: Vec<Pair<'a>>,
}

impl<'a> Comparison<'a> {
    /// Puts each listing of `before` beside the same one of `newest`.
    pub(crate) fn of(before: &'a DayStock, newest: &'a DayStock) -> Self {
        let key = |product: &'a ListingStock| (product.sku.as_str(), product.size_id.as_str());
        let mut now: HashMap<_, i64> =
            newest.products.iter().map(|product| (key(product), product.pieces)).collect();
        let was = before.products.iter().map(|product| {
            let (sku, size_id) = key(product);
            (sku, size_id, Some(product.pieces), now.remove(&(sku, size_id)))
        });
        let mut pairs: Vec<Pair<'a>> = was.collect();
        pairs.extend(now.into_iter().map(|((sku, size_id), now)| (sku, size_id, None, Some(now))));
        // A map has no order; a report should have the same one each time.
        pairs.sort_unstable();
        Self { before, newest, pairs }
    }

    pub(crate) fn ran_out(&self) -> Vec<Product> {
        let mut products =
            self.select(|before, now| before.unwrap_or(0) > 0 && now.unwrap_or(0) <= 0);
        products.sort_by_key(|product| std::cmp::Reverse(product.before));
        products
    }

    /// The products for which `wanted` says yes to the pieces before and now.
    fn select(&self, wanted: impl Fn(Option<i64>, Option<i64>) -> bool) -> Vec<Product> {
        let product = |(sku, size_id, before, now): &Pair<'a>| Product {
            sku: (*sku).to_owned(),
            size_id: (*size_id).to_owned(),
            name: None,
            before: *before,
            now: *now,
        };
        self.pairs.iter().filter(|pair| wanted(pair.2, pair.3)).map(product).collect()
    }
}

pub(super) fn detect(
    source: Source,
    compared: &Comparison,
    thresholds: &Thresholds,
) -> Vec<Anomaly> {
    [
        zero_stock(source, compared, thresholds.zero_stock),
        change(source, compared, thresholds.stock_change),
        churn(source, compared, thresholds.churn, Kind::ProductsVanished),
        churn(source, compared, thresholds.churn, Kind::ProductsNew),
        jumps(source, compared, i64::from(thresholds.jump)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn zero_stock(source: Source, compared: &Comparison, limit: f64) -> Option<Anomaly> {
    let (before, products) = (compared.before, compared.ran_out());
    let with_stock = before.products.iter().filter(|product| product.pieces > 0).count();
    let share = share(products.len(), with_stock);
    if products.len() < CROWD || share * 100.0 <= limit {
        return None;
    }
    Some(
        Anomaly::new(graded(share, limit), source, Kind::ZeroStockSpike)
            .since(before.day)
            .number("products_ran_out", products.len() as f64)
            .number("products_with_stock_before", with_stock as f64)
            .number("share", share)
            .products(products),
    )
}

fn change(source: Source, compared: &Comparison, limit: f64) -> Option<Anomaly> {
    let before = compared.before;
    let (was, is) = (before.total(), compared.newest.total());
    if was.max(is) < PIECES || was <= 0 {
        return None;
    }
    let share = (is - was) as f64 / was as f64;
    if share.abs() * 100.0 <= limit {
        return None;
    }
    Some(
        Anomaly::new(graded(share.abs(), limit), source, Kind::StockChange)
            .since(before.day)
            .number("pieces_before", was as f64)
            .number("pieces_now", is as f64)
            .number("change", share),
    )
}

fn churn(source: Source, compared: &Comparison, limit: f64, kind: Kind) -> Option<Anomaly> {
    let vanished = kind == Kind::ProductsVanished;
    let products =
        compared.select(|before, now| if vanished { now.is_none() } else { before.is_none() });
    let before = compared.before.products.len();
    let share = share(products.len(), before);
    if products.len() < CROWD || share * 100.0 <= limit {
        return None;
    }
    Some(
        Anomaly::new(Severity::Warning, source, kind)
            .number("products", products.len() as f64)
            .number("products_before", before as f64)
            .number("share", share)
            .products(products),
    )
}

fn jumps(source: Source, compared: &Comparison, factor: i64) -> Option<Anomaly> {
    let products = compared.select(|before, now| {
        let (Some(before), Some(now)) = (before, now) else { return false };
        let (low, high) = (before.min(now), before.max(now));
        low > 0 && high - low >= JUMP_PIECES && high >= low.saturating_mul(factor)
    });
    if products.is_empty() {
        return None;
    }
    Some(
        Anomaly::new(Severity::Warning, source, Kind::StockJump)
            .number("products", products.len() as f64)
            .number("factor", factor as f64)
            .products(products),
    )
}

/// Twice the threshold is critical, and so is (nearly) everything.
fn graded(share: f64, limit: f64) -> Severity {
    if share * 100.0 >= (2.0 * limit).min(90.0) { Severity::Critical } else { Severity::Warning }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;

    fn found(before: &[i64], newest: &[i64]) -> Vec<(Kind, Severity, u64)> {
        let (before, newest) = (day("2026-11-22", before), day("2026-11-23", newest));
        detect(Source::Ozon, &Comparison::of(&before, &newest), &defaults())
            .into_iter()
            .map(|anomaly| (anomaly.kind, anomaly.severity, anomaly.products_total))
            .collect()
    }

    #[test]
    fn many_products_running_out_at_once_is_a_spike() {
        let mut newest = [2; 20];
        newest[..4].fill(0);
        assert_eq!(found(&[2; 20], &newest), [], "a fifth, and fewer than five");
        newest[..5].fill(0);
        assert_eq!(found(&[2; 20], &newest), [(Kind::ZeroStockSpike, Severity::Warning, 5)]);
        newest[..8].fill(0);
        assert_eq!(found(&[2; 20], &newest), [(Kind::ZeroStockSpike, Severity::Critical, 8)]);
    }

    #[test]
    fn the_total_may_rise_or_fall_by_half() {
        assert_eq!(found(&[100; 4], &[50; 4]), []);
        assert_eq!(found(&[100; 4], &[49; 4]), [(Kind::StockChange, Severity::Warning, 0)]);
        assert_eq!(found(&[100; 4], &[250; 4]), [(Kind::StockChange, Severity::Critical, 0)]);
        assert_eq!(found(&[10; 4], &[1; 4]), [], "a handful of pieces says nothing");
    }

    #[test]
    fn vanished_and_new_products_are_counted_against_the_snapshot_before() {
        let vanished = found(&[1; 20], &[1; 14]);
        assert!(vanished.contains(&(Kind::ProductsVanished, Severity::Warning, 6)), "{vanished:?}");
        assert_eq!(found(&[1; 20], &[1; 24]), []);
        assert_eq!(found(&[1; 20], &[1; 25]), [(Kind::ProductsNew, Severity::Warning, 5)]);
    }

    #[test]
    fn a_single_product_that_jumps_by_orders_of_magnitude_is_named() {
        let (before, mut newest) = ([3000; 9], [3000; 9]);
        newest[3] = 30;
        assert_eq!(found(&before, &newest), [(Kind::StockJump, Severity::Warning, 1)]);
        newest[3] = 31;
        assert_eq!(found(&before, &newest), [], "not quite a hundredth");
        newest[3] = 0;
        assert_eq!(found(&before, &newest), [], "sold out is no jump");
    }

    #[test]
    fn what_ran_out_is_listed_with_the_biggest_loss_first() {
        let (before, newest) = (day("2026-11-22", &[5, 0, 9, 1]), day("2026-11-23", &[0, 0, 0, 1]));
        let gone = Comparison::of(&before, &newest).ran_out();
        let names: Vec<String> = gone.into_iter().map(|product| product.sku).collect();
        assert_eq!(names, ["p2", "p0"]);
    }
}
