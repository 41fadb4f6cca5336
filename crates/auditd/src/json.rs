//! Lines of JSON: a tree that keeps the order of names, and names that are there twice.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// A value; it borrows the line where it can.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    /// A text, a number or a truth value.
    Text(Cow<'a, str>),
    /// The text of a number or a truth value.
    Plain(String),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads an object; `None` for any other text.
    pub(crate) fn object(line: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        serde_json::from_str(text).ok().filter(|json| matches!(json, Self::Object(_)))
    }

    pub(crate) fn fields(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Json<'a>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a text, a number or a truth value.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// The first value of a name; a point in it leads into an object, or is part of a name.
    pub(crate) fn get(&self, path: &str) -> Option<&Self> {
        let of = |name: &str| self.fields().iter().find(|(key, _)| key == name);
        if let Some((_, value)) = of(path) {
            return Some(value);
        }
        let points = path.match_indices('.').map(|(at, _)| at);
        points.into_iter().find_map(|at| {
            let (name, rest) = path.split_at_checked(at)?;
            of(name)?.1.get(rest.get(1..)?)
        })
    }

    /// The text of the first of some paths that has one.
    pub(crate) fn first(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|path| self.get(path)?.text())
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Plain(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Plain(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Plain(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Plain(value.to_string()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some((Json::Text(name), value)) = fields.next_entry()? {
            object.push((name, value));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_leads_into_objects_or_is_a_name() {
        let json = Json::object(br#"{"a":{"b.c":1,"d":null},"a.d":"x","e\u0041":true}"#).unwrap();
        assert_eq!(json.first(&["a.b.c"]), Some("1"));
        assert_eq!(json.first(&["no", "a.d"]), Some("x"));
        assert_eq!(json.first(&["eA"]), Some("true"));
        assert_eq!(json.first(&["a"]), None);
    }

    #[test]
    fn what_is_no_object_or_too_deep_is_none() {
        let deep = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
        for text in ["", "1", "[]", "{\"a\":", "{} {}", &deep] {
            assert_eq!(Json::object(text.as_bytes()), None, "{text}");
        }
    }
}
