//! What is between the axes of a panel.

use super::{
    axes::{draw_axes, draw_grid},
    canvas::Canvas,
    colors::{Color, Look, area},
    geometry::Rect,
    labels::Words,
    layout::Place,
    lines::{areas, pieces, stripes},
    points::{Mark, draw_mark, marks},
    rules::{ends, places_of_word},
    surface::{Surface, draw_surface},
};
use crate::{
    Figure,
    figure::{Cloud, Layer, View},
};

/// How finely layers are drawn, so that the file does not grow with the data.
pub(super) struct Detail {
    /// Points of a layer.
    marks: usize,
    /// Pieces of a surface.
    pieces: usize,
    /// Pixels that a line tells as one.
    column: f64,
}

impl Detail {
    pub(super) fn of(view: &View) -> Self {
        let count = |is: fn(&Layer) -> bool| {
            let layers = view.panels.iter().flat_map(|panel| &panel.layers);
            layers.filter(|layer| is(layer)).count().max(1)
        };
        let n_clouds = count(|layer| matches!(layer, Layer::Points { .. }));
        let n_surfaces = count(|layer| matches!(layer, Layer::Surface { .. }));
        let n_lines = count(|layer| matches!(layer, Layer::Line { .. } | Layer::Band { .. }));
        let n_columns = view.n_columns.clamp(1, view.panels.len().max(1));
        Self {
            marks: (9000 / n_clouds).clamp(50, 4000),
            pieces: (9000 / n_surfaces).max(500),
            column: (n_lines as f64 / n_columns as f64 / 12.0).clamp(1.0, 20.0),
        }
    }
}

/// A panel that is being drawn.
struct Sheet<'s> {
    canvas: &'s mut Canvas,
    place: &'s Place<'s>,
    detail: &'s Detail,
    words: Words,
}

/// A layer of points.
struct Points<'a> {
    cloud: &'a Cloud,
    columns: (usize, usize),
    look: Look,
}

/// Draws a panel, what is odd on top of all others.
pub(super) fn draw_panel(canvas: &mut Canvas, figure: &Figure, place: &Place<'_>, detail: &Detail) {
    draw_grid(canvas, place);
    let mut sheet = Sheet { canvas, place, detail, words: Words::new(place.plot) };
    let layers = &place.panel.layers;
    for layer in layers {
        sheet.draw_layer(layer);
    }
    draw_axes(sheet.canvas, place);
    let mut clouds: Vec<Points<'_>> = layers.iter().filter_map(|it| points(figure, it)).collect();
    clouds.sort_by_key(|points| points.look.rank);
    for points in &clouds {
        sheet.draw_points(points);
    }
    for layer in layers {
        sheet.write_rule(layer);
    }
    let words =
        clouds.iter().rev().flat_map(|it| it.cloud.labels.iter().map(move |word| (it, word)));
    for (points, (nth, word)) in words.take(MOST_LABELS) {
        sheet.write_label(points, *nth, word);
    }
}

fn points<'a>(figure: &'a Figure, layer: &Layer) -> Option<Points<'a>> {
    let Layer::Points { cloud, x, y } = layer else { return None };
    let cloud = figure.clouds.get(*cloud)?;
    Some(Points { cloud, columns: (*x, *y), look: Look::of(cloud.role) })
}

/// Words beside points that are tried.
const MOST_LABELS: usize = 120;

impl Sheet<'_> {
    fn draw_layer(&mut self, layer: &Layer) {
        let (place, detail) = (self.place, self.detail);
        match layer {
            Layer::Line { role, x, y, .. } => self.draw_line(Look::of(*role).color, x, y),
            Layer::Band { role, x, low, high, .. } => {
                for corners in areas(place, x, [low, high], detail.column) {
                    self.canvas.polygon(&corners, area(*role));
                }
            }
            Layer::Spans { role, spans, .. } => {
                for stripe in stripes(place, spans) {
                    self.canvas.rect(&stripe, area(*role));
                }
            }
            Layer::Surface { x, y, z, .. } => {
                if let Some(surface) = Surface::of(place, x, y, z) {
                    draw_surface(self.canvas, place, &surface, detail.pieces);
                }
            }
            Layer::Rule { role, at, .. } => {
                if let Some((from, to)) = ends(place, *at) {
                    self.canvas.dashed_line(from, to, Look::of(*role).color);
                    self.words.shun(&[from, to]);
                }
            }
            Layer::Points { .. } => {}
        }
    }

    /// The more points there are, the thinner the line is.
    fn draw_line(&mut self, color: Color, x: &[f64], y: &[f64]) {
        let width = match x.len() as f64 / self.place.plot.width() {
            0.0..0.6 => 1.5,
            0.6..4.0 => 1.0,
            _ => 0.5,
        };
        for piece in pieces(self.place, x, y, self.detail.column) {
            self.words.shun(&piece);
            match piece[..] {
                [only] => self.canvas.circle(only, 1.25, color.fill()),
                _ => self.canvas.path(&piece, color.stroke(width)),
            }
        }
    }

    fn draw_points(&mut self, points: &Points<'_>) {
        for mark in marks(points.cloud, points.columns, self.place, self.detail.marks) {
            draw_mark(self.canvas, points.look, mark);
            if points.look.rank > 0 {
                self.words.avoid(Rect::around(mark.at, mark.radius));
            } else {
                self.words.shun_disc(mark.at, mark.radius);
            }
        }
    }

    fn write_rule(&mut self, layer: &Layer) {
        let Layer::Rule { text, at, .. } = layer else { return };
        if let Some(ends) = ends(self.place, *at) {
            let tries = places_of_word(&self.place.plot, ends, text);
            // Level ones end at the right, words of others are beside them.
            self.words.rule(self.canvas, text, tries, ends.1.0);
        }
    }

    fn write_label(&mut self, points: &Points<'_>, nth: usize, word: &str) {
        if let Some(Mark { at, radius }) = Mark::of(points.cloud, nth, points.columns, self.place) {
            self.words.label(self.canvas, word, at, radius);
        }
    }
}
