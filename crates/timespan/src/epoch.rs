//! Numbers that count from an epoch: the size tells the unit.

use jiff::Timestamp;

use crate::{
    error::{Error, excerpt},
    iso::Fault,
};

/// Numbers of one unit and epoch.
struct Unit {
    from: i128,
    before: i128,
    /// Nanoseconds of one of it.
    nanoseconds: i128,
    /// Seconds from its epoch to 1970.
    epoch: i128,
}

/// 1973-01-01, in seconds since 1970: smaller numbers are counts and years, not times.
const FROM: i128 = 94_694_400;
/// 2200-01-01.
const BEFORE: i128 = 7_258_118_400;
/// Seconds from 1601 to 1970.
const FILETIME: i128 = 11_644_473_600;
/// Seconds from the year 1 to 1970.
const TICKS: i128 = 62_135_596_800;
const BILLION: i128 = 1_000_000_000;

/// No number is in two of them.
const UNITS: [Unit; 6] = [
    Unit { from: FROM, before: BEFORE, nanoseconds: BILLION, epoch: 0 },
    Unit { from: FROM * 1_000, before: BEFORE * 1_000, nanoseconds: 1_000_000, epoch: 0 },
    Unit { from: FROM * 1_000_000, before: BEFORE * 1_000_000, nanoseconds: 1_000, epoch: 0 },
    Unit {
        from: (FROM + FILETIME) * 10_000_000,
        before: (BEFORE + FILETIME) * 10_000_000,
        nanoseconds: 100,
        epoch: FILETIME,
    },
    // Nanoseconds begin where FILETIME ends, and leave out what ticks of .NET would be.
    Unit {
        from: (BEFORE + FILETIME) * 10_000_000,
        before: (FROM + TICKS) * 10_000_000,
        nanoseconds: 1,
        epoch: 0,
    },
    Unit {
        from: (BEFORE + TICKS) * 10_000_000,
        before: BEFORE * BILLION,
        nanoseconds: 1,
        epoch: 0,
    },
];

/// Reads a number or `/Date(MILLISECONDS)/`; `None` for a text that is neither.
pub(crate) fn parse(text: &str) -> Option<Result<Timestamp, Error>> {
    if let Some(millis) = dot_net(text) {
        let time = millis.parse().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
        return Some(time.ok_or_else(|| Error::Range { text: excerpt(text) }));
    }
    let number = Number::parse(text)?;
    Some(number.and_then(Number::time).map_err(|fault| fault.explain(text)))
}

enum NumberFault {
    Size,
    Fraction,
}

impl NumberFault {
    #[cold]
    fn explain(self, text: &str) -> Error {
        match self {
            Self::Fraction => Fault::Fraction.explain(text),
            Self::Size => match written_together(text) {
                Some(format) => {
                    Error::Shape { text: excerpt(text), formats: vec![format.to_owned()] }
                }
                None => Error::Number { text: excerpt(text) },
            },
        }
    }
}

/// The format of digits that are a date without separators: a number, too, and so not read as one.
fn written_together(digits: &str) -> Option<&'static str> {
    let format = match digits.len() {
        8 => "%Y%m%d",
        14 => "%Y%m%d%H%M%S",
        _ => return None,
    };
    crate::forms::reads(format, digits).then_some(format)
}

/// `mantissa` times ten to the power of `exponent`.
struct Number {
    mantissa: i128,
    exponent: i32,
}

/// More digits than any unit has before and behind its point.
const MAX_DIGITS: usize = 36;

impl Number {
    /// Reads digits, which may have a fraction and an exponent.
    fn parse(text: &str) -> Option<Result<Self, NumberFault>> {
        let (whole, rest) = digits(text)?;
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest)?,
            None => ("", rest),
        };
        let exponent = exponent(rest)?;
        let fraction = fraction.trim_end_matches('0');
        let n_digits = whole.len().saturating_add(fraction.len());
        if n_digits > MAX_DIGITS || (whole.len() > 1 && whole.starts_with('0')) {
            let is_long = whole.len() <= MAX_DIGITS / 2;
            return Some(Err(if is_long { NumberFault::Fraction } else { NumberFault::Size }));
        }
        let add = |number: i128, digit: u8| {
            number.wrapping_mul(10).wrapping_add(i128::from(digit.wrapping_sub(b'0')))
        };
        let mantissa = whole.bytes().chain(fraction.bytes()).fold(0, add);
        let n_behind = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        Some(Ok(Self { mantissa, exponent: exponent.saturating_sub(n_behind) }))
    }

    fn time(self) -> Result<Timestamp, NumberFault> {
        let whole = self.times(1).map_or(0, |(whole, _)| whole);
        let unit = UNITS.iter().find(|unit| (unit.from..unit.before).contains(&whole));
        let unit = unit.ok_or(NumberFault::Size)?;
        let (nanoseconds, is_exact) = self.times(unit.nanoseconds).ok_or(NumberFault::Fraction)?;
        if !is_exact {
            return Err(NumberFault::Fraction);
        }
        let nanoseconds = nanoseconds.wrapping_sub(unit.epoch.wrapping_mul(BILLION));
        Timestamp::from_nanosecond(nanoseconds).map_err(|_| NumberFault::Size)
    }

    /// So many times the number, cut to a whole one, and whether nothing was cut.
    fn times(&self, factor: i128) -> Option<(i128, bool)> {
        let power = 10_i128.checked_pow(self.exponent.unsigned_abs())?;
        if self.exponent >= 0 {
            return Some((self.mantissa.checked_mul(power)?.checked_mul(factor)?, true));
        }
        // Digits in front of the point and behind it, apart: their product might not fit.
        let (whole, part) = (self.mantissa.checked_div(power)?, self.mantissa.checked_rem(power)?);
        let part = part.checked_mul(factor)?;
        let sum = whole.checked_mul(factor)?.checked_add(part.checked_div(power)?)?;
        Some((sum, part.checked_rem(power)? == 0))
    }
}

