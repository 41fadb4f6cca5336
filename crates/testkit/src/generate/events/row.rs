//! One event as a line of CSV.

use std::io::Write;

use rand::{Rng, RngExt};

use super::catalogue::{N_EVERYWHERE, Program, parents};
use super::command::{Part, Pieces, Shape};
use crate::calendar::date;

pub(crate) const HEADER: &[u8] = b"TimeCreatedUtc,Computer,Account,SubjectLogonId,NewProcessName,\
ProcessId,ParentProcessName,CommandLine\n";

const SERVICES: [&str; 6] = ["Schedule", "BITS", "wuauserv", "Themes", "Winmgmt", "EventLog"];
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What a row must show; all else is drawn.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) row: u64,
    pub(crate) program: &'a Program,
    pub(crate) system: bool,
    pub(crate) shape: &'a Shape,
}

/// Holds the names that rows draw from.
#[derive(Debug)]
pub(crate) struct RowWriter {
    hosts: Vec<String>,
    users: Vec<String>,
    parents: [&'static str; N_EVERYWHERE],
    day: u64,
    date: String,
}

impl RowWriter {
    pub(crate) fn new() -> Self {
        let hosts = (0..400).map(|i| format!("WKS{i:04}.corp.example.org")).collect();
        let mut users: Vec<String> = (0..250).map(|i| format!("user{i:03}")).collect();
        users.extend(["svc_backup", "svc_sql", "svc_scan"].map(str::to_owned));
        Self { hosts, users, parents: parents(), day: 0, date: date(0) }
    }

    /// Appends the row, four rows a second.
    pub(crate) fn push(
        &mut self,
        facts: &Facts,
        pieces: &Pieces,
        rng: &mut impl Rng,
        out: &mut Vec<u8>,
    ) {
        self.push_time(facts.row, rng.random_range(0..250), out);
        out.push(b',');
        out.extend_from_slice(any(&self.hosts, rng).as_bytes());
        if facts.system {
            out.extend_from_slice(b",NT AUTHORITY\\SYSTEM,0x3e7,");
        } else {
            out.extend_from_slice(b",CORP\\");
            out.extend_from_slice(any(&self.users, rng).as_bytes());
            out.extend_from_slice(b",0x");
            // Above 0x3e7, which is the system's own session.
            push_hex(rng.random_range(0x1_0000..0x1000_0000), out);
            out.push(b',');
        }
        out.extend_from_slice(facts.program.path.as_bytes());
        out.extend_from_slice(b",0x");
        push_hex(rng.random_range(1..5000) * 4, out);
        out.push(b',');
        out.extend_from_slice(any(&self.parents, rng).as_bytes());
        out.push(b',');
        self.push_command(facts, pieces, rng, out);
        out.push(b'\n');
    }

    fn push_time(&mut self, row: u64, millis: u64, out: &mut Vec<u8>) {
        let second = row / 4;
        if second / 86_400 != self.day {
            self.day = second / 86_400;
            self.date = date(self.day);
        }
        out.extend_from_slice(self.date.as_bytes());
        for (mark, value) in
            [(b' ', second / 3600 % 24), (b':', second / 60 % 60), (b':', second % 60)]
        {
            out.push(mark);
            push_two(value, out);
        }
        let millis = row % 4 * 250 + millis;
        out.push(b'.');
        out.push(digit(millis / 100));
        push_two(millis % 100, out);
    }

    fn push_command(&self, facts: &Facts, pieces: &Pieces, rng: &mut impl Rng, out: &mut Vec<u8>) {
        if facts.shape.quoted {
            out.push(b'"');
        }
        for &piece in &facts.shape.pieces {
            for part in &pieces.get(piece).parts {
                self.push_part(part, facts.program, rng, out);
            }
        }
        if facts.shape.quoted {
            out.push(b'"');
        }
    }

    fn push_part(&self, part: &Part, program: &Program, rng: &mut impl Rng, out: &mut Vec<u8>) {
        match part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Path => out.extend_from_slice(program.path.as_bytes()),
            Part::Name => out.extend_from_slice(program.name().as_bytes()),
            Part::Host => out.extend_from_slice(any(&self.hosts, rng).as_bytes()),
            Part::User => out.extend_from_slice(any(&self.users, rng).as_bytes()),
            Part::Service => out.extend_from_slice(any(&SERVICES, rng).as_bytes()),
            Part::Number => {
                let _ = write!(out, "{}", rng.random_range(0..100_000_u64));
            }
            Part::Hex => push_hex(rng.random_range(0..0x1_0000), out),
            Part::Guid => push_guid(rng.random(), out),
        }
    }
}

fn any<'a, T>(items: &'a [T], rng: &mut impl Rng) -> &'a T {
    &items[rng.random_range(0..items.len())]
}

fn digit(value: u64) -> u8 {
    DIGITS[(value % 16) as usize]
}

fn push_two(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&[digit(value / 10), digit(value % 10)]);
}

fn push_hex(value: u64, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value:x}");
}

fn push_guid(bits: u128, out: &mut Vec<u8>) {
    let mut text = [b'-'; 36];
    let places = (0..36).filter(|place| ![8, 13, 18, 23].contains(place));
    for (place, nibble) in places.zip(0..32) {
        text[place] = DIGITS[(bits >> (nibble * 4)) as usize & 15];
    }
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_36_characters() {
        let mut out = Vec::new();
        push_guid(0x1234, &mut out);
        assert_eq!(out, b"43210000-0000-0000-0000-000000000000");
    }
}
