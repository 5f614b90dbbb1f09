//! How long a product's stock will last, from how it declined. Pure; what counts as a sale is
//! decided here and nowhere else.

/// Days of decline that a forecast looks back on.
pub(super) const DAYS: usize = 14;

/// Fewer days of sale than this say nothing about the next ones.
pub(super) const FEWEST_DAYS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Forecast {
    pub per_day: f64,
    pub days: f64,
}

/// Forecasts from the pieces for sale at the end of each day, the oldest first; the newest 15
/// values count.
///
/// Only days with something to sell and without restocking are counted. What was sold on a day on
/// which stock rose is hidden behind the delivery, so that day says nothing and is left out
/// altogether; so is a day that began with an empty shelf. A fall is a sale. `None` with fewer than
/// 3 such days, when nothing was sold, and when nothing is left.
pub(super) fn forecast(daily: &[i64]) -> Option<Forecast> {
    let newest = &daily[daily.len().saturating_sub(DAYS + 1)..];
    let left = *newest.last().filter(|left| **left > 0)?;
    let (mut sold, mut days) = (0, 0);
    for step in newest.windows(2) {
        let (before, after) = (step[0], step[1]);
        if before > 0 && after <= before {
            sold += before - after;
            days += 1;
        }
    }
    if sold == 0 || days < FEWEST_DAYS {
        return None;
    }
    let per_day = sold as f64 / days as f64;
    Some(Forecast { per_day, days: left as f64 / per_day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_and_days(daily: &[i64]) -> Option<(f64, f64)> {
        forecast(daily).map(|forecast| (forecast.per_day, forecast.days))
    }

    #[test]
    fn a_steady_decline_lasts_as_long_as_it_divides() {
        assert_eq!(rate_and_days(&[50, 45, 40, 35, 30]), Some((5.0, 6.0)));
    }

    #[test]
    fn a_day_of_restocking_is_neither_a_sale_nor_a_day() {
        // 20 → 16 → 12 → (delivery) 100 → 96 → 92: four days of 4 each; the fifth is not counted as
        // a day without a sale.
        assert_eq!(rate_and_days(&[20, 16, 12, 100, 96, 92]), Some((4.0, 23.0)));
    }

    #[test]
    fn days_that_began_with_an_empty_shelf_do_not_slow_the_sale_down() {
        assert_eq!(rate_and_days(&[0, 0, 0, 0, 40, 30, 20, 10]), Some((10.0, 1.0)));
    }

    #[test]
    fn days_without_a_sale_count_as_days() {
        assert_eq!(rate_and_days(&[10, 10, 8, 8, 6]), Some((1.0, 6.0)));
    }

    #[test]
    fn what_happened_more_than_fourteen_days_ago_does_not_count() {
        let mut daily = vec![1_000];
        daily.extend((0..15).map(|day| 114 - day)); // 114 … 100
        assert_eq!(rate_and_days(&daily), Some((1.0, 100.0)));
    }

    #[test]
    fn two_days_are_too_few_to_tell() {
        assert_eq!(forecast(&[10, 8, 6]), None);
        assert!(forecast(&[10, 8, 6, 4]).is_some());
    }

    #[test]
    fn nothing_sold_nothing_left_and_nothing_known_have_no_forecast() {
        assert_eq!(forecast(&[5, 5, 5, 5, 5]), None);
        assert_eq!(forecast(&[5, 4, 3, 2, 0]), None);
        assert_eq!(forecast(&[]), None);
    }
}
