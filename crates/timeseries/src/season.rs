use std::{fmt, str::FromStr};

use oddsift_stl::find_periods;
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
    let mut periods = Vec::with_capacity(seasons.len());
    for season in seasons {
        periods.push(match *season {
            Season::Points(n_points) => Some(n_points),
            Season::Time(period) => Some(n_steps(period, series)?),
            Season::Auto => None,
        });
    }
    if periods.contains(&None) {
        find(&mut periods, series)?;
    }
    Ok(periods.into_iter().flatten().collect())
}

/// Puts the periods of the series, strongest first, where there is none.
fn find(periods: &mut [Option<usize>], series: &Series) -> Result<(), Error> {
    let search = find_periods(series.values())?;
    if let Some(reason) = search.none_found() {
        return Err(Error::NoPeriod(reason));
    }
    let given: Vec<Option<usize>> = periods.to_vec();
    let mut found =
        search.periods().iter().map(|it| Some(it.period)).filter(|it| !given.contains(it));
    for period in periods.iter_mut().filter(|period| period.is_none()) {
        *period = found.next().ok_or(Error::FewPeriods { n_found: search.periods().len() })?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fill, Timestamp};

    /// Ten weeks of hours with a day and a week.
    fn weeks() -> Series {
        let working =
            |hour: i64| f64::from(u8::from(hour % 24 > 8 && hour % 24 < 18 && hour % 168 < 120));
        let points: Vec<_> =
            (0..1680).map(|hour| (Timestamp::constant(3600 * hour, 0), working(hour))).collect();
        Series::from_points(&points, Fill::Error).unwrap()
    }

    fn points(texts: &[&str]) -> Result<Vec<usize>, Error> {
        let seasons: Vec<Season> = texts.iter().map(|text| text.parse().unwrap()).collect();
        in_points(&seasons, &weeks())
    }

    #[test]
    fn time_is_whole_steps() {
        assert_eq!(points(&["24h", "1W", "7"]).unwrap(), [24, 168, 7]);
        assert!(matches!(points(&["90min"]), Err(Error::NotWhole { .. })));
        assert_eq!(points(&["-24h"]).unwrap(), [0]);
    }

    #[test]
    fn what_is_found_is_not_what_was_given() {
        assert_eq!(points(&["auto"]).unwrap(), [168]);
        assert_eq!(points(&["auto", "auto"]).unwrap(), [168, 24]);
        assert_eq!(points(&["auto", "1W"]).unwrap(), [24, 168]);
        assert!(matches!(points(&["auto"; 9]), Err(Error::FewPeriods { .. })));
    }

    #[test]
    fn nothing_found_is_an_error_that_says_why() {
        let flat = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 99]);
        let error = in_points(&[Season::Auto], &flat).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no period was found: the values are all the same or on a straight line; give one"
        );
    }

    #[test]
    fn text_reads_back() {
        for text in ["24", "1D", "auto"] {
            assert_eq!(text.parse::<Season>().unwrap().to_string(), text);
        }
        for text in ["", "4.0", "-12", "1M", "Auto"] {
            assert!(matches!(text.parse::<Season>(), Err(Error::SeasonText(_))), "{text}");
        }
    }
}
