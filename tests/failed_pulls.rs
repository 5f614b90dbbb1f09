//! A pull that fails says why by its exit code, leaves the stock as it was, and is one `failed` row in the log.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{Column, Encoding, Header, OzonReport};
use crate::support::marketplace::endpoint::Endpoint::{self, *};
use crate::support::marketplace::fault::{self, Fault};
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::world::World;

/// A day with stock of both marketplaces, and other stock to be had from them.
fn world() -> World {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.marketplaces.set_catalogue(Catalogue::small(1).later(2));
    world.marketplaces.forget_calls();
    world
}

fn pull(world: &World, endpoint: Endpoint) -> Binary {
    let method = match endpoint {
        WbRemainsCreate | WbRemainsStatus | WbRemainsDownload => "warehouse-remains",
        WbSupplierStocks => "supplier-stocks",
        _ => "wb-warehouses",
    };
    let line = if endpoint.is_ozon() { "sync ozon" } else { "sync wb" };
    world.binary().env("WB_STOCKS_METHOD", method).args(line)
}

/// With this fault for ever, a pull through this method ends so, after so many calls of it.
#[track_caller]
fn ends_in(world: &World, endpoint: Endpoint, fault: &Fault, code: i32, calls: usize) -> Outcome {
    world.marketplaces.mend();
    world.marketplaces.forget_calls();
    world.marketplaces.always(endpoint, fault.clone());
    let outcome = world.fails(&pull(world, endpoint), code);
    assert_eq!(world.marketplaces.calls_of(endpoint).len(), calls, "{endpoint:?} with {fault:?}");
    outcome
}

const EVERY_METHOD: [Endpoint; 9] = [
    OzonCreate,
    OzonInfo,
    OzonDownload,
    WbWarehouses,
    WbSellerWarehouses,
    WbRemainsCreate,
    WbRemainsStatus,
    WbRemainsDownload,
    WbSupplierStocks,
];

fn methods_of_the_apis() -> impl Iterator<Item = Endpoint> {
    EVERY_METHOD.into_iter().filter(|endpoint| *endpoint != OzonDownload)
}

#[test]
fn a_rejected_key_is_77_at_once() {
    let world = world();
    // Where a new one is made is told in the words of the seller's cabinet.
    let (ozon, wb) = ("(Настройки → Seller API)", "(Настройки → Доступ к API)");
    ends_in(&world, OzonCreate, &Fault::Status(403), 77, 1).says("Invalid Api-Key").says(ozon);
    ends_in(&world, OzonCreate, &Fault::Status(401), 77, 1).says(ozon);
    ends_in(&world, OzonInfo, &Fault::Status(403), 77, 1).says(ozon);
    for endpoint in [WbWarehouses, WbSellerWarehouses, WbRemainsCreate, WbSupplierStocks] {
        ends_in(&world, endpoint, &Fault::Status(401), 77, 1).says(wb);
        ends_in(&world, endpoint, &Fault::Status(403), 77, 1).says(wb);
    }
}

#[test]
fn a_wrong_key_is_77_and_names_its_variable() {
    let world = world();
    let wrong = |variable, line| world.binary().env(variable, "wrong-key").args(line);
    world.fails(&wrong("OZON_API_KEY", "sync ozon"), 77).says("OZON_API_KEY");
    world.fails(&wrong("WB_API_TOKEN", "sync wb"), 77).says("WB_API_TOKEN");
}

#[test]
fn an_html_page_in_place_of_an_answer_is_65() {
    let world = world();
    let page = Fault::Instead(Reply::html(200, "Технические работы"));
    for endpoint in EVERY_METHOD {
        ends_in(&world, endpoint, &page, 65, 1);
    }
}

#[test]
fn an_answer_that_is_no_json_or_another_is_65() {
    let world = world();
    for endpoint in methods_of_the_apis() {
        for body in ["", "{\"data\" 5}", "[1; 2]", "\u{feff}no", "{}", "{\"data\":[]}", "\"items\""]
        {
            let whole = Fault::Instead(Reply::json(200, body));
            ends_in(&world, endpoint, &whole, 65, 1);
        }
    }
}

/// Some proxy on the way has given up: the next attempt may bring the rest.
#[test]
fn json_that_ends_in_the_middle_is_fetched_again_and_ends_in_69() {
    let world = world();
    for endpoint in methods_of_the_apis() {
        let half = Fault::change(|mut reply| {
            reply.body.truncate(reply.body.len() - 1);
            reply
        });
        ends_in(&world, endpoint, &half, 69, 3);
    }
}

