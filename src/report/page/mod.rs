//! The page that a buyer and an operator look at each morning: one HTML file that needs nothing
//! else. A [`Page`] goes in, text comes out; what stands in it is decided in `selection` and
//! `forecast`, what it says in `words`.

mod chart_section;
mod charts;
mod document;
mod failures;
mod forecast;
mod history;
mod notice;
mod product_tables;
mod selection;
mod summary;
mod table;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

pub(crate) use history::History;
pub(crate) use notice::PageFinding;
pub(crate) use selection::Selection;

use crate::inventory::Source;
use crate::language::Language;
use crate::monitor::freshness::SourceFreshness;
use crate::monitor::keys::KeyEnd;
use crate::store::queries::products::ProductName;
use crate::store::queries::{RunRow, WarehouseStock};

pub(crate) const RUN_DAYS: u32 = 7;

pub(crate) struct Page {
    pub made_at: DateTime<FixedOffset>,
    /// How recent the stock of each marketplace is, but for the unused ones.
    pub freshness: Vec<SourceFreshness>,
    /// When the keys end, where that is known.
    pub key_ends: Vec<(Source, KeyEnd)>,
    /// Marketplaces that nobody has ever tried to sync while the other one is: the seller is not
    /// there, and nothing is wrong.
    pub unused: Vec<Source>,
    /// What is wrong with the stock beside its age, the most serious first.
    pub findings: Vec<PageFinding>,
    pub history: History,
    pub selection: Selection,
    pub names: HashMap<i64, ProductName>,
    pub warehouses: Vec<Warehouse>,
    /// The runs of the last [`RUN_DAYS`], the newest first.
    pub runs: Vec<RunRow>,
}

pub(crate) struct Warehouse {
    pub source: Source,
    pub stock: WarehouseStock,
}

pub(crate) fn html(page: &Page, language: Language) -> String {
    document::document(page, language).into_string()
}
