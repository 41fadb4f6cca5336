use std::{fmt, str::FromStr};

use crate::{Error, error::shown};

/// What becomes of a gap: a time that is missing on the grid, or a value that is NaN.
///
/// Its text is `error`, `zero`, `missing` or `linear`. Duplicate times are an error under each.
///
/// ```
/// use oddsift_timeseries::{Fill, Series, Timestamp};
///
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let points = [(at(0), 1.0), (at(1), 2.0), (at(2), f64::NAN), (at(4), 8.0)];
/// let values = |fill| Series::from_points(&points, fill).map(|series| series.values().to_vec());
/// assert!(values(Fill::Error).is_err());
/// assert_eq!(values("zero".parse()?)?, [1.0, 2.0, 0.0, 0.0, 8.0]);
/// assert_eq!(values(Fill::Linear)?, [1.0, 2.0, 4.0, 6.0, 8.0]);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Fill {
    /// It is an error that names the first one. The default.
    #[default]
    Error,
    /// The value is 0: what a missing bucket of counts or sums is.
    Zero,
    /// The value is NaN, which the decomposition leaves out.
    Missing,
    /// A straight line joins the neighbours; before the first value and behind the last it is level.
    Linear,
}

impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Zero => "zero",
            Self::Missing => "missing",
            Self::Linear => "linear",
        })
    }
}

impl FromStr for Fill {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::FillName`] for another text.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "error" => Ok(Self::Error),
            "zero" => Ok(Self::Zero),
            "missing" => Ok(Self::Missing),
            "linear" => Ok(Self::Linear),
            _ => Err(Error::FillName(shown(name))),
        }
    }
}

impl Fill {
    /// Fills the values that are NaN. [`Fill::Error`] has refused them before.
    pub(crate) fn apply(self, values: &mut [f64]) -> Result<(), Error> {
        match self {
            Self::Error | Self::Missing => Ok(()),
            Self::Zero => {
                values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
                Ok(())
            }
            Self::Linear => join(values),
        }
    }
}

/// Joins what is known by straight lines.
fn join(values: &mut [f64]) -> Result<(), Error> {
    let n_points = values.len();
    let Some(first) = values.iter().position(|value| !value.is_nan()) else {
        return if n_points == 0 { Ok(()) } else { Err(Error::NoValues { n_points }) };
    };
    let level = values[first];
    values[..first].fill(level);
    let mut last = first;
    for next in first + 1..n_points {
        if values[next].is_nan() {
            continue;
        }
        let (from, to, distance) = (values[last], values[next], (next - last) as f64);
        for (step, value) in values[last + 1..next].iter_mut().enumerate() {
            let share = (step + 1) as f64 / distance;
            // Not `from + share * (to - from)`, whose difference may overflow.
            *value = (1.0 - share) * from + share * to;
        }
        last = next;
    }
    let level = values[last];
    values[last..].fill(level);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn line_is_level_outside_of_what_is_known() {
        let mut values = [NAN, NAN, 2.0, NAN, 6.0, NAN];
        Fill::Linear.apply(&mut values).unwrap();
        assert_eq!(values, [2.0, 2.0, 2.0, 4.0, 6.0, 6.0]);
    }

    #[test]
    fn line_between_the_largest_numbers_is_finite() {
        let mut values = [f64::MIN, NAN, f64::MAX];
        Fill::Linear.apply(&mut values).unwrap();
        assert_eq!(values, [f64::MIN, 0.0, f64::MAX]);
    }

    #[test]
    fn nothing_known_is_an_error() {
        assert!(matches!(
            Fill::Linear.apply(&mut [NAN, NAN]),
            Err(Error::NoValues { n_points: 2 })
        ));
        assert!(Fill::Linear.apply(&mut []).is_ok());
    }

    #[test]
    fn text_reads_back() {
        for fill in [Fill::Error, Fill::Zero, Fill::Missing, Fill::Linear] {
            assert_eq!(fill.to_string().parse::<Fill>().unwrap(), fill);
        }
        assert!("Zero".parse::<Fill>().is_err());
    }
}
