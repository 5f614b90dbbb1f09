//! Lines over the days of the month, one per series.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Axes, Chart, Role, Spot, Width, axes, framed, headroom, text};

/// One line.
pub struct Series {
    /// What it is, for people.
    pub name: String,
    /// How it looks.
    pub role: Role,
    /// Its value per day; a day without one is passed over.
    pub daily: Vec<Option<i64>>,
}

impl Series {
    /// The newest value.
    pub fn newest(&self) -> Option<i64> {
        self.daily.iter().rev().find_map(|value| *value)
    }

    /// The marker says the marketplace again, for who cannot tell the colours.
    pub fn is_square(&self) -> bool {
        matches!(self.role, Role::Wildberries | Role::WildberriesFbs)
    }
}

/// What stands around the lines.
pub struct Frame<'a> {
    /// For a reader's software.
    pub name: &'a str,
    /// Above the vertical axis.
    pub unit: &'a str,
    /// A day's number, as the horizontal axis says it.
    pub day: &'a dyn Fn(usize) -> String,
    /// A value, as the vertical axis says it.
    pub axis: &'a dyn Fn(i64) -> String,
    /// A value in full.
    pub number: &'a dyn Fn(i64) -> String,
}

/// Draws.
///
/// # Errors
/// Never in practice; the library's own.
pub fn draw(width: Width, frame: &Frame<'_>, series: &[Series]) -> anyhow::Result<String> {
    let size = (width.pixels(), if width == Width::Wide { 270 } else { 230 });
    let days = series.iter().map(|series| series.daily.len()).max().unwrap_or(0).max(2);
    let last = (days - 1) as f64;
    let highest = series.iter().flat_map(|series| &series.daily).flatten().max();
    let top = headroom(highest.copied().unwrap_or(0) as f64);
    let mut drawing = String::new();
    let spots;
    {
        let root = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        let around = Axes {
            title: frame.unit.to_owned(),
            end: last,
            top,
            room: if width == Width::Wide { [66, 16, 26] } else { [56, 16, 26] },
            labels: 5,
            label: frame.axis,
        };
        let mut chart = axes(&root, &around)?;
        draw_days(width, frame, days, &root, &chart)?;
        for series in series {
            draw_series(series, &mut chart)?;
        }
        spots = hover_spots(frame, series, days, top, &chart)?;
        root.present()?;
    }
    Ok(framed(width, size.1, frame.name, &drawing, &spots))
}

/// Counted from the newest day, which is the one that everybody looks for.
fn draw_days(
    width: Width,
    frame: &Frame<'_>,
    days: usize,
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    chart: &Chart<'_, '_>,
) -> anyhow::Result<()> {
    let centered = text(12.0, Role::Label).pos(Pos::new(HPos::Center, VPos::Top));
    for day in (0..days).rev().step_by(if width == Width::Wide { 4 } else { 7 }) {
        let (x, y) = chart.backend_coord(&(day as f64, 0.0));
        area.draw(&PathElement::new(vec![(x, y), (x, y + 4)], Role::Grid.color()))?;
        area.draw(&Text::new((frame.day)(day), (x, y + 8), centered.clone()))?;
    }
    Ok(())
}

fn draw_series(series: &Series, chart: &mut Chart<'_, '_>) -> anyhow::Result<()> {
    let color = series.role.color();
    let points = || {
        let known = series.daily.iter().enumerate();
        known.filter_map(|(day, value)| Some((day as f64, (*value)? as f64)))
    };
    chart.draw_series(LineSeries::new(points(), color.stroke_width(2)))?;
    for point in points() {
        let marker: [(i32, i32); 2] = [(-2, -2), (2, 2)];
        if series.is_square() {
            let square = EmptyElement::at(point) + Rectangle::new(marker, color.filled());
            chart.draw_series([square])?;
        } else {
            chart.draw_series([Circle::new(point, 2, color.filled())])?;
        }
    }
    Ok(())
}

/// A strip per day, with what each series has on it.
fn hover_spots(
    frame: &Frame<'_>,
    series: &[Series],
    days: usize,
    top: f64,
    chart: &Chart<'_, '_>,
) -> anyhow::Result<Vec<Spot>> {
    let (left, bottom) = chart.backend_coord(&(0.0, 0.0));
    let (right, ceiling) = chart.backend_coord(&((days - 1) as f64, top));
    let step = (right - left) / i32::try_from(days - 1)? + 1;
    let mut spots = Vec::new();
    for day in 0..days {
        let values: Vec<String> = series
            .iter()
            .filter_map(|series| {
                let value = (*series.daily.get(day)?)?;
                Some(format!("{}: {} {}", series.name, (frame.number)(value), frame.unit))
            })
            .collect();
        if !values.is_empty() {
            let (x, _) = chart.backend_coord(&(day as f64, 0.0));
            spots.push(Spot {
                x: x - step / 2,
                y: ceiling,
                width: step,
                height: bottom - ceiling,
                text: format!("{}\n{}", (frame.day)(day), values.join("\n")),
            });
        }
    }
    Ok(spots)
}
