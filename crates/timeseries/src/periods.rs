//! Flags to spans of time.

use oddsift_timespan::{Period, TimeSpan, Timestamp};

use crate::Error;

/// Which flags make a period.
///
/// ```
/// use oddsift_timeseries::Signs;
///
/// assert_eq!(Signs::default(), Signs::Positive);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Signs {
    /// Only spikes, flagged 1. The default, msticpy's `pos_only`.
    #[default]
    Positive,
    /// Spikes and dips, flagged 1 and -1.
    Both,
}

impl Signs {
    fn has(self, flag: i8) -> bool {
        flag == 1 || (flag == -1 && self == Self::Both)
    }
}

/// The spans of time around flagged times, near ones joined, by msticpy's rule.
///
/// Flagged times, in any order, are put in bins as long as `period`, counted from the midnight (UTC)
/// before the first of them. A span goes from one period before a bin to the end of it; the next bin
/// with a flagged time makes the span longer if it starts at most two periods after the last one, and
/// otherwise opens another. Spans are sorted, apart from each other and hold every flagged time. Time
/// `O(n log n)` and memory in the flagged times, whatever lies between them.
///
/// Two things differ from msticpy: pandas begins weekly bins (`1W`) on Sundays, and bins of times in a
/// zone other than UTC at local midnight.
///
/// # Errors
///
/// [`Error::Lengths`] unless there is one flag for each time; [`Error::Time`] for a period that is zero
/// or negative, or a span that leaves the years 1 to 9999.
///
/// ```
/// use oddsift_timeseries::{Signs, Timestamp, extract_anomaly_periods, kql_filter};
///
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let times = [at(10), at(11), at(12), at(13), at(14), at(20)];
/// let spans = extract_anomaly_periods(&times, &[0, 1, 0, 1, 0, 1], "1h".parse()?, Signs::Positive)?;
/// assert_eq!(spans[0].to_string(), "1970-01-01T10:00:00Z/1970-01-01T14:00:00Z");
/// assert_eq!(spans.len(), 2);
/// assert!(kql_filter("TimeGenerated", &spans)?.starts_with("| where (TimeGenerated >= "));
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[doc(alias = "find_anomaly_periods")]
#[doc(alias = "pos_only")]
pub fn extract_anomaly_periods(
    times: &[Timestamp],
    anomalies: &[i8],
    period: Period,
    signs: Signs,
) -> Result<Vec<TimeSpan>, Error> {
    if times.len() != anomalies.len() {
        return Err(Error::Lengths { n_times: times.len(), n_anomalies: anomalies.len() });
    }
    let flagged = times.iter().zip(anomalies).filter(|(_, flag)| signs.has(**flag));
    let mut bins: Vec<Timestamp> = flagged.map(|(time, _)| *time).collect();
    bins.sort_unstable();
    let first = bins.first().copied().unwrap_or(Timestamp::UNIX_EPOCH);
    let midnight = Period::DAY.floor(first, Timestamp::UNIX_EPOCH)?;
    for bin in &mut bins {
        *bin = period.floor(*bin, midnight)?;
    }
    bins.dedup();
    join(&bins, period)
}

fn join(bins: &[Timestamp], period: Period) -> Result<Vec<TimeSpan>, Error> {
    let reach = period.duration().saturating_mul(2);
    bins.chunk_by(|last, bin| last.duration_until(*bin) <= reach)
        .filter_map(|near| Some((near.first()?, near.last()?)))
        .map(|(first, last)| Ok(TimeSpan::new(period.before(*first)?, period.after(*last)?)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(seconds: &[i64], period: &str) -> Result<Vec<String>, Error> {
        let times: Vec<Timestamp> =
            seconds.iter().map(|&second| Timestamp::constant(second, 0)).collect();
        let period = period.parse().unwrap();
        let spans =
            extract_anomaly_periods(&times, &vec![1; times.len()], period, Signs::Positive)?;
        let text = |span: &TimeSpan| [span.start().as_second(), span.end().as_second()];
        Ok(spans.iter().map(|span| format!("{:?}", text(span))).collect())
    }

    #[test]
    fn bins_two_periods_apart_are_joined() {
        assert_eq!(spans(&[100, 119, 120], "10s").unwrap(), ["[90, 130]"]);
        assert_eq!(spans(&[100, 130], "10s").unwrap(), ["[90, 110]", "[120, 140]"]);
    }

    #[test]
    fn no_flag_is_no_period() {
        assert!(spans(&[], "1h").unwrap().is_empty());
    }

    #[test]
    fn periods_that_are_none_are_errors() {
        assert!(matches!(spans(&[1], "0s"), Err(Error::Time(_))));
        assert!(matches!(spans(&[1], "-1h"), Err(Error::Time(_))));
        assert!(matches!(spans(&[1], "999999999D"), Err(Error::Time(_))));
        let error = extract_anomaly_periods(&[], &[1], Period::DAY, Signs::Both).unwrap_err();
        assert!(matches!(error, Error::Lengths { n_times: 0, n_anomalies: 1 }));
    }
}
