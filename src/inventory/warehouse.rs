//! What the marketplaces tell of warehouses beside the stock on them: pure data, by name, as the
//! stock has it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// `kind` of the seller's own warehouses.
pub(crate) const OWN: &str = "own";

/// More names than both marketplaces have warehouses by far; what is beyond would only fill the
/// memory.
const MOST: usize = 20_000;

/// A warehouse; what several of one name do not have in common is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Warehouse {
    /// Its name, as the column `warehouse_name` has it.
    pub name: String,
    pub id: Option<i64>,
    /// Ozon: the cluster that it supplies.
    pub cluster: Option<String>,
    /// Wildberries: `regionName`.
    pub region: Option<String>,
    /// Ozon's `warehouse_type`, or [`OWN`].
    pub kind: Option<String>,
}

impl Warehouse {
    pub(crate) fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Warehouses(BTreeMap<String, Warehouse>);

impl Warehouses {
    /// Whether the name is known, so that nobody has to put together what is known already.
    pub(crate) fn get(&self, name: &str) -> Option<&Warehouse> {
        self.0.get(name)
    }

    pub(crate) fn add(&mut self, warehouse: Warehouse) {
        let full = self.0.len() >= MOST;
        match self.0.entry(warehouse.name.clone()) {
            Entry::Vacant(place) if !full => {
                place.insert(warehouse);
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.id = known.id.filter(|id| Some(*id) == warehouse.id);
                keep_common(&mut known.cluster, &warehouse.cluster);
                keep_common(&mut known.region, &warehouse.region);
                keep_common(&mut known.kind, &warehouse.kind);
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Warehouse> {
        self.0.values()
    }
}

fn keep_common(known: &mut Option<String>, said: &Option<String>) {
    if known != said {
        *known = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_warehouses_of_one_name_do_not_share_is_unknown() {
        let tula = |id, region: &str| Warehouse {
            id: Some(id),
            region: Some(region.into()),
            kind: Some(OWN.into()),
            ..Warehouse::named("Тула".into())
        };
        let mut warehouses = Warehouses::default();
        for warehouse in [tula(1, "Центр"), tula(1, "Центр"), tula(2, "Центр"), tula(1, "Центр")]
        {
            warehouses.add(warehouse);
        }
        let common = Warehouse { id: None, ..tula(1, "Центр") };
        assert_eq!(warehouses.iter().collect::<Vec<_>>(), [&common]);
        warehouses.add(Warehouse::named("Тула".into()));
        assert_eq!(warehouses.get("Тула"), Some(&Warehouse::named("Тула".into())));
    }
}
