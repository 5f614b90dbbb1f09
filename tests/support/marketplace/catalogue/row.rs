//! One row of `inventory_data` as the tests see it, and the comparison that says what differs.

use std::cmp::Ordering;
use std::collections::HashMap;

/// The columns that a marketplace's answer decides; the day, the run and the product are checked apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub source: String,
    pub sku: String,
    pub size_id: String,
    pub warehouse_name: String,
    pub stock_type: String,
    pub available: i64,
    pub reserved: i64,
    pub current: i64,
    pub present: i64,
    pub quantity_reserved: i64,
    pub in_way_to_client: i64,
    pub in_way_from_client: i64,
}

impl StockRow {
    pub fn ozon(offer_id: &str, stock_type: &str, available: u32, reserved: u32) -> Self {
        let warehouse = format!("Ozon {stock_type}");
        Self::new(["Ozon", offer_id, "", &warehouse, stock_type], available, reserved, [0, 0])
    }

    pub fn wb(
        nm_id: u64,
        size_id: &str,
        warehouse: &str,
        stock_type: &str,
        available: u32,
        in_way: [u32; 2],
    ) -> Self {
        let sku = nm_id.to_string();
        Self::new(["Wildberries", &sku, size_id, warehouse, stock_type], available, 0, in_way)
    }

    pub fn new(key: [&str; 5], available: u32, reserved: u32, in_way: [u32; 2]) -> Self {
        let [source, sku, size_id, warehouse_name, stock_type] = key.map(str::to_owned);
        let (available, reserved) = (i64::from(available), i64::from(reserved));
        Self {
            source,
            sku,
            size_id,
            warehouse_name,
            stock_type,
            available,
            reserved,
            current: available + reserved,
            present: available + reserved,
            quantity_reserved: reserved,
            in_way_to_client: i64::from(in_way[0]),
            in_way_from_client: i64::from(in_way[1]),
        }
    }

    fn key(&self) -> [&str; 5] {
        [&self.source, &self.sku, &self.size_id, &self.warehouse_name, &self.stock_type]
    }
}

/// In the order of the key, compared byte by byte as `utf8mb4_bin` does.
pub fn sorted(mut rows: Vec<StockRow>) -> Vec<StockRow> {
    rows.sort_by(|a, b| a.key().cmp(&b.key()));
    rows
}

/// How many rows are too many, missing or wrong, and the first of them, readable; `None` when all is as it should be.
/// Both sides sorted.
pub fn difference(found: &[StockRow], expected: &[StockRow]) -> Option<String> {
    const SHOWN: usize = 8;
    let (mut f, mut e) = (0, 0);
    let (mut extra, mut missing, mut wrong) = (0, 0, 0);
    let mut lines = Vec::new();
    while f < found.len() || e < expected.len() {
        let order = match (found.get(f), expected.get(e)) {
            (Some(found), Some(expected)) => found.key().cmp(&expected.key()),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let shown = lines.len() < SHOWN;
        match order {
            Ordering::Less => {
                extra += 1;
                lines.extend(shown.then(|| format!("  too many:  {:?}", found[f])));
            }
            Ordering::Greater => {
                missing += 1;
                lines.extend(shown.then(|| format!("  missing:   {:?}", expected[e])));
            }
            Ordering::Equal if found[f] != expected[e] => {
                wrong += 1;
                let pair =
                    || format!("  wrong:     {:?}\n  should be: {:?}", found[f], expected[e]);
                lines.extend(shown.then(pair));
            }
            Ordering::Equal => {}
        }
        f += usize::from(order != Ordering::Greater);
        e += usize::from(order != Ordering::Less);
    }
    (!lines.is_empty()).then(|| {
        format!(
            "{} rows for {} expected: {extra} too many, {missing} missing, {wrong} wrong, among them\n{}",
            found.len(),
            expected.len(),
            lines.join("\n")
        )
    })
}

/// How many rows a second sync inserts, changes and removes: what `records_updated` adds up.
pub fn changes(before: &[StockRow], after: &[StockRow]) -> usize {
    let old: HashMap<_, _> = before.iter().map(|row| (row.key(), row)).collect();
    let kept = after.iter().filter(|row| old.contains_key(&row.key())).count();
    let same = after.iter().filter(|row| old.get(&row.key()) == Some(row)).count();
    (before.len() - kept) + (after.len() - same)
}
