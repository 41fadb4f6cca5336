//! The season of a series that is no longer than its period.

/// Every subseries has one value or none, so smoothing leaves the values as they are, and the low
/// pass of a cycle that repeats is its mean.
///
/// Positions without a value, past the end of the series too, are on the straight line between the
/// values before and after, the cycle being a circle. So nothing as long as the period is stored.
pub(crate) fn seasonal(values: &[f64], period: usize, out: &mut [f64]) {
    let is_there = |i: &usize| !values[*i].is_nan();
    let (Some(first), Some(last)) =
        ((0..values.len()).find(is_there), (0..values.len()).rfind(is_there))
    else {
        out.fill(f64::NAN);
        return;
    };
    let mut sum = 0.0;
    let mut before = (first, values[first]);
    out[first] = values[first];
    sum += values[first];
    for at in (first + 1..=last).filter(is_there) {
        sum += line(before, (at, values[at]), before.0 + 1..at, out) + values[at];
        out[at] = values[at];
        before = (at, values[at]);
    }
    let around = (first.saturating_add(period), values[first]);
    let delta = (around.1 - before.1) / (around.0 - before.0) as f64;
    let on_line = |steps: usize| before.1 + delta * steps as f64;
    for (steps, value) in out[last..].iter_mut().enumerate().skip(1) {
        *value = on_line(steps);
    }
    for (at, value) in out[..first].iter_mut().enumerate() {
        *value = on_line((period - last).saturating_add(at));
    }
    let n_between = around.0 - last - 1;
    sum += n_between as f64 * f64::midpoint(before.1, around.1);
    let mean = sum / period as f64;
    for value in out {
        *value -= mean;
    }
}

/// Writes the positions `between` two points, and sums them.
fn line(
    (left, from): (usize, f64),
    (right, to): (usize, f64),
    between: std::ops::Range<usize>,
    out: &mut [f64],
) -> f64 {
    let delta = (to - from) / (right - left) as f64;
    let mut sum = 0.0;
    for at in between {
        out[at] = from + delta * (at - left) as f64;
        sum += out[at];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_taken_as_a_circle() {
        let mut out = [0.0; 4];
        seasonal(&[0.0, f64::NAN, 4.0, f64::NAN], 8, &mut out);
        // 0 2 4 and on the way back 4·5/6 … 4/6 at the five positions between.
        let mean = (6.0 + 10.0) / 8.0;
        for (value, expected) in out.iter().zip([0.0, 2.0, 4.0, 4.0 - 4.0 / 6.0]) {
            assert!((value - (expected - mean)).abs() < 1e-15);
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        seasonal(&[], 3, &mut []);
        let mut out = [0.0];
        seasonal(&[f64::NAN], usize::MAX, &mut out);
        assert!(out[0].is_nan());
        seasonal(&[5.0], usize::MAX, &mut out);
        assert_eq!(out, [0.0]);
    }
}
