//! What a guard can ask about: things that a database has now, and things that it had before the
//! first migration. Pure text work; how the question is put to the database stands in
//! `inspect/exists.rs`.

use std::fmt;

/// What an [`Object`] is; of `Engine`, a table that this storage engine keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    Column,
    Index,
    Engine,
    Partition,
    /// A table that was there before the first migration.
    FoundTable,
    /// A column that the table had before the migrations changed it.
    FormerColumn,
    FormerIndex,
}

impl Kind {
    const ALL: [(Kind, &str); 8] = [
        (Kind::Table, "table"),
        (Kind::Column, "column"),
        (Kind::Index, "index"),
        (Kind::Engine, "engine"),
        (Kind::Partition, "partition"),
        (Kind::FoundTable, "found table"),
        (Kind::FormerColumn, "former column"),
        (Kind::FormerIndex, "former index"),
    ];
}

/// Something that a database has or has not: `column T.C`, `index T.I`, `index T.I(C)` (the index
/// holds that column).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub kind: Kind,
    pub table: String,
    part: Option<String>,
    column: Option<String>,
}

impl Object {
    pub(crate) fn table(name: &str) -> Self {
        Self { kind: Kind::Table, table: name.to_owned(), part: None, column: None }
    }

    /// Its table, its own name, and the column of an index: as many of them as its kind has.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [Some(&self.table), self.part.as_ref(), self.column.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Whether it speaks of the past, which no statement changes.
    pub(crate) const fn is_past(&self) -> bool {
        matches!(self.kind, Kind::FoundTable | Kind::FormerColumn | Kind::FormerIndex)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, name) = Kind::ALL
            .into_iter()
            .find_map(|(kind, words)| Some((kind, text.strip_prefix(words)?.strip_prefix(' ')?)))?;
        if matches!(kind, Kind::Table | Kind::FoundTable) {
            return Some(Self { kind, ..Self::table(identifier(name)?) });
        }
        let (table, part) = name.split_once('.')?;
        let (part, column) = match part.split_once('(') {
            Some((index, column)) if kind == Kind::Index => {
                (index, Some(identifier(column.strip_suffix(')')?)?.to_owned()))
            }
            _ => (part, None),
        };
        let part = Some(identifier(part)?.to_owned());
        Some(Self { kind, part, column, ..Self::table(identifier(table)?) })
    }
}

fn identifier(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!text.is_empty() && text.bytes().all(plain)).then_some(text)
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, table, part, column } = self;
        let words = Kind::ALL.iter().find_map(|(of, words)| (of == kind).then_some(*words));
        write!(f, "{} {table}", words.unwrap_or_default())?;
        part.iter().try_for_each(|part| write!(f, ".{part}"))?;
        column.iter().try_for_each(|column| write!(f, "({column})"))
    }
}
