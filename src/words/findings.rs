//! What is wrong with stored stock or a key, and what to do about it.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::{PIECES, ROWS, Text, age, counted, plain, say, sync_command};
use crate::inventory::Source;
use crate::language::{Forms, Language};
use crate::monitor::finding::{Fact, Finding};
use crate::monitor::keys::{Basis, KeyEnd};

const DAYS: [Forms; 2] = [Forms("день", "дня", "дней"), Forms("day", "days", "days")];

pub(crate) fn sentence(finding: &Finding, language: Language) -> Text {
    Text::new(cause(finding, language)).then("; ").followed_by(advice(finding, language))
}

pub(crate) fn cause(finding: &Finding, language: Language) -> String {
    match &finding.fact {
        Fact::NeverSynced => {
            say!(language, "остатки ещё ни разу не загружались", "has never been synced")
        }
        Fact::Stale { age: seconds, allowed } => {
            let (ago, allowed) = (age(*seconds, language), age(*allowed, language));
            say!(
                language,
                "последняя удачная загрузка была {ago} назад, допустимо {allowed}",
                "the last successful sync was {ago} ago, {allowed} is allowed"
            )
        }
        Fact::Ahead(by) => ahead(*by, language),
        Fact::RowsDisagree { day, stated, found } => disagreement(*day, *stated, *found, language),
        Fact::RowsGone => language.either(
            "по журналу загрузка удалась, но строк в inventory_data нет".to_owned(),
            format!(
                "sync_logs tells of a successful sync, but inventory_data has no rows of {}",
                finding.source
            ),
        ),
        Fact::Contradictory { day, rows } => of_snapshot(
            *day,
            *rows,
            [
                "где остаток не равен сумме доступного и резерва",
                "where current is not available + reserved",
            ],
            language,
        ),
        Fact::Negative { day, rows } => {
            of_snapshot(*day, *rows, ["с числом меньше нуля", "with a number below zero"], language)
        }
        Fact::Duplicate { day, rows } => of_snapshot(
            *day,
            *rows,
            ["с повтором другой строки", "that repeat another row's identity"],
            language,
        ),
        Fact::Empty(day) => empty(*day, finding.source, language),
        Fact::KeyEnds { end, left, zone } => key_ends(*end, *left, *zone, language),
        Fact::EndlessToken => say!(
            language,
            "WB_API_TOKEN — не токен со сроком действия (JWT)",
            "WB_API_TOKEN is not a token with an end (a JWT)"
        ),
    }
}

fn ahead(by: u64, language: Language) -> String {
    let by = age(by, language);
    say!(
        language,
        "последняя удачная загрузка закончилась на {by} позже, чем сейчас: часы были или \
             остаются неверны, и сколько лет остаткам, неизвестно",
        "the last successful sync ended {by} ahead of now: a clock was wrong then, or is \
             now, and nobody knows how old the stock is"
    )
}

fn empty(day: NaiveDate, source: Source, language: Language) -> String {
    let day = language.date(day);
    say!(
        language,
        "последний снимок за {day} пуст: загрузка записала, что остатков на {source} нет совсем",
        "the newest snapshot, of {day}, is empty: the sync stored that {source} has no stock \
             at all"
    )
}

pub(crate) fn advice(finding: &Finding, language: Language) -> Text {
    let command = sync_command(finding.source);
    let again = format!("{command} --full");
    match &finding.fact {
        Fact::NeverSynced => Text::new(language.either("запустите ", "run "))
            .command(command)
            .then(language.either(" и прочтите, что она скажет", " and look at what it says")),
        Fact::Stale { .. } => Text::default().command("stocksync report").then(language.either(
            " покажет, почему загрузки не удаются; если их нет совсем, проверьте cron",
            " shows why the runs fail; if there are none, look at cron",
        )),
        Fact::Ahead(_) => set_the_clock(finding.source, language),
        Fact::RowsDisagree { .. } => Text::new(language.either(
            "таблицу inventory_data меняет что-то ещё: найдите, что именно, и запустите ",
            "something else changes inventory_data: find it, and run ",
        ))
        .command(again),
        Fact::RowsGone => Text::new(language.either("запустите ", "run ")).command(again),
        Fact::Contradictory { .. } | Fact::Negative { .. } => Text::new(language.either(
            "это записала не stocksync: запустите ",
            "something else has written them: run ",
        ))
        .command(again),
        Fact::Duplicate { .. } => Text::new(language.either(
            "пропал уникальный ключ uk_inventory_identity: удалите повторы и создайте его снова",
            "the unique key uk_inventory_identity is gone: remove the copies and add it again",
        )),
        Fact::Empty(_) => Text::new(language.either(
            "если в кабинете продавца они есть, запустите ",
            "if the seller's cabinet shows some, run ",
        ))
        .command(command),
        Fact::KeyEnds { end: KeyEnd { basis, .. }, .. } => {
            Text::new(new_key(finding.source, matches!(basis, Basis::Issued(_)), language))
        }
        Fact::EndlessToken => Text::new(new_key(finding.source, false, language)),
    }
}

