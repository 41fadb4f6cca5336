//! The folder of one run: its input, its output, what else its set-up takes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::index::Row;
use super::input::{Input, Kind};

const TARGET: &[u8] = b"not to be touched\n";

/// A folder that is gone with the value.
pub(crate) struct Stage {
    folder: TempDir,
    input: PathBuf,
    /// The bytes of an input that is the output path, too.
    before: Vec<u8>,
}

impl Stage {
    /// Makes the input, or the pipe that it will come through.
    pub(crate) fn set(kind: &Kind, input: &Input) -> Result<Self> {
        let folder = TempDir::with_prefix("oddsift-hostile-").context("no temporary folder")?;
        for name in ["in", "out", "outside"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let path = folder.path().join("in").join(input.file_name());
        let mut stage = Self { folder, input: path, before: Vec::new() };
        if input.is_piped() {
            make_pipe(&stage.input)?;
        } else {
            let mut file = BufWriter::new(File::create(&stage.input)?);
            input.write(&mut file).and_then(|()| file.flush()).context("cannot store the input")?;
        }
        match kind {
            Kind::OutputIsInput => stage.before = fs::read(&stage.input)?,
            Kind::OutputIsLink => {
                fs::write(stage.target(), TARGET)?;
                symlink(stage.target(), stage.output())?;
            }
            Kind::Plain | Kind::OutputFull(_) | Kind::ReaderGone => {}
        }
        Ok(stage)
    }

    /// What `{}` is, and `FILE` in a message.
    pub(crate) fn input(&self) -> &Path {
        &self.input
    }

    /// Where the link is, if there is one.
    pub(crate) fn output(&self) -> PathBuf {
        self.out().with_extension("csv")
    }

    /// The words of the command with the placeholders filled.
    pub(crate) fn args(&self, row: &Row, badinput: &Path) -> Vec<String> {
        let points = badinput.join("models/points.csv").display().to_string();
        let (file, out) = (self.input.display().to_string(), self.out().display().to_string());
        let place = |word: &str| {
            word.replace("{points}", &points).replace("{out}", &out).replace("{}", &file)
        };
        row.words().map(place).collect()
    }

    /// What a run that has ended left behind and should not have.
    pub(crate) fn leftovers(&self, kind: &Kind, accepted: bool) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let name = self.input.file_name().unwrap_or_default().to_string_lossy();
        let mut expect = |folder: &str, wanted: &[&str]| -> Result<()> {
            let found = list(&self.folder.path().join(folder))?;
            if found != wanted {
                faults.push(format!("files [{}] in {folder}/, not {wanted:?}", found.join(", ")));
            }
            Ok(())
        };
        expect("in", &[&name])?;
        let is_link = *kind == Kind::OutputIsLink;
        expect("out", if is_link { &["out.csv"] } else { &[] })?;
        if *kind == Kind::OutputIsInput && fs::read(&self.input)? != self.before {
            faults.push("the input is changed".to_owned());
        }
        if is_link {
            if fs::read(self.target())? != TARGET {
                faults.push("the target of the link is changed".to_owned());
            }
            if fs::symlink_metadata(self.output())?.is_symlink() == accepted {
                let state = if accepted { "still" } else { "no longer" };
                faults.push(format!("the output path is {state} a link"));
            }
        }
        Ok(faults)
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out").join("out")
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("outside").join("target.csv")
    }
}

/// Not every Unix lets a program do this without its command.
fn make_pipe(path: &Path) -> Result<()> {
    let status = Command::new("mkfifo").arg(path).status().context("cannot start `mkfifo`")?;
    ensure!(status.success(), "`mkfifo {}` failed with {status}", path.display());
    Ok(())
}

fn list(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let names: Vec<_> = names.collect::<Result<_>>()?;
    let mut names: Vec<String> =
        names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: Input = Input::Rows { n_rows: 1, n_bytes: 100 };

    #[test]
    fn placeholders_are_paths() {
        let stage = Stage::set(&Kind::Plain, &INPUT).unwrap();
        let row = Row { command: "score {} {points} -o {out}.svg".to_owned(), ..Row::default() };
        let args = stage.args(&row, Path::new("/bad"));
        assert_eq!(args[1], stage.input().display().to_string());
        assert_eq!(args[2], "/bad/models/points.csv");
        assert!(args[4].ends_with("/out/out.svg"));
    }

    #[test]
    fn what_is_left_behind_is_found() {
        let stage = Stage::set(&Kind::Plain, &INPUT).unwrap();
        assert_eq!(stage.leftovers(&Kind::Plain, false).unwrap(), Vec::<String>::new());
        fs::write(stage.output(), "").unwrap();
        fs::write(stage.input().with_extension("tmp"), "").unwrap();
        assert_eq!(stage.leftovers(&Kind::Plain, false).unwrap().len(), 2);
    }

    #[test]
    fn a_changed_input_is_found() {
        let stage = Stage::set(&Kind::OutputIsInput, &INPUT).unwrap();
        assert!(stage.leftovers(&Kind::OutputIsInput, false).unwrap().is_empty());
        fs::write(stage.input(), "x").unwrap();
        assert_eq!(stage.leftovers(&Kind::OutputIsInput, false).unwrap().len(), 1);
    }

    #[test]
    fn a_link_is_replaced_or_left() {
        let stage = Stage::set(&Kind::OutputIsLink, &INPUT).unwrap();
        let faults = |accepted| stage.leftovers(&Kind::OutputIsLink, accepted).unwrap().len();
        assert_eq!((faults(false), faults(true)), (0, 1));
        fs::write(stage.output(), "x").unwrap();
        assert_eq!((faults(false), faults(true)), (1, 2), "written through the link");
        fs::write(stage.target(), TARGET).unwrap();
        fs::remove_file(stage.output()).unwrap();
        fs::write(stage.output(), "x").unwrap();
        assert_eq!((faults(false), faults(true)), (1, 0));
    }
}
