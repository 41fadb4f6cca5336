//! When events were, and when there were more or fewer than usual.

use oddsift::plot::{Labels, Page, SeriesPlot, Timeline, Timestamp};
use oddsift::timeseries::{Aggregate, Anomalies, Fill, SeriesBuilder};
use oddsift::timespan::Period;

use super::Report;

/// Hours from which on a day repeats often enough to say what is usual: four days.
const LEAST_HOURS: usize = 96;
/// More than these are not taken apart: two hundred years.
const MOST_HOURS: i64 = 24 * 366 * 200;

/// Adds a picture of the times, if there are any.
pub(super) fn on_page(page: Page, report: &Report<'_>) -> Page {
    let steps = report.ingested().time_counts.steps();
    if steps.is_empty() {
        return page;
    }
    let found = &report.result.found;
    let noise = report.ingested().kept.iter();
    let noise = noise.filter(|row| found.pattern_label(row.pattern).is_noise());
    let mut odd: Vec<(Timestamp, String)> =
        noise.filter_map(|row| Some((row.time?, report.text(row.pattern)))).collect();
    odd.sort_by_key(|(time, _)| *time);
    let page =
        page.heading("Times").paragraph("When events were, those that are like no other marked.");
    let page = page.figure(Timeline::new(&steps).odd(&odd).figure());
    match by_hour(&steps) {
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

/// Events by the hour, taken apart; `None` where they are too few or too many hours.
fn by_hour(steps: &[(Timestamp, u64)]) -> Option<(oddsift::timeseries::TsParams, Anomalies)> {
    let hours = |time: &Timestamp| time.as_second().div_euclid(3600);
    let span = hours(&steps.last()?.0) - hours(&steps.first()?.0);
    if span > MOST_HOURS {
        return None;
    }
    let hour: Period = "1h".parse().ok()?;
    let mut builder = SeriesBuilder::new(hour, Aggregate::Sum).ok()?;
    for (time, count) in steps {
        builder.add(None, *time, Some(*count as f64)).ok()?;
    }
    let series = builder.finish(Fill::Zero).ok()?.pop()?;
    let params = Anomalies::params();
    let found = (series.len() >= LEAST_HOURS).then(|| params.fit(&series).ok()).flatten()?;
    Some((params, found))
}
