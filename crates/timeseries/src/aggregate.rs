use std::{fmt, str::FromStr};

use crate::{Error, error::shown};

/// What a bucket makes of its events.
///
/// Its text is `count`, `sum`, `mean`, `max` or `distinct`. None depends on the order of the events:
/// sums are exact and rounded once.
///
/// ```
/// use oddsift_timeseries::Aggregate;
///
/// assert_eq!("distinct".parse::<Aggregate>()?, Aggregate::Distinct);
/// assert_eq!(Aggregate::Mean.to_string(), "mean");
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Aggregate {
    /// How many events there are, whatever their values.
    Count,
    /// The sum of their values.
    Sum,
    /// The mean of their values.
    Mean,
    /// The largest of their values.
    Max,
    /// How many different texts there are.
    #[doc(alias = "dcount")]
    Distinct,
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Distinct => "distinct",
        })
    }
}

impl FromStr for Aggregate {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::AggregateName`] for another text.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "count" => Ok(Self::Count),
            "sum" => Ok(Self::Sum),
            "mean" => Ok(Self::Mean),
            "max" => Ok(Self::Max),
            "distinct" => Ok(Self::Distinct),
            _ => Err(Error::AggregateName(shown(name))),
        }
    }
}
