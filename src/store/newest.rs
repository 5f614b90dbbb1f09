//! What a marketplace's newest snapshot and newest runs are. Reads only, and believes nothing that
//! cannot be: an old importer or a person may have written the rows.

use chrono::NaiveDate;
use mysql::Conn;

use super::database::error::StoreError;
use super::database::rows;
use crate::failure::Exit;
use crate::inventory::Source;
use crate::run::Status;

/// Answered from the ends of the index idx_source_snapshot, however long the history is, as long as
/// `MAX` stands alone. A date of zeros, which some server let somebody write, is none.
const NEWEST_DAY: &str = "SELECT NULLIF(day, 0) FROM (SELECT MAX(snapshot_date) AS day FROM inventory_data WHERE source = ?) AS newest";

/// The same day, its rows, and those of the day that is asked about where that is an earlier one: a
/// later one has none.
const ROWS: &str = "
    SELECT NULLIF(newest.day, 0),
           (SELECT COUNT(*) FROM inventory_data WHERE source = ? AND snapshot_date = newest.day),
           IF(newest.day > ?, (SELECT COUNT(*) FROM inventory_data WHERE source = ? AND snapshot_date = ?), 0)
    FROM (SELECT MAX(snapshot_date) AS day FROM inventory_data WHERE source = ?) AS newest";

const STORED_LAST: &str = "
    SELECT NULLIF(snapshot_date, 0), rows_total, stock_total, products_with_stock FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status IN ('success', 'partial')
      AND NULLIF(completed_at, 0) IS NOT NULL
    ORDER BY started_at DESC, id DESC
    LIMIT 1";

const NEWEST: &str = "
    SELECT status, NULLIF(completed_at, 0) IS NOT NULL, exit_code
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory'
    ORDER BY started_at DESC, id DESC
    LIMIT 2";

/// What the run that stored last said that it left; `None` for what cannot be, in a row that
/// somebody else has written.
pub(crate) struct StoredLast {
    pub day: Option<NaiveDate>,
    pub rows: Option<u64>,
    /// Its pieces, reserved ones included.
    pub stock: Option<i64>,
    /// Its listings of which anything is in stock.
    pub products_with_stock: Option<u64>,
}

/// The newest run of a marketplace that stored; `None` if none ever has.
pub(crate) fn stored_last(
    conn: &mut Conn,
    source: Source,
) -> Result<Option<StoredLast>, StoreError> {
    let stored = rows::first(conn, STORED_LAST, (source.as_str(),))?;
    let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    Ok(stored.map(|(day, rows, stock, products_with_stock)| StoredLast {
        day,
        rows: count(rows),
        stock,
        products_with_stock: count(products_with_stock),
    }))
}

/// The day of a marketplace's newest snapshot, if it has any; also of one that holds nothing, as
/// long as no other was stored since.
pub(crate) fn newest_day(conn: &mut Conn, source: Source) -> Result<Option<NaiveDate>, StoreError> {
    let with_rows: Option<Option<NaiveDate>> = rows::first(conn, NEWEST_DAY, (source.as_str(),))?;
    let stored = stored_last(conn, source)?;
    Ok(with_rows.flatten().max(empty_day(stored.as_ref())))
}

/// A snapshot without rows, the one of a shop that has sold everything, is known from its run
/// alone.
fn empty_day(stored: Option<&StoredLast>) -> Option<NaiveDate> {
    stored.filter(|stored| stored.rows == Some(0)).and_then(|stored| stored.day)
}

/// What a write finds of its source's snapshots. Asked once in its transaction, so that guards,
/// plan and matching judge by the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Baseline {
    pub source: Source,
    pub day: NaiveDate,
    /// Rows that this day has already.
    pub rows_of_day: u64,
    /// The day of the newest snapshot, this day's included.
    pub newest_day: Option<NaiveDate>,
    /// Listings with stock in the newest snapshot by the word of the run that stored it, as long as
    /// the table still has as many rows as that run said.
    pub stated_listings: Option<u64>,
}

impl Baseline {
    pub(crate) fn ask(conn: &mut Conn, source: Source, day: NaiveDate) -> Result<Self, StoreError> {
        let stored = stored_last(conn, source)?;
        let name = source.as_str();
        let counted = rows::first(conn, ROWS, (name, day, name, day, name))?;
        Ok(Self::of(source, day, counted.unwrap_or_default(), stored.as_ref()))
    }

    fn of(
        source: Source,
        day: NaiveDate,
        (with_rows, rows, earlier_rows): (Option<NaiveDate>, u64, u64),
        stored: Option<&StoredLast>,
    ) -> Self {
        let newest_day = with_rows.max(empty_day(stored));
        let rows_of_day = if with_rows == Some(day) { rows } else { earlier_rows };
        let rows_of_newest = if with_rows == newest_day { rows } else { 0 };
        let stated_listings = stored
            .filter(|stored| stored.day == newest_day && stored.rows == Some(rows_of_newest))
            .and_then(|stored| stored.products_with_stock);
        Self { source, day, rows_of_day, newest_day, stated_listings }
    }

    /// The day of the newest snapshot, or the one that is written where there is none.
    pub(crate) fn last_day(&self) -> NaiveDate {
        self.newest_day.unwrap_or(self.day)
    }
}

