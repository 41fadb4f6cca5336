//! Primitives in pixels, drawn by plotters.

use plotters::style::{
    FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle, text_anchor,
};
use plotters_backend::DrawingBackend;

use super::{
    backend::{Group, Svg},
    colors::Color,
    geometry::{Point, Rect},
};
use crate::text::clean;

/// The width of all pictures in pixels.
pub(super) const WIDTH: f64 = 900.0;
/// Coordinates to a pixel: plotters knows whole numbers only.
const SCALE: f64 = 4.0;
/// The width of dashed lines in pixels.
const DASHED: f64 = 1.25;
/// The most characters of a text, and of one that is heard and not seen.
const MOST_CHARS: usize = 300;
const MOST_HEARD: usize = 1000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Fill {
    pub(super) color: Color,
    pub(super) opacity: f64,
}

/// A line of a width in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    color: Color,
    width: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) is_bold: bool,
    pub(super) color: Color,
    pub(super) anchor: Anchor,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Color {
    pub(super) fn fill(self) -> Fill {
        Fill { color: self, opacity: 1.0 }
    }

    pub(super) fn stroke(self, width: f64) -> Stroke {
        Stroke { color: self, width }
    }

    pub(super) fn text(self, size: f64) -> Font {
        Font { size, is_bold: false, color: self, anchor: Anchor::Start }
    }
}

impl Font {
    pub(super) fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// A picture that is being drawn.
///
/// Writing to a string does not fail, and a primitive that did would only be missing.
pub(super) struct Canvas {
    svg: Svg,
}

impl Canvas {
    /// An empty picture of a height in pixels.
    pub(super) fn new(height: f64, title: &str, about: &str) -> Self {
        let size = (quarters(WIDTH).unsigned_abs(), quarters(height).unsigned_abs());
        let [title, about] = [title, about].map(|text| clean(text, MOST_HEARD));
        Self { svg: Svg::new((WIDTH, height), size, &title, &about) }
    }

    pub(super) fn into_svg(self) -> String {
        self.svg.finish()
    }

    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        let _ = self.svg.draw_line(place(from), place(to), &stroked(stroke));
    }

    pub(super) fn dashed_line(&mut self, from: Point, to: Point, color: Color) {
        self.group(Group::Dashed, |canvas| canvas.line(from, to, color.stroke(DASHED)));
    }

    /// A line through two points or more.
    pub(super) fn path(&mut self, points: &[Point], stroke: Stroke) {
        let points = places(points);
        if points.len() > 1 {
            let _ = self.svg.draw_path(points, &stroked(stroke));
        }
    }

    pub(super) fn polygon(&mut self, corners: &[Point], fill: Fill) {
        let corners = places(corners);
        if corners.len() > 2 {
            let _ = self.svg.fill_polygon(corners, &filled(fill));
        }
    }

    pub(super) fn circle(&mut self, center: Point, radius: f64, fill: Fill) {
        let radius = quarters(radius).unsigned_abs().max(1);
        let _ = self.svg.draw_circle(place(center), radius, &filled(fill), true);
    }

    pub(super) fn rect(&mut self, rect: &Rect, fill: Fill) {
        let (from, to) = (place((rect.left, rect.top)), place((rect.right, rect.bottom)));
        if from.0 < to.0 && from.1 < to.1 {
            let _ = self.svg.draw_rect(from, to, &filled(fill), true);
        }
    }

    /// A line of text, at the middle of its small letters.
    pub(super) fn text(&mut self, text: &str, at: Point, font: Font) {
        let text = clean(text, MOST_CHARS);
        if text.trim().is_empty() {
            return;
        }
        let style = if font.is_bold { FontStyle::Bold } else { FontStyle::Normal };
        let h_pos = match font.anchor {
            Anchor::Start => text_anchor::HPos::Left,
            Anchor::Middle => text_anchor::HPos::Center,
            Anchor::End => text_anchor::HPos::Right,
        };
        let color = rgba(font.color, 1.0);
        let style = TextStyle::from(FontDesc::new(FontFamily::SansSerif, font.size * SCALE, style))
            .color(&color)
            .pos(text_anchor::Pos::new(h_pos, text_anchor::VPos::Center));
        let _ = self.svg.draw_text(&text, &style, place(at));
    }

    /// A line of text that lies on what is drawn.
    pub(super) fn label(&mut self, text: &str, at: Point, font: Font) {
        self.group(Group::Bordered, |canvas| canvas.text(text, at, font));
    }

    fn group(&mut self, group: Group, draw: impl FnOnce(&mut Self)) {
        self.svg.open(group);
        draw(self);
        self.svg.close();
    }
}

/// Far beyond any picture, and far from what overflows.
const FARTHEST: f64 = 1e8;

/// Zero of what is no number.
fn quarters(pixels: f64) -> i32 {
    (pixels * SCALE).round().clamp(-FARTHEST, FARTHEST) as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (quarters(x), quarters(y))
}

/// Without those that fall on the one before.
fn places(points: &[Point]) -> Vec<(i32, i32)> {
    let mut places: Vec<(i32, i32)> = points.iter().map(|point| place(*point)).collect();
    places.dedup();
    places
}

fn rgba(Color([red, green, blue]): Color, opacity: f64) -> RGBAColor {
    RGBAColor(red, green, blue, opacity)
}

fn filled(fill: Fill) -> ShapeStyle {
    ShapeStyle { color: rgba(fill.color, fill.opacity), filled: true, stroke_width: 1 }
}

fn stroked(stroke: Stroke) -> ShapeStyle {
    let stroke_width = quarters(stroke.width).unsigned_abs();
    ShapeStyle { color: rgba(stroke.color, 1.0), filled: false, stroke_width }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::colors::INK;

    #[test]
    fn dashes_and_borders_are_around_what_they_are_of() {
        let mut canvas = Canvas::new(100.0, "", "");
        canvas.dashed_line((0.0, 0.0), (1.0, 1.0), INK);
        canvas.label("a word", (5.0, 6.0), INK.text(11.25));
        canvas.text("another", (5.0, 6.0), INK.text(11.25));
        let picture = canvas.into_svg();
        let document = roxmltree::Document::parse(&picture).unwrap();
        let around = |tag: &str| {
            let elements = document.descendants().filter(|node| node.has_tag_name(tag));
            elements.filter_map(|node| node.parent()).collect::<Vec<_>>()
        };
        assert_eq!(around("line")[0].attribute("stroke-dasharray"), Some("16 12"));
        let groups = around("text").into_iter();
        let borders: Vec<_> = groups.map(|group| group.attribute("stroke-width")).collect();
        assert_eq!(borders, [Some("10"), None]);
    }
}
