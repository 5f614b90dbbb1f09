//! Answers that mean harm: bounded, refused, explained, and never raw on a terminal (which is checked after every run).

use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use super::wb::items_changed;
use super::{Fault, Group};
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonDownload, WbWarehouses};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::{Reply, Wire, gzip};

const SMALL: (&str, &str) = ("MAX_DOWNLOAD", "1MiB");
const ESCAPES: &str = "\u{1b}[31m\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\u{8}";

pub fn ozon() -> Group {
    let mut faults = vec![
        Fault::met_with("an endless report", 65, SMALL, |shop| {
            shop.configure(|settings| settings.gzip = false);
            shop.always(OzonDownload, Spoiled::Wire(Wire::Endless));
        })
        .calls(OzonDownload, 1)
        .says("MAX_DOWNLOAD"),
        Fault::met("gzip with more behind its end", 69, |shop| {
            shop.always(OzonDownload, Spoiled::Wire(Wire::Endless));
        })
        .calls(OzonDownload, 3),
        Fault::met_with("a gzip bomb", 65, SMALL, |shop| {
            let bomb = gzip(&vec![b'0'; 8 << 20]);
            let reply = Reply::new(200, "text/csv", bomb).header("Content-Encoding", "gzip");
            shop.always(OzonDownload, Spoiled::Instead(reply));
        })
        .calls(OzonDownload, 1)
        .says("MAX_DOWNLOAD"),
        Fault::met("an endless answer to report/create", 65, |shop| {
            shop.configure(|settings| settings.gzip = false);
            shop.always(OzonCreate, Spoiled::Wire(Wire::Endless));
        })
        .calls(OzonCreate, 1),
        Fault::met_with(
            "a report that comes with long silences",
            69,
            ("HTTP_TIMEOUT", "100ms"),
            |shop| {
                shop.always(
                    OzonDownload,
                    Spoiled::Wire(Wire::Drip(2_000, Duration::from_millis(700))),
                );
            },
        ),
    ];
    faults.extend(heads_and_texts());
    Group { name: "Hostile, Ozon", stage: Stage::ozon, faults }
}

fn heads_and_texts() -> Vec<Fault> {
    let header = "Артикул;Название товара;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Зарезервировано на моих складах, шт\n";
    let escapes = format!("{header}A{ESCAPES};x{ESCAPES};many{ESCAPES};0;0;0\n");
    vec![
        Fault::met("headers of megabytes", 69, |shop| {
            let head = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "a".repeat(3 << 20));
            shop.always(OzonCreate, Spoiled::Wire(Wire::Bytes(head.into_bytes())));
        }),
        Fault::met("ten thousand headers", 69, |shop| {
            let head = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-A: b\r\n".repeat(10_000));
            shop.always(OzonCreate, Spoiled::Wire(Wire::Bytes(head.into_bytes())));
        }),
        Fault::met("something that is not HTTP", 69, |shop| {
            let noise = b"\x16\x03\x01\x00\x05SSH-2.0\r\n\r\n".to_vec();
            shop.always(OzonCreate, Spoiled::Wire(Wire::Bytes(noise)));
        }),
        Fault::met("an error text full of terminal escapes", 65, |shop| {
            let reply = Reply::json(400, json!({"code": 3, "message": ESCAPES}));
            shop.always(OzonCreate, Spoiled::Instead(reply));
        }),
        Fault::met("a trace id full of terminal escapes", 65, |shop| {
            let reply = Reply::json(400, "{}").header("X-O3-Trace-Id", "a\u{9b}31mb");
            shop.always(OzonCreate, Spoiled::Instead(reply));
        }),
        Fault::met("an article, a name and a number full of terminal escapes", 65, move |shop| {
            let report = escapes.clone().into_bytes();
            shop.configure(|settings| settings.report = Some(report));
        }),
    ]
}

fn page(name: &str, exit: i32, body: fn() -> String) -> Fault {
    Fault::met(name, exit, move |shop| {
        shop.always(WbWarehouses, Spoiled::Instead(Reply::json(200, body())));
    })
    .calls(WbWarehouses, 1)
}

pub fn wb() -> Group {
    let faults = vec![
        // Sound JSON, and one record that is none; the shrink guard sees the rest.
        page("an item nested a million deep", 4, || {
            let depth = 1_000_000;
            format!("{{\"data\":{{\"items\":[{}{}]}}}}", "[".repeat(depth), "]".repeat(depth))
        })
        .says("it is not an object"),
        page("an object nested a million deep in an item", 4, || {
            let depth = 1_000_000;
            let deep = format!("{}1{}", "{\"nmId\":".repeat(depth), "}".repeat(depth));
            format!("{{\"data\":{{\"items\":[{deep}]}}}}")
        }),
        page("an answer nested a million deep, and closed", 65, || {
            format!("{}{}", "{\"data\":".repeat(1_000_000), "}".repeat(1_000_000))
        }),
        page("one item of 20 MiB", 65, || {
            format!("{{\"data\":{{\"items\":[{{\"nmId\":\"{}\"}}]}}}}", "9".repeat(20 << 20))
        }),
        page("a key that comes twice", 65, || {
            "{\"data\":{\"items\":[]},\"data\":{\"items\":[]}}".to_owned()
        }),
        Fault::met("a warehouse, a size and an article full of terminal escapes", 3, |shop| {
            shop.fault(
                WbWarehouses,
                items_changed(|items| {
                    let odd = json!({"nmId": ESCAPES, "chrtId": ESCAPES, "warehouseName": ESCAPES,
                        "quantity": ESCAPES, "inWayToClient": 0, "inWayFromClient": 0});
                    items.push(odd);
                }),
            );
        })
        .partial(|_| false),
        Fault::met("ids and quantities at the edge of 64 bits", 3, |shop| {
            shop.fault(
                WbWarehouses,
                items_changed(|items| {
                    for id in [u64::MAX, 1 << 63] {
                        items.push(json!({"nmId": id, "chrtId": 1, "warehouseName": "A",
                            "quantity": 1, "inWayToClient": 0, "inWayFromClient": 0}));
                    }
                    items.push(json!({"nmId": 5, "chrtId": 5, "warehouseName": "A",
                        "quantity": 2_147_483_648_u32, "inWayToClient": 0, "inWayFromClient": 0}));
                }),
            );
        })
        .partial(|_| false),
    ];
    Group { name: "Hostile, Wildberries", stage: Stage::wb, faults }
}
