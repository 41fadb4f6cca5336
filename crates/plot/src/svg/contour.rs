//! The lines along which a surface is zero.

use std::collections::HashMap;

use super::{geometry::Point, surface::Surface};

/// An edge between two neighbouring places: of the one at this row and column, to the right or down.
type Edge = (usize, usize, bool);

/// Lines through the cells of a surface, straight inside of a cell ("marching squares", Lorensen and
/// Cline, SIGGRAPH 87, in the plane).
pub(super) fn contours(surface: &Surface) -> Vec<Vec<Point>> {
    let (n_rows, n_columns) = (surface.y.len(), surface.x.len());
    let cells = (1..n_rows).flat_map(|row| (1..n_columns).map(move |column| (row - 1, column - 1)));
    let pieces: Vec<[Edge; 2]> =
        cells.flat_map(|(row, column)| cell(surface, row, column)).collect();
    let lines = joined(&pieces).into_iter();
    lines.map(|line| line.into_iter().map(|edge| place(surface, edge)).collect()).collect()
}

/// The pieces of lines in one cell: none, one or two.
fn cell(surface: &Surface, row: usize, column: usize) -> Vec<[Edge; 2]> {
    let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
    let z = corners.map(|(row, column)| surface.at(row, column));
    if z.iter().any(|z| !z.is_finite()) {
        return Vec::new();
    }
    let edges = [
        (row, column, true),
        (row, column + 1, false),
        (row + 1, column, true),
        (row, column, false),
    ];
    let is_crossed = |nth: usize| (z[nth] >= 0.0) != (z[(nth + 1) % 4] >= 0.0);
    let crossed: Vec<Edge> = (0..4).filter(|nth| is_crossed(*nth)).map(|nth| edges[nth]).collect();
    match crossed[..] {
        [from, to] => vec![[from, to]],
        [top, right, bottom, left] => {
            // A saddle: what is at its middle is joined.
            let is_above = z.iter().map(|z| z / 4.0).sum::<f64>() >= 0.0;
            if is_above == (z[0] >= 0.0) {
                vec![[top, right], [bottom, left]]
            } else {
                vec![[left, top], [right, bottom]]
            }
        }
        _ => Vec::new(),
    }
}

/// Pieces with a common end become one line; a line that is closed ends where it begins.
fn joined(pieces: &[[Edge; 2]]) -> Vec<Vec<Edge>> {
    let mut at: HashMap<Edge, Vec<usize>> = HashMap::new();
    for (nth, piece) in pieces.iter().enumerate() {
        for edge in piece {
            at.entry(*edge).or_default().push(nth);
        }
    }
    let mut is_used = vec![false; pieces.len()];
    // Lines with ends are begun at one of these, before those that are closed.
    let is_end =
        |piece: &[Edge; 2]| piece.iter().any(|edge| at.get(edge).is_some_and(|it| it.len() == 1));
    let (ends, others): (Vec<usize>, Vec<usize>) =
        (0..pieces.len()).partition(|nth| pieces.get(*nth).is_some_and(is_end));
    let mut lines = Vec::new();
    for first in ends.into_iter().chain(others) {
        let Some(&[from, to]) = pieces.get(first).filter(|_| !is_used[first]) else { continue };
        is_used[first] = true;
        let is_free = |edge: &Edge| at.get(edge).is_some_and(|it| it.len() == 1);
        let mut line = if is_free(&to) { vec![to, from] } else { vec![from, to] };
        while let Some(next) = follow(&line, pieces, &at, &mut is_used) {
            line.push(next);
        }
        lines.push(line);
    }
    lines
}

/// The other end of an unused piece at the end of a line.
fn follow(
    line: &[Edge],
    pieces: &[[Edge; 2]],
    at: &HashMap<Edge, Vec<usize>>,
    is_used: &mut [bool],
) -> Option<Edge> {
    let end = line.last()?;
    let next = *at.get(end)?.iter().find(|nth| !is_used[**nth])?;
    is_used[next] = true;
    let [from, to] = pieces.get(next)?;
    Some(if from == end { *to } else { *from })
}

/// Where a surface is zero on an edge.
fn place(surface: &Surface, (row, column, is_level): Edge) -> Point {
    let (to_row, to_column) = if is_level { (row, column + 1) } else { (row + 1, column) };
    let (from, to) = (surface.at(row, column), surface.at(to_row, to_column));
    let share = (from / (from - to)).clamp(0.0, 1.0);
    let share = if share.is_finite() { share } else { 0.5 };
    let mix = |places: &[f64], one: usize, other: usize| {
        let at = |nth: usize| places.get(nth).copied().unwrap_or(0.0);
        at(one) * (1.0 - share) + at(other) * share
    };
    (mix(&surface.x, column, to_column), mix(&surface.y, row, to_row))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn surface(n: usize, z: impl Fn(f64, f64) -> f64) -> Surface {
        let places: Vec<f64> = (0..n).map(|nth| nth as f64).collect();
        let z = places.iter().flat_map(|y| places.iter().map(|x| z(*x, *y))).collect();
        Surface { x: places.clone(), y: places.clone(), z }
    }

    #[test]
    fn a_slope_has_one_line() {
        assert_eq!(contours(&surface(3, |x, _| x - 0.5)), [[(0.5, 0.0), (0.5, 1.0), (0.5, 2.0)]]);
    }

    #[test]
    fn a_hill_has_a_closed_line() {
        let lines = contours(&surface(20, |x, y| 25.0 - (x - 9.5).powi(2) - (y - 9.5).powi(2)));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for (x, y) in &lines[0] {
            assert!(((x - 9.5).hypot(y - 9.5) - 5.0).abs() < 0.1);
        }
    }

    proptest! {
        #[test]
        fn every_edge_between_signs_is_crossed(z in prop::collection::vec(-1.0..1_f64, 36)) {
            let surface = surface(6, |x, y| z[y as usize * 6 + x as usize]);
            let mut expected = 0;
            for row in 0..6 {
                for column in 0..6 {
                    let differs = |other: f64| (surface.at(row, column) >= 0.0) != (other >= 0.0);
                    expected += usize::from(column < 5 && differs(surface.at(row, column + 1)));
                    expected += usize::from(row < 5 && differs(surface.at(row + 1, column)));
                }
            }
            let lines = contours(&surface);
            let closed = lines.iter().filter(|line| line.first() == line.last()).count();
            prop_assert_eq!(lines.iter().map(Vec::len).sum::<usize>() - closed, expected);
        }
    }
}
