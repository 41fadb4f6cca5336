//! Flags to spans of time.

use oddsift_timespan::{Bins, Period, TimeSpan, Timestamp};

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
/// Flagged times, in any order, are put in [`Bins`], which begin at the first of them. A span goes from
/// one length before a bin's label to one behind it; the next bin with a flagged time makes the span
/// longer if its label is at most two lengths after the last one, and otherwise opens another. Spans are
/// sorted, apart from each other and hold every flagged time, but for the last hour of a day of 25 hours
/// where bins are such days. Time `O(n log n)` and memory in the flagged times, whatever lies between
/// them.
///
/// They are msticpy's spans, to the nanosecond: the bins are those of pandas' `resample`, also of weeks
/// and in a time zone. msticpy takes the zone from its times; times here are instants, and
/// [`Bins::time_zone`] sets it.
///
/// # Errors
///
/// [`Error::Lengths`] unless there is one flag for each time; [`Error::Time`] for bins of no or negative
/// length, or a span that leaves the years 1 to 9999.
///
/// ```
/// use oddsift_timeseries::{Signs, Timestamp, extract_anomaly_periods, kql_filter};
///
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let times = [at(10), at(11), at(12), at(13), at(14), at(20)];
/// let spans = extract_anomaly_periods(&times, &[0, 1, 0, 1, 0, 1], &"1h".parse()?, Signs::Positive)?;
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
    bins: &Bins,
    signs: Signs,
) -> Result<Vec<TimeSpan>, Error> {
    if times.len() != anomalies.len() {
        return Err(Error::Lengths { n_times: times.len(), n_anomalies: anomalies.len() });
    }
    let flagged = times.iter().zip(anomalies).filter(|(_, flag)| signs.has(**flag));
    let mut labels: Vec<Timestamp> = flagged.map(|(time, _)| *time).collect();
    labels.sort_unstable();
    let first = labels.first().copied().unwrap_or(Timestamp::UNIX_EPOCH);
    for label in &mut labels {
        *label = bins.label(*label, first)?;
    }
    labels.dedup();
    join(&labels, bins.length())
}

fn join(labels: &[Timestamp], period: Period) -> Result<Vec<TimeSpan>, Error> {
    let reach = period.duration().saturating_mul(2);
    labels
        .chunk_by(|last, label| last.duration_until(*label) <= reach)
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
        let bins = period.parse().unwrap();
        let spans = extract_anomaly_periods(&times, &vec![1; times.len()], &bins, Signs::Positive)?;
        let text = |span: &TimeSpan| [span.start().as_second(), span.end().as_second()];
        Ok(spans.iter().map(|span| format!("{:?}", text(span))).collect())
    }

    #[test]
    fn bins_two_periods_apart_are_joined() {
        assert_eq!(spans(&[100, 119, 120], "10s").unwrap(), ["[90, 130]"]);
        assert_eq!(spans(&[100, 130], "10s").unwrap(), ["[90, 110]", "[120, 140]"]);
    }

    /// Recorded of msticpy's loop over pandas 2.3.3, whose weeks and zones the golden cases lack.
    #[test]
    fn weeks_and_days_of_a_zone_are_msticpys() {
        let found = |period: &str, zone: &str, times: &[&str]| {
            let bins = period.parse::<Bins>().unwrap().time_zone(Some(zone)).unwrap();
            let times: Vec<Timestamp> = times.iter().map(|time| time.parse().unwrap()).collect();
            let flags = vec![1; times.len()];
            let spans = extract_anomaly_periods(&times, &flags, &bins, Signs::Positive).unwrap();
            spans.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let span = |start: &str, end: &str| format!("{start}:00Z/{end}:00Z");
        let times =
            ["2024-01-08T10:00Z", "2024-01-14T17:00Z", "2024-01-15T00:00Z", "2024-02-20T03:00Z"];
        let weeks = |[a, b]: [&str; 2]| span(&format!("{a}T00:00"), &format!("{b}T00:00"));
        for (period, expected) in [
            ("1W", &[["2024-01-07", "2024-01-28"], ["2024-02-18", "2024-03-03"]][..]),
            ("2W", &[["2023-12-31", "2024-03-10"]]),
            ("7D", &[["2024-01-01", "2024-01-22"], ["2024-02-12", "2024-02-26"]]),
            ("14D", &[["2023-12-25", "2024-01-22"], ["2024-02-05", "2024-03-04"]]),
        ] {
            let expected: Vec<String> = expected.iter().copied().map(weeks).collect();
            assert_eq!(found(period, "UTC", &times), expected, "{period}");
        }
        let times =
            ["2024-03-29T22:30Z", "2024-03-30T23:30Z", "2024-04-02T22:30Z", "2024-04-20T10:00Z"];
        let (berlin, kolkata) = ("Europe/Berlin", "Asia/Kolkata");
        for (zone, period, expected) in [
            (
                berlin,
                "1D",
                &[
                    ("2024-03-27T23:00", "2024-03-31T23:00"),
                    ("2024-04-01T22:00", "2024-04-03T22:00"),
                    ("2024-04-18T22:00", "2024-04-20T22:00"),
                ][..],
            ),
            (
                berlin,
                "2D",
                &[
                    ("2024-03-26T23:00", "2024-04-03T22:00"),
                    ("2024-04-17T22:00", "2024-04-21T22:00"),
                ],
            ),
            (berlin, "1W", &[("2024-03-23T23:00", "2024-04-27T22:00")]),
            (
                kolkata,
                "1D",
                &[
                    ("2024-03-28T18:30", "2024-03-31T18:30"),
                    ("2024-04-01T18:30", "2024-04-03T18:30"),
                    ("2024-04-18T18:30", "2024-04-20T18:30"),
                ],
            ),
            (
                kolkata,
                "7h",
                &[
                    ("2024-03-29T11:30", "2024-03-30T01:30"),
                    ("2024-03-30T15:30", "2024-03-31T05:30"),
                    ("2024-04-02T13:30", "2024-04-03T03:30"),
                    ("2024-04-20T01:30", "2024-04-20T15:30"),
                ],
            ),
        ] {
            let expected: Vec<String> = expected.iter().map(|(a, b)| span(a, b)).collect();
            assert_eq!(found(period, zone, &times), expected, "{period} {zone}");
        }
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
        let error =
            extract_anomaly_periods(&[], &[1], &Period::DAY.into(), Signs::Both).unwrap_err();
        assert!(matches!(error, Error::Lengths { n_times: 0, n_anomalies: 1 }));
    }
}
