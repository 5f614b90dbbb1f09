//! Ozon's methods for stock by warehouse: sums by SKU, pages by cursor, lists of warehouses, what products are called.
//! A body that Ozon would refuse is answered with 400.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue::ozon_places::{Lying, OzonPlaces};
use super::endpoint::Endpoint;
use super::http::Reply;
use super::{State, fault};

const LIMIT: usize = 1000;

/// What goes wrong with the stock itself, not with an answer.
#[derive(Clone, Debug, Default)]
pub struct Restless {
    /// Pages of stock on Ozon's warehouses that are empty, though more follow; as often as this.
    pub lost_pages: usize,
    /// Articles of which the sums tell one piece more than the warehouses.
    pub never_settles: Vec<String>,
    /// The catalogue from the given call of a method on (the first is 0).
    pub later: Vec<(Endpoint, usize, super::catalogue::Catalogue)>,
}

pub(super) fn answer(state: &mut State, endpoint: Endpoint, body: &Value) -> Reply {
    move_on(state, endpoint);
    match endpoint {
        Endpoint::OzonStocks => sums(state, body),
        Endpoint::OzonFbo | Endpoint::OzonFbs => places(state, endpoint, body),
        Endpoint::OzonWarehouseList => warehouses(&state.settings.places),
        Endpoint::OzonClusters => clusters(&state.settings.places),
        Endpoint::OzonOwnWarehouses => own_warehouses(state, body),
        _ => products(state, body),
    }
}

fn move_on(state: &mut State, endpoint: Endpoint) {
    let before = state.calls.iter().filter(|call| call.endpoint == Some(endpoint)).count();
    let later = &state.settings.restless.later;
    let catalogue = later.iter().find(|(method, call, _)| *method == endpoint && *call == before);
    if let Some((_, _, catalogue)) = catalogue {
        let catalogue = catalogue.clone();
        state.replace(catalogue);
    }
}

fn refused(state: &mut State, endpoint: Endpoint, body: &Value) -> Reply {
    let text: String = body.to_string().chars().take(300).collect();
    state.violations.push(format!("{endpoint:?} takes no such body: {text}"));
    fault::error(endpoint, 400)
}

/// The offset that a cursor stands for, and the limit.
fn page(body: &Value) -> Option<(usize, usize)> {
    let limit = usize::try_from(body["limit"].as_u64()?).ok()?;
    let offset = match body["cursor"].as_str()? {
        "" => 0,
        cursor => cursor.strip_prefix("b2Zmc2V0")?.parse().ok()?,
    };
    (1..=LIMIT).contains(&limit).then_some((offset, limit))
}

fn cursor(offset: usize, all: usize) -> String {
    if offset < all { format!("b2Zmc2V0{offset}") } else { String::new() }
}

fn sums(state: &mut State, body: &Value) -> Reply {
    let Some((offset, limit)) = page(body).filter(|_| body["filter"]["visibility"] == "ALL") else {
        return refused(state, Endpoint::OzonStocks, body);
    };
    let places = &state.settings.places;
    let all = state.catalogue.ozon.len();
    let items: Vec<Value> = state.catalogue.ozon.iter().skip(offset).take(limit).map(|product| {
        let mut stocks = Vec::new();
        let (fbo, own) = (places.fbo(product), places.own(product));
        let real_fbs = |lying: &&Lying| {
            places.own.iter().any(|own| own.id == lying.warehouse && own.real_fbs)
        };
        for sku in places.skus(product) {
            let mut add = |kind: &str, lying: &mut dyn Iterator<Item = &Lying>, more: u32| {
                let (mut present, mut reserved) = (more, 0);
                for it in lying.filter(|it| it.sku == sku) {
                    present += it.available + it.reserved;
                    reserved += it.reserved;
                }
                stocks.push(json!({"type": kind, "sku": sku, "present": present, "reserved": reserved,
                    "shipment_type": "SHIPMENT_TYPE_GENERAL"}));
            };
            let more = state.settings.restless.never_settles.contains(&product.offer_id);
            add("fbo", &mut fbo.iter(), u32::from(more));
            add("fbs", &mut own.iter().filter(|it| !real_fbs(it)), 0);
            if own.iter().any(|it| real_fbs(&it)) {
                add("rfbs", &mut own.iter().filter(real_fbs), 0);
            }
        }
        for (article, available, reserved) in &places.partners {
            if *article == product.offer_id {
                stocks.push(json!({"type": "fbp", "sku": product.sku, "present": available + reserved,
                    "reserved": reserved, "shipment_type": "SHIPMENT_TYPE_GENERAL"}));
            }
        }
        json!({"offer_id": product.offer_id, "product_id": product.product_id, "stocks": stocks})
    }).collect();
    let next = cursor(offset + items.len(), all);
    Reply::json(200, json!({"items": items, "cursor": next, "total_items": all}))
}

