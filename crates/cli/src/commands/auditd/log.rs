//! Log files, one behind the other, and what is said of lines that were skipped.

use std::cell::RefCell;
use std::io::{BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use oddsift::auditd::{Error, Event, EventReader, Options, Summary, sort_rotated};
use oddsift::records::{Progress as Watch, TextSource};

use crate::args::AuditdArgs;
use crate::failure::Failure;
use crate::input::warn_line;
use crate::progress::Progress;

/// Bytes that are read in one go.
const BUFFER: usize = 256 << 10;

/// The files in the order of time: rotated ones from the oldest to the newest.
pub(super) fn in_order(args: &AuditdArgs) -> Vec<String> {
    let mut names: Vec<String> =
        args.logs.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    sort_rotated(&mut names);
    names
}

/// Calls `take` with each event of the logs. An event may go on in the next file, as a log is rotated
/// between any two lines.
pub(super) fn for_each_event(
    args: &AuditdArgs,
    mut take: impl FnMut(&Event) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let logs = Logs::open(&in_order(args), args.output.quiet)?;
    let places = Rc::clone(&logs.places);
    let mut reader = EventReader::new(BufReader::with_capacity(BUFFER, logs), Options::new());
    loop {
        let event = reader.next_event().map_err(|error| places.borrow().failure(&error))?;
        let Some(event) = event else { break };
        take(&event)?;
        reader.recycle(event);
    }
    places.borrow().warn(reader.summary());
    Ok(())
}

/// All logs as one stream of bytes, for msticpy's reader.
pub(super) fn read_whole<T>(
    args: &AuditdArgs,
    read: impl FnOnce(BufReader<Logs>) -> Result<(T, Summary), Error>,
) -> Result<T, Failure> {
    let logs = Logs::open(&in_order(args), args.output.quiet)?;
    let places = Rc::clone(&logs.places);
    let (found, summary) = read(BufReader::with_capacity(BUFFER, logs))
        .map_err(|error| places.borrow().failure(&error))?;
    places.borrow().warn(&summary);
    Ok(found)
}

/// The bytes of several files, with a line break where one ends without.
pub(super) struct Logs {
    waiting: Vec<String>,
    open: Option<TextSource>,
    places: Rc<RefCell<Places>>,
    progress: Progress,
    watch: Option<Watch>,
    ends_in_line: bool,
}

/// In which line of the whole each file begins.
struct Places {
    starts: Vec<(u64, String)>,
    n_lines: u64,
}

impl Logs {
    fn open(names: &[String], quiet: bool) -> Result<Self, Failure> {
        let mut waiting = names.to_vec();
        waiting.reverse();
        let places = Places { starts: Vec::new(), n_lines: 0 };
        let total = names.iter().map(|name| size(name)).sum::<Option<u64>>();
        let mut logs = Self {
            waiting,
            open: None,
            places: Rc::new(RefCell::new(places)),
            progress: Progress::new(total, quiet),
            watch: None,
            ends_in_line: false,
        };
        // A file that is not there is told before anything is printed.
        for name in names {
            if name != "-" {
                drop(TextSource::open(name)?);
            }
        }
        logs.next_file()?;
        Ok(logs)
    }

    fn next_file(&mut self) -> Result<(), Failure> {
        self.open = None;
        let Some(name) = self.waiting.pop() else { return Ok(()) };
        let source = TextSource::open(&name)?;
        let mut places = self.places.borrow_mut();
        let first = places.n_lines + 1;
        places.starts.push((first, source.name().to_owned()));
        self.watch = Some(source.watch());
        self.open = Some(source);
        Ok(())
    }
}

fn size(name: &str) -> Option<u64> {
    let about = Path::new(name).metadata().ok()?;
    about.is_file().then_some(about.len())
}

impl Read for Logs {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let Some(source) = &mut self.open else { return Ok(0) };
            let n_read = source.read(room)?;
            if n_read > 0 {
                let read = room.get(..n_read).unwrap_or_default();
                let n_lines = memchr::memchr_iter(b'\n', read).count() as u64;
                self.places.borrow_mut().n_lines += n_lines;
                self.ends_in_line = read.last() != Some(&b'\n');
                if let Some(watch) = &self.watch {
                    self.progress.set(watch.bytes());
                }
                return Ok(n_read);
            }
            if std::mem::take(&mut self.ends_in_line)
                && let Some(first) = room.first_mut()
            {
                *first = b'\n';
                self.places.borrow_mut().n_lines += 1;
                return Ok(1);
            }
            self.next_file()
                .map_err(|error| std::io::Error::other(error.line().unwrap_or_default()))?;
        }
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.progress.finish();
    }
}

impl Places {
    /// File and line of a line of the whole.
    fn of(&self, line: u64) -> (String, u64) {
        let before = self.starts.partition_point(|(first, _)| *first <= line);
        match before.checked_sub(1).and_then(|place| self.starts.get(place)) {
            Some((first, name)) => (name.clone(), line - first + 1),
            None => (String::new(), line),
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        match error {
            Error::Read { line, source } => {
                let (name, line) = self.of(*line);
                let what = "cannot be read; check that the log is whole";
                Failure::data(format!("{name}:{line}: {what}: {source}"))
            }
            error => {
                let name = self.starts.last().map_or("", |(_, name)| name);
                Failure::data(format!("{name}: {error}"))
            }
        }
    }

    /// Says what was left out, the first place first.
    fn warn(&self, summary: &Summary) {
        if let Some(first) = &summary.first_skipped {
            let (name, line) = self.of(first.line);
            let (column, reason, count) = (first.column, first.reason, summary.skipped);
            let lines =
                if count == 1 { "1 line was".to_owned() } else { format!("{count} lines were") };
            warn_line(&format!("{name}:{line}:{column}: {lines} skipped, the first: {reason}"));
        }
        if let Some(first) = summary.first_replaced {
            let (name, line) = self.of(first);
            let count = summary.replaced;
            warn_line(&format!(
                "{name}:{line}: bytes that are not UTF-8 were replaced in {count} records"
            ));
        }
        if summary.hurried > 0 {
            let count = summary.hurried;
            warn_line(&format!(
                "{count} long events were given out early; later records of one are an event of their own"
            ));
        }
    }
}
