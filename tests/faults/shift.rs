//! The marketplace refreshes its stock between two pages.

use super::stage::Stage;
use super::wb::items_changed;
use super::{Fault, Group};
use crate::support::marketplace::StandIn;
use crate::support::marketplace::endpoint::Endpoint::WbWarehouses;
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::Reply;

const PAGE: usize = 60;

/// Makes the page that does not fit the first one.
type SecondPage = fn(&StandIn) -> Spoiled;

pub fn group() -> Group {
    let mut faults = Vec::new();
    let kinds: [(&str, SecondPage); 4] = [
        ("an item is gone, the next ones move up", |shop| second_page_from(shop, PAGE)),
        ("an item has come, the next ones move down", |shop| second_page_from(shop, PAGE - 2)),
        ("the rest is gone", |_| Spoiled::Instead(Reply::json(200, "{\"data\":{\"items\":[]}}"))),
        ("an item of the first page is on the second one too", |shop| {
            let first = shop.catalogue().wb_warehouses_page(0, 1);
            let first: serde_json::Value = serde_json::from_str(&first).expect("a page");
            let item = first["data"]["items"][0].clone();
            items_changed(move |items| items[5] = item.clone())
        }),
    ];
    for (name, second_page) in kinds {
        let once = move |shop: &StandIn| {
            shop.fault(WbWarehouses, Spoiled::change(|first| first));
            shop.fault(WbWarehouses, second_page(shop));
        };
        faults.push(
            Fault::met_with(format!("{name}, once"), 0, ("WB_PAGE_LIMIT", "60"), once)
                .survived()
                .attempts(2)
                .says("pull 2 of 3"),
        );
        let always = move |shop: &StandIn| (0..5).for_each(|_| once(shop));
        faults.push(
            Fault::met_with(format!("{name}, always"), 69, ("WB_PAGE_LIMIT", "60"), always)
                .attempts(3)
                .says("the stock changed between two pages"),
        );
    }
    faults.push(
        Fault::met_with("nothing shifts", 0, ("WB_PAGE_LIMIT", "60"), |_| {})
            .survived()
            .calls(WbWarehouses, 3)
            .attempts(1),
    );
    Group { name: "Pages that shift", stage: Stage::wb, faults }
}

/// The stand-in's own second page would begin at `PAGE - 1`.
fn second_page_from(shop: &StandIn, offset: usize) -> Spoiled {
    Spoiled::Instead(Reply::json(200, shop.catalogue().wb_warehouses_page(offset, PAGE)))
}
