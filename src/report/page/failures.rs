//! The table of failed runs: what kind of failure it was in the page's language, and below it the
//! program's own words from `sync_logs`, which are English.

use maud::{Markup, html};

use super::Page;
use super::selection::Cut;
use super::table::List;
use crate::language::Language;
use crate::report::failure_groups::{FailureGroup, grouped};
use crate::run::Status;
use crate::store::queries::RunRow;
use crate::words::failures;
use crate::words::page::Phrases;

pub(super) fn list(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let failed: Vec<&RunRow> =
        page.runs.iter().filter(|run| run.status == Status::Failed).collect();
    let failures = failed.len();
    let cut = Cut::from(grouped(failed));
    let shown = cut.rows.iter().map(|group| group.count as usize).sum();
    let zone = page.made_at.offset();
    let rows = html! {
        @for FailureGroup { newest: run, oldest, count } in &cut.rows {
            tr {
                th scope="row" {
                    (language.moment(run.started_at.with_timezone(zone)))
                    span.article { (run.source) }
                    @if *count > 1 {
                        span.article { (count) "× " (phrases.since) " " (language.moment(oldest.with_timezone(zone))) }
                    }
                }
                td.reason {
                    (failures::kind(run.failure_kind, language))
                    @if let Some(remedy) = failures::remedy(run, language) { span.article { "→ " (remedy) } }
                    @if !run.reason.is_empty() { span.article lang="en" { (run.reason) } }
                }
            }
        }
    };
    let list = List {
        id: "failures",
        title: phrases.failures,
        about: phrases.failures_about,
        numeric: false,
        head: vec![phrases.when, phrases.reason],
        none: if page.runs.is_empty() { phrases.no_data } else { phrases.none_failures },
        count: (shown, failures),
        rows,
    };
    list.markup(language)
}
