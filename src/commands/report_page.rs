//! `report --format html`: gathers what the page shows. What is shown of it is decided in `report::page`.

use std::time::Duration;

use chrono::{TimeDelta, Utc};

use crate::config::{self, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::monitor::freshness::{Known, judge};
use crate::report::page::{self, History, Language, Listed, Page, RUN_DAYS, Selection};
use crate::store::{Database, overview, page as store};

/// How old the last successful sync may be, as `check-freshness` allows by default.
const MAX_AGE: Duration = Duration::from_secs(6 * 3600);

/// Asks the database and renders the page.
pub fn render(
    language: Option<Language>,
    database: &mut Database,
    environment: &Environment,
) -> Result<String, Failure> {
    let language = language
        .unwrap_or_else(|| Language::of_locale(config::locale(environment).unwrap_or_default()));
    let page = gather(database, environment)?;
    page::html(&page, language).or_fail(Exit::Program, || "drawing the page's charts".into())
}

fn gather(database: &mut Database, environment: &Environment) -> Result<Page, Failure> {
    let now = Utc::now();
    let made_at = now.with_timezone(&config::snapshot_utc_offset(environment)?);
    let conn = database.conn();
    let mut newest = [None, None];
    for (newest, source) in newest.iter_mut().zip(Source::ALL) {
        *newest = store::newest_day(conn, source)?;
    }
    let last = newest.into_iter().flatten().max().unwrap_or(made_at.date_naive());
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
            warehouses.extend(store::warehouses(conn, source, day)?);
        }
        runs.extend(store::runs(conn, source, now - TimeDelta::days(i64::from(RUN_DAYS)))?);
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
    let listed: Vec<Listed> = store::one_sided(conn, newest)?
        .into_iter()
        .map(|listing| Listed {
            product: listing.product,
            only_on: listing.source,
            has_barcode: listing.has_barcode,
        })
        .collect();
    let selection = Selection::of(&history, &listed);
    let names = store::names(conn, &selection.shown())?;
    let (freshness, findings) = judged(database, now)?;
    Ok(Page { made_at, freshness, findings, history, selection, names, warehouses, runs })
}

/// How old the stock is, and apart from that what is wrong with it: the page says each in a place of its own.
fn judged(
    database: &mut Database,
    now: chrono::DateTime<Utc>,
) -> Result<
    (Vec<crate::monitor::freshness::SourceFreshness>, Vec<crate::monitor::freshness::Finding>),
    Failure,
> {
    let mut known = Vec::new();
    for source in Source::ALL {
        let conn = database.conn();
        let last_success = overview::last_success(conn, source)?;
        known.push(Known { source, last_success, doubts: overview::doubts(conn, source)? });
    }
    let freshness = judge(&known, MAX_AGE, now).sources;
    for known in &mut known {
        known.last_success = Some(now);
    }
    Ok((freshness, judge(&known, MAX_AGE, now).findings))
}
