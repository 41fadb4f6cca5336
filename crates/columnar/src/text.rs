use std::fmt::Write;

use arrow_array::{Array, ArrayRef, cast::AsArray};
use arrow_schema::DataType;

use crate::cells::{Scalar, scalars};

/// Appends the value of a row, which is not null, to a text.
pub(crate) type Print = Box<dyn Fn(usize, &mut String) + Send>;

/// Whether a list of such values reads well as text.
pub(crate) fn is_scalar(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_scalar(values),
        DataType::RunEndEncoded(_, values) => is_scalar(values.data_type()),
        kind => !kind.is_nested(),
    }
}

/// The items of a list, separated by spaces.
pub(crate) fn joined(array: &ArrayRef) -> Option<Print> {
    let (items, range) = items(array)?;
    let (nulls, print) = (items.logical_nulls(), printer(&items, false));
    Some(Box::new(move |row, out| {
        let mut is_first = true;
        for item in range(row).filter(|item| nulls.as_ref().is_none_or(|it| it.is_valid(*item))) {
            if !std::mem::take(&mut is_first) {
                out.push(' ');
            }
            print(item, out);
        }
    }))
}

/// The value as JSON, or a scalar as bare text.
pub(crate) fn printer(array: &ArrayRef, json: bool) -> Print {
    match array.data_type() {
        DataType::Struct(_) => object(array),
        DataType::Map(..) => map(array),
        _ => match items(array) {
            Some((items, range)) => list(&items, range),
            None => scalar(array, json),
        },
    }
}

/// The items of all rows, and those of a row.
type Items = (ArrayRef, Box<dyn Fn(usize) -> std::ops::Range<usize> + Send>);

fn items(array: &ArrayRef) -> Option<Items> {
    let range = |ends: Vec<usize>| {
        Box::new(move |row: usize| {
            let at = |row: usize| ends.get(row).copied().unwrap_or_default();
            at(row)..at(row.saturating_add(1))
        })
    };
    #[expect(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "offsets count up from 0"
    )]
    Some(match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            (list.values().clone(), range(list.offsets().iter().map(|it| *it as usize).collect()))
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            (list.values().clone(), range(list.offsets().iter().map(|it| *it as usize).collect()))
        }
        DataType::FixedSizeList(_, size) => {
            let list = array.as_fixed_size_list();
            let size = *size as usize;
            let ends = (0..=list.len()).map(|row| row.saturating_mul(size)).collect();
            (list.values().clone(), range(ends))
        }
        _ => return None,
    })
}

fn list(
    items: &ArrayRef,
    range: impl Fn(usize) -> std::ops::Range<usize> + Send + 'static,
) -> Print {
    let print = or_null(items);
    Box::new(move |row, out| {
        out.push('[');
        for (nth, item) in range(row).enumerate() {
            if nth > 0 {
                out.push(',');
            }
            print(item, out);
        }
        out.push(']');
    })
}

fn object(array: &ArrayRef) -> Print {
    let array = array.as_struct();
    let names = array.column_names().into_iter().map(quoted);
    let fields: Vec<(String, Print)> = names.zip(array.columns().iter().map(or_null)).collect();
    Box::new(move |row, out| {
        out.push('{');
        for (nth, (name, print)) in fields.iter().enumerate() {
            if nth > 0 {
                out.push(',');
            }
            out.push_str(name);
            out.push(':');
            print(row, out);
        }
        out.push('}');
    })
}

/// A map as an object; its keys are printed as text.
fn map(array: &ArrayRef) -> Print {
    let map = array.as_map();
    let (keys, values) = (printer(map.keys(), false), or_null(map.values()));
    let offsets = map.offsets().clone();
    Box::new(move |row, out| {
        let at =
            |row: usize| offsets.get(row).and_then(|it| usize::try_from(*it).ok()).unwrap_or(0);
        out.push('{');
        for (nth, item) in (at(row)..at(row.saturating_add(1))).enumerate() {
            if nth > 0 {
                out.push(',');
            }
            let mut key = String::new();
            keys(item, &mut key);
            out.push_str(&quoted(&key));
            out.push(':');
            values(item, out);
        }
        out.push('}');
    })
}

fn scalar(array: &ArrayRef, json: bool) -> Print {
    let Some(scalar) = scalars(array) else { return Box::new(|_, out| out.push_str("null")) };
    Box::new(move |row, out| {
        // Writing to a string cannot fail.
        scalar(row, &mut |value| match value {
            Scalar::Text(text) if json => out.push_str(&quoted(text)),
            Scalar::Text(text) | Scalar::Number(text) => out.push_str(text),
            Scalar::Int(number) => _ = write!(out, "{number}"),
            Scalar::Float(number) if number.is_finite() => _ = write!(out, "{number:?}"),
            Scalar::Float(_) => out.push_str("null"),
            Scalar::Bool(value) => _ = write!(out, "{value}"),
            Scalar::Cell(cell) if json => _ = write!(out, "\"{cell}\""),
            Scalar::Cell(cell) => _ = write!(out, "{cell}"),
        });
    })
}

fn or_null(array: &ArrayRef) -> Print {
    let (nulls, print) = (array.logical_nulls(), printer(array, true));
    Box::new(move |row, out| {
        if nulls.as_ref().is_none_or(|it| it.is_valid(row)) {
            print(row, out);
        } else {
            out.push_str("null");
        }
    })
}

fn quoted(text: &str) -> String {
    // A text always has a JSON form.
    serde_json::to_string(text).unwrap_or_default()
}
