//! A log-log plot as SVG.

use std::fmt::Write;

use crate::data::short;

/// Measured points, seconds by rows, in order of the rows.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) title: &'static str,
    pub(crate) exponent: f64,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 560.0;
const LEFT: f64 = 104.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 66.0;

/// Told apart by those who see no red or green, too; and by shape.
const COLORS: [&str; 3] = ["#0072b2", "#d55e00", "#117733"];
const GREY: &str = "#666666";

pub(crate) fn svg(all: &[Series]) -> String {
    let frame = Frame::of(all);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" font-family=\"system-ui, sans-serif\" font-size=\"15\" fill=\"#222222\">\n\
         <title>Seconds of a DBSCAN fit by rows</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    svg +=
        &text(LEFT, 28.0, "start", "A DBSCAN fit on one thread, 20 distinct neighbours on average");
    svg += &frame.grid();
    svg += &frame.reference(all);
    for (series, color) in all.iter().zip(COLORS.iter().cycle()) {
        svg += &frame.line(&series.points, color, "");
        for &point in &series.points {
            let (x, y) = frame.place(point);
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{color}\"/>");
        }
    }
    svg + &legend(all) + "</svg>\n"
}

/// Decimal logarithms at the ends of the axes, and where lines cross them.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    rows: Vec<f64>,
}

/// Room beside the outermost points, in decades.
const MARGIN: f64 = 0.12;

impl Frame {
    /// The rows are marked where something was measured, the time at powers of ten.
    fn of(all: &[Series]) -> Self {
        let points = || all.iter().flat_map(|series| &series.points);
        let (fewest, most) = ends(points().map(|point| point.0));
        let (least, longest) = ends(points().map(|point| point.1));
        let mut rows: Vec<f64> = points().map(|point| point.0).collect();
        rows.sort_by(f64::total_cmp);
        rows.dedup();
        let y = (least.floor(), longest.ceil().max(least.floor() + 1.0));
        Self { x: (fewest - MARGIN, most + MARGIN), y, rows }
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let share = |value: f64, (low, high): (f64, f64)| (value.log10() - low) / (high - low);
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        (LEFT + share(x, self.x) * width, HEIGHT - BOTTOM - share(y, self.y) * height)
    }

    /// Lines at the marks, their numbers, and what the axes are.
    fn grid(&self) -> String {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let mut svg = String::new();
        for &rows in &self.rows {
            let (x, _) = self.place((rows, 1.0));
            svg += &stroke((x, bottom), (x, TOP));
            svg += &text(x, bottom + 22.0, "middle", &short_rows(rows));
        }
        for power in whole(self.y.0)..=whole(self.y.1) {
            let (_, y) = self.place((1.0, 10_f64.powi(power)));
            svg += &stroke((LEFT, y), (right, y));
            svg += &text(LEFT - 8.0, y + 5.0, "end", &seconds_of(power));
        }
        svg += &text(f64::midpoint(LEFT, right), HEIGHT - 16.0, "middle", "rows");
        let y = f64::midpoint(TOP, bottom);
        let _ = writeln!(
            svg,
            "<text x=\"22\" y=\"{y:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 22 {y:.1})\">time of a fit</text>"
        );
        svg
    }

    /// What grows as n log n from the first point of the first series.
    fn reference(&self, all: &[Series]) -> String {
        let Some(&(first, seconds)) = all.first().and_then(|series| series.points.first()) else {
            return String::new();
        };
        let scale = seconds / (first * first.ln());
        let rows = all[0].points.iter().map(|point| point.0);
        let points: Vec<(f64, f64)> = rows.map(|n| (n, scale * n * n.ln())).collect();
        self.line(&points, GREY, " stroke-dasharray=\"7 5\"")
    }

    fn line(&self, points: &[(f64, f64)], color: &str, style: &str) -> String {
        let places = points.iter().map(|&point| self.place(point));
        let places: Vec<String> = places.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let places = places.join(" ");
        format!(
            "<polyline points=\"{places}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2.5\"{style}/>\n"
        )
    }
}

fn legend(all: &[Series]) -> String {
    let mut svg = String::new();
    let entries = all.iter().zip(COLORS.iter().cycle()).map(|(series, &color)| {
        (format!("{}: rows to the power {:.2}", series.title, series.exponent), color, "")
    });
    let reference = ("n log n".to_owned(), GREY, " stroke-dasharray=\"7 5\"");
    for (title, color, style) in entries.chain([reference]) {
        let y = TOP + 24.0 + 24.0 * svg.matches("<text").count() as f64;
        let (from, to) = (LEFT + 16.0, LEFT + 52.0);
        let _ = writeln!(
            svg,
            "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{color}\" stroke-width=\"2.5\"{style}/>"
        );
        svg += &text(to + 10.0, y + 5.0, "start", &title);
    }
    svg
}

fn stroke((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    format!(
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#dddddd\"/>\n"
    )
}

fn text(x: f64, y: f64, anchor: &str, text: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
}

/// The least and the greatest logarithm.
fn ends(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let logs = values.map(f64::log10);
    (logs.clone().fold(f64::INFINITY, f64::min), logs.fold(f64::NEG_INFINITY, f64::max))
}

#[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
fn whole(power: f64) -> i32 {
    power as i32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
fn short_rows(rows: f64) -> String {
    short(rows as usize)
}

fn seconds_of(power: i32) -> String {
    match power {
        0.. => format!("{} s", 10_f64.powi(power)),
        -3.. => format!("{} ms", 10_f64.powi(power + 3)),
        _ => format!("{} µs", 10_f64.powi(power + 6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        let points = vec![(1e4, 0.002), (1e5, 0.03), (3e6, 1.5)];
        Series { title: "noise", exponent: 1.07, points }
    }

    #[test]
    fn axes_reach_around_all_points() {
        let frame = Frame::of(&[series()]);
        assert_eq!(frame.y, (-3.0, 1.0));
        for point in series().points {
            let (x, y) = frame.place(point);
            assert!((LEFT..=WIDTH - RIGHT).contains(&x) && (TOP..=HEIGHT - BOTTOM).contains(&y));
        }
    }

    #[test]
    fn axes_are_labelled_with_units() {
        let svg = svg(&[series()]);
        for label in [">10k<", ">3M<", ">1 ms<", ">10 s<", ">rows<", "power 1.07", "n log n"] {
            assert!(svg.contains(label), "{label}");
        }
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (3, 2));
    }
}
