//! Ozon: how its products report is ordered and fetched, and what is in it.

mod order;
pub(super) mod report;
pub(crate) mod roles;
pub(crate) mod warehouses;

use order::Report;

use super::answers::builder::Assembly;
use super::{Format, Pull};
use crate::config::{OzonSettings, OzonStocksMethod};
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::http::{Call, Http};
use crate::secret::Secret;
use crate::text::grouped;

/// What a key has to be allowed to call.
const fn methods(method: OzonStocksMethod) -> &'static [&'static str] {
    match method {
        OzonStocksMethod::ProductsReport => &["/v1/report/products/create", "/v1/report/info"],
        OzonStocksMethod::Warehouses => &warehouses::METHODS,
    }
}

const DOWNLOAD: &str = "Ozon: report's file";

/// Ozon's domains: its reports have been on `cdn1.ozone.ru` (report/info, November 2026), its API
/// is on `api-seller.ozon.ru`; Ozon's own examples have links to `ir-21.ozonru.cn` and
/// `minio-production.s3.s.o3.ru`.
const OWN_DOMAINS: [&str; 4] = ["ozon.ru", "ozone.ru", "ozonru.cn", "o3.ru"];

/// Orders a products report, waits for it, and fetches it. May be called again for a fresh one.
/// However it ends, `meter` has counted what it took, and noted the hosts outside Ozon's domains
/// that were asked for the file. Errors: The exit codes of HTTP; [`Exit::Unreachable`] if the
/// report fails, never gets ready or its link does not hold (no key was sent there, so none is
/// wrong); [`Exit::NotStockData`] if it is empty.
pub(crate) fn fetch(settings: &OzonSettings, meter: &Meter) -> Result<Pull, Failure> {
    let mut http =
        Http::new(&settings.http, &settings.api_url, &credentials(settings))?.metered(meter);
    let pulled = pull(settings, &mut http);
    for host in http.download_hosts().iter().filter(|host| !is_own(host)) {
        log::info!("Ozon: the report's link led to {host}");
        meter.note_foreign(host);
    }
    pulled
}

