use std::{
    fmt,
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use oddsift_auditd::{AuditRows, sort_rotated};
use oddsift_features::SchemaChoice;
use oddsift_records::{BadRows, Batch, ReadOptions, Rows, Summary, TextSource};
use oddsift_timespan::TimeParser;
use tempfile::NamedTempFile;

use crate::{
    Error, Format, Progress,
    formats::{self, Reading},
    threads::n_threads,
    united::{Opener, United},
};

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
    /// The format; `None` (the default) is the one that the content shows.
    pub format: Option<Format>,
    /// What a row that cannot be read does; by default it ends the run.
    pub bad_rows: BadRows,
    /// What a missing value of a feature does; by default it ends the run.
    pub missing: Missing,
    /// The format of times that can be read in several ways, as strptime has it.
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
    /// All columns, where they were read before the rows.
    columns: Option<Arc<[String]>>,
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
    /// Files one after the other, as one stream.
    Several(Arc<[Source]>),
    /// A stream whose beginning was looked at; it can be opened once.
    Started {
        name: String,
        text: Arc<Mutex<Option<TextSource>>>,
    },
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

    /// Files, one after the other as one stream: rows are numbered through, columns are united by name, and
    /// a column `File` says which one a row is from. A folder stands for its files, in the order of their
    /// names, and a path with `*`, `?` or `[` that is no file for those that match.
    ///
    /// # Errors
    ///
    /// [`Error::NoFiles`] for a folder or pattern without any.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = ClusterParams::new().fit(Input::files([path, path])?)?;
    /// assert_eq!(found.events.patterns().n_rows(), 2 * 363);
    /// assert!(found.layout.columns.contains(&"File".to_owned()));
    /// assert!(Input::files(["no/such/*.csv"]).is_err());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn files(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Result<Self, Error> {
        let files = expand_files(paths)?;
        let mut sources: Vec<Source> = files.into_iter().map(Source::File).collect();
        let one = if sources.len() == 1 { sources.pop() } else { None };
        Ok(Self::of(one.unwrap_or_else(|| Source::Several(sources.into()))))
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
            format: None,
            bad_rows: BadRows::default(),
            missing: Missing::default(),
            time_format: None,
            time_zone: None,
            schema: SchemaChoice::default(),
            map: Vec::new(),
            threads: None,
            progress: None,
            columns: None,
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
            Source::Logs(_) => self.last_name(),
            source => source.name(),
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
        let source = self.source.kept()?;
        Ok(source.map_or_else(|| self.clone(), |source| Self { source, ..self.clone() }))
    }

    /// Returns the same rows with all their columns known beforehand, for those who print every row: where
    /// records name their own fields, they are read once for their names. Standard input and pipes of such
    /// records are kept in a temporary file, as by [`twice`](Self::twice).
    ///
    /// # Errors
    ///
    /// As of reading them, and [`Error::Spool`] if they cannot be kept.
    ///
    /// ```
    /// use oddsift_pipeline::{FeatureParams, Input};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("events.ndjson");
    /// let early = "{\"Image\":\"a\",\"CommandLine\":\"dir\"}\n".repeat(5000);
    /// std::fs::write(&path, early + "{\"CommandLine\":\"dir\",\"late\":1}\n")?;
    /// let columns = |input| Ok::<_, oddsift_pipeline::Error>(FeatureParams::new().open(input)?.columns().len());
    /// let input = Input::from(path);
    /// assert_eq!(columns(input.settled()?)?, columns(input)? + 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn settled(&self) -> Result<Self, Error> {
        let source = self.source.looked_at(self.reading())?;
        let mut settled =
            source.map_or_else(|| self.clone(), |source| Self { source, ..self.clone() });
        if matches!(settled.source, Source::Started { .. } | Source::Logs(_)) {
            return Ok(settled);
        }
        let mut rows = settled.open()?;
        if rows.names_its_fields() {
            let mut batch = Batch::new();
            while rows.next_batch(&mut batch)? {}
            settled.columns = Some(rows.columns().into());
        }
        Ok(settled)
    }

    /// Whether its columns are all known.
    pub(crate) fn is_settled(&self) -> bool {
        self.columns.is_some()
    }

    /// Whether it can be opened again, and its columns are not all known yet.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.columns.is_none() && self.source.is_repeatable()
    }

    /// Opens the rows.
    pub(crate) fn open(&self) -> Result<Box<dyn Rows>, Error> {
        let rows = self.open_source()?;
        Ok(match &self.columns {
            Some(columns) => Box::new(Settled { rows, columns: Arc::clone(columns) }),
            None => rows,
        })
    }

    fn reading(&self) -> Reading {
        let options = ReadOptions::new().delimiter(self.delimiter).bad_rows(self.bad_rows);
        Reading::new(self.format, options)
    }

    fn open_source(&self) -> Result<Box<dyn Rows>, Error> {
        let reading = self.reading();
        let Source::Several(sources) = &self.source else {
            return self.source.open(reading);
        };
        let opener = |source: &Source| -> Opener {
            let source = source.clone();
            Box::new(move || source.open(reading))
        };
        Ok(Box::new(United::open(self.name(), sources.iter().map(opener).collect())?))
    }

    /// The paths of the files, for those who read them by themselves.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.source.paths()
    }

    /// Returns the names of the files or streams, in the order in which they are read.
    ///
    /// ```
    /// use oddsift_pipeline::Input;
    ///
    /// assert_eq!(Input::files(["a.csv", "-"])?.source_names(), ["a.csv", "<stdin>"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn source_names(&self) -> Vec<String> {
        match &self.source {
            Source::Several(sources) => sources.iter().map(Source::name).collect(),
            Source::Logs(paths) => paths.iter().map(|path| path_name(path)).collect(),
            one => vec![one.name()],
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

impl Source {
    fn open(&self, reading: Reading) -> Result<Box<dyn Rows>, Error> {
        match self {
            Self::Logs(paths) => Ok(Box::new(AuditRows::open(paths)?)),
            Self::Rows { open, .. } => Ok(open()?),
            Self::Several(sources) => match sources.first() {
                Some(first) => first.open(reading),
                None => Err(Error::NoRows { name: String::new() }),
            },
            Self::File(path) => formats::open_path(path, reading),
            Self::Started { name, text } => {
                let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
                let text = text.take();
                let text = text.ok_or_else(|| Error::NoRows { name: name.clone() })?;
                Ok(formats::open(text, reading)?)
            }
            Self::Kept(kept) => {
                let name = Arc::from(kept.name.as_str());
                let reopen = |source| oddsift_records::Error::Open { name, source };
                Ok(formats::open_file(&kept.name, kept.file.reopen().map_err(reopen)?, reading)?)
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path_name(path),
            Self::Kept(kept) => kept.name.clone(),
            Self::Rows { name, .. } => name.to_string(),
            Self::Started { name, .. } => name.clone(),
            Self::Several(sources) => match &**sources {
                [] => String::new(),
                [one] => one.name(),
                [first, others @ ..] => format!("{} and {} more", first.name(), others.len()),
            },
            Self::Logs(paths) => paths.last().map(|path| path_name(path)).unwrap_or_default(),
        }
    }

    fn is_repeatable(&self) -> bool {
        match self {
            Self::File(path) => !is_passing(path),
            Self::Several(sources) => sources.iter().all(Self::is_repeatable),
            Self::Kept(_) | Self::Rows { .. } => true,
            Self::Started { .. } | Self::Logs(_) => false,
        }
    }

    fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::File(path) => vec![path.clone()],
            Self::Logs(paths) => paths.to_vec(),
            Self::Kept(kept) => vec![kept.file.path().into()],
            Self::Several(sources) => sources.iter().flat_map(Self::paths).collect(),
            Self::Rows { .. } | Self::Started { .. } => Vec::new(),
        }
    }

    /// The same after a look at the beginning, where it can be read but once: kept if it is JSON.
    fn looked_at(&self, reading: Reading) -> Result<Option<Self>, Error> {
        let Self::File(path) = self else { return self.kept() };
        if !is_passing(path) {
            return Ok(None);
        }
        let name = self.name();
        let is_stdin = path.as_os_str() == "-";
        let stream: Box<dyn io::Read + Send> = if is_stdin {
            Box::new(io::stdin())
        } else {
            let open = |source| oddsift_records::Error::Open { name: name.as_str().into(), source };
            Box::new(File::open(path).map_err(open)?)
        };
        let spool = |source| Error::Spool { name: name.clone(), source };
        let (is_text, whole) = formats::is_text(stream, reading).map_err(spool)?;
        let kept = |file| Ok(Some(Self::Kept(Arc::new(Kept { name: name.clone(), file }))));
        if !is_text {
            return kept(keep(whole).map_err(spool)?);
        }
        let mut text = TextSource::new(&name, whole)?;
        let first = text.head()?.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        // What does not show itself soon may be anything.
        if matches!(first, None | Some(b'{' | b'[')) {
            return kept(keep(text).map_err(spool)?);
        }
        Ok(Some(Self::Started { name, text: Arc::new(Mutex::new(Some(text))) }))
    }

    /// The same to be read more than once, where it could be read but once.
    fn kept(&self) -> Result<Option<Self>, Error> {
        if let Self::Several(sources) = self {
            let kept = |source: &Self| Ok(source.kept()?.unwrap_or_else(|| source.clone()));
            let all: Result<Vec<Self>, Error> = sources.iter().map(kept).collect();
            return Ok(Some(Self::Several(all?.into())));
        }
        let Self::File(path) = self else { return Ok(None) };
        if !is_passing(path) {
            return Ok(None);
        }
        let is_stdin = path.as_os_str() == "-";
        let file =
            if is_stdin { keep(io::stdin().lock()) } else { File::open(path).and_then(keep) };
        let name = self.name();
        match file {
            Ok(file) => Ok(Some(Self::Kept(Arc::new(Kept { name, file })))),
            Err(source) => Err(Error::Spool { name, source }),
        }
    }
}

