use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{
    Array, ArrayRef, Float64Array, LargeStringArray, ListArray, StringArray, StringViewArray,
    UInt64Array, new_null_array,
};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, TimeUnit};
use arrow_select::take::take;

use super::Fault;

/// The columns of a call.
pub(super) struct Arguments {
    columns: Vec<ArrayRef>,
    n_rows: usize,
}

impl Arguments {
    pub(super) fn new(columns: Vec<ArrayRef>) -> Self {
        let is_empty = columns.iter().any(ArrayRef::is_empty);
        let longest = columns.iter().map(ArrayRef::len).max().unwrap_or(0);
        Self { columns, n_rows: if is_empty { 0 } else { longest } }
    }

    pub(super) const fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of arguments is from `least` to `most`, or `takes` says what it is to be.
    pub(super) fn check_count(&self, least: usize, most: usize, takes: &str) -> Result<(), Fault> {
        if (least..=most).contains(&self.columns.len()) {
            return Ok(());
        }
        Err(Fault(format!("takes {takes}, got {} arguments", self.columns.len())))
    }

    /// The column at a place, of as many rows as the call has.
    pub(super) fn column(&self, place: usize) -> Result<ArrayRef, Fault> {
        let column = self.columns.get(place);
        let column = column.ok_or_else(|| Fault(format!("argument {} is missing", place + 1)))?;
        match column.len() {
            len if len == self.n_rows => Ok(Arc::clone(column)),
            1 => Ok(take(column, &UInt64Array::from(vec![0; self.n_rows]), None)?),
            _ if self.n_rows == 0 => Ok(column.slice(0, 0)),
            len => {
                Err(Fault(format!("argument {} has {len} rows, others {}", place + 1, self.n_rows)))
            }
        }
    }

    /// The columns from a place on.
    pub(super) fn columns_from(&self, place: usize) -> Result<Vec<ArrayRef>, Fault> {
        (place..self.columns.len()).map(|place| self.column(place)).collect()
    }

    /// A column of text.
    pub(super) fn texts(&self, place: usize, name: &str) -> Result<Texts, Fault> {
        Texts::new(name, &self.column(place)?)
    }

    /// A text that is one for all rows; `None` where it is left out or NULL.
    pub(super) fn text(&self, place: usize, name: &str) -> Result<Option<String>, Fault> {
        let Some(column) = self.columns.get(place).filter(|column| !column.is_empty()) else {
            return Ok(None);
        };
        let texts = Texts::new(name, column)?;
        let first = texts.get(0);
        one_for_all(name, texts.iter().all(|text| text == first))?;
        Ok(first.map(str::to_owned))
    }

    /// A number that is one for all rows; `None` where it is left out or NULL.
    pub(super) fn number(&self, place: usize, name: &str) -> Result<Option<f64>, Fault> {
        let Some(column) = self.columns.get(place).filter(|column| !column.is_empty()) else {
            return Ok(None);
        };
        let numbers = numbers(name, column)?;
        let first = numbers.iter().next().flatten();
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        one_for_all(name, numbers.iter().all(|number| bits(number) == bits(first)))?;
        Ok(first)
    }

    /// Tells whether the argument at a place is a text.
    pub(super) fn is_text(&self, place: usize) -> bool {
        self.columns.get(place).is_some_and(|column| is_text(column.data_type()))
    }
}

fn one_for_all(name: &str, holds: bool) -> Result<(), Fault> {
    if holds {
        return Ok(());
    }
    Err(Fault(format!(
        "argument `{name}` is a column, it takes one value for all rows; write a literal"
    )))
}

fn wrong_type(name: &str, found: &DataType, takes: &str) -> Fault {
    Fault(format!("argument `{name}` is {found}, it takes {takes}; cast it"))
}

/// Engines give NULL any type.
fn of_nulls(column: &ArrayRef, of_type: &DataType) -> Option<ArrayRef> {
    (column.logical_null_count() == column.len()).then(|| new_null_array(of_type, column.len()))
}

pub(super) fn is_text(found: &DataType) -> bool {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// A column of numbers or Booleans, as 64-bit floats.
pub(super) fn numbers(name: &str, column: &ArrayRef) -> Result<Float64Array, Fault> {
    let found = column.data_type();
    let column = if found.is_numeric() || *found == DataType::Boolean {
        cast(column, &DataType::Float64)?
    } else {
        let nulls = of_nulls(column, &DataType::Float64);
        nulls.ok_or_else(|| wrong_type(name, found, "a number or a Boolean"))?
    };
    Ok(column.as_primitive::<Float64Type>().clone())
}

/// A column of lists of numbers.
pub(super) fn lists(name: &str, column: &ArrayRef) -> Result<ListArray, Fault> {
    let of_type = DataType::List(Field::new_list_field(DataType::Float64, true).into());
    let is_taken =
        |item: &DataType| item.is_numeric() || matches!(item, DataType::Boolean | DataType::Null);
    let column = match column.data_type() {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
            if is_taken(item.data_type()) =>
        {
            cast(column, &of_type)?
        }
        found => {
            let nulls = of_nulls(column, &of_type);
            nulls.ok_or_else(|| wrong_type(name, found, "a list of numbers"))?
        }
    };
    Ok(column.as_list().clone())
}

/// A column of times, in its own unit.
pub(super) fn times(name: &str, column: &ArrayRef) -> Result<ArrayRef, Fault> {
    let as_type = |unit| Ok(cast(column, &DataType::Timestamp(unit, None))?);
    match column.data_type() {
        DataType::Timestamp(..) => Ok(Arc::clone(column)),
        DataType::Date32 => as_type(TimeUnit::Second),
        DataType::Date64 => as_type(TimeUnit::Millisecond),
        found => {
            let nulls = of_nulls(column, &DataType::Timestamp(TimeUnit::Nanosecond, None));
            nulls.ok_or_else(|| wrong_type(name, found, "a timestamp or a date"))
        }
    }
}

/// A column of text, of any type that Arrow has for it.
pub(super) enum Texts {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
}

impl Texts {
    /// Takes a column. The texts of a dictionary become views of its values, which are not copied.
    pub(super) fn new(name: &str, column: &ArrayRef) -> Result<Self, Fault> {
        let found = column.data_type();
        Ok(match found {
            DataType::Utf8 => Self::Small(column.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(column.as_string().clone()),
            DataType::Utf8View => Self::View(column.as_string_view().clone()),
            _ if is_text(found) => {
                Self::View(cast(column, &DataType::Utf8View)?.as_string_view().clone())
            }
            _ => {
                let nulls = of_nulls(column, &DataType::Utf8);
                let nulls = nulls.ok_or_else(|| wrong_type(name, found, "text"))?;
                Self::Small(nulls.as_string().clone())
            }
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Small(array) => array.len(),
            Self::Large(array) => array.len(),
            Self::View(array) => array.len(),
        }
    }

    /// The text of a row; `None` for NULL.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Small(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }
}
