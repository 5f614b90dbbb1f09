//! From rows of cells to records, the same for CSV and XLSX: the header within the first rows, then
//! a record per row that is not empty.

use super::{Layout, NoHeader};
use crate::failure::Failure;
use crate::inventory::{Field, Rejection};
use crate::marketplace::OnRecord;
use crate::marketplace::answers::sniff::not_stock_data;

/// Rows among which the header is looked for; what stands before it are titles.
const HEADER_WITHIN: usize = 10;

/// The search for the header of one table, or of several until one has it.
#[derive(Default)]
pub(super) struct Search {
    passed: usize,
    /// Of the rows that are none the one that lacks least, for the message.
    nearest: Option<NoHeader>,
}

impl Search {
    pub(super) fn offer<L: Layout>(
        &mut self,
        width: usize,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<Option<L>, Failure> {
        let titles: Vec<_> = (0..width).map(|column| title(cell(column))).collect();
        let none = match L::find(&titles) {
            Ok(layout) => return Ok(Some(layout)),
            Err(none) if none.missing == 0 => return Err(none.failure),
            Err(none) => none,
        };
        self.passed += 1;
        if self.nearest.as_ref().is_none_or(|nearest| none.missing < nearest.missing) {
            self.nearest = Some(none);
        }
        Ok(None)
    }

    pub(super) fn is_over(&self) -> bool {
        self.passed >= HEADER_WITHIN
    }

    pub(super) fn begin_table(&mut self) {
        self.passed = 0;
    }

    /// Whether no row has even one of the header's titles.
    pub(super) fn saw_nothing_known(&self) -> bool {
        self.nearest.as_ref().is_some_and(|nearest| !nearest.has_some)
    }

    pub(super) fn failure(self) -> Failure {
        let empty = || not_stock_data("the report is empty, it has not even a header");
        self.nearest.map_or_else(empty, |nearest| nearest.failure)
    }
}

/// Takes the rows of a report in their order.
pub(super) struct Lines<'a, 'b, L> {
    header: Option<(L, usize)>,
    search: Search,
    searching: bool,
    /// A row that was too short: to be rejected if the report goes on, a sign of a cut if it does
    /// not.
    short: Option<Rejection>,
    number: &'a mut u64,
    on_record: &'a mut OnRecord<'b>,
}

impl<'a, 'b, L: Layout> Lines<'a, 'b, L> {
    pub(super) fn new(number: &'a mut u64, on_record: &'a mut OnRecord<'b>) -> Self {
        let search = Search::default();
        Self { header: None, search, searching: true, short: None, number, on_record }
    }

    /// Goes on with another table, which may have the header if those before had none.
    pub(super) fn begin_table(&mut self) {
        self.search.begin_table();
        self.searching = true;
    }

    /// Whether the table at hand has no header, so that nothing of it is wanted.
    pub(super) fn want_no_more(&self) -> bool {
        self.searching && self.search.is_over()
    }

    /// Whether a cell of this column counts for anything; in the header all do.
    pub(super) fn need(&self, column: usize) -> bool {
        self.searching || self.header.as_ref().is_none_or(|(layout, _)| layout.contain(column))
    }

    /// How many columns the header has; none before the header.
    pub(super) fn width(&self) -> usize {
        let header = self.header.as_ref().filter(|_| !self.searching);
        header.map_or(0, |(_, width)| *width)
    }

    /// Takes a row that is not empty. `cell` gives a cell by its column, the first one being 0.
    pub(super) fn row(
        &mut self,
        width: usize,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<(), Failure> {
        let (layout, expected) = match &mut self.header {
            Some((layout, expected)) if !self.searching => (layout, *expected),
            _ => return self.look_for_header(width, cell),
        };
        if let Some(rejection) = self.short.take() {
            (self.on_record)(Err(rejection))?;
        }
        *self.number += 1;
        if width == expected {
            let record = layout.record(*self.number, cell)?;
            return (self.on_record)(record.map_err(|rejection| Rejection {
                original: Some(original(width, cell)),
                ..rejection
            }));
        }
        let within = |column| if column < width { cell(column) } else { Field::Absent };
        let rejection = Rejection {
            record: layout.label(*self.number, &within),
            reason: format!("it has {width} fields, the header {expected}"),
            original: Some(original(width, cell)),
        };
        if width > expected {
            return (self.on_record)(Err(rejection));
        }
        self.short = Some(rejection);
        Ok(())
    }

    fn look_for_header(
        &mut self,
        width: usize,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<(), Failure> {
        if self.want_no_more() {
            return Ok(());
        }
        let Some(layout) = self.search.offer(width, cell)? else { return Ok(()) };
        if self.header.is_some() {
            return Err(not_stock_data(
                "two of the workbook's sheets have the report's header; which one counts is unknown, leave one of them",
            ));
        }
        self.header = Some((layout, width));
        self.searching = false;
        Ok(())
    }

    /// After the last row. A report that ends in a short row was cut off: nothing of it may be
    /// believed.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some((layout, _)) = &self.header else { return Err(self.search.failure()) };
        match self.short {
            None => {
                layout.warn();
                Ok(())
            }
            Some(rejection) => {
                Err(not_stock_data(format!("the report was cut off: its last {rejection}")))
            }
        }
    }
}

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
