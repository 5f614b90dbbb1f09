//! Bars side by side with their names above them: names of warehouses are longer than any axis
//! leaves room for.

use maud::{Markup, html};

use super::{Role, Width, framed, marks, spot};

pub(in crate::report::page) struct Bar {
    /// Above the bar, on the left.
    pub(in crate::report::page) name: String,
    pub(in crate::report::page) value: i64,
    /// The value for people, on the right.
    pub(in crate::report::page) label: String,
    pub(in crate::report::page) role: Role,
}

/// The height of a bar with its name.
const LINE: i32 = 34;

pub(in crate::report::page) fn draw(
    width: Width,
    name: &str,
    unit: &str,
    axis: &dyn Fn(i64) -> String,
    bars: &[Bar],
) -> Markup {
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let right = width.pixels() - 16;
    let end = |value: i64| 2 + (value as f64 / highest as f64 * f64::from(right - 2)) as i32;
    let bottom = bars.len() as i32 * LINE;
    let letters = |bar: &Bar| {
        let room = width.either(78, 40) as usize;
        room - bar.label.chars().count().min(room - 1)
    };
    let inside = html! {
        @for (bar, top) in bars.iter().zip((0..).step_by(LINE as usize)) {
            text.ink x="2" y=(top + 14) { (shortened(&bar.name, letters(bar))) }
            text.ink.end x=(right) y=(top + 14) { (bar.label) }
            rect.track x="2" y=(top + 20) width=(right - 2) height="8" {}
            rect.(bar.role.class()) x="2" y=(top + 20) width=(end(bar.value.max(0)) - 2) height="8" {}
            (spot([0, top, right, LINE], &format!("{}\n{}", bar.name, bar.label)))
        }
        path.grid d=(format!("M2 {bottom}H{right}")) {}
        @for value in marks(highest, width.either(5, 3).into()) {
            @let x = end(value);
            path.grid d=(format!("M{x} {bottom}v4")) {}
            @let class = if value == 0 { "" } else if x + 30 > right { "end" } else { "middle" };
            text class=(class) x=(x) y=(bottom + 18) {
                (axis(value)) @if value == 0 { " " (unit) }
            }
        }
    };
    framed(width, bottom + 30, name, &inside)
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
    fn the_longest_bar_fills_its_track_and_a_name_that_is_too_long_is_cut() {
        let bar = |name: &str, value: i64| Bar {
            name: name.into(),
            value,
            label: value.to_string(),
            role: Role::Ozon,
        };
        let bars = [bar(&"Склад".repeat(30), 200), bar("Тула", 50), bar("Пусто", -1)];
        let svg =
            draw(Width::Wide, "chart", "pcs", &|value| value.to_string(), &bars).into_string();
        let lengths: Vec<&str> = svg
            .split(r#"<rect class="ozon""#)
            .skip(1)
            .filter_map(|rest| rest.split("width=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(lengths, ["602", "150", "0"]);
        assert!(svg.contains("Склад…</text>") || svg.contains("…</text>"), "{svg}");
        assert!(svg.contains(&format!("<title>{}\n200</title>", "Склад".repeat(30))), "{svg}");
    }
}
