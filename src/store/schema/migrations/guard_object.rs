//! What a guard can ask about: things that a database has now, and things that it had before the first migration.
//! Pure text work; how the question is put to the database stands in `schema.rs`.

use std::fmt;

/// Something that a database has or has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    Table(String),
    Column(String, String),
    /// A table's index; with a column: the index, and that column in it.
    Index(String, String, Option<String>),
    Engine(String, String),
    Partition(String, String),
    /// `found table T`: a table that was there before the first migration.
    Found(String),
    /// `former column T.C`: a column that the table had before the migrations changed it.
    FormerColumn(String, String),
    /// `former index T.I`: an index that the table had before the migrations changed it.
    FormerIndex(String, String),
}

impl Object {
    pub fn table(&self) -> &str {
        match self {
            Object::Table(table)
            | Object::Column(table, _)
            | Object::Index(table, _, _)
            | Object::Engine(table, _)
            | Object::Partition(table, _)
            | Object::Found(table)
            | Object::FormerColumn(table, _)
            | Object::FormerIndex(table, _) => table,
        }
    }

    /// Whether it speaks of the past, which no statement changes.
    pub const fn is_past(&self) -> bool {
        matches!(self, Object::Found(_) | Object::FormerColumn(..) | Object::FormerIndex(..))
    }

    /// Reads what stands behind the guard's first word.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(' ')?;
        match kind {
            "table" => return Some(Object::Table(identifier(name)?)),
            "found" => return Some(Object::Found(identifier(name.strip_prefix("table ")?)?)),
            "former" => return Self::parse_former(name),
            _ => {}
        }
        let (table, part) = name.split_once('.')?;
        let table = identifier(table)?;
        match (kind, part.split_once('(')) {
            ("column", None) => Some(Object::Column(table, identifier(part)?)),
            ("engine", None) => Some(Object::Engine(table, identifier(part)?)),
            ("partition", None) => Some(Object::Partition(table, identifier(part)?)),
            ("index", None) => Some(Object::Index(table, identifier(part)?, None)),
            ("index", Some((index, column))) => {
                let column = identifier(column.strip_suffix(')')?)?;
                Some(Object::Index(table, identifier(index)?, Some(column)))
            }
            _ => None,
        }
    }

    fn parse_former(text: &str) -> Option<Self> {
        match Self::parse(text)? {
            Object::Column(table, column) => Some(Object::FormerColumn(table, column)),
            Object::Index(table, index, None) => Some(Object::FormerIndex(table, index)),
            _ => None,
        }
    }
}

fn identifier(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!text.is_empty() && text.bytes().all(plain)).then(|| text.to_owned())
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Table(table) => write!(f, "table {table}"),
            Object::Column(table, column) => write!(f, "column {table}.{column}"),
            Object::Engine(table, engine) => write!(f, "engine {table}.{engine}"),
            Object::Partition(table, partition) => write!(f, "partition {table}.{partition}"),
            Object::Index(table, index, None) => write!(f, "index {table}.{index}"),
            Object::Index(table, index, Some(column)) => {
                write!(f, "index {table}.{index}({column})")
            }
            Object::Found(table) => write!(f, "found table {table}"),
            Object::FormerColumn(table, column) => write!(f, "former column {table}.{column}"),
            Object::FormerIndex(table, index) => write!(f, "former index {table}.{index}"),
        }
    }
}
