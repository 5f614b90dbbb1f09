//! Many rows into one table, the fastest way that the server allows: `LOAD DATA LOCAL INFILE` fed
//! from memory where `local_infile` is on, else prepared inserts of many rows. Either way the table
//! holds the same afterwards.

use std::io::{self, Write};

use mysql::prelude::Queryable;
use mysql::{Conn, LocalInfileHandler, Params, Value};

use super::error::StoreError;
use crate::console::progress::{self, Phase};

/// The protocol counts the placeholders of a statement in 16 bits.
const MAX_PLACEHOLDERS: usize = 65_535;

/// More rows in one insert gain nothing measurable.
const MAX_ROWS: usize = 1_000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Cell::Null, Cell::Text)
    }
}

/// A row that knows its cells, in the order of the columns it is loaded into.
pub(crate) trait ToCells {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>);
}

/// Which columns of which table are loaded. Both are names from this program, never from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub table: &'static str,
    /// Its columns, in the order of the cells.
    pub columns: &'static [&'static str],
}

/// What the server allows, asked once per attempt at a write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BulkWay {
    local_infile: bool,
    max_packet: usize,
}

impl BulkWay {
    pub(crate) fn ask(conn: &mut Conn) -> Result<Self, StoreError> {
        let answer: Option<(bool, usize)> =
            conn.query_first("SELECT @@local_infile, @@max_allowed_packet")?;
        let (local_infile, max_packet) = answer.unwrap_or((false, 1 << 20));
        log::debug!(
            "bulk load by {}",
            if local_infile { "LOAD DATA LOCAL INFILE" } else { "inserts of many rows" }
        );
        Ok(Self { local_infile, max_packet })
    }

    /// Loads all rows; says how many.
    /// Errors: [`StoreError::Mismatch`] unless the server says that it took every one of them as it
    /// was; [`StoreError::Database`]; [`StoreError::Disk`] if the rows cannot be read.
    pub(crate) fn load<T, I>(
        self,
        conn: &mut Conn,
        target: Target,
        rows: I,
    ) -> Result<u64, StoreError>
    where
        T: ToCells,
        I: Iterator<Item = io::Result<T>> + Send + 'static,
    {
        if self.local_infile {
            load_data(conn, target, rows)
        } else {
            self.insert(conn, target, rows)
        }
    }

    fn insert<T: ToCells>(
        self,
        conn: &mut Conn,
        target: Target,
        rows: impl Iterator<Item = io::Result<T>>,
    ) -> Result<u64, StoreError> {
        // The statement travels with its preparation, the values with its execution: each must fit
        // into a packet.
        let budget = self.max_packet / 2;
        let columns = target.columns.len();
        let most = MAX_ROWS
            .min(MAX_PLACEHOLDERS / columns)
            .min(budget / placeholders(1, columns).len())
            .max(1);
        let mut batch = Batch::default();
        let mut sent = 0;
        for row in rows {
            batch.push(&row?);
            progress::advance(Phase::Write, 1);
            if batch.rows == most || batch.bytes >= budget {
                sent += batch.send(conn, target)?;
            }
        }
        Ok(sent + batch.send(conn, target)?)
    }
}

#[derive(Default)]
struct Batch {
    values: Vec<Value>,
    rows: usize,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, row: &impl ToCells) {
        let mut cells = Vec::new();
        row.cells(&mut cells);
        for cell in cells {
            self.bytes += 9;
            self.values.push(match cell {
                Cell::Null => Value::NULL,
                Cell::Int(number) => Value::Int(number),
                Cell::Text(text) => {
                    self.bytes += text.len();
                    Value::Bytes(text.into())
                }
            });
        }
        self.rows += 1;
    }

    fn send(&mut self, conn: &mut Conn, target: Target) -> Result<u64, StoreError> {
        let Batch { values, rows, .. } = std::mem::take(self);
        if rows == 0 {
            return Ok(0);
        }
        let statement = format!(
            "INSERT INTO {} ({}) VALUES {}",
            target.table,
            target.columns.join(", "),
            placeholders(rows, target.columns.len())
        );
        conn.exec_drop(statement, Params::Positional(values))?;
        faithful(conn, target, rows as u64)
    }
}

