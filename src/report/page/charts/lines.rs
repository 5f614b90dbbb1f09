//! Lines over the days of the month, one per series. A day without a value is a gap in the line.

use std::fmt::Write;

use maud::{Markup, html};

use super::{Plot, Role, Width, framed, headroom, spot};

pub(in crate::report::page) struct Series {
    /// What it is, for people.
    pub(in crate::report::page) name: String,
    pub(in crate::report::page) role: Role,
    /// Its value per day, the newest last.
    pub(in crate::report::page) daily: Vec<Option<i64>>,
}

impl Series {
    pub(in crate::report::page) fn newest(&self) -> Option<i64> {
        self.daily.iter().rev().find_map(|value| *value)
    }
}

pub(in crate::report::page) struct Frame<'a> {
    /// For a reader's software.
    pub(in crate::report::page) name: &'a str,
    /// Above the vertical axis.
    pub(in crate::report::page) unit: &'a str,
    pub(in crate::report::page) day: &'a dyn Fn(usize) -> String,
    pub(in crate::report::page) axis: &'a dyn Fn(i64) -> String,
    pub(in crate::report::page) number: &'a dyn Fn(i64) -> String,
}

pub(in crate::report::page) fn draw(width: Width, frame: &Frame<'_>, series: &[Series]) -> Markup {
    let height = width.either(270, 230);
    let days = series.iter().map(|series| series.daily.len()).max().unwrap_or(0).max(2);
    let highest = series.iter().flat_map(|series| &series.daily).flatten().max();
    let plot = Plot {
        left: width.either(66, 56),
        right: width.pixels() - 16,
        ceiling: 26,
        floor: height - 26,
        end: (days - 1) as f64,
        top: headroom(highest.copied().unwrap_or(0)),
    };
    let inside = html! {
        (plot.axes(frame.unit, 5, frame.axis))
        // Counted from the newest day, which is the one that everybody looks for.
        @for day in (0..days).rev().step_by(width.either(4, 7) as usize) {
            @let x = plot.x(day as f64);
            path.grid d=(format!("M{x} {}v4", plot.floor)) {}
            text.middle x=(x) y=(plot.floor + 18) { ((frame.day)(day)) }
        }
        @for series in series { (line(series, &plot)) }
        @for day in 0..days { (values(frame, series, day, &plot)) }
    };
    framed(width, height, frame.name, &inside)
}

fn line(series: &Series, plot: &Plot) -> Markup {
    let class = series.role.class();
    let known = series.daily.iter().enumerate();
    let points =
        known.filter_map(|(day, value)| Some((plot.x(day as f64), plot.y((*value)? as f64))));
    html! {
        path.line.(class) d=(way(series, plot)) {}
        @for (x, y) in points {
            @if series.role.is_square() {
                rect.(class) x=(x - 2) y=(y - 2) width="4" height="4" {}
            } @else {
                circle.(class) cx=(x) cy=(y) r="2" {}
            }
        }
    }
}

/// Over the days with a value; behind a gap it begins anew.
fn way(series: &Series, plot: &Plot) -> String {
    let mut way = String::new();
    let mut pen = 'M';
    for (day, value) in series.daily.iter().enumerate() {
        let Some(value) = value else {
            pen = 'M';
            continue;
        };
        // Writing into a String cannot fail.
        let _ = write!(way, "{pen}{} {}", plot.x(day as f64), plot.y(*value as f64));
        pen = 'L';
    }
    way
}

/// A strip for a day, with what each series has on it.
fn values(frame: &Frame<'_>, series: &[Series], day: usize, plot: &Plot) -> Markup {
    let values: String = series
        .iter()
        .filter_map(|series| {
            let value = (*series.daily.get(day)?)?;
            Some(format!("\n{}: {} {}", series.name, (frame.number)(value), frame.unit))
        })
        .collect();
    let step = plot.x(1.0) - plot.left + 1;
    let place = [plot.x(day as f64) - step / 2, plot.ceiling, step, plot.floor - plot.ceiling];
    html! {
        @if !values.is_empty() { (spot(place, &format!("{}{values}", (frame.day)(day)))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_value_is_a_gap_in_the_line() {
        let plot = Plot { left: 0, right: 50, ceiling: 0, floor: 10, end: 5.0, top: 10.0 };
        let daily = vec![Some(0), Some(10), None, Some(5), None, Some(0)];
        let series = Series { name: "x".into(), role: Role::Ozon, daily };
        assert_eq!(way(&series, &plot), "M0 10L10 0M30 5M50 10");
    }

    #[test]
    fn values_show_on_hover_for_the_series_that_have_one() {
        let number = |value: i64| value.to_string();
        let frame = Frame {
            name: "chart",
            unit: "pcs",
            day: &|day| format!("day {day}"),
            axis: &number,
            number: &number,
        };
        let series = |name: &str, daily| Series { name: name.into(), role: Role::Ozon, daily };
        let all =
            [series("a", vec![Some(1), None, Some(3)]), series("b", vec![Some(7), None, None])];
        let svg = draw(Width::Wide, &frame, &all).into_string();
        assert!(svg.contains("<title>day 0\na: 1 pcs\nb: 7 pcs</title>"), "{svg}");
        assert!(!svg.contains("<title>day 1") && svg.contains("<title>day 2\na: 3 pcs</title>"));
    }
}
