//! What shapes and colours mean.

use super::{
    canvas::{Canvas, Fill, WIDTH},
    colors::{INK, Look, MUTED, ODD_STEPS, USUAL_STEPS, area},
    geometry::{Point, Rect},
    layout::{LABEL_SIZE, MARGIN},
    measure::{fit, width},
    points::{Mark, draw_mark},
};
use crate::{
    Figure,
    figure::{Layer, Role},
};

/// Rows of the legend.
const MOST_ROWS: usize = 3;
const ROW: f64 = 22.0;
/// The widths of a sign and of what is between entries.
const SIGN: f64 = 16.0;
const GAP: f64 = 6.0;
const APART: f64 = 20.0;
/// A step of a surface in its key.
const STEP: f64 = 11.0;

/// Each name once, in rows.
pub(super) struct Legend<'a> {
    rows: Vec<Vec<Entry<'a>>>,
}

#[derive(Clone, Copy)]
struct Entry<'a> {
    name: &'a str,
    sign: Sign,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Points(Role, f64),
    Line(Role),
    Area(Role),
    Surface,
}

impl<'a> Legend<'a> {
    pub(super) fn of(figure: &'a Figure) -> Self {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let panels = figure.views.first().into_iter().flat_map(|view| &view.panels);
        let found = panels.flat_map(|panel| &panel.layers).filter_map(|it| entry(figure, it));
        for entry in found.filter(|entry| !entry.name.is_empty()) {
            if entries.len() < MOST_ENTRIES && !entries.iter().any(|it| it.is_like(&entry)) {
                entries.push(entry);
            }
        }
        let n_entries = entries.len();
        // One line is told by the axes.
        entries.retain(|entry| n_entries > 1 || !matches!(entry.sign, Sign::Line(_)));
        Self { rows: in_rows(entries) }
    }

    pub(super) fn height(&self) -> f64 {
        ROW * self.rows.len() as f64
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, room: &Rect) {
        for (nth, row) in self.rows.iter().enumerate() {
            let mut at = (room.left, room.top + ROW * (nth as f64 + 0.5));
            for entry in row {
                entry.draw(canvas, at);
                at.0 += entry.width() + APART;
            }
        }
    }
}

/// More do not fit in the rows.
const MOST_ENTRIES: usize = 40;

/// Of a layer that is drawn; the word of a rule stands beside it.
fn entry<'a>(figure: &'a Figure, layer: &'a Layer) -> Option<Entry<'a>> {
    let (name, sign) = match layer {
        Layer::Points { cloud, .. } => {
            let cloud = figure.clouds.get(*cloud)?;
            (&cloud.name, Sign::Points(cloud.role, radius(&cloud.sizes)))
        }
        Layer::Line { name, role, .. } => (name, Sign::Line(*role)),
        Layer::Band { name, role, .. } | Layer::Spans { name, role, .. } => {
            (name, Sign::Area(*role))
        }
        Layer::Surface { name, .. } => (name, Sign::Surface),
        Layer::Rule { .. } => return None,
    };
    Some(Entry { name, sign })
}

/// That tells clouds of one role apart: the mean of its points.
fn radius(sizes: &[f64]) -> f64 {
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64 / 2.0;
    if mean.is_finite() { mean.clamp(2.75, 5.5) } else { 4.5 }
}

fn in_rows(entries: Vec<Entry<'_>>) -> Vec<Vec<Entry<'_>>> {
    let mut rows: Vec<Vec<Entry<'_>>> = Vec::new();
    let mut left = 0.0;
    for entry in entries {
        let needed = entry.width() + APART;
        match rows.last_mut() {
            Some(row) if needed - APART <= left => row.push(entry),
            _ => {
                left = WIDTH - 2.0 * MARGIN;
                rows.push(vec![entry]);
            }
        }
        left -= needed;
    }
    rows.truncate(MOST_ROWS);
    rows
}

impl Entry<'_> {
    /// Whether name, kind and role are the same.
    fn is_like(&self, other: &Self) -> bool {
        let is_like = match (self.sign, other.sign) {
            (Sign::Points(role, _), Sign::Points(other, _)) => role == other,
            (sign, other) => sign == other,
        };
        self.name == other.name && is_like
    }

    fn text(&self) -> String {
        fit(self.name, LABEL_SIZE, 260.0)
    }

    fn width(&self) -> f64 {
        let text = width(&self.text(), LABEL_SIZE);
        match self.sign {
            Sign::Surface => text + GAP + ends_width() + key_width(),
            _ => SIGN + GAP + text,
        }
    }

    fn draw(&self, canvas: &mut Canvas, at: Point) {
        let (x, y) = at;
        match self.sign {
            Sign::Points(role, radius) => {
                let mark = Mark { at: (x + SIGN / 2.0, y), radius };
                draw_mark(canvas, Look::of(role), mark);
            }
            Sign::Line(role) => {
                let stroke = Look::of(role).color.stroke(2.0);
                canvas.line((x + 1.0, y), (x + SIGN - 1.0, y), stroke);
            }
            Sign::Area(role) => {
                let Fill { color, opacity } = area(role);
                let fill = Fill { color, opacity: opacity * 1.5 };
                canvas.rect(&Rect::new(x, y - 6.0, SIGN, 12.0), fill);
            }
            Sign::Surface => return self.draw_key(canvas, at),
        }
        canvas.text(&self.text(), (x + SIGN + GAP, y), INK.text(LABEL_SIZE));
    }

    /// The steps of a surface, from odd to usual.
    fn draw_key(&self, canvas: &mut Canvas, (x, y): Point) {
        canvas.text(&self.text(), (x, y), INK.text(LABEL_SIZE));
        let mut x = x + width(&self.text(), LABEL_SIZE) + GAP + 2.0;
        canvas.text(ENDS.0, (x, y), MUTED.text(LABEL_SIZE));
        x += width(ENDS.0, LABEL_SIZE) + GAP;
        for color in ODD_STEPS.iter().rev().chain(&USUAL_STEPS) {
            canvas.rect(&Rect::new(x, y - 5.0, STEP, 10.0), color.fill());
            x += STEP;
        }
        canvas.text(ENDS.1, (x + GAP, y), MUTED.text(LABEL_SIZE));
    }
}

/// The words at the ends of a key.
const ENDS: (&str, &str) = ("odd", "usual");

fn ends_width() -> f64 {
    width(ENDS.0, LABEL_SIZE) + width(ENDS.1, LABEL_SIZE) + 2.0 * GAP + 2.0
}

fn key_width() -> f64 {
    STEP * (ODD_STEPS.len() + USUAL_STEPS.len()) as f64
}
