use std::{borrow::Cow, collections::HashMap, fmt, ops::Range};

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    BadRows, Batch, Fault, FieldKind,
    batch::RowMark,
    buffer::Buffer,
    json_text::{Place, check_depth, check_start, column, explain},
    reader::{MAX_COLUMNS, Stop, Tally},
};

/// Objects and bytes after which the columns are settled.
const SAMPLE_OBJECTS: usize = 1000;
const SAMPLE_BYTES: usize = 8 << 20;

/// NDJSON records: one object a line.
pub(crate) struct JsonRows {
    lines: Lines,
    columns: Columns,
    /// Where the value of each column stands in the line; empty if it is absent.
    spans: Vec<Range<usize>>,
}

impl JsonRows {
    /// Settles the columns by the first objects, which are read again as rows.
    pub(crate) fn open(
        buffer: Buffer,
        limit: usize,
        bad_rows: BadRows,
    ) -> Result<(Self, Vec<String>), Stop> {
        let mut lines = Lines { buffer, limit, line: 0 };
        let columns = Columns::sample(&mut lines, bad_rows)?;
        let names = columns.names.clone();
        Ok((Self { lines, spans: Vec::new(), columns }, names))
    }

    /// Fills the batch; it stays empty at the end of the input only.
    pub(crate) fn fill(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let mut n_read = 0_usize;
        while !batch.is_full_at(n_read) {
            let Some(found) = self.lines.next(0)? else { break };
            n_read = n_read.saturating_add(found.next);
            self.take(&found, batch, tally)?;
            self.lines.buffer.consume(found.next);
        }
        Ok(())
    }

    /// Appends the record of a line, which may be blank or bad.
    fn take(
        &mut self,
        found: &FoundLine,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
    ) -> Result<(), Stop> {
        let bytes = self.lines.buffer.window().get(..found.end).unwrap_or_default();
        if is_blank(bytes) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(bytes);
        let line = self.lines.line;
        let mark = RowMark { row: tally.number(), line, start: batch.text.len() };
        let pushed = self.columns.row(&text, &mut self.spans, found.is_last).and_then(|late| {
            push_row(&text, &self.spans, mark, batch)?;
            Ok(late)
        });
        match pushed {
            Ok(late) => tally.accepted(line, late, matches!(text, Cow::Owned(_))),
            Err((column, fault)) => {
                tally.bad(Stop::Bad { line, column: Some(column), fault })?;
            }
        }
        Ok(())
    }
}

/// Appends the values in column order, or nothing where one of them is bad.
fn push_row(
    text: &str,
    spans: &[Range<usize>],
    mark: RowMark,
    batch: &mut Batch,
) -> Result<(), Place> {
    let n_fields = batch.ends.len();
    for span in spans {
        match push_value(text, span, &mut batch.text) {
            Ok(kind) => {
                batch.kinds.push(kind);
                batch.ends.push(batch.text.len().saturating_sub(mark.start));
            }
            Err(place) => {
                batch.text.truncate(mark.start);
                batch.ends.truncate(n_fields);
                batch.kinds.truncate(n_fields);
                return Err(place);
            }
        }
    }
    batch.rows.push(mark);
    Ok(())
}

fn push_value(text: &str, span: &Range<usize>, out: &mut String) -> Result<FieldKind, Place> {
    let raw = text.get(span.clone()).unwrap_or_default();
    let kind = match raw.bytes().next() {
        None | Some(b'n') => return Ok(FieldKind::Missing),
        Some(b'"') => return push_string(raw, span.start, out),
        Some(b't' | b'f') => FieldKind::Bool,
        Some(b'[' | b'{') => {
            check_depth(raw, span.start)?;
            FieldKind::Nested
        }
        Some(_) => FieldKind::Number,
    };
    out.push_str(raw);
    Ok(kind)
}

fn push_string(raw: &str, offset: usize, out: &mut String) -> Result<FieldKind, Place> {
    let plain = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain {
        Some(plain) if memchr(b'\\', plain.as_bytes()).is_none() => out.push_str(plain),
        _ => Unescape(out)
            .deserialize(&mut serde_json::Deserializer::from_str(raw))
            .map_err(|error| explain(&error, raw, offset, false))?,
    }
    Ok(FieldKind::Text)
}

