//! Rows of `index.csv` whose input is made.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

/// A row that begins `gen:`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Its line in the index.
    pub(crate) line: u64,
    /// What is made.
    pub(crate) name: String,
    pub(crate) parameters: Parameters,
    pub(crate) command: String,
    pub(crate) outcome: String,
    pub(crate) rows: String,
    pub(crate) skipped: String,
    /// The line that the message names.
    pub(crate) named_line: String,
    pub(crate) stderr_has: String,
    pub(crate) stdout_has: String,
    pub(crate) why: String,
}

impl Row {
    /// The rows of the index whose input is made, in its order.
    pub(crate) fn read(index: &Path) -> Result<Vec<Self>> {
        let context = || format!("cannot read {}", index.display());
        let mut reader = csv::Reader::from_path(index).with_context(context)?;
        let header = reader.headers().with_context(context)?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.with_context(context)?;
            let get = |column: &str| {
                let place = header.iter().position(|name| name == column);
                let cell = place.and_then(|place| record.get(place));
                cell.with_context(|| format!("{} lacks column {column}", index.display()))
            };
            if let Some(made) = get("file")?.strip_prefix("gen:") {
                let line = record.position().map_or(0, csv::Position::line);
                let row = Self::new(line, made, get);
                rows.push(row.with_context(|| format!("{}:{line}", index.display()))?);
            }
        }
        Ok(rows)
    }

    fn new<'a>(line: u64, made: &str, get: impl Fn(&str) -> Result<&'a str>) -> Result<Self> {
        let text = |column: &str| get(column).map(str::to_owned);
        let (name, parameters) = match made.split_once('(') {
            None => (made, Parameters::default()),
            Some((name, rest)) => {
                let inner = rest.strip_suffix(')').with_context(|| format!("no `)` in {made}"))?;
                (name, Parameters::parse(inner)?)
            }
        };
        Ok(Self {
            line,
            name: name.to_owned(),
            parameters,
            command: text("command")?,
            outcome: text("outcome")?,
            rows: text("rows")?,
            skipped: text("skipped")?,
            named_line: text("line")?,
            stderr_has: text("stderr_has")?,
            stdout_has: text("stdout_has")?,
            why: text("why")?,
        })
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.command.split(' ')
    }

    pub(crate) fn verb(&self) -> &str {
        self.words().next().unwrap_or_default()
    }

    /// What a person calls it: the input and the verb.
    pub(crate) fn label(&self) -> String {
        format!("{}:{}", self.name, self.verb())
    }

    pub(crate) fn outcomes(&self) -> impl Iterator<Item = &str> {
        self.outcome.split('|')
    }
}

/// The `name=value` pairs of an input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads `name=value;name=value`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut pairs = BTreeMap::new();
        for pair in text.split(';') {
            let (name, value) =
                pair.split_once('=').with_context(|| format!("`{pair}` is no name=value"))?;
            if pairs.insert(name.to_owned(), value.to_owned()).is_some() {
                bail!("parameter `{name}` is there twice");
            }
        }
        Ok(Self(pairs))
    }

    /// Fails unless there are these parameters and no others.
    pub(crate) fn expect(&self, names: &[&str]) -> Result<()> {
        let same = self.0.len() == names.len() && names.iter().all(|&it| self.0.contains_key(it));
        let own: Vec<&str> = self.0.keys().map(String::as_str).collect();
        ensure!(same, "parameters [{}], not [{}]", own.join(", "), names.join(", "));
        Ok(())
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).with_context(|| format!("no parameter `{name}`"))
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        let text = self.text(name)?;
        text.parse().ok().with_context(|| format!("parameter `{name}` is no such number: {text}"))
    }
}

/// The texts of a column that must, or with `NOT` must not, be there.
pub(crate) fn wanted(column: &str) -> Result<Vec<(bool, String)>> {
    let texts = column.split(" && ").filter(|text| !text.is_empty());
    texts
        .map(|text| match text.strip_prefix("NOT ") {
            Some(text) => Ok((false, unescape(text)?)),
            None => Ok((true, unescape(text)?)),
        })
        .collect()
}

/// `\u{HEX}` is that character, every other backslash itself.
fn unescape(text: &str) -> Result<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (hex, after) = after.split_once('}').context("a \\u{ that is not closed")?;
        let character = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        plain.push_str(before);
        plain.push(character.with_context(|| format!("\\u{{{hex}}} is no character"))?);
        rest = after;
    }
    Ok(plain + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(made: &str) -> Result<Row> {
        Row::new(1, made, |column| Ok(if column == "command" { "features {} --raw" } else { "" }))
    }

    #[test]
    fn an_input_is_a_name_and_parameters() {
        let row = row("stdin_pipe_closed(reader=head -n1;x=2)").unwrap();
        assert_eq!(row.label(), "stdin_pipe_closed:features");
        assert_eq!(row.parameters.text("reader").unwrap(), "head -n1");
        assert_eq!(row.parameters.number::<u64>("x").unwrap(), 2);
        assert!(row.parameters.expect(&["x", "reader"]).is_ok());
        assert!(row.parameters.expect(&["reader"]).is_err());
        assert!(row.parameters.number::<u64>("reader").is_err());
    }

    #[test]
    fn an_input_without_parameters_has_none() {
        assert_eq!(row("output_equals_input").unwrap().parameters, Parameters::default());
    }

    #[test]
    fn a_broken_input_is_an_error() {
        for bad in ["rows(count=1", "rows(count)", "rows()", "rows(a=1;a=1)"] {
            assert!(row(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_are_split_and_unescaped() {
        assert_eq!(
            wanted(r"a\b && NOT \u{1b}[m").unwrap(),
            [(true, r"a\b".to_owned()), (false, "\u{1b}[m".to_owned())]
        );
        assert!(wanted("").unwrap().is_empty());
        assert!(wanted(r"\u{d800}").is_err() && wanted(r"\u{41").is_err());
    }
}
