use std::ops::Range;

use oddsift_records::RowBuilder;
use oddsift_timespan::Timestamp;

use crate::{Error, columns::Columns};

/// The events of one chunk as fields with the places of their columns; used again for the next chunk.
#[derive(Debug, Default)]
pub(crate) struct Events {
    text: String,
    fields: Vec<(usize, Value)>,
    /// One an event.
    ends: Vec<Event>,
    /// The number of the event, from 1, that has filled the column last; of this chunk.
    filled: Vec<usize>,
}

#[derive(Debug)]
struct Event {
    record: u64,
    /// Where its fields end.
    end: usize,
}

#[derive(Debug, Clone)]
enum Value {
    Text(Range<usize>),
    Int(i64),
    Bool(bool),
    Time(Timestamp),
}

/// A value as the decoder has it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    Int(i64),
    /// More than `i64` holds, where it is not negative.
    UInt(u64),
    Bool(bool),
}

/// Where an event begins, to take it back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    text: usize,
    fields: usize,
}

impl Events {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
        self.ends.clear();
        self.filled.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn begin(&self) -> Mark {
        Mark { text: self.text.len(), fields: self.fields.len() }
    }

    /// Ends an event that is whole.
    pub(crate) fn end(&mut self, record: u64) {
        self.ends.push(Event { record, end: self.fields.len() });
    }

    /// Forgets what came of an event that is not.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        for (column, _) in self.fields.drain(mark.fields..) {
            if let Some(filled) = self.filled.get_mut(column) {
                *filled = 0;
            }
        }
    }

    /// Adds a field to the event that has begun; false where it has one in this column already.
    pub(crate) fn put(&mut self, column: usize, value: Scalar<'_>, is_time: bool) -> bool {
        let number = self.ends.len().saturating_add(1);
        if self.filled.len() <= column {
            self.filled.resize(column.saturating_add(1), 0);
        }
        let Some(filled) = self.filled.get_mut(column) else { return false };
        if *filled == number {
            return false;
        }
        *filled = number;
        let value = self.value(value, is_time);
        self.fields.push((column, value));
        true
    }

    fn value(&mut self, value: Scalar<'_>, is_time: bool) -> Value {
        match value {
            Scalar::Text(text) if is_time => {
                text.parse().map_or_else(|_| self.keep(text), Value::Time)
            }
            Scalar::Text(text) => self.keep(text),
            Scalar::Int(number) => Value::Int(number),
            Scalar::UInt(number) => {
                i64::try_from(number).map_or_else(|_| self.keep(&number.to_string()), Value::Int)
            }
            Scalar::Bool(value) => Value::Bool(value),
        }
    }

    fn keep(&mut self, text: &str) -> Value {
        let start = self.text.len();
        self.text.push_str(text);
        Value::Text(start..self.text.len())
    }

    /// The record number of an event.
    pub(crate) fn record(&self, event: usize) -> u64 {
        self.ends.get(event).map_or(0, |event| event.record)
    }

    /// Adds the fields of an event to a row, in the order of the columns. `row` is room for the work.
    pub(crate) fn write(&self, event: usize, row: &mut Vec<usize>, mut out: RowBuilder<'_>) {
        let start = event.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |before| before.end);
        let end = self.ends.get(event).map_or(start, |event| event.end);
        let fields = self.fields.get(start..end).unwrap_or_default();
        row.clear();
        for (nth, (column, _)) in fields.iter().enumerate() {
            if row.len() <= *column {
                row.resize(column.saturating_add(1), usize::MAX);
            }
            if let Some(place) = row.get_mut(*column) {
                *place = nth;
            }
        }
        for place in row {
            self.write_field(fields.get(*place).map(|(_, value)| value), &mut out);
        }
    }

    fn write_field(&self, value: Option<&Value>, out: &mut RowBuilder<'_>) {
        match value {
            None => out.missing(),
            Some(Value::Text(range)) => out.text(self.text.get(range.clone()).unwrap_or_default()),
            Some(Value::Int(number)) => out.int(*number),
            Some(Value::Bool(value)) => out.bool(*value),
            Some(Value::Time(time)) => out.time(*time),
        };
    }
}

/// Fields on their way from an event to their columns.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    pub(crate) events: &'a mut Events,
    pub(crate) columns: &'a mut Columns,
    pub(crate) fault: Option<Error>,
}

impl Sink<'_> {
    /// Adds a field; where its column is taken, `other` names another.
    pub(crate) fn put(&mut self, name: &str, other: impl FnOnce() -> String, value: Scalar<'_>) {
        if !self.try_put(name, value) {
            self.try_put(&other(), value);
        }
    }

    fn try_put(&mut self, name: &str, value: Scalar<'_>) -> bool {
        match self.columns.place(name) {
            Ok(column) => self.events.put(column, value, name == crate::columns::TIME_CREATED),
            Err(fault) => {
                self.fault.get_or_insert(fault);
                true
            }
        }
    }
}
