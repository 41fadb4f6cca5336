use std::{borrow::Cow, fmt, ops::Range};

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, Visitor};
use serde_json::value::RawValue;

use crate::{
    Batch, Fault, FieldKind,
    json_columns::Columns,
    json_text::{Place, check_depth, explain, repair_surrogates},
    json_walk::{Items, Members, byte, string},
    record::Field,
};

/// The longest name of an object whose members become columns. Names of members repeat those of the
/// objects around them: without a bound, the names of a MiB of input could be a TiB.
pub(crate) const LONGEST_PATH: usize = 256;

/// Whether a key is that of the fields of a Windows event.
pub(crate) fn is_event_data(key: &str) -> bool {
    key.ends_with("EventData")
}

/// Takes the fields of a record.
pub(crate) struct Sink<'m> {
    columns: &'m mut Columns,
    batch: &'m mut Batch,
    /// Where its text begins in the batch.
    start: usize,
    /// The first key that has no column any more.
    pub(crate) dropped: Option<String>,
    pub(crate) replaced: bool,
    pub(crate) fault: Option<Place>,
}

impl<'m> Sink<'m> {
    pub(crate) fn new(columns: &'m mut Columns, batch: &'m mut Batch, start: usize) -> Self {
        Self { columns, batch, start, dropped: None, replaced: false, fault: None }
    }

    /// Puts a value, under its second name where the first is taken.
    #[inline]
    pub(crate) fn put(
        &mut self,
        name: &str,
        text: &str,
        value: Range<usize>,
        second: impl FnOnce() -> Option<String>,
    ) {
        let Some(column) = self.columns.find(name) else {
            self.dropped.get_or_insert_with(|| name.to_owned());
            return;
        };
        if self.columns.take(column) {
            self.put_at(column, text, value);
            return;
        }
        if let Some(second) = second() {
            self.put(&second, text, value, none);
        } else {
            let fault = Fault::DuplicateKey { key: name.to_owned() };
            self.fault.get_or_insert((value.start, fault));
        }
    }

    #[inline]
    fn put_at(&mut self, column: u32, text: &str, value: Range<usize>) {
        let start = self.place();
        match push_value(text, value, &mut self.batch.text) {
            Ok(FieldKind::Missing) => {}
            Ok(kind) => {
                let end = self.place();
                self.batch.filled.push(Field { column, start, end, kind });
            }
            Err(place) => _ = self.fault.get_or_insert(place),
        }
    }

    /// The end of the text, from the start of the record; one of more than 4 GiB there is none.
    fn place(&self) -> u32 {
        u32::try_from(self.batch.text.len().saturating_sub(self.start)).unwrap_or(u32::MAX)
    }
}

fn none() -> Option<String> {
    None
}

/// Walks objects in objects.
#[derive(Default)]
pub(crate) struct Nested {
    /// The name of the member that the walk is at.
    path: String,
    open: Vec<Open>,
    /// JSON that stood in a text.
    inner: String,
}

/// An object that the walk is in.
#[derive(Debug, Clone, Copy)]
struct Open {
    members: Members,
    /// The length of its name, if it has one.
    n_path: Option<usize>,
    is_event_data: bool,
    /// Whether it stands in the text of a field.
    is_inner: bool,
}

impl Nested {
    /// Puts the members of an object, those of the objects in it, too.
    pub(crate) fn object(&mut self, sink: &mut Sink<'_>, text: &str, key: &str, start: usize) {
        self.path.clear();
        self.path.push_str(key);
        let (members, n_path) = (Members::of(start), Some(key.len()));
        let is_event_data = is_event_data(key);
        self.walk(sink, text, Open { members, n_path, is_event_data, is_inner: false }, "");
    }

    /// As [`object`](Self::object), without the name of the object before those of its members, unless
    /// one is taken.
    pub(crate) fn unwrap(&mut self, sink: &mut Sink<'_>, text: &str, start: usize, wrapper: &str) {
        let members = Members::of(start);
        let first = Open { members, n_path: None, is_event_data: false, is_inner: false };
        self.walk(sink, text, first, wrapper);
    }

    /// Puts a text, or the members of the object that it holds.
    pub(crate) fn text(&mut self, sink: &mut Sink<'_>, text: &str, key: &str, value: Range<usize>) {
        let raw = text.get(value.clone()).unwrap_or_default();
        match object_in(raw, &mut self.inner) {
            None => sink.put(key, text, value, none),
            Some(is_changed) => {
                sink.replaced |= is_changed;
                self.path.clear();
                self.path.push_str(key);
                self.walk(sink, text, Open::inner(key.len()), "");
            }
        }
    }

    fn walk(&mut self, sink: &mut Sink<'_>, outer: &str, first: Open, wrapper: &str) {
        self.open.clear();
        self.open.push(first);
        while let Some(object) = self.open.last_mut() {
            let text = if object.is_inner { &self.inner } else { outer };
            let Some((key, value)) = object.members.next(text) else {
                self.open.pop();
                continue;
            };
            let object = *object;
            let Some(key) = string(key) else {
                sink.fault.get_or_insert((value.start, Fault::LoneSurrogate));
                continue;
            };
            object.extend(&mut self.path, &key);
            let is_data = object.is_event_data && key == "Data";
            let is_event_data = is_event_data(&key);
            if !(is_data && self.named_items(sink, outer, object, value.clone())) {
                self.member(sink, outer, Open { is_event_data, ..object }, value, wrapper);
            }
        }
    }

