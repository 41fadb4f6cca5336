//! Fewer marks where they would lie on each other.

use std::collections::HashMap;

use crate::figure::Axis;

/// Keeps at most `most` points: of those that lie together on every axis, the first. Gives how many each
/// that is left stands for beside itself. `value` is a point's on the axis of a number.
///
/// Points lie together where they share a cell of a grid over the axes, which is made coarser until
/// the cells are few enough, so that what lies apart on any axis stays. Of more than seven axes the
/// first ones count.
pub(crate) fn thin<T: Copy>(
    points: &mut Vec<T>,
    most: usize,
    axes: &[Axis],
    value: impl Fn(&T, usize) -> f64,
) -> Vec<usize> {
    if points.len() <= most {
        return vec![0; points.len()];
    }
    let place = |point: &T| {
        let cells = axes.iter().take(MOST_AXES).enumerate();
        cells.fold(0, |key, (nth, axis)| key << BITS | cell(axis.share(value(point, nth))))
    };
    let places: Vec<u64> = points.iter().map(place).collect();
    let mut side = FINEST;
    loop {
        let kept = first_of_cells(&places, side);
        if kept.len() <= most || side == 1 {
            *points = kept.iter().filter_map(|(nth, _)| points.get(*nth).copied()).collect();
            points.truncate(most);
            return kept.iter().map(|(_, more)| *more).take(most).collect();
        }
        side = side * 3 / 4;
    }
}

/// Cells to a side: about two pixels each.
const FINEST: u64 = 1 << BITS;
const BITS: u32 = 9;
/// A place is written into 64 bits.
const MOST_AXES: usize = (u64::BITS / BITS) as usize;

/// The first point of each cell, in order, and how many follow it there.
fn first_of_cells(places: &[u64], side: u64) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let mut place_of: HashMap<u64, usize> = HashMap::new();
    for (nth, place) in places.iter().enumerate() {
        let cell = coarser(*place, side);
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

/// The cell of a place where a side has so many.
fn coarser(place: u64, side: u64) -> u64 {
    let axes = (0..u64::BITS / BITS).map(|axis| axis * BITS);
    axes.fold(0, |key, shift| key | ((place >> shift) % FINEST * side / FINEST) << shift)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 1, or no number and 0"
)]
fn cell(share: f64) -> u64 {
    ((share * FINEST as f64) as u64).min(FINEST - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned(points: &mut Vec<[f64; 2]>, most: usize) -> Vec<usize> {
        let axes =
            [0, 1].map(|nth| Axis::of_values("", points.iter().map(|point: &[f64; 2]| point[nth])));
        thin(points, most, &axes, |point, nth| point[nth])
    }

    #[test]
    fn all_points_are_counted_and_the_first_of_a_cell_stays() {
        let all: Vec<[f64; 2]> =
            (0..20_000).map(|n| [f64::from(n % 200), f64::from(n / 200)]).collect();
        let mut points = all.clone();
        let more = thinned(&mut points, 1000);
        assert!(points.len() <= 1000 && points.len() > 300);
        assert_eq!(points.len(), more.len());
        assert_eq!(points.first(), all.first());
        assert_eq!(points.len() + more.iter().sum::<usize>(), all.len());
    }

    #[test]
    fn few_points_stay_as_they_are_and_extremes_do_no_harm() {
        let mut points = vec![[f64::MAX, f64::MIN], [f64::MIN, 0.0], [0.0, f64::MAX]];
        assert_eq!(thinned(&mut points, 3), [0, 0, 0]);
        let more = thinned(&mut points, 2);
        assert!(points.len() <= 2 && points.len() + more.iter().sum::<usize>() == 3);
        let mut equal = vec![[1.0, 1.0]; 10];
        assert_eq!((thinned(&mut equal, 5), equal.len()), (vec![9], 1));
    }

    #[test]
    fn points_are_apart_as_the_scale_shows_them() {
        // On a linear grid all below a thousand would be one.
        let mut points: Vec<[f64; 2]> =
            (0..7000).map(|n| [10_f64.powf(f64::from(n) / 1000.0), 1.0]).collect();
        thinned(&mut points, 500);
        assert!(
            points.len() > 250 && points.iter().filter(|point| point[0] < 1000.0).count() > 100
        );
    }

    #[test]
    fn what_is_apart_on_one_axis_of_many_stays() {
        let axes: Vec<Axis> =
            (0..6).map(|_| Axis::of_values("", [0.0, 10.0].into_iter())).collect();
        let mut points: Vec<usize> = (0..9000).collect();
        thin(&mut points, 100, &axes, |point, nth| match (point, nth) {
            (4000, 5) => 10.0,
            (point, 0) => (*point % 7) as f64,
            _ => 1.0,
        });
        assert!(points.len() <= 100 && points.contains(&4000));
    }
}
