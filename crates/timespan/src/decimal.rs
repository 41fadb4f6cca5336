use crate::period_text::Fault;

/// A decimal number: the part before the point, and 18 digits of the part behind it.
pub(crate) struct Decimal {
    pub(crate) whole: i128,
    /// In units of 10^-18.
    pub(crate) fraction: i128,
}

impl Decimal {
    const ONE: i128 = 1_000_000_000_000_000_000;

    /// The number that the text begins with, and what is behind it.
    pub(crate) fn split(text: &str) -> Result<(Self, &str), Fault<'_>> {
        let (digits, mut behind) = split_digits(text);
        let mut number = Self { whole: 0, fraction: 0 };
        for digit in digits.bytes().map(|byte| i128::from(byte.wrapping_sub(b'0'))) {
            let tens = number.whole.checked_mul(10).ok_or(Fault::Range)?;
            number.whole = tens.checked_add(digit).ok_or(Fault::Range)?;
        }
        let mut n_digits = digits.len();
        if let Some(point) = behind.strip_prefix('.') {
            let (digits, end) = split_digits(point);
            let mut place = Self::ONE;
            for digit in digits.bytes().map(|byte| i128::from(byte.wrapping_sub(b'0'))) {
                // Zero from the 19th digit on: no unit is so long that it would count.
                place = place.wrapping_div(10);
                number.fraction = number.fraction.saturating_add(digit.saturating_mul(place));
            }
            n_digits = n_digits.saturating_add(digits.len());
            behind = end;
        }
        if n_digits == 0 { Err(Fault::Shape) } else { Ok((number, behind)) }
    }

    /// This many of a unit in nanoseconds, cut to the nanosecond.
    pub(crate) fn times(&self, unit: i128) -> Option<i128> {
        let part = self.fraction.checked_mul(unit)?.wrapping_div(Self::ONE);
        self.whole.checked_mul(unit)?.checked_add(part)
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
