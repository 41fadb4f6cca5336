//! An event, in the JSON that the decoder writes, to fields with names.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    columns::SYSTEM,
    events::{Scalar, Sink},
};

/// Adds the fields of an event.
pub(crate) fn flatten(json: &[u8], sink: &mut Sink<'_>) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let node = Node { sink, part: Part::Root, path: "" };
    node.deserialize(&mut json)?;
    json.end()
}

/// The part of an event that a value is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The document, or `Event`.
    Root,
    System,
    EventData,
    /// Its own child is a frame of no meaning.
    UserData,
    /// What stands beside these, as `RenderingInfo`: its name is in the path.
    Other,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Root | Self::Other => "Event",
            Self::System => "System",
            Self::EventData => "EventData",
            Self::UserData => "UserData",
        }
    }
}

/// A value of an event, and where it is.
struct Node<'n, 's, 'e> {
    sink: &'n mut Sink<'e>,
    part: Part,
    path: &'s str,
}

impl Node<'_, '_, '_> {
    fn put(&mut self, value: Scalar<'_>) {
        put(self.sink, self.part, self.path, value);
    }

    /// The part and path of a child.
    fn child<'c>(&self, key: &'c str) -> (Part, Cow<'c, str>) {
        match (self.part, key) {
            (Part::Root, "Event") => (Part::Root, "".into()),
            (Part::Root, "System") => (Part::System, "".into()),
            (Part::Root, "EventData") => (Part::EventData, "".into()),
            (Part::Root, "UserData") => (Part::UserData, "".into()),
            (Part::Root, _) => (Part::Other, key.into()),
            // The frame goes, its fields are on the level of those of `EventData`.
            (Part::UserData, _) if self.path.is_empty() => (Part::EventData, "".into()),
            (part, _) if self.path.is_empty() => (part, key.into()),
            (part, _) => (part, format!("{}.{key}", self.path).into()),
        }
    }
}

/// Adds a value under the name of its column. A field of the event that has the name of one of
/// `System` must not pass for it.
fn put(sink: &mut Sink<'_>, part: Part, path: &str, value: Scalar<'_>) {
    let name = if path.is_empty() { part.name() } else { path };
    let long = || format!("{}.{name}", part.name());
    if SYSTEM.contains(&name) == (part == Part::System) {
        sink.put(name, long, value);
    } else {
        sink.put(&long(), || format!("{}_1", long()), value);
    }
}

/// The column of an attribute: `ProviderGuid`, but the two that every event has by their element.
fn attribute(path: &str, key: &str) -> String {
    match (path, key) {
        ("Provider", "Name") | ("TimeCreated", "SystemTime") => path.to_owned(),
        _ => format!("{path}{key}"),
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of an event")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.put(Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.put(Scalar::Int(value));
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.put(Scalar::UInt(value));
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.put(Scalar::Text(value));
        Ok(())
    }

    /// Values of one name, as text.
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut text = String::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&plain(&item));
        }
        self.put(Scalar::Text(&text));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let Node { part, path, .. } = self;
            match key.as_ref() {
                "#attributes" if part == Part::Root => _ = map.next_value::<IgnoredAny>()?,
                "#attributes" => map.next_value_seed(Attributes { sink: self.sink, part, path })?,
                "#text" => map.next_value_seed(Node { sink: self.sink, part, path })?,
                "Data" if matches!(part, Part::EventData | Part::UserData) && path.is_empty() => {
                    map.next_value_seed(Data { sink: self.sink, part })?;
                }
                key => {
                    let (part, path) = self.child(key);
                    map.next_value_seed(Node { sink: self.sink, part, path: &path })?;
                }
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it holds no escape.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The attributes of an element.
struct Attributes<'n, 's, 'e> {
    sink: &'n mut Sink<'e>,
    part: Part,
    path: &'s str,
}

impl<'de> DeserializeSeed<'de> for Attributes<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attributes<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            // A name space says nothing of the event.
            if key.starts_with("xmlns") {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let path = if self.path.is_empty() { self.part.name() } else { self.path };
            let path = attribute(path, &key);
            map.next_value_seed(Node { sink: self.sink, part: self.part, path: &path })?;
        }
        Ok(())
    }
}

/// `Data` without names, which are numbered; or a field that is named `Data`.
struct Data<'n, 'e> {
    sink: &'n mut Sink<'e>,
    part: Part,
}

impl<'de> DeserializeSeed<'de> for Data<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        match serde_json::Value::deserialize(json).map_err(D::Error::custom)? {
            serde_json::Value::Object(mut object) => {
                if let Some(items) = object.remove("#text") {
                    self.number(&items);
                }
            }
            named => put_json(self.sink, self.part, "Data", &named),
        }
        Ok(())
    }
}

impl Data<'_, '_> {
    fn number(self, items: &serde_json::Value) {
        let items = items.as_array().map_or(std::slice::from_ref(items), Vec::as_slice);
        for (number, item) in (1_usize..).zip(items) {
            put_json(self.sink, self.part, &format!("Data{number}"), item);
        }
    }
}

fn put_json(sink: &mut Sink<'_>, part: Part, path: &str, value: &serde_json::Value) {
    match value {
        serde_json::Value::Null => {}
        serde_json::Value::Bool(value) => put(sink, part, path, Scalar::Bool(*value)),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => put(sink, part, path, Scalar::Int(number)),
            (None, Some(number)) => put(sink, part, path, Scalar::UInt(number)),
            _ => put(sink, part, path, Scalar::Text(&number.to_string())),
        },
        other => put(sink, part, path, Scalar::Text(&plain(other))),
    }
}

/// A text without quotes, anything else as JSON.
fn plain(value: &serde_json::Value) -> Cow<'_, str> {
    match value {
        serde_json::Value::Null => "".into(),
        serde_json::Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}
