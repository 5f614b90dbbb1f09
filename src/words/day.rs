//! Why a pull's day is not believed, for the log and `sync_logs`: English, as all that they hold.

use chrono::{DateTime, NaiveDate, Utc};

use crate::inventory::Source;
use crate::inventory::day::{Evidence, Refusal};

/// The day may be right, and a clock is not.
pub(crate) fn doubted(evidence: &Evidence) -> String {
    format!("{}; set the one that is wrong (`timedatectl`)", clocks(evidence))
}

/// Nothing may be written under the day, and what to do.
pub(crate) fn refused(source: Source, evidence: &Evidence, why: Refusal) -> String {
    let day = evidence.day;
    match why {
        Refusal::AnotherDay(by_server) => format!(
            "{}: this would be the stock of {day} by the one and of {by_server} by the other; refused, \
             nothing was changed; set the clock that is wrong (`timedatectl`), then run again",
            clocks(evidence)
        ),
        Refusal::BeforeNewest(newest) => before_newest(source, evidence, newest),
    }
}

fn before_newest(source: Source, evidence: &Evidence, newest: NaiveDate) -> String {
    let Evidence { day, here, utc_offset, .. } = *evidence;
    format!(
        "this is the stock of {day} by this machine's clock ({}) and SNAPSHOT_UTC_OFFSET ({utc_offset}), \
         but {source} has a snapshot of {newest} already: refused, nothing was changed; if the clock or \
         the variable is wrong, set it; if that snapshot is, take it away as the database's administrator \
         and run again: \
         DELETE FROM inventory_data WHERE source = '{source}' AND snapshot_date > '{day}'; \
         DELETE FROM sync_logs WHERE marketplace = '{source}' AND (snapshot_date > '{day}' OR started_at > NOW());",
        moment(here)
    )
}

fn clocks(evidence: &Evidence) -> String {
    format!(
        "this machine's clock says {}, the database server's {}",
        moment(evidence.here),
        moment(evidence.server)
    )
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, TimeDelta};

    use super::*;

    /// 09:07 in Moscow on 23 November by this machine; the server's clock is ten hours behind.
    fn evidence() -> Evidence {
        let here: DateTime<Utc> = "2026-11-23T06:07:00Z".parse().unwrap();
        Evidence {
            day: "2026-11-23".parse().unwrap(),
            here,
            server: here - TimeDelta::hours(10),
            utc_offset: FixedOffset::east_opt(3 * 3600).unwrap(),
            newest: None,
        }
    }

    #[test]
    fn a_day_that_is_another_by_the_servers_clock_is_refused_with_both_times() {
        let another = Refusal::AnotherDay("2026-11-22".parse().unwrap());
        let why = refused(Source::Ozon, &evidence(), another);
        assert_eq!(
            why,
            "this machine's clock says 2026-11-23 06:07 UTC, the database server's 2026-11-22 20:07 UTC: this would be the stock of \
             2026-11-23 by the one and of 2026-11-22 by the other; refused, nothing was changed; set the clock that is wrong \
             (`timedatectl`), then run again"
        );
        assert!(!why.contains("DELETE"), "a right snapshot is not offered to be taken away");
    }

    #[test]
    fn a_day_before_the_newest_snapshots_is_refused_with_the_way_to_take_that_one_away() {
        let before = Refusal::BeforeNewest("2026-11-30".parse().unwrap());
        let why = refused(Source::Ozon, &evidence(), before);
        for part in [
            "stock of 2026-11-23",
            "snapshot of 2026-11-30",
            "SNAPSHOT_UTC_OFFSET (+03:00)",
            "DELETE FROM inventory_data WHERE source = 'Ozon' AND snapshot_date > '2026-11-23';",
        ] {
            assert!(why.contains(part), "{part}: {why}");
        }
    }
}
