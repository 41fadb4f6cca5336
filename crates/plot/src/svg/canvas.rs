//! Primitives in pixels, drawn by plotters.

use plotters::{
    prelude::{DrawingBackend, SVGBackend},
    style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle, text_anchor},
};

use super::{
    colors::Color,
    geometry::{Point, Rect},
};
use crate::text::clean;

/// The width of all pictures in pixels.
pub(super) const WIDTH: f64 = 900.0;
/// Plotters knows whole numbers only, so it is told of quarters of a pixel.
pub(super) const SCALE: f64 = 4.0;
/// The width of strokes that become dashed, in quarters of a pixel; no other stroke has it.
pub(super) const DASHED: u32 = 5;
/// The size of words that lie on what is drawn, in pixels: they have a border of paper, and no other text
/// has this size.
pub(super) const LABEL: f64 = 11.25;
/// Characters of a text.
const MOST_CHARS: usize = 300;

#[derive(Debug, Clone, Copy)]
pub(super) struct Fill {
    pub(super) color: Color,
    pub(super) opacity: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Stroke {
    /// Of so many quarters of a pixel.
    Solid(Color, u32),
    Dashed(Color),
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

pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// What is drawn on a canvas of a height in pixels, as plotters writes it.
///
/// Writing to a string does not fail, and a primitive that did would be missing only.
pub(super) fn drawn(height: f64, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut out = String::new();
    let size = (quarters(WIDTH).unsigned_abs(), quarters(height).unsigned_abs());
    let mut canvas = Canvas { backend: SVGBackend::with_string(&mut out, size) };
    draw(&mut canvas);
    let _ = canvas.backend.present();
    drop(canvas);
    out
}

impl Canvas<'_> {
    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        let _ = self.backend.draw_line(place(from), place(to), &stroked(stroke));
    }

    /// A line through two points or more.
    pub(super) fn path(&mut self, points: &[Point], stroke: Stroke) {
        let points = places(points);
        if points.len() > 1 {
            let _ = self.backend.draw_path(points, &stroked(stroke));
        }
    }

    pub(super) fn polygon(&mut self, corners: &[Point], fill: Fill) {
        let corners = places(corners);
        if corners.len() > 2 {
            let _ = self.backend.fill_polygon(corners, &filled(fill));
        }
    }

    pub(super) fn circle(&mut self, center: Point, radius: f64, fill: Fill) {
        let radius = quarters(radius).unsigned_abs().max(1);
        let _ = self.backend.draw_circle(place(center), radius, &filled(fill), true);
    }

    pub(super) fn rect(&mut self, rect: &Rect, fill: Fill) {
        let (from, to) = (place((rect.left, rect.top)), place((rect.right, rect.bottom)));
        if from.0 < to.0 && from.1 < to.1 {
            let _ = self.backend.draw_rect(from, to, &filled(fill), true);
        }
    }

    /// A line of text, at the middle of its small letters.
    pub(super) fn text(&mut self, text: &str, at: Point, font: Font) {
        let text = clean(text, MOST_CHARS);
        if text.trim().is_empty() {
            return;
        }
        let style = if font.is_bold { FontStyle::Bold } else { FontStyle::Normal };
        // Plotters divides by this: it takes the height of a line for the size.
        let size = font.size * SCALE * 1.24;
        let h_pos = match font.anchor {
            Anchor::Start => text_anchor::HPos::Left,
            Anchor::Middle => text_anchor::HPos::Center,
            Anchor::End => text_anchor::HPos::Right,
        };
        let color = rgba(font.color, 1.0);
        let style = TextStyle::from(FontDesc::new(FontFamily::SansSerif, size, style))
            .color(&color)
            .pos(text_anchor::Pos::new(h_pos, text_anchor::VPos::Center));
        let _ = self.backend.draw_text(&text, &style, place(at));
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
    let (color, stroke_width) = match stroke {
        Stroke::Solid(color, width) => (color, width),
        Stroke::Dashed(color) => (color, DASHED),
    };
    ShapeStyle { color: rgba(color, 1.0), filled: false, stroke_width }
}
