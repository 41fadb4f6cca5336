//! All fields of an event as JSON: a list of objects, one for each record.

use std::borrow::Cow;
use std::fmt::Write;

use hashbrown::HashMap;
use oddsift_auditd::{Event, Field, Id, Value};

/// Where the fields are that the audit daemon interpreted.
const ENRICHED: &str = "enriched";
/// So many names do not make the map of them grow.
const USUAL_FIELDS: usize = 32;
/// Where the record's type is.
const TYPE: &str = "type";
/// Numbers that the kernel writes as 4294967295 where there is none, and which are -1 then.
const LOGIN_IDS: [&str; 4] = ["auid", "ses", "old-auid", "old-ses"];

/// Writes the records of an event over what is in `out`.
pub(crate) fn records_json<'o>(event: &Event, out: &'o mut Vec<u8>) -> &'o str {
    out.clear();
    out.push(b'[');
    // One for all objects: a map of its own for each would take longer than its fields.
    let mut n_of = HashMap::with_capacity(USUAL_FIELDS);
    for (nth, record) in event.records().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        let mut object = Object::new(out, &mut n_of);
        object.push_text(Cow::Borrowed(TYPE), record.kind);
        // Taken before any field, so that none of the log can stand for ours.
        object.n_of.insert(Cow::Borrowed(ENRICHED), 1);
        record.fields().for_each(|field| object.push(field));
        if let Some(fields) = record.enriched() {
            object.push_name(ENRICHED);
            let mut inner = Object::new(object.out, object.n_of);
            fields.for_each(|field| inner.push(field));
            inner.out.push(b'}');
        }
        object.out.push(b'}');
    }
    out.push(b']');
    std::str::from_utf8(out).unwrap_or_default()
}

/// An object in the making. Its names differ: of a name that stands twice the second gets a number,
/// for nothing is to be lost.
struct Object<'o, 'e> {
    out: &'o mut Vec<u8>,
    /// The names so far, each with the last number given to one of its like.
    n_of: &'o mut HashMap<Cow<'e, str>, u64>,
    is_empty: bool,
}

impl<'o, 'e> Object<'o, 'e> {
    fn new(out: &'o mut Vec<u8>, n_of: &'o mut HashMap<Cow<'e, str>, u64>) -> Self {
        out.push(b'{');
        n_of.clear();
        Self { out, n_of, is_empty: true }
    }

    fn push(&mut self, field: Field<'e>) {
        let name = self.unique(match field.group {
            Some(group) => Cow::Owned(format!("{group}.{}", field.key)),
            None => Cow::Borrowed(field.key),
        });
        self.push_name(&name);
        let raw = self.push_value(field);
        let raw = raw.map(|raw| (format!("{name}.raw"), raw));
        self.n_of.insert(name, 1);
        if let Some((name, raw)) = raw {
            self.push_text(Cow::Owned(name), raw);
        }
    }

    fn push_text(&mut self, name: Cow<'e, str>, text: &str) {
        let name = self.unique(name);
        self.push_name(&name);
        quote(text, self.out);
        self.n_of.insert(name, 1);
    }

    fn push_name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        quote(name, self.out);
        self.out.push(b':');
    }

    /// Writes the text of a field, or the number of a login user or session; gives the digits of
    /// bytes that are not text.
    fn push_value(&mut self, Field { key, value, .. }: Field<'e>) -> Option<&'e str> {
        if let Value::Plain(text) = value
            && LOGIN_IDS.contains(&key)
            && let Some(number) = Id::parse(text).number()
        {
            self.out.extend_from_slice(number.to_string().as_bytes());
            return None;
        }
        let Some(text) = value.text() else {
            self.out.extend_from_slice(b"null");
            return None;
        };
        quote(&text, self.out);
        match value {
            Value::Hex(hex) if text.contains(char::REPLACEMENT_CHARACTER) && !hex.is_utf8() => {
                Some(hex.raw())
            }
            _ => None,
        }
    }

    /// The name, with the next free number if it stands already.
    ///
    /// The numbers of a name are tried once, however often it comes, so that time is linear.
    fn unique(&mut self, name: Cow<'e, str>) -> Cow<'e, str> {
        let Some(mut last) = self.n_of.get(&name).copied() else { return name };
        let mut numbered = String::with_capacity(name.len() + 8);
        loop {
            last += 1;
            numbered.clear();
            let _ = write!(numbered, "{name}#{last}");
            if !self.n_of.contains_key(numbered.as_str()) {
                break;
            }
        }
        self.n_of.insert(name, last);
        Cow::Owned(numbered)
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    // Text always has a JSON form, and writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}
