use oddsift_features::{ProcessFeature, Role};

use super::Source;
use super::source::{literal, quoted};
use crate::Error;

/// The category that is no column: the whole path of the program.
const PROGRAM: &str = "program";

/// What a feature that is the text of a column ends with.
const OF_TEXT: &str = ".value";

/// The features of a job as SQL.
#[derive(Debug)]
pub(crate) struct Space {
    /// The names of the numbers, in the order of the vector.
    pub(crate) numbers: Vec<String>,
    /// The names of the categories, behind the numbers.
    pub(crate) categories: Vec<String>,
    /// Number, time, text, and the features of a row.
    values: Vec<String>,
    /// What they are taken of.
    from: String,
}

impl Space {
    /// Features by their names: those of process events, `program`, columns of numbers, and `COLUMN.value`.
    /// `template` is the column of texts.
    pub(crate) fn new(
        source: &Source,
        features: &[String],
        template: Option<&str>,
    ) -> Result<Self, Error> {
        let text = template.map_or(Ok("NULL".to_owned()), |name| known(source, name))?;
        let values = vec![
            format!("{} AS r", source.row()),
            format!("{} AS t", source.time()),
            format!("coalesce(CAST({text} AS VARCHAR), '') AS x"),
        ];
        let (numbers, categories) = (Vec::new(), Vec::new());
        let mut space = Self { numbers, categories, values, from: String::new() };
        let mut of_process = false;
        for name in features {
            of_process |= space.add(source, name)?;
        }
        space.from = from(source, of_process);
        Ok(space)
    }

    /// Adds a feature, and returns whether it is made of a process event.
    fn add(&mut self, source: &Source, name: &str) -> Result<bool, Error> {
        let is_column = source.need(name).is_ok();
        let is_feature = ProcessFeature::ALL.iter().any(|feature| feature.name() == name);
        if let Some((category, of_process)) = category(source, name).filter(|_| !is_column) {
            self.values.push(format!("{category} AS c{}", self.categories.len()));
            self.categories.push(name.to_owned());
            return Ok(of_process);
        }
        let of_process = is_feature && !is_column;
        let value = if of_process {
            format!("process_features_[{}]", literal(name))
        } else {
            known(source, name)?
        };
        self.values.push(format!("CAST({value} AS DOUBLE) AS f{}", self.numbers.len()));
        self.numbers.push(name.to_owned());
        Ok(of_process)
    }

    /// SELECT with `r`, `t`, `x` (number, time and text of a row), `f0`.. and `c0`..; rows that lack a
    /// feature, or start no program where one is asked for, are left out.
    pub(crate) fn rows(&self) -> String {
        self.rows_with(&[])
    }

    /// As [`rows`](Self::rows), with more columns of SQL.
    pub(crate) fn rows_with(&self, more: &[String]) -> String {
        let values = [&self.values[..], more].concat().join(", ");
        let is_whole = self.columns().into_iter().map(|name| format!("{name} IS NOT NULL"));
        let is_whole: Vec<String> = is_whole.collect();
        format!(
            "SELECT * FROM (SELECT {values} FROM ({}) AS events) AS vectors WHERE {}",
            self.from,
            is_whole.join(" AND ")
        )
    }

    /// The names that the features have in [`rows`](Self::rows), numbers first.
    pub(crate) fn columns(&self) -> Vec<String> {
        let numbers = (0..self.numbers.len()).map(|at| format!("f{at}"));
        numbers.chain((0..self.categories.len()).map(|at| format!("c{at}"))).collect()
    }
}

/// A column that must be there, as SQL.
fn known(source: &Source, name: &str) -> Result<String, Error> {
    source.need(name).map(|_| quoted(name))
}

/// A category as SQL, and whether it is the program of a process event.
fn category(source: &Source, name: &str) -> Option<(String, bool)> {
    if name == PROGRAM {
        return Some((format!("program_of(coalesce({}, ''))", source.text(Role::Path)), true));
    }
    let column = known(source, name.strip_suffix(OF_TEXT)?).ok()?;
    Some((format!("CAST({column} AS VARCHAR)"), false))
}

fn from(source: &Source, of_process: bool) -> String {
    let from = source.from();
    if !of_process {
        return format!("SELECT * FROM {from}");
    }
    let [path, line, session] =
        [Role::Path, Role::CommandLine, Role::Session].map(|role| source.text(role));
    // A call that fields share is computed once.
    format!(
        "SELECT *, process_features({path}, {line}, {session}) AS process_features_ FROM {from} \
         WHERE {}",
        source.starts()
    )
}
