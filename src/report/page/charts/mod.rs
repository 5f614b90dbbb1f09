//! The page's charts: plotters draws them as SVG, and what it cannot do is added here: colours by role, so that the style
//! sheet has light and dark ones, and values on hover. No chart knows where its numbers come from.

pub mod bars;
pub mod lines;
pub mod runs;

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{Cartesian2d, ChartBuilder, ChartContext, DrawingArea, SVGBackend, Text};
use plotters::style::{FontTransform, IntoFont, RGBColor, TextStyle};

use crate::inventory::Source;

/// A chart is drawn twice, and the style sheet shows the one that fits the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// From half a laptop's screen on.
    Wide,
    /// On a phone.
    Narrow,
}

impl Width {
    /// Both.
    pub const ALL: [Width; 2] = [Width::Wide, Width::Narrow];

    /// In the units of the drawing, which are about pixels.
    pub const fn pixels(self) -> u32 {
        match self {
            Width::Wide => 620,
            Width::Narrow => 330,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Width::Wide => "wide",
            Width::Narrow => "narrow",
        }
    }
}

/// What a shape means. plotters knows only colours, so each role is one that nobody would choose; the style sheet says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Lines behind the chart.
    Grid = 1,
    /// Labels of the axes.
    Label = 2,
    /// Names of bars.
    Ink = 3,
    /// A run that stored everything.
    Success = 4,
    /// A run that rejected records.
    Partial = 5,
    /// A run that stored nothing.
    Failed = 6,
    /// Ozon's FBO, and Ozon as a whole.
    Ozon = 7,
    /// Ozon's FBS.
    OzonFbs = 8,
    /// Ozon's realFBS.
    OzonRealFbs = 9,
    /// Wildberries' FBO, and Wildberries as a whole.
    Wildberries = 10,
    /// Wildberries' FBS.
    WildberriesFbs = 11,
    /// What is left of a bar's track.
    Track = 12,
}

impl Role {
    /// The role of a series.
    pub fn of(source: Source, stock_type: &str) -> Self {
        match (source, stock_type) {
            (Source::Ozon, "FBS") => Self::OzonFbs,
            (Source::Ozon, "realFBS") => Self::OzonRealFbs,
            (Source::Ozon, _) => Self::Ozon,
            (Source::Wildberries, "FBO") => Self::Wildberries,
            (Source::Wildberries, _) => Self::WildberriesFbs,
        }
    }

    /// As plotters writes it.
    pub const fn color(self) -> RGBColor {
        RGBColor(0, 0, self as u8)
    }

    /// As the style sheet and the page's own shapes name it.
    pub fn code(self) -> String {
        format!("#0000{:02X}", self as u8)
    }
}

/// Text of a chart: real text, in the page's font.
fn text(size: f64, role: Role) -> TextStyle<'static> {
    // plotters takes the height of a line for the size of a font.
    ("sans-serif", size * 1.24).into_font().transform(FontTransform::None).color(&role.color())
}

/// A chart whose axes are drawn, ready for its values.
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A horizontal axis without labels of its own, and a vertical one with lines across the chart. Both begin at 0.
struct Axes<'a> {
    /// Above the vertical axis.
    title: String,
    /// The right end of the horizontal axis.
    end: f64,
    /// The upper end of the vertical axis.
    top: f64,
    /// Room left of, right of and below the chart, in the units of the drawing.
    room: [u32; 3],
    /// About so many labels on the vertical axis.
    labels: usize,
    /// A value, as the vertical axis says it.
    label: &'a dyn Fn(i64) -> String,
}

/// Draws the axes into an area that has nothing else.
fn axes<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    axes: &Axes<'_>,
) -> anyhow::Result<Chart<'a, 'b>> {
    let [left, right, below] = axes.room;
    let mut chart = ChartBuilder::on(area)
        .margin_top(26)
        .margin_right(right)
        .x_label_area_size(below)
        .y_label_area_size(left)
        .build_cartesian_2d(0.0..axes.end, 0.0..axes.top)?;
    let label = text(12.0, Role::Label);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(axes.labels)
        .max_light_lines(0)
        .bold_line_style(Role::Grid.color())
        .axis_style(Role::Grid.color())
        .label_style(label.clone())
        .y_label_formatter(&|value| (axes.label)(value.round() as i64))
        .draw()?;
    area.draw(&Text::new(axes.title.clone(), (4, 4), label))?;
    Ok(chart)
}

/// An area that shows a value while the pointer is on it.
struct Spot {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    text: String,
}

/// Takes a drawing out of the element that plotters put around it and gives it one that fits the page.
fn framed(width: Width, height: u32, name: &str, drawing: &str, spots: &[Spot]) -> String {
    let inside = drawing.split_once('>').map_or("", |(_, rest)| rest);
    let inside = inside.trim_end().trim_end_matches("</svg>");
    let mut svg = format!(
        r#"<svg class="{}" viewBox="0 0 {} {height}" role="img" aria-label="{}">"#,
        width.class(),
        width.pixels(),
        escaped(name)
    );
    // What plotters says although it is the default anyway.
    svg += &inside.replace(r#" opacity="1""#, "").replace(r#" font-family="sans-serif""#, "");
    for Spot { x, y, width, height, text } in spots {
        // Writing to a text cannot fail.
        let _ = write!(
            svg,
            r#"<rect class="spot" x="{x}" y="{y}" width="{width}" height="{height}"><title>{}</title></rect>"#,
            escaped(text)
        );
    }
    svg + "</svg>"
}

fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for char in text.chars() {
        match char {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

/// A length of an axis a little above the highest value, so that nothing touches the frame.
fn headroom(highest: f64) -> f64 {
    if highest > 0.0 { highest * 1.06 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_chart_cannot_leave_its_element() {
        let spot = Spot { x: 0, y: 0, width: 1, height: 1, text: r#""><script>"#.into() };
        let svg = framed(Width::Wide, 10, r#"a"b"#, "<svg a><g/></svg>", &[spot]);
        assert!(svg.contains("<title>&quot;&gt;&lt;script&gt;</title>"), "{svg}");
        assert!(svg.contains(r#"aria-label="a&quot;b"><g/><rect"#), "{svg}");
    }

    #[test]
    fn every_role_has_a_look_in_the_style_sheet() {
        let style = include_str!("../style.css");
        for number in 1..=12 {
            assert!(style.contains(&format!("#0000{number:02X}\"]")), "role {number}");
        }
    }
}
