//! Do the stored numbers agree with each other, and with what the runs say they stored?

use super::finding::{Finding, Kind, Severity};
use crate::inventory::Source;
use crate::store::queries::Doubts;
use crate::text::counted;

/// What speaks against the newest snapshot of a marketplace. Each is critical: buyers decide on these numbers. An empty snapshot may
/// be right, and is a warning: somebody has to know that yesterday's numbers are over.
pub fn judge(source: Source, doubts: &Doubts) -> Vec<Finding> {
    let command = sync_command(source);
    let day = doubts.day.map(|day| format!(" of {day}")).unwrap_or_default();
    let mut found = Vec::new();
    if let (Some((day, rows, pieces)), Some(there)) = (doubts.stated, doubts.found)
        && (rows, pieces) != there
    {
        let lost = rows.saturating_sub(there.0);
        let missing =
            if lost > 0 { format!(", {} missing", counted(lost, "row")) } else { String::new() };
        let message = format!(
            "the last successful sync left {} with {} for {day}, but there are {} with {}{missing}; \
             something else changes inventory_data: find it, and run `{command} --full`",
            counted(rows, "row"),
            counted(pieces, "piece"),
            there.0,
            there.1
        );
        found.push((Kind::RowsDisagree, message));
    } else if doubts.written && doubts.day.is_none() {
        let message = format!(
            "sync_logs tells of a successful sync, but inventory_data has no rows of {source}; run `{command} --full`"
        );
        found.push((Kind::RowsDisagree, message));
    }
    let kinds = [
        (
            Kind::ContradictoryRows,
            doubts.contradictory_rows,
            "where current is not available + reserved",
        ),
        (Kind::NegativeStock, doubts.negative_rows, "with a number below zero"),
        (Kind::DuplicateRows, doubts.duplicate_rows, "that repeat another row's identity"),
    ];
    for (kind, rows, what) in kinds {
        if rows > 0 {
            let advice = if kind == Kind::DuplicateRows {
                "the unique key uk_inventory_identity is gone: remove the copies and add it again"
                    .to_owned()
            } else {
                format!("something else has written them: run `{command} --full`")
            };
            found.push((
                kind,
                format!("the snapshot{day} has {} {what}; {advice}", counted(rows, "row")),
            ));
        }
    }
    if let (true, Some(day)) = (doubts.is_empty(), doubts.day) {
        let message = format!(
            "the newest snapshot, of {day}, is empty: the sync stored that {source} has no stock at all; if the seller's cabinet shows \
             some, run `{command}`"
        );
        found.push((Kind::Empty, message));
    }
    let severity =
        |kind: Kind| if kind.is_unsound() { Severity::Critical } else { Severity::Warning };
    found
        .into_iter()
        .map(|(kind, message)| Finding {
            severity: severity(kind),
            kind,
            source: source.as_str(),
            message,
        })
        .collect()
}

/// How a marketplace is pulled by hand.
pub const fn sync_command(source: Source) -> &'static str {
    match source {
        Source::Ozon => "stocksync sync ozon",
        Source::Wildberries => "stocksync sync wb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(doubts: &Doubts) -> Vec<Kind> {
        judge(Source::Ozon, doubts).into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn a_snapshot_that_agrees_with_its_log_is_sound() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = Doubts {
            day: Some(day),
            written: true,
            stated: Some((day, 10, 55)),
            found: Some((10, 55)),
            ..Doubts::default()
        };
        assert_eq!(kinds(&doubts), []);
    }

    #[test]
    fn missing_rows_are_counted() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = Doubts {
            day: Some(day),
            written: true,
            stated: Some((day, 10, 55)),
            found: Some((9, 50)),
            ..Doubts::default()
        };
        let findings = judge(Source::Ozon, &doubts);
        assert!(findings[0].message.contains(
            "left 10 rows with 55 pieces for 2026-11-23, but there are 9 with 50, 1 row missing"
        ));
    }

    #[test]
    fn a_success_without_any_row_is_unsound() {
        assert_eq!(kinds(&Doubts { written: true, ..Doubts::default() }), [Kind::RowsDisagree]);
        assert_eq!(kinds(&Doubts::default()), []);
    }

    #[test]
    fn an_empty_snapshot_is_told_and_may_be_right() {
        let day = "2026-11-23".parse().unwrap();
        let doubts = Doubts {
            day: Some(day),
            written: true,
            stated: Some((day, 0, 0)),
            found: Some((0, 0)),
            ..Doubts::default()
        };
        let findings = judge(Source::Ozon, &doubts);
        assert_eq!(
            findings.iter().map(|it| (it.kind, it.severity)).collect::<Vec<_>>(),
            [(Kind::Empty, Severity::Warning)]
        );
        assert!(!Kind::Empty.is_unsound());
    }

    #[test]
    fn contradictions_negatives_and_copies_are_told_apart() {
        let doubts = Doubts {
            day: Some("2026-11-23".parse().unwrap()),
            contradictory_rows: 1,
            negative_rows: 2,
            duplicate_rows: 3,
            ..Doubts::default()
        };
        let expected = [Kind::ContradictoryRows, Kind::NegativeStock, Kind::DuplicateRows];
        assert_eq!(kinds(&doubts), expected);
    }
}
