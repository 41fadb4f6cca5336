//! Powers of two that keep sums and squares of values of any size within `f64`.

/// Exponents up to this far from 0 need no scaling.
const PLAIN: i32 = 500;

/// What values are multiplied by; exact, since it is a power of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    exponent: i32,
}

impl Scale {
    /// For values of which none is infinite.
    pub(crate) fn of(values: &[f64]) -> Self {
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let exponent = if largest > 0.0 { largest.log2().floor() } else { 0.0 };
        #[allow(clippy::cast_possible_truncation, reason = "from -1074 to 1024")]
        let exponent = (exponent as i32).clamp(-1000, 1000);
        Self { exponent: if exponent.abs() > PLAIN { exponent } else { 0 } }
    }

    /// The values themselves, or scaled copies.
    pub(crate) fn apply<'a>(self, values: &'a [f64], scaled: &'a mut Vec<f64>) -> &'a [f64] {
        if self.exponent == 0 {
            return values;
        }
        let factor = 2.0_f64.powi(-self.exponent);
        scaled.clear();
        scaled.extend(values.iter().map(|value| value * factor));
        scaled
    }

    /// Results past the largest number are that number.
    pub(crate) fn undo(self, values: &mut [f64]) {
        if self.exponent == 0 {
            return;
        }
        let factor = 2.0_f64.powi(self.exponent);
        for value in values {
            *value = (*value * factor).clamp(f64::MIN, f64::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_usual_size_are_left_alone() {
        for values in [&[][..], &[0.0], &[f64::NAN], &[1e150, -1e-300]] {
            assert_eq!(Scale::of(values).exponent, 0);
        }
    }

    #[test]
    fn the_largest_and_the_least_come_back() {
        for value in [f64::MAX, f64::MIN, 1e300, 1e-300, 5e-324] {
            let (mut scaled, values) = (Vec::new(), [value, f64::NAN]);
            let scale = Scale::of(&values);
            let mut back = scale.apply(&values, &mut scaled).to_vec();
            assert!(back[0].abs() < 1e10 && back[0].abs() > 1e-30);
            scale.undo(&mut back);
            assert!(back[0].to_bits() == value.to_bits() && back[1].is_nan());
        }
    }
}
