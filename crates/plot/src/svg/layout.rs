//! Where everything stands: panels in rows and columns below the header.

use super::{canvas::WIDTH, geometry::Rect, header::Header, mapping::Mapping, measure::width};
use crate::{
    Figure,
    figure::{Panel, Scale, View},
    ticks::{Tick, range, ticks},
};

/// Room to the left and to the right of all.
pub(super) const MARGIN: f64 = 28.0;
/// Sizes of text.
pub(super) const TICK_SIZE: f64 = 11.0;
pub(super) const LABEL_SIZE: f64 = 12.0;
/// From the axis to the words beside it.
pub(super) const TICK_GAP: f64 = 8.0;
/// From one line of words below an axis to the next.
pub(super) const TICK_LINE: f64 = 14.0;
const COLUMN_GAP: f64 = 28.0;
const ROW_GAP: f64 = 16.0;
/// Panels that are drawn at most, and how many side by side.
const MOST_PANELS: usize = 60;
const MOST_COLUMNS: usize = 6;

/// A picture before it is drawn.
pub(super) struct Page<'a> {
    pub(super) header: Header<'a>,
    pub(super) places: Vec<Place<'a>>,
    /// Panels that are too many.
    pub(super) n_left_out: usize,
    pub(super) height: f64,
}

/// A panel and where it stands.
pub(super) struct Place<'a> {
    pub(super) panel: &'a Panel,
    /// The left end of its words.
    pub(super) left: f64,
    /// What is between its axes.
    pub(super) plot: Rect,
    pub(super) x: Mapping,
    pub(super) y: Mapping,
    pub(super) x_ticks: Vec<Tick>,
    pub(super) y_ticks: Vec<Tick>,
    /// Whether its x axis has words: not above a panel of the same times.
    pub(super) has_foot: bool,
    pub(super) has_y_label: bool,
}

impl<'a> Page<'a> {
    pub(super) fn of(figure: &'a Figure) -> Self {
        let header = Header::of(figure);
        let Some(view) = figure.views.first() else {
            let height = header.bottom() + 34.0;
            return Self { header, places: Vec::new(), n_left_out: 0, height };
        };
        let grid = Grid::of(view);
        let (places, mut height) = grid.places(header.bottom());
        let n_left_out = view.panels.len() - grid.panels.len();
        height += if n_left_out > 0 { 44.0 } else { 18.0 };
        Self { header, places, n_left_out, height: height.ceil() }
    }
}

/// Panels with the sizes that they share.
struct Grid<'a> {
    panels: &'a [Panel],
    n_columns: usize,
    /// The width of a column.
    width: f64,
    /// From the left end of a column to its axes.
    gutter: f64,
    /// The height of the axes of each row.
    heights: Vec<f64>,
}

impl<'a> Grid<'a> {
    fn of(view: &'a View) -> Self {
        let panels = view.panels.get(..MOST_PANELS).unwrap_or(&view.panels);
        let n_columns = view.n_columns.clamp(1, MOST_COLUMNS).min(panels.len().max(1));
        let gaps = COLUMN_GAP * (n_columns - 1) as f64;
        let width = (WIDTH - 2.0 * MARGIN - gaps) / n_columns as f64;
        let mut grid = Self { panels, n_columns, width, gutter: 0.0, heights: Vec::new() };
        grid.heights = grid.heights();
        grid.gutter = grid.gutter();
        grid
    }

