//! Where Ozon's products lie: the same pieces that the report tells in sums, put on warehouses, and the rows that follow.

use std::collections::BTreeMap;

use super::Catalogue;
use super::ozon::OzonProduct;
use super::row::{self, StockRow};

/// Town, cluster.
const TOWNS: [(&str, &str); 30] = [
    ("ХОРУГВИНО", "Москва, МО и Дальние регионы"),
    ("ПУШКИНО_1", "Москва, МО и Дальние регионы"),
    ("ЖУКОВСКИЙ", "Москва, МО и Дальние регионы"),
    ("НОГИНСК", "Москва, МО и Дальние регионы"),
    ("ПЕТРОВСКОЕ", "Москва, МО и Дальние регионы"),
    ("СОФЬИНО", "Москва, МО и Дальние регионы"),
    ("СПБ_БУГРЫ", "Санкт-Петербург и СЗО"),
    ("СПБ_ШУШАРЫ", "Санкт-Петербург и СЗО"),
    ("СПБ_КОЛПИНО", "Санкт-Петербург и СЗО"),
    ("КАЛИНИНГРАД", "Калининград"),
    ("КАЗАНЬ", "Казань"),
    ("НИЖНИЙ_НОВГОРОД", "Казань"),
    ("САМАРА", "Самара"),
    ("ОРЕНБУРГ", "Оренбург"),
    ("САРАТОВ", "Саратов"),
    ("ВОРОНЕЖ", "Воронеж"),
    ("ВОЛГОГРАД", "Волгоград"),
    ("РОСТОВ_НА_ДОНУ", "Ростов"),
    ("АДЫГЕЙСК", "Краснодар"),
    ("НОВОРОССИЙСК", "Краснодар"),
    ("НЕВИННОМЫССК", "Кавказ"),
    ("МАХАЧКАЛА", "Кавказ"),
    ("ЕКАТЕРИНБУРГ", "Екатеринбург"),
    ("ПЕРМЬ", "Пермь"),
    ("УФА", "Уфа"),
    ("ТЮМЕНЬ", "Тюмень"),
    ("ОМСК", "Омск"),
    ("НОВОСИБИРСК", "Новосибирск"),
    ("КРАСНОЯРСК", "Красноярск"),
    ("ХАБАРОВСК", "Дальний Восток"),
];

#[derive(Clone, Debug)]
pub struct OzonWarehouse {
    pub id: u64,
    pub name: String,
    pub cluster: &'static str,
}

#[derive(Clone, Debug)]
pub struct OwnWarehouse {
    pub id: u64,
    pub name: &'static str,
    pub real_fbs: bool,
}

/// How Ozon keeps the catalogue's pieces.
#[derive(Clone, Debug)]
pub struct OzonPlaces {
    pub warehouses: Vec<OzonWarehouse>,
    pub own: Vec<OwnWarehouse>,
    /// Warehouses that no list names, though something lies there.
    pub unlisted: Vec<u64>,
    /// Articles of which a second SKU holds a part.
    pub two_skus: Vec<String>,
    /// Articles before moderation.
    pub without_sku: Vec<String>,
    /// What partners hold: article, available, reserved.
    pub partners: Vec<(String, u32, u32)>,
}

impl Default for OzonPlaces {
    fn default() -> Self {
        let warehouses = TOWNS.iter().zip(0..).map(|((town, cluster), n)| OzonWarehouse {
            id: 15_431_806_189_000 + n * 1_000,
            name: format!("{town}_РФЦ"),
            cluster,
        });
        let own = [
            (9_000_000_001, "Склад в Туле", false),
            (9_000_000_002, "Склад в Твери", false),
            (9_000_000_003, "Доставка из Тулы", true),
        ];
        Self {
            warehouses: warehouses.collect(),
            own: own.map(|(id, name, real_fbs)| OwnWarehouse { id, name, real_fbs }).into(),
            unlisted: Vec::new(),
            two_skus: Vec::new(),
            without_sku: Vec::new(),
            partners: Vec::new(),
        }
    }
}

/// Pieces of a SKU on one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lying {
    pub sku: u64,
    pub warehouse: u64,
    pub available: u32,
    pub reserved: u32,
}

impl OzonPlaces {
    /// Its SKUs: none, one or two.
    pub fn skus(&self, product: &OzonProduct) -> Vec<u64> {
        match &product.offer_id {
            article if self.without_sku.contains(article) => vec![],
            article if self.two_skus.contains(article) => {
                vec![product.sku, product.sku + 500_000_000_000]
            }
            _ => vec![product.sku],
        }
    }

