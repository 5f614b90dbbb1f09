//! The runs of a week as a timeline: when each began, how long it took, how it ended.

use maud::{Markup, html};

use super::{Plot, Width, framed, headroom, spot};
use crate::run::Status;

/// Runs drawn per marketplace at most; a crontab that retries every ten minutes makes a thousand a
/// week.
const MOST: usize = 350;

/// A lane is this many seconds high at least: less has no marks of its own on an axis of whole
/// seconds.
const LOWEST: i64 = 10;

pub(in crate::report::page) struct Mark {
    /// When it began, in days since the left end.
    pub(in crate::report::page) at: f64,
    /// How long it took; 0 for one that never ended.
    pub(in crate::report::page) seconds: i64,
    pub(in crate::report::page) status: Status,
    pub(in crate::report::page) text: String,
}

pub(in crate::report::page) struct Lane {
    pub(in crate::report::page) name: String,
    /// Its runs, the newest first.
    pub(in crate::report::page) marks: Vec<Mark>,
}

pub(in crate::report::page) struct Frame<'a> {
    pub(in crate::report::page) name: &'a str,
    pub(in crate::report::page) unit: &'a str,
    /// The days of the horizontal axis from its left end on, as it says them.
    pub(in crate::report::page) days: &'a [String],
    pub(in crate::report::page) number: &'a dyn Fn(i64) -> String,
}

pub(in crate::report::page) fn draw(width: Width, frame: &Frame<'_>, lanes: &[Lane]) -> Markup {
    let height = width.either(270, 260);
    let each = height / lanes.len().max(1) as i32;
    let inside = html! {
        @for (lane, top) in lanes.iter().zip((0..).step_by(each as usize)) {
            (draw_lane(width, frame, lane, [top, top + each]))
        }
    };
    framed(width, height, frame.name, &inside)
}

fn draw_lane(width: Width, frame: &Frame<'_>, lane: &Lane, [top, bottom]: [i32; 2]) -> Markup {
    let marks = &lane.marks[..lane.marks.len().min(MOST)];
    let longest = marks.iter().map(|mark| mark.seconds).max().unwrap_or(0).max(LOWEST);
    let plot = Plot {
        left: width.either(66, 44),
        right: width.pixels() - width.either(16, 10),
        ceiling: top + 26,
        floor: bottom - 24,
        end: frame.days.len().max(1) as f64,
        top: headroom(longest),
    };
    let every = width.either(1, 2) as usize;
    html! {
        (plot.axes(&format!("{}, {}", lane.name, frame.unit), 3, frame.number))
        @for (day, name) in frame.days.iter().enumerate().step_by(every) {
            @let x = plot.x(day as f64);
            path.grid d=(format!("M{x} {}V{}", plot.floor, plot.ceiling)) {}
            text x=(x) y=(bottom - 8) { (name) }
        }
        @for mark in marks {
            @let (x, y) = (plot.x(mark.at), plot.y(mark.seconds as f64));
            (sign(mark.status, x, y))
            // The pointer finds a mark more easily than the eye needs it to be large.
            (spot([x - 5, (y - 7).max(top), 10, 14], &mark.text))
        }
    }
}

/// How a run ended: a dot, a triangle, a cross.
pub(in crate::report::page) fn sign(status: Status, x: i32, y: i32) -> Markup {
    match status {
        Status::Success => html! { circle.success cx=(x) cy=(y) r="3" {} },
        Status::Partial => {
            html! { path.partial d=(format!("M{x} {}l4 8h-8z", y - 5)) {} }
        }
        Status::Failed => {
            html! { path.line.failed d=(format!("M{} {}l8 8m0 -8l-8 8", x - 4, y - 4)) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_stands_where_it_began_as_high_as_it_took() {
        let mark = |at, seconds, status| Mark { at, seconds, status, text: "run".into() };
        let marks = vec![
            mark(7.0, 100, Status::Success),
            mark(0.0, 0, Status::Failed),
            mark(3.5, 50, Status::Partial),
        ];
        let lanes = [Lane { name: "Ozon".into(), marks }];
        let days: Vec<String> = (1..=7).map(|day| format!("{day}.11")).collect();
        let frame =
            Frame { name: "runs", unit: "s", days: &days, number: &|value| value.to_string() };
        let svg = draw(Width::Wide, &frame, &lanes).into_string();
        // 604 is the right end; 100 s stand a little below the ceiling at 26, 0 s on the floor at
        // 246.
        assert!(svg.contains(r#"<circle class="success" cx="604" cy="38" r="3">"#), "{svg}");
        assert!(svg.contains(r#"<path class="line failed" d="M62 242l8 8m0 -8l-8 8">"#), "{svg}");
        assert_eq!(svg.matches("<title>run</title>").count(), 3);
    }
}
