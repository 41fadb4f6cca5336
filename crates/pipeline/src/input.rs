use std::{
    fmt,
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use oddsift_auditd::{AuditRows, sort_rotated};
use oddsift_features::SchemaChoice;
use oddsift_records::{BadRows, ReadOptions, Rows};
use oddsift_timespan::TimeParser;
use tempfile::NamedTempFile;

use crate::{Error, Progress, formats, threads::n_threads};

/// The rows of a file or of another source, and how they are read: the input of every job.
///
/// A path is an input with all defaults, and `-` is standard input. The fields say the rest.
///
/// ```
/// use oddsift_pipeline::{Input, Missing};
///
/// let mut input = Input::file("events.csv");
/// input.missing = Missing::Skip;
/// input.threads = Some(2);
/// assert_eq!(input.name(), "events.csv");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Input {
    source: Source,
    /// The separator of CSV fields; `None` (the default) is a comma, or a tab in a file named `.tsv`.
    pub delimiter: Option<u8>,
    /// What a row that cannot be read does; by default it ends the run.
    pub bad_rows: BadRows,
    /// What a missing value of a feature does; by default it ends the run.
    pub missing: Missing,
    /// The format of times that are not ISO 8601, as strptime has it.
    pub time_format: Option<String>,
    /// The zone of times that name none; `None` (the default) is UTC.
    pub time_zone: Option<String>,
    /// The schema of process events; found by the columns by default.
    pub schema: SchemaChoice,
    /// Columns that play the part of another: its name in a schema, and the column.
    pub map: Vec<(String, String)>,
    /// The number of threads, at most 256; `None` (the default) is all cores.
    pub threads: Option<usize>,
    progress: Option<Arc<Callback>>,
}

/// Who is told how far a job is, and may end it.
type Callback = dyn Fn(Progress) -> ControlFlow<()> + Send + Sync;

/// What a missing value of a feature does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Missing {
    /// It ends the run with an error that says where it is.
    #[default]
    Fail,
    /// Its row is left out and counted.
    Skip,
    /// It counts as zero.
    Zero,
}

#[derive(Clone)]
enum Source {
    File(PathBuf),
    /// Audit logs, which are one stream.
    Logs(Arc<[PathBuf]>),
    /// What can be read but once, kept for a second reading.
    Kept(Arc<Kept>),
    Rows {
        name: Arc<str>,
        open: Arc<OpenRows>,
    },
}

type OpenRows = dyn Fn() -> Result<Box<dyn Rows>, oddsift_records::Error> + Send + Sync;

struct Kept {
    name: String,
    file: NamedTempFile,
}

