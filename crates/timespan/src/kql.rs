use jiff::Timestamp;

use crate::{
    Error, TimeSpan,
    error::is_hidden,
    query::{Bound, conditions, round},
};

/// Kusto's `datetime` counts ticks of 100 nanoseconds.
const N_DIGITS: u32 = 7;

/// KQL that keeps the rows whose `column` is in one of the spans, ends excluded.
///
/// `| where (C >= datetime(…Z) and C < datetime(…Z)) or …`, times in UTC with at most seven digits
/// behind the second: starts are rounded down, ends up. Without a span that holds a time it is
/// `| where false`. The name of the column comes out as one identifier, whatever it is
/// ([`kql_identifier`]).
///
/// # Errors
///
/// [`Error::ColumnEmpty`]; [`Error::QueryYear`] for a year outside 1 to 9999.
///
/// ```
/// use oddsift_timespan::{TimeSpan, kql_filter};
///
/// let hours = TimeSpan::new("2019-05-13T16:00:00Z".parse()?, "2019-05-13T18:00:00Z".parse()?)?;
/// assert_eq!(
///     kql_filter("TimeGenerated", &[hours])?,
///     "| where (TimeGenerated >= datetime(2019-05-13T16:00:00Z) \
///      and TimeGenerated < datetime(2019-05-13T18:00:00Z))",
/// );
/// assert_eq!(kql_filter("TimeGenerated", &[])?, "| where false");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "create_time_period_kqlfilter")]
pub fn kql_filter(column: &str, spans: &[TimeSpan]) -> Result<String, Error> {
    let name = kql_identifier(column)?;
    let condition = |span: &TimeSpan| {
        let start = round(span.start(), Bound::Start, N_DIGITS)?;
        let end = round(span.end(), Bound::End, N_DIGITS)?;
        Ok(format!("({name} >= datetime({start}Z) and {name} < datetime({end}Z))"))
    };
    let condition = conditions(spans, " or ", condition)?;
    Ok(format!("| where {}", condition.as_deref().unwrap_or("false")))
}

/// The KQL text of msticpy's `create_time_period_kqlfilter`, byte for byte.
///
/// It asks for `TimeGenerated` whatever the column is, its `between` includes the end, and without
/// spans nothing follows `| where `, which Kusto refuses: use [`kql_filter`]. With `zoned` the times
/// say `+00:00`, as msticpy prints times that had a zone; without it they say none.
///
/// # Errors
///
/// [`Error::QueryYear`] for a year outside 1 to 9999.
///
/// ```
/// use oddsift_timespan::{TimeSpan, kql_between};
///
/// let hours = TimeSpan::new("2019-05-13T16:00:00Z".parse()?, "2019-05-13T18:00:00Z".parse()?)?;
/// assert_eq!(
///     kql_between(&[hours], true)?,
///     "| where TimeGenerated between \
///      (datetime(2019-05-13 16:00:00+00:00) .. datetime(2019-05-13 18:00:00+00:00))",
/// );
/// assert_eq!(kql_between(&[], true)?, "| where ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn kql_between(spans: &[TimeSpan], zoned: bool) -> Result<String, Error> {
    let condition = |span: &TimeSpan| {
        let start = pandas_text(span.start(), zoned)?;
        let end = pandas_text(span.end(), zoned)?;
        Ok(format!("TimeGenerated between (datetime({start}) .. datetime({end}))"))
    };
    let conditions: Vec<String> = spans.iter().map(condition).collect::<Result<_, Error>>()?;
    Ok(format!("| where {}", conditions.join(" or ")))
}

/// What `str` makes of pandas' `Timestamp`: no fraction, six digits or nine.
fn pandas_text(time: Timestamp, zoned: bool) -> Result<String, Error> {
    let civil = round(time, Bound::Start, 9)?;
    let nanos = civil.subsec_nanosecond();
    let fraction = match (nanos, nanos.wrapping_rem(1_000)) {
        (0, _) => String::new(),
        (_, 0) => format!(".{:06}", nanos.wrapping_div(1_000)),
        _ => format!(".{nanos:09}"),
    };
    let offset = if zoned { "+00:00" } else { "" };
    Ok(format!("{}{fraction}{offset}", civil.strftime("%Y-%m-%d %H:%M:%S")))
}

