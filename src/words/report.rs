//! What the text report and `check-freshness` say beside findings and anomalies.

use chrono::{DateTime, FixedOffset};

use super::{Text, anomalies, findings, say};
use crate::alert::Severity;
use crate::inventory::Source;
use crate::language::Language;
use crate::monitor::finding::Finding;
use crate::monitor::freshness::{SourceFreshness, Verdict};

super::words! { Words {
    stock_is: "Остатки", "Stock is";
    last_success: "Последняя удачная загрузка", "Last success";
    never: "не было", "never";
    products: "Товары", "Products";
    with_stock: "  в наличии", "  with stock";
    unmatched: "  нет на другом маркетплейсе", "  not on the other marketplace";
    ran_out: "  закончились с прошлого снимка", "  ran out since the snapshot before";
    successful: "  удачные", "  successful";
    partial: "  частичные", "  partial";
    failed: "  неудачные", "  failed";
    running: "  идут сейчас", "  running now";
    average_duration: "  в среднем длились", "  average duration";
    rejected: "  отклонено записей", "  records rejected";
    requests: "  запросов", "  requests";
    received: "  получено", "  received";
    key_ends: "Ключ действует до", "Key ends";
    anomalies_row: "Странности", "Anomalies";
    keys: "Ключи", "Keys";
    anomalies: "Странности", "Anomalies";
    stock_type: "Схема", "Type";
    warehouse: "Склад", "Warehouse";
    rows: "Строки", "Rows";
    available: "Доступно", "Available";
    reserved: "Резерв", "Reserved";
    to_client: "К клиенту", "To client";
    returning: "Возврат", "Returning";
    all: "Всего", "All";
    product: "Товар", "Product";
    before: "Было", "Before";
    now: "Стало", "Now";
    messages: "Отправленные сообщения", "Messages sent";
    when: "Когда", "When";
    message: "Сообщение", "Message";
    name: "Название", "Name";
    total: "Всего", "Total";
    warehouses: "Склады", "Warehouses";
    no_name: "(без названия)", "(no name)";
    seconds: "с", "s";
}
nouns {
} }

pub(crate) fn heading(at: DateTime<FixedOffset>, language: Language) -> String {
    let at = language.time_and_zone(at);
    say!(language, "Остатки и загрузки, {at}", "Stock and syncs on {at}")
}

/// A row of the overview: `Syncs, 1 d`.
pub(crate) fn syncs_of(period_seconds: u64, language: Language) -> String {
    let period = super::age(period_seconds, language);
    say!(language, "Загрузки, {period}", "Syncs, {period}")
}

/// Above the table of warehouses; `empty` in place of one.
pub(crate) fn snapshot(source: Source, day: &str, empty: bool, language: Language) -> String {
    let (russian, english) = if empty {
        ("пуст, последняя загрузка ничего не записала", "empty, the newest sync stored nothing")
    } else {
        ("штук", "pieces")
    };
    let colon = if empty { ":" } else { "," };
    say!(
        language,
        "{source}, снимок за {day}{colon} {russian}",
        "{source}, snapshot of {day}{colon} {english}"
    )
}

pub(crate) fn ran_out(source: Source, language: Language) -> String {
    say!(
        language,
        "{source}: закончились с прошлого снимка",
        "{source}: ran out since the snapshot before"
    )
}

pub(crate) fn and_more(more: u64, language: Language) -> String {
    let more = super::plain(more, language);
    say!(language, "и ещё {more}", "and {more} more")
}

pub(crate) fn failed_runs(source: Source, language: Language) -> String {
    say!(language, "{source}: неудачные загрузки", "{source}: failed runs")
}

/// Above the products: all, on both, on either one only.
pub(crate) fn products(counts: [u64; 4], language: Language) -> String {
    let [total, both, ozon, wildberries] = counts.map(|count| super::plain(count, language));
    say!(
        language,
        "Товары: {total}, из них {both} на обоих маркетплейсах, {ozon} только на Ozon, {wildberries} \
             только на WB",
        "Products: {total}, {both} of them on both marketplaces, {ozon} on Ozon only, {wildberries} \
             on WB only"
    )
}

/// Listings whose name nobody knows, some of them by their codes.
pub(crate) fn nameless(count: u64, some: &str, language: Language) -> String {
    let count = super::plain(count, language);
    say!(
        language,
        "Карточки без названия: {count} ({some})",
        "Listings without a name: {count} ({some})"
    )
}

/// A finding as a line of text: `critical: Ozon: has never been synced; run …`.
pub(crate) fn finding(finding: &Finding, language: Language) -> String {
    let sentence = findings::sentence(finding, language);
    line(finding.severity, finding.source, &sentence, language)
}

fn line(severity: Severity, source: Source, sentence: &Text, language: Language) -> String {
    format!("{}: {sentence}", anomalies::about(severity, source, language))
}

pub(crate) fn verdict(verdict: Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Fresh => language.either("свежие", "fresh"),
        Verdict::Stale => language.either("устарели", "stale"),
        Verdict::Never => language.either("не загружались", "never"),
    }
}

pub(crate) fn freshness(source: &SourceFreshness, zone: FixedOffset, language: Language) -> String {
    let when = match (source.last_success_at, source.age_seconds) {
        (Some(moment), Some(age)) => {
            let moment = language.time_and_zone(moment.with_timezone(&zone));
            let age = super::age(age.unsigned_abs(), language);
            let ago = if source.is_ahead() {
                language.either("позже, чем сейчас", "ahead of now")
            } else {
                language.either("назад", "ago")
            };
            say!(
                language,
                "последняя удачная загрузка {moment}, {age} {ago}",
                "last success {moment}, {age} {ago}"
            )
        }
        _ => say!(language, "удачных загрузок ещё не было", "no successful sync yet"),
    };
    let snapshot = source.snapshot_date.map_or_else(
        || say!(language, "снимков нет", "no snapshot"),
        |day| {
            let day = language.date(day);
            say!(language, "новейший снимок {day}", "newest snapshot {day}")
        },
    );
    format!("{}: {}, {when}, {snapshot}", source.source, verdict(source.verdict, language))
}
