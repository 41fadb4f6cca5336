//! Decimal numbers as they are read: exact, and all of an axis in one manner.

use std::iter::repeat_n;

/// `digits * 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: i64,
    pub(super) exponent: i32,
}

impl Decimal {
    /// The nearest number, infinite if there is none.
    pub(super) fn value(self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The same number without zeros at its end.
    fn trimmed(mut self) -> Self {
        while self.digits != 0 && self.digits % 10 == 0 {
            self = Self { digits: self.digits / 10, exponent: self.exponent.saturating_add(1) };
        }
        self
    }

    /// The place of the first digit, counted as a power of ten; none of zero.
    fn magnitude(self) -> Option<i32> {
        let n_digits = i32::try_from(self.digits.checked_abs()?.checked_ilog10()?).ok()?;
        Some(n_digits.saturating_add(self.exponent))
    }

    /// Divided by a power of ten and written out, with at least so many digits after the point.
    fn plain(self, power: i32, n_decimals: usize) -> String {
        let exponent = self.exponent.saturating_sub(power);
        let n_own = usize::try_from(exponent.saturating_neg()).unwrap_or(0);
        let mut digits = self.digits.unsigned_abs().to_string();
        digits.extend(repeat_n('0', usize::try_from(exponent).unwrap_or(0)));
        let missing = (n_own + 1).saturating_sub(digits.len());
        digits.insert_str(0, &"0".repeat(missing));
        let (whole, fraction) = digits.split_at(digits.len() - n_own);
        let mut out = sign(self.digits).to_owned();
        push_grouped(&mut out, whole);
        if n_own.max(n_decimals) > 0 {
            out.push('.');
            out.push_str(fraction);
            out.extend(repeat_n('0', n_decimals.saturating_sub(n_own)));
        }
        out
    }

    /// As `2.5×10⁻⁷`.
    fn scientific(self) -> String {
        let this = self.trimmed();
        let Some(power) = this.magnitude() else { return "0".to_owned() };
        let raised = format!("10{}", raised(power));
        match this.digits {
            1 => raised,
            -1 => format!("\u{2212}{raised}"),
            _ => format!("{}×{raised}", this.plain(power, 0)),
        }
    }
}

/// Texts of numbers that differ, which differ too.
///
/// `even` numbers are apart by one step: they have equally many digits after the point.
pub(super) fn labels(numbers: &[Decimal], even: bool) -> Vec<String> {
    let trimmed: Vec<Decimal> = numbers.iter().map(|number| number.trimmed()).collect();
    let magnitudes = || trimmed.iter().filter_map(|number| number.magnitude());
    let most = magnitudes().max().unwrap_or(0);
    let least = if even { most } else { magnitudes().min().unwrap_or(0) };
    let finest = trimmed.iter().filter(|n| n.digits != 0).map(|n| n.exponent).min().unwrap_or(0);
    let text = |number: &Decimal| match (least, most) {
        _ if number.digits == 0 => "0".to_owned(),
        (-4.., ..4) if finest > -18 => {
            number.plain(0, if even { usize::try_from(-finest).unwrap_or(0) } else { 0 })
        }
        (-4.., 4..18) if even && unit(most).1 - finest <= 2 => with_unit(*number, unit(most)),
        (-4.., 4..18) if !even => with_unit(*number, unit(number.magnitude().unwrap_or(0))),
        (-4.., 4..15) if finest > -6 => {
            number.plain(0, usize::try_from(finest.saturating_neg()).unwrap_or(0))
        }
        _ => number.scientific(),
    };
    trimmed.iter().map(text).collect()
}

/// The largest unit that a number of this magnitude has at least one of.
fn unit(magnitude: i32) -> (&'static str, i32) {
    let units = [("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3)];
    units.into_iter().find(|(_, power)| magnitude >= *power).unwrap_or(("", 0))
}

fn with_unit(number: Decimal, (unit, power): (&str, i32)) -> String {
    number.plain(power, 0) + unit
}

fn sign(digits: i64) -> &'static str {
    if digits < 0 { "\u{2212}" } else { "" }
}

/// Thousands apart by a thin space.
fn push_grouped(out: &mut String, digits: &str) {
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
}

fn raised(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32(0x2070 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
    };
    power.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(digits: &[i64], exponent: i32) -> Vec<String> {
        let numbers: Vec<Decimal> =
            digits.iter().map(|&digits| Decimal { digits, exponent }).collect();
        labels(&numbers, true)
    }

    #[test]
    fn even_numbers_have_the_same_digits_after_the_point() {
        assert_eq!(even(&[-5, 0, 5, 10], -1), ["−0.5", "0", "0.5", "1.0"]);
        assert_eq!(even(&[0, 2, 4], 3), ["0", "2\u{202f}000", "4\u{202f}000"]);
        assert_eq!(even(&[10, 20], 0), ["10", "20"]);
    }

    #[test]
    fn long_numbers_have_units_unless_these_are_longer() {
        assert_eq!(even(&[0, 5, 10, 15], 3), ["0", "5k", "10k", "15k"]);
        assert_eq!(even(&[0, 5, 25], 5), ["0", "0.5M", "2.5M"]);
        assert_eq!(
            even(&[1_000_020, 1_000_040], 0),
            ["1\u{202f}000\u{202f}020", "1\u{202f}000\u{202f}040"]
        );
    }

    #[test]
    fn numbers_past_all_units_are_powers_of_ten() {
        assert_eq!(even(&[0, 1, 2], 300), ["0", "10³⁰⁰", "2×10³⁰⁰"]);
        assert_eq!(even(&[-1, 12], -20), ["−10⁻²⁰", "1.2×10⁻¹⁹"]);
    }

    #[test]
    fn decades_have_units_of_their_own() {
        let decades = |from: i32, to: i32| {
            let numbers: Vec<Decimal> =
                (from..=to).map(|exponent| Decimal { digits: 1, exponent }).collect();
            labels(&numbers, false)
        };
        assert_eq!(decades(-2, 4), ["0.01", "0.1", "1", "10", "100", "1k", "10k"]);
        assert_eq!(decades(-6, -4), ["10⁻⁶", "10⁻⁵", "10⁻⁴"]);
    }
}
