//! The elements of a picture as SVG: a backend of plotters.
//!
//! Plotters has one of its own, but no word for dashes or for a border around letters. Here a group around
//! what plotters draws says so.

use std::fmt::{self, Write};

use plotters::style::{FontStyle, text_anchor::HPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::colors::{Color, PAPER, style};
use crate::escape;

/// Fonts that are as wide as [`measure`](super::measure) takes them for, or nearly.
const FONTS: &str = "Helvetica Neue,Helvetica,Arial,Liberation Sans,Noto Sans,sans-serif";

/// An SVG document that is being written.
pub(super) struct Svg {
    out: String,
    /// The number of coordinates in each direction.
    size: (u32, u32),
}

/// Elements that share a look that plotters has no word for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Group {
    /// Lines with dashes.
    Dashed,
    /// Words with a border of paper, which keeps them readable on whatever is below.
    Bordered,
}

impl Svg {
    /// Begins a document with its size in pixels and in coordinates, and with a title and a description
    /// for those who do not see it.
    pub(super) fn new(pixels: (f64, f64), size: (u32, u32), title: &str, about: &str) -> Self {
        let ((width, height), (right, bottom)) = (pixels, size);
        let style = style();
        let mut out = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {right} {bottom}" class="oddsift" role="img" font-family="{FONTS}" stroke-linejoin="round" stroke-linecap="round">
<style>{style}</style>
"#
        );
        for (tag, text) in [("title", title), ("desc", about)] {
            if !text.is_empty() {
                let _ = writeln!(out, "<{tag}>{}</{tag}>", escape::text(text));
            }
        }
        Self { out, size }
    }

    /// Begins a group.
    pub(super) fn open(&mut self, group: Group) {
        let _ = writeln!(self.out, "<g{group}>");
    }

    /// Ends the group that was begun last.
    pub(super) fn close(&mut self) {
        self.out.push_str("</g>\n");
    }

    /// The whole document.
    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }

    fn write(&mut self, element: fmt::Arguments<'_>) -> Drawn {
        writeln!(self.out, "{element}").map_err(DrawingErrorKind::DrawingError)
    }
}

type Drawn = Result<(), DrawingErrorKind<fmt::Error>>;

impl DrawingBackend for Svg {
    type ErrorType = fmt::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        (x1, y1): BackendCoord,
        (x2, y2): BackendCoord,
        style: &S,
    ) -> Drawn {
        let paint = stroke(style);
        self.write(format_args!(r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{paint}/>"#))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let (width, height, paint) = (right - left, bottom - top, paint(style, is_filled));
        self.write(format_args!(
            r#"<rect x="{left}" y="{top}" width="{width}" height="{height}"{paint}/>"#
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let (points, paint) = (listed(points), paint(style, false));
        self.write(format_args!(r#"<polyline points="{points}"{paint}/>"#))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let paint = paint(style, is_filled);
        self.write(format_args!(r#"<circle cx="{x}" cy="{y}" r="{radius}"{paint}/>"#))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let (corners, paint) = (listed(corners), paint(style, true));
        self.write(format_args!(r#"<polygon points="{corners}"{paint}/>"#))
    }

    /// All words of a picture are level, and their place is at the middle of their small letters.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let is_bold = matches!(style.style(), FontStyle::Bold);
        let weight = if is_bold { r#" font-weight="bold""# } else { "" };
        let (size, paint, text) = (style.size(), paint(&style.color(), true), escape::text(text));
        self.write(format_args!(
            r#"<text x="{x}" y="{y}" dy="0.5ex" text-anchor="{anchor}" font-size="{size}"{weight}{paint}>{text}</text>"#
        ))
    }
}

/// The attributes of a group, in coordinates.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dashed => f.write_str(r#" stroke-dasharray="16 12""#),
            Self::Bordered => {
                let paper = PAPER.hex();
                write!(
                    f,
                    r#" stroke="{paper}" stroke-width="10" stroke-opacity="0.8" paint-order="stroke""#
                )
            }
        }
    }
}

fn paint(style: &impl BackendStyle, is_filled: bool) -> String {
    if is_filled { fill(style) } else { format!(r#" fill="none"{}"#, stroke(style)) }
}

fn fill(style: &impl BackendStyle) -> String {
    let color = style.color();
    format!(r#" fill="{}"{}"#, hex(color), opacity(color))
}

fn stroke(style: &impl BackendStyle) -> String {
    let (color, width) = (style.color(), style.stroke_width());
    format!(r#" stroke="{}" stroke-width="{width}"{}"#, hex(color), opacity(color))
}

/// The name by which [`style`] finds the color in dark surroundings.
fn hex(color: BackendColor) -> String {
    let (red, green, blue) = color.rgb;
    Color([red, green, blue]).hex()
}

fn opacity(color: BackendColor) -> String {
    if color.alpha < 1.0 { format!(r#" opacity="{:.2}""#, color.alpha) } else { String::new() }
}

fn listed(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut list = String::new();
    for (x, y) in points {
        let gap = if list.is_empty() { "" } else { " " };
        let _ = write!(list, "{gap}{x},{y}");
    }
    list
}

#[cfg(test)]
mod tests {
    use plotters::style::{FontDesc, FontFamily, RGBAColor, TextStyle};

    use super::*;

    const INK: RGBAColor = RGBAColor(0x1F, 0x23, 0x28, 1.0);

    /// The lines between head and end.
    fn body(draw: impl FnOnce(&mut Svg)) -> Vec<String> {
        let mut svg = Svg::new((1.0, 1.0), (4, 4), "", "");
        draw(&mut svg);
        let document = svg.finish();
        let n_lines = document.lines().count();
        document.lines().skip(2).take(n_lines - 3).map(String::from).collect()
    }

    #[test]
    fn text_cannot_end_its_element() {
        let font = FontDesc::new(FontFamily::SansSerif, 44.0, FontStyle::Bold);
        let style = TextStyle::from(font).color(&INK);
        let lines = body(|svg| svg.draw_text("a\" <b> &amp;", &style, (20, 24)).unwrap());
        assert_eq!(
            lines,
            [concat!(
                r#"<text x="20" y="24" dy="0.5ex" text-anchor="start" font-size="44" font-weight="bold""#,
                r##" fill="#1F2328">a&quot; &lt;b&gt; &amp;amp;</text>"##
            )]
        );
        assert!(
            Svg::new((1.0, 1.0), (4, 4), "a & b", "").finish().contains("<title>a &amp; b</title>")
        );
    }

    #[test]
    fn shapes_are_filled_or_have_a_border() {
        let pale = RGBAColor(0xFF, 0, 0, 0.42);
        let lines = body(|svg| {
            svg.draw_circle((1, 2), 3, &pale, true).unwrap();
            svg.draw_rect((1, 2), (4, 4), &pale, false).unwrap();
            svg.fill_polygon([(0, 0), (4, 0), (0, 4)], &INK).unwrap();
            svg.draw_path([(0, 0), (4, 0)], &INK).unwrap();
        });
        assert_eq!(
            lines,
            [
                r##"<circle cx="1" cy="2" r="3" fill="#FF0000" opacity="0.42"/>"##,
                r##"<rect x="1" y="2" width="3" height="2" fill="none" stroke="#FF0000" stroke-width="1" opacity="0.42"/>"##,
                r##"<polygon points="0,0 4,0 0,4" fill="#1F2328"/>"##,
                r##"<polyline points="0,0 4,0" fill="none" stroke="#1F2328" stroke-width="1"/>"##,
            ]
        );
    }
}
