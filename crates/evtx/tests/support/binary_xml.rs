//! A chunk and the binary XML in it.

use std::collections::HashMap;

use super::{CHUNK, CHUNK_HEADER, Data, Event, Value, put, seal_chunk};

const NAME_SPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";
const FRAGMENT: [u8; 4] = [0x0f, 1, 1, 0];
const END: u8 = 0;

/// A chunk in the making.
#[derive(Clone)]
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    /// Where the names are that were written, each once.
    names: HashMap<String, u32>,
    /// Where the templates are, by what they say.
    templates: HashMap<String, u32>,
    first: u64,
    last: u64,
    last_start: usize,
}

/// What stands in an element or an attribute of a template.
#[derive(Clone, Copy)]
enum Part<'a> {
    Text(&'a str),
    /// A value of the instance: its number and type, and whether the element goes with it.
    Value(usize, u8),
}

impl Chunk {
    pub(crate) fn new(first: u64) -> Self {
        Self {
            bytes: vec![0; CHUNK_HEADER],
            names: HashMap::new(),
            templates: HashMap::new(),
            first,
            last: first,
            last_start: CHUNK_HEADER,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds an event.
    pub(crate) fn push(&mut self, number: u64, event: &Event) {
        let start = self.len();
        self.raw(b"**\0\0").u32(0).u64(number).u64(event.time);
        self.raw(&FRAGMENT);
        self.event(number, event);
        self.u8(END);
        while !self.len().is_multiple_of(8) {
            self.u8(0);
        }
        let size = self.offset() + 4 - u32::try_from(start).unwrap();
        self.u32(size);
        put(&mut self.bytes, start + 4, &size.to_le_bytes());
        (self.last, self.last_start) = (number, start);
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let end = self.offset();
        put(&mut self.bytes, 0, b"ElfChnk\0");
        for (at, number) in [(8, self.first), (16, self.last), (24, self.first), (32, self.last)] {
            put(&mut self.bytes, at, &number.to_le_bytes());
        }
        put(&mut self.bytes, 40, &128_u32.to_le_bytes());
        put(&mut self.bytes, 44, &u32::try_from(self.last_start).unwrap().to_le_bytes());
        put(&mut self.bytes, 48, &end.to_le_bytes());
        self.bytes.resize(CHUNK, 0);
        seal_chunk(&mut self.bytes);
        self.bytes
    }

    fn event(&mut self, number: u64, event: &Event) {
        let values = [
            Value::Text(event.provider.clone()),
            Value::UInt16(event.id),
            Value::UInt8(event.level),
            Value::Hex64(0x8020_0000_0000_0000),
            Value::FileTime(event.time),
            Value::UInt64(number),
            Value::UInt32(event.process_id),
            Value::UInt32(event.thread_id),
            Value::Text(event.channel.clone()),
            Value::Text(event.computer.clone()),
        ];
        self.instance("event", Self::event_template, values.len() + 1, |chunk, sizes| {
            for (place, value) in values.iter().enumerate() {
                let size = chunk.value(value);
                chunk.describe(sizes, place, size, value.kind());
            }
            let start = chunk.offset();
            chunk.raw(&FRAGMENT);
            chunk.data(&event.data);
            chunk.u8(END);
            let size = chunk.offset() - start;
            chunk.describe(sizes, values.len(), size, 0x21);
        });
    }

    fn event_template(&mut self) {
        self.element("Event", &[("xmlns", Part::Text(NAME_SPACE))], |chunk| {
            chunk.element("System", &[], |chunk| {
                chunk.element("Provider", &[("Name", Part::Value(0, 1))], |_| {});
                chunk.leaf("EventID", Part::Value(1, 0x06));
                chunk.leaf("Level", Part::Value(2, 0x04));
                chunk.leaf("Keywords", Part::Value(3, 0x15));
                chunk.element("TimeCreated", &[("SystemTime", Part::Value(4, 0x11))], |_| {});
                chunk.leaf("EventRecordID", Part::Value(5, 0x0a));
                let ids = [("ProcessID", Part::Value(6, 8)), ("ThreadID", Part::Value(7, 8))];
                chunk.element("Execution", &ids, |_| {});
                chunk.leaf("Channel", Part::Value(8, 1));
                chunk.leaf("Computer", Part::Value(9, 1));
            });
            chunk.part(&Part::Value(10, 0x21));
        });
    }

    /// An instance of the template that describes data of this shape.
    fn data(&mut self, data: &Data) {
        let values: Vec<&Value> = match data {
            Data::Named(fields) | Data::User(_, fields) => {
                fields.iter().map(|(_, it)| it).collect()
            }
            Data::Unnamed(values) => values.iter().collect(),
        };
        let shape = format!(
            "{:?} {:?}",
            names(data),
            values.iter().map(|it| it.kind()).collect::<Vec<_>>()
        );
        let template = |chunk: &mut Self| match data {
            Data::Named(fields) => chunk.element("EventData", &[], |chunk| {
                for (place, (name, value)) in fields.iter().enumerate() {
                    chunk.element("Data", &[("Name", Part::Text(name))], |chunk| {
                        chunk.part(&Part::Value(place, value.kind()));
                    });
                }
            }),
            Data::Unnamed(values) => chunk.element("EventData", &[], |chunk| {
                for (place, value) in values.iter().enumerate() {
                    chunk.leaf("Data", Part::Value(place, value.kind()));
                }
            }),
            Data::User(name, fields) => chunk.element("UserData", &[], |chunk| {
                chunk.element(name, &[("xmlns", Part::Text("urn:x"))], |chunk| {
                    for (place, (name, value)) in fields.iter().enumerate() {
                        chunk.leaf(name, Part::Value(place, value.kind()));
                    }
                });
            }),
        };
        self.instance(&shape, template, values.len(), |chunk, sizes| {
            for (place, value) in values.iter().enumerate() {
                let size = chunk.value(value);
                chunk.describe(sizes, place, size, value.kind());
            }
        });
    }

    /// An instance of a template, which is defined where it is used first.
    fn instance(
        &mut self,
        shape: &str,
        template: impl FnOnce(&mut Self),
        n_values: usize,
        values: impl FnOnce(&mut Self, usize),
    ) {
        let id = crc32fast::hash(shape.as_bytes());
        self.raw(&[0x0c, 1]).u32(id);
        match self.templates.get(shape).copied() {
            Some(place) => _ = self.u32(place),
            None => self.define(shape, id, template),
        }
        self.u32(u32::try_from(n_values).unwrap());
        let sizes = self.len();
        self.raw(&vec![0; n_values * 4]);
        values(self, sizes);
    }

    fn define(&mut self, shape: &str, id: u32, template: impl FnOnce(&mut Self)) {
        let place = self.offset() + 4;
        self.u32(place);
        self.templates.insert(shape.to_owned(), place);
        let before = self.link(384 + (id as usize % 32) * 4, place);
        self.u32(before).u32(id).raw(&[0xab; 12]);
        let size = self.len();
        self.u32(0).raw(&FRAGMENT);
        template(self);
        self.u8(END);
        self.set_size(size);
    }

    /// Makes `place` the first of a bucket of a table, and gives the one that was.
    fn link(&mut self, bucket: usize, place: u32) -> u32 {
        let before = u32::from_le_bytes(self.bytes[bucket..bucket + 4].try_into().unwrap());
        put(&mut self.bytes, bucket, &place.to_le_bytes());
        before
    }

    fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, Part<'_>)],
        children: impl FnOnce(&mut Self),
    ) {
        self.u8(if attributes.is_empty() { 0x01 } else { 0x41 }).u16(0xffff);
        let size = self.len();
        self.u32(0).name(name);
        if !attributes.is_empty() {
            let list = self.len();
            self.u32(0);
            for (place, (name, value)) in attributes.iter().enumerate() {
                self.u8(if place + 1 < attributes.len() { 0x46 } else { 0x06 }).name(name);
                self.part(value);
            }
            self.set_size(list);
        }
        let start = self.len();
        self.u8(0x02);
        children(self);
        if self.len() == start + 1 {
            self.bytes[start] = 0x03;
        } else {
            self.u8(0x04);
        }
        self.set_size(size);
    }

    fn leaf(&mut self, name: &str, value: Part<'_>) {
        self.element(name, &[], |chunk| chunk.part(&value));
    }

    fn part(&mut self, part: &Part<'_>) {
        match part {
            Part::Text(text) => _ = self.raw(&[0x05, 1]).counted(text),
            Part::Value(place, kind) => {
                self.u8(0x0e).u16(u16::try_from(*place).unwrap()).u8(*kind);
            }
        }
    }

    /// A name, which is written where it is used first.
    fn name(&mut self, name: &str) {
        if let Some(place) = self.names.get(name).copied() {
            self.u32(place);
            return;
        }
        let place = self.offset() + 4;
        self.u32(place);
        self.names.insert(name.to_owned(), place);
        let hash = name
            .encode_utf16()
            .fold(0_u32, |hash, unit| hash.wrapping_mul(65_599).wrapping_add(u32::from(unit)))
            & 0xffff;
        let before = self.link(128 + (hash as usize % 64) * 4, place);
        self.u32(before).u16(u16::try_from(hash).unwrap()).counted(name).u16(0);
    }

    fn counted(&mut self, text: &str) -> &mut Self {
        self.u16(u16::try_from(text.encode_utf16().count()).unwrap()).utf16(text)
    }

    fn utf16(&mut self, text: &str) -> &mut Self {
        text.encode_utf16().for_each(|unit| _ = self.u16(unit));
        self
    }

    /// Writes a value, and gives its size.
    fn value(&mut self, value: &Value) -> u32 {
        let start = self.offset();
        match value {
            Value::Null => &mut *self,
            Value::Text(text) => self.utf16(text),
            Value::Int32(number) => self.raw(&number.to_le_bytes()),
            Value::UInt8(number) => self.u8(*number),
            Value::UInt16(number) => self.u16(*number),
            Value::UInt32(number) => self.u32(*number),
            Value::UInt64(number) | Value::Hex64(number) | Value::FileTime(number) => {
                self.u64(*number)
            }
            Value::Bool(value) => self.u32((*value).into()),
            Value::Guid(bytes) => self.raw(bytes),
        };
        self.offset() - start
    }

    /// The size and type of a value of an instance.
    fn describe(&mut self, sizes: usize, place: usize, size: u32, kind: u8) {
        let size = u16::try_from(size).unwrap().to_le_bytes();
        put(&mut self.bytes, sizes + place * 4, &[size[0], size[1], kind, 0]);
    }

    /// Writes at `place` how many bytes follow it.
    fn set_size(&mut self, place: usize) {
        let size = u32::try_from(self.len() - place - 4).unwrap();
        put(&mut self.bytes, place, &size.to_le_bytes());
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.len()).unwrap()
    }

    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn u8(&mut self, number: u8) -> &mut Self {
        self.raw(&[number])
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }
}

impl Value {
    /// The number of its type.
    fn kind(&self) -> u8 {
        match self {
            Self::Null => 0x00,
            Self::Text(_) => 0x01,
            Self::UInt8(_) => 0x04,
            Self::UInt16(_) => 0x06,
            Self::Int32(_) => 0x07,
            Self::UInt32(_) => 0x08,
            Self::UInt64(_) => 0x0a,
            Self::Bool(_) => 0x0d,
            Self::Guid(_) => 0x0f,
            Self::FileTime(_) => 0x11,
            Self::Hex64(_) => 0x15,
        }
    }
}

fn names(data: &Data) -> Vec<String> {
    match data {
        Data::Named(fields) => fields.iter().map(|(name, _)| name.clone()).collect(),
        Data::Unnamed(values) => vec![format!("{} unnamed", values.len())],
        Data::User(name, fields) => {
            [name].into_iter().chain(fields.iter().map(|(name, _)| name)).cloned().collect()
        }
    }
}
