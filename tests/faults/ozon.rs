//! Ozon and the network to it: what passes on its own is tried again, what does not is not.

use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use super::{Fault, Group};
use crate::support::marketplace::Form;
use crate::support::marketplace::endpoint::Endpoint::{self, OzonCreate, OzonDownload, OzonInfo};
use crate::support::marketplace::endpoint::Host;
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::{Reply, Wire};

pub const IMPATIENT: (&str, &str) = ("HTTP_TIMEOUT", "250ms");

/// The connection.
pub fn transport() -> Group {
    let mut faults = vec![
        refused(),
        Fault::met_with("silence on every attempt; each waits longer", 69, IMPATIENT, |shop| {
            shop.always(OzonCreate, Spoiled::Wire(Wire::Silence(Duration::from_secs(2))));
        })
        .calls(OzonCreate, 3)
        .says("then attempt 3 of 3"),
        Fault::met_with("silence once", 0, IMPATIENT, |shop| {
            shop.fault(OzonCreate, Spoiled::Wire(Wire::Silence(Duration::from_secs(1))));
        })
        .calls(OzonCreate, 2)
        .survived(),
        Fault::met_with("the report only drips", 69, IMPATIENT, |shop| {
            shop.always(OzonDownload, Spoiled::Wire(Wire::Drip(1, Duration::from_millis(40))));
        })
        .calls(OzonDownload, 3),
    ];
    let wires = [
        ("reset without an answer", Wire::ResetAtOnce),
        ("closed without an answer", Wire::NoAnswer),
        ("reset in the middle of the report", Wire::ResetAt(900)),
        ("the report is cut short", Wire::CutAt(700)),
    ];
    for (name, wire) in wires {
        faults.extend(passing(name, OzonDownload, Spoiled::Wire(wire)));
    }
    faults.extend(passing("corrupt gzip", OzonDownload, Spoiled::broken_gzip()));
    for status in [408, 409, 500, 502, 503, 504] {
        let name = format!("{status} to report/info");
        faults.extend(passing(&name, OzonInfo, Spoiled::Status(status)));
    }
    faults.extend(rate_limits());
    Group { name: "Ozon, on the way", stage: Stage::ozon, faults }
}

fn refused() -> Fault {
    Fault::new("connection refused", 69, |_, binary| {
        // Port 1 of the loopback: nobody listens.
        binary.env("OZON_API_URL", "http://127.0.0.1:1").run()
    })
    .attempts(3)
    .requests(3)
}

/// Once it is survived, always it is "cannot be reached".
fn passing(name: &str, endpoint: Endpoint, fault: Spoiled) -> [Fault; 2] {
    let (once, always) = (fault.clone(), fault);
    [
        Fault::met(format!("{name}, once"), 0, move |shop| shop.fault(endpoint, once.clone()))
            .survived()
            .attempts(2),
        Fault::met(format!("{name}, always"), 69, move |shop| {
            shop.always(endpoint, always.clone());
        })
        .calls(endpoint, 3)
        .attempts(3),
    ]
}