    fn rows(&self) -> impl Iterator<Item = &'a [Panel]> {
        self.panels.chunks(self.n_columns)
    }

    fn heights(&self) -> Vec<f64> {
        let shares: Vec<f64> = self.rows().map(share).collect();
        let sum: f64 = shares.iter().sum();
        let largest = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let is_time = self.panels.first().is_some_and(|panel| panel.x.scale == Scale::Time);
        let n_rows = shares.len() as f64;
        let height = |share: f64| match (self.n_columns, is_time) {
            // Shares of a column that is at least as high as a single panel.
            (1, _) => share / sum * (110.0 * n_rows).max(if n_rows > 1.0 { 500.0 } else { 460.0 }),
            (_, true) => share / largest * (0.45 * self.width).max(110.0),
            // Nearly square, the gutter being a part of the width.
            (_, false) => share / largest * (0.86 * self.width).min(380.0),
        };
        shares.into_iter().map(|share| height(share).max(64.0).round()).collect()
    }

    /// As wide as the widest label of a y axis.
    fn gutter(&self) -> f64 {
        let rows = self.rows().zip(&self.heights);
        let ticks = rows.flat_map(|(row, height)| row.iter().flat_map(|it| y_ticks(it, *height)));
        let widest = ticks.map(|tick| width(&tick.label, TICK_SIZE)).fold(16.0, f64::max);
        (widest + TICK_GAP).min(0.5 * self.width).ceil()
    }

    /// With the height at which they end.
    fn places(&self, top: f64) -> (Vec<Place<'a>>, f64) {
        let mut places: Vec<Place<'a>> = Vec::with_capacity(self.panels.len());
        let mut top = top;
        for ((row, panels), height) in self.rows().enumerate().zip(&self.heights) {
            top += if row > 0 { ROW_GAP } else { 0.0 };
            top += if panels.iter().any(has_head) { 24.0 } else { 8.0 };
            let first = places.len();
            places.extend(
                (0..panels.len()).filter_map(|column| self.place(first + column, top, *height)),
            );
            // Below the last panel of a column there is room enough.
            let is_last = |nth: usize| {
                row + 1 < self.heights.len() && nth + self.n_columns >= self.panels.len()
            };
            let feet = places.iter().enumerate().skip(first).filter(|(nth, _)| !is_last(*nth));
            top += height + feet.map(|(_, place)| place.foot()).fold(0.0, f64::max);
        }
        (places, top)
    }

    fn place(&self, nth: usize, top: f64, height: f64) -> Option<Place<'a>> {
        let panel = self.panels.get(nth)?;
        let left = MARGIN + (nth % self.n_columns) as f64 * (self.width + COLUMN_GAP);
        let plot = Rect::new(left + self.gutter, top, self.width - self.gutter, height);
        let x = Mapping::new(&panel.x, plot.left, plot.right);
        let below = self.panels.get(nth + self.n_columns);
        let before = nth.checked_sub(1).and_then(|before| self.panels.get(before));
        // What the title does not tell apart, the label does.
        let is_repeated = before.is_some_and(|before| before.y.label == panel.y.label);
        Some(Place {
            panel,
            left,
            plot,
            x,
            y: Mapping::new(&panel.y, plot.bottom, plot.top),
            x_ticks: x_ticks(panel, &x, plot.width()),
            y_ticks: y_ticks(panel, height),
            has_foot: below.is_none_or(|below| !has_same_times(panel, below)),
            has_y_label: panel.title.is_empty() || !is_repeated,
        })
    }
}

/// The largest share of a row.
fn share(row: &[Panel]) -> f64 {
    let sane = |height: f64| if height.is_finite() { height.clamp(0.02, 50.0) } else { 1.0 };
    row.iter().map(|panel| sane(panel.height)).fold(0.02, f64::max)
}

fn has_head(panel: &Panel) -> bool {
    !panel.title.is_empty() || !panel.y.label.is_empty()
}

fn has_same_times(panel: &Panel, other: &Panel) -> bool {
    let is_time = panel.x.scale == Scale::Time && other.x.scale == Scale::Time;
    is_time && range(&panel.x) == range(&other.x)
}

/// At least some: in a low panel they may be nearer to each other.
fn y_ticks(panel: &Panel, height: f64) -> Vec<Tick> {
    let room = ((height / 44.0) as usize).max(3);
    let found = ticks(&panel.y, room);
    if found.len() < 3 { ticks(&panel.y, room + 2) } else { found }
}

/// As many as have room for their labels.
fn x_ticks(panel: &Panel, map: &Mapping, width: f64) -> Vec<Tick> {
    let most = ((width / 56.0) as usize).clamp(2, 10);
    let tries = (2..=most).rev().map(|room| ticks(&panel.x, room));
    let mut found = tries.into_iter().filter(|found| fit(found, map));
    found.next().unwrap_or_else(|| ticks(&panel.x, 2).into_iter().take(1).collect())
}

/// Whether the labels leave some room between them.
fn fit(ticks: &[Tick], map: &Mapping) -> bool {
    [|tick: &Tick| tick.label.clone(), |tick: &Tick| tick.below.clone()].into_iter().all(|text| {
        let mut last = f64::NEG_INFINITY;
        ticks.iter().filter(|tick| !text(tick).is_empty()).all(|tick| {
            let (at, half) = (map.at(tick.at).unwrap_or(0.0), width(&text(tick), TICK_SIZE) / 2.0);
            let is_free = at - half >= last + 10.0;
            last = at + half;
            is_free
        })
    })
}

impl Place<'_> {
    /// The height of the words below the axes.
    pub(super) fn foot(&self) -> f64 {
        if !self.has_foot {
            return 0.0;
        }
        let label = if self.x_label().is_empty() { 4.0 } else { 22.0 };
        self.tick_lines() * TICK_LINE + TICK_GAP + label
    }

    /// How many lines the words of the ticks have.
    pub(super) fn tick_lines(&self) -> f64 {
        if self.x_ticks.iter().any(|tick| !tick.below.is_empty()) { 2.0 } else { 1.0 }
    }

    /// The label of the x axis; one of time says that it is UTC.
    pub(super) fn x_label(&self) -> String {
        let label = &self.panel.x.label;
        match self.panel.x.scale {
            Scale::Time if label.is_empty() => "UTC".to_owned(),
            Scale::Time if !label.contains("UTC") => format!("{label}, UTC"),
            _ => label.clone(),
        }
    }
}
