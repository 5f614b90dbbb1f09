//! Ozon's side of the catalogue: products with the articles, names and stock that sellers really have.

use super::row::StockRow;
use super::{pick, pick_below};

/// One product as the report shows it: one number per stock type, one reserve for both own warehouses.
#[derive(Clone, Debug)]
pub struct OzonProduct {
    pub offer_id: String,
    pub product_id: u64,
    pub sku: u64,
    pub barcodes: Vec<String>,
    pub name: String,
    pub fbo: u32,
    pub fbo_reserved: u32,
    pub fbs: u32,
    pub real_fbs: u32,
    pub own_reserved: u32,
}

impl OzonProduct {
    /// A row per stock type with something in it; one row of zeros if there is nothing anywhere.
    pub fn rows(&self) -> Vec<StockRow> {
        let only_real_fbs_sells = self.fbs == 0 && self.real_fbs > 0;
        let (fbs_reserved, real_fbs_reserved) =
            if only_real_fbs_sells { (0, self.own_reserved) } else { (self.own_reserved, 0) };
        let types = [
            ("FBO", self.fbo, self.fbo_reserved),
            ("FBS", self.fbs, fbs_reserved),
            ("realFBS", self.real_fbs, real_fbs_reserved),
        ];
        let filled: Vec<_> = types
            .iter()
            .filter(|(_, available, reserved)| available + reserved > 0)
            .map(|(kind, available, reserved)| {
                StockRow::ozon(&self.offer_id, kind, *available, *reserved)
            })
            .collect();
        if filled.is_empty() { vec![StockRow::ozon(&self.offer_id, "FBO", 0, 0)] } else { filled }
    }

    /// As a report of before realFBS tells it.
    pub fn without_real_fbs(mut self) -> Self {
        self.real_fbs = 0;
        self
    }

    /// As Windows-1251 can write it.
    pub fn without_emoji(mut self) -> Self {
        for text in [&mut self.offer_id, &mut self.name] {
            *text =
                text.replace('🎁', "(подарок)").replace('🎄', "(ёлка)").replace("👨‍👩‍👧", "(семья)");
        }
        self
    }
}

const FIRST_PRODUCT_ID: u64 = 3_000_000_000;

pub fn products(seed: u64, count: usize) -> Vec<OzonProduct> {
    (0..count).map(|index| product(seed, index)).collect()
}

pub fn later(products: &[OzonProduct], seed: u64) -> Vec<OzonProduct> {
    // Past every number ever used, so that a state of a state has no article twice.
    let used =
        products.iter().map(|product| product.product_id - FIRST_PRODUCT_ID + 1).max().unwrap_or(0);
    let fresh = (used..=used + products.len() as u64 / 20).map(|n| product(seed, n as usize));
    products
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 10 != 7)
        .map(|(index, old)| {
            let mut new = old.clone();
            if index % 3 == 0 {
                give_stock(&mut new, seed, index);
            }
            new
        })
        .chain(fresh)
        .collect()
}

fn product(seed: u64, index: usize) -> OzonProduct {
    let number = index as u64;
    let mut product = OzonProduct {
        offer_id: article(index),
        product_id: FIRST_PRODUCT_ID + number,
        sku: 2_147_483_600 + number * 1_003, // the first ones are below 2³¹, nearly all are above
        barcodes: barcodes(index),
        name: name(index),
        fbo: 0,
        fbo_reserved: 0,
        fbs: 0,
        real_fbs: 0,
        own_reserved: 0,
    };
    give_stock(&mut product, seed, index);
    product
}

/// Neighbours differ in case, in ё and е or in an emoji only; some look like numbers, formulas or quotes.
fn article(index: usize) -> String {
    let group = index / 16;
    match index % 16 {
        0 => format!("ART-{group}"),
        1 => format!("art-{group}"),
        2 => format!("Ёлка-{group}"),
        3 => format!("Елка-{group}"),
        4 => format!("ёлка-{group}"),
        5 => format!("Набор 🎁 {group}"),
        6 => format!("Набор 🎄 {group}"),
        7 => format!("00{group}"),
        8 => format!("{group}.0"),
        9 => format!("1E{group}"),
        10 => format!("'кавычка-{group}"),
        11 => format!("\"ёж; с \"\"яблоком\"\"\" {group}"),
        12 => format!("=2+{group}"),
        13 => format!("два  пробела, {group}"),
        14 => format!("2147483{group:04}"),
        _ => format!("a\\b'c%_{group}`"),
    }
}

fn name(index: usize) -> String {
    match index % 7 {
        0 => format!("Чайник электрический, модель {index}"),
        1 => format!("Кружка \"Ёжик; большая\" {index}"),
        2 => format!("Набор посуды\nна шесть персон {index}"),
        3 => format!("Подушка 🎁 👨‍👩‍👧 {index}"),
        4 => format!("Плед\u{a0}шерстяной; 'серый' {index}"),
        5 => format!("Стол 'журнальный' \\ {index}\r\nдуб"),
        _ => format!("Лампа {index}, 5\"\""),
    }
}

/// The same numbers as on Wildberries, so that some products are sold on both.
pub fn ean(index: usize) -> String {
    format!("20376{:08}", index * 7 + 1)
}

fn barcodes(index: usize) -> Vec<String> {
    match index % 5 {
        0 => vec![],
        1 => vec![format!("OZN{}", 1_000_000_000 + index), ean(index)],
        _ => vec![ean(index)],
    }
}

/// Ten kinds of stock; with a hundred products each occurs, and so does every rule about rows.
fn give_stock(product: &mut OzonProduct, seed: u64, index: usize) {
    let number = |salt: u64| match pick(seed, salt + 100, index) % 4 {
        0 => 1 + pick_below(seed, salt, index, 9),
        1 => 1000 + pick_below(seed, salt, index, 9_000),
        2 => 1_000_000 + pick_below(seed, salt, index, 900_000),
        _ => 10 + pick_below(seed, salt, index, 90),
    };
    let (fbo, fbo_reserved, fbs, real_fbs, own_reserved) =
        match pick(seed, 1, index).wrapping_add(index as u64) % 10 {
            0 => (0, 0, 0, 0, 0),
            1 => (number(2), 0, 0, 0, 0),
            2 => (number(2), number(3), 0, 0, 0),
            3 => (0, number(3), 0, 0, 0),
            4 => (0, 0, number(4), 0, 0),
            5 => (0, 0, number(4), 0, number(5)),
            6 => (0, 0, 0, number(6), number(5)),
            7 => (number(2), number(3), number(4), number(6), number(5)),
            8 => (0, 0, 0, 0, number(5)),
            _ => (number(2), 0, 0, number(6), 0),
        };
    product.fbo = fbo;
    product.fbo_reserved = fbo_reserved;
    product.fbs = fbs;
    product.real_fbs = real_fbs;
    product.own_reserved = own_reserved;
}
