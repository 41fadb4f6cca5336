//! What the query languages share: bounds that are rounded outwards, and one condition a span.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

use crate::{
    Error, TimeSpan,
    error::{excerpt, is_hidden},
};

/// Which way a bound moves if the language has fewer digits: outwards, so that no event is lost.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    Start,
    End,
}

/// The time in UTC, with at most `n_digits` digits behind the second.
pub(crate) fn round(time: Timestamp, bound: Bound, n_digits: u32) -> Result<DateTime, Error> {
    let unit = 10_i64.saturating_pow(9_u32.saturating_sub(n_digits));
    let civil = Offset::UTC.to_datetime(time);
    let below = i64::from(civil.subsec_nanosecond()).checked_rem(unit).unwrap_or(0);
    let step = match bound {
        Bound::Start => below.wrapping_neg(),
        Bound::End if below == 0 => 0,
        Bound::End => unit.wrapping_sub(below),
    };
    // A civil time reaches a day further than a timestamp: rounding up always has room.
    let rounded = civil.saturating_add(jiff::SignedDuration::from_nanos(step));
    if (1..=9999).contains(&rounded.year()) { Ok(rounded) } else { Err(Error::QueryYear { time }) }
}

/// One condition for each span that holds a time; `None` without any.
pub(crate) fn conditions(
    spans: &[TimeSpan],
    or: &str,
    condition: impl Fn(&TimeSpan) -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    let conditions = spans
        .iter()
        .filter(|span| !span.is_empty())
        .map(condition)
        .collect::<Result<Vec<String>, Error>>()?;
    Ok((!conditions.is_empty()).then(|| conditions.join(or)))
}

/// Refuses a name that is empty or holds what the language cannot write between its quotes.
pub(crate) fn check_column(
    column: &str,
    language: &'static str,
    unquotable: &[char],
) -> Result<(), Error> {
    if column.is_empty() {
        return Err(Error::ColumnEmpty);
    }
    match column.chars().find(|c| is_hidden(*c) || unquotable.contains(c)) {
        Some(character) => {
            Err(Error::ColumnCharacter { column: excerpt(column), character, language })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_rounded_outwards() {
        let time = Timestamp::constant(0, 123_456_750);
        let rounded = |bound, n_digits| round(time, bound, n_digits).unwrap().subsec_nanosecond();
        assert_eq!((rounded(Bound::Start, 7), rounded(Bound::End, 7)), (123_456_700, 123_456_800));
        assert_eq!((rounded(Bound::Start, 9), rounded(Bound::End, 9)), (123_456_750, 123_456_750));
        let before_1970 = round(Timestamp::constant(-1, -1), Bound::Start, 6).unwrap();
        assert_eq!(before_1970.to_string(), "1969-12-31T23:59:58.999999");
    }

    #[test]
    fn last_time_has_room_to_round_up() {
        let last = round(Timestamp::MAX, Bound::End, 7).unwrap();
        assert_eq!(last.to_string(), "9999-12-30T22:00:01");
    }

    #[test]
    fn year_before_1_is_an_error() {
        for bound in [Bound::Start, Bound::End] {
            assert!(matches!(round(Timestamp::MIN, bound, 7), Err(Error::QueryYear { .. })));
        }
    }
}