fn disagreement(
    day: NaiveDate,
    stated: (u64, i64),
    found: (u64, i64),
    language: Language,
) -> String {
    let day = language.date(day);
    let rows = |rows: u64| counted(rows, &ROWS, language);
    let pieces = |pieces: i64| counted(pieces, &PIECES, language);
    let lost = stated.0.saturating_sub(found.0);
    let missing = if lost == 0 {
        String::new()
    } else {
        language
            .either(format!(", не хватает: {}", rows(lost)), format!(", {} missing", rows(lost)))
    };
    language.either(
        format!(
            "по журналу за {day} должно быть: {}, {}; в таблице есть: {}, {}{missing}",
            rows(stated.0),
            pieces(stated.1),
            rows(found.0),
            pieces(found.1)
        ),
        format!(
            "the last successful sync left {} with {} for {day}, but there are {} with {}{missing}",
            rows(stated.0),
            pieces(stated.1),
            plain(found.0, language),
            plain(found.1, language)
        ),
    )
}

fn of_snapshot(
    day: Option<NaiveDate>,
    rows: u64,
    [russian, english]: [&str; 2],
    language: Language,
) -> String {
    let rows = counted(rows, &ROWS, language);
    let day = day.map(|day| language.date(day));
    let of = |word: &str| day.as_ref().map(|day| format!(" {word} {day}")).unwrap_or_default();
    language.either(
        format!("в снимке{} {rows} {russian}", of("за")),
        format!("the snapshot{} has {rows} {english}", of("of")),
    )
}

fn set_the_clock(source: Source, language: Language) -> Text {
    Text::new(language.either("поставьте часы (", "set the clock ("))
        .command("timedatectl")
        .then(language.either(
            "); если они верны, администратором базы данных удалите ту загрузку и запустите ",
            "); if it is right, take that run away as the database's administrator and run ",
        ))
        .command(sync_command(source))
        .then(format!(
            ": DELETE FROM sync_logs WHERE marketplace = '{source}' AND started_at > NOW();"
        ))
}

fn key_ends(end: KeyEnd, left: TimeDelta, zone: FixedOffset, language: Language) -> String {
    let local = |at: DateTime<Utc>| language.time_and_zone(at.with_timezone(&zone));
    let days = counted(left.num_days().unsigned_abs(), &DAYS, language);
    let (ends, when) = if left > TimeDelta::zero() {
        language.either(("заканчивается", format!("через {days}")), ("ends", format!("in {days}")))
    } else {
        language.either(("закончился", format!("{days} назад")), ("ended", format!("{days} ago")))
    };
    match end.basis {
        Basis::Told => {
            let at = local(end.at);
            say!(language, "ключ API {ends} {at}, {when}", "the API key {ends} {at}, {when}")
        }
        Basis::Issued(issued) => {
            let issued = language.date(issued);
            let day = language.date(end.at.with_timezone(&zone).date_naive());
            let latest = if end.is_latest() {
                language.either(" самое позднее", " at the latest")
            } else {
                ""
            };
            say!(
                language,
                "ключ API от {issued} (OZON_API_KEY_ISSUED) {ends} {day}{latest}, {when}",
                "the API key of {issued} (OZON_API_KEY_ISSUED) {ends} {day}{latest}, {when}"
            )
        }
        Basis::Token(issued) => {
            let at = local(end.at);
            let made = issued.map(local);
            let made = |word: &str| made.as_ref().map(|at| format!(", {word} {at}"));
            language.either(
                format!("токен {ends} {at}, {when}{}", made("создан").unwrap_or_default()),
                format!("the token {ends} {at}, {when}{}", made("made").unwrap_or_default()),
            )
        }
    }
}