#[test]
fn what_cannot_pass_on_its_own_is_not_asked_again() {
    let world = world();
    for endpoint in methods_of_the_apis() {
        ends_in(&world, endpoint, &Fault::Status(400), 65, 1);
    }
    for endpoint in
        [OzonCreate, WbWarehouses, WbSellerWarehouses, WbRemainsCreate, WbSupplierStocks]
    {
        ends_in(&world, endpoint, &Fault::Status(404), 65, 1);
    }
}

/// It may be a moment too new to be known everywhere, so that the question is repeated, but not for ever.
#[test]
fn a_report_that_the_marketplace_does_not_know_is_65() {
    let world = world();
    for endpoint in [OzonInfo, WbRemainsStatus] {
        world.marketplaces.forget_calls();
        world.marketplaces.always(endpoint, Fault::Status(404));
        world.fails(&pull(&world, endpoint), 65);
        assert!(world.marketplaces.calls_of(endpoint).len() <= 5);
    }
}

/// No key is sent there, so none is wrong; the next run orders a new report.
#[test]
fn a_link_to_the_report_that_does_not_hold_is_69_at_once() {
    let world = world();
    for status in [403, 404, 410] {
        let lost = Fault::Instead(Reply::html(status, "no such report"));
        ends_in(&world, OzonDownload, &lost, 69, 1);
    }
}

#[test]
fn a_redirect_elsewhere_is_65() {
    let world = world();
    let to =
        |location| Fault::Instead(Reply::new(302, "text/html", "").header("Location", location));
    for endpoint in methods_of_the_apis() {
        ends_in(&world, endpoint, &to("https://login.example.com/"), 65, 1);
        ends_in(&world, endpoint, &to("http://127.0.0.1:1/"), 65, 1);
    }
    for location in ["file:///etc/passwd", "ftp://127.0.0.1/report.csv", ""] {
        ends_in(&world, OzonDownload, &to(location), 65, 1);
    }
}

#[test]
fn a_marketplace_that_stays_unavailable_is_69_after_all_attempts() {
    let world = world();
    for endpoint in EVERY_METHOD {
        ends_in(&world, endpoint, &Fault::Status(503), 69, 3);
        ends_in(&world, endpoint, &Fault::Wire(Wire::ResetAtOnce), 69, 3);
        ends_in(&world, endpoint, &Fault::Wire(Wire::CutAt(10)), 69, 3);
        ends_in(&world, endpoint, &Fault::broken_gzip(), 69, 3);
    }
}

