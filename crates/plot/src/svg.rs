//! Figures as SVG: what is drawn where is settled here, plotters draws it on a backend of ours.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels and counts, which are clamped before"
)]

mod axes; // grid, ticks and labels of a panel
mod backend; // elements as text
mod canvas; // primitives in pixels
mod colors; // of roles, by light and in the dark
mod contour; // where a surface is zero
mod geometry; // points, boxes, and what lies in these
mod header; // title, facts and legend
mod labels; // words that do not lie on each other
mod layout; // where panels stand
mod legend; // what shapes and colours mean
mod lines; // lines, bands and spans
mod mapping; // from values to pixels
mod measure; // how wide text will be
mod panel; // what is between the axes
mod points; // points of clouds
mod raster; // areas made of rows of pixels
mod rules; // limits
#[cfg(test)]
mod samples; // figures of every kind
mod surface; // levels of a surface
#[cfg(test)]
mod tests; // what holds for every picture

use self::{
    canvas::{Canvas, WIDTH},
    colors::{MUTED, PAPER},
    geometry::Rect,
    layout::{LABEL_SIZE, MARGIN, Page},
    panel::{Detail, draw_panel},
};
use crate::{Figure, page::NOTHING};

impl Figure {
    /// The first view of the figure as a picture of its own, 900 pixels wide.
    ///
    /// It is a text of well-formed XML with text as text, and asks for nothing outside of itself: no
    /// script, no link, no image. Where the reader's surroundings are dark, it is, too. Equal figures
    /// give equal bytes. What does not fit is left out or told by fewer marks: points on one place are
    /// one mark, lines are drawn as finely as pixels are, words beside points must not lie on each
    /// other. So the text stays below about a megabyte, and time is linear in the data.
    ///
    /// ```
    /// use oddsift_plot::DistancePlot;
    ///
    /// let svg = DistancePlot::of_curve(&[(0.1, 90.0), (0.2, 8.0), (3.0, 2.0)]).figure().to_svg();
    /// assert!(svg.starts_with("<svg") && svg.contains(">Distances to the neighbours</text>"));
    /// ```
    pub fn to_svg(&self) -> String {
        let page = Page::of(self);
        let mut canvas = Canvas::new(page.height, &self.title, &self.facts);
        self.draw(&mut canvas, &page);
        canvas.into_svg()
    }

    fn draw(&self, canvas: &mut Canvas, page: &Page<'_>) {
        canvas.rect(&Rect::new(0.0, 0.0, WIDTH, page.height), PAPER.fill());
        page.header.draw(canvas);
        if let Some(view) = self.views.first() {
            let detail = Detail::of(view);
            page.places.iter().for_each(|place| draw_panel(canvas, self, place, &detail));
        } else {
            canvas.text(NOTHING, (MARGIN, page.height - 22.0), MUTED.text(LABEL_SIZE));
        }
        if page.n_left_out > 0 {
            let text = format!("and {} more", page.n_left_out);
            canvas.text(&text, (MARGIN, page.height - 22.0), MUTED.text(LABEL_SIZE));
        }
    }
}
