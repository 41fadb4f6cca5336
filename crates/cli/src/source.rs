//! Where data comes from, once or twice.

use std::fs::File;
use std::io;
use std::path::Path;

use oddsift::records::{ReadOptions, Reader};
use tempfile::NamedTempFile;

use crate::args::InputArgs;
use crate::failure::Failure;

/// A file, or standard input; that can be read only once, so for a second time it is kept in a
/// temporary file.
pub(crate) struct Source<'a> {
    args: &'a InputArgs,
    kept: Option<NamedTempFile>,
}

impl<'a> Source<'a> {
    pub(crate) fn once(args: &'a InputArgs) -> Self {
        Self { args, kept: None }
    }

    pub(crate) fn twice(args: &'a InputArgs) -> Result<Self, Failure> {
        let is_stdin = args.file == Path::new("-");
        let kept = is_stdin.then(keep_stdin).transpose();
        let failed =
            |error| Failure::data(format!("<stdin>: cannot be kept for a second reading: {error}"));
        Ok(Self { args, kept: kept.map_err(failed)? })
    }

    pub(crate) fn open(&self) -> Result<Reader, Failure> {
        let options = ReadOptions {
            delimiter: self.args.delimiter,
            bad_rows: self.args.bad_rows,
            ..ReadOptions::new()
        };
        Ok(match &self.kept {
            None => Reader::open(&self.args.file, options)?,
            Some(kept) => {
                let file = kept.reopen();
                let file = file.map_err(|error| Failure::data(format!("<stdin>: {error}")))?;
                Reader::new("<stdin>", file, options)?
            }
        })
    }
}

fn keep_stdin() -> io::Result<NamedTempFile> {
    let kept = NamedTempFile::new()?;
    io::copy(&mut io::stdin().lock(), &mut File::options().write(true).open(kept.path())?)?;
    Ok(kept)
}
