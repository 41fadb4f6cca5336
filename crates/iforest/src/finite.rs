//! The check that values can be compared.

use crate::{Error, Precision};

/// Refuses the first value that is NaN, infinite or past what the precision holds. `values` are
/// row-major, and `row_at` gives the number of the row at each place.
pub(crate) fn check(
    precision: Precision,
    values: &[f64],
    n_columns: usize,
    row_at: impl FnOnce(usize) -> usize,
) -> Result<(), Error> {
    // NaN and infinities times 0 are NaN, all else is 0. Several sums, so that they need not wait
    // for each other.
    let mut sums = [0.0; 8];
    let mut chunks = values.chunks_exact(sums.len());
    for chunk in &mut chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &value)| *sum += precision.round(value) * 0.0);
    }
    let is_wrong = |value: &f64| !precision.round(*value).is_finite();
    if !sums.iter().chain(chunks.remainder()).any(is_wrong) {
        return Ok(());
    }
    let at = values.iter().position(is_wrong).unwrap_or_default();
    Err(Error::NonFinite { row: row_at(at / n_columns), column: at % n_columns })
}
