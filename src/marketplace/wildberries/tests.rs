//! Whole pulls against a server on this machine.

use std::io::Read;
use std::time::Duration;

use super::*;
use crate::marketplace::Format;
use crate::secret::Secret;
use crate::testing::http_stub::{Stand, answer, hasty, ok};

const TOKEN: &str = "eyJhbGciOi.token.signature";

fn settings(stand: &Stand, method: StocksMethod, seller_warehouses: bool) -> WildberriesSettings {
    WildberriesSettings {
        token: Secret::new(TOKEN),
        analytics_url: stand.url(),
        statistics_url: stand.url(),
        content_url: stand.url(),
        cards_interval: Duration::from_millis(1),
        method,
        seller_warehouses,
        page_limit: 250_000,
        request_interval: Duration::from_millis(1),
        base_token_interval: Duration::from_millis(1),
        http: hasty(),
    }
}

fn fetch(settings: &WildberriesSettings) -> Result<Pull, Failure> {
    let utc = chrono::FixedOffset::east_opt(0).unwrap();
    let permit = Permit::of(settings, chrono::Utc::now(), utc)?;
    super::fetch(settings, permit, &Meter::default()).map_err(whole)
}

fn whole(error: PullError) -> Failure {
    match error {
        PullError::Failed(failure) => failure,
        PullError::Shifted(reason) => panic!("shifted: {reason}"),
    }
}

fn page(items: usize, first: usize) -> Vec<u8> {
    let items: Vec<String> =
        (first..first + items).map(|id| format!("{{\"nmId\":{id},\"quantity\":1}}")).collect();
    ok(format!("{{\"data\":{{\"items\":[{}]}}}}", items.join(",")))
}

fn rows(dates: &[&str]) -> Vec<u8> {
    let rows: Vec<String> =
        dates.iter().map(|date| format!("{{\"lastChangeDate\":\"{date}\",\"nmId\":1}}")).collect();
    ok(format!("[{}]", rows.join(",")))
}

fn ended(outcome: Result<impl Sized, Failure>) -> (Exit, String) {
    let failure = outcome.err().expect("must fail");
    (failure.exit(), failure.to_string())
}

fn paged(stand: &Stand) -> Result<Pull, PullError> {
    let settings =
        WildberriesSettings { page_limit: 3, ..settings(stand, StocksMethod::WbWarehouses, false) };
    let mut http = Http::new(&settings.http, &stand.url(), &[("authorization", &settings.token)])?;
    let mut assembly = Assembly::new()?;
    stocks_report::WB_WAREHOUSES.fetch(&mut http, &settings, &mut assembly)?;
    Ok(assembly.finish(&http))
}

