//! Wildberries' side of the catalogue: sizes of cards, and where their goods lie.

use super::ozon::ean;
use super::row::StockRow;
use super::{pick, pick_below};

/// The one warehouse that WB names today.
pub const WB_WAREHOUSE: &str = "Склад WB";
/// The sizes after the first hundred cross 2³².
const FIRST_CHRT_ID: u64 = 4_294_967_200;
const SELLERS: [&str; 3] = ["Гараж, ё", "Гараж, е", "Мой склад"];

/// One size of one card.
#[derive(Clone, Debug)]
pub struct WbSize {
    pub nm_id: u64,
    pub chrt_id: u64,
    pub barcode: String,
    pub vendor_code: String,
    pub title: String,
    pub subject: String,
    pub tech_size: String,
    pub stock: Vec<WbPlace>,
    pub own: Vec<WbPlace>,
    /// On the way to and from buyers although no warehouse holds any: only the report of remains shows it.
    pub stray: [u32; 2],
}

/// What one warehouse holds of a size.
#[derive(Clone, Debug)]
pub struct WbPlace {
    pub warehouse_id: i64,
    pub warehouse: String,
    pub region: String,
    pub quantity: u32,
    pub to_client: u32,
    pub from_client: u32,
    /// What `supplier-stocks` says of it before its last change, if that is still among its rows.
    pub before: Option<u32>,
}

impl WbPlace {
    /// With nothing on its way.
    pub fn holding(warehouse_id: i64, warehouse: &str, quantity: u32) -> Self {
        Self {
            warehouse_id,
            warehouse: warehouse.into(),
            region: String::new(),
            quantity,
            to_client: 0,
            from_client: 0,
            before: None,
        }
    }
}

impl WbSize {
    pub fn going_out(&self) -> u32 {
        self.stray[0] + self.stock.iter().map(|place| place.to_client).sum::<u32>()
    }

    pub fn coming_back(&self) -> u32 {
        self.stray[1] + self.stock.iter().map(|place| place.from_client).sum::<u32>()
    }

    /// Every item of the answer is a row, zeros included.
    pub fn rows_of_warehouses(&self, own: bool) -> Vec<StockRow> {
        let size = self.chrt_id.to_string();
        let mut rows: Vec<_> = self.stock.iter().map(|place| self.row(&size, place)).collect();
        if own {
            rows.extend(self.own_rows());
        }
        rows
    }

    /// The goods in transit are known per barcode: a row of their own. No warehouse at all: a row of zeros.
    pub fn rows_of_remains(&self, own: bool) -> Vec<StockRow> {
        let row = |warehouse: &str, quantity, in_way| {
            StockRow::wb(self.nm_id, &self.barcode, warehouse, "FBO", quantity, in_way)
        };
        let mut rows: Vec<_> =
            self.stock.iter().map(|place| row(&place.warehouse, place.quantity, [0, 0])).collect();
        let in_way = [self.going_out(), self.coming_back()];
        if rows.is_empty() {
            rows.push(row(WB_WAREHOUSE, 0, [0, 0]));
        }
        if in_way != [0, 0] {
            rows.push(row("В пути", 0, in_way));
        }
        if own {
            rows.extend(self.own_rows());
        }
        rows
    }

    pub fn rows_of_supplier_stocks(&self) -> Vec<StockRow> {
        self.stock.iter().map(|place| self.row(&self.barcode, place)).collect()
    }

    fn row(&self, size_id: &str, place: &WbPlace) -> StockRow {
        let in_way = [place.to_client, place.from_client];
        StockRow::wb(self.nm_id, size_id, &place.warehouse, "FBO", place.quantity, in_way)
    }

    /// The seller's own warehouses are known by `chrtId` only, whatever the other method.
    fn own_rows(&self) -> impl Iterator<Item = StockRow> {
        self.own.iter().map(|place| {
            let size = self.chrt_id.to_string();
            StockRow::wb(self.nm_id, &size, &place.warehouse, "FBS", place.quantity, [0, 0])
        })
    }
}

/// Sizes until their warehouses are exactly `items` items.
pub fn sizes(seed: u64, items: usize) -> Vec<WbSize> {
    let (mut sizes, mut left) = (Vec::new(), items);
    while left > 0 {
        let mut size = size(seed, sizes.len());
        size.stock.truncate(left);
        left -= size.stock.len();
        sizes.push(size);
    }
    sizes
}

pub fn later(sizes: &[WbSize], seed: u64) -> Vec<WbSize> {
    let used = sizes.iter().map(|size| size.chrt_id - FIRST_CHRT_ID + 1).max().unwrap_or(0);
    let fresh = (used..=used + sizes.len() as u64 / 20).map(|n| size(seed, n as usize));
    sizes
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 10 != 7)
        .map(|(index, old)| {
            let mut new = old.clone();
            if index % 3 == 0 {
                new.stock = stock(seed, index);
                new.own = own(seed, index);
            }
            new
        })
        .chain(fresh)
        .collect()
}

fn size(seed: u64, index: usize) -> WbSize {
    let card = index as u64 / 3;
    WbSize {
        nm_id: 2_147_483_600 + card, // crosses 2³¹ after a few cards
        chrt_id: FIRST_CHRT_ID + index as u64,
        barcode: ean(index),
        vendor_code: format!("wb{card}/\"синий\", 🎁"),
        title: format!("Футболка «Ёлка» {card}"),
        subject: "Футболки".to_owned(),
        tech_size: ["S", "M", "46-48"][index % 3].to_owned(),
        stock: stock(seed, index),
        own: own(seed, index),
        stray: if index % 58 == 28 { [3, 1] } else { [0, 0] },
    }
}

/// Two names differ in case only. One size in 29 lies nowhere.
fn stock(seed: u64, index: usize) -> Vec<WbPlace> {
    let all = [
        (-999_999, WB_WAREHOUSE, WB_WAREHOUSE),
        (507, "Коледино", "Центральный"),
        (130_744, "Краснодар (Тихорецкая)", "Южный + \"Северо-Кавказский\""),
        (-5, "склад wb", ""),
    ];
    let places = if index % 29 == 28 { 0 } else { 1 + index % 4 };
    all[..places]
        .iter()
        .enumerate()
        .map(|(n, (id, name, region))| {
            let at = index * 4 + n;
            let quantity = match pick(seed, 11, at) % 5 {
                0 => 0,
                1 => 1 + pick_below(seed, 12, at, 1_000_000),
                _ => pick_below(seed, 12, at, 200),
            };
            let in_way = |salt| pick_below(seed, salt, at, 4) * pick_below(seed, salt + 1, at, 50);
            WbPlace {
                warehouse_id: *id,
                warehouse: (*name).to_owned(),
                region: (*region).to_owned(),
                quantity,
                to_client: in_way(13),
                from_client: in_way(15),
                before: (at % 20 == 3).then(|| quantity + 1 + pick_below(seed, 17, at, 50)),
            }
        })
        .collect()
}

fn own(seed: u64, index: usize) -> Vec<WbPlace> {
    let places = if index.is_multiple_of(5) { 1 + index / 5 % 3 } else { 0 };
    SELLERS[..places]
        .iter()
        .enumerate()
        .map(|(n, name)| WbPlace {
            warehouse_id: 600_000 + n as i64,
            warehouse: (*name).to_owned(),
            region: String::new(),
            quantity: pick_below(seed, 21, index * 3 + n, 40),
            to_client: 0,
            from_client: 0,
            before: None,
        })
        .collect()
}
