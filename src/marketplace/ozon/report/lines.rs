//! From rows of cells to records, the same for CSV and XLSX: the header first, then a record per row that is not empty.

use super::columns::Columns;
use crate::failure::Failure;
use crate::inventory::field::record_label;
use crate::inventory::{Field, Rejection};
use crate::marketplace::OnRecord;
use crate::marketplace::answers::sniff::not_stock_data;

/// Takes the rows of a report in their order.
pub(super) struct Lines<'a, 'b> {
    header: Option<(Columns, usize)>,
    /// A row that was too short: to be rejected if the report goes on, a sign of a cut if it does not.
    short: Option<Rejection>,
    number: &'a mut u64,
    on_record: &'a mut OnRecord<'b>,
}

impl<'a, 'b> Lines<'a, 'b> {
    /// Before the first row; `number` counts records.
    pub(super) fn new(number: &'a mut u64, on_record: &'a mut OnRecord<'b>) -> Self {
        Self { header: None, short: None, number, on_record }
    }

    /// Whether a cell of this column counts for anything; in the header all do.
    pub(super) fn need(&self, column: usize) -> bool {
        self.header.as_ref().is_none_or(|(columns, _)| columns.contain(column))
    }

    /// How many columns the header has; none before the header.
    pub(super) fn width(&self) -> usize {
        self.header.as_ref().map_or(0, |(_, width)| *width)
    }

    /// Takes a row that is not empty. `cell` gives a cell by its column, the first one being 0.
    pub(super) fn row(
        &mut self,
        width: usize,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<(), Failure> {
        let Some((columns, expected)) = &self.header else {
            let titles: Vec<_> = (0..width).map(|column| title(cell(column))).collect();
            self.header = Some((Columns::find(&titles)?, width));
            return Ok(());
        };
        if let Some(rejection) = self.short.take() {
            (self.on_record)(Err(rejection))?;
        }
        *self.number += 1;
        if width == *expected {
            columns.require_known(*self.number, cell)?;
            return (self.on_record)(columns.line(cell).validate(*self.number).map_err(
                |rejection| Rejection { original: Some(original(width, cell)), ..rejection },
            ));
        }
        let within = |column| if column < width { cell(column) } else { Field::Absent };
        let article = columns.article(&within);
        let rejection = Rejection {
            record: record_label("record", *self.number, &[("article", &article)]),
            reason: format!("it has {width} fields, the header {expected}"),
            original: Some(original(width, cell)),
        };
        if width > *expected {
            return (self.on_record)(Err(rejection));
        }
        self.short = Some(rejection);
        Ok(())
    }

    /// After the last row. A report that ends in a short row was cut off: nothing of it may be believed.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some((columns, _)) = &self.header else {
            return Err(not_stock_data("the report is empty, it has not even a header"));
        };
        match self.short {
            None => {
                columns.warn_of_unknown();
                Ok(())
            }
            Some(rejection) => {
                Err(not_stock_data(format!("the report was cut off: its last {rejection}")))
            }
        }
    }
}

/// A row's cells as a JSON list.
fn original(width: usize, cell: &dyn Fn(usize) -> Field) -> String {
    let value = |field| match field {
        Field::Absent => serde_json::Value::Null,
        Field::Integer(number) => number.to_string().into(),
        Field::Text(text) | Field::Other(text) => text.into(),
        Field::Undecodable => "(cannot be decoded as text)".into(),
    };
    (0..width).map(|column| value(cell(column))).collect::<serde_json::Value>().to_string()
}

fn title(cell: Field) -> String {
    match cell {
        Field::Text(text) => text,
        Field::Integer(number) => number.to_string(),
        Field::Absent | Field::Undecodable | Field::Other(_) => String::new(),
    }
}
