//! Valid process events under the columns of the control, without a random number: row `i` is
//! always the same.

use std::io::{self, Write};

use super::Chunks;
use crate::calendar::date;

pub(super) const COLUMNS: [&str; 6] =
    ["TimeCreatedUtc", "Computer", "Account", "NewProcessName", "CommandLine", "SubjectLogonId"];
/// The longest row without its command line, and room for a command.
pub(super) const MIN_BYTES: usize = 100;

const ACCOUNTS: [&str; 5] = ["alice", "bob", "carol", "dave", "svc_backup"];
const PROGRAMS: [&str; 7] = ["cmd", "net", "whoami", "ipconfig", "svchost", "taskhostw", "wmic"];
const SECONDS_A_DAY: u64 = 86_400;

/// Writes events of exactly `n_bytes` bytes each.
pub(super) fn write_sized(n_rows: u64, n_bytes: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut chunks = start(out)?;
    let mut clock = Clock::default();
    for i in 0..n_rows {
        chunks.push(|chunk| push_sized(i, n_bytes, clock.date(i), chunk))?;
    }
    chunks.flush()
}

/// Writes events with another value of `column` in each, in no order.
pub(super) fn write_distinct(
    n_rows: u64,
    column: &str,
    seed: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut chunks = start(out)?;
    let mut clock = Clock::default();
    for i in 0..n_rows {
        let value = format!("v{:016x}", mixed(i.wrapping_add(seed.rotate_left(32))));
        let mut cells = cells(i, clock.date(i)).map(String::from);
        for (name, cell) in COLUMNS.iter().zip(&mut cells) {
            if *name == column {
                cell.clone_from(&value);
            }
        }
        chunks.push(|chunk| {
            chunk.extend_from_slice(cells.join(",").as_bytes());
            chunk.push(b'\n');
        })?;
    }
    chunks.flush()
}

fn start(out: &mut dyn Write) -> io::Result<Chunks<'_>> {
    let mut chunks = Chunks::new(out);
    chunks.push(|chunk| chunk.extend_from_slice((COLUMNS.join(",") + "\n").as_bytes()))?;
    Ok(chunks)
}

/// The date of an event, one event a second.
#[derive(Default)]
struct Clock {
    day: u64,
    date: String,
}

impl Clock {
    fn date(&mut self, i: u64) -> &str {
        let day = i / SECONDS_A_DAY;
        if self.date.is_empty() || day != self.day {
            (self.day, self.date) = (day, date(day));
        }
        &self.date
    }
}

fn cells(i: u64, date: &str) -> [String; 6] {
    let (program, account) = (pick(&PROGRAMS, i), pick(&ACCOUNTS, i / 3));
    let [hour, minute, second] = time(i);
    [
        format!("{date}T{hour:02}:{minute:02}:{second:02}Z"),
        format!("WS{:02}", i % 40),
        account.to_owned(),
        format!("\"C:\\Windows\\System32\\{program}.exe\""),
        format!("{program}.exe /c {}", i % 100),
        session(i).to_owned(),
    ]
}

/// As `cells`, but without an allocation, and with a command line as long as it takes.
fn push_sized(i: u64, n_bytes: usize, date: &str, chunk: &mut Vec<u8>) {
    let end = chunk.len() + n_bytes;
    let program = pick(&PROGRAMS, i);
    chunk.extend_from_slice(date.as_bytes());
    for (mark, value) in [b'T', b':', b':'].into_iter().zip(time(i)) {
        chunk.push(mark);
        push_two(value, chunk);
    }
    chunk.extend_from_slice(b"Z,WS");
    push_two(i % 40, chunk);
    for text in [",", pick(&ACCOUNTS, i / 3), ",\"C:\\Windows\\System32\\", program, ".exe\","] {
        chunk.extend_from_slice(text.as_bytes());
    }
    chunk.extend_from_slice(program.as_bytes());
    let tail = session(i).len() + 2;
    push_words(i, end.saturating_sub(chunk.len() + tail), chunk);
    chunk.push(b',');
    chunk.extend_from_slice(session(i).as_bytes());
    chunk.push(b'\n');
}

/// Arguments of `n_bytes` bytes in all, in words whose length is the row's.
fn push_words(i: u64, n_bytes: usize, chunk: &mut Vec<u8>) {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyzabcdef";
    let step = 3 + (i / 11 % 9) as usize;
    let first = (i % 16) as usize;
    let mut left = n_bytes;
    while left > 1 {
        let n_letters = step.min(left - 1);
        chunk.push(b' ');
        chunk.extend_from_slice(&LETTERS[first..first + n_letters]);
        left -= n_letters + 1;
    }
    // A space at the end would be a word without letters.
    chunk.extend_from_slice(&b"x"[..left]);
}

fn time(i: u64) -> [u64; 3] {
    let second = i % SECONDS_A_DAY;
    [second / 3600, second / 60 % 60, second % 60]
}

fn session(i: u64) -> &'static str {
    if i.is_multiple_of(5) { "0x3e7" } else { "0x1f4a2" }
}

fn pick<'a>(items: &[&'a str], i: u64) -> &'a str {
    items[usize::try_from(i % items.len() as u64).unwrap_or_default()]
}

fn push_two(value: u64, chunk: &mut Vec<u8>) {
    chunk.extend_from_slice(&[b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]);
}

/// Steele, Lea and Flood, OOPSLA 2014, `mix64`: another number for each number.
fn mixed(i: u64) -> u64 {
    let z = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
