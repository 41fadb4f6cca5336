use std::{borrow::Cow, fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    Batch, Fault,
    batch::RowMark,
    json_columns::Columns,
    json_envelope::{Envelope, envelope_at, wrapper},
    json_nested::{LONGEST_PATH, Nested, Sink, is_event_data},
    json_text::{Place, check_depth, check_start, explain, repair_surrogates},
    json_walk::byte,
};

/// Makes records of objects: nested ones become dotted columns.
#[derive(Default)]
pub(crate) struct Flattener {
    pub(crate) columns: Columns,
    nested: Nested,
    /// Objects that hold the fields of the record, and where.
    wrapped: Vec<(&'static str, usize)>,
}

/// What an object turned out to be.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    /// It is no record, but holds records.
    pub(crate) envelope: Option<Envelope>,
    /// The key whose object holds the fields of the record.
    pub(crate) wrapper: Option<&'static str>,
    /// The first key that has no column any more.
    pub(crate) dropped: Option<String>,
    /// Whether half of a surrogate pair became U+FFFD.
    pub(crate) replaced: bool,
}

/// The text of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObjectText<'a> {
    pub(crate) text: &'a str,
    /// Whether the input ends with it.
    pub(crate) is_last: bool,
    /// Whether to look for records in it.
    pub(crate) may_hold: bool,
}

impl Flattener {
    /// Appends the record of an object, unless it is bad or holds records itself.
    pub(crate) fn push(
        &mut self,
        object: ObjectText<'_>,
        mark: RowMark,
        batch: &mut Batch,
    ) -> Result<Flat, Place> {
        match self.make(object, mark, batch) {
            Err((_, Fault::LoneSurrogate)) => {
                let mut text = object.text.to_owned();
                repair_surrogates(&mut text);
                let flat = self.make(ObjectText { text: &text, ..object }, mark, batch)?;
                Ok(Flat { replaced: true, ..flat })
            }
            made => made,
        }
    }

    fn make(
        &mut self,
        object: ObjectText<'_>,
        mark: RowMark,
        batch: &mut Batch,
    ) -> Result<Flat, Place> {
        let n_columns = self.columns.len();
        let made = Making::new(self, object, mark, batch).run();
        match &made {
            Ok(flat) if flat.envelope.is_none() => batch.end_sparse(mark),
            _ => {
                self.columns.truncate(n_columns);
                batch.undo_sparse(mark.start);
            }
        }
        made
    }
}

/// A record in the making.
struct Making<'m> {
    object: ObjectText<'m>,
    sink: Sink<'m>,
    nested: &'m mut Nested,
    wrapped: &'m mut Vec<(&'static str, usize)>,
    envelope: Option<Envelope>,
    /// Keys but those that only describe an envelope (`@odata.context`).
    n_keys: usize,
}

impl<'m> Making<'m> {
    fn new(
        all: &'m mut Flattener,
        object: ObjectText<'m>,
        mark: RowMark,
        batch: &'m mut Batch,
    ) -> Self {
        all.columns.begin_record();
        all.wrapped.clear();
        let sink = Sink::new(&mut all.columns, batch, mark.start);
        let (nested, wrapped) = (&mut all.nested, &mut all.wrapped);
        Self { object, sink, nested, wrapped, envelope: None, n_keys: 0 }
    }

    fn run(mut self) -> Result<Flat, Place> {
        let ObjectText { text, is_last, .. } = self.object;
        read_object(text, is_last, |key, value| self.member(&key, value))?;
        let is_envelope = |envelope: &Envelope| envelope.is_sure || self.n_keys <= 1;
        if let Some(envelope) = self.envelope.filter(is_envelope) {
            return Ok(Flat { envelope: Some(envelope), ..Flat::default() });
        }
        // Behind all others, so that the order of the keys says nothing of the names.
        for (wrapper, start) in self.wrapped.iter() {
            self.nested.unwrap(&mut self.sink, text, *start, wrapper);
        }
        let Sink { dropped, replaced, fault, .. } = self.sink;
        let wrapper = self.wrapped.first().map(|(wrapper, _)| *wrapper);
        fault.map_or(Ok(Flat { envelope: None, wrapper, dropped, replaced }), Err)
    }

    #[inline]
    fn member(&mut self, key: &str, value: Range<usize>) {
        let text = self.object.text;
        self.n_keys = self.n_keys.saturating_add(usize::from(!key.starts_with('@')));
        match byte(text, value.start) {
            b'{' | b'[' => self.nested_member(key, value),
            b'"' if byte(text, value.start.saturating_add(1)) == b'{' && is_event_data(key) => {
                self.nested.text(&mut self.sink, text, key, value);
            }
            _ => self.sink.put(key, text, value, || None),
        }
    }

    fn nested_member(&mut self, key: &str, value: Range<usize>) {
        let text = self.object.text;
        if self.object.may_hold && self.envelope.is_none() {
            self.envelope = envelope_at(text, key, value.start);
        }
        let raw = text.get(value.clone()).unwrap_or_default();
        if let Err(place) = check_depth(raw, value.start) {
            self.sink.fault.get_or_insert(place);
        } else if byte(raw, 0) == b'[' || key.len() > LONGEST_PATH {
            self.sink.put(key, text, value, || None);
        } else if let Some(wrapper) = wrapper(key) {
            self.wrapped.push((wrapper, value.start));
        } else {
            self.nested.object(&mut self.sink, text, key, value.start);
        }
    }
}

/// Gives each key and the place of its value to `entry`; nothing may follow the object.
fn read_object<'a>(
    text: &'a str,
    is_last: bool,
    entry: impl FnMut(Cow<'a, str>, Range<usize>),
) -> Result<(), Place> {
    check_start(text)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let base = text.as_ptr().addr();
    Entries { base, entry }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| explain(&error, text, 0, is_last))
}

struct Entries<F> {
    /// The address of the line, to tell where in it a value stands.
    base: usize,
    entry: F,
}

impl<'de, F: FnMut(Cow<'de, str>, Range<usize>)> DeserializeSeed<'de> for Entries<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Cow<'de, str>, Range<usize>)> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let raw: &'de RawValue = map.next_value()?;
            let start = raw.get().as_ptr().addr().saturating_sub(self.base);
            (self.entry)(key, start..start.saturating_add(raw.get().len()));
        }
        Ok(())
    }
}

/// A key, borrowed from the line where it holds no escape.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
