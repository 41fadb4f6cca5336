//! `schemas`: the layouts of events that are known.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;
use oddsift::pipeline::{Role, Schema, schema_columns};

use crate::args::OutputArgs;
use crate::columns::Columns;
use crate::failure::Failure;
use crate::output::Destination;
use crate::table::TextCell;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift schemas
  oddsift schemas -t ndjson | jq 'select(.schema == \"sysmon\")'
  oddsift cluster events.csv --schema sysmon
  oddsift cluster events.csv --schema edr.toml
      edr.toml: name = \"edr\", and below [columns] path = \"proc\", command_line = [\"cmd\", \"args\"], ...";

#[derive(Debug, Args)]
pub(crate) struct SchemasArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) fn run(args: &SchemasArgs) -> Result<(), Failure> {
    let destination = Destination::open(&args.output, &[])?;
    let schemas = Schema::all();
    let columns = Columns::new()
        .files(schema_columns(), |name| name == "schema" || name == "about")
        .table("columns", |it| TextCell::text(&telling_columns(it)));
    columns.print(&args.output, destination, schemas.len(), schemas.iter().cloned().map(Ok))
}

/// The columns by which a layout is known.
fn telling_columns(schema: &Schema) -> String {
    let first = |role| schema.columns_of(role).first().cloned();
    let roles: &[Role] = if schema.is_process() {
        &[Role::Path, Role::CommandLine, Role::Session]
    } else {
        &[Role::Source, Role::BytesOut, Role::BytesIn]
    };
    roles.iter().filter_map(|role| first(*role)).collect::<Vec<_>>().join(", ")
}
