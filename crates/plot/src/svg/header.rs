//! Title, facts and legend.

use super::{
    canvas::{Canvas, WIDTH},
    colors::{INK, MUTED},
    geometry::Rect,
    layout::MARGIN,
    legend::Legend,
    measure::{BOLD, wrap},
};
use crate::Figure;

const TITLE_SIZE: f64 = 19.0;
const TITLE_LINE: f64 = 25.0;
const FACTS_SIZE: f64 = 13.0;
const FACTS_LINE: f64 = 18.0;

pub(super) struct Header<'a> {
    title: Vec<String>,
    facts: Vec<String>,
    legend: Legend<'a>,
}

impl<'a> Header<'a> {
    pub(super) fn of(figure: &'a Figure) -> Self {
        let room = WIDTH - 2.0 * MARGIN;
        Self {
            title: wrap(&figure.title, BOLD * TITLE_SIZE, room, 2),
            facts: wrap(&figure.facts, FACTS_SIZE, room, 2),
            legend: Legend::of(figure),
        }
    }

    /// Where panels may begin.
    pub(super) fn bottom(&self) -> f64 {
        self.legend_top() + self.legend.height() + 10.0
    }

    fn facts_top(&self) -> f64 {
        let top = if self.title.is_empty() { 14.0 } else { 22.0 };
        top + TITLE_LINE * self.title.len() as f64
    }

    fn legend_top(&self) -> f64 {
        self.facts_top() + FACTS_LINE * self.facts.len() as f64 + 8.0
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        for (nth, line) in self.title.iter().enumerate() {
            let y = 22.0 + TITLE_LINE * (nth as f64 + 0.5);
            canvas.text(line, (MARGIN, y), INK.text(TITLE_SIZE).bold());
        }
        for (nth, line) in self.facts.iter().enumerate() {
            let y = self.facts_top() + FACTS_LINE * (nth as f64 + 0.5);
            canvas.text(line, (MARGIN, y), MUTED.text(FACTS_SIZE));
        }
        let top = self.legend_top();
        self.legend
            .draw(canvas, &Rect::new(MARGIN, top, WIDTH - 2.0 * MARGIN, self.legend.height()));
    }
}
