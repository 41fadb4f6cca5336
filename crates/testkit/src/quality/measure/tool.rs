//! The binary that is measured, and what it prints.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result};

use super::log::Log;

/// As CSV, as it is, without messages.
const FORM: [&str; 4] = ["-t", "csv", "--raw", "-q"];
/// All combinations, however many there are.
const ALL: &str = " --max-count 100000";

/// Why an order has no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

#[derive(Debug)]
pub(crate) struct Tool {
    binary: PathBuf,
}

/// A result of the tool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Printed {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A command as it is shown.
pub(crate) fn title(command: &str) -> String {
    command.replace(" FILE", "").replace(ALL, "")
}

impl Tool {
    pub(crate) fn new(binary: &Path) -> Self {
        Self { binary: binary.to_owned() }
    }

    /// Runs a command whose words FILE and HISTORY stand for the files of a log. A command that the
    /// tool does not have, or that ends with an error, is refused.
    pub(crate) fn run(&self, command: &str, log: &Log) -> Result<Result<Printed, Refused>> {
        let path = |path: &Path| path.as_os_str().to_owned();
        let args = command.split(' ').map(|word| match word {
            "FILE" => path(&log.path),
            "HISTORY" => path(log.history.as_deref().unwrap_or(Path::new(word))),
            _ => word.into(),
        });
        let output = Command::new(&self.binary).args(args).args(FORM).output();
        let output = output.with_context(|| format!("cannot run {}", self.binary.display()))?;
        if output.status.success() {
            Printed::read(&output.stdout).map(Ok)
        } else {
            Ok(Err(refusal(&output)))
        }
    }
}

fn refusal(output: &Output) -> Refused {
    if output.status.code() == Some(2) {
        return Refused("not there (exit 2)".to_owned());
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let last = message.lines().last().unwrap_or_default().trim();
    Refused(format!("{}: {}", output.status, last.chars().take(80).collect::<String>()))
}

impl Printed {
    pub(crate) fn read(text: &[u8]) -> Result<Self> {
        let mut reader = csv::Reader::from_reader(text);
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns = cells(reader.headers()?);
        let rows = reader.records().map(|record| record.map(|it| cells(&it)));
        let rows = rows.collect::<Result<_, _>>().context("the tool printed no CSV")?;
        Ok(Self { columns, rows })
    }

    pub(crate) fn place(&self, column: &str) -> Result<usize, Refused> {
        let place = self.columns.iter().position(|it| it == column);
        place.ok_or_else(|| Refused(format!("no column {column}")))
    }

    /// The numbers of a column; a cell that holds none, such as an empty one, is `None`.
    pub(crate) fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, Refused> {
        let place = self.place(column)?;
        Ok(self.rows.iter().map(|row| row[place].parse().ok()).collect())
    }

    /// The row of the log that each line names: by `row`, by `first_row`, or else by time, process id
    /// and command line.
    pub(crate) fn rows_of(&self, log: &Log) -> Result<Vec<usize>, Refused> {
        let named = ["row", "first_row"].iter().find_map(|name| self.place(name).ok());
        let Some(place) = named else { return self.rows_by_content(log) };
        let row = |text: &String| text.parse().ok().filter(|&row: &usize| row < log.len());
        let rows = self.rows.iter().map(|line| row(&line[place]).ok_or(&line[place]));
        rows.collect::<Result<_, _>>().map_err(|text| Refused(format!("no row {text}")))
    }

    fn rows_by_content(&self, log: &Log) -> Result<Vec<usize>, Refused> {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for name in ["TimeGenerated", "NewProcessId", "CommandLine"] {
            here.push(self.place(name)?);
            let place = log.columns.iter().position(|column| column == name);
            there.push(place.ok_or_else(|| Refused(format!("no column {name} in the log")))?);
        }
        let key = |row: usize| {
            let record = &log.records[row];
            there.iter().map(|&column| record[column].to_owned()).collect()
        };
        let rows: HashMap<Vec<String>, usize> = (0..log.len()).map(|row| (key(row), row)).collect();
        let row = |line: &Vec<String>| {
            let key: Vec<String> = here.iter().map(|&column| line[column].clone()).collect();
            rows.get(&key).copied().ok_or_else(|| Refused("a line of no row".to_owned()))
        };
        self.rows.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_what_one_would_type() {
        assert_eq!(title("stack FILE --by A,B --max-count 100000"), "stack --by A,B");
        assert_eq!(title("hunt FILE --known HISTORY"), "hunt --known HISTORY");
    }

    #[test]
    fn an_empty_cell_is_no_number() {
        let printed = Printed::read(b"row,finding\n1,\n2,7\n").unwrap();
        assert_eq!(printed.numbers("finding"), Ok(vec![None, Some(7.0)]));
        assert_eq!(printed.numbers("rank"), Err(Refused("no column rank".to_owned())));
    }
}
