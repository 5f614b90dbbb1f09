//! Tables and paragraphs that fit a width, also with wide characters. Knows nothing of what is in
//! them.

use std::ops::RangeInclusive;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::WIDTH;

/// One rule below the header and none between the rows: twenty rows have to fit a screen.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

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

/// A text wrapped to the width, its later lines indented by two more than the first. A word longer
/// than a line is broken.
pub(super) fn paragraph(text: &str, indent: &str) -> String {
    let further = format!("{indent}  ");
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(indent)
        .subsequent_indent(&further)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_keeps_to_its_width_and_indents_what_follows() {
        let wrapped = paragraph(&"раз два ".repeat(15), " ");
        let lines: Vec<&str> = wrapped.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with(" раз") && lines[1].starts_with("   "));
        let endless = paragraph(&"я".repeat(200), "");
        assert!(endless.lines().all(|line| line.chars().count() <= WIDTH), "{endless}");
        let wide = paragraph(&"茶".repeat(60), "");
        assert!(wide.lines().all(|line| line.chars().count() <= WIDTH / 2), "two columns each");
    }

    #[test]
    fn a_table_with_long_cyrillic_names_keeps_to_eighty_columns() {
        let name = "Склад «Екатеринбург — Перспективный» ".repeat(5);
        let text = table(&["Name", "Pieces"], 1..=1, [vec![name, "12345".to_owned()]]);
        assert!(text.lines().count() > 3);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
