use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, TimeUnit};
use oddsift_timeseries::Timestamp;

use crate::Error;

/// A column of timestamps of any unit.
#[derive(Debug)]
pub(crate) struct Times {
    function: &'static str,
    ticks: Int64Array,
    unit: TimeUnit,
}

impl Times {
    /// Takes a column of timestamps; `function` is what messages name.
    pub(crate) fn new(function: &'static str, column: &ArrayRef) -> Result<Self, Error> {
        let DataType::Timestamp(unit, _) = column.data_type() else {
            let reason = format!("{} is no timestamp; cast it", column.data_type());
            return Err(Error::Value { function, argument: "time", reason });
        };
        let ticks = cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone();
        Ok(Self { function, ticks, unit: *unit })
    }

    pub(crate) fn len(&self) -> usize {
        self.ticks.len()
    }

    /// The time of a row; `None` for NULL.
    pub(crate) fn get(&self, row: usize) -> Result<Option<Timestamp>, Error> {
        if self.ticks.is_null(row) {
            return Ok(None);
        }
        let ticks = self.ticks.value(row);
        let time = match self.unit {
            TimeUnit::Second => Timestamp::from_second(ticks),
            TimeUnit::Millisecond => Timestamp::from_millisecond(ticks),
            TimeUnit::Microsecond => Timestamp::from_microsecond(ticks),
            TimeUnit::Nanosecond => Timestamp::from_nanosecond(i128::from(ticks)),
        };
        time.map(Some).map_err(|error| Error::Value {
            function: self.function,
            argument: "time",
            reason: format!("{error}; leave such rows out"),
        })
    }
}

/// A time in a unit; `None` where it is no whole number of it, or does not fit.
pub(crate) fn ticks(time: Timestamp, unit: TimeUnit) -> Option<i64> {
    let (nanos, length) = (time.as_nanosecond(), nanos(unit));
    (nanos % length == 0).then_some(nanos / length)?.try_into().ok()
}

const fn nanos(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}
