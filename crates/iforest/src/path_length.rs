//! How long paths are.

/// The limit of the harmonic numbers less the logarithm, as scikit-learn has it.
const EULER: f64 = 0.577_215_664_901_532_9;

/// `c(n)` of Liu, Ting and Zhou, ICDM 2008, equation 1: how many edges it takes on average to find
/// one of `n` rows in a binary search tree; 0 for `n <= 1` and 1 for 2.
///
/// As scikit-learn's, with the harmonic number by `ln(n - 1)` and Euler's constant. It increases with
/// `n`.
///
/// ```
/// use oddsift_iforest::average_path_length;
///
/// assert_eq!([0, 1, 2].map(average_path_length), [0.0, 0.0, 1.0]);
/// assert!((average_path_length(5) - 2.327_020_052).abs() < 1e-9);
/// assert!((average_path_length(999) - 12.967_939_884).abs() < 1e-9);
/// ```
#[doc(alias = "_average_path_length")]
pub fn average_path_length(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = n as f64;
            2.0 * (libm::log(n - 1.0) + EULER) - 2.0 * (n - 1.0) / n
        }
    }
}
