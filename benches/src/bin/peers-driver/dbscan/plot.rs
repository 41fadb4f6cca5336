//! A log-log plot as SVG.

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use crate::data::short;

/// Measured points, seconds by rows, in order of the rows.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) title: &'static str,
    pub(crate) exponent: f64,
    pub(crate) points: Vec<(f64, f64)>,
}

const SIZE: (u32, u32) = (900, 560);
const TITLE: &str = "A DBSCAN fit on one thread, 20 distinct neighbours on average";
const FONT: (&str, i32) = ("system-ui, sans-serif", 15);
/// Told apart by those who see no red or green, too.
const COLORS: [RGBColor; 3] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(17, 119, 51)];
const GREY: RGBColor = RGBColor(102, 102, 102);
/// Room beside the outermost points, as a factor.
const MARGIN: f64 = 1.3;

/// All series, and what grows as n log n from the first point of the first of them.
pub(crate) fn svg(all: &[Series]) -> Result<String> {
    let mut svg = String::new();
    // The error borrows the picture.
    draw(all, SVGBackend::with_string(&mut svg, SIZE)).map_err(|error| anyhow!("{error}"))?;
    Ok(svg)
}

fn draw<'a>(all: &[Series], svg: SVGBackend<'a>) -> DrawResult<(), SVGBackend<'a>> {
    let area = svg.into_drawing_area();
    area.fill(&WHITE)?;
    let Axes { x, rows, y, powers } = Axes::of(all);
    let mut builder = ChartBuilder::on(&area);
    builder.caption(TITLE, FONT).margin(16).x_label_area_size(48).y_label_area_size(80);
    let mut chart = builder.build_cartesian_2d(
        x.log_scale().with_key_points(rows),
        y.log_scale().with_key_points(powers),
    )?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("rows").y_desc("time of a fit").label_style(FONT).axis_desc_style(FONT);
    mesh.x_label_formatter(&|&rows| short_rows(rows)).y_label_formatter(&|&time| seconds(time));
    mesh.light_line_style(TRANSPARENT).draw()?;
    for (series, color) in all.iter().zip(COLORS.iter().cycle()) {
        let label = format!("{}: rows to the power {:.2}", series.title, series.exponent);
        let line = PathElement::new(series.points.clone(), color.stroke_width(3));
        chart.draw_series([line])?.label(label).legend(|at| key(at, *color));
        let circles = series.points.iter().map(|&point| Circle::new(point, 5, color.filled()));
        chart.draw_series(circles)?;
    }
    let dashed = DashedPathElement::new(reference(all), 7, 5, GREY.stroke_width(2));
    chart.draw_series([dashed])?.label("n log n").legend(|at| key(at, GREY));
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).label_font(FONT).legend_area_size(32);
    labels.background_style(WHITE).draw()?;
    area.present()
}

/// A line's sample beside its label.
fn key((x, y): (i32, i32), color: RGBColor) -> PathElement<(i32, i32)> {
    PathElement::new([(x, y), (x + 24, y)], color.stroke_width(3))
}

/// The rows are marked where something was measured, the time at powers of ten.
struct Axes {
    x: Range<f64>,
    rows: Vec<f64>,
    y: Range<f64>,
    powers: Vec<f64>,
}

impl Axes {
    fn of(all: &[Series]) -> Self {
        let points = || all.iter().flat_map(|series| &series.points);
        let mut rows: Vec<f64> = points().map(|point| point.0).collect();
        rows.sort_by(f64::total_cmp);
        rows.dedup();
        let (fewest, most) = ends(rows.iter().copied());
        let (least, longest) = ends(points().map(|point| point.1));
        let powers = powers(least, longest);
        let (low, high) = ends(powers.iter().copied());
        Self { x: fewest / MARGIN..most * MARGIN, rows, y: low..high, powers }
    }
}

fn reference(all: &[Series]) -> Vec<(f64, f64)> {
    let Some(series) = all.first() else { return Vec::new() };
    let Some(&(first, seconds)) = series.points.first() else { return Vec::new() };
    let scale = seconds / (first * first.ln());
    series.points.iter().map(|&(n, _)| (n, scale * n * n.ln())).collect()
}

/// The powers of ten from below the least value to above the greatest.
fn powers(least: f64, greatest: f64) -> Vec<f64> {
    let low = least.log10().floor();
    let n = (greatest.log10().ceil() - low).max(1.0);
    (0..=whole(n)).map(|power| 10_f64.powf(low + f64::from(power))).collect()
}

fn ends(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
}

#[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
fn whole(number: f64) -> i32 {
    number as i32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
fn short_rows(rows: f64) -> String {
    short(rows.round() as usize)
}

fn seconds(seconds: f64) -> String {
    match seconds {
        0.9.. => format!("{seconds:.0} s"),
        9e-4.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.0} µs", seconds * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_reach_around_all_points() {
        let powers = |least, greatest| powers(least, greatest).into_iter().map(seconds);
        assert!(powers(0.002, 1.5).eq(["1 ms", "10 ms", "100 ms", "1 s", "10 s"]));
        assert!(powers(0.000_03, 0.000_04).eq(["10 µs", "100 µs"]));
    }

    #[test]
    fn axes_are_labelled_with_units() {
        let points = vec![(1e4, 0.002), (1e5, 0.03), (3e6, 1.5)];
        let svg = svg(&[Series { title: "noise", exponent: 1.07, points }]).unwrap();
        for label in
            ["10k", "3M", "1 ms", "10 s", "rows", "noise: rows to the power 1.07", "n log n"]
        {
            assert!(svg.contains(&format!("\n{label}\n")), "{label}");
        }
        assert_eq!(svg.matches("<circle").count(), 3);
    }
}
