//! Grid, ticks and labels of a panel.

use super::{
    canvas::{Anchor, Canvas, WIDTH},
    colors::{AXIS, GRID, INK, MUTED},
    layout::{LABEL_SIZE, Place, TICK_GAP, TICK_LINE, TICK_SIZE},
    measure::{BOLD, fit, width},
};
use crate::{
    figure::{Layer, Scale},
    ticks::Tick,
};

/// The width of grid and axes in pixels.
const THIN: f64 = 1.0;

/// Draws what lies below all layers.
pub(super) fn draw_grid(canvas: &mut Canvas, place: &Place<'_>) {
    for x in place.x_ticks.iter().filter_map(|tick| place.x.at(tick.at)) {
        let (from, to) = ((x, place.plot.top), (x, place.plot.bottom));
        canvas.line(from, to, GRID.stroke(THIN));
    }
    for tick in &place.y_ticks {
        draw_level(canvas, place, tick);
    }
}

fn is_zero(place: &Place<'_>, tick: &Tick) -> bool {
    tick.at == 0.0 && place.panel.y.scale == Scale::Linear
}

/// Zero is set apart from other levels.
fn draw_level(canvas: &mut Canvas, place: &Place<'_>, tick: &Tick) {
    if let Some(y) = place.y.at(tick.at) {
        let color = if is_zero(place, tick) { AXIS } else { GRID };
        canvas.line((place.plot.left, y), (place.plot.right, y), color.stroke(THIN));
    }
}

/// Draws the x axis and all words outside of the axes.
pub(super) fn draw_axes(canvas: &mut Canvas, place: &Place<'_>) {
    let plot = &place.plot;
    if !has_zero_near(place) {
        canvas.line((plot.left, plot.bottom), (plot.right, plot.bottom), AXIS.stroke(THIN));
    }
    for tick in &place.y_ticks {
        let at = (plot.left - TICK_GAP, place.y.at(tick.at).unwrap_or(plot.bottom));
        let room = plot.left - TICK_GAP - place.left + 20.0;
        canvas.text(
            &fit(&tick.label, TICK_SIZE, room),
            at,
            MUTED.text(TICK_SIZE).anchored(Anchor::End),
        );
    }
    if place.has_foot {
        draw_foot(canvas, place);
    }
    draw_head(canvas, place);
}

/// Whether the line at zero is as good as one at the lower end: seen, and near to it.
fn has_zero_near(place: &Place<'_>) -> bool {
    if place.panel.layers.iter().any(|layer| matches!(layer, Layer::Surface { .. })) {
        return false;
    }
    let zero = place.y_ticks.iter().find(|tick| is_zero(place, tick));
    let y = zero.and_then(|tick| place.y.at(tick.at));
    y.is_some_and(|y| place.plot.bottom - y < 24.0)
}

fn draw_foot(canvas: &mut Canvas, place: &Place<'_>) {
    let top = place.plot.bottom + TICK_GAP + 0.5 * TICK_LINE - 1.0;
    for tick in &place.x_ticks {
        for (nth, word) in [&tick.label, &tick.below].into_iter().enumerate() {
            let at = place.x.at(tick.at).unwrap_or(place.plot.left);
            let x = inside(at, width(word, TICK_SIZE), place.left);
            let font = MUTED.text(TICK_SIZE).anchored(Anchor::Middle);
            canvas.text(word, (x, top + nth as f64 * TICK_LINE), font);
        }
    }
    let label = fit(&place.x_label(), LABEL_SIZE, place.plot.right - place.left);
    let at = (place.plot.right, top + place.tick_lines() * TICK_LINE + 4.0);
    canvas.text(&label, at, MUTED.text(LABEL_SIZE).anchored(Anchor::End));
}

/// The middle of a word that does not leave the picture.
fn inside(x: f64, width: f64, left: f64) -> f64 {
    x.min(WIDTH - 4.0 - width / 2.0).max(left.min(4.0) + width / 2.0)
}

/// The panel's title, with the label of the y axis beside it.
fn draw_head(canvas: &mut Canvas, place: &Place<'_>) {
    let (mut x, y) = (place.left, place.plot.top - 13.0);
    let room = place.plot.right - x;
    let title = fit(&place.panel.title, BOLD * LABEL_SIZE, room);
    canvas.text(&title, (x, y), INK.text(LABEL_SIZE).bold());
    if !title.is_empty() {
        x += width(&title, BOLD * LABEL_SIZE) + 12.0;
    }
    if place.has_y_label {
        let label = fit(&place.panel.y.label, LABEL_SIZE, place.plot.right - x);
        canvas.text(&label, (x, y), MUTED.text(LABEL_SIZE));
    }
}
