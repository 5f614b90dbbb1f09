//! Which day a pull's stock is of, and when that may be believed: a day that is not today's would
//! make the history false, and replace a snapshot that was right. Compares moments; looks at no
//! clock.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

/// Clocks that differ by no more than this agree: nobody takes a snapshot by the second.
pub(crate) const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence {
    pub day: NaiveDate,
    /// What this machine's clock says.
    pub here: DateTime<Utc>,
    /// What the database server's clock says at the same moment.
    pub server: DateTime<Utc>,
    /// Whose midnight begins a day.
    pub utc_offset: FixedOffset,
    pub newest: Option<NaiveDate>,
}

/// What there is to say of a day; the words are in `words/day.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Believed,
    /// It may be right, but the two clocks disagree.
    Doubted,
    /// Nothing may be written under it.
    Refused(Refusal),
}

/// Why nothing may be written under a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// By the server's clock it is this day.
    AnotherDay(NaiveDate),
    /// There is a snapshot of this later day already.
    BeforeNewest(NaiveDate),
}

/// Whether stock may be written under this day. A clock that is seen to be wrong is told first: by
/// it a right snapshot looks like one of a day to come, and nobody shall take that away.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Evidence { day, here, server, utc_offset, newest } = *evidence;
    let agree = (here - server).abs() <= CLOCK_TOLERANCE;
    let by_server = server.with_timezone(&utc_offset).date_naive();
    if !agree && by_server != here.with_timezone(&utc_offset).date_naive() {
        return Judgement::Refused(Refusal::AnotherDay(by_server));
    }
    match newest.filter(|newest| *newest > day) {
        Some(newest) => Judgement::Refused(Refusal::BeforeNewest(newest)),
        None if agree => Judgement::Believed,
        None => Judgement::Doubted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 09:07 in Moscow on 23 November by this machine; the server's clock is so many minutes
    /// behind.
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

    #[test]
    fn clocks_up_to_five_minutes_apart_agree_also_around_midnight() {
        assert_eq!(judge(&evidence(5, None)), Judgement::Believed);
        assert_eq!(judge(&evidence(-5, Some("2026-11-23"))), Judgement::Believed);
        let here: DateTime<Utc> = "2026-11-22T21:01:00Z".parse().unwrap();
        let server = here - TimeDelta::minutes(2);
        let midnight = Evidence { here, server, ..evidence(0, Some("2026-11-22")) };
        assert_eq!(judge(&midnight), Judgement::Believed);
    }

    #[test]
    fn clocks_further_apart_are_doubted_as_long_as_the_day_is_the_same() {
        for minutes in [6, -6, 9 * 60] {
            let judged = judge(&evidence(minutes, None));
            assert!(matches!(judged, Judgement::Doubted), "{judged:?}");
        }
    }

    #[test]
    fn a_day_that_is_another_by_the_servers_clock_is_refused() {
        let by_server = |minutes| judge(&evidence(minutes, None));
        let refused = |day: &str| Judgement::Refused(Refusal::AnotherDay(day.parse().unwrap()));
        assert_eq!(by_server(10 * 60), refused("2026-11-22"));
        assert_eq!(by_server(-15 * 60), refused("2026-11-24"));
    }

    #[test]
    fn a_clock_that_is_wrong_is_told_before_a_snapshot_that_seems_to_be() {
        let judged = judge(&evidence(-15 * 60, Some("2026-11-24")));
        assert!(matches!(judged, Judgement::Refused(Refusal::AnotherDay(_))), "{judged:?}");
    }

    #[test]
    fn a_day_before_the_newest_snapshots_is_refused() {
        let newest = "2026-11-30".parse().unwrap();
        let refused = Judgement::Refused(Refusal::BeforeNewest(newest));
        assert_eq!(judge(&evidence(0, Some("2026-11-30"))), refused);
        assert_eq!(judge(&evidence(0, Some("2026-11-22"))), Judgement::Believed);
    }
}
