//! The choices that parameters offer.

use std::str::FromStr;

use crate::Error;

/// How many rows each tree is grown from.
///
/// ```
/// use ndarray::Array2;
/// use oddsift_iforest::{IsolationForest, MaxSamples};
///
/// let x = Array2::from_shape_fn((1000, 1), |(row, _)| row as f64);
/// let n = |it| IsolationForest::params().max_samples(it).fit(&x).map(|forest| forest.max_samples());
/// assert_eq!(n(MaxSamples::Auto), Ok(256));
/// assert_eq!(n(MaxSamples::Fraction(0.4)), Ok(400));
/// assert_eq!(n(MaxSamples::Count(5000)), Ok(1000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MaxSamples {
    /// 256, or all rows if there are fewer (Liu, Ting and Zhou, ICDM 2008, section 4.1).
    #[default]
    Auto,
    /// This many, at least 1, or all rows if there are fewer.
    Count(usize),
    /// This share of the rows, above 0 and at most 1, rounded down and at least one row.
    Fraction(f64),
}

/// How many features, drawn anew for each tree, a tree may split on.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{IsolationForest, MaxFeatures};
///
/// let x = array![[0.0, 5.0], [1.0, 6.0], [2.0, 9.0]];
/// let forest = IsolationForest::params().max_features(MaxFeatures::Count(1)).fit(&x)?;
/// for tree in forest.trees() {
///     let used = |feature| tree.feature.contains(&feature);
///     assert!(used(0) != used(1));
/// }
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MaxFeatures {
    /// All of them.
    #[default]
    All,
    /// This many, at least 1 and at most all.
    Count(usize),
    /// This share of them, above 0 and at most 1, rounded down and at least one feature.
    Fraction(f64),
    /// The square root of their number, rounded down.
    Sqrt,
}

/// Below which score a row is an outlier.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{Contamination, IsolationForest};
///
/// let x = array![[0.0], [0.1], [0.2], [0.3], [9.0]];
/// let params = IsolationForest::params().contamination(Contamination::Fraction(0.2));
/// assert_eq!(params.fit(&x)?.predict(&x)?, [1, 1, 1, 1, -1]);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Contamination {
    /// Below -0.5, the score of a row whose path is as long as is usual.
    #[default]
    Auto,
    /// Below the score that this share of the training rows, above 0 and at most 0.5, lies below.
    Fraction(f64),
}

impl FromStr for MaxSamples {
    type Err = Error;

    /// Reads `auto`, a count or a share; what has a point is a share, so that 1 is one row and 1.0 all.
    ///
    /// # Errors
    ///
    /// [`Error::Text`] for another text.
    ///
    /// ```
    /// use oddsift_iforest::MaxSamples;
    ///
    /// assert_eq!("1".parse(), Ok(MaxSamples::Count(1)));
    /// assert_eq!("1.0".parse(), Ok(MaxSamples::Fraction(1.0)));
    /// assert!("0".parse::<MaxSamples>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Error> {
        match count_or_share(text) {
            _ if text == "auto" => Ok(Self::Auto),
            Some(CountOrShare::Count(0)) => Err(Error::Text("at least 1, or auto")),
            Some(CountOrShare::Count(count)) => Ok(Self::Count(count)),
            Some(CountOrShare::Share(share)) => Ok(Self::Fraction(share)),
            None => Err(Error::Text("a whole number of at least 1, or a share up to 1.0, or auto")),
        }
    }
}

impl FromStr for MaxFeatures {
    type Err = Error;

    /// Reads a count or a share, as [`MaxSamples`] does.
    ///
    /// # Errors
    ///
    /// [`Error::Text`] for another text.
    ///
    /// ```
    /// use oddsift_iforest::MaxFeatures;
    ///
    /// assert_eq!("0.5".parse(), Ok(MaxFeatures::Fraction(0.5)));
    /// assert!("1.5".parse::<MaxFeatures>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Error> {
        match count_or_share(text) {
            Some(CountOrShare::Count(0)) => Err(Error::Text("at least 1")),
            Some(CountOrShare::Count(count)) => Ok(Self::Count(count)),
            Some(CountOrShare::Share(share)) => Ok(Self::Fraction(share)),
            None => Err(Error::Text("a whole number of at least 1, or a share up to 1.0")),
        }
    }
}

impl FromStr for Contamination {
    type Err = Error;

    /// Reads `auto` or a share.
    ///
    /// # Errors
    ///
    /// [`Error::Text`] for another text.
    ///
    /// ```
    /// use oddsift_iforest::Contamination;
    ///
    /// assert_eq!("auto".parse(), Ok(Contamination::Auto));
    /// assert!("0.51".parse::<Contamination>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 0.5);
        share.map(Self::Fraction).ok_or(Error::Text("above 0 and at most 0.5, or auto"))
    }
}

enum CountOrShare {
    Count(usize),
    Share(f64),
}

/// A whole number is a count, another above 0 and up to 1 a share.
fn count_or_share(text: &str) -> Option<CountOrShare> {
    if let Ok(count) = text.parse() {
        return Some(CountOrShare::Count(count));
    }
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share.map(CountOrShare::Share)
}

/// How exactly values are compared.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{IsolationForest, Precision};
///
/// // Two numbers that are one in single precision.
/// let x = array![[16_777_216.0], [16_777_217.0]];
/// let fit = |precision| IsolationForest::params().precision(precision).fit(&x);
/// assert_eq!(fit(Precision::F64)?.trees()[0].feature.len(), 3);
/// assert_eq!(fit(Precision::F32)?.trees()[0].feature.len(), 1);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Precision {
    /// As given.
    #[default]
    F64,
    /// Values are rounded to single precision before training and scoring, as in scikit-learn;
    /// thresholds are not.
    F32,
}

impl Precision {
    /// The value that is compared; infinite where it is past what the precision holds.
    #[inline]
    pub(crate) fn round(self, value: f64) -> f64 {
        match self {
            Self::F64 => value,
            Self::F32 => f64::from(value as f32),
        }
    }
}
