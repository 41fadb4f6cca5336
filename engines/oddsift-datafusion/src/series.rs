use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Array, Float64Builder, ListArray, StructArray,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use oddsift_timeseries::{
    Anomalies, Error as SeriesError, Score, Season, Series, Timestamp, TsParams, Workspace,
};

use crate::arguments::{Argument, Kind, coerce};
use crate::function::RowFunction;
use crate::{Error, calls};

const NAME: &str = "stl_anomalies";

const ARGUMENTS: [Argument; 4] = [
    Argument::new("values", Kind::Numbers),
    Argument::new("period", Kind::Feature),
    Argument::optional("threshold", Kind::Number),
    Argument::optional("score", Kind::Text),
];

/// The parts of each point of a series, and whether it is an anomaly.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct StlAnomalies;

impl RowFunction for StlAnomalies {
    fn name(&self) -> &'static str {
        NAME
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        coerce(NAME, &ARGUMENTS, found)
    }

    fn returns(&self, _passed: &[DataType]) -> Result<DataType, Error> {
        Ok(DataType::List(point()))
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let lists = calls::argument(NAME, &args.args, 0)?.to_array(args.number_rows)?;
        evaluate(lists.as_list(), &params(&args.args)?)
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

fn params(args: &[ColumnarValue]) -> Result<TsParams, Error> {
    let bad = |argument| {
        move |error: SeriesError| Error::Value {
            function: NAME,
            argument,
            reason: error.to_string(),
        }
    };
    let mut params = Anomalies::params().period(season(args.get(1))?);
    if let Some(threshold) = calls::number(NAME, "threshold", args.get(2))? {
        params = params.threshold(threshold);
    }
    if let Some(score) = calls::text(NAME, "score", args.get(3))? {
        params = params.score(score.parse::<Score>().map_err(bad("score"))?);
    }
    Ok(params)
}

/// The period: a number of points, or `auto` or `usual`.
fn season(value: Option<&ColumnarValue>) -> Result<Season, Error> {
    let bad = |reason: &str| Error::Value {
        function: NAME,
        argument: "period",
        reason: format!("{reason}; give a number of points, 'auto' or 'usual'"),
    };
    if let Some(number) = calls::number(NAME, "period", value)? {
        let text = number.to_string();
        return text.parse().map(Season::Points).map_err(|_| bad(&format!("{text} is no count")));
    }
    match calls::text(NAME, "period", value)? {
        None => Err(bad("NULL is no period")),
        Some(text) => match text.parse() {
            // A list has no times that could be counted in.
            Ok(Season::Time(_)) | Err(_) => Err(bad(&format!("`{text}` is none"))),
            Ok(season) => Ok(season),
        },
    }
}

fn evaluate(lists: &ListArray, params: &TsParams) -> Result<ArrayRef, Error> {
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
) -> Result<Option<Anomalies>, Error> {
    let times = (0..).map(|second| Timestamp::constant(second, 0));
    // NULL is a value that is missing, as NaN is.
    let values = values.iter().map(|value| value.unwrap_or(f64::NAN));
    let series = Series::as_given(&times.zip(values).collect::<Vec<_>>());
    match params.fit_in(&series, workspace) {
        Ok(found) => Ok(Some(found)),
        Err(SeriesError::TooShort { .. }) => Ok(None),
        Err(error) => Err(Error::compute(NAME)(&error)),
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

    fn finish(self) -> Result<StructArray, Error> {
        let Self { numbers, mut is_anomaly } = self;
        let numbers = numbers.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let columns = numbers.into_iter().chain([Arc::new(is_anomaly.finish()) as ArrayRef]);
        Ok(StructArray::try_new(fields(), columns.collect(), None)?)
    }
}
