//! The tables of products. Every name in them comes from outside and is escaped by the template.

use maud::{Markup, html};

use super::selection::{Cut, Unmatched};
use super::table::List;
use super::{Page, failures, forecast};
use crate::inventory::Source;
use crate::language::Language;
use crate::words::page::Phrases;

/// Characters from which on the style sheet may cut a name; the whole of it shows on hover.
const LONG_NAME: usize = 60;

pub(super) fn section(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    html! {
        section #lists aria-labelledby="lists-title" tabindex="-1" {
            div.bar {
                h2 #lists-title { (phrases.lists) }
                div #search role="search" data-found=(phrases.filter_found) {
                    label for="filter" { (phrases.filter) }
                    input #filter type="search" autocomplete="off" spellcheck="false" placeholder=(phrases.filter_hint);
                    output for="filter" aria-live="polite" {}
                }
            }
            div.lists {
                div.column {
                    (running_out(page, language))
                    (out_of_stock(page, language))
                    (changes(page, language))
                }
                div.column {
                    (one_sided(page, language))
                    (without_barcode(page, language))
                    (failures::list(page, language))
                }
            }
        }
    }
}

fn running_out(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let cut = &page.selection.running_out;
    let rows = html! {
        @for row in &cut.rows {
            tr {
                (product(page, language, row.product))
                td.n { (language.number(row.available)) }
                td.n { (language.decimal(row.forecast.per_day)) }
                td.n { strong { (language.decimal(row.forecast.days)) } }
            }
        }
    };
    let none = if page.history.days_known() > forecast::FEWEST_DAYS {
        phrases.none_running_out
    } else {
        phrases.too_early
    };
    let list = List {
        id: "running-out",
        title: phrases.running_out,
        about: phrases.running_out_about,
        numeric: true,
        head: vec![phrases.product, phrases.available, phrases.per_day, phrases.days_left],
        none: if page.warehouses.is_empty() { phrases.no_data } else { none },
        count: cut.count(),
        rows,
    };
    list.markup(language)
}

fn out_of_stock(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let cut = &page.selection.out_of_stock;
    let rows = html! {
        @for row in &cut.rows {
            tr {
                (product(page, language, row.product))
                @if let Some(day) = row.last_in_stock {
                    td.n { (language.number(row.pieces_then)) }
                    td.n { (language.day(day)) }
                } @else {
                    td.n { "–" }
                    td.n { (phrases.longer_ago) }
                }
            }
        }
    };
    let list = List {
        id: "out-of-stock",
        title: phrases.out_of_stock,
        about: phrases.out_of_stock_about,
        numeric: true,
        head: vec![phrases.product, phrases.then, phrases.last_in_stock],
        none: if page.warehouses.is_empty() { phrases.no_data } else { phrases.none_out_of_stock },
        count: cut.count(),
        rows,
    };
    list.markup(language)
}

fn changes(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let cut = &page.selection.changes;
    let rows = html! {
        @for row in &cut.rows {
            @let change = row.after - row.before;
            tr {
                (product(page, language, row.product))
                td.n { (language.number(row.before)) }
                td.n { (language.number(row.after)) }
                td.n { strong { (if change > 0 { "▲ " } else { "▼ " }) (language.change(change)) } }
            }
        }
    };
    let none = match page.history.days_known() {
        0 => phrases.no_data,
        1 => phrases.too_early,
        _ => phrases.none_changes,
    };
    let list = List {
        id: "changes",
        title: phrases.changes,
        about: phrases.changes_about,
        numeric: true,
        head: vec![phrases.product, phrases.before, phrases.after, phrases.change],
        none,
        count: cut.count(),
        rows,
    };
    list.markup(language)
}

fn one_sided(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let (head, rows) = lonely(page, language, &page.selection.one_sided);
    let list = List {
        id: "one-sided",
        title: phrases.one_sided,
        about: phrases.one_sided_about,
        numeric: true,
        head,
        none: compared(page, language, phrases.none_one_sided),
        count: page.selection.one_sided.count(),
        rows,
    };
    list.markup(language)
}

fn without_barcode(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let (head, rows) = lonely(page, language, &page.selection.without_barcode);
    let list = List {
        id: "without-barcode",
        title: phrases.without_barcode,
        about: phrases.without_barcode_about,
        numeric: true,
        head,
        none: compared(page, language, phrases.none_without_barcode),
        count: page.selection.without_barcode.count(),
        rows,
    };
    list.markup(language)
}

/// The rows of products that only one marketplace lists, and the heads of their columns.
fn lonely(page: &Page, language: Language, cut: &Cut<Unmatched>) -> (Vec<&'static str>, Markup) {
    let phrases = Phrases::of(language);
    let rows = html! {
        @for row in &cut.rows {
            tr {
                (product(page, language, row.product))
                td.n { (language.number(row.available)) }
                td.n { (row.only_on) }
            }
        }
    };
    (vec![phrases.product, phrases.available, phrases.marketplace], rows)
}

/// Why a table that compares the marketplaces is empty.
fn compared(page: &Page, language: Language, all_well: &'static str) -> &'static str {
    let has_stock = |source| page.warehouses.iter().any(|warehouse| warehouse.source == source);
    match Source::ALL.into_iter().filter(|source| has_stock(*source)).count() {
        0 => Phrases::of(language).no_data,
        1 => Phrases::of(language).one_marketplace,
        _ => all_well,
    }
}

fn product(page: &Page, language: Language, id: i64) -> Markup {
    let known = page.names.get(&id);
    let name = known.and_then(|known| known.name.as_deref());
    html! {
        th scope="row" {
            @if let Some(name) = name {
                span.name title=[(name.chars().count() > LONG_NAME).then_some(name)] { (name) }
            } @else { em { (Phrases::of(language).nameless) } }
            @if let Some(known) = known {
                span.article {
                    (known.article) @if let Some(size) = &known.size_name { ", " (size) }
                }
            }
        }
    }
}