/// What the newest runs of a marketplace say about another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// There is nothing to mend.
    Needless,
    /// It may go well.
    Worthwhile,
    /// The last try has left the same partial result as the one before.
    PartialAgain,
    /// What it failed with stays until a person does something.
    UpToSomebody(Exit),
}

/// A run's end: its status, whether it has one, its exit code.
type End = (String, bool, Option<i64>);

/// Whether the newest run of a marketplace asks for another try. Its lock must be held: a run
/// without an end has died then.
pub(crate) fn retry(conn: &mut Conn, source: Source) -> Result<Retry, StoreError> {
    Ok(worth_a_retry(&rows::all(conn, NEWEST, (source.as_str(),))?))
}

fn worth_a_retry(newest_first: &[End]) -> Retry {
    let partial = |run: &End| run.1 && Status::parse(&run.0) == Status::Partial;
    let Some(newest) = newest_first.first() else { return Retry::Needless };
    match (newest.1, Status::parse(&newest.0)) {
        (false, _) => Retry::Worthwhile,
        (true, Status::Success) => Retry::Needless,
        (true, Status::Partial) if newest_first.get(1).is_some_and(partial) => Retry::PartialAgain,
        (true, Status::Partial) => Retry::Worthwhile,
        (true, Status::Failed) => {
            let exit = newest.2.and_then(|code| Exit::of_code(u8::try_from(code).ok()?));
            exit.filter(|exit| !exit.may_pass_by_itself())
                .map_or(Retry::Worthwhile, Retry::UpToSomebody)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn stated(of: u32, rows: u64) -> StoredLast {
        let stock = Some(0);
        StoredLast { day: Some(day(of)), rows: Some(rows), stock, products_with_stock: Some(5) }
    }

    /// Of a write for the 20th: rows of that day, newest day, and what a run stated of the newest
    /// snapshot.
    fn found(
        counted: (Option<NaiveDate>, u64, u64),
        stored: Option<StoredLast>,
    ) -> (u64, Option<NaiveDate>, Option<u64>) {
        let it = Baseline::of(Source::Ozon, day(20), counted, stored.as_ref());
        (it.rows_of_day, it.newest_day, it.stated_listings)
    }

    #[test]
    fn without_any_snapshot_there_is_nothing_to_compare_with() {
        assert_eq!(found((None, 0, 0), None), (0, None, None));
    }

    #[test]
    fn the_day_s_rows_are_those_of_the_newest_day_if_it_is_that_one() {
        assert_eq!(found((Some(day(20)), 8, 0), None), (8, Some(day(20)), None));
        assert_eq!(found((Some(day(19)), 8, 0), None), (0, Some(day(19)), None));
        assert_eq!(found((Some(day(21)), 8, 3), None), (3, Some(day(21)), None));
    }

    #[test]
    fn a_run_is_believed_about_its_snapshot_as_long_as_the_table_has_its_rows() {
        let newest = Some(day(19));
        assert_eq!(found((newest, 8, 0), Some(stated(19, 8))), (0, newest, Some(5)));
        assert_eq!(found((newest, 7, 0), Some(stated(19, 8))), (0, newest, None));
        assert_eq!(found((newest, 8, 0), Some(stated(18, 8))), (0, newest, None));
    }

    #[test]
    fn a_snapshot_without_rows_is_the_newest_by_its_run_s_word() {
        let counted = (Some(day(18)), 8, 0);
        assert_eq!(found(counted, Some(stated(19, 0))), (0, Some(day(19)), Some(5)));
        // Rows that somebody brought back behind it: they are newer than the empty one.
        assert_eq!(found((Some(day(20)), 8, 0), Some(stated(19, 0))), (8, Some(day(20)), None));
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        let run = |status: &str, code: i64| (status.to_owned(), true, Some(code));
        let failed = |code| worth_a_retry(&[run("failed", code), run("success", 0)]);
        for code in [69, 74, 75, 129, 130, 143, 300] {
            assert_eq!(failed(code), Retry::Worthwhile, "{code}");
        }
        for code in [1, 2, 4, 65, 73, 77, 78] {
            let exit = Exit::of_code(code).unwrap();
            assert_eq!(failed(code.into()), Retry::UpToSomebody(exit), "{code}");
        }
        let died = ("failed".to_owned(), false, None);
        assert_eq!(worth_a_retry(&[died, run("failed", 77)]), Retry::Worthwhile);
        assert_eq!(
            worth_a_retry(&[("failed".into(), true, None)]),
            Retry::Worthwhile,
            "older rows"
        );
        assert_eq!(worth_a_retry(&[run("success", 0), run("failed", 69)]), Retry::Needless);
        assert_eq!(worth_a_retry(&[]), Retry::Needless);
    }

    #[test]
    fn a_partial_run_is_tried_again_once() {
        let run = |status: &str, finished| (status.to_owned(), finished, Some(3));
        let (partial, other) = (run("partial", true), run("success", true));
        assert_eq!(worth_a_retry(&[partial.clone(), other]), Retry::Worthwhile);
        assert_eq!(worth_a_retry(&[partial.clone(), partial.clone()]), Retry::PartialAgain);
        assert_eq!(worth_a_retry(&[partial.clone(), run("partial", false)]), Retry::Worthwhile);
        assert_eq!(worth_a_retry(&[partial]), Retry::Worthwhile);
    }
}
