//! A seller's shop whose listings and barcodes a test chooses one by one, and what the tables say of its products.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon::OzonProduct;
use crate::support::marketplace::catalogue::wb::{WB_WAREHOUSE, WbPlace, WbSize};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::world::World;

/// A size of a card as the seller knows it; the stand-in's catalogue has one barcode per size, cards have several.
#[derive(Clone)]
pub(super) struct Size {
    pub(super) card: u64,
    pub(super) chrt_id: u64,
    pub(super) barcodes: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct Shop {
    pub(super) sizes: Vec<Size>,
    pub(super) articles: Vec<(String, Vec<String>)>,
    /// Seconds after which each of these cards was changed.
    pub(super) changed: Vec<(u64, u64)>,
}

impl Shop {
    pub(super) fn size(&mut self, card: u64, chrt_id: u64, barcodes: &[&str]) -> &mut Self {
        let barcodes = barcodes.iter().map(|&barcode| barcode.into()).collect();
        self.sizes.push(Size { card, chrt_id, barcodes });
        self
    }

    pub(super) fn article(&mut self, article: &str, barcodes: &[&str]) -> &mut Self {
        let barcodes = barcodes.iter().map(|&barcode| barcode.into()).collect();
        self.articles.push((article.into(), barcodes));
        self
    }

    pub(super) fn name(card: u64) -> String {
        format!("Носки «Ёж», модель {card}")
    }

    pub(super) fn catalogue(&self) -> Catalogue {
        let wb = self.sizes.iter().map(|size| WbSize {
            nm_id: size.card,
            chrt_id: size.chrt_id,
            barcode: size.barcodes.first().cloned().unwrap_or_default(),
            vendor_code: format!("носки/{}", size.card),
            title: Self::name(size.card),
            subject: "Носки".into(),
            tech_size: "0".into(),
            stock: vec![place(WB_WAREHOUSE, 7)],
            own: Vec::new(),
            stray: Default::default(),
        });
        let ozon = self.articles.iter().zip(0..).map(|((article, barcodes), number)| OzonProduct {
            offer_id: article.clone(),
            product_id: 3_000_000_000 + number,
            sku: 2_147_483_600 + number,
            barcodes: barcodes.clone(),
            name: format!("Носки Озон {article}"),
            fbo: 5,
            fbo_reserved: 0,
            fbs: 0,
            real_fbs: 0,
            own_reserved: 0,
        });
        Catalogue { ozon: ozon.collect(), wb: wb.collect() }
    }

    pub(super) fn cards(&self) -> Vec<Value> {
        let mut cards: Vec<Value> = Vec::new();
        for size in &self.sizes {
            let sized = json!({"chrtID": size.chrt_id, "techSize": "0", "skus": size.barcodes});
            match cards.last_mut() {
                Some(card) if card["nmID"] == size.card => {
                    card["sizes"].as_array_mut().unwrap().push(sized);
                }
                _ => {
                    let changed = self.changed.iter().find(|(card, _)| *card == size.card);
                    let second = changed.map_or(0, |(_, second)| *second);
                    cards.push(json!({"nmID": size.card, "vendorCode": format!("носки/{}", size.card),
                        "title": Self::name(size.card), "sizes": [sized],
                        "updatedAt": format!("2026-11-01T06:{:02}:{:02}.5Z", second / 60, second % 60)}));
                }
            }
        }
        cards.sort_by_key(|card| (card["updatedAt"].to_string(), card["nmID"].as_u64()));
        cards
    }

    pub(super) fn open(&self, world: &World) {
        world.marketplaces.set_catalogue(self.catalogue());
        let cards = Arc::new(self.cards());
        world.marketplaces.configure(|settings| settings.cards = Some(cards));
    }

    pub(super) fn world(&self) -> World {
        let world = World::new(Catalogue::default());
        self.open(&world);
        world
    }
}

pub(super) fn place(warehouse: &str, quantity: u32) -> WbPlace {
    WbPlace::holding(1, warehouse, quantity)
}

pub(super) fn cards_asked(world: &World) -> usize {
    world.marketplaces.calls_of(Endpoint::WbCards).len()
}

/// Which articles are the same product as which sizes, by the tables. Joined here: a server whose statistics lag behind would
/// compare each listing with each other one, for ten minutes.
pub(super) fn links(world: &World) -> BTreeSet<(String, String)> {
    let listings = |column: &str, source: &str| {
        world.database.table(&format!(
            "SELECT product_id, {column} FROM product_listings WHERE source = '{source}'"
        ))
    };
    let mut sizes: HashMap<String, Vec<String>> = HashMap::new();
    for row in listings("size_id", "Wildberries") {
        sizes.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    let mut links = BTreeSet::new();
    for row in listings("sku", "Ozon") {
        let of_product = sizes.get(&row[0]).into_iter().flatten();
        links.extend(of_product.map(|size| (row[1].clone(), size.clone())));
    }
    links
}

pub(super) fn linked(pairs: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    pairs.iter().map(|(article, size)| ((*article).into(), (*size).into())).collect()
}

pub(super) fn product(world: &World, sku: &str, size_id: &str) -> i64 {
    world.database.number(&format!(
        "SELECT product_id FROM product_listings WHERE sku = '{sku}' AND size_id = '{size_id}'"
    ))
}

/// What must hold whatever happened.
#[track_caller]
pub(super) fn assert_sound(world: &World) {
    for source in ["Ozon", "Wildberries"] {
        // The name twice: the columns' character sets differ, and a join over them would find no index.
        let astray = world.database.number(&format!(
            "SELECT COUNT(*) FROM inventory_data i LEFT JOIN dim_products p ON p.product_id = i.product_id \
             LEFT JOIN product_listings l ON l.source = '{source}' AND l.sku = i.sku AND l.size_id = i.size_id \
             WHERE i.source = '{source}' \
             AND (p.product_id IS NULL OR l.product_id IS NULL OR l.product_id <> i.product_id)"
        ));
        assert_eq!(astray, 0, "rows without their product");
    }
    let melted = world.database.number(
        "SELECT COUNT(*) FROM (SELECT 1 FROM product_listings WHERE set_by_hand = 0 \
         GROUP BY product_id, source, COALESCE(chrt_id, size_id) = '', IF(source = 'Ozon', '', sku) HAVING \
         COUNT(DISTINCT sku, COALESCE(chrt_id, size_id)) > 1) AS melted",
    );
    assert_eq!(melted, 0, "products of one marketplace melted into one");
}
