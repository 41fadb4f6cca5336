//! `model`: what is in a saved model.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oddsift::pipeline::{ModelFile, ModelOrigin};
use oddsift::records::Cell;

use crate::args::OutputArgs;
use crate::columns::Columns;
use crate::failure::Failure;
use crate::output::Destination;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift cluster monday.csv --save-model hosts.json -q -o /dev/null
  oddsift model show hosts.json
      the kind, the features, who made it when, of which files, rows and times
  oddsift model show hosts.json -t ndjson";

#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    verb: ModelVerb,
}

#[derive(Debug, Subcommand)]
enum ModelVerb {
    /// Print what a model is, and what it was made of: a fact a line
    ///
    /// What a model says of its origin is as trustworthy as the file; its SHA-256 tells it from others.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// A model of `cluster`, `outliers` or `hunt`, a bare isolation-forest, or scikit-learn's export
    #[arg(value_name = "MODEL", help_heading = "Input")]
    model: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

type Fact = (String, String);

pub(crate) fn run(args: &ModelArgs) -> Result<(), Failure> {
    let ModelVerb::Show(args) = &args.verb;
    let destination = Destination::open(&args.output, &[args.model.as_path()])?;
    let facts = facts(&ModelFile::read(&args.model)?);
    let columns = Columns::new()
        .both("fact", |(name, _): &Fact| Cell::Text(name))
        .both("value", |(_, value): &Fact| Cell::Text(value));
    columns.print(&args.output, destination, facts.len(), facts.into_iter().map(Ok))
}

fn facts(file: &ModelFile) -> Vec<Fact> {
    let mut facts: Vec<(&str, String)> = file.model.facts();
    facts.push((
        "format",
        file.format.clone().unwrap_or_else(|| "scikit-learn's export".to_owned()),
    ));
    facts.extend(file.version.map(|version| ("version", version.to_string())));
    match &file.origin {
        Some(origin) => facts.extend(origin_facts(origin)),
        None => facts.push(("origin", "not said".to_owned())),
    }
    facts.push(("sha256", file.sha256.clone()));
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn origin_facts(origin: &ModelOrigin) -> Vec<(&'static str, String)> {
    let n_more = origin.n_sources.saturating_sub(origin.sources.len());
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    let mut facts = vec![
        ("tool", origin.tool.clone()),
        ("saved", origin.saved.to_string()),
        ("sources", format!("{}{more}", origin.sources.join(", "))),
        ("rows", origin.rows.to_string()),
    ];
    if let Some((first, last)) = origin.times {
        facts.extend([("first", first.to_string()), ("last", last.to_string())]);
    }
    facts
}
