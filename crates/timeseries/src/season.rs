use std::{fmt, str::FromStr};

use oddsift_stl::find_periods;
use oddsift_timespan::Period;

use crate::{Error, PeriodSource, Series, error::shown};

/// A period after which a series repeats: in points, in time, or to be found.
///
/// Its text is a number of points (`24`), a time (`24h`, `1W`), `auto` or `usual`.
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
    /// The strongest period of the series, else 24 points, else, where the series has fewer than two
    /// such periods, none.
    Usual,
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(n) => n.fmt(f),
            Self::Time(period) => period.fmt(f),
            Self::Auto => f.pad("auto"),
            Self::Usual => f.pad("usual"),
        }
    }
}

impl FromStr for Season {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::SeasonText`] for a text that is none of the three.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => return Ok(Self::Auto),
            "usual" => return Ok(Self::Usual),
            _ => {}
        }
        if let Ok(n_points) = text.parse() {
            return Ok(Self::Points(n_points));
        }
        text.parse().map(Self::Time).map_err(|_| Error::SeasonText(shown(text)))
    }
}

/// What is taken where no period is found, as msticpy does: a day of hours.
const USUAL: usize = 24;

/// The seasons in points, in the order in which they were given, and where they come from. None where
/// none is found, unless that `must` be.
pub(crate) fn in_points(
    seasons: &[Season],
    series: &Series,
    must: bool,
) -> Result<(Vec<usize>, PeriodSource), Error> {
    let mut periods = Vec::with_capacity(seasons.len());
    for season in seasons {
        periods.push(match *season {
            Season::Points(n_points) => Some(n_points),
            Season::Time(period) => Some(n_steps(period, series)?),
            Season::Auto | Season::Usual => None,
        });
    }
    if !periods.contains(&None) {
        return Ok((periods.into_iter().flatten().collect(), PeriodSource::Given));
    }
    let is_usual = seasons.contains(&Season::Usual);
    find(&mut periods, series, must && !is_usual)?;
    let is_short = series.len() < 2 * USUAL;
    Ok(match periods.into_iter().flatten().collect::<Vec<_>>() {
        periods if !periods.is_empty() => (periods, PeriodSource::Found),
        _ if is_usual && !is_short => (vec![USUAL], PeriodSource::Usual),
        none => (none, PeriodSource::Nothing),
    })
}

/// Puts the periods of the series, strongest first, where there is none.
fn find(periods: &mut [Option<usize>], series: &Series, must: bool) -> Result<(), Error> {
    let search = find_periods(series.values())?;
    if let Some(reason) = search.none_found().filter(|_| must) {
        return Err(Error::NoPeriod(reason));
    }
    let given: Vec<Option<usize>> = periods.to_vec();
    let mut found =
        search.periods().iter().map(|it| Some(it.period)).filter(|it| !given.contains(it));
    for period in periods.iter_mut().filter(|period| period.is_none()) {
        *period = found.next().unwrap_or_default();
        if period.is_none() && must {
            return Err(Error::FewPeriods { n_found: search.periods().len() });
        }
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
        in_points(&seasons, &weeks(), true).map(|(periods, _)| periods)
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
        let error = in_points(&[Season::Auto], &flat, true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no period was found: the values are all the same or on a straight line; give one"
        );
    }

    #[test]
    fn nothing_found_may_be_no_season_or_the_usual_one() {
        let flat = |n| Series::as_given(&vec![(Timestamp::UNIX_EPOCH, 1.0); n]);
        let found = |season, n| in_points(&[season], &flat(n), false).unwrap();
        assert_eq!(found(Season::Auto, 99), (vec![], PeriodSource::Nothing));
        assert_eq!(found(Season::Usual, 48), (vec![24], PeriodSource::Usual));
        assert_eq!(found(Season::Usual, 47), (vec![], PeriodSource::Nothing));
        let usual = in_points(&[Season::Usual], &weeks(), true).unwrap();
        assert_eq!(usual, (vec![168], PeriodSource::Found));
    }

    #[test]
    fn text_reads_back() {
        for text in ["24", "1D", "auto", "usual"] {
            assert_eq!(text.parse::<Season>().unwrap().to_string(), text);
        }
        for text in ["", "4.0", "-12", "1M", "Auto"] {
            assert!(matches!(text.parse::<Season>(), Err(Error::SeasonText(_))), "{text}");
        }
    }
}
