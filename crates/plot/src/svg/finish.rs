//! What plotters wrote becomes a document of its own: with a title, with colours for dark surroundings,
//! and without what goes without saying.

use std::fmt::Write;

use super::{
    canvas::{DASHED, LABEL, SCALE, WIDTH},
    colors::{PAPER, style},
};
use crate::text::clean;

/// Fonts that are as wide as [`measure`](super::measure) takes them for, or nearly.
const FONTS: &str = "Helvetica Neue,Helvetica,Arial,Liberation Sans,Noto Sans,sans-serif";
/// What plotters writes and what stands for it.
const SHORTER: [(&str, &str); 4] = [
    (r#" opacity="1""#, ""),
    (r#" stroke="none""#, ""),
    (r#" font-family="sans-serif""#, ""),
    (r#" stroke-width="1"/>"#, "/>"),
];

/// A line of plotters' is a tag, or a text between two: it has no line break, and nothing in it looks
/// like a tag or an attribute, because it is escaped.
pub(super) fn finish(drawn: &str, height: f64, title: &str, about: &str) -> String {
    let mut out = head(height, title, about);
    out.reserve(drawn.len());
    let dashed = format!(r#" stroke-width="{DASHED}""#);
    let label = format!(r#" font-size="{}""#, LABEL * SCALE);
    let border = format!(
        r#"{label} stroke="{}" stroke-width="10" stroke-opacity="0.8" paint-order="stroke""#,
        PAPER.hex()
    );
    for line in drawn.lines().skip(1) {
        if !line.starts_with('<') {
            out.push_str(line);
            continue;
        }
        let mut line = line
            .replace(&dashed, &format!(r#"{dashed} stroke-dasharray="16 12""#))
            .replace(&label, &border);
        for (long, short) in SHORTER {
            line = line.replace(long, short);
        }
        out.push_str(&line);
        if !line.starts_with("<text") {
            out.push('\n');
        }
    }
    out
}

fn head(height: f64, title: &str, about: &str) -> String {
    let (full_width, full_height) = (WIDTH * SCALE, height * SCALE);
    let mut head = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {full_width} {full_height}" class="oddsift" role="img" font-family="{FONTS}" stroke-linejoin="round" stroke-linecap="round">
<style>{}</style>
"#,
        style()
    );
    for (tag, text) in [("title", title), ("desc", about)] {
        if !text.is_empty() {
            let _ = writeln!(head, "<{tag}>{}</{tag}>", escaped(text));
        }
    }
    head
}

/// Text that is well-formed XML whatever it is: [`clean`] leaves no character that XML forbids.
fn escaped(text: &str) -> String {
    clean(text, 1000).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::{
        canvas::{Stroke, drawn},
        colors::INK,
    };

    #[test]
    fn what_goes_without_saying_is_left_out() {
        let drawn = drawn(100.0, |canvas| {
            canvas.circle((1.0, 2.0), 3.0, INK.fill());
            canvas.text(r#"a opacity="1" <b>"#, (5.0, 6.0), INK.text(11.0));
            canvas.line((0.0, 0.0), (1.0, 1.0), Stroke::Dashed(INK));
        });
        let document = finish(&drawn, 100.0, "a & b", "");
        let body: Vec<&str> = document.lines().skip(3).collect();
        assert_eq!(
            body,
            [
                r##"<circle cx="4" cy="8" r="12" fill="#1F2328"/>"##,
                concat!(
                    r##"<text x="20" y="24" dy="0.5ex" text-anchor="start" font-size="44" fill="#1F2328">"##,
                    "a opacity=&quot;1&quot; &lt;b&gt;</text>"
                ),
                r##"<line stroke="#1F2328" stroke-width="5" stroke-dasharray="16 12" x1="0" y1="0" x2="4" y2="4"/>"##,
                "</svg>",
            ]
        );
        assert!(document.contains("<title>a &amp; b</title>"));
    }
}
