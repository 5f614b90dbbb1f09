//! The tables of products, and what all tables look like. Every name in them comes from outside and is escaped by the template.

use maud::{Markup, html};

use super::language::Language;
use super::selection::{Cut, LONGEST, Lonely};
use super::{Page, failures};

/// The section with the field that filters it.
pub fn section(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    html! {
        section #lists aria-labelledby="lists-title" tabindex="-1" {
            div.bar {
                h2 #lists-title { (phrases.lists) }
                div #search role="search" hidden data-found=(phrases.filter_found) {
                    label for="filter" { (phrases.filter) }
                    input #filter type="search" autocomplete="off" spellcheck="false" placeholder=(phrases.filter_hint);
                    output for="filter" aria-live="polite" {}
                }
            }
            div.lists {
                (running_out(page, language))
                (out_of_stock(page, language))
                (changes(page, language))
                (one_sided(page, language, &page.selection.one_sided, "one-sided", phrases.one_sided, phrases.one_sided_about))
                (one_sided(page, language, &page.selection.unmatched, "unmatched", phrases.unmatched, phrases.unmatched_about))
                (failures::list(page, language))
            }
        }
    }
}

fn running_out(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    let cut = &page.selection.running_out;
    let head = [phrases.product, phrases.available, phrases.per_day, phrases.days_left];
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
    let about = phrases.running_out_about;
    list(
        language,
        "running-out",
        phrases.running_out,
        about,
        &head,
        (cut.rows.len(), cut.total),
        &rows,
    )
}

fn out_of_stock(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    let cut = &page.selection.out_of_stock;
    let head = [phrases.product, phrases.then, phrases.last_in_stock];
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
    let about = phrases.out_of_stock_about;
    list(
        language,
        "out-of-stock",
        phrases.out_of_stock,
        about,
        &head,
        (cut.rows.len(), cut.total),
        &rows,
    )
}

fn changes(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    let cut = &page.selection.changes;
    let head = [phrases.product, phrases.before, phrases.after, phrases.change];
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
    list(
        language,
        "changes",
        phrases.changes,
        phrases.changes_about,
        &head,
        (cut.rows.len(), cut.total),
        &rows,
    )
}

fn one_sided(
    page: &Page,
    language: Language,
    cut: &Cut<Lonely>,
    id: &str,
    title: &str,
    about: &str,
) -> Markup {
    let phrases = language.phrases();
    let head = [phrases.product, phrases.available, phrases.marketplace];
    let rows = html! {
        @for row in &cut.rows {
            tr {
                (product(page, language, row.product))
                td.n { (language.number(row.available)) }
                td.n { (row.only_on) }
            }
        }
    };
    list(language, id, title, about, &head, (cut.rows.len(), cut.total), &rows)
}

/// A product by its name, with the article below for who has to find it on a shelf.
fn product(page: &Page, language: Language, id: i64) -> Markup {
    let known = page.names.get(&id);
    let name = known.and_then(|known| known.name.as_deref());
    html! {
        th scope="row" {
            @if let Some(name) = name { (name) } @else { em { (language.phrases().nameless) } }
            @if let Some(known) = known { span.article { (known.article) } }
        }
    }
}

/// A table in a box of its own that scrolls, also by keyboard.
pub fn list(
    language: Language,
    id: &str,
    title: &str,
    about: &str,
    head: &[&str],
    (shown, total): (usize, usize),
    rows: &Markup,
) -> Markup {
    let phrases = language.phrases();
    let title_id = format!("{id}-title");
    html! {
        article.card #(id) aria-labelledby=(title_id) {
            h3 #(title_id) { (title) " " span.count { (language.total(total)) } }
            p.quiet { (about) }
            @if total == 0 {
                p.none { (phrases.none_good) }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    table.filtered {
                        caption.hidden { (title) }
                        thead {
                            tr {
                                @for (index, name) in head.iter().enumerate() {
                                    th scope="col" class=[(index > 0 && id != "failures").then_some("n")] { (name) }
                                }
                            }
                        }
                        tbody { (rows) }
                    }
                }
                @if total > shown {
                    p.quiet { (phrases.first) " " (language.total(LONGEST)) " " (phrases.of) " " (language.total(total)) }
                }
            }
        }
    }
}
