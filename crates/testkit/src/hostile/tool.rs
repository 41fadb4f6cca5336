//! The binary, and which verbs and flags it has.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::index::Row;

pub(crate) struct Tool {
    path: PathBuf,
    /// What `VERB --help` says, for the verbs that it has.
    help: HashMap<String, Option<String>>,
}

impl Tool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, help: HashMap::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The verb or flag of the row's command that the tool does not have.
    pub(crate) fn missing(&mut self, row: &Row) -> Result<Option<String>> {
        let verb = row.verb();
        if !self.help.contains_key(verb) {
            self.help.insert(verb.to_owned(), self.ask(verb)?);
        }
        Ok(match self.help.get(verb).and_then(Option::as_deref) {
            None => Some(format!("verb {verb}")),
            Some(help) => missing_flag(row, help).map(|flag| format!("flag {flag} of {verb}")),
        })
    }

    fn ask(&self, verb: &str) -> Result<Option<String>> {
        let output = Command::new(&self.path).args([verb, "--help"]).output();
        let output = output.with_context(|| format!("cannot start {}", self.path.display()))?;
        let is_known = output.status.success();
        Ok(is_known.then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}

fn missing_flag<'a>(row: &'a Row, help: &str) -> Option<&'a str> {
    let is_flag = |word: &&str| word.starts_with('-') && *word != "-";
    let known = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    row.words().skip(1).filter(is_flag).find(|flag| !known.clone().any(|word| word == *flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_the_help_lacks_is_missing() {
        let row = |command: &str| Row { command: command.to_owned(), ..Row::default() };
        let help = "Usage: x [OPTIONS]\n  -o, --output <FILE>  Where\n      --raw";
        assert_eq!(missing_flag(&row("x {} --raw -o - y"), help), None);
        assert_eq!(missing_flag(&row("x {} --ra --raw"), help), Some("--ra"));
    }
}
