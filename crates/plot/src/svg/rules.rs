//! Limits: straight lines over a whole panel.

use super::{
    geometry::{Point, Rect},
    labels::size_of,
    layout::Place,
};
use crate::figure::At;

/// The ends of a line at a place of an axis, if the axis shows it.
pub(super) fn ends(place: &Place<'_>, at: At) -> Option<(Point, Point)> {
    let plot = &place.plot;
    let (from, to) = match at {
        At::X(x) => place.x.at(x).map(|x| ((x, plot.top), (x, plot.bottom)))?,
        At::Y(y) => place.y.at(y).map(|y| ((plot.left, y), (plot.right, y)))?,
    };
    plot.contains(from).then_some((from, to))
}

/// Where the word of a line may stand: at the right end of a level one, at the upper end of one that is
/// upright.
pub(super) fn places_of_word(plot: &Rect, (from, to): (Point, Point), word: &str) -> [Rect; 4] {
    let (width, height) = size_of(word);
    let corners = if from.0 < to.0 {
        let (above, below) = (from.1 - height - 2.0, from.1 + 2.0);
        let (left, right) = (plot.left + 4.0, plot.right - width - 4.0);
        [(right, above), (right, below), (left, above), (left, below)]
    } else {
        let (upper, lower) = (plot.top + 2.0, plot.top + height + 4.0);
        let (left, right) = (from.0 - width - 5.0, from.0 + 5.0);
        [(right, upper), (left, upper), (right, lower), (left, lower)]
    };
    corners.map(|(left, top)| Rect::new(left, top, width, height))
}
