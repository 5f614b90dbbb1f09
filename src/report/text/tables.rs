//! Tables and paragraphs that fit a width, also with wide characters. Knows nothing of what is in them.

use std::ops::RangeInclusive;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::WIDTH;

/// One rule below the header and none between the rows: twenty rows have to fit a screen.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table, `right` being the columns of numbers.
pub(super) fn table(
    header: &[&str],
    right: RangeInclusive<usize>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(WIDTH).unwrap_or(80))
        .set_header(header);
    for row in rows {
        table.add_row(row);
    }
    let last = header.len() - 1;
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(index > 0), u16::from(index < last)));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A text wrapped to a width, its later lines indented by two more than the first. A word longer than a line is broken.
pub(super) fn paragraph(text: &str, indent: &str, width: usize) -> String {
    let room = width.saturating_sub(indent.len() + 2).max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for part in letters.chunks(room) {
            let part: String = part.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + part.chars().count() <= room => {
                    line.push(' ');
                    line.push_str(&part);
                }
                _ => lines.push(part),
            }
        }
    }
    let lines = lines
        .iter()
        .enumerate()
        .map(|(index, line)| format!("{indent}{}{line}", if index > 0 { "  " } else { "" }));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_keeps_to_its_width_and_indents_what_follows() {
        assert_eq!(paragraph("one two three", "", 9), "one two\n  three");
        assert_eq!(paragraph("абвгдежзик", " ", 9), " абвгде\n   жзик");
    }

    #[test]
    fn a_table_with_long_cyrillic_names_keeps_to_eighty_columns() {
        let name = "Склад «Екатеринбург — Перспективный» ".repeat(5);
        let text = table(&["Name", "Pieces"], 1..=1, [vec![name, "12345".to_owned()]]);
        assert!(text.lines().count() > 3);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
