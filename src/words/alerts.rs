//! The words of the alerts: what happened, why, and what a person does now. Whether one is due is
//! decided in `monitor/alerts.rs`.

use crate::failure::Exit;
use crate::inventory::Source;
use crate::language::{Forms, Language};
use crate::monitor::alerts::{Alert, Cause, Topic};

use super::{counted, findings, say, sync_command};

const SYNCS: [Forms; 2] = [
    Forms("загрузка не удалась", "загрузки не удались", "загрузок не удались"),
    Forms("sync", "syncs", "syncs"),
];

/// A message to a person: an alert in the words of a language.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) alert: Alert,
    pub(crate) language: Language,
    pub(crate) title: String,
    /// Why; empty for a recovery.
    pub(crate) cause: String,
    pub(crate) next_step: String,
}

impl Message {
    pub(crate) fn of(alert: Alert, language: Language) -> Self {
        let title = format!("{}: {}", alert.source, title(&alert, language));
        let (cause, next_step) = (cause(&alert, language), next_step(&alert, language));
        Self { alert, language, title, cause, next_step }
    }

    /// What stands below the title, each with its name: marketplace, time, cause, next step.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let either = |russian, english| self.language.either(russian, english);
        let time = self.language.time_and_zone(self.alert.time);
        let mut fields = vec![
            (either("Маркетплейс", "Source"), self.alert.source.to_string()),
            (either("Время", "Time"), time),
        ];
        if !self.cause.is_empty() {
            fields.push((either("Причина", "Cause"), self.cause.clone()));
        }
        fields.push((either("Что делать", "Next step"), self.next_step.clone()));
        fields
    }

    pub(crate) fn text(&self) -> String {
        let fields = self.fields();
        let lines = fields.iter().map(|(name, value)| format!("\n{name}: {value}"));
        self.title.clone() + &lines.collect::<String>()
    }
}

fn title(alert: &Alert, language: Language) -> String {
    let either = |russian: &str, english: &str| language.either(russian, english).to_owned();
    match (&alert.cause, alert.topic) {
        (Cause::Failed(..), topic) => failed(topic, alert.failures, language),
        (Cause::NewHost(host), _) => say!(
            language,
            "ссылка на отчёт вела на новый адрес: {host}",
            "a report's link led to a host not seen before: {host}"
        ),
        (Cause::Found(_), Topic::Unsound) => {
            either("сохранённые остатки противоречивы", "the stored stock is unsound")
        }
        (Cause::Found(_), Topic::KeyAge) => {
            either("пора обновить ключ", "the key needs to be renewed")
        }
        (Cause::Found(_), _) => either("сохранённые остатки устарели", "the stored stock is stale"),
        (Cause::Over, Topic::Sync) => {
            either("загрузки снова удаются, остатки свежие", "syncs work again, the stock is fresh")
        }
        (Cause::Over, Topic::Unsound) => {
            either("сохранённые остатки снова верны", "the stored stock is sound again")
        }
        (Cause::Over, Topic::KeyAge) => either("ключ обновлён", "the key was renewed"),
        (Cause::Over, _) => {
            either("сохранённые остатки снова свежие", "the stored stock is fresh again")
        }
    }
}

fn failed(topic: Topic, failures: u32, language: Language) -> String {
    let row = language.either(
        format!("{} подряд", counted(failures, &SYNCS, language)),
        format!("{} failed in a row", counted(failures, &SYNCS, language)),
    );
    let what = match topic {
        Topic::KeyRejected => language.either("ключ отклонён", "the key was rejected"),
        Topic::PullRefused => language.either("загрузка отклонена", "a pull was refused"),
        _ if failures == 1 => language.either("загрузка не удалась", "a sync failed"),
        _ => return row,
    };
    if failures == 1 { what.to_owned() } else { format!("{what} ({row})") }
}

fn cause(alert: &Alert, language: Language) -> String {
    match &alert.cause {
        Cause::Failed(exit, reason) => {
            format!("{reason} ({} {})", language.either("код", "exit"), exit.code())
        }
        Cause::Found(found) => {
            let causes = found.iter().map(|finding| findings::cause(finding, language));
            causes.collect::<Vec<_>>().join("; ")
        }
        Cause::NewHost(host) => {
            let source = alert.source;
            say!(
                language,
                "{host} не принадлежит {source}, и прежние загрузки туда не вели; ключ туда не \
                     отправлялся",
                "{host} is neither {source}'s own nor one that an earlier sync was sent to; no key \
                     was sent there"
            )
        }
        Cause::Over => String::new(),
    }
}

fn next_step(alert: &Alert, language: Language) -> String {
    match &alert.cause {
        Cause::Failed(exit, _) => after_failure(alert.source, *exit, language),
        Cause::Found(found) => {
            let advice =
                found.iter().map(|finding| findings::advice(finding, language).to_string());
            advice.collect::<Vec<_>>().join("; ")
        }
        Cause::NewHost(_) => {
            let key = new_key(alert.source, language);
            say!(
                language,
                "сравните со ссылкой на отчёт в кабинете продавца: если адрес тот же, ничего, теперь \
                     он известен; если нет, {key} и спросите поддержку маркетплейса",
                "compare with the link that the seller's cabinet gives for a report: if it is the \
                     same host, nothing, it is known from now on; if not, {key} and ask the marketplace's \
                     support"
            )
        }
        Cause::Over if alert.exit == Some(Exit::Partial) => say!(
            language,
            "часть записей отклонена; сколько, покажет `stocksync report`",
            "some records were rejected; `stocksync report` tells how many"
        ),
        Cause::Over => say!(language, "ничего", "nothing to do"),
    }
}

