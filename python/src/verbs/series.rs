use oddsift::pipeline::{
    Aggregate, Anomalies, Degree, Score, Season, SeriesFit, SeriesParams, SeriesValue, Stl,
    StlParams, TimeParser, Timestamp, TsParams,
};
use pyo3::prelude::*;

use super::{found::Found, recipe::is_msticpys};
use crate::error::parameter_error;
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::picture::Subject;
use crate::value::{Value, parsed, unknown};

/// What `series` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter by itself")]
pub(crate) struct SeriesArgs {
    time_column: Option<String>,
    value_column: Option<String>,
    agg: Option<String>,
    count: bool,
    distinct: Option<String>,
    by: Option<String>,
    bucket: Option<Value>,
    since: Option<String>,
    until: Option<String>,
    fill: Option<Value>,
    strict: bool,
    period: Vec<Value>,
    score: Value,
    threshold: Option<f64>,
    threshold_low: Option<f64>,
    every_point: bool,
    compat: Option<String>,
    time_zone: Option<String>,
}

/// How a series is taken apart.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct StlArgs {
    seasonal: Option<usize>,
    trend: Option<usize>,
    low_pass: Option<usize>,
    seasonal_deg: u8,
    trend_deg: u8,
    low_pass_deg: u8,
    seasonal_jump: usize,
    trend_jump: usize,
    low_pass_jump: usize,
    inner: Option<usize>,
    outer: Option<usize>,
    robust: bool,
}

impl StlArgs {
    /// The parameters for a period that comes from elsewhere.
    pub(crate) fn params(&self, params: StlParams) -> PyResult<StlParams> {
        let params = self.seasonal.map_or(params, |window| params.seasonal(window));
        Ok(params
            .trend(self.trend)
            .low_pass(self.low_pass)
            .seasonal_degree(degree("seasonal_deg", self.seasonal_deg)?)
            .trend_degree(degree("trend_deg", self.trend_deg)?)
            .low_pass_degree(degree("low_pass_deg", self.low_pass_deg)?)
            .seasonal_jump(self.seasonal_jump)
            .trend_jump(self.trend_jump)
            .low_pass_jump(self.low_pass_jump)
            .inner_iter(self.inner)
            .outer_iter(self.outer)
            .robust(self.robust))
    }
}

fn degree(name: &str, degree: u8) -> PyResult<Degree> {
    match degree {
        0 => Ok(Degree::Constant),
        1 => Ok(Degree::Linear),
        other => Err(parameter_error(name, format!("must be 0 or 1, got {other}"))),
    }
}

impl SeriesArgs {
    fn params(&self, stl: &StlArgs) -> PyResult<SeriesParams> {
        let mut params = SeriesParams::new();
        params.time_column.clone_from(&self.time_column);
        params.value = self.value()?;
        params.aggregate = self.agg.as_deref().map(aggregate).transpose()?;
        params.bucket = parsed("bucket", self.bucket.as_ref())?;
        params.by.clone_from(&self.by);
        params.fill = parsed("fill", self.fill.as_ref())?;
        params.as_given = is_msticpys(self.compat.as_deref())?;
        params.strict = self.strict;
        params.since = self.time("since", self.since.as_deref())?;
        params.until = self.time("until", self.until.as_deref())?;
        params.anomalies = self.anomalies(stl, params.as_given)?;
        Ok(params)
    }

    fn value(&self) -> PyResult<SeriesValue> {
        match (self.count, &self.distinct, &self.value_column) {
            (true, None, None) => Ok(SeriesValue::Count),
            (false, Some(name), None) => Ok(SeriesValue::Distinct(name.clone())),
            (false, None, Some(name)) => Ok(SeriesValue::Column(name.clone())),
            (false, None, None) => Ok(SeriesValue::FirstNumber),
            _ => Err(parameter_error("count", "give one of count, distinct and value_column")),
        }
    }

    fn time(&self, name: &str, text: Option<&str>) -> PyResult<Option<Timestamp>> {
        let parser = TimeParser::new().time_zone(self.time_zone.as_deref());
        let parser = parser.map_err(|error| parameter_error("time_zone", error))?;
        let time = text.map(|text| parser.parse(text)).transpose();
        let time = time.map_err(|error| parameter_error(name, error))?;
        Ok(time.map(|time| time.timestamp))
    }

    fn anomalies(&self, stl: &StlArgs, is_msticpys: bool) -> PyResult<TsParams> {
        let is_exact = self.strict || is_msticpys;
        let given = self.period.iter().map(|period| period.parse("period"));
        let mut seasons: Vec<Season> = given.collect::<PyResult<_>>()?;
        if seasons.is_empty() {
            seasons.push(if is_exact { Season::Points(24) } else { Season::Usual });
        }
        let score: Score = self.score.parse("score")?;
        let usual = if is_msticpys { Score::Z } else { score }.usual_threshold();
        let params = TsParams::default()
            .periods(&seasons)
            .must_find(is_exact)
            .episodes(!self.every_point && !is_msticpys)
            .stl(stl.params(Stl::params(2))?)
            .score(score)
            .threshold(self.threshold.unwrap_or(usual))
            .threshold_low(self.threshold_low)
            .truncation(is_msticpys);
        Ok(match (stl.seasonal, seasons.len()) {
            (Some(window), 2..) => params.windows(&vec![window; seasons.len()]),
            _ => params,
        })
    }
}

fn aggregate(name: &str) -> PyResult<Aggregate> {
    match name {
        "sum" => Ok(Aggregate::Sum),
        "mean" => Ok(Aggregate::Mean),
        "max" => Ok(Aggregate::Max),
        other => Err(unknown("agg", other, "'sum', 'mean' or 'max'")),
    }
}

/// Takes time series apart and flags what season and trend do not explain.
#[pyfunction]
pub(crate) fn series(
    py: Python<'_>,
    input: InputArgs,
    args: SeriesArgs,
    stl: StlArgs,
) -> PyResult<Found> {
    let params = args.params(&stl)?;
    input.run(py, |input| {
        let found = params.fit(&input)?;
        let frame =
            Frame::of(&found.point_columns(), found.points().map(|point| Ok(point.into())))?;
        let mut result = Found::new(frame, &found.read);
        result = result.note(&found.read, found.read.input.rows(), &facts(&found));
        if let Some(first) = &found.left_out.first {
            let n_groups = found.left_out.n_groups;
            result.warnings.push(format!("{first}; {n_groups} groups are left out"));
        }
        Ok(result.drawn(Subject::Series(Box::new(found))))
    })
}

fn facts(found: &SeriesFit) -> String {
    let n_points: usize = found.series.iter().map(|it| it.values().len()).sum();
    let mut periods: Vec<usize> =
        found.series.iter().flat_map(Anomalies::periods).copied().collect();
    periods.sort_unstable();
    periods.dedup();
    let (n_series, n_flagged) = (found.series.len(), found.n_flagged());
    format!("{n_points} points in {n_series} series, periods {periods:?}, {n_flagged} anomalies")
}
