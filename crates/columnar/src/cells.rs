use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, RunArray,
    cast::AsArray,
    types::{
        Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
        DecimalType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
        DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, RunEndIndexType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
        Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use oddsift_records::{Cell, FieldKind, RowBuilder};
use oddsift_timespan::Timestamp;

use crate::text::{is_scalar, joined, printer};

/// Adds the value of a row, which is not null, to a record.
pub(crate) type Put = Box<dyn Fn(usize, &mut RowBuilder<'_>) + Send>;

/// A value without parts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    /// A number in digits, which is exact.
    Number(&'a str),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A time.
    Cell(Cell<'a>),
}

/// Gives the value of a row to a callback, if it has one.
pub(crate) type Scalars = Box<dyn Fn(usize, &mut dyn FnMut(Scalar<'_>)) + Send>;

/// How the values of a column become fields; `None` for a type that has no text.
pub(crate) fn cells(array: &ArrayRef) -> Option<Put> {
    if let Some(scalar) = scalars(array) {
        return Some(Box::new(move |row, out| {
            let mut has_value = false;
            scalar(row, &mut |value| {
                has_value = true;
                put(value, out);
            });
            if !has_value {
                out.missing();
            }
        }));
    }
    let kind = array.data_type();
    let item = match kind {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => item,
        DataType::Map(..) => return Some(nested(array)),
        _ => return None,
    };
    if !is_scalar(item.data_type()) {
        return Some(nested(array));
    }
    let print = joined(array)?;
    Some(Box::new(move |row, out| {
        let mut text = String::new();
        print(row, &mut text);
        out.text(&text);
    }))
}

fn nested(array: &ArrayRef) -> Put {
    let print = printer(array, true);
    Box::new(move |row, out| {
        let mut text = String::new();
        print(row, &mut text);
        out.json(&text, FieldKind::Nested);
    })
}

fn put(value: Scalar<'_>, out: &mut RowBuilder<'_>) {
    match value {
        Scalar::Text(text) => out.text(text),
        Scalar::Number(text) => out.json(text, FieldKind::Number),
        Scalar::Int(number) => out.int(number),
        Scalar::Float(number) => out.float(number),
        Scalar::Bool(value) => out.bool(value),
        Scalar::Cell(Cell::Time(time)) => out.time(time),
        Scalar::Cell(Cell::NaiveTime(time)) => out.naive_time(time),
        Scalar::Cell(other) => out.text(&other.to_string()),
    };
}

/// The values of a column without parts; `None` for another.
pub(crate) fn scalars(array: &ArrayRef) -> Option<Scalars> {
    Some(match array.data_type() {
        DataType::Null => Box::new(|_, _| {}),
        DataType::Boolean => {
            let array = array.as_boolean().clone();
            Box::new(move |row, give| give(Scalar::Bool(array.value(row))))
        }
        DataType::Int8 => primitive::<Int8Type>(array, |it| Scalar::Int(it.into())),
        DataType::Int16 => primitive::<Int16Type>(array, |it| Scalar::Int(it.into())),
        DataType::Int32 => primitive::<Int32Type>(array, |it| Scalar::Int(it.into())),
        DataType::Int64 => primitive::<Int64Type>(array, Scalar::Int),
        DataType::UInt8 => primitive::<UInt8Type>(array, |it| Scalar::Int(it.into())),
        DataType::UInt16 => primitive::<UInt16Type>(array, |it| Scalar::Int(it.into())),
        DataType::UInt32 => primitive::<UInt32Type>(array, |it| Scalar::Int(it.into())),
        DataType::UInt64 => unsigned(array),
        DataType::Float16 => primitive::<Float16Type>(array, |it| Scalar::Float(it.into())),
        DataType::Float32 => primitive::<Float32Type>(array, |it| Scalar::Float(it.into())),
        DataType::Float64 => primitive::<Float64Type>(array, Scalar::Float),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array),
        DataType::Dictionary(..) => return dictionary(array),
        DataType::RunEndEncoded(ends, _) => match ends.data_type() {
            DataType::Int16 => return runs::<Int16Type>(array),
            DataType::Int32 => return runs::<Int32Type>(array),
            _ => return runs::<Int64Type>(array),
        },
        kind => return texts(array).or_else(|| times(array, kind)),
    })
}

fn primitive<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    scalar: impl Fn(T::Native) -> Scalar<'static> + Send + 'static,
) -> Scalars {
    let array = array.as_primitive::<T>().clone();
    Box::new(move |row, give| give(scalar(array.value(row))))
}

fn unsigned(array: &ArrayRef) -> Scalars {
    let array = array.as_primitive::<UInt64Type>().clone();
    Box::new(move |row, give| match i64::try_from(array.value(row)) {
        Ok(number) => give(Scalar::Int(number)),
        Err(_) => give(Scalar::Number(&array.value(row).to_string())),
    })
}

fn decimal<T: DecimalType>(array: &ArrayRef) -> Scalars {
    let array = array.as_primitive::<T>().clone();
    Box::new(move |row, give| {
        let digits = array.value_as_string(row);
        match digits.parse() {
            Ok(number) => give(Scalar::Int(number)),
            Err(_) => give(Scalar::Number(&digits)),
        }
    })
}

fn dictionary(array: &ArrayRef) -> Option<Scalars> {
    let array = array.as_any_dictionary_opt()?;
    // A key must be one of a value.
    if array.values().is_empty() {
        return Some(Box::new(|_, _| {}));
    }
    let (values, keys) = (scalars(array.values())?, array.normalized_keys());
    Some(Box::new(move |row, give| {
        if let Some(key) = keys.get(row) {
            values(*key, give);
        }
    }))
}

fn runs<T: RunEndIndexType>(array: &ArrayRef) -> Option<Scalars> {
    let array = array.as_any().downcast_ref::<RunArray<T>>()?.clone();
    let values = scalars(array.values())?;
    Some(Box::new(move |row, give| values(array.get_physical_index(row), give)))
}

fn texts(array: &ArrayRef) -> Option<Scalars> {
    macro_rules! text {
        ($array:expr) => {{
            let array = $array.clone();
            Box::new(move |row, give: &mut dyn FnMut(Scalar<'_>)| {
                give(Scalar::Text(array.value(row)));
            })
        }};
    }
    macro_rules! bytes {
        ($array:expr) => {{
            let array = $array.clone();
            Box::new(move |row, give: &mut dyn FnMut(Scalar<'_>)| {
                give(Scalar::Text(&String::from_utf8_lossy(array.value(row))));
            })
        }};
    }
    Some(match array.data_type() {
        DataType::Utf8 => text!(array.as_string::<i32>()),
        DataType::LargeUtf8 => text!(array.as_string::<i64>()),
        DataType::Utf8View => text!(array.as_string_view()),
        DataType::Binary => bytes!(array.as_binary::<i32>()),
        DataType::LargeBinary => bytes!(array.as_binary::<i64>()),
        DataType::BinaryView => bytes!(array.as_binary_view()),
        DataType::FixedSizeBinary(_) => bytes!(array.as_fixed_size_binary()),
        _ => return None,
    })
}

fn times(array: &ArrayRef, kind: &DataType) -> Option<Scalars> {
    const DAY: i64 = 86_400;
    Some(match kind {
        DataType::Timestamp(unit, zone) => {
            let zoned = zone.is_some();
            match unit {
                TimeUnit::Second => time::<TimestampSecondType>(array, 1, zoned),
                TimeUnit::Millisecond => time::<TimestampMillisecondType>(array, 1000, zoned),
                TimeUnit::Microsecond => time::<TimestampMicrosecondType>(array, 1_000_000, zoned),
                TimeUnit::Nanosecond => {
                    time::<TimestampNanosecondType>(array, 1_000_000_000, zoned)
                }
            }
        }
        DataType::Date32 => primitive::<Date32Type>(array, |days| {
            instant(i64::from(days).saturating_mul(DAY), 1, false)
        }),
        DataType::Date64 => primitive::<Date64Type>(array, |it| instant(it, 1000, false)),
        DataType::Time32(TimeUnit::Second) => clock::<Time32SecondType>(array, 1),
        DataType::Time32(_) => clock::<Time32MillisecondType>(array, 1000),
        DataType::Time64(TimeUnit::Microsecond) => clock::<Time64MicrosecondType>(array, 1_000_000),
        DataType::Time64(_) => clock::<Time64NanosecondType>(array, 1_000_000_000),
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => primitive::<DurationSecondType>(array, Scalar::Int),
            TimeUnit::Millisecond => primitive::<DurationMillisecondType>(array, Scalar::Int),
            TimeUnit::Microsecond => primitive::<DurationMicrosecondType>(array, Scalar::Int),
            TimeUnit::Nanosecond => primitive::<DurationNanosecondType>(array, Scalar::Int),
        },
        _ => return None,
    })
}

fn time<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: i64, zoned: bool) -> Scalars {
    primitive::<T>(array, move |it| instant(it, unit, zoned))
}

/// A time in `unit`s a second; a number where it lies outside of the years that have a time.
fn instant(number: i64, unit: i64, zoned: bool) -> Scalar<'static> {
    let seconds = number.div_euclid(unit);
    let nanos = number.rem_euclid(unit).saturating_mul(1_000_000_000_i64.div_euclid(unit));
    let time = i32::try_from(nanos).ok().and_then(|it| Timestamp::new(seconds, it).ok());
    match time {
        Some(time) if zoned => Scalar::Cell(Cell::Time(time)),
        Some(time) => Scalar::Cell(Cell::NaiveTime(time)),
        None => Scalar::Int(number),
    }
}

/// A time of day in `unit`s a second, as text.
fn clock<T: ArrowPrimitiveType>(array: &ArrayRef, unit: i64) -> Scalars
where
    T::Native: Into<i64>,
{
    let array = array.as_primitive::<T>().clone();
    Box::new(move |row, give| {
        let number: i64 = array.value(row).into();
        let text = match instant(number, unit, false) {
            Scalar::Cell(cell) => cell.to_string(),
            _ => number.to_string(),
        };
        give(Scalar::Text(text.strip_prefix("1970-01-01T").unwrap_or(&text)));
    })
}
