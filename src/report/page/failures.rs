//! The table of failed runs: what kind of failure it was in the page's language, and below it the program's own words from
//! `sync_logs`, which are English.

use maud::{Markup, html};

use super::Page;
use super::language::Language;
use super::selection::Cut;
use super::table::List;
use crate::failure::Exit;
use crate::run::Status;
use crate::store::queries::history::Run;

/// The table.
pub fn list(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    let failed: Vec<&Run> = page.runs.iter().filter(|run| run.status == Status::Failed).collect();
    let cut = Cut::from(failed);
    let zone = page.made_at.offset();
    let rows = html! {
        @for run in &cut.rows {
            tr {
                th scope="row" {
                    (language.moment(run.started_at.with_timezone(zone)))
                    span.article { (run.source) }
                }
                td.reason {
                    (kind(run, language))
                    @if let Some(reason) = &run.reason { span.article lang="en" { (reason) } }
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
        none: if page.runs.is_empty() { phrases.no_data } else { phrases.none.failures },
        count: cut.count(),
        rows,
    };
    list.markup(language)
}

/// The kind of failure, as the README's table of exit codes has it.
fn kind(run: &Run, language: Language) -> &'static str {
    let exit = Exit::ALL.into_iter().find(|exit| Some(exit.code()) == run.exit_code);
    let (russian, english) = match (exit, run.completed_at) {
        (_, None) => ("Не завершилась", "It never finished"),
        (Some(Exit::Program), _) => ("Сбой самой программы", "A failure of the program itself"),
        (Some(Exit::Unsound), _) => (
            "Отклонена: остатки резко сократились или неверны часы",
            "Refused: the stock collapsed, or a clock is wrong",
        ),
        (Some(Exit::NotStockData), _) => {
            ("Маркетплейс прислал не остатки", "The marketplace answered something else than stock")
        }
        (Some(Exit::CannotCreate), _) => {
            ("Нет места или прав для файла", "No room or no right to write a file")
        }
        (Some(Exit::Unreachable), _) => (
            "Маркетплейс недоступен или не подготовил отчёт",
            "The marketplace cannot be reached, or has no report ready",
        ),
        (Some(Exit::Database), _) => (
            "База данных недоступна или не приняла запись",
            "The database cannot be reached or refused the write",
        ),
        (Some(Exit::NotNow), _) => (
            "Отложена: маркетплейс просил подождать или была быстрее другая загрузка",
            "Put off: the marketplace asked for patience, or another sync was faster",
        ),
        (Some(Exit::KeyRejected), _) => {
            ("Маркетплейс отклонил ключ", "The marketplace rejected the key")
        }
        (Some(Exit::Configuration), _) => ("Ошибка в настройках", "A mistake in the settings"),
        // 128 and the number of a signal.
        (None, _) if run.exit_code.is_some_and(|code| code > 128) => {
            ("Прервана", "It was interrupted")
        }
        (Some(Exit::Done | Exit::Usage | Exit::Partial) | None, _) => ("Ошибка", "It failed"),
    };
    match language {
        Language::Russian => russian,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Source;

    fn run(exit_code: Option<u8>, finished: bool) -> Run {
        let started_at = "2026-11-23T06:00:00Z".parse().unwrap();
        Run {
            source: Source::Ozon,
            started_at,
            completed_at: finished.then_some(started_at),
            status: Status::Failed,
            exit_code,
            reason: None,
        }
    }

    #[test]
    fn a_failure_is_told_by_its_exit_code_in_the_pages_language() {
        let russian = |code| kind(&run(Some(code), true), Language::Russian);
        assert_eq!(russian(77), "Маркетплейс отклонил ключ");
        assert_eq!(russian(69), "Маркетплейс недоступен или не подготовил отчёт");
        assert_eq!(russian(143), "Прервана");
        assert_eq!(kind(&run(Some(78), true), Language::English), "A mistake in the settings");
        assert_eq!(kind(&run(None, false), Language::Russian), "Не завершилась");
    }
}
