use std::{
    fs::{self, File},
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::NamedTempFile;

use crate::{
    Error,
    error::label,
    same_file::{folder, is_same_file},
};

/// What is held back before the first byte leaves, so that an early fault leaves nothing behind.
const HELD_BACK: usize = 8 << 20;

/// How much is gathered for one call of the system after that.
const GATHERED: usize = 64 << 10;

/// Where results go: a file that appears whole or not at all, or standard output.
///
/// A file is written beside its place and renamed by [`finish`](Self::finish); a link there is
/// replaced, what it points to is not touched. Standard output gets its first byte when 8 MiB have
/// come together or all is done. What is dropped before `finish` leaves no file.
///
/// ```
/// use std::io::Write;
/// use oddsift_records::Output;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("out.csv");
/// let mut output = Output::file(&path, &[])?;
/// output.write_all(b"a\n1\n")?;
/// assert!(!path.exists());
/// output.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"a\n1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Output {
    name: Arc<str>,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    File { temp: BufWriter<NamedTempFile>, path: PathBuf },
    Stream(Stream),
}

impl Output {
    /// Standard output.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Output::stdout().name(), "<stdout>");
    /// ```
    #[must_use]
    pub fn stdout() -> Self {
        Self { name: Arc::from("<stdout>"), sink: Sink::Stream(Stream::Stdout(Held::new())) }
    }

    /// A file that appears at `path` when all is written. `inputs` are the files that are read.
    ///
    /// A device or a pipe at `path` is written as standard output is.
    ///
    /// # Errors
    ///
    /// [`Error::OutputIsInput`] if `path` is one of `inputs`, by another name too;
    /// [`Error::Create`] if no file can be made there.
    ///
    /// ```
    /// use oddsift_records::{Error, Output};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.csv");
    /// std::fs::write(&path, "a\n")?;
    /// assert!(matches!(Output::file(&path, &[&path]), Err(Error::OutputIsInput { .. })));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn file(path: impl AsRef<Path>, inputs: &[&Path]) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = name_of(path, inputs)?;
        match make_sink(path) {
            Ok(sink) => Ok(Self { name, sink }),
            Err(source) => Err(cannot_create(name, &source)),
        }
    }

    /// Finds out whether [`file`](Self::file) would open `path`, long before there is anything to write.
    ///
    /// What is at `path` stays as it is. A device or a pipe is not opened: a reader would see its end.
    ///
    /// # Errors
    ///
    /// Those of [`file`](Self::file).
    ///
    /// ```
    /// use oddsift_records::{Error, Output};
    ///
    /// let checked = Output::check("no/such/folder/x.csv", &[]);
    /// assert!(matches!(checked, Err(Error::Create { .. })));
    /// ```
    pub fn check(path: impl AsRef<Path>, inputs: &[&Path]) -> Result<(), Error> {
        let path = path.as_ref();
        let name = name_of(path, inputs)?;
        let made = is_passing(path)
            .and_then(|passes| if passes { Ok(()) } else { make_temp(path).map(drop) });
        made.map_err(|source| cannot_create(name, &source))
    }

    /// The name that messages show.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Output::stdout().name(), "<stdout>");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether what is written reaches a terminal, and must be escaped for it.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// let output = oddsift_records::Output::file(folder.path().join("out.csv"), &[]).unwrap();
    /// assert!(!output.is_terminal());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match &self.sink {
            Sink::File { .. } => false,
            Sink::Stream(Stream::Stdout(_)) => io::stdout().is_terminal(),
            Sink::Stream(Stream::Device(device, _)) => device.is_terminal(),
        }
    }

    /// Writes what is held back, and puts a file in its place.
    ///
    /// # Errors
    ///
    /// [`Error::Create`] with what the system says; [`Error::is_broken_pipe`] tells whether the
    /// reader went away.
    ///
    /// ```
    /// oddsift_records::Output::stdout().finish()?;
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn finish(self) -> Result<(), Error> {
        let finished = match self.sink {
            Sink::Stream(mut stream) => stream.finish(),
            Sink::File { temp, path } => persist(temp, &path),
        };
        finished.map_err(|source| Error::Create { name: self.name, source })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.sink {
            Sink::File { temp, .. } => temp.write(bytes),
            Sink::Stream(stream) => stream.write(bytes),
        };
        written.map_err(|source| named(&self.name, &source))
    }

    /// Does nothing: bytes leave when [`finish`](Output::finish) says that all is well.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The error with the output's name, so that a message of any writer above says where.
fn named(name: &str, source: &io::Error) -> io::Error {
    let what = format!(
        "{}: cannot be written: {source}; free space or choose another output",
        label(name)
    );
    io::Error::new(source.kind(), what)
}

