//! `schemas`: the layouts of events that are known.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::sync::Arc;

use clap::Args;
use oddsift::pipeline::{Role, Schema};
use oddsift::records::Cell;

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
    let mut columns = Columns::new()
        .both("schema", |it: &Arc<Schema>| Cell::Text(&it.name))
        .both("about", |it| Cell::Text(&it.about))
        .table("columns", |it| TextCell::text(&telling_columns(it)));
    for role in Role::ALL {
        columns = columns.file(role.name(), move |it: &Arc<Schema>| {
            it.columns_of(role).first().map_or(Cell::Missing, |name| Cell::Text(name))
        });
    }
    columns = columns.file("source", |it| Cell::Text(&it.source));
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
