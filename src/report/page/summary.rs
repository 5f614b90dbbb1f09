//! The first screen: is the stock fresh, is it sound, how much is there.

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::{Page, PageFinding};
use crate::language::Language;
use crate::monitor::finding::Severity;
use crate::monitor::freshness::{self, SourceFreshness};
use crate::monitor::keys::KeyEnd;
use crate::words::page::{Phrases, first_sync};
use crate::words::{self, Part, Text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Good,
    Doubtful,
    /// Nobody should plan with these numbers.
    Bad,
}

impl Verdict {
    fn class(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "bad",
        }
    }
}

/// The verdict on everything: the worst of its parts.
pub(super) fn verdict(page: &Page) -> Verdict {
    page.freshness.iter().map(freshness_verdict).fold(soundness(&page.findings), Verdict::max)
}

/// The verdict as a sign, for who cannot tell the colours.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "✓",
        Verdict::Doubtful => "!",
        Verdict::Bad => "✕",
    }
}

fn freshness_verdict(source: &SourceFreshness) -> Verdict {
    of_severity(source.severity())
}

fn soundness(findings: &[PageFinding]) -> Verdict {
    of_severity(findings.iter().map(PageFinding::severity).max())
}

fn of_severity(severity: Option<Severity>) -> Verdict {
    match severity {
        None => Verdict::Good,
        Some(Severity::Warning) => Verdict::Doubtful,
        Some(Severity::Critical) => Verdict::Bad,
    }
}

pub(super) fn header(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let worst_age = page.freshness.iter().map(freshness_verdict).max();
    let never = |source: &SourceFreshness| source.verdict == freshness::Verdict::Never;
    let sentence = if page.freshness.iter().all(never) {
        phrases.nothing_yet
    } else if soundness(&page.findings) == Verdict::Bad {
        phrases.something_wrong
    } else if worst_age > Some(Verdict::Good) {
        phrases.something_stale
    } else if !page.findings.is_empty() {
        phrases.something_odd
    } else {
        phrases.all_well
    };
    let verdict = verdict(page);
    let made = page.made_at.to_rfc3339_opts(SecondsFormat::Secs, false);
    html! {
        header {
            div.title {
                h1 { (phrases.title) }
                p.made { (phrases.made) " " time #made datetime=(made) { (language.moment(page.made_at)) } }
            }
            p.verdict.(verdict.class()) { (sign(verdict)) (sentence) }
            p.verdict.doubtful #old hidden { (sign(Verdict::Doubtful)) (phrases.page_is_old) }
        }
    }
}

pub(super) fn cards(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    html! {
        div.cards {
            section.card aria-labelledby="fresh" {
                h2 #fresh { (phrases.fresh) }
                ul.plain {
                    @for source in &page.freshness { (fresh(source, page, language)) }
                    @for source in &page.unused {
                        li.source { span.sign.idle aria-hidden="true" { "–" } p { strong { (source) } " " span.quiet { (phrases.unused) } } }
                    }
                }
            }
            section.card aria-labelledby="sound" {
                h2 #sound { (phrases.sound) }
                (sound(page, language))
            }
            section.card aria-labelledby="stock" {
                h2 #stock { (phrases.in_stock) }
                (in_stock(page, language))
            }
        }
    }
}

fn fresh(source: &SourceFreshness, page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let word = match source.verdict {
        freshness::Verdict::Fresh => phrases.verdict_fresh,
        freshness::Verdict::Stale => phrases.verdict_stale,
        freshness::Verdict::Never => phrases.verdict_never,
    };
    let verdict = freshness_verdict(source);
    html! {
        li.source {
            (sign(verdict))
            div {
                p { strong { (source.source) } " " span.(verdict.class()) { (word) } }
                p.quiet {
                    @match (source.last_success_at, source.age_seconds) {
                        (Some(moment), Some(age)) => {
                            (language.moment(moment.with_timezone(page.made_at.offset())))
                            " · " (language.age(age.unsigned_abs())) " " (if source.is_ahead() { phrases.ahead } else { phrases.ago })
                        }
                        _ => (phrases.never_synced),
                    }
                }
                @for (_, end) in page.key_ends.iter().filter(|(one, _)| *one == source.source) {
                    (key_end(*end, page, language))
                }
            }
        }
    }
}

/// Until when the key holds, in the colour of how near that is.
fn key_end(end: KeyEnd, page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let severity = end.severity(page.made_at.to_utc());
    let class = severity.map_or("quiet", |_| of_severity(severity).class());
    let at = end.at.with_timezone(page.made_at.offset());
    let words = if at > page.made_at { phrases.key_ends } else { phrases.key_ended };
    html! { p.(class) { (words) " " (language.moment(at)) } }
}

fn sound(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let verdict = soundness(&page.findings);
    html! {
        @if page.findings.is_empty() && page.warehouses.is_empty() {
            p.source { (sign(Verdict::Doubtful)) span { strong.doubtful { (phrases.nothing_to_check) } } }
            p.quiet { (text(&first_sync(language))) }
        } @else if page.findings.is_empty() {
            p.source { (sign(verdict)) span { strong.good { (phrases.no_findings) } } }
            p.quiet { (phrases.no_findings_detail) }
        } @else {
            p.source {
                (sign(verdict))
                span { strong.(verdict.class()) { (language.count(page.findings.len(), &phrases.findings)) } }
            }
            div.findings tabindex="0" role="group" aria-label=(phrases.sound) {
                ul { @for finding in &page.findings { (one_finding(finding, language)) } }
            }
        }
    }
}

fn one_finding(finding: &PageFinding, language: Language) -> Markup {
    let class = of_severity(Some(finding.severity())).class();
    let word = words::severity(finding.severity(), language);
    html! {
        li { strong.(class) { (word) } " " (finding.source()) ": " (text(&finding.sentence(language))) }
    }
}

fn text(text: &Text) -> Markup {
    html! {
        @for part in text.parts() {
            @match part {
                Part::Words(words) => (words),
                Part::Command(command) => code { (command) },
            }
        }
    }
}

fn in_stock(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let available = page.warehouses.iter().map(|warehouse| warehouse.stock.available).sum();
    let reserved: i64 = page.warehouses.iter().map(|warehouse| warehouse.stock.reserved).sum();
    let selection = &page.selection;
    html! {
        p.big { (language.number(available)) " " span.unit { (phrases.pieces) } }
        p.quiet {
            (language.count(selection.with_stock, &phrases.products)) " " (phrases.products_with_stock)
            " · " (language.number(reserved)) " " (phrases.pieces) " " (phrases.reserved)
        }
        ul.links {
            li { a href="#running-out" { (phrases.running_out) } ": " strong { (language.total(selection.running_out.total)) } }
            li { a href="#out-of-stock" { (phrases.out_of_stock) } ": " strong { (language.total(selection.out_of_stock.total)) } }
        }
    }
}

/// The sign before a verdict; the word behind it says the same.
fn sign(verdict: Verdict) -> Markup {
    html! { span.sign.(verdict.class()) aria-hidden="true" { (mark(verdict)) } }
}
