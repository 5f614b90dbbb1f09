//! The runs of a week as a timeline: when each began, how long it took, how it ended.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Axes, Chart, Role, Spot, Width, axes, framed, headroom, text};
use crate::run::Status;

/// Runs drawn per marketplace at most; a crontab that retries every ten minutes makes a thousand a week.
const MOST: usize = 350;

/// A lane is this many seconds high at least: less has no marks of its own on an axis of whole seconds.
const LOWEST: i64 = 10;

/// A run, ready to be drawn.
pub struct Mark {
    /// When it began, in days since the left end.
    pub at: f64,
    /// How long it took; 0 for one that never ended.
    pub seconds: i64,
    /// How it ended.
    pub status: Status,
    /// What is shown on hover.
    pub text: String,
}

/// The runs of one marketplace.
pub struct Lane {
    /// The marketplace.
    pub name: String,
    /// Its runs, the newest first.
    pub marks: Vec<Mark>,
}

/// What stands around the runs.
pub struct Frame<'a> {
    /// For a reader's software.
    pub name: &'a str,
    /// The unit of the vertical axis.
    pub unit: &'a str,
    /// The days of the horizontal axis: position in days since the left end, label.
    pub days: &'a [(f64, String)],
    /// The right end of the horizontal axis, in days.
    pub end: f64,
    /// A value, as the vertical axis says it.
    pub number: &'a dyn Fn(i64) -> String,
}

/// Draws the lanes one below the other.
///
/// # Errors
/// Never in practice; the library's own.
pub fn draw(width: Width, frame: &Frame<'_>, lanes: &[Lane]) -> anyhow::Result<String> {
    let size = (width.pixels(), if width == Width::Wide { 270 } else { 260 });
    let mut drawing = String::new();
    let mut spots = Vec::new();
    {
        let root = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        for (area, lane) in root.split_evenly((lanes.len().max(1), 1)).iter().zip(lanes) {
            draw_lane(width, frame, lane, area, &mut spots)?;
        }
        root.present()?;
    }
    Ok(framed(width, size.1, frame.name, &drawing, &spots))
}

fn draw_lane(
    width: Width,
    frame: &Frame<'_>,
    lane: &Lane,
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    spots: &mut Vec<Spot>,
) -> anyhow::Result<()> {
    let marks = &lane.marks[..lane.marks.len().min(MOST)];
    let longest = marks.iter().map(|mark| mark.seconds).max().unwrap_or(0).max(LOWEST);
    let around = Axes {
        title: format!("{}, {}", lane.name, frame.unit),
        end: frame.end,
        top: headroom(longest as f64),
        room: if width == Width::Wide { [66, 16, 24] } else { [44, 10, 24] },
        labels: 3,
        label: frame.number,
    };
    let mut chart = axes(area, &around)?;
    let label = text(12.0, Role::Label);
    let (_, height) = area.dim_in_pixel();
    let (_, area_top) = area.get_base_pixel();
    let every = if width == Width::Wide { 1 } else { 2 };
    for (day, name) in frame.days.iter().step_by(every) {
        let (x, _) = chart.backend_coord(&(*day, 0.0));
        let position = (x - area.get_base_pixel().0, i32::try_from(height)? - 18);
        area.draw(&Text::new(name.clone(), position, label.clone()))?;
        chart.draw_series([PathElement::new(
            vec![(*day, 0.0), (*day, around.top)],
            Role::Grid.color(),
        )])?;
    }
    for mark in marks {
        let point = (mark.at, mark.seconds as f64);
        let (x, y) = chart.backend_coord(&point);
        // The pointer finds a mark more easily than the eye needs it to be large.
        spots.push(Spot {
            x: x - 5,
            y: (y - 7).max(area_top),
            width: 10,
            height: 14,
            text: mark.text.clone(),
        });
        draw_mark(mark.status, point, &mut chart)?;
    }
    Ok(())
}

fn draw_mark(status: Status, point: (f64, f64), chart: &mut Chart<'_, '_>) -> anyhow::Result<()> {
    match status {
        Status::Success => {
            chart.draw_series([Circle::new(point, 3, Role::Success.color().filled())])?;
        }
        Status::Partial => {
            let style = Role::Partial.color().filled();
            chart.draw_series([TriangleMarker::new(point, 5, style)])?;
        }
        Status::Failed => {
            let style = Role::Failed.color().stroke_width(2);
            chart.draw_series([Cross::new(point, 4, style)])?;
        }
    }
    Ok(())
}