/// Makes a temporary table to load into. An earlier try on the same connection may have left its
/// own behind.
pub(crate) fn fresh_temporary(
    conn: &mut Conn,
    create: &str,
    table: &'static str,
) -> Result<(), StoreError> {
    conn.query_drop(format!("DROP TEMPORARY TABLE IF EXISTS {table}"))?;
    Ok(conn.query_drop(create)?)
}

pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

fn load_data<T, I>(conn: &mut Conn, target: Target, rows: I) -> Result<u64, StoreError>
where
    T: ToCells,
    I: Iterator<Item = io::Result<T>> + Send + 'static,
{
    let counter = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let sent = std::sync::Arc::clone(&counter);
    // A server may ask for any file by name; it gets these rows, once, and nothing else.
    let mut rows = Some(rows);
    conn.set_local_infile_handler(Some(LocalInfileHandler::new(move |_, stream| {
        let mut line = Vec::with_capacity(512);
        for row in rows.take().into_iter().flatten() {
            let row = row?;
            line.clear();
            write_line(&row, &mut line)?;
            stream.write_all(&line)?;
            progress::advance(Phase::Write, 1);
            sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        Ok(())
    })));
    let outcome = conn.query_drop(format!(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET utf8mb4 \
         FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ({})",
        target.table,
        target.columns.join(", ")
    ));
    conn.set_local_infile_handler(None);
    outcome?;
    faithful(conn, target, counter.load(std::sync::atomic::Ordering::Relaxed))
}

/// `LOAD DATA LOCAL` turns errors into warnings and leaves rows out; both are seen here.
fn faithful(conn: &mut Conn, target: Target, sent: u64) -> Result<u64, StoreError> {
    let (taken, warnings) = (conn.affected_rows(), conn.warnings());
    if taken == sent && warnings == 0 {
        return Ok(sent);
    }
    let first: Option<(String, u32, String)> = conn.query_first("SHOW WARNINGS")?;
    let first =
        first.map_or(String::new(), |(_, code, message)| format!("; the first: {code} {message}"));
    Err(StoreError::Mismatch(format!(
        "{}: {sent} rows were sent, {taken} taken, with {warnings} warnings{first}",
        target.table
    )))
}

fn write_line(row: &impl ToCells, line: &mut Vec<u8>) -> io::Result<()> {
    let mut cells = Vec::new();
    row.cells(&mut cells);
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            line.push(b'\t');
        }
        match cell {
            Cell::Null => line.extend_from_slice(b"\\N"),
            Cell::Int(number) => write!(line, "{number}")?,
            Cell::Text(text) => escape(text, line),
        }
    }
    line.push(b'\n');
    Ok(())
}

fn escape(text: &str, line: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\t' => line.extend_from_slice(b"\\t"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\\' => line.extend_from_slice(b"\\\\"),
            0 => line.extend_from_slice(b"\\0"),
            _ => line.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(Option<&'static str>, i64, &'static str);

    impl ToCells for Row {
        fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
            out.extend([self.0.into(), Cell::Int(self.1), Cell::Text(self.2)]);
        }
    }

    #[test]
    fn what_would_end_a_field_or_a_line_is_escaped() {
        let mut line = Vec::new();
        write_line(&Row(None, -1, "a\tb\nc\\N\0d"), &mut line).unwrap();
        assert_eq!(line, b"\\N\t-1\ta\\tb\\nc\\\\N\\0d\n");
    }

    #[test]
    fn placeholders_stand_in_rows() {
        assert_eq!(placeholders(2, 3), "(?, ?, ?), (?, ?, ?)");
    }
}
