//! Writes Windows event logs, after Joachim Metz's description of the format in the documentation of
//! libevtx: chunks with tables of names and templates, events as instances of templates.

#![allow(dead_code, reason = "each test uses a part of it")]

mod binary_xml;

use binary_xml::Chunk;

pub(crate) const HEADER: usize = 4096;
pub(crate) const CHUNK: usize = 65_536;
/// What a chunk begins with: its header and the tables of names and templates.
pub(crate) const CHUNK_HEADER: usize = 512;

/// A value of an event, of a type that Windows has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Int32(i32),
    UInt8(u8),
    UInt16(u16),
    UInt32(u32),
    UInt64(u64),
    /// Printed as `0x3e7`.
    Hex64(u64),
    Bool(bool),
    Guid([u8; 16]),
    /// Steps of 100 ns since 1601.
    FileTime(u64),
}

/// The parts of an event that differ between events.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: u16,
    pub(crate) provider: String,
    pub(crate) channel: String,
    pub(crate) computer: String,
    pub(crate) level: u8,
    /// Steps of 100 ns since 1601.
    pub(crate) time: u64,
    pub(crate) process_id: u32,
    pub(crate) thread_id: u32,
    pub(crate) data: Data,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Named(Vec<(String, Value)>),
    Unnamed(Vec<Value>),
    /// An element of `UserData` with its children.
    User(String, Vec<(String, Value)>),
}

/// A process event of Sysmon.
pub(crate) fn sysmon_1(image: &str, command_line: &str, logon_id: u64, second: u64) -> Event {
    let text = |text: &str| Value::Text(text.to_owned());
    let data = [
        ("RuleName", text("-")),
        ("UtcTime", text(&format!("2026-03-01 10:00:{:02}.250", second % 60))),
        ("ProcessGuid", Value::Guid(*b"0123456789abcdef")),
        ("ProcessId", Value::UInt32(4_000)),
        ("Image", text(image)),
        ("CommandLine", text(command_line)),
        ("User", text(r"CORP\ann")),
        ("LogonId", Value::Hex64(logon_id)),
        ("ParentImage", text(r"C:\Windows\explorer.exe")),
    ];
    Event {
        id: 1,
        provider: "Microsoft-Windows-Sysmon".to_owned(),
        channel: "Microsoft-Windows-Sysmon/Operational".to_owned(),
        computer: "ws1.corp.example".to_owned(),
        level: 4,
        time: START + second * 10_000_000,
        process_id: 2_500,
        thread_id: 3_100,
        data: Data::Named(data.map(|(name, value)| (name.to_owned(), value)).into()),
    }
}

/// A process event of Windows.
pub(crate) fn security_4688(image: &str, command_line: &str, logon_id: u64, second: u64) -> Event {
    let text = |text: &str| Value::Text(text.to_owned());
    let data = [
        ("SubjectUserName", text("ann")),
        ("SubjectDomainName", text("CORP")),
        ("SubjectLogonId", Value::Hex64(logon_id)),
        ("NewProcessId", Value::Hex64(0x1c4)),
        ("NewProcessName", text(image)),
        ("TokenElevationType", text("%%1936")),
        ("ProcessId", Value::Hex64(0x2f0)),
        ("CommandLine", text(command_line)),
    ];
    Event {
        id: 4688,
        provider: "Microsoft-Windows-Security-Auditing".to_owned(),
        channel: "Security".to_owned(),
        computer: "ws1.corp.example".to_owned(),
        level: 0,
        time: START + second * 10_000_000,
        process_id: 4,
        thread_id: 88,
        data: Data::Named(data.map(|(name, value)| (name.to_owned(), value)).into()),
    }
}

/// 2026-03-01T10:00:00Z.
const START: u64 = 134_168_328_000_000_000;

/// A whole log, its events numbered from `first` on.
pub(crate) fn log(events: &[Event], first: u64) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut chunk = Chunk::new(first);
    for (number, event) in (first..).zip(events) {
        let before = chunk.clone();
        chunk.push(number, event);
        if chunk.len() > CHUNK {
            chunks.push(before.finish());
            chunk = Chunk::new(number);
            chunk.push(number, event);
            assert!(chunk.len() <= CHUNK, "an event larger than a chunk");
        }
    }
    chunks.push(chunk.finish());
    let mut log = header(chunks.len(), first + events.len() as u64);
    log.extend(chunks.concat());
    log
}

fn header(n_chunks: usize, next_record: u64) -> Vec<u8> {
    let mut header = vec![0; HEADER];
    put(&mut header, 0, b"ElfFile\0");
    put(&mut header, 16, &(n_chunks as u64 - 1).to_le_bytes());
    put(&mut header, 24, &next_record.to_le_bytes());
    put(&mut header, 32, &128_u32.to_le_bytes());
    put(&mut header, 36, &1_u16.to_le_bytes());
    put(&mut header, 38, &3_u16.to_le_bytes());
    put(&mut header, 40, &4096_u16.to_le_bytes());
    put(&mut header, 42, &u16::try_from(n_chunks).unwrap().to_le_bytes());
    let checksum = crc32fast::hash(&header[..120]);
    put(&mut header, 124, &checksum.to_le_bytes());
    header
}

/// Makes the checksums of a log's chunks those of what is in them, as far as they can be.
pub(crate) fn seal(log: &mut [u8]) {
    for chunk in log[HEADER..].chunks_exact_mut(CHUNK) {
        seal_chunk(chunk);
    }
}

fn seal_chunk(chunk: &mut [u8]) {
    let end = u32::from_le_bytes(chunk[48..52].try_into().unwrap()) as usize;
    if let Some(events) = chunk.get(CHUNK_HEADER..end) {
        let checksum = crc32fast::hash(events);
        put(chunk, 52, &checksum.to_le_bytes());
    }
    let checksum = crc32fast::hash(&[&chunk[..120], &chunk[128..CHUNK_HEADER]].concat());
    put(chunk, 124, &checksum.to_le_bytes());
}

fn put(bytes: &mut [u8], at: usize, with: &[u8]) {
    bytes[at..at + with.len()].copy_from_slice(with);
}