/// A column name as one KQL identifier.
///
/// A name of ASCII letters, digits and `_` that begins with a capital letter, or with `_` and one,
/// stays as it is: no keyword, function or literal of the language looks so. Every other name is
/// quoted in brackets, which is always allowed, with the escapes of [`kql_string`].
///
/// # Errors
///
/// [`Error::ColumnEmpty`].
///
/// ```
/// use oddsift_timespan::kql_identifier;
///
/// assert_eq!(kql_identifier("TimeGenerated")?, "TimeGenerated");
/// assert_eq!(kql_identifier("where")?, "['where']");
/// assert_eq!(kql_identifier("it's")?, r"['it\'s']");
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
pub fn kql_identifier(column: &str) -> Result<String, Error> {
    if column.is_empty() {
        return Err(Error::ColumnEmpty);
    }
    Ok(if is_plain(column) { column.to_owned() } else { format!("[{}]", quoted(column, '\'')) })
}

/// A text as one KQL string literal, in double quotes.
///
/// Quotes and backslashes are escaped, so are control characters, the line and paragraph separators
/// U+2028 and U+2029, and characters that turn the direction of writing: the literal has no line
/// break and shows what it holds.
///
/// ```
/// use oddsift_timespan::kql_string;
///
/// assert_eq!(kql_string("C:\\temp"), r#""C:\\temp""#);
/// assert_eq!(kql_string("x\" or 1 == 1 //\n"), r#""x\" or 1 == 1 //\n""#);
/// assert_eq!(kql_string("\u{1b}[2J"), r#""\u001b[2J""#);
/// ```
#[must_use]
pub fn kql_string(text: &str) -> String {
    quoted(text, '"')
}

/// Kusto's keywords, functions and literals are in lower case, but for the truth values.
fn is_plain(name: &str) -> bool {
    let first = name.strip_prefix('_').unwrap_or(name);
    let truth = ["true", "false", "null"].iter().any(|word| name.eq_ignore_ascii_case(word));
    first.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !truth
}

fn quoted(text: &str, quote: char) -> String {
    let mut literal = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // All of these are in the basic plane, where four hex digits are one character.
            _ if is_hidden(c) => literal.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            _ if c == '\\' || c == quote => literal.extend(['\\', c]),
            _ => literal.push(c),
        }
    }
    literal.push(quote);
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_no_keyword_can_be_are_plain() {
        for name in ["TimeGenerated", "A", "_ResourceId", "X1_"] {
            assert_eq!(kql_identifier(name).unwrap(), name);
        }
        for name in
            ["where", "f1", "_", "__X", "1day", "A b", "A-b", "A.b", "Ä", "True", "a'] //", "A\n"]
        {
            assert!(kql_identifier(name).unwrap().starts_with("['"), "{name}");
        }
        assert!(matches!(kql_identifier(""), Err(Error::ColumnEmpty)));
    }

    #[test]
    fn literal_has_no_raw_line_break_or_control_character() {
        let literal = kql_string("a\u{0}\u{1b}\u{7f}\u{85}\u{2028}\u{2029}\u{202e}\r\n\t'\"\\");
        assert_eq!(literal, r#""a\u0000\u001b\u007f\u0085\u2028\u2029\u202e\r\n\t'\"\\""#);
    }

    #[test]
    fn empty_spans_are_left_out() {
        let empty = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(kql_filter("T", &[empty, empty]).unwrap(), "| where false");
    }

    #[test]
    fn pandas_writes_no_digits_or_six_or_nine() {
        let text = |nanos| pandas_text(Timestamp::constant(0, nanos), false).unwrap();
        assert_eq!(text(0), "1970-01-01 00:00:00");
        assert_eq!(text(500_000_000), "1970-01-01 00:00:00.500000");
        assert_eq!(text(1), "1970-01-01 00:00:00.000000001");
    }
}
