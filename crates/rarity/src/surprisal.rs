use std::f64::consts::LOG2_E;

/// Returns the surprisal, in bits, of a value that `count` of `n` rows have, the row itself in both.
///
/// `log2(n / (count - 1/2))`: the negative logarithm of the probability that the other `n - 1` rows
/// give to the value, which `count - 1` of them have, by the estimator "add one half" for "this value,
/// or another", `(count - 1 + 1/2) / (n - 1 + 1)`. After R. Krichevsky and V. Trofimov, "The
/// performance of universal encoding", IEEE Transactions on Information Theory 27(2), 1981.
///
/// A `count` of 0 is that of a row that was not counted, such as a new one against a history; the
/// result is the surprisal as if the row were added, `log2(2 (n + 1))`. A `count` above `n` is taken
/// for `n`. The result is finite and never negative, and it is the same on every platform.
///
/// ```
/// use oddsift_rarity::surprisal;
///
/// assert_eq!(surprisal(1, 1), 1.0);
/// assert_eq!(surprisal(1, 512), 10.0); // log2(2 n)
/// assert_eq!(surprisal(0, 511), 10.0); // as if the row were added
/// assert_eq!(surprisal(0, 0), 1.0);
/// assert!(surprisal(512, 512) < 0.002);
/// ```
pub fn surprisal(count: u64, n: u64) -> f64 {
    let (count, n) = match count.min(n) {
        0 => (1, n.saturating_add(1)),
        count => (count, n),
    };
    // The odds keep what the quotient `n / (count - 1/2)` rounds away near 1. A further row of the
    // value changes their denominator alone, so rounding cannot make the value rarer.
    let odds = ((n - count) as f64 + 0.5) / (count as f64 - 0.5);
    if odds < 1.0 { libm::log1p(odds) * LOG2_E } else { libm::log2(1.0 + odds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_formula() {
        for (count, n) in [(1, 3), (2, 7), (7, 7), (40, 1000), (999, 1000)] {
            let expected = (n as f64 / (count as f64 - 0.5)).log2();
            assert!((surprisal(count, n) - expected).abs() < 1e-14, "{count} of {n}");
        }
    }

    #[test]
    fn count_above_n_is_n() {
        assert_eq!(surprisal(9, 4), surprisal(4, 4));
        assert_eq!(surprisal(9, 0), 1.0);
    }

    #[test]
    fn largest_counts_are_finite_and_not_negative() {
        for count in [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
            let bits = surprisal(count, u64::MAX);
            assert!(bits.is_finite() && bits > 0.0, "{count}");
        }
        assert_eq!(surprisal(1, u64::MAX), 65.0);
    }
}
