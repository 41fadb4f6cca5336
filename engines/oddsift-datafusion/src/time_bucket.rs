use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use oddsift_timeseries::{Period, Timestamp, bucket_start};

use crate::arguments::{Argument, Kind, coerce};
use crate::function::RowFunction;
use crate::times::{Times, ticks};
use crate::{Error, calls};

const NAME: &str = "time_bucket";

const ARGUMENTS: [Argument; 2] =
    [Argument::new("time", Kind::Time), Argument::new("bucket", Kind::Text)];

/// The start of the bucket of a time, as the series of the tool have their buckets.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimeBucket;

impl RowFunction for TimeBucket {
    fn name(&self) -> &'static str {
        NAME
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        coerce(NAME, &ARGUMENTS, found)
    }

    fn returns(&self, passed: &[DataType]) -> Result<DataType, Error> {
        Ok(calls::argument(NAME, passed, 0)?.clone())
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let times = calls::argument(NAME, &args.args, 0)?.to_array(args.number_rows)?;
        starts(&times, length(args.args.get(1))?)
    }
}

fn length(value: Option<&ColumnarValue>) -> Result<Period, Error> {
    let bad = |reason: String| Error::Value { function: NAME, argument: "bucket", reason };
    let Some(text) = calls::text(NAME, "bucket", value)? else {
        return Err(bad("NULL is no length; write one such as '1h'".to_owned()));
    };
    let length = text.parse::<Period>();
    length.map_err(|error| bad(error.to_string()))
}

fn starts(times: &ArrayRef, bucket: Period) -> Result<ArrayRef, Error> {
    let of_type = times.data_type();
    let DataType::Timestamp(unit, _) = of_type else { return Ok(Arc::clone(times)) };
    let times = Times::new(NAME, times)?;
    let start = |row| times.get(row)?.map(|time| start(time, bucket, *unit)).transpose();
    let starts = (0..times.len()).map(start).collect::<Result<Int64Array, Error>>()?;
    Ok(cast(&starts, of_type)?)
}

fn start(time: Timestamp, bucket: Period, unit: TimeUnit) -> Result<i64, Error> {
    let start = bucket_start(bucket, time).map_err(|error| Error::compute(NAME)(&error))?;
    ticks(start, unit).ok_or_else(|| Error::Value {
        function: NAME,
        argument: "time",
        reason: format!(
            "a bucket starts at {start}, which its unit cannot tell; cast it to a finer one"
        ),
    })
}
