//! The orders of the tool that are measured. A new verb or option is a new line here.

use std::collections::HashMap;

use super::log::Log;
use super::tool::{Printed, Refused};

/// Orders of one log. `FILE` is the log.
pub(crate) const HUNT: &[&str] = &[
    "cluster FILE",
    "outliers FILE --top 500",
    "outliers FILE --top 500 --max-samples 1.0",
    "stack FILE --by NewProcessName --max-count 100000",
    "stack FILE --by ParentProcessName,NewProcessName --max-count 100000",
    "hunt FILE --top 500",
];

/// Orders of a log after its `HISTORY`.
pub(crate) const NOVELTY: &[&str] =
    &["outliers FILE --train HISTORY --top 500", "hunt FILE --known HISTORY --top 500"];

/// Orders that print the finding of each row.
pub(crate) const FINDINGS: &[&str] =
    &["hunt FILE --emit rows", "hunt FILE --known HISTORY --emit rows"];

/// Orders of the rows of one host.
pub(crate) const HOST: &[&str] = &[
    "outliers FILE --emit scores",
    "outliers FILE --emit scores --extended",
    "outliers FILE --emit scores --max-samples 1.0",
    "stack FILE --by NewProcessName --max-count 100000",
    "stack FILE --by ParentProcessName,NewProcessName --max-count 100000",
    "stack FILE --by NewProcessName,CommandLine --max-count 100000",
    "hunt FILE --top 100000",
];

/// How odd each row of a log is by a result; high is odd.
#[derive(Debug)]
pub(crate) struct Places(pub(crate) Vec<f64>);

impl Places {
    /// By the score (low is odd) where every row is printed, by the count where combinations are, else
    /// by the place of the line. A row that is not printed has the value of the line with its
    /// combination, or else with its path and masked command line; a row without any is last.
    pub(crate) fn of(printed: &Printed, log: &Log) -> Result<Self, Refused> {
        let rows = printed.rows_of(log)?;
        let is_every_row = rows.iter().copied().eq(0..log.len());
        let combines = printed.place("first_row").is_ok();
        let values = match (is_every_row, combines) {
            (true, _) => negative(printed, "score")?,
            (_, true) => negative(printed, "count")?,
            _ => (0..rows.len()).map(|place| -(place as f64)).collect(),
        };
        let shared: Vec<&String> = if combines {
            printed.columns.iter().filter(|it| log.columns.contains(it)).collect()
        } else {
            Vec::new()
        };
        Ok(Self(spread(&rows, &values, &keys(log, &shared))))
    }
}

fn negative(printed: &Printed, column: &str) -> Result<Vec<f64>, Refused> {
    let numbers = printed.numbers(column)?.into_iter();
    let numbers = numbers.map(|it| it.map(|value| -value)).collect::<Option<_>>();
    numbers.ok_or_else(|| Refused(format!("no number in column {column}")))
}

/// What rows that are alike have in common: the columns that are named, or else path and command line.
fn keys(log: &Log, columns: &[&String]) -> Vec<Vec<String>> {
    if columns.is_empty() {
        return log
            .lines
            .iter()
            .map(|(path, command)| vec![path.clone(), command.clone()])
            .collect();
    }
    let places = columns.iter().filter_map(|name| log.columns.iter().position(|it| it == *name));
    let places: Vec<usize> = places.collect();
    let key = |record: &csv::StringRecord| places.iter().map(|&it| record[it].to_owned()).collect();
    log.records.iter().map(key).collect()
}

fn spread(rows: &[usize], values: &[f64], keys: &[Vec<String>]) -> Vec<f64> {
    let last = values.iter().copied().fold(0.0, f64::min) - 1.0;
    let own: HashMap<usize, f64> = rows.iter().copied().zip(values.iter().copied()).collect();
    let mut alike = HashMap::new();
    for (&row, &value) in rows.iter().zip(values) {
        alike.entry(&keys[row]).or_insert(value);
    }
    let of = |row: usize| own.get(&row).or_else(|| alike.get(&keys[row])).copied();
    (0..keys.len()).map(|row| of(row).unwrap_or(last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_not_printed_is_as_odd_as_one_that_is_alike() {
        let keys: Vec<Vec<String>> = ["a", "b", "a", "c"].map(|key| vec![key.to_owned()]).to_vec();
        assert_eq!(spread(&[1, 0], &[0.0, -1.0], &keys), [-1.0, 0.0, -1.0, -2.0]);
    }
}
