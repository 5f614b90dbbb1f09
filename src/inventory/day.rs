//! Which day a pull's stock is of, and when that may be believed: a day that is not today's would make the history false, and
//! replace a snapshot that was right. Compares moments; looks at no clock.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::Source;

/// Clocks that differ by no more than this agree: nobody takes a snapshot by the second.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    pub day: NaiveDate,
    /// What this machine's clock says.
    pub here: DateTime<Utc>,
    /// What the database server's clock says at the same moment.
    pub server: DateTime<Utc>,
    /// Whose midnight begins a day.
    pub utc_offset: FixedOffset,
    pub newest: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    Believed,
    /// It may be right, but somebody should look at a clock, and why.
    Doubted(String),
    /// Nothing may be written under it, why, and what to do.
    Refused(String),
}

/// Whether stock may be written under this day. A clock that is seen to be wrong is told first: by it a right snapshot looks like one
/// of a day to come, and nobody shall take that away.
pub fn judge(source: Source, evidence: &Evidence) -> Judgement {
    let Evidence { day, here, server, utc_offset, newest } = *evidence;
    let clocks = format!(
        "this machine's clock says {}, the database server's {}",
        moment(here),
        moment(server)
    );
    let agree = (here - server).abs() <= CLOCK_TOLERANCE;
    let by_server = server.with_timezone(&utc_offset).date_naive();
    if !agree && by_server != here.with_timezone(&utc_offset).date_naive() {
        return Judgement::Refused(format!(
            "{clocks}: this would be the stock of {day} by the one and of {by_server} by the other; refused, nothing was changed; set \
             the clock that is wrong (`timedatectl`), then run again"
        ));
    }
    if let Some(newest) = newest.filter(|newest| *newest > day) {
        return Judgement::Refused(before_the_newest(source, evidence, newest));
    }
    if agree {
        return Judgement::Believed;
    }
    Judgement::Doubted(format!("{clocks}; set the one that is wrong (`timedatectl`)"))
}

fn before_the_newest(source: Source, evidence: &Evidence, newest: NaiveDate) -> String {
    let Evidence { day, here, utc_offset, .. } = *evidence;
    format!(
        "this is the stock of {day} by this machine's clock ({}) and SNAPSHOT_UTC_OFFSET ({utc_offset}), but {source} has a snapshot \
         of {newest} already: refused, nothing was changed; if the clock or the variable is wrong, set it; if that snapshot is, \
         take it away as the database's administrator and run again: \
         DELETE FROM inventory_data WHERE source = '{source}' AND snapshot_date > '{day}'; \
         DELETE FROM sync_logs WHERE marketplace = '{source}' AND (snapshot_date > '{day}' OR started_at > NOW());",
        moment(here)
    )
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 09:07 in Moscow on 23 November by this machine; the server's clock is so many minutes behind.
    fn evidence(server_behind: i64, newest: Option<&str>) -> Evidence {
        let here: DateTime<Utc> = "2026-11-23T06:07:00Z".parse().unwrap();
        Evidence {
            day: "2026-11-23".parse().unwrap(),
            here,
            server: here - TimeDelta::minutes(server_behind),
            utc_offset: FixedOffset::east_opt(3 * 3600).unwrap(),
            newest: newest.map(|day| day.parse().unwrap()),
        }
    }

    fn refusal(evidence: &Evidence) -> String {
        match judge(Source::Ozon, evidence) {
            Judgement::Refused(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn clocks_up_to_five_minutes_apart_agree_also_around_midnight() {
        assert_eq!(judge(Source::Ozon, &evidence(5, None)), Judgement::Believed);
        assert_eq!(judge(Source::Ozon, &evidence(-5, Some("2026-11-23"))), Judgement::Believed);
        let here: DateTime<Utc> = "2026-11-22T21:01:00Z".parse().unwrap();
        let server = here - TimeDelta::minutes(2);
        let midnight = Evidence { here, server, ..evidence(0, Some("2026-11-22")) };
        assert_eq!(judge(Source::Ozon, &midnight), Judgement::Believed);
    }

    #[test]
    fn clocks_further_apart_are_doubted_as_long_as_the_day_is_the_same() {
        for minutes in [6, -6, 9 * 60] {
            let judged = judge(Source::Ozon, &evidence(minutes, None));
            assert!(matches!(judged, Judgement::Doubted(_)), "{judged:?}");
        }
    }

    #[test]
    fn a_day_that_is_another_by_the_servers_clock_is_refused_with_both_times() {
        assert_eq!(
            refusal(&evidence(10 * 60, None)),
            "this machine's clock says 2026-11-23 06:07 UTC, the database server's 2026-11-22 20:07 UTC: this would be the stock of \
             2026-11-23 by the one and of 2026-11-22 by the other; refused, nothing was changed; set the clock that is wrong \
             (`timedatectl`), then run again"
        );
        assert!(refusal(&evidence(-15 * 60, None)).contains("2026-11-24 by the other"));
    }

    #[test]
    fn a_right_snapshot_is_not_offered_to_be_taken_away_because_a_clock_is_behind() {
        let behind = refusal(&evidence(-15 * 60, Some("2026-11-24")));
        assert!(behind.starts_with("this machine's clock says"), "{behind}");
        assert!(!behind.contains("DELETE"), "{behind}");
    }

    #[test]
    fn a_day_before_the_newest_snapshots_is_refused_with_the_way_to_take_that_one_away() {
        let why = refusal(&evidence(0, Some("2026-11-30")));
        assert!(
            why.contains("stock of 2026-11-23") && why.contains("snapshot of 2026-11-30"),
            "{why}"
        );
        assert!(why.contains("SNAPSHOT_UTC_OFFSET (+03:00)"), "{why}");
        assert!(
            why.contains(
                "DELETE FROM inventory_data WHERE source = 'Ozon' AND snapshot_date > '2026-11-23';"
            ),
            "{why}"
        );
        assert_eq!(judge(Source::Ozon, &evidence(0, Some("2026-11-22"))), Judgement::Believed);
    }
}