#[test]
fn pages_are_asked_for_until_one_is_not_full() {
    let stand = Stand::answering(|_| vec![page(3, 0), page(3, 2), page(1, 4)]);
    let pull = paged(&stand).unwrap();
    assert_eq!(pull.parts.len(), 3);
    let mut last = String::new();
    pull.open(&pull.parts[2]).read_to_string(&mut last).unwrap();
    assert_eq!(last, r#"{"data":{"items":[{"nmId":4,"quantity":1}]}}"#);
    let requests = stand.requests();
    assert!(requests[0].starts_with("POST /api/analytics/v1/stocks-report/wb-warehouses "));
    assert!(requests[0].contains(&format!("authorization: {TOKEN}\r\n")));
    assert!(requests[0].ends_with(r#"{"limit":3,"offset":0}"#));
    assert!(requests[2].ends_with(r#"{"limit":3,"offset":4}"#));
}

#[test]
fn a_full_last_page_is_followed_by_one_with_nothing_but_its_last_item() {
    let stand = Stand::answering(|_| vec![page(3, 0), page(1, 2)]);
    assert!(paged(&stand).is_ok());
    assert_eq!(stand.requests().len(), 2);
}

#[test]
fn a_page_that_does_not_begin_with_the_last_item_of_the_one_before_is_a_shift() {
    for next in [page(3, 1), page(3, 3), page(0, 0), answer("204 No Content", &[], "")] {
        let stand = Stand::answering(|_| vec![page(3, 0), next]);
        let shifted = paged(&stand);
        assert!(matches!(shifted, Err(PullError::Shifted(_))), "{:?}", shifted.err());
    }
}

#[test]
fn a_quantity_that_changed_between_two_pages_is_no_shift() {
    let changed = ok(
        "{\"data\":{\"items\":[{\"nmId\":2,\"chrtId\":1,\"warehouseName\":\"A\",\"quantity\":9}]}}",
    );
    let item =
        |id: u8| format!("{{\"nmId\":{id},\"chrtId\":1,\"warehouseName\":\"A\",\"quantity\":1}}");
    let first = ok(format!("{{\"data\":{{\"items\":[{},{},{}]}}}}", item(0), item(1), item(2)));
    let stand = Stand::answering(|_| vec![first, changed]);
    assert!(paged(&stand).is_ok());
}

#[test]
fn another_warehouse_of_the_same_name_is_another_item_where_two_pages_meet() {
    let item = |id: u8, warehouse: u16| {
        let place = format!("\"warehouseId\":{warehouse},\"warehouseName\":\"A\"");
        format!("{{\"nmId\":{id},\"chrtId\":1,{place},\"quantity\":1}}")
    };
    let page = |items: [String; 3]| ok(format!("{{\"data\":{{\"items\":[{}]}}}}", items.join(",")));
    let first = page([item(1, 100), item(2, 100), item(3, 100)]);
    let second = page([item(3, 200), item(4, 100), item(5, 100)]);
    let stand = Stand::answering(|_| vec![first, second]);
    let Err(PullError::Shifted(text)) = paged(&stand) else { panic!("no shift") };
    assert!(text.contains("begins with nmId 3, chrtId 1, warehouse 200 \"A\""), "{text}");
}

#[test]
fn a_page_that_comes_again_and_again_is_not_stock_data() {
    let stand = Stand::answering(|_| vec![page(3, 0); 2]);
    assert_eq!(ended(paged(&stand).map_err(whole)).0, Exit::NotStockData);
}

#[test]
fn a_page_that_is_not_stock_is_named_in_the_failure() {
    for body in ["<html></html>", "{\"data\":{}}", "{\"data\":{\"items\":[{\"nmId\":1]}}", "[]"] {
        let stand = Stand::answering(|_| vec![page(3, 0), ok(body)]);
        let (exit, text) = ended(paged(&stand).map_err(whole));
        assert_eq!(exit, Exit::NotStockData, "{body}");
        assert!(text.contains("/wb-warehouses: 200 OK"), "{text}");
    }
}

#[test]
fn a_page_that_is_cut_off_is_asked_for_again() {
    let stand = Stand::answering(|_| {
        vec![page(3, 0), ok("{\"data\":{\"items\":[{\"nmId\":1}"), page(1, 2)]
    });
    assert_eq!(paged(&stand).unwrap().cost.requests, 3);
}

#[test]
fn both_kinds_of_warehouses_are_in_one_pull() {
    let stand = Stand::answering(|_| vec![page(3, 0), page(1, 0)]);
    let pull = fetch(&settings(&stand, StocksMethod::WbWarehouses, true)).unwrap();
    let formats: Vec<Format> = pull.parts.iter().map(|part| part.format).collect();
    assert_eq!(formats, [Format::WbWarehouses, Format::SellerWarehouses]);
    assert_eq!(pull.parts[1].start, pull.parts[0].length);
    assert!(stand.requests()[1].ends_with(r#"{"limit":250000,"offset":0}"#));
}

#[test]
fn a_basic_token_is_advised_to_leave_the_sellers_warehouses_out() {
    let stand = Stand::answering(|_| vec![page(1, 0), answer("403 Forbidden", &[], "")]);
    let (exit, text) = ended(fetch(&settings(&stand, StocksMethod::WbWarehouses, true)));
    assert_eq!(exit, Exit::KeyRejected);
    assert!(text.contains("WB_SELLER_WAREHOUSES=false"), "{text}");
}

const TASK: &str = r#"{"data":{"taskId":"219eaecf-1"}}"#;

fn state(status: &str) -> Vec<u8> {
    ok(format!(r#"{{"data":{{"id":"219eaecf-1","status":"{status}"}}}}"#))
}

#[test]
fn the_report_of_remains_is_ordered_awaited_and_fetched() {
    let stand = Stand::answering(|_| {
        vec![ok(TASK), state("new"), state("processing"), state("done"), ok("[{\"nmId\":1}]")]
    });
    let pull = fetch(&settings(&stand, StocksMethod::WarehouseRemains, false)).unwrap();
    assert_eq!(pull.parts[0].format, Format::WarehouseRemains);
    let requests = stand.requests();
    assert!(requests[0].starts_with("GET /api/v1/warehouse_remains?locale=ru&groupByNm=true&groupBySize=true&groupByBarcode=true&groupBySa=true "));
    assert!(requests[3].starts_with("GET /api/v1/warehouse_remains/tasks/219eaecf-1/status "));
    assert!(requests[4].starts_with("GET /api/v1/warehouse_remains/tasks/219eaecf-1/download "));
}

#[test]
fn a_report_of_remains_that_is_gone_is_unreachable() {
    for lost in ["purged", "canceled"] {
        let stand = Stand::answering(|_| vec![ok(TASK), state(lost)]);
        let (exit, text) = ended(fetch(&settings(&stand, StocksMethod::WarehouseRemains, false)));
        assert_eq!(exit, Exit::Unreachable);
        assert!(text.contains(lost), "{text}");
    }
}

#[test]
fn a_task_that_would_lead_elsewhere_is_refused() {
    let stand = Stand::answering(|_| vec![ok(r#"{"data":{"taskId":"../../secrets?"}}"#)]);
    let (exit, _) = ended(fetch(&settings(&stand, StocksMethod::WarehouseRemains, false)));
    assert_eq!(exit, Exit::NotStockData);
}

#[test]
fn supplier_stocks_goes_on_from_the_last_change_to_the_empty_page() {
    let (a, b) = ("2023-07-05T11:13:35", "2023-07-06T00:00:00");
    let stand = Stand::answering(|_| vec![rows(&[a, a]), rows(&[a, b]), rows(&[])]);
    fetch(&settings(&stand, StocksMethod::SupplierStocks, true)).unwrap();
    let requests = stand.requests();
    assert!(requests[0].starts_with("GET /api/v1/supplier/stocks?dateFrom=2019-06-20 "));
    assert!(
        requests[1].starts_with("GET /api/v1/supplier/stocks?dateFrom=2023-07-05T11%3A13%3A35 ")
    );
    assert_eq!(requests.len(), 3);
}

#[test]
fn supplier_stocks_ends_when_a_page_does_not_advance() {
    let date = "2023-07-05T11:13:35";
    let stand = Stand::answering(|_| vec![rows(&[date, date]), rows(&[date])]);
    fetch(&settings(&stand, StocksMethod::SupplierStocks, true)).unwrap();
    assert_eq!(stand.requests().len(), 2);
}

#[test]
fn the_switched_off_method_names_the_one_to_use_instead() {
    for status in ["404 Not Found", "410 Gone"] {
        let stand = Stand::answering(|_| vec![answer(status, &[], "")]);
        let (exit, text) = ended(fetch(&settings(&stand, StocksMethod::SupplierStocks, true)));
        assert_eq!(exit, Exit::NotStockData);
        assert!(text.contains("WB_STOCKS_METHOD=wb-warehouses"), "{text}");
    }
}
