//! Every sentence a finding, alert, page or report says, English and Russian side by side.
//! Values in, text out; nobody parses what comes out.

pub(crate) mod alerts;
pub(crate) mod anomalies;
pub(crate) mod day;
pub(crate) mod failures;
pub(crate) mod findings;
pub(crate) mod page;
pub(crate) mod report;

use std::fmt;

use crate::alert::Severity;
use crate::inventory::Source;
use crate::language::{Forms, Language};

pub(crate) const ROWS: [Forms; 2] =
    [Forms("строка", "строки", "строк"), Forms("row", "rows", "rows")];
pub(crate) const PIECES: [Forms; 2] =
    [Forms("шт.", "шт.", "шт."), Forms("piece", "pieces", "pieces")];

/// A table of words: a struct of them, and one value for each language, made from both side by
/// side.
macro_rules! words {
    ($table:ident { $($word:ident: $russian:literal, $english:literal;)* }
     nouns { $($noun:ident: $russian_forms:expr, $english_forms:expr;)* }) => {
        pub(crate) struct $table {
            $(pub(crate) $word: &'static str,)*
            $(pub(crate) $noun: $crate::language::Forms,)*
        }

        impl $table {
            pub(crate) const fn of(language: $crate::language::Language) -> &'static Self {
                const RUSSIAN: &$table = &$table { $($word: $russian,)* $($noun: $russian_forms,)* };
                const ENGLISH: &$table = &$table { $($word: $english,)* $($noun: $english_forms,)* };
                match language {
                    $crate::language::Language::Russian => RUSSIAN,
                    $crate::language::Language::English => ENGLISH,
                }
            }
        }
    };
}
pub(crate) use words;

/// A sentence in a language, from its two forms side by side; what is in braces is taken from
/// around it.
macro_rules! say {
    ($language:expr, $russian:tt, $english:tt $(,)?) => {
        $language.either(format!($russian), format!($english))
    };
}
pub(crate) use say;

/// A sentence in which commands are told apart from words, so that a page can show them as such.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Words(String),
    Command(String),
}

impl Text {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self::default().then(words)
    }

    #[must_use]
    pub(crate) fn then(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    #[must_use]
    pub(crate) fn command(mut self, command: impl Into<String>) -> Self {
        self.0.push(Part::Command(command.into()));
        self
    }

    #[must_use]
    pub(crate) fn followed_by(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(words),
            Part::Command(command) => write!(f, "`{command}`"),
        })
    }
}

pub(crate) const fn sync_command(source: Source) -> &'static str {
    match source {
        Source::Ozon => "stocksync sync ozon",
        Source::Wildberries => "stocksync sync wb",
    }
}

/// Before a finding, in a line of text.
pub(crate) fn severity(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Warning => language.either("внимание", "warning"),
        Severity::Critical => language.either("опасно", "critical"),
    }
}

/// `5 rows`.
pub(crate) fn counted(
    number: impl TryInto<i64>,
    [russian, english]: &[Forms; 2],
    language: Language,
) -> String {
    language.count(number, language.either(russian, english)).replace('\u{a0}', " ")
}

/// Numbers for a line of text, in which a blank that does not break would only hinder a search.
pub(crate) fn plain(number: impl TryInto<i64>, language: Language) -> String {
    language.total(number).replace('\u{a0}', " ")
}

pub(crate) fn age(seconds: u64, language: Language) -> String {
    language.age(seconds).replace('\u{a0}', " ")
}
