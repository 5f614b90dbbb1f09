//! XML of a workbook as a stream of events: bounded, without document types, and never ending
//! before its last tag.

use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicU64, Ordering};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::failure::Failure;
use crate::marketplace::answers::read_ahead::Ahead;
use crate::marketplace::answers::sniff::{Bounded, LONGEST_RECORD, broken, not_stock_data};
use crate::text::printable;

/// A part of a workbook, event by event.
pub(super) struct Xml<'a> {
    reader: Reader<BufReader<Bounded<'a, Ahead>>>,
    buffer: Vec<u8>,
    allowance: &'a AtomicU64,
    /// How a fault begins in words.
    fault: String,
    depth: u64,
    begun: bool,
    after_tag: bool,
}

impl<'a> Xml<'a> {
    /// Reads `part`, whose `allowance` is set anew for each event.
    pub(super) fn new(part: Bounded<'a, Ahead>, allowance: &'a AtomicU64, fault: String) -> Self {
        let reader = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
        Self {
            reader,
            buffer: Vec::new(),
            allowance,
            fault,
            depth: 0,
            begun: false,
            after_tag: false,
        }
    }

    /// The next event. The end comes only after every element is closed.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Failure> {
        self.allowance.store(LONGEST_RECORD, Ordering::Relaxed);
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            // Its own text repeats what lies below it.
            quick_xml::Error::Io(error) => broken(self.fault.as_str(), error),
            error => broken(self.fault.as_str(), error),
        })?;
        self.after_tag = matches!(event, Event::Start(_) | Event::End(_));
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                self.begun = true;
            }
            Event::Empty(_) => self.begun = true,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => {
                return Err(not_stock_data(format!(
                    "{}: it declares a document type, which no workbook does",
                    self.fault
                )));
            }
            Event::Eof if self.depth > 0 || !self.begun => {
                return Err(not_stock_data(format!("{}: it ends too early", self.fault)));
            }
            _ => {}
        }
        Ok(event)
    }

    /// What the parser will read next, as far as the buffer has it: for a look whether that is of
    /// the plainest form, in which nearly all of a workbook is written. A sheet of a million
    /// products has thirty million cells of five events each, whose reading takes many times as
    /// long as such a look. Whatever is the least bit different is left to the parser.
    pub(super) fn ahead(&self) -> &[u8] {
        // Behind text the parser may have taken the next `<` already.
        if self.after_tag { self.reader.get_ref().buffer() } else { &[] }
    }

    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// Goes on so many bytes further, after which the same elements must be open as before.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.reader.stream().consume(bytes);
    }

    /// The text of the element that has just begun, up to its end; elements inside it count for
    /// nothing.
    pub(super) fn text(&mut self) -> Result<String, Failure> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        let mut beside = String::new();
        while self.depth > outside {
            let inside = self.depth == outside + 1;
            let appended = append(&self.next()?, if inside { &mut text } else { &mut beside });
            appended.map_err(|reason| self.broken(&reason))?;
            beside.clear();
            if text.len() as u64 > LONGEST_RECORD {
                return Err(self.broken("one text is longer than 16 MiB"));
            }
        }
        Ok(text)
    }

    /// Passes over the rest of the element that has just begun, and says whether it held anything
    /// but blanks.
    pub(super) fn skip(&mut self) -> Result<bool, Failure> {
        let outside = self.depth.saturating_sub(1);
        let mut content = false;
        while self.depth > outside {
            content |= match self.next()? {
                Event::Text(text) => !text.xml10_content().trim().is_empty(),
                Event::CData(_) | Event::GeneralRef(_) => true,
                _ => false,
            };
        }
        Ok(content)
    }

    /// The text of a string item (`si`, `is`) that has just begun: its runs joined, phonetic hints
    /// left out.
    pub(super) fn rich_text(&mut self) -> Result<String, Failure> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        while self.depth > outside {
            let Event::Start(tag) = self.next()? else { continue };
            match tag.local_name().as_ref() {
                "t" => text.push_str(&self.text()?),
                "rPh" => {
                    self.skip()?;
                }
                _ => {}
            }
            if text.len() as u64 > LONGEST_RECORD {
                return Err(self.broken("one text is longer than 16 MiB"));
            }
        }
        Ok(unescaped(text))
    }

    pub(super) fn broken(&self, reason: &str) -> Failure {
        not_stock_data(format!("{}: {reason}", self.fault))
    }
}

/// Adds the text that an event stands for; entities beyond XML's own five do not exist without a
/// document type.
fn append(event: &Event<'_>, text: &mut String) -> Result<(), String> {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(name) => match name.resolve_char_ref() {
            Ok(Some(character)) => text.push(character),
            Ok(None) => {
                let name = name.xml10_content();
                let resolved = quick_xml::escape::resolve_predefined_entity(&name);
                text.push_str(
                    resolved
                        .ok_or_else(|| format!("the entity \"{}\" is unknown", printable(&name)))?,
                );
            }
            Err(error) => return Err(error.to_string()),
        },
        _ => {}
    }
    Ok(())
}

/// `_x000D_` is how a workbook writes a character that XML cannot hold (ECMA-376, part 1,
/// 22.9.2.19, `ST_Xstring`).
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let escape = rest[at..].get(2..7).filter(|escape| escape.ends_with('_'));
        let character = escape
            .filter(|escape| escape[..4].bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|escape| u32::from_str_radix(&escape[..4], 16).ok())
            .and_then(char::from_u32);
        match character {
            Some(character) => {
                plain.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_xml_cannot_hold_is_unescaped() {
        for (written, plain) in [
            ("A_x000D_\nB", "A\r\nB"),
            ("_x005F_x0041_", "_x0041_"),
            ("A_xB_x00_ё_x", "A_xB_x00_ё_x"),
            ("_xD800_", "_xD800_"),
            ("_x00ё1_", "_x00ё1_"),
        ] {
            assert_eq!(unescaped(written.into()), plain);
        }
    }
}
