//! `model`: what is in a saved model.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oddsift::pipeline::ModelFile;
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

type Fact = (&'static str, String);

pub(crate) fn run(args: &ModelArgs) -> Result<(), Failure> {
    let ModelVerb::Show(args) = &args.verb;
    let destination = Destination::open(&args.output, &[args.model.as_path()])?;
    let facts = ModelFile::read(&args.model)?.facts();
    let columns = Columns::new()
        .both("fact", |(name, _): &Fact| Cell::Text(name))
        .both("value", |(_, value): &Fact| Cell::Text(value));
    columns.print(&args.output, destination, facts.len(), facts.into_iter().map(Ok))
}
