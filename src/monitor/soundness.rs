//! Do the stored numbers agree with each other, and with what the runs say they stored?

use super::finding::{Fact, Finding, Severity};
use crate::inventory::Source;
use crate::store::queries::SnapshotCheck;

/// What speaks against the newest snapshot of a marketplace. Each is critical: buyers decide on
/// these numbers. An empty snapshot may be right, and is a warning: somebody has to know that
/// yesterday's numbers are over.
pub(crate) fn judge(source: Source, doubts: &SnapshotCheck) -> Vec<Finding> {
    let day = doubts.day;
    let mut facts = Vec::new();
    if let (Some((day, rows, pieces)), Some(found)) = (doubts.stated, doubts.found)
        && (rows, pieces) != found
    {
        facts.push(Fact::RowsDisagree { day, stated: (rows, pieces), found });
    } else if doubts.written && day.is_none() {
        facts.push(Fact::RowsGone);
    }
    let rows = [
        (doubts.contradictory_rows, Fact::Contradictory { day, rows: doubts.contradictory_rows }),
        (doubts.negative_rows, Fact::Negative { day, rows: doubts.negative_rows }),
        (doubts.duplicate_rows, Fact::Duplicate { day, rows: doubts.duplicate_rows }),
    ];
    facts.extend(rows.into_iter().filter(|(rows, _)| *rows > 0).map(|(_, fact)| fact));
    facts.extend(day.filter(|_| doubts.is_empty()).map(Fact::Empty));
    let severity = |fact: &Fact| match fact {
        Fact::Empty(_) => Severity::Warning,
        _ => Severity::Critical,
    };
    facts.into_iter().map(|fact| Finding { severity: severity(&fact), source, fact }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Kind;
    use super::*;

    fn kinds(doubts: &SnapshotCheck) -> Vec<Kind> {
        judge(Source::Ozon, doubts).into_iter().map(|finding| finding.kind()).collect()
    }

    #[test]
    fn a_snapshot_that_agrees_with_its_log_is_sound() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = SnapshotCheck {
            day: Some(day),
            written: true,
            stated: Some((day, 10, 55)),
            found: Some((10, 55)),
            ..SnapshotCheck::default()
        };
        assert_eq!(kinds(&doubts), []);
    }

    #[test]
    fn missing_rows_are_told_beside_those_that_were_stated() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = SnapshotCheck {
            day: Some(day),
            written: true,
            stated: Some((day, 10, 55)),
            found: Some((9, 50)),
            ..SnapshotCheck::default()
        };
        let fact = Fact::RowsDisagree { day, stated: (10, 55), found: (9, 50) };
        assert_eq!(judge(Source::Ozon, &doubts)[0].fact, fact);
    }

    #[test]
    fn a_success_without_any_row_is_unsound() {
        assert_eq!(
            kinds(&SnapshotCheck { written: true, ..SnapshotCheck::default() }),
            [Kind::RowsDisagree]
        );
        assert_eq!(kinds(&SnapshotCheck::default()), []);
    }

    #[test]
    fn an_empty_snapshot_is_told_and_may_be_right() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = SnapshotCheck {
            day: Some(day),
            written: true,
            stated: Some((day, 0, 0)),
            found: Some((0, 0)),
            ..SnapshotCheck::default()
        };
        let findings = judge(Source::Ozon, &doubts);
        assert_eq!(
            findings.iter().map(|it| (it.kind(), it.severity)).collect::<Vec<_>>(),
            [(Kind::Empty, Severity::Warning)]
        );
        assert!(!Kind::Empty.is_unsound());
    }

    #[test]
    fn contradictions_negatives_and_copies_are_told_apart() {
        let doubts = SnapshotCheck {
            day: Some("2026-11-23".parse().unwrap()),
            contradictory_rows: 1,
            negative_rows: 2,
            duplicate_rows: 3,
            ..SnapshotCheck::default()
        };
        let expected = [Kind::ContradictoryRows, Kind::NegativeStock, Kind::DuplicateRows];
        assert_eq!(kinds(&doubts), expected);
    }
}
