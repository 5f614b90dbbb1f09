//! What the seller of the tests has in stock, and the rows that a correct sync makes of it. The rows are stated
//! from the model by the rules of the design; nothing here knows the program's own code.
//! Everything follows from numbers: the same seed is the same catalogue on every machine.

pub mod fixed;
pub mod ozon;
pub mod ozon_places;
pub mod ozon_report;
pub mod ozon_xlsx;
pub mod row;
pub mod wb;
pub mod wb_answers;
pub mod wb_cabinet;

use ozon::OzonProduct;
use row::StockRow;
use wb::WbSize;

/// One state of the seller's stock on both marketplaces.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub ozon: Vec<OzonProduct>,
    pub wb: Vec<WbSize>,
}

impl Catalogue {
    /// `products` on Ozon and `items` (size by warehouse) on WB's own warehouses.
    pub fn sized(seed: u64, products: usize, items: usize) -> Self {
        Self { ozon: ozon::products(seed, products), wb: wb::sizes(seed, items) }
    }

    /// Enough for every quirk to occur a few times.
    pub fn small(seed: u64) -> Self {
        Self::sized(seed, 120, 150)
    }

    /// A later state: some products are gone, some have other stock, some are new.
    pub fn later(&self, seed: u64) -> Self {
        Self { ozon: ozon::later(&self.ozon, seed), wb: wb::later(&self.wb, seed) }
    }

    pub fn expected_ozon(&self) -> Vec<StockRow> {
        row::sorted(self.ozon.iter().flat_map(OzonProduct::rows).collect())
    }

    /// With `wb-warehouses`, and the seller's own warehouses if `own` is set.
    pub fn expected_wb(&self, own: bool) -> Vec<StockRow> {
        row::sorted(self.wb.iter().flat_map(|size| size.rows_of_warehouses(own)).collect())
    }

    /// With `warehouse-remains`, and the seller's own warehouses if `own` is set.
    pub fn expected_wb_remains(&self, own: bool) -> Vec<StockRow> {
        row::sorted(self.wb.iter().flat_map(|size| size.rows_of_remains(own)).collect())
    }

    /// With `supplier-stocks`.
    pub fn expected_wb_supplier(&self) -> Vec<StockRow> {
        row::sorted(self.wb.iter().flat_map(WbSize::rows_of_supplier_stocks).collect())
    }
}

/// A number that looks random and is not: the same for the same three (splitmix64).
pub fn pick(seed: u64, salt: u64, index: usize) -> u64 {
    let mut x = seed
        .wrapping_add(salt.wrapping_mul(0xA076_1D64_78BD_642F))
        .wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// As `pick`, from 0 up to but without `bound`.
pub fn pick_below(seed: u64, salt: u64, index: usize, bound: u32) -> u32 {
    u32::try_from(pick(seed, salt, index) % u64::from(bound)).expect("below a u32")
}
