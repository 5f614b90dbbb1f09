//! `report --format html`: gathers what the page shows beside the report. What is shown of it is decided in `report::page`.

use chrono::TimeDelta;
use mysql::Conn;

use crate::cli::ReportArgs;
use crate::config::{self, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::monitor::anomalies::may_go_on;
use crate::monitor::soundness;
use crate::report::page::{self, History, Language, Notice, Page, RUN_DAYS, Selection};
use crate::report::{Report, SourceReport};
use crate::store::StoreError;
use crate::store::queries::{self, history as store, products};

/// The language that is asked for, or else that of the system.
pub fn language(args: &ReportArgs, environment: &Environment) -> Language {
    args.lang.map_or_else(
        || Language::of_locale(config::locale(environment).unwrap_or_default()),
        Language::from,
    )
}

/// Asks the database for what the report has not got, all of it of one state, and renders the page.
pub fn render(report: &Report, language: Language, conn: &mut Conn) -> Result<String, Failure> {
    queries::begin_consistent_read(conn)?;
    let page = gather(report, conn)?;
    queries::end_consistent_read(conn)?;
    page::html(&page, language).or_fail(Exit::Program, || "drawing the page's charts".into())
}

fn gather(report: &Report, conn: &mut Conn) -> Result<Page, StoreError> {
    let made_at = report.generated_at.with_timezone(&report.utc_offset);
    let mut newest = [None, None];
    for (newest, source) in newest.iter_mut().zip(Source::ALL) {
        *newest = store::newest_day(conn, source)?;
    }
    let last = newest.into_iter().flatten().max().unwrap_or(made_at.date_naive());
    let since = report.generated_at - TimeDelta::days(i64::from(RUN_DAYS));
    let mut history = History::until(last);
    let (mut warehouses, mut runs) = (Vec::new(), Vec::new());
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
            warehouses.extend(store::warehouses(conn, source, day)?);
        }
        let mut own = store::runs(conn, source, since)?;
        let goes_on =
            |run: &store::Run| may_go_on(run.started_at, run.completed_at, report.generated_at);
        if own.first().is_some_and(goes_on) {
            own.remove(0);
        }
        runs.extend(own);
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
    let selection = Selection::of(&history, &products::one_sided(conn)?);
    let names = store::names(conn, &selection.shown())?;
    let unused = unused(report);
    let used = report.sources.iter().filter(|source| !unused.contains(&source.source));
    let freshness = used.map(|source| source.freshness.clone()).collect();
    let key_ends =
        report.sources.iter().filter_map(|source| Some((source.source, source.key_end?))).collect();
    let findings = notices(report, conn)?;
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

/// What contradicts itself, then what is odd, the most serious first. How old the stock is has a place of its own.
fn notices(report: &Report, conn: &mut Conn) -> Result<Vec<Notice>, StoreError> {
    let mut notices = Vec::new();
    for source in &report.sources {
        let doubts = queries::doubts(conn, source.source)?;
        let unsound = soundness::judge(source.source, &doubts);
        notices.extend(unsound.into_iter().map(|one| Notice::Unsound(one, doubts.clone())));
        let odd = source.anomalies.iter().chain(&source.suspicious);
        notices.extend(odd.cloned().map(Notice::Odd));
    }
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity()));
    Ok(notices)
}
