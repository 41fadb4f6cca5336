use oddsift_features::{ProcessFeature, Role};

use super::Source;
use super::source::{literal, quoted};
use crate::Error;

/// The category that is no column: the whole path of the program.
const PROGRAM: &str = "program";

/// The features of a job as SQL.
#[derive(Debug)]
pub(crate) struct Space {
    /// The names of the numbers, in the order of the vector.
    pub(crate) numbers: Vec<String>,
    /// The names of the categories, behind the numbers.
    pub(crate) categories: Vec<String>,
    /// SELECT with `r`, `t`, `x` (number, time and text of a row), `f0`.. and `c0`..; rows that lack a
    /// feature, or start no program where one is asked for, are left out.
    pub(crate) rows: String,
}

impl Space {
    /// Features by their names: those of process events, `program`, and columns of numbers.
    pub(crate) fn new(source: &Source, features: &[String]) -> Result<Self, Error> {
        let mut space = Self { numbers: Vec::new(), categories: Vec::new(), rows: String::new() };
        let mut values = Vec::new();
        let mut of_process = false;
        for name in features {
            let is_column = source.need(name).is_ok();
            let is_feature = ProcessFeature::ALL.iter().any(|feature| feature.name() == name);
            let computed = is_feature && !is_column;
            of_process |= computed || (name == PROGRAM && !is_column);
            let value = match name.as_str() {
                PROGRAM if !is_column => {
                    let number = space.categories.len();
                    let path = format!("coalesce({}, '')", source.text(Role::Path));
                    values.push(format!("program_of({path}) AS c{number}"));
                    space.categories.push(name.clone());
                    continue;
                }
                _ if computed => format!("process_features_[{}]", literal(name)),
                _ => source.need(name).map(|_| quoted(name))?,
            };
            values.push(format!("CAST({value} AS DOUBLE) AS f{}", space.numbers.len()));
            space.numbers.push(name.clone());
        }
        space.rows = space.select(source, &values, of_process);
        Ok(space)
    }

    fn select(&self, source: &Source, values: &[String], of_process: bool) -> String {
        let (row, time, from) = (source.row(), source.time(), source.from());
        let [path, line, session] =
            [Role::Path, Role::CommandLine, Role::Session].map(|role| source.text(role));
        let inner = if of_process {
            // A call that fields share is computed once.
            format!(
                "SELECT *, process_features({path}, {line}, {session}) AS process_features_ FROM {from} \
                 WHERE {path} NOT IN ('', '-')"
            )
        } else {
            format!("SELECT * FROM {from}")
        };
        let values = values.join(", ");
        let text = if line == "NULL" { "CAST(NULL AS VARCHAR)".to_owned() } else { line };
        let lacks = (0..self.numbers.len()).map(|at| format!("f{at} IS NOT NULL"));
        let whole: Vec<String> = lacks.collect();
        let whole = if whole.is_empty() { "true".to_owned() } else { whole.join(" AND ") };
        format!(
            "SELECT * FROM (SELECT {row} AS r, {time} AS t, coalesce({text}, '') AS x, {values} FROM ({inner}) AS events) \
             AS vectors WHERE {whole}"
        )
    }

    /// The names that the features have in [`rows`](Self::rows), numbers first.
    pub(crate) fn columns(&self) -> Vec<String> {
        let numbers = (0..self.numbers.len()).map(|at| format!("f{at}"));
        numbers.chain((0..self.categories.len()).map(|at| format!("c{at}"))).collect()
    }
}
