//! The text functions over whole columns.
//!
//! Each takes any iterator of cells and gives an array of shape `(n_rows,)` in
//! row order. A missing cell (`None`) gives NaN, and stays missing so. With the
//! feature `parallel` large columns run on the threads of the current rayon
//! pool; the result does not depend on their number. Time is linear in the text.
//!
//! ```
//! use oddsift_features::columns;
//!
//! let lengths = columns::token_count([Some("net user"), None, Some("dir")], " ")?;
//! assert_eq!(lengths[0], 2.0);
//! assert!(lengths[1].is_nan());
//! # Ok::<(), oddsift_features::Error>(())
//! ```

use crate::text::{check_scale, count_parts, ord_sum};
use crate::{Delimiters, Error};
use ndarray::Array1;
use oddsift_ground::threads;

/// Floored sum of the code points divided by `scale`, for each cell.
///
/// # Errors
///
/// [`Error::Scale`] for a scale that is zero, NaN or infinite.
///
/// ```
/// # use oddsift_features::columns;
/// let scores = columns::char_ord_score([Some("ab"), Some("c"), None], 2.0)?;
/// assert_eq!((scores[0], scores[1]), (97.0, 49.0)); // (97 + 98) / 2 and 99 / 2, floored
/// assert!(scores[2].is_nan());
/// # Ok::<(), oddsift_features::Error>(())
/// ```
pub fn char_ord_score<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    scale: f64,
) -> Result<Array1<f64>, Error> {
    check_scale(scale)?;
    Ok(map(values, |text| (ord_sum(text) as f64 / scale).floor()))
}

/// Sum of the code points divided by `scale`, for each cell.
///
/// # Errors
///
/// [`Error::Scale`] for a scale that is zero, NaN or infinite.
///
/// ```
/// # use oddsift_features::columns;
/// assert_eq!(columns::char_ord_ratio([Some("ab"), Some("c")], 2.0)?.to_vec(), [97.5, 49.5]);
/// assert!(columns::char_ord_ratio([Some("ab")], 0.0).is_err());
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[doc(alias = "char_ord_score_df")]
pub fn char_ord_ratio<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    scale: f64,
) -> Result<Array1<f64>, Error> {
    check_scale(scale)?;
    Ok(map(values, |text| ord_sum(text) as f64 / scale))
}

/// CRC-32 of the UTF-8 bytes of each cell.
///
/// ```
/// # use oddsift_features::columns;
/// let hashes = columns::crc32_hash([Some("123456789"), Some(""), None]);
/// assert_eq!((hashes[0], hashes[1]), (f64::from(0xcbf4_3926_u32), 0.0));
/// assert!(hashes[2].is_nan());
/// ```
#[doc(alias = "crc32_hash_df")]
pub fn crc32_hash<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Array1<f64> {
    map(values, |text| f64::from(crate::crc32_hash(text)))
}

/// Number of delimiters of each cell.
///
/// ```
/// # use oddsift_features::{Delimiters, columns};
/// let counts = columns::delim_count([Some("net user /add"), Some("dir")], &Delimiters::default());
/// assert_eq!(counts.to_vec(), [3.0, 0.0]);
/// ```
#[doc(alias = "delim_count_df")]
pub fn delim_count<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    delimiters: &Delimiters,
) -> Array1<f64> {
    map(values, |text| delimiters.count(text) as f64)
}

/// CRC-32 of the joined delimiters of each cell.
///
/// ```
/// # use oddsift_features::{Delimiters, columns};
/// // The same delimiters, whatever stands between them.
/// let hashes = columns::delim_hash([Some("net user /add"), Some("a b /c")], &Delimiters::default());
/// assert_eq!(hashes[0], hashes[1]);
/// ```
pub fn delim_hash<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    delimiters: &Delimiters,
) -> Array1<f64> {
    map(values, |text| f64::from(delimiters.count_and_hash(text).1))
}

/// Number of parts of each cell when split at `delimiter`.
///
/// # Errors
///
/// [`Error::EmptyTokenDelimiter`] for an empty delimiter.
///
/// ```
/// # use oddsift_features::columns;
/// assert_eq!(columns::token_count([Some("net user"), Some("")], " ")?.to_vec(), [2.0, 1.0]);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[doc(alias = "token_count_df")]
pub fn token_count<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    delimiter: &str,
) -> Result<Array1<f64>, Error> {
    if delimiter.is_empty() {
        return Err(Error::EmptyTokenDelimiter);
    }
    Ok(map(values, |text| count_parts(text, delimiter) as f64))
}

/// Cells gathered before threads get them, so that memory does not grow with the column.
const BLOCK: usize = 1 << 16;
/// Cells worth a task of their own.
const GRAIN: usize = 1 << 10;

fn map<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
    number: impl Fn(&str) -> f64 + Sync,
) -> Array1<f64> {
    let mut values = values.into_iter();
    let mut out = Vec::with_capacity(values.size_hint().0.min(BLOCK));
    let mut block = Vec::new();
    loop {
        block.clear();
        block.extend(values.by_ref().take(BLOCK));
        if block.is_empty() {
            return Array1::from_vec(out);
        }
        let n_before = out.len();
        out.resize(n_before + block.len(), 0.0);
        threads::for_each_chunk(&mut out[n_before..], GRAIN, |i, numbers| {
            for (slot, cell) in numbers.iter_mut().zip(&block[i * GRAIN..]) {
                *slot = or_nan(*cell, &number);
            }
        });
    }
}

fn or_nan(cell: Option<&str>, number: impl Fn(&str) -> f64) -> f64 {
    cell.map_or(f64::NAN, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_stays_missing_and_rows_keep_their_order() {
        let texts: Vec<String> = (0..150_000).map(|i| "-".repeat(i % 7)).collect();
        let cells = texts.iter().enumerate().map(|(i, t)| (i % 5 > 0).then_some(t.as_str()));
        let counts = delim_count(cells, &Delimiters::default());
        assert_eq!(counts.len(), texts.len());
        for (i, count) in counts.iter().enumerate() {
            let number = Some(*count).filter(|count| !count.is_nan());
            assert_eq!(number, (i % 5 > 0).then_some((i % 7) as f64), "row {i}");
        }
    }

    #[test]
    fn empty_column_gives_an_empty_array() {
        assert_eq!(crc32_hash([]).len(), 0);
    }
}
