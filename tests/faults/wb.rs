//! Wildberries by all of its methods.

use serde_json::{Value, json};

use super::stage::Stage;
use super::{Fault, Group};
use crate::support::marketplace::endpoint::Endpoint::{
    self, WbRemainsStatus, WbSellerWarehouses, WbSupplierStocks, WbWarehouses,
};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::{Reply, Wire};

pub fn group() -> Group {
    let mut faults = vec![
        status(401, 77),
        status(403, 77),
        status(400, 65),
        status(402, 77),
        Fault::met("a token that may not read the seller's warehouses", 77, |shop| {
            shop.configure(|settings| settings.forbidden = vec![WbSellerWarehouses]);
        })
        .says("WB_SELLER_WAREHOUSES=false"),
        Fault::met("the second method cannot be reached after the first answered", 69, |shop| {
            shop.always(WbSellerWarehouses, Spoiled::Status(503));
        })
        .calls(WbSellerWarehouses, 3),
        Fault::met("a page is reset in its middle, once", 0, |shop| {
            shop.fault(WbWarehouses, Spoiled::Wire(Wire::ResetAt(400)));
        })
        .calls(WbWarehouses, 2)
        .survived(),
        Fault::met("429 with X-Ratelimit-Retry, once", 0, |shop| {
            shop.fault(WbWarehouses, limited("0.3"));
        })
        .calls(WbWarehouses, 2)
        .survived()
        .says("waiting 550ms"),
        Fault::met("429 with X-Ratelimit-Retry: two hours", 75, |shop| {
            shop.always(WbWarehouses, limited("7200"));
        })
        .calls(WbWarehouses, 1)
        .says("retry after"),
        Fault::met("204 where there was stock", 4, |shop| {
            let nothing = Spoiled::Instead(Reply { headers: Vec::new(), ..Reply::json(204, "") });
            shop.always(WbWarehouses, nothing.clone());
            shop.always(WbSellerWarehouses, nothing);
        }),
    ];
    for (name, body, exit) in [
        ("no \"data\"", "{\"items\":[]}", 65),
        ("\"data\" of null", "{\"data\":null}", 65),
        ("a list", "[]", 65),
        ("an error in place of items", "{\"error\":true,\"errorText\":\"x\"}", 65),
        ("something after its end", "{\"data\":{\"items\":[]}} x", 65),
        ("HTML", "<html><body>Bad gateway</body></html>", 65),
    ] {
        let fault = Fault::met(format!("a page holds {name}"), exit, move |shop| {
            shop.always(WbWarehouses, Spoiled::Instead(Reply::json(200, body)));
        });
        faults.push(fault.calls(WbWarehouses, 1));
    }
    faults.push(
        Fault::met("a page holds JSON that ends too early", 69, |shop| {
            let half = "{\"data\":{\"items\":[{\"nmId\":1,\"chr";
            shop.always(WbWarehouses, Spoiled::Instead(Reply::json(200, half)));
        })
        .calls(WbWarehouses, 3),
    );
    faults.extend(records());
    faults.extend(methods());
    Group { name: "Wildberries", stage: Stage::wb, faults }
}

fn status(status: u16, exit: i32) -> Fault {
    Fault::met(format!("{status} to wb-warehouses"), exit, move |shop| {
        shop.always(WbWarehouses, Spoiled::Status(status));
    })
    .calls(WbWarehouses, 1)
}

fn limited(seconds: &'static str) -> Spoiled {
    Spoiled::change(move |_| {
        Reply::json(429, json!({"title": "too many requests", "requestId": "1"}))
            .header("X-Ratelimit-Retry", seconds)
    })
}

/// The page with its items changed.
pub fn items_changed(change: impl Fn(&mut Vec<Value>) + Send + Sync + 'static) -> Spoiled {
    Spoiled::change(move |mut reply| {
        let mut page: Value = serde_json::from_slice(&reply.body).expect("a page");
        change(page["data"]["items"].as_array_mut().expect("items"));
        reply.body = page.to_string().into_bytes();
        reply
    })
}

fn records() -> Vec<Fault> {
    vec![
        Fault::met("a quantity beyond 64 bits, a textual and a negative one", 3, |shop| {
            shop.fault(
                WbWarehouses,
                Spoiled::change(|mut reply| {
                    let more = r#"{"data":{"items":[{"nmId":1,"chrtId":1,"warehouseName":"A","quantity":99999999999999999999999999,"inWayToClient":0,"inWayFromClient":0},{"nmId":1,"chrtId":2,"warehouseName":"A","quantity":"many","inWayToClient":0,"inWayFromClient":0},{"nmId":1,"chrtId":3,"warehouseName":"A","quantity":-1,"inWayToClient":0,"inWayFromClient":0},"#;
                    let text = String::from_utf8(reply.body).expect("a page");
                    reply.body = text.replacen(r#"{"data":{"items":["#, more, 1).into_bytes();
                    reply
                }),
            );
        })
        .partial(|_| false)
        .says("3 rejected"),
        Fault::met("a record that comes twice on one page", 3, |shop| {
            shop.fault(WbWarehouses, items_changed(|items| items.push(items[0].clone())));
        })
        .partial(|_| false)
        .says("duplicate of record 1"),
        Fault::met("more than half of the records rejected", 65, |shop| {
            shop.fault(
                WbWarehouses,
                items_changed(|items| {
                    items.iter_mut().for_each(|item| item["quantity"] = json!("7"));
                }),
            );
        })
        .says("this is not stock data"),
    ]
}

fn by(method: &'static str, name: &str, exit: i32, endpoint: Endpoint, fault: Spoiled) -> Fault {
    Fault::met_with(format!("{method}: {name}"), exit, ("WB_STOCKS_METHOD", method), move |shop| {
        shop.always(endpoint, fault.clone());
    })
}

fn methods() -> Vec<Fault> {
    let task = |status: &str| {
        Spoiled::Instead(Reply::json(200, json!({"data": {"id": "1", "status": status}})))
    };
    let (remains, supplier) = ("warehouse-remains", "supplier-stocks");
    let stocks = |reply: Reply| Spoiled::Instead(reply);
    vec![
        by(remains, "the task is canceled", 69, WbRemainsStatus, task("canceled")),
        by(remains, "the task is purged", 69, WbRemainsStatus, task("purged")),
        by(remains, "the task is unknown", 65, WbRemainsStatus, Spoiled::Status(404)),
        by(supplier, "404, it is switched off", 65, WbSupplierStocks, Spoiled::Status(404))
            .says("WB_STOCKS_METHOD=wb-warehouses"),
        by(supplier, "410, it is switched off", 65, WbSupplierStocks, Spoiled::Status(410))
            .says("WB_STOCKS_METHOD=wb-warehouses"),
        by(
            supplier,
            "[] where there was stock",
            4,
            WbSupplierStocks,
            stocks(Reply::json(200, "[]")),
        ),
        by(
            supplier,
            "rows without a date, so that the next page cannot be asked for",
            65,
            WbSupplierStocks,
            stocks(Reply::json(200, "[{\"nmId\":1,\"barcode\":\"2\"}]")),
        ),
    ]
}
