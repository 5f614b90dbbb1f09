//! What Ozon's lists say of warehouses: what they are called, where they are, whose they are. A few
//! thousand at most, whatever the catalogue.

use std::collections::HashMap;

use serde_json::Value;

use super::answers::{Place, id};
use super::control::Kind;
use crate::inventory::StockType;
use crate::inventory::warehouse::{OWN, Warehouse};

#[derive(Debug, Default)]
struct Named {
    name: Option<String>,
    kind: Option<String>,
    cluster: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Names {
    ozon: HashMap<i64, Named>,
    /// The seller's own, and whether they are realFBS.
    own: HashMap<i64, (Option<String>, bool)>,
}

impl Names {
    /// An element of `/v1/warehouse/ozon/list`.
    pub(super) fn add_ozon(&mut self, warehouse: &Value) {
        let Some(id) = id_of(&warehouse["warehouse_id"]) else { return };
        let named = self.ozon.entry(id).or_default();
        named.name = text(&warehouse["name"]).or_else(|| text(&warehouse["short_name"]));
        named.kind = text(&warehouse["warehouse_type"]);
    }

    /// An element of `/v2/cluster/list`.
    pub(super) fn add_cluster(&mut self, cluster: &Value) {
        let name = text(&cluster["data"]["macrolocal_cluster"]["name"]);
        for warehouse in cluster["data"]["fulfillments"].as_array().into_iter().flatten() {
            let Some(id) = id_of(&warehouse["warehouse_id"]) else { continue };
            let named = self.ozon.entry(id).or_default();
            named.cluster.clone_from(&name);
            named.name = named.name.take().or_else(|| text(&warehouse["name"]));
        }
    }

    /// An element of `/v2/warehouse/list`.
    pub(super) fn add_own(&mut self, warehouse: &Value) {
        let Some(id) = id_of(&warehouse["warehouse_id"]) else { return };
        let real_fbs = warehouse["is_rfbs"].as_bool().unwrap_or(false);
        self.own.insert(id, (text(&warehouse["name"]), real_fbs));
    }

    /// In which sum the stock of one of the seller's own warehouses belongs.
    pub(super) fn own_kind(&self, place: &Place) -> Kind {
        match id(&place.warehouse_id).and_then(|id| self.own.get(&id)) {
            Some((_, true)) => Kind::RealFbs,
            Some((_, false)) => Kind::Fbs,
            None => Kind::Own,
        }
    }

    pub(super) fn name(&self, stock_type: StockType, place: &Place) -> Option<&str> {
        let id = id(&place.warehouse_id)?;
        match stock_type {
            StockType::Fbo => self.ozon.get(&id)?.name.as_deref(),
            _ => self.own.get(&id)?.0.as_deref(),
        }
    }

    pub(super) fn described(
        &self,
        stock_type: StockType,
        place: &Place,
        name: String,
    ) -> Warehouse {
        let id = id(&place.warehouse_id);
        let mut warehouse = Warehouse { id, ..Warehouse::named(name) };
        match (stock_type, id.and_then(|id| self.ozon.get(&id))) {
            (StockType::Fbo, Some(Named { kind, cluster, .. })) => {
                warehouse.kind.clone_from(kind);
                warehouse.cluster.clone_from(cluster);
            }
            (StockType::Fbo, None) => {}
            _ => warehouse.kind = Some(OWN.to_owned()),
        }
        warehouse
    }
}

fn id_of(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