/// Appends a JSON string, its escapes resolved.
struct Unescape<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Unescape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Unescape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The physical lines of an input.
struct Lines {
    buffer: Buffer,
    limit: usize,
    /// The line that was found last, from 1.
    line: u64,
}

/// A line in the window.
struct FoundLine {
    /// Where it ends, without its line feed, and where the next one begins.
    end: usize,
    next: usize,
    /// Whether the input ends with it, without a line feed.
    is_last: bool,
}

impl Lines {
    /// The line that begins `from` bytes into the window.
    fn next(&mut self, from: usize) -> Result<Option<FoundLine>, Stop> {
        let mut searched = from;
        loop {
            let window = self.buffer.window();
            let found = memchr(b'\n', window.get(searched..).unwrap_or_default());
            let end = found.map_or(window.len(), |at| searched.saturating_add(at));
            if end.saturating_sub(from) > self.limit {
                let fault = Fault::RecordTooLong { limit: self.limit, in_quote: false };
                let line = self.line.saturating_add(1);
                return Err(Stop::Bad { line, column: None, fault });
            }
            searched = window.len();
            if found.is_none() && self.buffer.refill()? {
                continue;
            }
            if found.is_none() && end == from {
                return Ok(None);
            }
            self.line = self.line.saturating_add(1);
            let next = end.saturating_add(usize::from(found.is_some()));
            return Ok(Some(FoundLine { end, next, is_last: found.is_none() }));
        }
    }
}

/// The columns by name.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    index: HashMap<String, usize>,
}

impl Columns {
    fn sample(lines: &mut Lines, bad_rows: BadRows) -> Result<Self, Stop> {
        let mut columns = Self::default();
        let (mut from, mut n_objects, mut n_lines) = (0, 0_usize, 0_usize);
        while n_objects < SAMPLE_OBJECTS && from < SAMPLE_BYTES {
            let Some(found) = lines.next(from)? else { break };
            let bytes = lines.buffer.window().get(from..found.end).unwrap_or_default();
            from = found.next;
            if is_blank(bytes) {
                continue;
            }
            n_lines = n_lines.saturating_add(1);
            match columns.learn(&String::from_utf8_lossy(bytes), found.is_last) {
                Ok(()) => n_objects = n_objects.saturating_add(1),
                Err(_) if bad_rows == BadRows::Skip => {}
                Err((column, fault)) => {
                    return Err(Stop::Bad { line: lines.line, column: Some(column), fault });
                }
            }
        }
        lines.line = 0;
        if n_lines == 0 { Err(Stop::Empty) } else { Ok(columns) }
    }

    /// Takes over the keys of an object.
    fn learn(&mut self, text: &str, is_last: bool) -> Result<(), Place> {
        let mut keys = Vec::new();
        read_object(text, is_last, |key, _| keys.push(key.into_owned()))?;
        for key in keys {
            if self.index.contains_key(&key) {
                continue;
            }
            if self.names.len() >= MAX_COLUMNS {
                return Err((1, Fault::TooManyColumns { limit: MAX_COLUMNS }));
            }
            self.index.insert(key.clone(), self.names.len());
            self.names.push(key);
        }
        Ok(())
    }

    /// Finds the value of each column, and the first key that has none.
    fn row(
        &self,
        text: &str,
        spans: &mut Vec<Range<usize>>,
        is_last: bool,
    ) -> Result<Option<String>, Place> {
        spans.clear();
        spans.resize(self.names.len(), 0..0);
        let (mut late, mut twice) = (None, None);
        let mut expected = 0_usize;
        read_object(text, is_last, |key, value| {
            let Some(index) = self.find(&key, expected) else {
                late.get_or_insert_with(|| key.into_owned());
                return;
            };
            expected = index.saturating_add(1);
            let Some(span) = spans.get_mut(index) else { return };
            if span.start < span.end && twice.is_none() {
                twice = Some((column(value.start), Fault::DuplicateKey { key: key.into_owned() }));
            }
            *span = value;
        })?;
        twice.map_or(Ok(late), Err)
    }

    /// Objects of a log mostly have their keys in one order.
    fn find(&self, key: &str, expected: usize) -> Option<usize> {
        match self.names.get(expected) {
            Some(name) if name == key => Some(expected),
            _ => self.index.get(key).copied(),
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
