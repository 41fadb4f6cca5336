//! Log files, one behind the other, and what is said of lines that were skipped.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oddsift::auditd::{Error, Event, EventReader, Options, Summary, sort_rotated};
use oddsift::records::{self, BytesRead, TextSource};

use crate::args::AuditdArgs;
use crate::failure::Failure;
use crate::feed::Batches;
use crate::input::{counted, warn_line};
use crate::progress::Progress;

/// Bytes that are read in one go.
const BUFFER: usize = 256 << 10;

/// Events that a thread takes in one go.
const BATCH: usize = 1024;

/// Bytes of events after which it takes no more: few are as long as their lines may be.
const BATCH_BYTES: usize = 1 << 20;

/// The files in the order of time: rotated ones from the oldest to the newest.
fn in_order(args: &AuditdArgs) -> Vec<PathBuf> {
    let mut paths = args.logs.clone();
    sort_rotated(&mut paths);
    paths
}

/// The file that was written last, for a message.
pub(super) fn last_name(args: &AuditdArgs) -> String {
    match in_order(args).last().map(|path| path.to_string_lossy()) {
        Some(name) if name == "-" => "<stdin>".to_owned(),
        name => name.unwrap_or_default().into_owned(),
    }
}

/// The events of the logs. One may go on in the next file, as a log is rotated between any two lines.
pub(super) struct Events {
    reader: EventReader<BufReader<Logs>>,
    places: Shared<Places>,
}

impl Events {
    pub(super) fn open(args: &AuditdArgs) -> Result<Self, Failure> {
        let logs = Logs::open(&in_order(args), args.output.quiet)?;
        let places = Shared::clone(&logs.places);
        let reader = EventReader::new(BufReader::with_capacity(BUFFER, logs), Options::new());
        Ok(Self { reader, places })
    }

    pub(super) fn next(&mut self) -> Result<Option<Event>, Failure> {
        self.reader.next_event().map_err(|error| self.places.lock().failure(&error))
    }

    /// Gives back the memory of an event.
    pub(super) fn recycle(&mut self, event: Event) {
        self.reader.recycle(event);
    }

    /// Says what was left out.
    pub(super) fn warn(&self) {
        self.places.lock().warn(self.reader.summary());
    }
}

impl Batches for Events {
    type Batch = Vec<Event>;

    fn take(&mut self, batch: &mut Vec<Event>) -> Result<bool, Failure> {
        batch.drain(..).for_each(|event| self.recycle(event));
        let mut n_bytes = 0;
        while batch.len() < BATCH
            && n_bytes < BATCH_BYTES
            && let Some(event) = self.next()?
        {
            n_bytes += event.n_bytes();
            batch.push(event);
        }
        Ok(!batch.is_empty())
    }

    /// The progress ends with the last file.
    fn end(&mut self) {}
}

/// All logs as one stream of bytes, for msticpy's reader.
pub(super) fn read_whole<T>(
    args: &AuditdArgs,
    read: impl FnOnce(BufReader<Logs>) -> Result<(T, Summary), Error>,
) -> Result<T, Failure> {
    let logs = Logs::open(&in_order(args), args.output.quiet)?;
    let places = Shared::clone(&logs.places);
    let (found, summary) = read(BufReader::with_capacity(BUFFER, logs))
        .map_err(|error| places.lock().failure(&error))?;
    places.lock().warn(&summary);
    Ok(found)
}

/// The bytes of several files, with a line break where one ends without.
pub(super) struct Logs {
    waiting: Vec<PathBuf>,
    open: Option<TextSource>,
    places: Shared<Places>,
    progress: Progress,
    watch: Option<BytesRead>,
    /// Bytes of the files that are read to their end.
    done: u64,
    ends_in_line: bool,
}

/// What the reader and who reads from it both know.
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In which line of the whole each file begins.
struct Places {
    starts: Vec<(u64, String)>,
    n_lines: u64,
    /// Why no more can be read.
    failed: Option<Failure>,
}

