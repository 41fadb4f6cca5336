use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use oddsift::timeseries::{Period, Timestamp, bucket_start};

use super::Fault;
use super::arguments::{Arguments, times};

/// The start of the bucket of each time, as the series of the tool have their buckets.
pub(super) fn starts(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(2, 2, "(time, bucket)")?;
    let times = times("time", &args.column(0)?)?;
    let DataType::Timestamp(unit, _) = *times.data_type() else { return Ok(times) };
    if times.is_empty() {
        return Ok(times);
    }
    let bad = |reason: String| Fault(format!("argument `bucket`: {reason}"));
    let length = args.text(1, "bucket")?;
    let length =
        length.ok_or_else(|| bad("NULL is no length; write one such as '1h'".to_owned()))?;
    let length = length.parse::<Period>().map_err(|error| bad(error.to_string()))?;
    let ticks = cast(&times, &DataType::Int64)?;
    let ticks = ticks.as_primitive::<Int64Type>();
    let starts = ticks.iter().map(|tick| tick.map(|tick| start(tick, length, unit)).transpose());
    let starts = starts.collect::<Result<Int64Array, Fault>>()?;
    Ok(cast(&starts, times.data_type())?)
}

fn start(tick: i64, bucket: Period, unit: TimeUnit) -> Result<i64, Fault> {
    let time = match unit {
        TimeUnit::Second => Timestamp::from_second(tick),
        TimeUnit::Millisecond => Timestamp::from_millisecond(tick),
        TimeUnit::Microsecond => Timestamp::from_microsecond(tick),
        TimeUnit::Nanosecond => Timestamp::from_nanosecond(i128::from(tick)),
    };
    let time =
        time.map_err(|error| Fault(format!("argument `time`: {error}; leave such rows out")))?;
    let start = bucket_start(bucket, time).map_err(|error| Fault(error.to_string()))?;
    ticks(start, unit).ok_or_else(|| {
        Fault(format!(
            "argument `time`: a bucket starts at {start}, which its unit cannot tell; cast it to a finer one"
        ))
    })
}

/// A time in a unit; `None` where it is no whole number of it, or does not fit.
fn ticks(time: Timestamp, unit: TimeUnit) -> Option<i64> {
    let nanos = time.as_nanosecond();
    let length = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    (nanos % length == 0).then_some(nanos / length)?.try_into().ok()
}
