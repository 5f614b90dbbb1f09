//! Kinds of failure, as the table of exit codes in the README has them, and how a run ended.

use crate::failure::{Exit, FailureKind};
use crate::language::Language;
use crate::run::Status;
use crate::store::queries::RunRow;

/// The kind of a failed run's failure; `None` for one that never finished.
pub(crate) fn kind(kind: Option<FailureKind>, language: Language) -> &'static str {
    let (russian, english) = match kind {
        None => ("Не завершилась", "It never finished"),
        Some(FailureKind::Program) => ("Сбой самой программы", "A failure of the program itself"),
        Some(FailureKind::Refused) => (
            "Отклонена: остатки резко сократились или неверны часы",
            "Refused: the stock collapsed, or a clock is wrong",
        ),
        Some(FailureKind::NotStockData) => {
            ("Маркетплейс прислал не остатки", "The marketplace answered something else than stock")
        }
        Some(FailureKind::UnexpectedRedirect) => (
            "Ответ вёл туда, куда программа не ходит",
            "An answer led to where the program does not follow",
        ),
        Some(FailureKind::UntrustedLink) => (
            "Ссылка на отчёт вела на адрес, которому нельзя доверять",
            "The link to the report led to an address that cannot be trusted",
        ),
        Some(FailureKind::Unreachable) => (
            "Маркетплейс недоступен или не подготовил отчёт",
            "The marketplace cannot be reached, or has no report ready",
        ),
        Some(FailureKind::CannotCreate) => {
            ("Нет места или прав для файла", "No room or no right to write a file")
        }
        Some(FailureKind::Database) => (
            "База данных недоступна или не приняла запись",
            "The database cannot be reached or refused the write",
        ),
        Some(FailureKind::NotNow) => (
            "Отложена: маркетплейс просил подождать или была быстрее другая загрузка",
            "Put off: the marketplace asked for patience, or another sync was faster",
        ),
        Some(FailureKind::KeyRejected) => {
            ("Маркетплейс отклонил ключ", "The marketplace rejected the key")
        }
        Some(FailureKind::Configuration) => ("Ошибка в настройках", "A mistake in the settings"),
        Some(FailureKind::Interrupted) => ("Прервана", "It was interrupted"),
    };
    language.either(russian, english)
}

/// What to do about a failed run, where a person can do anything.
pub(crate) fn remedy(run: &RunRow, language: Language) -> Option<String> {
    let exit = Exit::of_code(run.exit_code?)?;
    Some(super::alerts::after_failure(run.source, exit, language))
}

pub(crate) fn ended(status: Status, language: Language) -> &'static str {
    match status {
        Status::Success => language.either("успешно", "success"),
        Status::Partial => language.either("частично", "partial"),
        Status::Failed => language.either("ошибка", "failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_of_its_own_in_both_languages() {
        let kinds = FailureKind::ALL.into_iter().map(Some).chain([None]);
        let mut said: Vec<&str> = kinds
            .flat_map(|one| {
                [Language::Russian, Language::English].map(|language| kind(one, language))
            })
            .collect();
        let all = said.len();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), all);
    }
}
