use crate::{Field, ValueErrorKind};

/// The number of a field; one that is NaN is missing.
pub(crate) fn of_field(field: Field<'_>) -> Result<f64, ValueErrorKind> {
    match field {
        Field::Missing => Err(ValueErrorKind::Missing),
        Field::Text(text) => parse(Some(text)),
        Field::Number(number) if number.is_finite() => Ok(number),
        Field::Number(number) if number.is_nan() => Err(ValueErrorKind::Missing),
        Field::Number(_) => Err(ValueErrorKind::NotFinite),
    }
}

/// What exports write where there is no number: `-` by Zeek, IIS and Kibana, `(empty)` by Zeek,
/// `(null)` by programs in C.
const MISSING: [&str; 7] = ["na", "n/a", "null", "none", "-", "(null)", "(empty)"];

/// A cell as a finite number. `true` and `false` are 1 and 0.
///
/// Stricter than most readers: no digit groups, no hexadecimal, no decimal
/// comma, ASCII digits only, so that a text never means two numbers.
pub(crate) fn parse(cell: Option<&str>) -> Result<f64, ValueErrorKind> {
    let text = cell.ok_or(ValueErrorKind::Missing)?.trim_ascii();
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(value) if value.is_nan() => Err(ValueErrorKind::Missing),
        Ok(_) => Err(ValueErrorKind::NotFinite),
        Err(_) => parse_word(text),
    }
}

fn parse_word(text: &str) -> Result<f64, ValueErrorKind> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") {
        Ok(1.0)
    } else if is("false") {
        Ok(0.0)
    } else if text.is_empty() || MISSING.into_iter().any(is) {
        Err(ValueErrorKind::Missing)
    } else {
        Err(ValueErrorKind::NotANumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueErrorKind::{Missing, NotANumber, NotFinite};

    #[test]
    fn common_forms_are_numbers() {
        let cases = [("1e5", 1e5), ("+.5", 0.5), (" -2 ", -2.0), ("7.", 7.0), ("-0", 0.0)];
        for (text, value) in cases.into_iter().chain([("TRUE", 1.0), ("False", 0.0)]) {
            assert_eq!(parse(Some(text)), Ok(value), "{text}");
        }
    }

    #[test]
    fn words_for_nothing_are_missing() {
        let of_tools = ["-", " - ", "(null)", "(NULL)", "(empty)"];
        let of_languages = ["", " \t", "nan", "NaN", "-NAN", "NA", "n/a", "NULL", "None"];
        for text in of_languages.into_iter().chain(of_tools) {
            assert_eq!(parse(Some(text)), Err(Missing), "{text}");
        }
        assert_eq!(parse(None), Err(Missing));
    }

    #[test]
    fn forms_of_other_languages_are_no_numbers() {
        for text in ["1_000", "0x10", "١٢", "1,5", "1 5", "abc", ".", "e5", "1\u{a0}", "½", "--"]
        {
            assert_eq!(parse(Some(text)), Err(NotANumber), "{text}");
        }
    }

    #[test]
    fn numbers_past_f64_are_not_finite() {
        for text in ["inf", "-Infinity", "1e999", "-1e999"] {
            assert_eq!(parse(Some(text)), Err(NotFinite), "{text}");
        }
    }
}
