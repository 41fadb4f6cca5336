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

/// The spans of time around flagged times, near ones joined: msticpy's rule exactly.
///
/// Flagged times, in any order, are put in bins as long as `period`, counted from the midnight (UTC)
/// before the first of them. A span goes from one period before a bin to the end of it; the next bin
/// with a flagged time makes the span longer if it starts at most two periods after the last one, and
/// otherwise opens another. Spans are sorted, apart from each other and hold every flagged time. Time
/// `O(n log n)` and memory in the flagged times, whatever lies between them.
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
    let nearest = |last: &Timestamp, bin: &Timestamp| {
        // Halved, since twice the longest period is no period.
        last.duration_until(*bin) / 2 <= period.duration()
    };
    bins.chunk_by(nearest)
        .filter_map(|near| Some((near.first()?, near.last()?)))
        .map(|(first, last)| Ok(TimeSpan::new(period.before(*first)?, period.after(*last)?)?))
        .collect()
}
