//! Fewer points for lines that look the same.

/// Parts of a line that is thinned out.
const PARTS: usize = 1000;

/// The first, the last, the least and the largest point of each part of a line, in order: at a
/// thousand pixels it looks as all of them do. After Jugel, Jerzak, Hackenbroich and Markl, "M4: A
/// Visualization-Oriented Time Series Data Aggregation", VLDB 2014, section 4.
pub(crate) fn decimate(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len().min(y.len());
    let (x, y) = (x.get(..n).unwrap_or_default(), y.get(..n).unwrap_or_default());
    if n <= 4 * PARTS {
        return (x.to_vec(), y.to_vec());
    }
    let mut kept = (Vec::new(), Vec::new());
    for (xs, ys) in x.chunks(n.div_ceil(PARTS)).zip(y.chunks(n.div_ceil(PARTS))) {
        for place in extremes(ys, |y| *y) {
            kept.0.extend(xs.get(place));
            kept.1.extend(ys.get(place));
        }
    }
    kept
}

/// The places of the first, the last, the least and the largest of some points, in order and each once.
/// One whose value is missing is among them, since it breaks the line.
pub(crate) fn extremes<T>(points: &[T], value: impl Fn(&T) -> f64) -> Vec<usize> {
    let values = || points.iter().map(&value).enumerate();
    let present = || values().filter(|(_, y)| !y.is_nan());
    let least = present().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place);
    let largest = present().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place);
    let missing = values().find(|(_, y)| y.is_nan()).map(|(place, _)| place);
    let ends = [Some(0), Some(points.len().saturating_sub(1))];
    let mut places: Vec<usize> =
        [least, largest, missing].into_iter().chain(ends).flatten().collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_and_gaps_of_a_long_line_stay() {
        let x: Vec<f64> = (0..1_000_000).map(f64::from).collect();
        let mut y: Vec<f64> = x.iter().map(|x| (x / 1000.0).sin()).collect();
        (y[123_456], y[654_321], y[700_000]) = (99.0, -99.0, f64::NAN);
        let (xs, ys) = decimate(&x, &y);
        assert!(xs.len() <= 4 * PARTS + 1 && xs.is_sorted() && xs.len() == ys.len());
        let at = |x: f64| ys[xs.iter().position(|it| it.total_cmp(&x).is_eq()).unwrap()];
        assert_eq!((at(123_456.0), at(654_321.0), at(0.0)), (99.0, -99.0, 0.0));
        assert!(at(700_000.0).is_nan() && xs.last() == Some(&999_999.0));
    }

    #[test]
    fn short_line_stays_as_it_is() {
        let x = [1.0, 2.0, 3.0];
        assert_eq!(decimate(&x, &[5.0, 6.0]), (vec![1.0, 2.0], vec![5.0, 6.0]));
        assert_eq!(decimate(&[], &[]), (vec![], vec![]));
    }
}
