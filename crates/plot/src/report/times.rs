//! When events were, and when there were more or fewer than usual.

use oddsift_pipeline::TimeCounts;
use oddsift_timeseries::{Aggregate, Anomalies, Fill, SeriesBuilder, TsParams};
use oddsift_timespan::{Period, Timestamp};

use super::Report;
use crate::{Labels, Page, SeriesPlot, Timeline};

/// Hours from which on a day repeats often enough to say what is usual: four days.
const LEAST_HOURS: usize = 96;
/// More than these are not taken apart: two hundred years.
const MOST_HOURS: i64 = 24 * 366 * 200;

/// Adds a picture of the times, if there are any.
pub(super) fn on_page(page: Page, report: &Report<'_>) -> Page {
    let counts = report.clusters.times();
    let steps = counts.steps();
    if steps.is_empty() {
        return page;
    }
    let noise = report.clusters.noise_times().into_iter();
    let odd: Vec<(Timestamp, String)> =
        noise.map(|(time, pattern)| (time, report.text(pattern))).collect();
    let page =
        page.heading("Times").paragraph("When events were, those that are like no other marked.");
    let page = page.figure(Timeline::new(&steps).odd(&odd).figure());
    match by_hour(counts) {
        Some((params, found)) => {
            let page = page.paragraph(
                "Events by the hour, and the hours that the time of day and the trend do not explain.",
            );
            let labels = Labels { y: Some("events per hour"), ..Labels::default() };
            page.figure(SeriesPlot::new(&params, &[found]).labels(labels).figure())
        }
        None => page,
    }
}

/// Events by the hour, taken apart; `None` where they are too few or too many hours, or counted by the
/// day.
fn by_hour(counts: &TimeCounts) -> Option<(TsParams, Anomalies)> {
    if !counts.has_hours() {
        return None;
    }
    let steps = counts.steps();
    let hours = |time: &Timestamp| time.as_second().div_euclid(3600);
    let span = hours(&steps.last()?.0) - hours(&steps.first()?.0);
    if span > MOST_HOURS {
        return None;
    }
    let hour: Period = "1h".parse().ok()?;
    let mut builder = SeriesBuilder::new(hour, Aggregate::Sum).ok()?;
    for (time, count) in steps {
        builder.add(None, time, Some(count as f64)).ok()?;
    }
    let series = builder.finish(Fill::Zero).ok()?.pop()?;
    let params = Anomalies::params();
    let found = (series.len() >= LEAST_HOURS).then(|| params.fit(&series).ok()).flatten()?;
    Some((params, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(seconds: impl Iterator<Item = i64>) -> TimeCounts {
        let mut counts = TimeCounts::default();
        seconds.for_each(|second| counts.add(Timestamp::constant(second, 0)));
        counts
    }

    #[test]
    fn hours_are_drawn_only_where_they_were_counted() {
        assert!(by_hour(&counts((0..2000).map(|n| n * 1000))).is_some());
        // So many that they are counted by the day, though not too many hours.
        assert!(by_hour(&counts((0..150_000).map(|n| n * 3600))).is_none());
        assert!(by_hour(&counts((0..95).map(|n| n * 3600))).is_none());
    }
}