/// Whether a file can be read but once. What is missing or a folder is told when it is opened.
fn is_passing(path: &Path) -> bool {
    path.as_os_str() == "-"
        || path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Rows whose columns are all known beforehand.
struct Settled {
    rows: Box<dyn Rows>,
    columns: Arc<[String]>,
}

impl Rows for Settled {
    fn name(&self) -> &str {
        self.rows.name()
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn names_its_fields(&self) -> bool {
        true
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, oddsift_records::Error> {
        self.rows.next_batch(batch)
    }

    fn summary(&self) -> &Summary {
        self.rows.summary()
    }

    fn bytes_read(&self) -> u64 {
        self.rows.bytes_read()
    }

    fn n_bytes(&self) -> Option<u64> {
        self.rows.n_bytes()
    }
}

/// Returns the files that paths stand for: a folder for those in it, a pattern for those that match.
///
/// # Errors
///
/// [`Error::NoFiles`] for a folder or pattern without any.
///
/// ```
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/schemas");
/// assert!(oddsift_pipeline::expand_files([folder])?.len() > 10);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
pub fn expand_files(
    paths: impl IntoIterator<Item = impl Into<PathBuf>>,
) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths.into_iter().map(Into::into) {
        let pattern = match path.to_str() {
            _ if path.is_dir() => {
                format!("{}/**/*", glob::Pattern::escape(&path.to_string_lossy()))
            }
            Some(text) if text.contains(['*', '?', '[']) && !path.exists() => text.to_owned(),
            _ => {
                files.push(path);
                continue;
            }
        };
        let found = matching(&pattern).map_err(|what| no_files(&path, what))?;
        if found.is_empty() {
            return Err(no_files(&path, "there are no files".to_owned()));
        }
        files.extend(found);
    }
    Ok(files)
}

/// The files that match a pattern, in the order of their names, hidden ones left out.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, String> {
    let options = glob::MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        ..glob::MatchOptions::new()
    };
    let found = glob::glob_with(pattern, options).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|error| error.to_string())?;
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn no_files(path: &Path, what: String) -> Error {
    Error::NoFiles { name: path.display().to_string(), what }
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
