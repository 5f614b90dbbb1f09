//! The catalogue of the demo: few products, with names that a reader recognises on the screen.

use super::Catalogue;
use super::ozon::OzonProduct;
use super::wb::{WB_WAREHOUSE, WbPlace, WbSize};

impl Catalogue {
    pub fn demo() -> Self {
        Self { ozon: ozon(), wb: wb() }
    }
}

fn ozon() -> Vec<OzonProduct> {
    // article, barcode, name, FBO, reserved, FBS, realFBS, reserved on the own warehouses
    let products = [
        ("ЧАЙНИК-17", "4601234500017", "Чайник электрический 1,7 л", [120, 7, 0, 0, 0]),
        ("КРУЖКА-ЁЖ", "4601234500024", "Кружка «Ёжик», 330 мл", [48, 2, 15, 0, 1]),
        ("ПЛЕД-140", "4601234500031", "Плед шерстяной; 140×200", [0, 0, 32, 0, 4]),
        ("СТОЛ-ДУБ", "4601234500048", "Стол журнальный, дуб", [0, 0, 0, 6, 2]),
        ("ЛАМПА-5", "4601234500055", "Лампа настольная \"Сова\"", [1250, 30, 0, 0, 0]),
        ("КОВЁР-2X3", "4601234500062", "Ковёр 2×3 м", [0, 0, 0, 0, 0]),
    ];
    products
        .iter()
        .zip(0..)
        .map(|((article, barcode, name, [fbo, fbo_reserved, fbs, real_fbs, own_reserved]), n)| {
            OzonProduct {
                offer_id: (*article).to_owned(),
                product_id: 3_100_000_000 + n,
                sku: 2_200_000_000 + n,
                barcodes: vec![(*barcode).to_owned()],
                name: (*name).to_owned(),
                fbo: *fbo,
                fbo_reserved: *fbo_reserved,
                fbs: *fbs,
                real_fbs: *real_fbs,
                own_reserved: *own_reserved,
            }
        })
        .collect()
}

fn wb() -> Vec<WbSize> {
    // nmId, size, barcode, article, title, at WB: stock, to the buyer, back; at the seller's
    let sizes = [
        (
            183_804_172,
            "0",
            "2037031652319",
            "альбом/прозрачный",
            "Фотоальбом на 200 фото",
            [134, 14, 4],
            None,
        ),
        (
            183_804_173,
            "S",
            "2037031652326",
            "футболка/ёлка",
            "Футболка «Ёлка»",
            [43, 3, 1],
            Some(5),
        ),
        (183_804_173, "M", "2037031652333", "футболка/ёлка", "Футболка «Ёлка»", [0, 2, 0], Some(8)),
        (183_804_173, "L", "2037031652340", "футболка/ёлка", "Футболка «Ёлка»", [71, 0, 2], None),
        (
            2_200_000_001,
            "0",
            "4601234500024",
            "кружка-ёж",
            "Кружка «Ёжик», 330 мл",
            [26, 1, 0],
            None,
        ),
    ];
    sizes
        .iter()
        .zip(0..)
        .map(|((nm_id, size, barcode, article, title, [quantity, to, from], own), n)| WbSize {
            nm_id: *nm_id,
            chrt_id: 316_399_238 + n,
            barcode: (*barcode).to_owned(),
            vendor_code: (*article).to_owned(),
            title: (*title).to_owned(),
            subject: title.split(' ').next().unwrap_or_default().to_owned(),
            tech_size: (*size).to_owned(),
            stock: vec![place(-999_999, WB_WAREHOUSE, *quantity, *to, *from)],
            own: own
                .iter()
                .map(|quantity| place(600_001, "Склад в Туле", *quantity, 0, 0))
                .collect(),
            stray: [0, 0],
        })
        .collect()
}

fn place(
    warehouse_id: i64,
    name: &str,
    quantity: u32,
    to_client: u32,
    from_client: u32,
) -> WbPlace {
    WbPlace {
        warehouse_id,
        warehouse: name.to_owned(),
        region: name.to_owned(),
        quantity,
        to_client,
        from_client,
        before: None,
    }
}
