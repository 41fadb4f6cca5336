use jiff::civil::DateTime;

use crate::{
    Error, TimeSpan,
    query::{Bound, check_column, conditions, round},
};

/// Splunk keeps times as seconds in a double: more digits are noise.
const N_DIGITS: u32 = 6;

/// SPL (Splunk) that keeps the events whose `column` is in one of the spans, ends excluded.
///
/// `| where ('_time' >= 1557763200 AND '_time' < 1557770400) OR …`: the column holds seconds since
/// 1970, as `_time` does; at most six digits behind the second, starts rounded down, ends up.
/// Without a span that holds a time it is `| where 1=0`. The name stands in single quotes, which
/// `where` takes for a field.
///
/// # Errors
///
/// [`Error::ColumnEmpty`]; [`Error::ColumnCharacter`] for a quote, a backslash, what may begin a macro,
/// a subsearch or a command (backtick, bracket, pipe), or a control character: Splunk documents no
/// escape for them in field names; [`Error::QueryYear`] for a year outside 1 to 9999.
///
/// ```
/// use oddsift_timespan::{TimeSpan, spl_filter};
///
/// let hours = TimeSpan::new("2019-05-13T16:00:00Z".parse()?, "2019-05-13T18:00:00Z".parse()?)?;
/// assert_eq!(
///     spl_filter("_time", &[hours])?,
///     "| where ('_time' >= 1557763200 AND '_time' < 1557770400)",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spl_filter(column: &str, spans: &[TimeSpan]) -> Result<String, Error> {
    check_column(column, "SPL", &['\'', '"', '\\', '`', '[', ']', '|'])?;
    let condition = |span: &TimeSpan| {
        let start = seconds(round(span.start(), Bound::Start, N_DIGITS)?);
        let end = seconds(round(span.end(), Bound::End, N_DIGITS)?);
        Ok(format!("('{column}' >= {start} AND '{column}' < {end})"))
    };
    let condition = conditions(spans, " OR ", condition)?;
    Ok(format!("| where {}", condition.as_deref().unwrap_or("1=0")))
}

/// Seconds since 1970, with as few digits as there are.
fn seconds(time: DateTime) -> String {
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let micros = EPOCH.duration_until(time).as_micros();
    let sign = if micros < 0 { "-" } else { "" };
    let whole = micros.unsigned_abs().wrapping_div(1_000_000);
    let fraction = format!(".{:06}", micros.unsigned_abs().wrapping_rem(1_000_000));
    format!("{sign}{whole}{}", fraction.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn span(start: (i64, i32), end: (i64, i32)) -> TimeSpan {
        let time = |(second, nanosecond)| Timestamp::constant(second, nanosecond);
        TimeSpan::new(time(start), time(end)).unwrap()
    }

    #[test]
    fn times_are_seconds_rounded_outwards() {
        let spans = [span((-1, -500_000_000), (0, 250_000_000)), span((10, 1), (20, 1))];
        assert_eq!(
            spl_filter("t", &spans).unwrap(),
            "| where ('t' >= -1.5 AND 't' < 0.25) OR ('t' >= 10 AND 't' < 20.000001)"
        );
    }

    #[test]
    fn no_span_keeps_nothing() {
        assert_eq!(spl_filter("_time", &[]).unwrap(), "| where 1=0");
        assert_eq!(spl_filter("_time", &[span((5, 0), (5, 0))]).unwrap(), "| where 1=0");
    }

    #[test]
    fn name_that_could_leave_its_quotes_is_an_error() {
        for name in ["a' OR 1=1", "a\\", "`macro`", "a\"", "[search", "a|b", "a\n", "a\u{2028}"] {
            let found = spl_filter(name, &[]);
            assert!(matches!(found, Err(Error::ColumnCharacter { .. })), "{name:?}");
        }
        assert!(matches!(spl_filter("", &[]), Err(Error::ColumnEmpty)));
    }
}
