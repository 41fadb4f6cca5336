//! Sums that are exact, and so the same in any order.

/// Values that are summed are at most this, 2^960: no sum of 2^63 of them overflows.
pub(crate) const LARGEST: f64 = f64::from_bits((1023 + 960) << 52);

/// A sum kept as numbers that do not overlap, smallest first.
///
/// After J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
/// predicates", 1997, section 2.4 (Grow-Expansion). Whole numbers take one part.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactSum {
    /// The largest part, by itself so that most sums allocate nothing.
    top: f64,
    /// The parts below it, none of them zero.
    rest: Vec<f64>,
}

impl ExactSum {
    /// Adds a value, at most [`LARGEST`] in magnitude.
    pub(crate) fn add(&mut self, value: f64) {
        let mut carry = value;
        let mut kept = 0;
        for place in 0..self.rest.len() {
            let (sum, lost) = two_sum(carry, self.rest[place]);
            if lost != 0.0 {
                self.rest[kept] = lost;
                kept += 1;
            }
            carry = sum;
        }
        self.rest.truncate(kept);
        let (sum, lost) = two_sum(carry, self.top);
        if lost != 0.0 {
            self.rest.push(lost);
        }
        self.top = sum;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.rest.iter().chain([&other.top]).for_each(|&part| self.add(part));
    }

    /// The sum, rounded once to the nearest number, ties to even.
    pub(crate) fn value(&self) -> f64 {
        let mut high = self.top;
        let mut parts = self.rest.iter().rev().copied();
        let mut low = 0.0;
        while low == 0.0 {
            let Some(part) = parts.next() else { return high + 0.0 };
            (high, low) = two_sum(high, part);
        }
        // A tie was rounded to even, but what lies below says on which side of it the sum is.
        if let Some(below) = parts.next()
            && (below < 0.0) == (low < 0.0)
        {
            let twice = 2.0 * low;
            let (other, lost) = two_sum(high, twice);
            if lost == 0.0 {
                high = other;
            }
        }
        high
    }
}

/// The rounded sum and what rounding lost, exactly (Knuth's `TwoSum`).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    let a_part = sum - b_part;
    (sum, (a - a_part) + (b - b_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        for &value in values {
            sum.add(value);
        }
        sum.value()
    }

    #[test]
    fn sum_is_rounded_once() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        assert_eq!(sum(&[LARGEST, 5e-324, -LARGEST]), 5e-324);
        assert!(sum(&[LARGEST; 3]).is_finite());
    }

    #[test]
    fn tie_goes_to_the_side_of_what_lies_below() {
        let half = f64::EPSILON / 2.0;
        assert_eq!(sum(&[1.0, half]), 1.0);
        assert_eq!(sum(&[1.0, half, 1e-300]), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1e-300, half, 1.0]), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0 + f64::EPSILON, half, -1e-300]), 1.0 + f64::EPSILON);
    }

    #[test]
    fn minus_zero_is_zero() {
        assert!(sum(&[-0.0]).is_sign_positive());
    }
}