fn new_key(source: Source, with_day: bool, language: Language) -> String {
    let menu = source.key_menu();
    let (kind, variable) = match source {
        Source::Ozon => {
            (language.either("роль Admin read only", "role Admin read only"), "OZON_API_KEY")
        }
        Source::Wildberries => (
            language.either(
                "тип «Персональный», категории Аналитика и Контент, «Только на чтение»",
                "type «Персональный», categories Аналитика and Контент, «Только на чтение»",
            ),
            "WB_API_TOKEN",
        ),
    };
    let day = if with_day {
        language.either(", а день — в OZON_API_KEY_ISSUED", " and the day into OZON_API_KEY_ISSUED")
    } else {
        ""
    };
    say!(
        language,
        "создайте новый в кабинете продавца ({menu}), {kind}, и впишите его в {variable}{day}",
        "make a new one in the seller's cabinet ({menu}), {kind}, and put it into {variable}{day}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::finding::Severity;
    use crate::monitor::soundness;
    use crate::store::queries::SnapshotCheck;

    const LANGUAGES: [Language; 2] = [Language::English, Language::Russian];

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn moscow() -> FixedOffset {
        FixedOffset::east_opt(3 * 3600).unwrap()
    }

    fn said(finding: &Finding) -> [String; 2] {
        LANGUAGES.map(|language| sentence(finding, language).to_string().replace('\u{a0}', " "))
    }

    #[test]
    fn the_end_of_a_key_is_told_in_the_sellers_time_and_what_to_do() {
        let end = KeyEnd { at: "2026-12-02T22:30:00Z".parse().unwrap(), basis: Basis::Told };
        let [english, russian] = said(&end.finding(now(), moscow()).unwrap());
        assert_eq!(
            english,
            "the API key ends 2026-12-03 01:30 (UTC+03:00), in 9 days; make a new one in the seller's \
             cabinet (Настройки → Seller API), role Admin read only, and put it into OZON_API_KEY"
        );
        let beginning = "ключ API заканчивается 03.12.2026 01:30 (UTC+03:00), через 9 дней; ";
        assert!(russian.starts_with(beginning), "{russian}");
        let old = KeyEnd::of_issue("2026-05-01".parse().unwrap(), moscow()).unwrap();
        let [english, _] = said(&old.finding(now(), moscow()).unwrap());
        let beginning = "the API key of 2026-05-01 (OZON_API_KEY_ISSUED) ended 2026-10-28 at the latest, 26 days ago; ";
        assert!(english.starts_with(beginning), "{english}");
    }

    #[test]
    fn what_is_unsound_is_told_in_both_languages_with_the_command_that_mends_it() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = SnapshotCheck {
            day: Some(day),
            written: true,
            stated: Some((day, 21, 1_500)),
            found: Some((20, 900)),
            contradictory_rows: 3,
            negative_rows: 1,
            duplicate_rows: 5,
        };
        let told: Vec<[String; 2]> =
            soundness::judge(Source::Wildberries, &doubts).iter().map(said).collect();
        assert_eq!(
            told[0],
            [
                "the last successful sync left 21 rows with 1,500 pieces for 2026-11-23, but there are 20 \
                 with 900, 1 row missing; something else changes inventory_data: find it, and run \
                 `stocksync sync wb --full`",
                "по журналу за 23.11.2026 должно быть: 21 строка, 1 500 шт.; в таблице есть: 20 строк, \
                 900 шт., не хватает: 1 строка; таблицу inventory_data меняет что-то ещё: найдите, что \
                 именно, и запустите `stocksync sync wb --full`"
            ]
        );
        let beginnings = [
            "в снимке за 23.11.2026 3 строки где остаток",
            "в снимке за 23.11.2026 1 строка с числом меньше нуля",
            "в снимке за 23.11.2026 5 строк с повтором",
        ];
        for ([_, russian], beginning) in told[1..].iter().zip(beginnings) {
            assert!(russian.starts_with(beginning), "{russian}");
        }
    }

    #[test]
    fn a_command_is_told_apart_from_the_words_around_it() {
        let severity = Severity::Critical;
        let finding = Finding { severity, source: Source::Ozon, fact: Fact::NeverSynced };
        for language in LANGUAGES {
            let advice = advice(&finding, language);
            assert_eq!(
                advice.parts()[1],
                super::super::Part::Command("stocksync sync ozon".into())
            );
            assert!(!cause(&finding, language).contains('`'));
        }
    }
}
