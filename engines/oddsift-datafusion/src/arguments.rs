use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};

use crate::Error;

/// What an argument is, and so which types it is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Text of any type, kept as it is.
    Text,
    /// A number or a Boolean, as a 64-bit float.
    Number,
    /// A whole number from 0, as an unsigned 64-bit number.
    Count,
    /// A time, in its own unit.
    Time,
    /// A list of numbers, as one of 64-bit floats.
    Numbers,
    /// Bytes, with 64-bit offsets.
    Bytes,
    /// A number or a text: a feature or a category, as the model says.
    Feature,
}

/// An argument of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_optional: bool,
}

impl Argument {
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_optional: false }
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_optional: true }
    }
}

/// Returns the types in which the arguments of a call are to be passed.
pub(crate) fn coerce(
    function: &'static str,
    arguments: &[Argument],
    found: &[DataType],
) -> Result<Vec<DataType>, Error> {
    let n_needed = arguments.iter().filter(|argument| !argument.is_optional).count();
    if !(n_needed..=arguments.len()).contains(&found.len()) {
        return Err(Error::ArgumentCount {
            function,
            takes: listed(arguments),
            found: found.len(),
        });
    }
    let pairs = arguments.iter().zip(found);
    pairs.map(|(argument, found)| argument.kind.coerce(function, argument.name, found)).collect()
}

/// The names of the arguments, optional ones in brackets.
fn listed(arguments: &[Argument]) -> String {
    let name = |argument: &Argument| {
        if argument.is_optional { format!("[{}]", argument.name) } else { argument.name.to_owned() }
    };
    format!("({})", arguments.iter().map(name).collect::<Vec<_>>().join(", "))
}

impl Kind {
    /// The type in which a value of the type `found` is passed.
    pub(crate) fn coerce(
        self,
        function: &'static str,
        argument: &str,
        found: &DataType,
    ) -> Result<DataType, Error> {
        let taken = match self {
            Self::Text => text(found),
            Self::Number => number(found),
            Self::Count => count(found),
            Self::Time => time(found),
            Self::Numbers => numbers(found),
            Self::Bytes => bytes(found),
            Self::Feature => text(found).filter(|_| !found.is_null()).or_else(|| number(found)),
        };
        taken.ok_or_else(|| Error::ArgumentType {
            function,
            argument: argument.to_owned(),
            found: found.clone(),
            takes: self.takes(),
        })
    }

    const fn takes(self) -> &'static str {
        match self {
            Self::Text => "text (Utf8, LargeUtf8, Utf8View or a dictionary of these)",
            Self::Number => "a number or a Boolean",
            Self::Count => "a whole number",
            Self::Time => "a timestamp or a date",
            Self::Numbers => "a list of numbers",
            Self::Bytes => "bytes (Binary, LargeBinary or BinaryView)",
            Self::Feature => "a number, a Boolean or text",
        }
    }
}

fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn text(found: &DataType) -> Option<DataType> {
    match found {
        DataType::Null => Some(DataType::Utf8),
        DataType::Dictionary(_, values) if is_text(values) => Some(found.clone()),
        found if is_text(found) => Some(found.clone()),
        _ => None,
    }
}

fn number(found: &DataType) -> Option<DataType> {
    let is_number = found.is_numeric() || matches!(found, DataType::Boolean | DataType::Null);
    is_number.then_some(DataType::Float64)
}

fn count(found: &DataType) -> Option<DataType> {
    (found.is_integer() || found.is_null()).then_some(DataType::UInt64)
}

fn time(found: &DataType) -> Option<DataType> {
    match found {
        DataType::Timestamp(..) => Some(found.clone()),
        DataType::Date32 => Some(DataType::Timestamp(TimeUnit::Second, None)),
        DataType::Date64 => Some(DataType::Timestamp(TimeUnit::Millisecond, None)),
        DataType::Null => Some(DataType::Timestamp(TimeUnit::Nanosecond, None)),
        _ => None,
    }
}

fn numbers(found: &DataType) -> Option<DataType> {
    let is_taken = match found {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            number(item.data_type()).is_some()
        }
        found => found.is_null(),
    };
    is_taken.then(|| DataType::List(Field::new_list_field(DataType::Float64, true).into()))
}

fn bytes(found: &DataType) -> Option<DataType> {
    let is_taken = matches!(
        found,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null
    );
    is_taken.then_some(DataType::LargeBinary)
}