fn persist(temp: BufWriter<NamedTempFile>, path: &Path) -> io::Result<()> {
    let temp = temp.into_inner().map_err(io::IntoInnerError::into_error)?;
    temp.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

/// The name of an output that is no input.
fn name_of(path: &Path, inputs: &[&Path]) -> Result<Arc<str>, Error> {
    let name: Arc<str> = Arc::from(&*path.to_string_lossy());
    if inputs.iter().any(|input| is_same_file(path, input)) {
        return Err(Error::OutputIsInput { name });
    }
    Ok(name)
}

/// Without the path that the library adds: it names a temporary file.
fn cannot_create(name: Arc<str>, source: &io::Error) -> Error {
    Error::Create { name, source: source.kind().into() }
}

fn make_sink(path: &Path) -> io::Result<Sink> {
    if is_passing(path)? {
        let file = File::options().write(true).open(path)?;
        return Ok(Sink::Stream(Stream::Device(file, Held::new())));
    }
    let temp = BufWriter::with_capacity(GATHERED, make_temp(path)?);
    Ok(Sink::File { temp, path: path.to_owned() })
}

/// Whether a device or a pipe is there, in whose place a rename would put a file.
fn is_passing(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(about) => Ok(!about.is_file() || is_in_device_folder(path)),
        Err(_) => Ok(false),
    }
}

/// A file beside the place that it is to take.
fn make_temp(path: &Path) -> io::Result<NamedTempFile> {
    temp_builder().tempfile_in(folder(path))
}

/// `/dev/stdout` is a regular file where standard output goes to one.
fn is_in_device_folder(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// A temporary file is for its owner alone; a result has the rights of any new file.
#[cfg(unix)]
fn temp_builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;

    let mut builder = tempfile::Builder::new();
    builder.prefix(".oddsift-").permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn temp_builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".oddsift-");
    builder
}

/// An output that cannot be taken back.
#[derive(Debug)]
enum Stream {
    Stdout(Held),
    Device(File, Held),
}

/// Bytes that wait, and how many may.
#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    most: usize,
}

impl Held {
    fn new() -> Self {
        Self { bytes: Vec::new(), most: HELD_BACK }
    }

    fn add(&mut self, bytes: &[u8], sink: &mut impl Write) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= self.most {
            self.release(sink)?;
        }
        Ok(())
    }

    fn release(&mut self, sink: &mut impl Write) -> io::Result<()> {
        self.most = GATHERED;
        // Cleared first: after an error the bytes must not be written a second time.
        let bytes = std::mem::take(&mut self.bytes);
        sink.write_all(&bytes)
    }
}

impl Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Stdout(held) => held.add(bytes, &mut io::stdout().lock()),
            Stream::Device(file, held) => held.add(bytes, file),
        }?;
        Ok(bytes.len())
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Stream::Stdout(held) => {
                let mut stdout = io::stdout().lock();
                held.release(&mut stdout)?;
                stdout.flush()
            }
            Stream::Device(file, held) => held.release(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_output_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::file(folder.path().join("x.csv"), &[]).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn check_refuses_what_cannot_be_opened_and_leaves_all_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "old").unwrap();
        Output::check(&old, &[]).unwrap();
        Output::check(&new, &[&old]).unwrap();
        assert_eq!(fs::read(&old).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(Output::check(&old, &[&old]), Err(Error::OutputIsInput { .. })));
        for path in [folder.path(), &old.join("below a file"), Path::new("no/such/folder/x")] {
            assert!(matches!(Output::check(path, &[]), Err(Error::Create { .. })), "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn link_is_replaced_and_its_target_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let mut output = Output::file(&link, &[]).unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::read(&link).unwrap(), b"new");
        assert!(!link.is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn input_is_refused_as_output_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        fs::write(&input, "a\n").unwrap();
        let (soft, hard) = (folder.path().join("soft"), folder.path().join("hard"));
        std::os::unix::fs::symlink(&input, &soft).unwrap();
        fs::hard_link(&input, &hard).unwrap();
        for path in [&input, &soft, &hard, &folder.path().join("./in")] {
            assert!(matches!(Output::file(path, &[&input]), Err(Error::OutputIsInput { .. })));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn device_stays_a_device_and_its_error_names_it() {
        let mut output = Output::file("/dev/full", &[]).unwrap();
        output.write_all(b"x").unwrap();
        let message = output.finish().unwrap_err().to_string();
        assert!(message.starts_with("/dev/full: cannot be written: "), "{message}");
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn missing_folder_is_an_error_that_names_the_output() {
        let message = Output::file("no/such/folder/x.csv", &[]).unwrap_err().to_string();
        assert!(message.starts_with("no/such/folder/x.csv: cannot be written: "), "{message}");
    }
}
