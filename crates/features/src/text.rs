use crate::{Delimiters, Error};

/// Sum of the code points of `value`, divided by `scale` and floored.
///
/// Characters are Unicode scalar values. A negative scale floors downward. The
/// empty text scores 0. Time linear in the length.
///
/// # Errors
///
/// [`Error::Scale`] for a scale that is zero, NaN or infinite,
/// [`Error::ScoreRange`] for a quotient past `i64`.
///
/// ```
/// use oddsift_features::char_ord_score;
///
/// assert_eq!(char_ord_score("abc", 1.0)?, 294);
/// assert_eq!(char_ord_score("abc", 2.5)?, 117);
/// assert_eq!(char_ord_score("cmd.exe /c", -3.0)?, -285);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
pub fn char_ord_score(value: &str, scale: f64) -> Result<i64, Error> {
    // Bounds that f64 holds exactly: -2^63 and 2^63.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let score = char_ord_ratio(value, scale)?.floor();
    if (-LIMIT..LIMIT).contains(&score) {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within i64")]
        return Ok(score as i64);
    }
    Err(Error::ScoreRange { sum: ord_sum(value), scale })
}

/// Sum of the code points of `value`, divided by `scale`.
///
/// # Errors
///
/// [`Error::Scale`] for a scale that is zero, NaN or infinite.
///
/// ```
/// assert_eq!(oddsift_features::char_ord_ratio("abc", 4.0)?, 73.5);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[doc(alias = "char_ord_score_df")]
pub fn char_ord_ratio(value: &str, scale: f64) -> Result<f64, Error> {
    check_scale(scale)?;
    Ok(ord_sum(value) as f64 / scale)
}

/// CRC-32 (IEEE) of the UTF-8 bytes of `value`; 0 for the empty text.
///
/// ```
/// assert_eq!(oddsift_features::crc32_hash("123456789"), 0xcbf4_3926);
/// ```
pub fn crc32_hash(value: &str) -> u32 {
    crc32fast::hash(value.as_bytes())
}

/// How many delimiters `value` has.
///
/// ```
/// use oddsift_features::{Delimiters, delim_count};
///
/// assert_eq!(delim_count("net user /add", &Delimiters::default()), 3);
/// ```
pub fn delim_count(value: &str, delimiters: &Delimiters) -> u64 {
    delimiters.count(value)
}

/// CRC-32 of the delimiters of `value`, joined in their order; 0 without any.
///
/// ```
/// use oddsift_features::{Delimiters, crc32_hash, delim_hash};
///
/// assert_eq!(delim_hash("net user /add", &Delimiters::default()), crc32_hash("  /"));
/// ```
pub fn delim_hash(value: &str, delimiters: &Delimiters) -> u32 {
    delimiters.count_and_hash(value).1
}

/// How many parts `value` has when split at every `delimiter`: 1 for the empty text.
///
/// # Errors
///
/// [`Error::EmptyTokenDelimiter`] for an empty delimiter.
///
/// ```
/// use oddsift_features::token_count;
///
/// assert_eq!(token_count("cmd  /c dir", " ")?, 4); // two spaces hold an empty token
/// # Ok::<(), oddsift_features::Error>(())
/// ```
pub fn token_count(value: &str, delimiter: &str) -> Result<u64, Error> {
    if delimiter.is_empty() {
        return Err(Error::EmptyTokenDelimiter);
    }
    Ok(count_parts(value, delimiter))
}

/// As [`token_count`]; an empty delimiter splits nothing.
pub(crate) fn count_parts(value: &str, delimiter: &str) -> u64 {
    let found = match delimiter.as_bytes() {
        [] => 0,
        [byte] => count_byte(value.as_bytes(), *byte),
        longer => memchr::memmem::find_iter(value.as_bytes(), longer).count() as u64,
    };
    found + 1
}

pub(crate) fn check_scale(scale: f64) -> Result<(), Error> {
    if scale.is_finite() && scale != 0.0 { Ok(()) } else { Err(Error::Scale(scale)) }
}

/// Length in characters and sum of the code points.
pub(crate) fn len_and_sum(value: &str) -> (u64, u64) {
    if let Some(sum) = ascii_sum(value.as_bytes()) {
        return (value.len() as u64, sum);
    }
    value.chars().fold((0, 0), |(len, sum), c| (len + 1, sum + u64::from(u32::from(c))))
}

pub(crate) fn ord_sum(value: &str) -> u64 {
    len_and_sum(value).1
}

/// Sum of the bytes, `None` if one is not ASCII. The lanes become vectors.
fn ascii_sum(bytes: &[u8]) -> Option<u64> {
    let (mut total, mut seen) = (0, 0);
    for chunk in bytes.chunks(64) {
        let mut sum = 0_u32;
        for &byte in chunk {
            sum += u32::from(byte);
            seen |= byte;
        }
        total += u64::from(sum);
    }
    seen.is_ascii().then_some(total)
}

fn count_byte(bytes: &[u8], wanted: u8) -> u64 {
    const MOST: usize = 255; // that a u8 counts
    let count = |chunk: &[u8]| chunk.iter().map(|&byte| u8::from(byte == wanted)).sum::<u8>();
    bytes.chunks(MOST).map(|chunk| u64::from(count(chunk))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_counts_code_points() {
        assert_eq!(ord_sum("aé😀"), 97 + 0xe9 + 0x1f600);
        assert_eq!(ord_sum(&"\u{7f}".repeat(100_000)), 127 * 100_000);
    }

    #[test]
    fn bad_scale_is_an_error() {
        for scale in [0.0, -0.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(char_ord_score("a", scale), Err(Error::Scale(_))));
        }
        assert!(matches!(char_ord_score("a", 1e-300), Err(Error::ScoreRange { sum: 97, .. })));
        assert!(matches!(char_ord_score("a", 5e-324), Err(Error::ScoreRange { .. })));
    }

    #[test]
    fn longer_delimiter_splits_without_overlap() {
        assert_eq!(token_count(":::", "::").unwrap(), 2);
        assert_eq!(token_count("", "::").unwrap(), 1);
    }
}
