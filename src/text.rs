//! Foreign text on its way into a message: no control character, terminal escape or text-direction
//! trick survives it, no secret stays in it, and no value floods a log. What is stored never passes
//! through here.
//! Numbers for people, too.

use std::fmt::Write;
use std::time::Duration;

use humantime::{FormattedDuration, format_duration};

use crate::secret::mask;

/// Characters of a value that a message shows.
const SHOWN: usize = 80;

/// The digits of a number in threes, as people read them: `260,000`.
pub(crate) fn grouped(number: u64, between: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(between);
        }
        grouped.push(digit);
    }
    grouped
}

/// A measured length of time to the precision that people care for: `2m 5s`, `250ms`. A setting is
/// shown as it is set.
pub(crate) fn duration(length: Duration) -> FormattedDuration {
    let seconds = length.as_secs();
    format_duration(match seconds {
        0 => Duration::from_millis(length.as_millis() as u64),
        _ => Duration::from_secs(seconds.saturating_add(u64::from(length.subsec_millis() >= 500))),
    })
}

/// A number of things for a sentence: `1 row`, `7 rows`. For nouns whose plural ends in `s`.
pub(crate) fn counted(number: impl Into<i128>, noun: &str) -> String {
    let number: i128 = number.into();
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The text as a message may show it: control and invisible formatting characters written as
/// `\u{…}`, at most 80 characters.
pub(crate) fn printable(text: &str) -> String {
    let text = mask(text);
    let mut shown = String::with_capacity(text.len().min(4 * SHOWN));
    for (index, character) in text.chars().enumerate() {
        if index == SHOWN {
            shown.push('…');
            break;
        }
        if is_hidden(character) {
            // Writing into a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The text as one line of a message: at most `longest` characters and a mark where it was cut;
/// control and invisible formatting characters become blanks, and of several blanks one is left.
/// For what is longer than a value.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let calm: String = mask(text)
        .chars()
        .take(longest.saturating_mul(8))
        .map(|character| if is_hidden(character) { ' ' } else { character })
        .collect();
    let line = calm.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_direction_overrides_become_visible() {
        assert_eq!(
            printable("\u{1b}[31mA\u{202e}B\r\n\u{0}"),
            "\\u{1b}[31mA\\u{202e}B\\u{d}\\u{a}\\u{0}"
        );
        assert_eq!(printable("\u{9b}2J"), "\\u{9b}2J");
    }

    #[test]
    fn a_message_is_one_short_line_of_what_can_be_seen() {
        assert_eq!(clean("a\u{1b}[31mb\r\n\tc\u{202e}d", 100), "a [31mb c d");
        assert_eq!(clean("\u{feff}a\u{200b}\u{2060}b\u{e0041}\u{ad}c", 100), "a b c");
        assert_eq!(clean("абвгд", 3), "абв…");
        assert_eq!(clean("абв", 3), "абв");
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        assert_eq!(printable("Ёлка «новая» №5 🎄 \"x\" \\ 茶"), "Ёлка «новая» №5 🎄 \"x\" \\ 茶");
    }

    #[test]
    fn a_long_value_is_cut_after_eighty_characters() {
        assert_eq!(printable(&"я".repeat(80)), "я".repeat(80));
        assert_eq!(printable(&"я".repeat(81)), format!("{}…", "я".repeat(80)));
    }

    #[test]
    fn a_length_of_time_is_as_precise_as_people_want_it() {
        let shown = |milliseconds| duration(Duration::from_millis(milliseconds)).to_string();
        assert_eq!(shown(312), "312ms");
        assert_eq!(shown(1_499), "1s");
        assert_eq!(shown(61_600), "1m 2s");
        assert_eq!(shown(0), "0s");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0, ' '), "0");
        assert_eq!(grouped(999, ' '), "999");
        assert_eq!(grouped(1_000, ' '), "1 000");
        assert_eq!(grouped(1_234_567, ' '), "1 234 567");
    }
}