fn credentials(settings: &OzonSettings) -> [(&'static str, &Secret); 2] {
    [("client-id", &settings.client_id), ("api-key", &settings.api_key)]
}

fn is_own(host: &str) -> bool {
    let below = |domain| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    OWN_DOMAINS.into_iter().any(below)
}

fn pull(settings: &OzonSettings, http: &mut Http) -> Result<Pull, Failure> {
    let report = Report::order(http)?;
    log::info!("Ozon: report ordered");
    let link = report.wait(http, settings)?;
    let mut assembly = Assembly::new()?;
    let part =
        assembly.add(http, &Call::link(DOWNLOAD, link), Format::OzonReport)?.required(DOWNLOAD)?;
    if part.length == 0 {
        let failure = Failure::new(Exit::NotStockData, "the report is empty");
        return Err(http.in_last_answer(failure));
    }
    log::info!("Ozon: report fetched, {} bytes", grouped(part.length, ','));
    Ok(assembly.finish(http))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read;
    use std::time::Duration;

    use super::*;
    use crate::testing::http_stub::{Stand, answer, hasty, ok};

    const CREATED: &str = r#"{"result":{"code":"REPORT_seller_products_1"}}"#;

    fn settings(stand: &Stand) -> OzonSettings {
        OzonSettings {
            client_id: Secret::new("924336"),
            api_key: Secret::new("key-4711-secret"),
            key_issued: None,
            api_url: stand.url(),
            method: OzonStocksMethod::ProductsReport,
            poll_interval: Duration::from_millis(10),
            report_timeout: Duration::from_millis(100),
            http: hasty(),
        }
    }

    fn info(status: &str, file: &str) -> Vec<u8> {
        ok(format!(
            r#"{{"result":{{"code":"REPORT_seller_products_1","status":"{status}","error":"no luck","file":"{file}"}}}}"#
        ))
    }

    fn ended(stand: &Stand) -> (Exit, String) {
        let failure = fetch(&settings(stand), &Meter::default()).unwrap_err();
        (failure.exit(), failure.to_string())
    }

    #[test]
    fn a_report_is_ordered_awaited_and_fetched_without_the_key() {
        let stand = Stand::answering(|base| {
            let absent = answer("404 Not Found", &[], r#"{"code":5,"message":"not found"}"#);
            let ready = info("success", &format!("{base}/cdn/report.csv?sign=1"));
            vec![ok(CREATED), absent, info("processing", ""), info("odd", ""), ready, ok("a;b\n")]
        });
        let meter = Meter::default();
        let pull = fetch(&settings(&stand), &meter).unwrap();
        assert!(meter.foreign_hosts().is_empty(), "{:?}", meter.foreign_hosts());
        let mut text = String::new();
        pull.open(&pull.parts[0]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a;b\n");
        assert_eq!(pull.cost.requests, 6);
        let requests = stand.requests();
        assert!(requests[0].starts_with("POST /v1/report/products/create "));
        assert!(requests[0].contains("\"visibility\":\"ALL\""));
        assert!(requests[1].starts_with("POST /v1/report/info "));
        assert!(requests[1].ends_with(r#"{"code":"REPORT_seller_products_1"}"#));
        assert!(requests[..5].iter().all(|request| request.contains("client-id: 924336\r\n")));
        assert!(requests[5].starts_with("GET /cdn/report.csv?sign=1 "));
        let lower = requests[5].to_lowercase();
        assert!(!lower.contains("client-id") && !lower.contains("api-key"), "{lower}");
    }

    #[test]
    fn a_host_outside_ozons_domains_is_told_whether_the_file_is_there_or_not() {
        for status in ["200 OK", "404 Not Found"] {
            let stand = Stand::answering(|base| {
                let elsewhere = base.replace("127.0.0.1", "localhost");
                let ready = info("success", &format!("{elsewhere}/report.csv"));
                vec![ok(CREATED), ready, answer(status, &[], "a;b\n")]
            });
            let meter = Meter::default();
            assert_eq!(fetch(&settings(&stand), &meter).is_ok(), status == "200 OK");
            assert_eq!(meter.foreign_hosts(), BTreeSet::from(["localhost".to_owned()]));
        }
    }

    #[test]
    fn case_13_ozons_domains_are_whole_names() {
        for host in [
            "ozon.ru",
            "cdn1.ozone.ru",
            "api-seller.ozon.ru",
            "ir-21.ozonru.cn",
            "minio-production.s3.s.o3.ru",
        ] {
            assert!(is_own(host), "{host}");
        }
        for host in
            ["notozon.ru", "ozon.ru.example", "ozon.com", "co3.ru", "ozonru.cn.com", "185.62.200.1"]
        {
            assert!(!is_own(host), "{host}");
        }
    }

    #[test]
    fn a_failed_report_is_unreachable_and_says_why() {
        let stand = Stand::answering(|_| vec![ok(CREATED), info("failed", "")]);
        let (exit, text) = ended(&stand);
        assert_eq!(exit, Exit::Unreachable);
        assert!(text.contains("no luck"), "{text}");
        assert_eq!(stand.requests().len(), 2);
    }

    #[test]
    fn a_report_that_never_gets_ready_names_the_variable() {
        let stand =
            Stand::answering(|_| [vec![ok(CREATED)], vec![info("waiting", ""); 20]].concat());
        let (exit, text) = ended(&stand);
        assert_eq!(exit, Exit::Unreachable);
        assert!(text.contains("OZON_REPORT_TIMEOUT"), "{text}");
    }

    #[test]
    fn a_link_that_never_comes_is_waited_for_and_unreachable() {
        let stand =
            Stand::answering(|_| [vec![ok(CREATED)], vec![info("success", ""); 20]].concat());
        let (exit, text) = ended(&stand);
        assert_eq!(exit, Exit::Unreachable);
        assert!(text.contains("OZON_REPORT_TIMEOUT") && text.contains("without a link"), "{text}");
    }

    #[test]
    fn a_report_that_ozon_does_not_know_is_not_asked_for_for_ever() {
        let absent = || answer("404 Not Found", &[], r#"{"code":5,"message":"not found"}"#);
        let stand = Stand::answering(|_| [vec![ok(CREATED)], vec![absent(); 4]].concat());
        let (exit, text) = ended(&stand);
        assert_eq!(exit, Exit::NotStockData);
        assert!(text.contains("404 Not Found: not found, code 5"), "{text}");
        assert_eq!(stand.requests().len(), 5);
    }

    #[test]
    fn a_report_without_a_sound_link_is_not_stock_data() {
        for link in ["report.csv", "file:///etc/passwd"] {
            let stand = Stand::answering(|_| vec![ok(CREATED), info("success", link)]);
            assert_eq!(ended(&stand).0, Exit::NotStockData, "{link}");
        }
    }

    #[test]
    fn an_empty_file_is_not_stock_data_and_a_lost_one_unreachable() {
        let expected = [
            ("200 OK", Exit::NotStockData),
            ("403 Forbidden", Exit::Unreachable),
            ("404 Not Found", Exit::Unreachable),
        ];
        for (status, exit) in expected {
            let stand = Stand::answering(|base| {
                let ready = info("success", &format!("{base}/report.csv"));
                vec![ok(CREATED), ready, answer(status, &[], "")]
            });
            assert_eq!(ended(&stand).0, exit, "{status}");
        }
    }
}
