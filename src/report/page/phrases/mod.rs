//! What the page says, in both languages, but for findings and kinds of failure (`findings`, `failures`): words for people stand in
//! these three only. How numbers and dates look is in `language`.

mod english;
mod russian;

pub use english::EN;
pub use russian::RU;

/// A noun in its forms: with 1 (21, 31 …), with 2 to 4 (22 …), with all others. English has two of them.
pub struct Forms(pub &'static str, pub &'static str, pub &'static str);

/// The page's words.
pub struct Phrases {
    /// The heading.
    pub title: &'static str,
    /// For a reader's software: leads past the head.
    pub skip: &'static str,
    /// Before the moment the page was made.
    pub made: &'static str,
    /// Shown by the script when the page itself is old.
    pub page_is_old: &'static str,
    /// One sentence above everything.
    pub all_well: &'static str,
    /// One sentence above everything.
    pub something_stale: &'static str,
    /// One sentence above everything.
    pub something_wrong: &'static str,
    /// One sentence above everything.
    pub something_odd: &'static str,
    /// One sentence above everything.
    pub nothing_yet: &'static str,
    /// Headings of the three cards.
    pub fresh: &'static str,
    /// Heading.
    pub sound: &'static str,
    /// Heading.
    pub in_stock: &'static str,
    /// Verdicts on a marketplace.
    pub verdict_fresh: &'static str,
    /// Verdict.
    pub verdict_stale: &'static str,
    /// Verdict.
    pub verdict_never: &'static str,
    /// In place of a verdict on a marketplace that nobody has ever synced.
    pub unused: &'static str,
    /// Before the moment at which a key ends.
    pub key_ends: &'static str,
    /// Before the moment at which a key ended.
    pub key_ended: &'static str,
    /// Behind an age.
    pub ago: &'static str,
    /// Behind what a moment lies in the future by.
    pub ahead: &'static str,
    /// In place of an age.
    pub never_synced: &'static str,
    /// Verdict on soundness.
    pub no_findings: &'static str,
    /// What was checked when nothing was found.
    pub no_findings_detail: &'static str,
    /// Without any stock there is nothing to be found.
    pub nothing_to_check: &'static str,
    /// What to do about it.
    pub first_sync: &'static str,
    /// Severities.
    pub warning: &'static str,
    /// Severity.
    pub critical: &'static str,
    /// Things that somebody should look at.
    pub findings: Forms,
    /// Pieces, as the unit of an axis and behind a number.
    pub pieces: &'static str,
    /// Products.
    pub products: Forms,
    /// Behind products: that can be sold.
    pub products_with_stock: &'static str,
    /// Behind pieces.
    pub reserved: &'static str,
    /// Headings of the sections.
    pub charts: &'static str,
    /// Heading.
    pub lists: &'static str,
    /// A chart's heading.
    pub stock_chart: &'static str,
    /// What the chart shows, for who cannot see it.
    pub stock_chart_about: &'static str,
    /// A chart's heading.
    pub products_chart: &'static str,
    /// What the chart shows.
    pub products_chart_about: &'static str,
    /// A chart's heading.
    pub runs_chart: &'static str,
    /// What the chart shows.
    pub runs_chart_about: &'static str,
    /// A chart's heading.
    pub warehouses_chart: &'static str,
    /// What the chart shows.
    pub warehouses_chart_about: &'static str,
    /// The unit of an axis.
    pub seconds: &'static str,
    /// The unit of an axis.
    pub products_unit: &'static str,
    /// Opens the table behind a chart.
    pub as_table: &'static str,
    /// In place of a chart or a table's rows.
    pub no_data: &'static str,
    /// How a run ended.
    pub success: &'static str,
    /// How a run ended.
    pub partial: &'static str,
    /// How a run ended.
    pub failed: &'static str,
    /// In place of a run's duration.
    pub unfinished: &'static str,
    /// The rest of the warehouses.
    pub other_warehouses: Forms,
    /// Heads of columns.
    pub day: &'static str,
    /// Head of a column.
    pub when: &'static str,
    /// Head of a column.
    pub marketplace: &'static str,
    /// Head of a column.
    pub warehouse: &'static str,
    /// Head of a column.
    pub stock_type: &'static str,
    /// Head of a column.
    pub available: &'static str,
    /// Head of a column.
    pub product: &'static str,
    /// Head of a column.
    pub per_day: &'static str,
    /// Head of a column.
    pub days_left: &'static str,
    /// Head of a column.
    pub last_in_stock: &'static str,
    /// Head of a column.
    pub then: &'static str,
    /// Head of a column.
    pub before: &'static str,
    /// Head of a column.
    pub after: &'static str,
    /// Head of a column.
    pub change: &'static str,
    /// Head of a column.
    pub reason: &'static str,
    /// Head of a column.
    pub average_duration: &'static str,
    /// A table's heading.
    pub running_out: &'static str,
    /// What the table holds.
    pub running_out_about: &'static str,
    /// A table's heading.
    pub out_of_stock: &'static str,
    /// What the table holds.
    pub out_of_stock_about: &'static str,
    /// A table's heading.
    pub changes: &'static str,
    /// What the table holds.
    pub changes_about: &'static str,
    /// A table's heading.
    pub one_sided: &'static str,
    /// What the table holds.
    pub one_sided_about: &'static str,
    /// A table's heading.
    pub without_barcode: &'static str,
    /// What the table holds.
    pub without_barcode_about: &'static str,
    /// A table's heading.
    pub failures: &'static str,
    /// What the table holds.
    pub failures_about: &'static str,
    /// In place of the rows of a table, where there is none because all is well.
    pub none: Nothing,
    /// In place of the rows of the two tables that compare, where there is nothing to compare with.
    pub one_marketplace: &'static str,
    /// In place of the rows of a table that looks back, in the first days.
    pub too_early: &'static str,
    /// In place of a date older than the page's month.
    pub longer_ago: &'static str,
    /// In place of a name.
    pub nameless: &'static str,
    /// Below a list that is cut, before the number of rows shown.
    pub first: &'static str,
    /// Between that and the number of all.
    pub of: &'static str,
    /// The field that filters the tables.
    pub filter: &'static str,
    /// An example in it.
    pub filter_hint: &'static str,
    /// Said by the script: rows that fit, between these two.
    pub filter_found: &'static str,
    /// In the footer: times of the page.
    pub footer_zone: &'static str,
    /// In the footer: what stock means.
    pub footer_stock: &'static str,
}

/// What stands in place of a table's rows.
pub struct Nothing {
    /// Running out.
    pub running_out: &'static str,
    /// Out of stock.
    pub out_of_stock: &'static str,
    /// Changes.
    pub changes: &'static str,
    /// On one marketplace only.
    pub one_sided: &'static str,
    /// Without a barcode.
    pub without_barcode: &'static str,
    /// Failed syncs.
    pub failures: &'static str,
}
