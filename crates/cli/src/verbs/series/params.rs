//! What `series` asks of the pipeline.

use oddsift::pipeline::{SeriesParams, SeriesValue, Stl, StlParams, TsParams};

use super::args::{SeriesArgs, StlArgs};
use crate::args::Compat;

pub(super) fn params(args: &SeriesArgs) -> SeriesParams {
    let mut params = SeriesParams::new();
    params.time_column.clone_from(&args.time_column);
    params.value = match (&args.distinct, &args.value_column) {
        _ if args.count => SeriesValue::Count,
        (Some(name), _) => SeriesValue::Distinct(name.clone()),
        (None, Some(name)) => SeriesValue::Column(name.clone()),
        (None, None) => SeriesValue::FirstNumber,
    };
    params.aggregate = args.agg.map(Into::into);
    params.bucket = args.bucket;
    params.by.clone_from(&args.by);
    params.fill = args.fill;
    params.as_given = args.compat == Some(Compat::Msticpy);
    params.anomalies = anomalies(args);
    params
}

fn anomalies(args: &SeriesArgs) -> TsParams {
    let params = TsParams::default()
        .periods(&args.period)
        .stl(stl(&args.stl))
        .score(args.score)
        .threshold(args.threshold)
        .threshold_low(args.threshold_low)
        .truncation(args.compat == Some(Compat::Msticpy));
    match (args.stl.seasonal, args.period.len()) {
        (Some(window), 2..) => params.windows(&vec![window; args.period.len()]),
        _ => params,
    }
}

/// The period comes from elsewhere.
fn stl(args: &StlArgs) -> StlParams {
    let params = Stl::params(2);
    let params = args.seasonal.map_or(params, |window| params.seasonal(window));
    params
        .trend(args.trend)
        .low_pass(args.low_pass)
        .seasonal_degree(args.seasonal_deg)
        .trend_degree(args.trend_deg)
        .low_pass_degree(args.low_pass_deg)
        .seasonal_jump(args.seasonal_jump)
        .trend_jump(args.trend_jump)
        .low_pass_jump(args.low_pass_jump)
        .inner_iter(args.inner)
        .outer_iter(args.outer)
        .robust(args.robust)
}
