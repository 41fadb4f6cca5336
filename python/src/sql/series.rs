use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Float64Array, ListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields};
use oddsift::timeseries::{
    Anomalies, Error as SeriesError, Score, Season, Series, Timestamp, TsParams, Workspace,
};

use super::Fault;
use super::arguments::{Arguments, lists};

/// The parts of each point of a series, and whether it is an anomaly.
pub(super) fn anomalies(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(2, 4, "(values, period, [threshold], [score])")?;
    let lists = lists("values", &args.column(0)?)?;
    if lists.is_empty() {
        return parts(&lists, &Anomalies::params()); // the period of no row
    }
    parts(&lists, &params(args)?)
}

fn params(args: &Arguments) -> Result<TsParams, Fault> {
    let mut params = Anomalies::params().period(season(args)?);
    if let Some(threshold) = args.number(2, "threshold")? {
        params = params.threshold(threshold);
    }
    if let Some(score) = args.text(3, "score")? {
        let score = score.parse::<Score>();
        params = params.score(score.map_err(|error| Fault(format!("argument `score`: {error}")))?);
    }
    Ok(params)
}

/// The period: a number of points, or `auto` or `usual`.
fn season(args: &Arguments) -> Result<Season, Fault> {
    let bad = |reason: &str| {
        Fault(format!("argument `period`: {reason}; give a number of points, 'auto' or 'usual'"))
    };
    let text = if args.is_text(1) {
        args.text(1, "period")?
    } else {
        args.number(1, "period")?.map(|number| number.to_string())
    };
    let text = text.ok_or_else(|| bad("NULL is no period"))?;
    if let Ok(points) = text.parse() {
        return Ok(Season::Points(points));
    }
    match text.parse() {
        // A list has no times that could be counted in.
        Ok(Season::Time(_)) | Err(_) => Err(bad(&format!("`{text}` is none"))),
        Ok(season) => Ok(season),
    }
}

fn point() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields()), true))
}

fn fields() -> Fields {
    let number = |name| Field::new(name, DataType::Float64, true);
    let mut fields = ["trend", "seasonal", "remainder", "score"].map(number).to_vec();
    fields.push(Field::new("is_anomaly", DataType::Boolean, false));
    Fields::from(fields)
}

fn parts(lists: &ListArray, params: &TsParams) -> Result<ArrayRef, Fault> {
    let mut points = Points::default();
    let mut lengths = Vec::with_capacity(lists.len());
    let mut valid = Vec::with_capacity(lists.len());
    let mut workspace = Workspace::default();
    for list in lists.iter() {
        let found =
            list.map(|list| fit(list.as_primitive(), params, &mut workspace)).transpose()?;
        let found = found.flatten();
        if let Some(found) = &found {
            points.add(found);
        }
        lengths.push(found.as_ref().map_or(0, |found| found.values().len()));
        valid.push(found.is_some());
    }
    let offsets = OffsetBuffer::from_lengths(lengths);
    let points = Arc::new(points.finish()?);
    Ok(Arc::new(ListArray::try_new(point(), offsets, points, Some(NullBuffer::from(valid)))?))
}

/// Takes a series apart; `None` if it is too short for its period.
fn fit(
    values: &Float64Array,
    params: &TsParams,
    workspace: &mut Workspace,
) -> Result<Option<Anomalies>, Fault> {
    let times = (0..).map(|second| Timestamp::constant(second, 0));
    // NULL is a value that is missing, as NaN is.
    let values = values.iter().map(|value| value.unwrap_or(f64::NAN));
    let series = Series::as_given(&times.zip(values).collect::<Vec<_>>());
    match params.fit_in(&series, workspace) {
        Ok(found) => Ok(Some(found)),
        Err(SeriesError::TooShort { .. }) => Ok(None),
        Err(error) => Err(Fault(error.to_string())),
    }
}

/// The points of all series, one behind the other.
#[derive(Default)]
struct Points {
    numbers: [Float64Builder; 4],
    is_anomaly: BooleanBuilder,
}

impl Points {
    fn add(&mut self, found: &Anomalies) {
        let parts = [found.trend(), found.seasonal(), found.residual(), found.score()];
        for (column, part) in self.numbers.iter_mut().zip(parts) {
            let is_known = |value: &f64| !value.is_nan();
            column.extend(part.iter().map(|value| Some(*value).filter(is_known)));
        }
        self.is_anomaly.extend(found.anomalies().iter().map(|flag| Some(*flag != 0)));
    }

    fn finish(self) -> Result<StructArray, Fault> {
        let Self { numbers, mut is_anomaly } = self;
        let numbers = numbers.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let columns = numbers.into_iter().chain([Arc::new(is_anomaly.finish()) as ArrayRef]);
        Ok(StructArray::try_new(fields(), columns.collect(), None)?)
    }
}