impl Logs {
    fn open(paths: &[PathBuf], quiet: bool) -> Result<Self, Failure> {
        let mut waiting = paths.to_vec();
        waiting.reverse();
        let places = Places { starts: Vec::new(), n_lines: 0, failed: None };
        // A file that is not there is told before anything is printed.
        let sizes = paths.iter().map(|path| checked_size(path)).collect::<Result<Vec<_>, _>>()?;
        let total = sizes.into_iter().sum();
        let mut logs = Self {
            waiting,
            open: None,
            places: Shared::new(places),
            progress: Progress::new(total, quiet),
            watch: None,
            done: 0,
            ends_in_line: false,
        };
        logs.next_file()?;
        Ok(logs)
    }

    fn read_on(&mut self, room: &mut [u8]) -> Result<usize, Failure> {
        loop {
            let Some(source) = &mut self.open else { return Ok(0) };
            let n_read = match source.read(room) {
                Ok(n_read) => n_read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.places.lock().unreadable(&error)),
            };
            if n_read > 0 {
                let read = room.get(..n_read).unwrap_or_default();
                let n_lines = memchr::memchr_iter(b'\n', read).count() as u64;
                self.places.lock().n_lines += n_lines;
                self.ends_in_line = read.last() != Some(&b'\n');
                if let Some(watch) = &self.watch {
                    self.progress.set(self.done + watch.bytes());
                }
                return Ok(n_read);
            }
            if std::mem::take(&mut self.ends_in_line)
                && let Some(first) = room.first_mut()
            {
                *first = b'\n';
                self.places.lock().n_lines += 1;
                return Ok(1);
            }
            self.next_file()?;
        }
    }

    fn next_file(&mut self) -> Result<(), Failure> {
        self.open = None;
        self.done += self.watch.take().map_or(0, |watch| watch.bytes());
        let Some(path) = self.waiting.pop() else { return Ok(()) };
        let source = TextSource::open(&path)?;
        let mut places = self.places.lock();
        let first = places.n_lines + 1;
        places.starts.push((first, source.name().to_owned()));
        self.watch = Some(source.watch());
        self.open = Some(source);
        Ok(())
    }
}

/// The size of a file that can be opened; `None` for a pipe, whose bytes can be had but once.
fn checked_size(path: &Path) -> Result<Option<u64>, records::Error> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let size = || {
        let about = path.metadata()?;
        if about.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if about.is_file() {
            drop(File::open(path)?);
        }
        Ok(about.is_file().then_some(about.len()))
    };
    let name = path.to_string_lossy();
    size().map_err(|source| records::Error::Open { name: name.into(), source })
}

impl Read for Logs {
    /// What failed once fails again: the files behind it are not what follows in the log.
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let is_failed = self.places.lock().failed.is_some();
        if !is_failed {
            match self.read_on(room) {
                Ok(n_read) => return Ok(n_read),
                Err(failure) => self.places.lock().failed = Some(failure),
            }
        }
        // What to say of it is in the places.
        Err(ErrorKind::Other.into())
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

    /// Of a file that cannot be read on, at the line that is read.
    fn unreadable(&self, error: &io::Error) -> Failure {
        let (name, line) = self.of(self.n_lines + 1);
        Failure::data(format!(
            "{name}:{line}: cannot be read: {error}; check that the log is whole"
        ))
    }

    fn failure(&self, error: &Error) -> Failure {
        let name = self.starts.last().map_or("", |(_, name)| name);
        self.failed.clone().unwrap_or_else(|| Failure::data(format!("{name}: {error}")))
    }

    /// Says what was left out or torn apart, the first place of each.
    fn warn(&self, summary: &Summary) {
        if let Some(first) = &summary.first_skipped {
            let (name, line) = self.of(first.line);
            let (column, reason, count) = (first.column, first.reason, summary.skipped);
            let lines = counted(count, "line was", "lines were");
            warn_line(&format!("{name}:{line}:{column}: {lines} skipped, the first: {reason}"));
        }
        if let Some(first) = summary.first_replaced {
            let (name, line) = self.of(first);
            let records = counted(summary.replaced, "record", "records");
            warn_line(&format!(
                "{name}:{line}: bytes that are not UTF-8 were replaced in {records}"
            ));
        }
        if let Some(first) = summary.first_late {
            let (name, line) = self.of(first);
            let events =
                counted(summary.late, "event is", "events, of which this is the first, are");
            let why = "the rest of an earlier one; check that no log is given twice";
            warn_line(&format!("{name}:{line}: {events} {why}"));
        }
    }
}