/// The SKUs of a request: texts, some and not too many, under the method's own name for them and no other.
fn skus(endpoint: Endpoint, body: &Value) -> Option<Vec<u64>> {
    let (name, articles) = match endpoint {
        Endpoint::OzonFbo => ("skus", "offer_ids"),
        _ => ("sku", "offer_id"),
    };
    let list = body[name].as_array()?;
    let known = [name, articles, "limit", "cursor"];
    let clean = body.as_object()?.keys().all(|key| known.contains(&key.as_str()));
    let lone = body.get(articles).is_none();
    let fits = (1..=LIMIT).contains(&list.len()) && clean && lone;
    fits.then(|| list.iter().map(|id| id.as_str()?.parse().ok()).collect()).flatten()
}

fn places(state: &mut State, endpoint: Endpoint, body: &Value) -> Reply {
    let asked = skus(endpoint, body).zip(page(body));
    let Some((skus, (offset, limit))) = asked else { return refused(state, endpoint, body) };
    let of_sku = by_sku(state);
    let places = &state.settings.places;
    let warehouses: Vec<(u64, Option<&str>)> = match endpoint {
        Endpoint::OzonFbo => places.warehouses.iter().map(|it| (it.id, None)).collect(),
        _ => places.own.iter().map(|it| (it.id, Some(it.name))).collect(),
    };
    // The pairs that are asked about are told in the order of the question, the empty ones too.
    let all = skus.len() * warehouses.len();
    let lost =
        offset > 0 && endpoint == Endpoint::OzonFbo && state.settings.restless.lost_pages > 0;
    let end = (offset + limit).min(all);
    let mut rows = Vec::new();
    let mut lying: (u64, Vec<Lying>) = (0, Vec::new());
    for pair in (offset..end).filter(|_| !lost) {
        let sku = skus[pair / warehouses.len()];
        let Some(product) = of_sku.get(&sku).map(|place| &state.catalogue.ozon[*place]) else {
            continue;
        };
        if lying.0 != sku {
            let told = match endpoint {
                Endpoint::OzonFbo => places.fbo(product),
                _ => places.own(product),
            };
            lying = (sku, told);
        }
        let (warehouse, name) = warehouses[pair % warehouses.len()];
        let here: Vec<_> =
            lying.1.iter().filter(|it| it.sku == sku && it.warehouse == warehouse).collect();
        let available: u32 = here.iter().map(|it| it.available).sum();
        let reserved: u32 = here.iter().map(|it| it.reserved).sum();
        let mut row = json!({"sku": sku, "offer_id": product.offer_id, "product_id": product.product_id,
            "warehouse_id": warehouse, "present": available + reserved, "reserved": reserved});
        if let Some(name) = name {
            row["warehouse_name"] = name.into();
            row["free_stock"] = available.into();
        }
        rows.push(row);
    }
    if lost {
        state.settings.restless.lost_pages -= 1;
    }
    let next = cursor(end, all);
    Reply::json(200, json!({"products": rows, "has_next": !next.is_empty(), "cursor": next}))
}

