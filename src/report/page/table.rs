//! One table of the page with its heading, its count and what is said in place of rows. Knows
//! nothing of what it lists.

use maud::{Markup, html};

use crate::language::Language;
use crate::words::page::Phrases;

/// A table with what stands around it, each text already for people.
pub(super) struct List {
    pub id: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    /// Whether all columns but the first hold numbers.
    pub numeric: bool,
    pub head: Vec<&'static str>,
    /// In place of the rows where there is none.
    pub none: &'static str,
    /// Rows there are, and rows there would be if the list were not cut.
    pub count: (usize, usize),
    pub rows: Markup,
}

impl List {
    /// A table in a box of its own that scrolls, also by keyboard.
    pub(super) fn markup(self, language: Language) -> Markup {
        let phrases = Phrases::of(language);
        let title_id = format!("{}-title", self.id);
        let (shown, total) = self.count;
        html! {
            article.card #(self.id) aria-labelledby=(title_id) {
                h3 #(title_id) { (self.title) " " span.count { (language.total(total)) } }
                p.quiet { (self.about) }
                @if total == 0 {
                    p.none { (self.none) }
                } @else {
                    div.scroll tabindex="0" role="region" aria-label=(self.title) {
                        table.filtered {
                            caption.hidden { (self.title) }
                            thead {
                                tr {
                                    @for (index, name) in self.head.iter().enumerate() {
                                        th scope="col" class=[(index > 0 && self.numeric).then_some("n")] { (name) }
                                    }
                                }
                            }
                            tbody { (self.rows) }
                        }
                    }
                    @if total > shown {
                        p.quiet { (phrases.first) " " (language.total(shown)) " " (phrases.of) " " (language.total(total)) }
                    }
                }
            }
        }
    }
}
