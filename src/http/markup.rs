//! Answers that are a page for people where data was asked for.
//! Looks at the first bytes only.

use std::fmt;

/// What begins with `<`, which no stock answer of either marketplace does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    /// A page for people: an error page, a login of the hotel's network, a maintenance notice.
    Html,
    /// Anything else: the error of a storage of files, for one.
    Xml,
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Markup::Html => "an HTML page",
            Markup::Xml => "XML",
        })
    }
}

/// Which markup an answer is by its first bytes, if it is any.
pub(crate) fn markup(head: &[u8]) -> Option<Markup> {
    const TAGS: [&str; 6] = ["<!doctype html", "<html", "<head", "<body", "<title", "<script"];
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let beginning = String::from_utf8_lossy(text).to_ascii_lowercase();
    let html = TAGS.iter().any(|tag| beginning.contains(tag));
    Some(if html { Markup::Html } else { Markup::Xml })
}
