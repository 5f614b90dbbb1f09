//! The shrink guard: a pull that holds far less than the newest snapshot is more likely a broken
//! answer than an empty shop.

/// Whether a pull with `now` products in stock has shrunk by more than `max_shrink` percent of
/// `before`, the number in the newest stored snapshot.
pub(crate) fn shrinks_too_much(before: u64, now: u64, max_shrink: f64) -> bool {
    (now as f64) * 100.0 < (before as f64) * (100.0 - max_shrink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_may_shrink_by_exactly_the_limit() {
        assert!(!shrinks_too_much(1_000, 500, 50.0));
        assert!(shrinks_too_much(1_000, 499, 50.0));
    }

    #[test]
    fn an_empty_answer_over_stored_stock_is_refused() {
        assert!(shrinks_too_much(1, 0, 50.0));
    }

    #[test]
    fn a_first_pull_cannot_shrink() {
        assert!(!shrinks_too_much(0, 0, 50.0));
    }

    #[test]
    fn a_limit_of_a_hundred_percent_switches_the_guard_off() {
        assert!(!shrinks_too_much(1_000, 0, 100.0));
    }
}
