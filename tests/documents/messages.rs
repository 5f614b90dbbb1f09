//! A message that the documents quote is one that the program can say.

use super::examples::parted;
use super::words::sources;
use super::{document, read};

/// How quotes begin that are typed, or that another program says.
const NOT_OURS: [&str; 6] =
    ["stocksync ", "curl ", "grep ", "journalctl ", "systemctl ", "No MTA "];

#[test]
fn every_message_in_the_troubleshooting_is_said_somewhere() {
    let code: String = sources(&document("src"))
        .into_iter()
        .map(|(_, text)| text.replace("\\\n", " "))
        .flat_map(|text| text.split_whitespace().map(|word| format!("{word} ")).collect::<Vec<_>>())
        .collect();
    let (_, prose) = parted(&read("docs/troubleshooting.md"));
    let text = prose.replace('\n', " ");
    let quoted = text.split('`').skip(1).step_by(2);
    let messages: Vec<&str> = quoted
        .filter(|quote| fragments(quote).any(|words| words.len() >= 3))
        .filter(|quote| !NOT_OURS.iter().any(|other| quote.starts_with(other)))
        .collect();
    assert!(messages.len() > 30, "{messages:#?}");
    let unsaid: Vec<&&str> = messages
        .iter()
        .filter(|message| {
            !fragments(message)
                .any(|words| words.windows(3).any(|three| code.contains(&three.join(" "))))
        })
        .collect();
    assert!(unsaid.is_empty(), "no three words of these are in src: {unsaid:#?}");
}

/// A message's words between its figures, names and dots, which differ from one time to the next.
fn fragments(message: &str) -> impl Iterator<Item = Vec<&str>> {
    message
        .split(['…', '"', '«', '»', '(', ')', ':', ',', ';'])
        .flat_map(|part| {
            let words: Vec<&str> = part.split_whitespace().collect();
            words
                .split(|word| !word.chars().all(|c| c.is_alphabetic() || "'-_".contains(c)))
                .map(<[&str]>::to_vec)
                .collect::<Vec<_>>()
        })
        .filter(|words| !words.is_empty())
}
