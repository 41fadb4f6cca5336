//! Where data comes from, once or twice.

use std::fs::File;
use std::io;
use std::path::Path;

use oddsift::records::{ReadOptions, Reader};
use tempfile::NamedTempFile;

use crate::args::InputArgs;
use crate::failure::Failure;

/// A file, or what can be read only once, such as standard input or a pipe; for a second time that
/// is kept in a temporary file.
pub(crate) struct Source<'a> {
    args: &'a InputArgs,
    kept: Option<NamedTempFile>,
    /// What messages call the kept one.
    name: String,
}

impl<'a> Source<'a> {
    pub(crate) fn once(args: &'a InputArgs) -> Self {
        Self { args, kept: None, name: String::new() }
    }

    pub(crate) fn twice(args: &'a InputArgs) -> Result<Self, Failure> {
        let path = &args.file;
        let is_stdin = path == Path::new("-");
        // What is missing or a folder is told when it is opened.
        let is_passing =
            || path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        let kept = if is_stdin {
            Some(keep(io::stdin().lock()))
        } else if is_passing() {
            Some(File::open(path).and_then(keep))
        } else {
            None
        };
        let name = if is_stdin { "<stdin>".into() } else { path.display().to_string() };
        let failed = |error| {
            Failure::data(format!(
                "{name}: cannot be kept for a second reading: {error}; give a file"
            ))
        };
        Ok(Self { args, kept: kept.transpose().map_err(failed)?, name })
    }

    pub(crate) fn open(&self) -> Result<Reader, Failure> {
        let options =
            ReadOptions::new().delimiter(self.args.delimiter).bad_rows(self.args.bad_rows);
        Ok(match &self.kept {
            None => Reader::open(&self.args.file, options)?,
            Some(kept) => {
                let file = kept.reopen();
                let file =
                    file.map_err(|error| Failure::data(format!("{}: {error}", self.name)))?;
                Reader::new(&self.name, file, options)?
            }
        })
    }
}

fn keep(mut data: impl io::Read) -> io::Result<NamedTempFile> {
    let kept = NamedTempFile::new()?;
    io::copy(&mut data, &mut File::options().write(true).open(kept.path())?)?;
    Ok(kept)
}
