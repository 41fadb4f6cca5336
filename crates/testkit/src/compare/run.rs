//! A case with one binary: all that can be seen of it afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::cases::{Case, CommandLine};
use super::inputs::Inputs;

/// What two binaries must agree on, by name: status and streams of each command, and files.
pub(crate) type Record = BTreeMap<String, Vec<u8>>;

/// A command that hangs is killed, which is its status then.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs cases in one folder, so that paths in messages are the same for both binaries.
pub(crate) struct Runner<'a> {
    inputs: &'a Inputs,
    _parent: TempDir,
    folder: PathBuf,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(inputs: &'a Inputs) -> Result<Self> {
        let parent = TempDir::with_prefix("oddsift-compare-").context("no temporary folder")?;
        let folder = parent.path().join("case");
        Ok(Self { inputs, _parent: parent, folder })
    }

    pub(crate) fn run(&self, case: &Case, binary: &Path) -> Result<Record> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir(&self.folder)?;
        self.inputs.copy(case.words(), &self.folder)?;
        let mut record = Record::new();
        for (command, n) in case.commands.iter().zip(1..) {
            let of = if n > 1 { format!(" of command {n}") } else { String::new() };
            let Output { status, stdout, stderr } = self.output(command, binary)?;
            record.insert(format!("status{of}"), format!("{status}\n").into_bytes());
            record.insert(format!("stdout{of}"), stdout);
            record.insert(format!("stderr{of}"), stderr);
        }
        self.add_files(&mut record)?;
        Ok(record)
    }

    fn output(&self, line: &CommandLine, binary: &Path) -> Result<Output> {
        let mut command = Command::new(binary);
        // The tool names itself in its help as it is called.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, "oddsift");
        command.args(&line.args).current_dir(&self.folder);
        // Models say when they were saved.
        command.env_clear().env("SOURCE_DATE_EPOCH", "0");
        command.envs(line.environment.iter().cloned());
        let mut command = assert_cmd::Command::from_std(command);
        if let Some(file) = &line.stdin {
            let bytes = fs::read(self.folder.join(file));
            command.write_stdin(bytes.with_context(|| format!("cannot read {file}"))?);
        }
        let output = command.timeout(PATIENCE).output();
        output.with_context(|| format!("cannot run {}", binary.display()))
    }

    /// Adds all files of the folder, inputs too: none of them may be changed.
    fn add_files(&self, record: &mut Record) -> Result<()> {
        for entry in WalkDir::new(&self.folder) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(&self.folder)?.display().to_string();
                record.insert(format!("file {name}"), fs::read(entry.path())?);
            }
        }
        Ok(())
    }
}
