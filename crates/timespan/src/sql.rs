use crate::{
    Error, TimeSpan,
    query::{Bound, check_column, conditions, round},
};

/// Microseconds, which time types commonly hold; finer text would be rounded to the nearest.
const N_DIGITS: u32 = 6;

/// SQL that keeps the rows whose `column` is in one of the spans, ends excluded.
///
/// `WHERE ("c" >= '2019-05-13T16:00:00Z' AND "c" < '2019-05-13T18:00:00Z') OR …`, times in UTC with
/// at most six digits behind the second: starts are rounded down, ends up. Without a span that holds
/// a time it is `WHERE 1 = 0`. The name is a delimited identifier of the standard (ISO 9075), in
/// double quotes; where those mean a text, set the mode that follows the standard (`ANSI_QUOTES`).
///
/// The times are plain literals, which take the column's type: a typed literal would lose its zone
/// on one of the two kinds of time column.
///
/// # Errors
///
/// [`Error::ColumnEmpty`]; [`Error::ColumnCharacter`] for a control character or line break;
/// [`Error::QueryYear`] for a year outside 1 to 9999.
///
/// ```
/// use oddsift_timespan::{TimeSpan, sql_filter};
///
/// let hours = TimeSpan::new("2019-05-13T16:00:00Z".parse()?, "2019-05-13T18:00:00Z".parse()?)?;
/// assert_eq!(
///     sql_filter("time", &[hours])?,
///     r#"WHERE ("time" >= '2019-05-13T16:00:00Z' AND "time" < '2019-05-13T18:00:00Z')"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sql_filter(column: &str, spans: &[TimeSpan]) -> Result<String, Error> {
    check_column(column, "SQL", &[])?;
    let name = format!("\"{}\"", column.replace('"', "\"\""));
    let condition = |span: &TimeSpan| {
        let start = round(span.start(), Bound::Start, N_DIGITS)?;
        let end = round(span.end(), Bound::End, N_DIGITS)?;
        Ok(format!("({name} >= '{start}Z' AND {name} < '{end}Z')"))
    };
    let condition = conditions(spans, " OR ", condition)?;
    Ok(format!("WHERE {}", condition.as_deref().unwrap_or("1 = 0")))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn quotes_in_a_name_are_doubled() {
        let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::constant(1, 1)).unwrap();
        assert_eq!(
            sql_filter("a\" OR 1=1 --", &[span]).unwrap(),
            r#"WHERE ("a"" OR 1=1 --" >= '1970-01-01T00:00:00Z' AND "a"" OR 1=1 --" < '1970-01-01T00:00:01.000001Z')"#
        );
    }

    #[test]
    fn no_span_keeps_nothing() {
        assert_eq!(sql_filter("t", &[]).unwrap(), "WHERE 1 = 0");
    }

    #[test]
    fn name_that_breaks_the_line_is_an_error() {
        for name in ["a\n", "a\0", "a\u{85}"] {
            let found = sql_filter(name, &[]);
            assert!(matches!(found, Err(Error::ColumnCharacter { .. })), "{name:?}");
        }
        assert!(matches!(sql_filter("", &[]), Err(Error::ColumnEmpty)));
    }
}
