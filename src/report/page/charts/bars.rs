//! Bars side by side with their names above them: names of warehouses are longer than any axis leaves room for.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Role, Spot, Width, framed, text};

/// One bar.
pub struct Bar {
    /// Above the bar, on the left.
    pub name: String,
    /// How long it is.
    pub value: i64,
    /// The value for people, on the right.
    pub label: String,
    /// How it looks; `Label` for the rest of a list.
    pub role: Role,
}

/// The height of a bar with its name.
const LINE: i32 = 34;

/// Draws the bars from top to bottom, with an axis of round marks below.
///
/// # Errors
/// Never in practice; the library's own.
pub fn draw(
    width: Width,
    name: &str,
    unit: &str,
    axis: &dyn Fn(i64) -> String,
    bars: &[Bar],
) -> anyhow::Result<String> {
    let lines = i32::try_from(bars.len())?;
    let size = (width.pixels(), u32::try_from(lines * LINE + 30)?);
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let right = i32::try_from(width.pixels())? - 16;
    let length = |value: i64| 2 + (value as f64 / highest as f64 * f64::from(right - 2)) as i32;
    let mut drawing = String::new();
    let mut spots = Vec::new();
    {
        let root = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        let ink = text(12.5, Role::Ink);
        for (bar, top) in bars.iter().zip((0..).step_by(LINE as usize)) {
            let room = if width == Width::Wide { 78 } else { 40 };
            let letters = room - bar.label.chars().count().min(room - 1);
            root.draw(&Text::new(shortened(&bar.name, letters), (2, top + 2), ink.clone()))?;
            let at_the_end = ink.clone().pos(Pos::new(HPos::Right, VPos::Top));
            root.draw(&Text::new(bar.label.clone(), (right, top + 2), at_the_end))?;
            let track = [(2, top + 20), (right, top + 28)];
            root.draw(&Rectangle::new(track, Role::Track.color().filled()))?;
            let filled = [(2, top + 20), (length(bar.value.max(0)), top + 28)];
            root.draw(&Rectangle::new(filled, bar.role.color().filled()))?;
            spots.push(Spot {
                x: 0,
                y: top,
                width: right,
                height: LINE,
                text: format!("{}\n{}", bar.name, bar.label),
            });
        }
        let bottom = lines * LINE;
        let label = text(12.0, Role::Label);
        for value in marks(highest, if width == Width::Wide { 5 } else { 3 }) {
            let x = length(value);
            let tick = [(x, bottom), (x, bottom + 4)];
            root.draw(&PathElement::new(tick.to_vec(), Role::Grid.color()))?;
            let shown = if value == 0 { format!("0 {unit}") } else { axis(value) };
            let anchor = match value {
                0 => HPos::Left,
                _ if x + 30 > right => HPos::Right,
                _ => HPos::Center,
            };
            let style = label.clone().pos(Pos::new(anchor, VPos::Top));
            root.draw(&Text::new(shown, (x, bottom + 8), style))?;
        }
        let line = vec![(2, bottom), (right, bottom)];
        root.draw(&PathElement::new(line, Role::Grid.color()))?;
        root.present()?;
    }
    Ok(framed(width, size.1, name, &drawing, &spots))
}

/// 0 and at most so many round numbers above it, none above the highest value.
fn marks(highest: i64, most: i64) -> impl Iterator<Item = i64> {
    let powers = (0..).map_while(|power| 10_i64.checked_pow(power));
    let mut steps = powers.flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    let step = steps.find(|step| highest / step <= most).unwrap_or(i64::MAX);
    (0..=highest / step).map(move |mark| mark * step)
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_the_axis_are_round_and_few() {
        let marks = |highest| marks(highest, 5).collect::<Vec<_>>();
        assert_eq!(marks(20_883), [0, 5_000, 10_000, 15_000, 20_000]);
        assert_eq!(marks(1), [0, 1]);
        assert_eq!(marks(59), [0, 10, 20, 30, 40, 50]);
        assert_eq!(marks(1_200), [0, 500, 1_000]);
    }
}