impl Input {
    /// A file, or standard input where `path` is `-`.
    ///
    /// The format is found by the name and the content; gzip and zstd are unpacked. With the features
    /// `evtx` and `columnar`, Windows event logs, Parquet and Arrow are read, too, if they are not packed;
    /// of standard input and pipes they are kept in a temporary file first.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::Input::file("-").name(), "<stdin>");
    /// ```
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::File(path.into()))
    }

    /// Audit logs, the rotated ones of each from the oldest to the newest, as one stream of events.
    ///
    /// ```
    /// let input = oddsift_pipeline::Input::logs(["audit.log.1", "audit.log"]);
    /// assert_eq!(input.name(), "audit.log");
    /// ```
    #[must_use]
    pub fn logs(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self::of(Source::Logs(paths.into_iter().map(Into::into).collect()))
    }

    /// Rows of any other source: `open` is called for each pass over them, of which a forest needs two.
    ///
    /// ```
    /// use oddsift_pipeline::{Input, StackParams};
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let input = Input::rows("memory", || {
    ///     let reader = Reader::new("memory", &b"user\nann\nann\nbob\n"[..], ReadOptions::new())?;
    ///     Ok(Box::new(reader))
    /// });
    /// let stack = StackParams::new(["user"]).count(input)?;
    /// assert_eq!(stack.rare().len(), 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rows(
        name: &str,
        open: impl Fn() -> Result<Box<dyn Rows>, oddsift_records::Error> + Send + Sync + 'static,
    ) -> Self {
        Self::of(Source::Rows { name: Arc::from(name), open: Arc::new(open) })
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            delimiter: None,
            bad_rows: BadRows::default(),
            missing: Missing::default(),
            time_format: None,
            time_zone: None,
            schema: SchemaChoice::default(),
            map: Vec::new(),
            threads: None,
            progress: None,
        }
    }

    /// Sets who is told how far a job is: by turns of a second or less while rows are read and while
    /// algorithms work. A callback that breaks ends the job with [`Error::Cancelled`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use oddsift_pipeline::Input;
    ///
    /// let input = Input::file("events.csv").progress(|progress| {
    ///     eprintln!("{}: {}", progress.step, progress.done);
    ///     ControlFlow::Continue(())
    /// });
    /// ```
    #[must_use]
    pub fn progress(
        mut self,
        callback: impl Fn(Progress) -> ControlFlow<()> + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(callback));
        self
    }

    /// Returns the name that messages show.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::Input::from("a.csv").name(), "a.csv");
    /// ```
    #[must_use]
    pub fn name(&self) -> String {
        match &self.source {
            Source::File(path) => path_name(path),
            Source::Logs(_) => self.last_name(),
            Source::Kept(kept) => kept.name.clone(),
            Source::Rows { name, .. } => name.to_string(),
        }
    }

    /// Returns the same rows, to be read more than once: standard input and pipes are kept in a temporary
    /// file, which goes when the last copy of the input does.
    ///
    /// # Errors
    ///
    /// [`Error::Spool`] if they cannot be kept.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert_eq!(oddsift_pipeline::Input::file(path).twice()?.name(), path);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn twice(&self) -> Result<Self, Error> {
        let Source::File(path) = &self.source else { return Ok(self.clone()) };
        // What is missing or a folder is told when it is opened.
        let is_passing = || path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir());
        let file = if path.as_os_str() == "-" {
            keep(io::stdin().lock())
        } else if is_passing() {
            File::open(path).and_then(keep)
        } else {
            return Ok(self.clone());
        };
        let name = self.name();
        match file {
            Ok(file) => {
                Ok(Self { source: Source::Kept(Arc::new(Kept { name, file })), ..self.clone() })
            }
            Err(source) => Err(Error::Spool { name, source }),
        }
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Rows>, Error> {
        let options = ReadOptions::new().delimiter(self.delimiter).bad_rows(self.bad_rows);
        match &self.source {
            Source::Logs(paths) => Ok(Box::new(AuditRows::open(paths)?)),
            Source::Rows { open, .. } => Ok(open()?),
            Source::File(path) => formats::open_path(path, options),
            Source::Kept(kept) => {
                let name = Arc::from(kept.name.as_str());
                let reopen = |source| oddsift_records::Error::Open { name, source };
                Ok(formats::open_file(&kept.name, kept.file.reopen().map_err(reopen)?, options)?)
            }
        }
    }

    /// The paths of the files, for those who read them by themselves.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        match &self.source {
            Source::File(path) => vec![path.clone()],
            Source::Logs(paths) => paths.to_vec(),
            Source::Kept(kept) => vec![kept.file.path().into()],
            Source::Rows { .. } => Vec::new(),
        }
    }

    /// The name of the log that was written last.
    pub(crate) fn last_name(&self) -> String {
        let mut paths = self.paths();
        sort_rotated(&mut paths);
        paths.last().map(|path| path_name(path)).unwrap_or_default()
    }

    pub(crate) fn n_threads(&self) -> usize {
        n_threads(self.threads)
    }

    pub(crate) fn time_parser(&self) -> Result<TimeParser, Error> {
        let parser = TimeParser::new().time_zone(self.time_zone.as_deref())?;
        Ok(parser.format(self.time_format.as_deref())?)
    }

    /// Tells how far a job is.
    pub(crate) fn tell(&self, progress: Progress) -> ControlFlow<()> {
        self.progress.as_ref().map_or(ControlFlow::Continue(()), |callback| callback(progress))
    }
}

fn path_name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn keep(mut data: impl io::Read) -> io::Result<NamedTempFile> {
    let kept = NamedTempFile::new()?;
    io::copy(&mut data, &mut File::options().write(true).open(kept.path())?)?;
    Ok(kept)
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<&PathBuf> for Input {
    fn from(path: &PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&str> for Input {
    fn from(path: &str) -> Self {
        Self::file(path)
    }
}

impl From<&Input> for Input {
    fn from(input: &Input) -> Self {
        input.clone()
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name()).finish_non_exhaustive()
    }
}