/// What to do about a failed run.
pub(super) fn after_failure(source: Source, exit: Exit, language: Language) -> String {
    let command = sync_command(source);
    let either = |russian: &str, english: &str| language.either(russian, english).to_owned();
    match exit {
        Exit::KeyRejected => {
            let key = new_key(source, language);
            say!(language, "{key} и запустите `{command}`", "{key} and run `{command}`")
        }
        Exit::Unsound => say!(
            language,
            "неверны часы — поставьте их; остатки резко сократились — сверьте с кабинетом \
                 продавца и, если они правда сократились, запустите `{command} --accept-shrink`",
            "a wrong clock: set it; a collapse: compare with the seller's cabinet, and if the stock \
                 really fell, run `{command} --accept-shrink`"
        ),
        Exit::NotStockData => say!(
            language,
            "посмотрите, что отвечает маркетплейс (`{command} -v`); возможно, он изменил API: нет ли \
                 новой версии stocksync?",
            "look at what the marketplace answers (`{command} -v`); it may have changed its API: is \
                 there a newer stocksync?"
        ),
        Exit::Unreachable => either(
            "следующая загрузка попробует снова; если это продолжится, проверьте сеть и новости \
             маркетплейса о сбоях",
            "the next run tries again; if it goes on, look at the marketplace's status page and at the \
             network",
        ),
        Exit::CannotCreate => either(
            "освободите место в названном каталоге или дайте пользователю загрузок писать в него",
            "make room in the directory that it names, or let the user of the syncs write there",
        ),
        Exit::Database => either(
            "проверьте, работает ли база данных, есть ли на ней место и верен ли DATABASE_URL",
            "look whether the database runs, has space, and DATABASE_URL is right",
        ),
        Exit::NotNow => either(
            "следующая загрузка попробует снова; если это продолжится, запускайте cron реже",
            "the next run tries again; if it goes on, let cron run less often",
        ),
        Exit::Configuration => either("исправьте переменную в .env", "set the variable in .env"),
        Exit::Program | Exit::Usage | Exit::Partial | Exit::Done => {
            say!(language, "прочтите журнал `{command}`", "read the log of `{command}`")
        }
    }
}

fn new_key(source: Source, language: Language) -> String {
    let menu = source.key_menu();
    let variable = match source {
        Source::Ozon => "OZON_API_KEY",
        Source::Wildberries => "WB_API_TOKEN",
    };
    say!(
        language,
        "создайте новый ключ в кабинете продавца ({menu}), впишите его в {variable}",
        "make a new key in the seller's cabinet ({menu}), put it into {variable}"
    )
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, FixedOffset};

    use super::*;
    use crate::monitor::finding::{Fact, Finding, Severity};

    const LANGUAGES: [Language; 2] = [Language::English, Language::Russian];

    fn noon() -> DateTime<FixedOffset> {
        "2026-11-23T12:00:00+03:00".parse().unwrap()
    }

    fn failed(exit: Exit, topic: Topic, failures: u32) -> Alert {
        let reason = (exit, "503 Service Unavailable".to_owned());
        Alert::failed(Source::Ozon, topic, reason, failures, noon())
    }

    #[test]
    fn a_failure_names_source_local_time_cause_and_next_step() {
        let alert = failed(Exit::Unreachable, Topic::Failures, 2);
        assert_eq!(
            Message::of(alert.clone(), Language::English).text(),
            "Ozon: 2 syncs failed in a row\n\
             Source: Ozon\n\
             Time: 2026-11-23 12:00 (UTC+03:00)\n\
             Cause: 503 Service Unavailable (exit 69)\n\
             Next step: the next run tries again; if it goes on, look at the marketplace's status page and at the network"
        );
        assert_eq!(
            Message::of(alert, Language::Russian).text(),
            "Ozon: 2 загрузки не удались подряд\n\
             Маркетплейс: Ozon\n\
             Время: 23.11.2026 12:00 (UTC+03:00)\n\
             Причина: 503 Service Unavailable (код 69)\n\
             Что делать: следующая загрузка попробует снова; если это продолжится, проверьте сеть и новости маркетплейса о сбоях"
        );
    }

    #[test]
    fn one_failure_and_several_have_their_own_titles() {
        let title = |topic, failures, language| {
            Message::of(failed(Exit::KeyRejected, topic, failures), language).title
        };
        let english = |topic, failures| title(topic, failures, Language::English);
        assert_eq!(english(Topic::KeyRejected, 1), "Ozon: the key was rejected");
        let several = "Ozon: a pull was refused (2 syncs failed in a row)";
        assert_eq!(english(Topic::PullRefused, 2), several);
        assert_eq!(english(Topic::Failures, 1), "Ozon: a sync failed");
        let russian = title(Topic::PullRefused, 5, Language::Russian);
        assert_eq!(russian, "Ozon: загрузка отклонена (5 загрузок не удались подряд)");
    }

    #[test]
    fn every_failure_has_a_next_step_in_both_languages() {
        for exit in Exit::ALL {
            let [english, russian] =
                LANGUAGES.map(|language| after_failure(Source::Wildberries, exit, language));
            assert!(!english.is_empty() && !russian.is_empty() && english != russian);
        }
    }

    #[test]
    fn a_finding_is_told_as_cause_and_advice() {
        let finding =
            Finding { severity: Severity::Critical, source: Source::Ozon, fact: Fact::NeverSynced };
        let alert = Alert::found(Source::Ozon, Topic::Stale, &[&finding], noon());
        assert_eq!(alert.severity, Severity::Critical);
        let message = Message::of(alert, Language::English);
        assert_eq!(message.cause, "has never been synced");
        assert_eq!(message.next_step, "run `stocksync sync ozon` and look at what it says");
    }
}
