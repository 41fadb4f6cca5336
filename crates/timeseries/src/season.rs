use std::{fmt, str::FromStr};

use oddsift_timespan::Period;

use crate::{Error, Series, error::shown};

/// A period after which a series repeats: in points, in time, or to be found.
///
/// Its text is a number of points (`24`), a time (`24h`, `1W`) or `auto`.
///
/// ```
/// use oddsift_timeseries::Season;
///
/// assert_eq!("24".parse::<Season>()?, Season::Points(24));
/// assert_eq!("24h".parse::<Season>()?, Season::Time("1D".parse()?));
/// assert_eq!("auto".parse::<Season>()?, Season::Auto);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Season {
    /// So many points.
    Points(usize),
    /// So long, a whole number of the series' steps.
    Time(Period),
    /// The strongest period of the series that is not given beside it.
    Auto,
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(n) => n.fmt(f),
            Self::Time(period) => period.fmt(f),
            Self::Auto => f.pad("auto"),
        }
    }
}

impl FromStr for Season {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::SeasonText`] for a text that is none of the three.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        if let Ok(n_points) = text.parse() {
            return Ok(Self::Points(n_points));
        }
        text.parse().map(Self::Time).map_err(|_| Error::SeasonText(shown(text)))
    }
}

/// The seasons in points, in the order in which they were given.
pub(crate) fn in_points(seasons: &[Season], series: &Series) -> Result<Vec<usize>, Error> {
    seasons
        .iter()
        .map(|season| match *season {
            Season::Points(n_points) => Ok(n_points),
            Season::Time(period) => n_steps(period, series),
            Season::Auto => Err(Error::NoValues { n_points: series.len() }),
        })
        .collect()
}

/// How many steps of the series a period has; 0 for one that is not positive, which STL refuses.
fn n_steps(period: Period, series: &Series) -> Result<usize, Error> {
    let step = series.step().ok_or(Error::NoStep { n_points: series.len() })?;
    let (whole, part) = (period.duration().as_nanos(), step.duration().as_nanos());
    if whole % part != 0 {
        return Err(Error::NotWhole { period, step });
    }
    Ok(usize::try_from((whole / part).max(0)).unwrap_or(usize::MAX))
}