fn limited(header: Option<(&'static str, String)>) -> Spoiled {
    Spoiled::change(move |_| {
        let reply = Reply::json(429, json!({"code": 8, "message": "rate limit"}));
        match &header {
            Some((name, value)) => reply.header(name, value),
            None => reply,
        }
    })
}

fn in_seconds(seconds: i64) -> String {
    let time = chrono::Utc::now() + chrono::TimeDelta::seconds(seconds);
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn rate_limits() -> Vec<Fault> {
    vec![
        Fault::met("429 always", 75, |shop| shop.always(OzonCreate, limited(None)))
            .calls(OzonCreate, 3)
            .says("still rate-limited"),
        Fault::met("429 with Retry-After: 1, once", 0, |shop| {
            shop.fault(OzonCreate, limited(Some(("Retry-After", "1".into()))));
        })
        .calls(OzonCreate, 2)
        .survived()
        .says("waiting 1s: "),
        Fault::met("429 with Retry-After: a date, once", 0, |shop| {
            shop.fault(OzonCreate, limited(Some(("Retry-After", in_seconds(2)))));
        })
        .calls(OzonCreate, 2)
        .survived(),
        Fault::met("429 with Retry-After: an hour", 75, |shop| {
            shop.always(OzonCreate, limited(Some(("Retry-After", "3600".into()))));
        })
        .calls(OzonCreate, 1)
        .says("retry after"),
        Fault::met("429 with Retry-After: a date in a week", 75, |shop| {
            shop.always(OzonCreate, limited(Some(("Retry-After", in_seconds(604_800)))));
        })
        .calls(OzonCreate, 1)
        .says("retry after"),
    ]
}

/// The answers.
pub fn answers() -> Group {
    let mut faults = Vec::new();
    for (status, exit) in
        [(400, 65), (401, 77), (403, 77), (404, 65), (405, 65), (410, 65), (422, 65)]
    {
        let fault = Fault::met(format!("{status} to report/create"), exit, move |shop| {
            shop.always(OzonCreate, Spoiled::Status(status));
        });
        faults.push(fault.calls(OzonCreate, 1));
    }
    for status in [403, 404, 410] {
        let fault = Fault::met(format!("{status} to the download link"), 69, move |shop| {
            shop.always(OzonDownload, Spoiled::Status(status));
        });
        faults.push(fault.calls(OzonDownload, 1).says("link has expired"));
    }
    let strange = [
        ("a page of HTML", Reply::html(200, "Technical works")),
        ("broken JSON", Reply::json(200, "{\"result\":}")),
        ("JSON of another shape", Reply::json(200, "{\"result\":[1,2]}")),
        ("nothing at all", Reply::json(200, "")),
        ("a report without a code", Reply::json(200, "{\"result\":{\"code\":\"\"}}")),
    ];
    for (name, reply) in strange {
        let fault = Fault::met(format!("report/create answers {name}"), 65, move |shop| {
            shop.always(OzonCreate, Spoiled::Instead(reply.clone()));
        });
        faults.push(fault.calls(OzonCreate, 1));
    }
    faults.extend(states());
    faults.extend(redirects());
    faults.extend(reports());
    Group { name: "Ozon, its answers", stage: Stage::ozon, faults }
}

fn info(status: &'static str, file: &'static str) -> Spoiled {
    let result =
        json!({"code": "REPORT_1", "status": status, "error": "out of memory", "file": file});
    Spoiled::Instead(Reply::json(200, json!({"result": result})))
}

fn states() -> Vec<Fault> {
    let mut faults = vec![
        Fault::met("the report failed", 69, |shop| shop.always(OzonInfo, info("failed", "")))
            .calls(OzonInfo, 1)
            .says("out of memory"),
        Fault::met_with(
            "the report is never ready",
            69,
            ("OZON_REPORT_TIMEOUT", "100ms"),
            |shop| shop.always(OzonInfo, info("processing", "")),
        )
        .says("OZON_REPORT_TIMEOUT"),
        Fault::met_with(
            "the report is ready without a link for ever",
            69,
            ("OZON_REPORT_TIMEOUT", "100ms"),
            |shop| shop.always(OzonInfo, info("success", "")),
        )
        .says("without a link"),
        Fault::met_with(
            "the report's status is unknown for ever",
            69,
            ("OZON_REPORT_TIMEOUT", "100ms"),
            |shop| shop.always(OzonInfo, info("\u{1b}[31mpondering", "")),
        )
        .says("unknown status"),
        Fault::met("the report's status is unknown once", 0, |shop| {
            shop.fault(OzonInfo, info("pondering", ""));
        })
        .survived(),
        Fault::met("the report is unknown for a moment", 0, |shop| {
            shop.fault(OzonInfo, Spoiled::Status(404));
        })
        .survived(),
    ];
    for (name, link) in [
        ("a link to file:", "file:///etc/passwd"),
        ("a link to ftp:", "ftp://127.0.0.1/report.csv"),
        ("a link with a password", "http://u:p@127.0.0.1:1/report.csv"),
        ("a link that is no URL", "report.csv"),
    ] {
        let fault = Fault::met(format!("the report is ready with {name}"), 65, move |shop| {
            shop.always(OzonInfo, info("success", link));
        });
        faults.push(fault.calls(OzonDownload, 0));
    }
    faults
}

fn moved(to: &str) -> Spoiled {
    Spoiled::Instead(Reply::new(302, "text/plain", "").header("Location", to))
}

fn redirects() -> Vec<Fault> {
    vec![
        Fault::met("a redirect within the download host", 0, |shop| {
            shop.fault(OzonDownload, moved("?signature=abc"));
        })
        .survived()
        .calls(OzonDownload, 2),
        Fault::met("the API redirects to another host", 65, |shop| {
            shop.always(OzonCreate, moved(&format!("{}/reports/x", shop.url(Host::OzonFiles))));
        })
        .calls(OzonDownload, 0)
        .says("another host"),
        Fault::met("the API redirects to file:", 65, |shop| {
            shop.always(OzonCreate, moved("file:///etc/passwd"));
        })
        .calls(OzonCreate, 1),
        Fault::met("the download redirects to file:", 65, |shop| {
            shop.always(OzonDownload, moved("file:///etc/passwd"));
        })
        .calls(OzonDownload, 1),
        Fault::met("the download redirects in a circle", 65, |shop| {
            shop.always(OzonDownload, moved("/reports/again"));
        })
        .says("redirects"),
    ]
}

fn report(name: &str, exit: i32, bytes: impl Into<Vec<u8>>) -> Fault {
    let bytes = bytes.into();
    Fault::met(format!("the report is {name}"), exit, move |shop| {
        shop.configure(|settings| settings.report = Some(bytes.clone()));
    })
    .calls(OzonDownload, 1)
}

const HEADER: &str = "Артикул;Название товара;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Зарезервировано на моих складах, шт\n";

fn reports() -> Vec<Fault> {
    let bad = "A;x;many;0;0;0\nB;x;-1;0;0;0\nC;x;1;0;0;0\n";
    vec![
        report("a page of HTML", 65, "<!DOCTYPE html><title>502</title>"),
        report("empty", 65, ""),
        report("text without the needed columns", 65, "Артикул;Цена\nA;100\n"),
        report("JSON", 65, "{\"code\":5}"),
        report("cut off inside its last row", 65, format!("{HEADER}A;x;1;0;0;0\nB;x")),
        report("a workbook that is cut short", 65, &b"PK\x03\x04\x14\x00\x00\x00"[..]),
        report("a header and nothing else: all stock gone", 4, HEADER).says("--accept-shrink"),
        report("mostly records that are no stock", 65, format!("{HEADER}{bad}"))
            .says("this is not stock data"),
        Fault::met("the report comes as a workbook", 0, |shop| {
            shop.configure(|settings| settings.form = Form::Xlsx);
        })
        .survived(),
    ]
}