fn by_sku(state: &mut State) -> Arc<HashMap<u64, usize>> {
    if let Some(known) = &state.by_sku {
        return Arc::clone(known);
    }
    let places = &state.settings.places;
    let products = state.catalogue.ozon.iter().enumerate();
    let all =
        products.flat_map(|(n, product)| places.skus(product).into_iter().map(move |sku| (sku, n)));
    let all = Arc::new(all.collect());
    Arc::clone(state.by_sku.insert(all))
}

fn warehouses(places: &OzonPlaces) -> Reply {
    let listed = places.warehouses.iter().filter(|it| !places.unlisted.contains(&it.id));
    let mut warehouses: Vec<Value> = listed
        .map(|it| {
            json!({"warehouse_id": it.id, "name": it.name, "short_name": it.name.replace("_РФЦ", ""),
            "warehouse_type": "FULL_FILLMENT", "is_active": true})
        })
        .collect();
    warehouses.push(json!({"warehouse_id": 1, "name": "ВОЗВРАТЫ_1", "short_name": "ВОЗВРАТЫ",
        "warehouse_type": "RETURN", "is_active": false}));
    Reply::json(200, json!({ "warehouses": warehouses }))
}

fn clusters(places: &OzonPlaces) -> Reply {
    let mut names: Vec<&str> = places.warehouses.iter().map(|it| it.cluster).collect();
    names.dedup();
    let cluster = |(name, id): (&&str, u32)| {
        let listed = places.warehouses.iter().filter(|it| !places.unlisted.contains(&it.id));
        let fulfillments: Vec<Value> = listed
            .filter(|it| it.cluster == *name)
            .map(|it| json!({"warehouse_id": it.id, "name": it.name}))
            .collect();
        json!({"macrolocal_cluster_id": id, "data": {"fulfillments": fulfillments,
            "macrolocal_cluster": {"name": name, "country": {"name": "Россия"}}}})
    };
    let result: Vec<Value> = names.iter().zip(4001..).map(cluster).collect();
    Reply::json(200, json!({ "result": result }))
}

fn own_warehouses(state: &mut State, body: &Value) -> Reply {
    let Some((offset, limit)) = page(body).filter(|(_, limit)| *limit <= 200) else {
        return refused(state, Endpoint::OzonOwnWarehouses, body);
    };
    let places = &state.settings.places;
    let listed: Vec<_> = places.own.iter().filter(|it| !places.unlisted.contains(&it.id)).collect();
    let shown: Vec<Value> = listed.iter().skip(offset).take(limit).map(|it| {
        json!({"warehouse_id": it.id, "name": it.name, "is_rfbs": it.real_fbs, "status": "created"})
    }).collect();
    let next = cursor(offset + shown.len(), listed.len());
    Reply::json(200, json!({"warehouses": shown, "has_next": !next.is_empty(), "cursor": next}))
}

fn products(state: &mut State, body: &Value) -> Reply {
    let list = body["offer_id"].as_array().filter(|list| (1..=LIMIT).contains(&list.len()));
    let articles: Option<Vec<&str>> =
        list.and_then(|list| list.iter().map(Value::as_str).collect());
    let Some(articles) = articles else {
        return refused(state, Endpoint::OzonProducts, body);
    };
    let articles: HashSet<&str> = articles.into_iter().collect();
    let asked = state.catalogue.ozon.iter().filter(|it| articles.contains(it.offer_id.as_str()));
    let items: Vec<Value> = asked
        .map(|it| {
            json!({"id": it.product_id, "offer_id": it.offer_id, "sku": it.sku, "name": it.name,
            "barcodes": it.barcodes, "is_archived": false, "description": "…".repeat(200)})
        })
        .collect();
    Reply::json(200, json!({ "items": items }))
}
