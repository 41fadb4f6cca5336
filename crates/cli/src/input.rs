//! A file opened: its columns, the roles they play, its first batch.

use std::io::{IsTerminal, Write};

use oddsift::features::{
    FeatureOptions, Recipe, Roles, SchemaChoice, column_list, find_column, guess_path_separator,
};
use oddsift::records::{Batch, Reader, SkipLog, escape_line};

use crate::args::{InputArgs, OutputArgs};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::progress::Progress;
use crate::source::Source;

/// An input of which the first batch is read.
pub(crate) struct Input {
    reader: Reader,
    pub(crate) head: Batch,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) roles: Roles,
}

impl Input {
    pub(crate) fn open(
        source: &Source<'_>,
        schema: SchemaChoice,
        map: &[(String, String)],
    ) -> Result<Self, Failure> {
        let mut reader = source.open()?;
        let mut head = Batch::new();
        reader.next_batch(&mut head)?;
        let name = reader.name().to_owned();
        let columns = reader.columns().to_vec();
        let map: Vec<(&str, &str)> =
            map.iter().map(|(role, column)| (role.as_str(), column.as_str())).collect();
        let roles = Roles::resolve(&columns, schema, &map)
            .map_err(|error| header_failure(&name, &columns, &error))?;
        let input = Self { reader, head, name, columns, roles };
        input.need_schema(schema)?;
        Ok(input)
    }

    /// An error where a schema is given of which the file has neither path nor command line.
    fn need_schema(&self, schema: SchemaChoice) -> Result<(), Failure> {
        let is_there = self.roles.path.is_some() || self.roles.command_line.is_some();
        match schema {
            SchemaChoice::Given(schema) if !is_there => {
                let [path, command_line] = schema.process_columns();
                let what = format!(
                    "schema {schema} has columns {path} and {command_line}, of which the file has none; \
                     give another --schema, or --map {command_line}=COLUMN"
                );
                let columns = self.column_list();
                Err(Failure::data(format!("{}:1: {what}; columns: {columns}", self.name)))
            }
            _ => Ok(()),
        }
    }

    /// The place of a column that a flag names.
    pub(crate) fn column(&self, flag: &str, wanted: &str) -> Result<usize, Failure> {
        find_column(&self.columns, wanted)
            .map_err(|error| Failure::data(format!("{}:1: {flag}: {error}", self.name)))
    }

    /// An error where the file has no data rows.
    pub(crate) fn need_rows(&self) -> Result<(), Failure> {
        if self.head.is_empty() {
            let what = "there are no data rows; give at least one";
            return Err(Failure::data(format!("{}: {what}", self.name)));
        }
        Ok(())
    }

    /// The named columns of which the first rows hold numbers only.
    pub(crate) fn numeric_columns(&self) -> Vec<String> {
        let is_numeric = |column: usize| {
            let mut texts = self.head.iter().filter_map(|row| row.text(column)).peekable();
            texts.peek().is_some() && texts.all(|text| text.trim().parse::<f64>().is_ok())
        };
        let names = self.columns.iter().enumerate();
        let numeric = names.filter(|(column, name)| !name.is_empty() && is_numeric(*column));
        numeric.map(|(_, name)| name.clone()).collect()
    }

    /// The columns, for a message.
    pub(crate) fn column_list(&self) -> String {
        column_list(&self.columns)
    }

    /// Plans features, with the path separator found where none is given.
    pub(crate) fn recipe(
        &self,
        requested: &[String],
        options: &FeatureOptions,
    ) -> Result<Recipe, Failure> {
        let mut recipe = Recipe::resolve(&self.columns, requested, &self.roles, options)
            .map_err(|error| header_failure(&self.name, &self.columns, &error))?;
        if recipe.needs_path_separator() {
            recipe.set_path_separator(self.path_separator());
        }
        Ok(recipe)
    }

    /// `/` if one of the first ten paths has it, else `\`.
    pub(crate) fn path_separator(&self) -> &'static str {
        let paths = self.head.iter().map(|row| self.roles.path.and_then(|path| row.text(path)));
        guess_path_separator(paths)
    }

    /// The rows, from the first one on.
    pub(crate) fn into_feed(self, quiet: bool) -> Feed {
        let progress = Progress::new(self.reader.total(), quiet);
        Feed::new(self.reader, self.head, progress)
    }
}

pub(crate) fn threads(args: &InputArgs) -> usize {
    n_threads(args.threads)
}

/// As many threads as are asked for, or as there are cores.
pub(crate) fn n_threads(asked: Option<usize>) -> usize {
    /// More would only take memory.
    const MOST: usize = 256;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.unwrap_or_else(cores).min(MOST)
}

/// A fault of a name that the header settles.
pub(crate) fn header_failure(
    name: &str,
    columns: &[String],
    error: &oddsift::features::Error,
) -> Failure {
    use oddsift::features::Error;
    match error {
        Error::MapKey { .. } | Error::MapRepeated { .. } => Failure::usage(error),
        _ => Failure::data(format!("{name}:1: {error}{}", delimiter_hint(columns))),
    }
}

/// A header of one column that holds another usual delimiter was split by the wrong one.
pub(crate) fn delimiter_hint(columns: &[String]) -> String {
    let [only] = columns else { return String::new() };
    let found =
        [(";", "';'"), ("\t", "tab"), ("|", "'|'")].into_iter().find(|(c, _)| only.contains(c));
    found.map_or_else(String::new, |(_, flag)| format!("; try --delimiter {flag}"))
}

/// Says on standard error what was left out or changed, one line each, and of columns without a
/// name unless it is to be quiet.
pub(crate) fn warn(args: &OutputArgs, reader: &Reader, skipped: &SkipLog) {
    let (summary, name) = (reader.summary(), reader.name());
    let lines = if args.quiet {
        summary.losses_with(name, skipped)
    } else {
        summary.warnings_with(name, skipped)
    };
    for line in lines {
        warn_line(&line);
    }
}

pub(crate) fn warn_line(line: &str) {
    // Nobody is left to be told if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", escape_line(line));
}

/// Says `line` to a person: on a terminal, or where more talk is asked for.
pub(crate) fn say(args: &OutputArgs, line: &str) {
    if args.verbose || (std::io::stderr().is_terminal() && !args.quiet) {
        warn_line(line);
    }
}

/// How many there are of a thing, in words.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