    /// Puts a member of an object, or opens it; the path is the member's.
    fn member(
        &mut self,
        sink: &mut Sink<'_>,
        outer: &str,
        object: Open,
        value: Range<usize>,
        wrapper: &str,
    ) {
        let text = if object.is_inner { &self.inner } else { outer };
        let (head, second) = (byte(text, value.start), byte(text, value.start.saturating_add(1)));
        let n_path = self.path.len();
        if head == b'{' && n_path <= LONGEST_PATH {
            let members = Members::of(value.start);
            self.open.push(Open { members, n_path: Some(n_path), ..object });
            return;
        }
        if (head, second) == (b'"', b'{') && object.is_event_data && !object.is_inner {
            let raw = outer.get(value.clone()).unwrap_or_default();
            if let Some(is_changed) = object_in(raw, &mut self.inner) {
                sink.replaced |= is_changed;
                self.open.push(Open::inner(n_path));
                return;
            }
        }
        let text = if object.is_inner { &self.inner } else { outer };
        let path = &self.path;
        let second = || (!wrapper.is_empty()).then(|| format!("{wrapper}.{path}"));
        sink.put(path, text, value, second);
    }

    /// Puts the items of `Data` by their names; false, and nothing, if one has none.
    fn named_items(
        &mut self,
        sink: &mut Sink<'_>,
        outer: &str,
        event_data: Open,
        value: Range<usize>,
    ) -> bool {
        let text = if event_data.is_inner { self.inner.as_str() } else { outer };
        if !items(text, value.clone()).all(|item| named_item(text, item).is_some()) {
            return false;
        }
        for (name, value) in items(text, value).filter_map(|item| named_item(text, item)) {
            event_data.extend(&mut self.path, &name);
            let path = &self.path;
            let second = || {
                let mut second = path.clone();
                event_data.extend(&mut second, "Data.");
                second.push_str(&name);
                Some(second)
            };
            sink.put(path, text, value, second);
        }
        true
    }
}

impl Open {
    /// The object that a text of that path held.
    fn inner(n_path: usize) -> Self {
        let members = Members::of(0);
        Self { members, n_path: Some(n_path), is_event_data: true, is_inner: true }
    }

    /// Makes the path that of a member.
    fn extend(&self, path: &mut String, key: &str) {
        path.truncate(self.n_path.unwrap_or_default());
        if self.n_path.is_some() {
            path.push('.');
        }
        path.push_str(key);
    }
}

/// The items of an array; any other value is one itself.
fn items(text: &str, value: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let is_array = byte(text, value.start) == b'[';
    let (mut items, mut single) = (Items::of(value.start), Some(value).filter(|_| !is_array));
    std::iter::from_fn(move || if is_array { items.next(text) } else { single.take() })
}

/// Name and value of an item of `Data`, in the forms that XML of Windows events gets as JSON; without
/// a value, the place of nothing.
fn named_item(text: &str, item: Range<usize>) -> Option<(Cow<'_, str>, Range<usize>)> {
    if byte(text, item.start) != b'{' {
        return None;
    }
    let (mut name, mut value) = (None, item.start..item.start);
    let mut members = Members::of(item.start);
    while let Some((key, place)) = members.next(text) {
        match key {
            "\"#attributes\"" if byte(text, place.start) == b'{' => {
                name = Members::of(place.start).find(text, "Name");
            }
            "\"@Name\"" | "\"Name\"" => name = Some(place),
            "\"#text\"" | "\"Value\"" => value = place,
            _ => {}
        }
    }
    let name = text.get(name?)?;
    Some((string(name).filter(|_| name.starts_with('"') && name.len() > 2)?, value))
}

/// Finds the object that a JSON string holds; whether a half of a surrogate pair in it was replaced.
fn object_in(raw: &str, inner: &mut String) -> Option<bool> {
    inner.clear();
    push_string(raw, 0, inner).ok()?;
    serde_json::from_str::<&RawValue>(inner).ok()?;
    check_depth(inner, 0).ok()?;
    Some(repair_surrogates(inner))
}

#[inline]
fn push_value(text: &str, place: Range<usize>, out: &mut String) -> Result<FieldKind, Place> {
    let (raw, start) = (text.get(place.clone()).unwrap_or_default(), place.start);
    let kind = match raw.bytes().next() {
        None | Some(b'n') => return Ok(FieldKind::Missing),
        Some(b'"') => {
            push_string(raw, start, out)?;
            return Ok(FieldKind::Text);
        }
        Some(b't' | b'f') => FieldKind::Bool,
        Some(b'[') => return push_array(text, place, out),
        Some(b'{') => FieldKind::Nested,
        Some(_) => FieldKind::Number,
    };
    out.push_str(raw);
    Ok(kind)
}

/// Appends the items with a space between them, or the JSON where one is an array or an object.
fn push_array(text: &str, place: Range<usize>, out: &mut String) -> Result<FieldKind, Place> {
    let start = out.len();
    let (mut items, mut kind) = (Items::of(place.start), FieldKind::Missing);
    while let Some(item) = items.next(text) {
        let before = out.len();
        if kind == FieldKind::Text {
            out.push(' ');
        }
        if matches!(byte(text, item.start), b'[' | b'{') {
            out.truncate(start);
            out.push_str(text.get(place).unwrap_or_default());
            return Ok(FieldKind::Nested);
        }
        match push_value(text, item, out)? {
            FieldKind::Missing => out.truncate(before),
            _ => kind = FieldKind::Text,
        }
    }
    Ok(kind)
}

#[inline]
fn push_string(raw: &str, offset: usize, out: &mut String) -> Result<(), Place> {
    let plain = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain {
        Some(plain) if memchr(b'\\', plain.as_bytes()).is_none() => out.push_str(plain),
        _ => Unescape(out)
            .deserialize(&mut serde_json::Deserializer::from_str(raw))
            .map_err(|error| explain(&error, raw, offset, false))?,
    }
    Ok(())
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
