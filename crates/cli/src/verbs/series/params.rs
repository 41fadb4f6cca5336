//! What `series` asks of the pipeline.

use oddsift::pipeline::{
    Score, Season, SeriesParams, SeriesValue, Stl, StlParams, TimeParser, TsParams,
};

use super::args::{SeriesArgs, StlArgs};
use crate::args::{Compat, check_times};
use crate::failure::Failure;

pub(super) fn params(args: &SeriesArgs) -> Result<SeriesParams, Failure> {
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
    params.strict = args.strict;
    let parser = TimeParser::new().time_zone(args.input.time_zone.as_deref());
    let parser = parser.map_err(Failure::usage)?;
    let time = |flag: &str, text: &Option<String>| {
        let parsed = text.as_ref().map(|text| parser.parse(text)).transpose();
        let parsed = parsed.map_err(|error| Failure::usage(format!("{flag}: {error}")))?;
        Ok::<_, Failure>(parsed.map(|time| time.timestamp))
    };
    (params.since, params.until) = (time("--since", &args.since)?, time("--until", &args.until)?);
    check_times(params.since, params.until)?;
    params.anomalies = anomalies(args);
    Ok(params)
}

/// The seasons that are asked for.
fn seasons(args: &SeriesArgs) -> Vec<Season> {
    let is_exact = args.strict || args.compat.is_some();
    match &args.period[..] {
        [] if is_exact => vec![Season::Points(24)],
        [] => vec![Season::Usual],
        given => given.to_vec(),
    }
}

/// That of the score; msticpy's way is z-scores alone.
fn threshold(args: &SeriesArgs) -> f64 {
    let score = if args.compat.is_none() { args.score } else { Score::Z };
    args.threshold.unwrap_or(score.usual_threshold())
}

fn anomalies(args: &SeriesArgs) -> TsParams {
    let params = TsParams::default()
        .periods(&seasons(args))
        .must_find(args.strict || args.compat.is_some())
        .episodes(!args.every_point && args.compat.is_none())
        .stl(stl(&args.stl))
        .score(args.score)
        .threshold(threshold(args))
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
