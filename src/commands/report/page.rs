//! `report --format html`: gathers what the page shows beside the report. What is shown of it is
//! decided in `report::page`.

use chrono::TimeDelta;
use mysql::Conn;

use crate::inventory::Source;
use crate::monitor::anomalies::may_go_on;
use crate::monitor::soundness;
use crate::report::page::{History, Page, PageFinding, RUN_DAYS, Selection, Warehouse};
use crate::report::{Report, SourceReport};
use crate::store::StoreError;
use crate::store::queries::{self, RunRow, history as store, products};

/// Asks for what the report has not got; of the same state of the database, as the caller has begun
/// a consistent read.
pub(super) fn gather(report: &Report, conn: &mut Conn) -> Result<Page, StoreError> {
    let made_at = report.generated_at.with_timezone(&report.utc_offset);
    let mut newest = [None, None];
    for (newest, source) in newest.iter_mut().zip(Source::ALL) {
        *newest = store::newest_day(conn, source)?;
    }
    let last = newest.into_iter().flatten().max().unwrap_or(made_at.date_naive());
    let since = report.generated_at - TimeDelta::days(i64::from(RUN_DAYS));
    let mut history = History::until(last);
    let mut runs = Vec::new();
    for (source, day) in Source::ALL.into_iter().zip(newest) {
        store::stock_since(
            conn,
            source,
            history.first(),
            |day, product, stock_type, available| {
                history.add(source, day, product, stock_type, available);
            },
        )?;
        if let Some(day) = day {
            history.taken(source, day);
        }
        let mut own = queries::runs_since(conn, source, since)?;
        let goes_on =
            |run: &RunRow| may_go_on(run.started_at, run.completed_at, report.generated_at);
        if own.first().is_some_and(goes_on) {
            own.remove(0);
        }
        runs.extend(own);
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
    let selection = Selection::of(&history, &products::one_sided(conn)?);
    let names = products::product_names(conn, &selection.shown())?;
    let unused = unused(report);
    let used = report.sources.iter().filter(|source| !unused.contains(&source.source));
    let freshness = used.map(|source| source.freshness.clone()).collect();
    let key_ends =
        report.sources.iter().filter_map(|source| Some((source.source, source.key_end?))).collect();
    let findings = notices(report, conn)?;
    let of_source = |source: &SourceReport| {
        let warehouses = source.snapshot.warehouses.iter().cloned();
        let source = source.source;
        warehouses.map(move |stock| Warehouse { source, stock }).collect::<Vec<_>>()
    };
    let warehouses = report.sources.iter().flat_map(of_source).collect();
    Ok(Page {
        made_at,
        freshness,
        key_ends,
        unused,
        findings,
        history,
        selection,
        names,
        warehouses,
        runs,
    })
}

fn unused(report: &Report) -> Vec<Source> {
    let untouched = |source: &&SourceReport| {
        source.snapshot.day.is_none()
            && source.recent_runs.is_empty()
            && source.last_success().is_none()
    };
    let unused: Vec<Source> =
        report.sources.iter().filter(untouched).map(|source| source.source).collect();
    if unused.len() == report.sources.len() { Vec::new() } else { unused }
}

/// What contradicts itself, then what is odd, the most serious first. How old the stock is has a
/// place of its own.
fn notices(report: &Report, conn: &mut Conn) -> Result<Vec<PageFinding>, StoreError> {
    let mut notices = Vec::new();
    for source in &report.sources {
        let doubts = queries::doubts(conn, source.source)?;
        notices
            .extend(soundness::judge(source.source, &doubts).into_iter().map(PageFinding::Unsound));
        let odd = source.anomalies.iter().chain(&source.suspicious);
        notices.extend(odd.cloned().map(PageFinding::Odd));
    }
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity()));
    Ok(notices)
}
