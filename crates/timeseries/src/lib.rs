#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "what is compared is exact"))]

mod aggregate; // Aggregate: what a bucket makes of its events
mod anomalies; // Anomalies, Anomaly: what came out
mod buckets; // SeriesBuilder: events to series, by group
mod cell; // one bucket
mod cover; // what part of the first and the last bucket events cover
mod decompose; // STL for one period, MSTL for several
mod episodes; // flags and scores of episodes
mod error; // Error
mod fill; // Fill: what becomes of gaps
mod gather; // Changes: irregular, doubled and far points to a series
mod grid; // points at equal distances
mod groups; // many series, on more than one core
mod params; // TsParams: setters, `fit`
mod periods; // extract_anomaly_periods
mod score; // Score: z, MAD, Tukey's fences
mod season; // Season: the period in points, in time, or found
mod series; // Series
mod sorted; // the buckets of a group
pub mod step; // the steps of a fit
mod sum; // sums that do not depend on their order
mod threshold; // Thresholds, set_new_anomaly_threshold
mod totals; // Totals: buckets that were counted elsewhere
mod truncation; // msticpy's integers

pub use {
    aggregate::Aggregate,
    anomalies::{Anomalies, Anomaly, Frequency, PeriodSource},
    buckets::{Gathered, SeriesBuilder, bucket_start},
    error::Error,
    fill::Fill,
    gather::Changes,
    oddsift_ground::{Progress, Step},
    oddsift_stl::{Degree, NoPeriod, Stl, StlParams, Workspace},
    oddsift_timespan::{Bins, Period, TimeSpan, Timestamp, kql_between, kql_filter},
    params::{TsParams, ts_anomalies_stl},
    periods::{Signs, extract_anomaly_periods},
    score::{Fences, Score},
    season::Season,
    series::Series,
    threshold::set_new_anomaly_threshold,
    totals::Totals,
};