    /// On Ozon's warehouses; what has no SKU yet lies nowhere.
    pub fn fbo(&self, product: &OzonProduct) -> Vec<Lying> {
        let count = 1 + product.sku % 4;
        let all = self.warehouses.len() as u64;
        let chosen = (0..count).map(|n| {
            let place = (product.sku * 7 + n * 11) % all;
            self.warehouses[usize::try_from(place).expect("a place")].id
        });
        self.spread(product, &chosen.collect::<Vec<_>>(), product.fbo, product.fbo_reserved)
    }

    /// On the seller's own, of either kind.
    pub fn own(&self, product: &OzonProduct) -> Vec<Lying> {
        let ids = |real_fbs: bool| -> Vec<u64> {
            self.own.iter().filter(|own| own.real_fbs == real_fbs).map(|own| own.id).collect()
        };
        let only_real_fbs = product.fbs == 0 && product.real_fbs > 0;
        let (fbs, real_fbs) =
            if only_real_fbs { (0, product.own_reserved) } else { (product.own_reserved, 0) };
        let mut lying = self.spread(product, &ids(false), product.fbs, fbs);
        lying.extend(self.spread(product, &ids(true), product.real_fbs, real_fbs));
        lying
    }

    /// Even parts, the rest and what is reserved on the first; of two SKUs the second has half of what can be sold.
    fn spread(
        &self,
        product: &OzonProduct,
        warehouses: &[u64],
        available: u32,
        reserved: u32,
    ) -> Vec<Lying> {
        let skus = self.skus(product);
        let Some(first_sku) = skus.first() else { return Vec::new() };
        let count = u32::try_from(warehouses.len()).expect("a few");
        let mut lying = Vec::new();
        for (n, warehouse) in warehouses.iter().enumerate() {
            let rest = if n == 0 { available % count } else { 0 };
            let here = available / count + rest;
            let second = if skus.len() > 1 { here / 2 } else { 0 };
            let set_aside = if n == 0 { reserved } else { 0 };
            let mut add = |sku, available, reserved| {
                if available + reserved > 0 {
                    lying.push(Lying { sku, warehouse: *warehouse, available, reserved });
                }
            };
            add(*first_sku, here - second, set_aside);
            if let Some(sku) = skus.get(1) {
                add(*sku, second, 0);
            }
        }
        lying
    }

    fn name(&self, warehouse: u64) -> String {
        let ozon = self.warehouses.iter().find(|it| it.id == warehouse).map(|it| it.name.clone());
        let own = self.own.iter().find(|it| it.id == warehouse).map(|it| it.name.to_owned());
        match ozon {
            Some(_) if self.unlisted.contains(&warehouse) => format!("Ozon {warehouse}"),
            // One of the seller's own is named where its stock is told, too.
            name => name.or(own).expect("a warehouse"),
        }
    }

    /// A row per warehouse and kind with something in it, FBP among them; else one of zeros.
    fn rows(&self, product: &OzonProduct) -> Vec<StockRow> {
        let mut sums: BTreeMap<(String, &str), [u32; 2]> = BTreeMap::new();
        let mut add = |name: String, kind, available, reserved| {
            let sum = sums.entry((name, kind)).or_default();
            *sum = [sum[0] + available, sum[1] + reserved];
        };
        for it in self.fbo(product) {
            add(self.name(it.warehouse), "FBO", it.available, it.reserved);
        }
        for it in self.own(product) {
            let real_fbs = self.own.iter().any(|own| own.id == it.warehouse && own.real_fbs);
            let kind = if real_fbs { "realFBS" } else { "FBS" };
            add(self.name(it.warehouse), kind, it.available, it.reserved);
        }
        for (article, available, reserved) in &self.partners {
            if *article == product.offer_id {
                add("Ozon FBP".to_owned(), "FBP", *available, *reserved);
            }
        }
        if sums.is_empty() {
            return vec![StockRow::ozon(&product.offer_id, "FBO", 0, 0)];
        }
        let row = |((name, kind), [available, reserved]): ((String, &str), [u32; 2])| {
            StockRow::new(["Ozon", &product.offer_id, "", &name, kind], available, reserved, [0, 0])
        };
        sums.into_iter().map(row).collect()
    }
}

impl Catalogue {
    /// With `warehouses`.
    pub fn expected_ozon_by_warehouse(&self, places: &OzonPlaces) -> Vec<StockRow> {
        row::sorted(self.ozon.iter().flat_map(|product| places.rows(product)).collect())
    }
}
