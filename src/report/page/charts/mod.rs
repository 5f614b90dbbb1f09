//! The page's charts as SVG. Colours are classes, so that the style sheet has light and dark ones;
//! values show on hover.
//! No chart knows where its numbers come from.

pub(super) mod bars;
pub(super) mod lines;
pub(super) mod runs;

use maud::{Markup, html};

use crate::inventory::Source;

/// A chart is drawn twice, and the style sheet shows the one that fits the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Wide,
    Narrow,
}

impl Width {
    pub(super) const ALL: [Width; 2] = [Width::Wide, Width::Narrow];

    /// In the units of the drawing, which are about pixels.
    const fn pixels(self) -> i32 {
        self.either(620, 330)
    }

    const fn either(self, wide: i32, narrow: i32) -> i32 {
        match self {
            Width::Wide => wide,
            Width::Narrow => narrow,
        }
    }
}

/// What a shape means; the style sheet says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Of no marketplace: the rest of a list.
    Rest,
    /// Ozon's FBO, and Ozon as a whole.
    Ozon,
    OzonFbs,
    OzonRealFbs,
    /// Wildberries' FBO, and Wildberries as a whole.
    Wildberries,
    WildberriesFbs,
}

impl Role {
    pub(super) fn of(source: Source, stock_type: &str) -> Self {
        match (source, stock_type) {
            (Source::Ozon, "FBS") => Self::OzonFbs,
            (Source::Ozon, "realFBS") => Self::OzonRealFbs,
            (Source::Ozon, _) => Self::Ozon,
            (Source::Wildberries, "FBO") => Self::Wildberries,
            (Source::Wildberries, _) => Self::WildberriesFbs,
        }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Role::Rest => "rest",
            Role::Ozon => "ozon",
            Role::OzonFbs => "ozon-fbs",
            Role::OzonRealFbs => "ozon-realfbs",
            Role::Wildberries => "wb",
            Role::WildberriesFbs => "wb-fbs",
        }
    }

    /// The marker says the marketplace again, for who cannot tell the colours.
    pub(super) const fn is_square(self) -> bool {
        matches!(self, Role::Wildberries | Role::WildberriesFbs)
    }
}

/// A rectangle in the drawing's units in which values from 0 to `end` and from 0 to `top` are
/// drawn.
struct Plot {
    left: i32,
    right: i32,
    ceiling: i32,
    floor: i32,
    end: f64,
    top: f64,
}

impl Plot {
    fn x(&self, value: f64) -> i32 {
        self.left + (value / self.end * f64::from(self.right - self.left)).round() as i32
    }

    fn y(&self, value: f64) -> i32 {
        self.floor - (value / self.top * f64::from(self.floor - self.ceiling)).round() as i32
    }

    fn axes(&self, unit: &str, most: i64, label: &dyn Fn(i64) -> String) -> Markup {
        html! {
            text x="4" y=(self.ceiling - 12) { (unit) }
            @for value in marks(self.top as i64, most) {
                @let y = self.y(value as f64);
                path.grid d=(format!("M{} {y}H{}", self.left, self.right)) {}
                text.end x=(self.left - 6) y=(y + 4) { (label(value)) }
            }
        }
    }
}

fn framed(width: Width, height: i32, name: &str, inside: &Markup) -> Markup {
    let class = if width == Width::Wide { "wide" } else { "narrow" };
    html! {
        svg class=(class) viewBox=(format!("0 0 {} {height}", width.pixels())) role="img" aria-label=(name) {
            (inside)
        }
    }
}

/// An area that shows a value while the pointer is on it.
fn spot([x, y, width, height]: [i32; 4], text: &str) -> Markup {
    html! { rect.spot x=(x) y=(y) width=(width) height=(height) { title { (text) } } }
}

/// A length of an axis a little above the highest value, so that nothing touches the frame.
fn headroom(highest: i64) -> f64 {
    if highest > 0 { highest as f64 * 1.06 } else { 1.0 }
}

/// 0 and at most so many round numbers above it, none above the highest value.
fn marks(highest: i64, most: i64) -> impl Iterator<Item = i64> {
    let powers = (0..).map_while(|power| 10_i64.checked_pow(power));
    let mut steps = powers.flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    let step = steps.find(|step| highest / step <= most).unwrap_or(i64::MAX);
    (0..=highest / step).map(move |mark| mark * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_chart_cannot_leave_its_element() {
        let inside = spot([0, 0, 1, 1], r#""><script>"#);
        let svg = framed(Width::Wide, 10, r#"a"b"#, &inside).into_string();
        assert!(svg.contains("&gt;&lt;script&gt;</title>"), "{svg}");
        assert!(svg.contains(r#"aria-label="a&quot;b"><rect"#), "{svg}");
    }

    #[test]
    fn every_role_has_a_look_in_the_style_sheet() {
        let style = include_str!("../style.css");
        for role in [
            Role::Rest,
            Role::Ozon,
            Role::OzonFbs,
            Role::OzonRealFbs,
            Role::Wildberries,
            Role::WildberriesFbs,
        ] {
            assert!(style.contains(&format!(".chart .{}", role.class())), "{role:?}");
        }
    }

    #[test]
    fn the_marks_of_the_axis_are_round_and_few() {
        let marks = |highest| marks(highest, 5).collect::<Vec<_>>();
        assert_eq!(marks(20_883), [0, 5_000, 10_000, 15_000, 20_000]);
        assert_eq!(marks(1), [0, 1]);
        assert_eq!(marks(59), [0, 10, 20, 30, 40, 50]);
        assert_eq!(marks(1_200), [0, 500, 1_000]);
    }
}
