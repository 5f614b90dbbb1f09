//! The page as a document: head, Content-Security-Policy, landmarks, and the order of its parts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::summary::Verdict;
use super::{Page, chart_section, product_tables, summary};
use crate::language::Language;
use crate::words::page::Phrases;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole document.
pub(super) fn document(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let verdict = summary::verdict(page);
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                title { (summary::mark(verdict)) " " (phrases.title) }
                link rel="icon" href=(icon(verdict));
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#lists" { (phrases.skip) }
                (summary::header(page, language))
                main {
                    (summary::cards(page, language))
                    (chart_section::section(page, language))
                    (product_tables::section(page, language))
                }
                footer {
                    p { (phrases.footer_zone) " UTC" (page.made_at.format("%:z")) ". " (phrases.footer_stock) }
                    p { "stocksync " (env!("CARGO_PKG_VERSION")) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Nothing but this very style, this very script and the icon: what a name smuggles in does not
/// run, and nothing is fetched.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// The verdict in the tab. Without an icon of its own a page makes the browser ask the server for
/// one.
fn icon(verdict: Verdict) -> String {
    let color = match verdict {
        Verdict::Good => "1a7f4b",
        Verdict::Doubtful => "b26a00",
        Verdict::Bad => "c0282d",
    };
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
         %3Ccircle cx='8' cy='8' r='7' fill='%23{color}'/%3E%3C/svg%3E"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_can_stand_in_a_page_as_they_are() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
