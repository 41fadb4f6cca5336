//! Fewer marks where they would lie on each other.

use std::collections::HashMap;

/// Keeps at most `most` points, one of each cell of a grid over their places, the first. Gives how many
/// each that is left stands for beside itself.
///
/// The grid has as many cells as the points that are to be left or more, and is made coarser until they
/// are few enough, so that what lies apart stays.
pub(crate) fn thin<T: Copy>(
    points: &mut Vec<T>,
    most: usize,
    place: impl Fn(&T) -> (f64, f64),
) -> Vec<usize> {
    if points.len() <= most {
        return vec![0; points.len()];
    }
    let places: Vec<(f64, f64)> = points.iter().map(&place).collect();
    let ranges = [range(places.iter().map(|p| p.0)), range(places.iter().map(|p| p.1))];
    let mut side = FINEST;
    loop {
        let kept = first_of_cells(&places, ranges, side);
        if kept.len() <= most || side == 1 {
            *points = kept.iter().filter_map(|(nth, _)| points.get(*nth).copied()).collect();
            points.truncate(most);
            return kept.iter().map(|(_, more)| *more).take(most).collect();
        }
        side = side * 3 / 4;
    }
}

/// Cells to a side: about two pixels each.
const FINEST: u32 = 512;

/// The first point of each cell, in order, and how many follow it there.
fn first_of_cells(
    places: &[(f64, f64)],
    [x, y]: [(f64, f64); 2],
    side: u32,
) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let mut place_of: HashMap<(u32, u32), usize> = HashMap::new();
    for (nth, point) in places.iter().enumerate() {
        let cell = (cell(point.0, x, side), cell(point.1, y, side));
        let place = *place_of.entry(cell).or_insert_with(|| {
            kept.push((nth, 0));
            kept.len() - 1
        });
        if let Some((first, more)) = kept.get_mut(place)
            && *first != nth
        {
            *more += 1;
        }
    }
    kept
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 1, or no number and 0"
)]
fn cell(value: f64, (low, high): (f64, f64), side: u32) -> u32 {
    // Halved, since the difference of two numbers may be too large for one.
    let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    ((share * f64::from(side)) as u32).min(side - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_points_are_counted_and_the_first_of_a_cell_stays() {
        let all: Vec<(f64, f64)> =
            (0..20_000).map(|n| (f64::from(n % 200), f64::from(n / 200))).collect();
        let mut points = all.clone();
        let more = thin(&mut points, 1000, |point| *point);
        assert!(points.len() <= 1000 && points.len() > 300);
        assert_eq!(points.len(), more.len());
        assert_eq!(points[0], all[0]);
        assert_eq!(points.len() + more.iter().sum::<usize>(), all.len());
    }

    #[test]
    fn few_points_stay_as_they_are_and_extremes_do_no_harm() {
        let mut points = vec![(f64::MAX, f64::MIN), (f64::MIN, 0.0), (0.0, f64::MAX)];
        assert_eq!(thin(&mut points, 3, |point| *point), [0, 0, 0]);
        let more = thin(&mut points, 2, |point| *point);
        assert!(points.len() <= 2 && points.len() + more.iter().sum::<usize>() == 3);
        let mut equal = vec![(1.0, 1.0); 10];
        assert_eq!((thin(&mut equal, 5, |point| *point), equal.len()), (vec![9], 1));
    }
}
