//! A row of a sheet in the making: which cells it has, and what they hold as far as anybody needs
//! it.

use quick_xml::events::BytesStart;

use super::cell::{self, Kind, MOST_COLUMNS};
use crate::failure::Failure;
use crate::inventory::Field;
use crate::marketplace::answers::sniff::LONGEST_RECORD;
use crate::marketplace::table::Layout;
use crate::marketplace::table::lines::Lines;
use crate::text::printable;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No cell, not even an empty one.
    Free,
    /// A cell without contents.
    Blank,
    /// A cell that is not blank, in a column that nobody needs.
    PassedOver,
    /// A cell whose value is the one of this number that was kept.
    Kept(u16),
}

#[derive(Default)]
pub(super) struct Row {
    places: Vec<Place>,
    kept: Vec<Field>,
    /// Columns up to the last cell that is not blank.
    used: usize,
    /// The column after the cell before.
    next: usize,
    /// Bytes of text gathered.
    bytes: u64,
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.kept.clear();
        (self.used, self.next, self.bytes) = (0, 0, 0);
    }

    pub(super) fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(usize, Kind), String> {
        let (mut reference, mut kind) = (None, Kind::Number);
        for attribute in tag.attributes() {
            // Without its reference a cell would slip into another column.
            let attribute = attribute.map_err(|error| error.to_string())?;
            match attribute.key.as_ref() {
                "r" => reference = Some(attribute.value),
                "t" => kind = Kind::of(attribute.value.as_bytes()),
                _ => {}
            }
        }
        Ok((self.place(reference.as_deref().map(str::as_bytes))?, kind))
    }

    pub(super) fn hand_to<L: Layout>(&self, lines: &mut Lines<'_, '_, L>) -> Result<(), Failure> {
        if self.used == 0 {
            return Ok(());
        }
        let width = self.used.max(lines.width());
        lines.row(width, &|column| self.cell(column))
    }

    fn cell(&self, column: usize) -> Field {
        match self.places.get(column) {
            None | Some(Place::Free | Place::Blank) => Field::Absent,
            Some(Place::PassedOver) => Field::Other("something".into()),
            Some(Place::Kept(number)) => self.kept[usize::from(*number)].clone(),
        }
    }

    pub(super) fn place(&mut self, reference: Option<&[u8]>) -> Result<usize, String> {
        let column = match reference {
            Some(reference) => cell::column(reference).ok_or_else(|| {
                format!("\"{}\" is no cell", printable(&String::from_utf8_lossy(reference)))
            })?,
            None => self.next,
        };
        if column >= MOST_COLUMNS {
            return Err("a row has too many cells".into());
        }
        if self.places.len() <= column {
            self.places.resize(column + 1, Place::Free);
        }
        if self.places[column] != Place::Free {
            return Err(format!("a row has two cells in column {}", column + 1));
        }
        self.places[column] = Place::Blank;
        self.next = column + 1;
        Ok(column)
    }

    pub(super) fn put(&mut self, column: usize, value: Field) -> Result<(), String> {
        match &value {
            Field::Absent => return Ok(()),
            Field::Text(text) => {
                self.bytes += text.len() as u64;
                if self.bytes > LONGEST_RECORD {
                    return Err("one row is longer than 16 MiB".into());
                }
                if text.trim().is_empty() {
                    return Ok(());
                }
            }
            Field::Integer(_) | Field::Undecodable | Field::Other(_) => {}
        }
        let number = u16::try_from(self.kept.len()).map_err(|_| "a row has too many cells")?;
        self.places[column] = Place::Kept(number);
        self.kept.push(value);
        self.used = self.used.max(column + 1);
        Ok(())
    }

    /// Notes that a placed cell is not blank.
    pub(super) fn pass_over(&mut self, column: usize) {
        self.places[column] = Place::PassedOver;
        self.used = self.used.max(column + 1);
    }
}
