//! The public choice of a distance.

use std::{fmt, str::FromStr};

use crate::Error;

/// How the distance between two samples is measured.
///
/// All are exact: no approximation, no square root where the reference takes none.
///
/// ```
/// use oddsift_dbscan::Metric;
///
/// let metric: Metric = "minkowski:3".parse()?;
/// assert_eq!(metric, Metric::Minkowski(3.0));
/// assert_eq!(metric.to_string(), "minkowski:3");
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Metric {
    /// The straight line: the root of the sum of squared differences. The default.
    #[default]
    #[doc(alias = "l2")]
    Euclidean,
    /// The sum of absolute differences.
    #[doc(alias = "l1")]
    #[doc(alias = "cityblock")]
    Manhattan,
    /// The largest absolute difference.
    #[doc(alias = "infinity")]
    Chebyshev,
    /// The `p`-th root of the sum of `p`-th powers of absolute differences, for a finite `p >= 1`.
    /// With `p` 1 or 2 it is [`Manhattan`](Self::Manhattan) or [`Euclidean`](Self::Euclidean).
    Minkowski(f64),
}

impl Metric {
    /// The distance of two points; differences are put in units of the largest, so that no power overflows.
    pub(crate) fn distance(self, a: &[f64], b: &[f64]) -> f64 {
        let differences = || a.iter().zip(b).map(|(a, b)| (a - b).abs());
        let largest = differences().fold(0.0, f64::max);
        let by_powers = |p: f64| {
            let sum: f64 = differences().map(|difference| (difference / largest).powf(p)).sum();
            if largest > 0.0 && largest.is_finite() { largest * sum.powf(1.0 / p) } else { largest }
        };
        match self {
            Self::Chebyshev => largest,
            Self::Manhattan => differences().sum(),
            Self::Euclidean => by_powers(2.0),
            Self::Minkowski(p) => by_powers(p),
        }
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        match self {
            Self::Minkowski(p) if !(p.is_finite() && p >= 1.0) => Err(Error::MinkowskiP(p)),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Euclidean => f.pad("euclidean"),
            Self::Manhattan => f.pad("manhattan"),
            Self::Chebyshev => f.pad("chebyshev"),
            Self::Minkowski(p) => f.pad(&format!("minkowski:{p}")),
        }
    }
}

impl FromStr for Metric {
    type Err = Error;

    /// Reads `euclidean`, `manhattan`, `chebyshev` or `minkowski:P`.
    ///
    /// # Errors
    ///
    /// [`Error::MetricName`] for another name or a `P` that is no number, [`Error::MinkowskiP`] for
    /// a number below 1 or not finite.
    fn from_str(name: &str) -> Result<Self, Error> {
        let unknown = || Error::MetricName(name.to_owned());
        let metric = match name {
            "euclidean" => Self::Euclidean,
            "manhattan" => Self::Manhattan,
            "chebyshev" => Self::Chebyshev,
            _ => {
                let p = name.strip_prefix("minkowski:").ok_or_else(unknown)?;
                Self::Minkowski(p.parse().map_err(|_| unknown())?)
            }
        };
        metric.check()?;
        Ok(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_metrics_read_back() {
        for metric in
            [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Minkowski(1.5)]
        {
            assert_eq!(metric.to_string().parse(), Ok(metric));
        }
    }

    #[test]
    fn other_names_and_exponents_are_refused() {
        for name in ["", "cosine", "minkowski", "minkowski:", "minkowski:x", "Euclidean"] {
            assert_eq!(name.parse::<Metric>(), Err(Error::MetricName(name.to_owned())));
        }
        let shown = "\u{1b}[2J".parse::<Metric>().unwrap_err().to_string();
        assert!(shown.starts_with(r#"unknown metric "\u{1b}[2J", use "#), "{shown}");
        assert_eq!("minkowski:0.5".parse::<Metric>(), Err(Error::MinkowskiP(0.5)));
        assert_eq!("minkowski:inf".parse::<Metric>(), Err(Error::MinkowskiP(f64::INFINITY)));
        assert!(matches!("minkowski:NaN".parse::<Metric>(), Err(Error::MinkowskiP(_))));
    }
}
