//! The account of a pull's records: how many there were, which do not count and why.

use super::Rejection;

/// How many rejections and warnings are kept in words; the rest is counted.
const KEPT: usize = 20;

#[derive(Clone, Debug, Default)]
pub(crate) struct ValidationResult {
    pub total: u64,
    pub rejected: u64,
    /// The first rejections, in words.
    pub errors: Vec<Rejection>,
    pub warned: u64,
    /// The first warnings, in words.
    pub warnings: Vec<String>,
}

impl ValidationResult {
    pub(crate) fn reject(&mut self, rejection: Rejection) -> bool {
        self.rejected += 1;
        let shown = self.errors.len() < KEPT;
        if shown {
            self.errors.push(rejection);
        }
        shown
    }

    pub(crate) fn warn(&mut self, warning: String) -> bool {
        self.warned += 1;
        let shown = self.warnings.len() < KEPT;
        if shown {
            self.warnings.push(warning);
        }
        shown
    }

    /// Whether this can be a stock report at all: one in which more than half of the records are
    /// rejected is not.
    pub(crate) fn is_stock_data(&self) -> bool {
        self.rejected * 2 <= self.total
    }

    /// The rejections in one sentence, for the log row; `None` if there are none.
    pub(crate) fn summary(&self) -> Option<String> {
        let first = self.errors.first()?;
        Some(format!("{} of {} records rejected, the first: {first}", self.rejected, self.total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(total: u64, rejected: u64) -> ValidationResult {
        let mut result = ValidationResult { total, ..ValidationResult::default() };
        for number in 0..rejected {
            result.reject(Rejection {
                record: format!("record {number}"),
                reason: "odd".into(),
                original: None,
            });
        }
        result
    }

    #[test]
    fn a_report_with_half_of_its_records_rejected_is_still_one() {
        assert!(result(10, 5).is_stock_data());
        assert!(!result(10, 6).is_stock_data());
        assert!(result(0, 0).is_stock_data());
    }

    #[test]
    fn rejections_are_counted_beyond_those_that_are_kept() {
        let result = result(100, 30);
        assert_eq!((result.rejected, result.errors.len()), (30, 20));
        assert_eq!(
            result.summary().unwrap(),
            "30 of 100 records rejected, the first: record 0: odd"
        );
    }
}