#[test]
fn a_marketplace_that_accepts_and_says_nothing_is_69() {
    let world = world();
    for endpoint in [OzonCreate, WbWarehouses] {
        world.marketplaces.always(endpoint, Fault::Wire(Wire::Silence(Duration::from_secs(30))));
        let binary = pull(&world, endpoint).env("HTTP_TIMEOUT", "150ms");
        let outcome = world.fails(&binary, 69);
        assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
        assert_eq!(world.marketplaces.calls_of(endpoint).len(), 3);
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_69() {
    let world = world();
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let url = format!("http://{}", address.expect("a port that was free a moment ago"));
    world.fails(&world.binary().env("OZON_API_URL", &url).args("sync ozon"), 69);
    world.fails(&world.binary().env("WB_ANALYTICS_API_URL", &url).args("sync wb"), 69);
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn a_host_without_an_address_is_69() {
    let world = world();
    let url = "https://no-such-host.invalid";
    world
        .fails(&world.binary().env("OZON_API_URL", url).args("sync ozon"), 69)
        .says("no-such-host");
}

#[test]
fn a_report_that_ozon_gives_up_is_69_with_ozons_reason() {
    let world = world();
    let failed =
        r#"{"result":{"code":"REPORT_1","status":"failed","error":"too many products","file":""}}"#;
    world.marketplaces.always(OzonInfo, Fault::Instead(Reply::json(200, failed)));
    world.fails(&pull(&world, OzonInfo), 69).says("too many products");
}

#[test]
fn a_report_that_never_gets_ready_is_69() {
    let world = world();
    world.marketplaces.configure(|settings| settings.polls = usize::MAX);
    let binary = |endpoint| pull(&world, endpoint).env("OZON_REPORT_TIMEOUT", "200ms");
    world.fails(&binary(OzonInfo), 69).says("OZON_REPORT_TIMEOUT");
}

#[test]
fn a_task_of_remains_that_wildberries_cancels_is_69() {
    let world = world();
    for status in ["canceled", "purged"] {
        let body = format!(r#"{{"data":{{"id":"1","status":"{status}"}}}}"#);
        world.marketplaces.always(WbRemainsStatus, Fault::Instead(Reply::json(200, body)));
        world.fails(&pull(&world, WbRemainsStatus), 69).says(status);
    }
}

#[test]
fn a_rate_limit_beyond_the_patience_is_75_and_says_when_to_come_back() {
    let world = world();
    let limit = |endpoint| Fault::Instead(fault::rate_limit(endpoint, Duration::from_secs(3600)));
    for endpoint in [OzonCreate, WbWarehouses, WbSupplierStocks] {
        let outcome = ends_in(&world, endpoint, &limit(endpoint), 75, 1);
        assert!(outcome.stderr.contains("RETRY_MAX_WAIT"), "{}", outcome.stderr);
    }
}

#[test]
fn an_outage_that_will_last_beyond_the_patience_is_69_at_once_and_says_when_to_come_back() {
    let world = world();
    let maintenance = Reply::html(503, "Технические работы").header("Retry-After", 3600);
    for endpoint in [OzonCreate, OzonDownload, WbWarehouses, WbSupplierStocks] {
        let outcome = ends_in(&world, endpoint, &Fault::Instead(maintenance.clone()), 69, 1);
        outcome.says("RETRY_MAX_WAIT").says("retry after");
    }
}

#[test]
fn an_error_carries_the_id_by_which_support_finds_the_call() {
    let world = world();
    ends_in(&world, OzonCreate, &Fault::Status(500), 69, 3).says(fault::OZON_TRACE_ID);
    assert!(world.last_log().error.is_some_and(|text| text.contains(fault::OZON_TRACE_ID)));
    ends_in(&world, WbWarehouses, &Fault::Status(500), 69, 3).says(fault::WB_REQUEST_ID);
    assert!(world.last_log().error.is_some_and(|text| text.contains(fault::WB_REQUEST_ID)));
}

/// As a storage of files says that a link has expired.
#[test]
fn an_error_in_xml_is_told_in_its_own_words_and_not_as_a_page() {
    let world = world();
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    let answer = |status| Fault::Instead(Reply::new(status, "application/xml", text));
    let outcome = ends_in(&world, OzonDownload, &answer(403), 69, 1);
    let outcome = outcome.says("<Code>AccessDenied</Code><Message>Request has expired</Message>");
    assert!(!outcome.stderr.contains("HTML"), "{}", outcome.stderr);
    for endpoint in [OzonDownload, OzonInfo, WbWarehouses] {
        let outcome = ends_in(&world, endpoint, &answer(200), 65, 1).says("XML");
        assert!(!outcome.stderr.contains("HTML"), "{}", outcome.stderr);
    }
}

#[test]
fn nothing_invisible_of_a_marketplaces_message_gets_into_the_log() {
    let world = world();
    let invisible =
        ['\u{200b}', '\u{feff}', '\u{2060}', '\u{ad}', '\u{e0041}', '\u{202e}', '\u{9b}'];
    let message: String = invisible.iter().flat_map(|hidden| ['b', *hidden, 'd']).collect();
    let body = format!(r#"{{"code":3,"message":"{message}"}}"#);
    let outcome = ends_in(&world, OzonCreate, &Fault::Instead(Reply::json(400, body)), 65, 1);
    let error = world.last_log().error.expect("a reason");
    let report = world.run("report").expect(0).stdout;
    for text in [outcome.stderr, error, report] {
        assert!(text.contains("b db d"), "{text:?}");
        assert!(!text.contains(invisible), "{text:?}");
    }
}

#[test]
fn a_report_without_a_needed_column_is_65_and_names_it() {
    let world = world();
    let cases = [(Column::Article, "Артикул"), (Column::Fbo, "FBO"), (Column::Fbs, "FBS")];
    for (column, name) in cases {
        let mut report = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current);
        report.drop_column(column);
        for bytes in [report.csv(Encoding::Utf8Bom), report.xlsx()] {
            world.marketplaces.configure(|settings| settings.report = Some(bytes));
            world.fails(&world.binary().args("sync ozon"), 65).says(name);
        }
    }
}

#[test]
fn a_report_that_is_empty_or_damaged_is_65() {
    let world = world();
    let workbook = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current).xlsx();
    let half = workbook[..workbook.len() / 2].to_vec();
    for bytes in [Vec::new(), b"\xef\xbb\xbf".to_vec(), b"PK\x03\x04".to_vec(), half, vec![0; 4096]]
    {
        world.marketplaces.configure(|settings| settings.report = Some(bytes.clone()));
        world.fails(&world.binary().args("sync ozon"), 65);
    }
}