/// The digits that a text begins with, at least one, and what follows them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())
}

/// The number of `e9`, `E+09` or nothing; of two digits at most, as no time has more.
fn exponent(text: &str) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let signed = text.strip_prefix(['e', 'E'])?;
    let (digits, rest) = digits(signed.strip_prefix(['+', '-']).unwrap_or(signed))?;
    (rest.is_empty() && digits.len() <= 2).then(|| signed.parse().ok()).flatten()
}

/// The milliseconds of `/Date(1714978800123)/`, which may name an offset that does not matter.
fn dot_net(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let unsigned = inner.strip_prefix('-').unwrap_or(inner);
    let (millis, offset) = digits(unsigned)?;
    if !offset.is_empty() {
        crate::iso::parse_offset(offset)?;
    }
    let end = inner.len().saturating_sub(unsigned.len()).saturating_add(millis.len());
    inner.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).unwrap().unwrap().to_string()
    }

    #[test]
    fn size_tells_the_unit() {
        assert_eq!(shown("1714978800"), "2024-05-06T07:00:00Z");
        assert_eq!(shown("1714978800123"), "2024-05-06T07:00:00.123Z");
        assert_eq!(shown("1714978800123456"), "2024-05-06T07:00:00.123456Z");
        assert_eq!(shown("1714978800123456789"), "2024-05-06T07:00:00.123456789Z");
        assert_eq!(shown("133594524001234567"), "2024-05-06T07:00:00.1234567Z");
    }

    #[test]
    fn fraction_and_exponent_are_exact() {
        assert_eq!(shown("1588317600.417361"), "2020-05-01T07:20:00.417361Z");
        assert_eq!(shown("1.588317600417361e9"), "2020-05-01T07:20:00.417361Z");
        assert_eq!(shown("1588317600.000000"), "2020-05-01T07:20:00Z");
        assert_eq!(shown("1588317600123.5"), "2020-05-01T07:20:00.1235Z");
        assert_eq!(shown("15883176e+02"), "2020-05-01T07:20:00Z");
        assert_eq!(shown("1588317600.1234567890000"), "2020-05-01T07:20:00.123456789Z");
        for text in ["1588317600.1234567891", "133594524001234567.123"] {
            assert!(matches!(parse(text), Some(Err(Error::Fraction { .. }))), "{text}");
        }
    }

    #[test]
    fn units_are_in_order_and_apart() {
        let ends = UNITS.iter().flat_map(|unit| [unit.from, unit.before]);
        assert!(ends.is_sorted());
        assert_eq!(shown("94694400"), "1973-01-01T00:00:00Z");
        assert_eq!(shown("7258118399"), "2199-12-31T23:59:59Z");
        assert_eq!(shown("117391680000000000"), "1973-01-01T00:00:00Z");
        assert_eq!(shown("189025920000000000"), "1975-12-28T19:12:00Z");
    }

    #[test]
    fn other_numbers_are_errors() {
        let huge = "9".repeat(40);
        for text in
            ["5", "2024", "0", "45418.29", "94694399", "7258118400", "638505828000000000", &huge]
        {
            assert!(matches!(parse(text), Some(Err(Error::Number { .. }))), "{text}");
        }
        for text in ["", "-1588317600", "1588317600s", "1.", ".5", "1e", "1e100", "0x10"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn date_of_digits_names_its_format() {
        let formats = |text| parse(text).unwrap().unwrap_err().formats().to_vec();
        assert_eq!(formats("20240506"), ["%Y%m%d"]);
        assert_eq!(formats("20240506070000"), ["%Y%m%d%H%M%S"]);
        assert!(formats("20249906").is_empty());
    }

    #[test]
    fn dates_of_old_json_are_milliseconds() {
        assert_eq!(shown("/Date(1714978800123)/"), "2024-05-06T07:00:00.123Z");
        assert_eq!(shown("/Date(1714978800123+0200)/"), "2024-05-06T07:00:00.123Z");
        assert_eq!(shown("/Date(-62135596800000)/"), "0001-01-01T00:00:00Z");
        assert!(matches!(parse("/Date(99999999999999999999)/"), Some(Err(Error::Range { .. }))));
        assert!(parse("/Date(x)/").is_none());
    }
}
