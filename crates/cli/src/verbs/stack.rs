//! `stack`: combinations of values counted as rows stream in, the rare ones first.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;
use oddsift::pipeline::{MAX_COUNT, StackCounts, StackParams, Stacked, own_name};
use oddsift::records::Cell;

use crate::args::{InputArgs, OutputArgs};
use crate::cells::text_cell;
use crate::columns::Columns;
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{say, warn, warn_of_times};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift stack events.csv --by NewProcessName,Account
      which account runs what only now and then: count, first and last time, first row
  oddsift stack events.csv --by ParentProcessName,NewProcessName --max-count 1 -t ndjson
      pairs that occur once
  oddsift stack events.csv --by ParentProcessName,CommandLine --mask CommandLine --max-count 3
      rare command lines, where those that differ only in numbers, identifiers, addresses, times,
      users or case are one, as in: ping <ip> -n <num>
  zcat dns.ndjson.gz | oddsift stack - --by query --max-count 3 -t csv --raw | head";

#[derive(Debug, Args)]
pub(crate) struct StackArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Columns whose combinations are counted
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', required = true)]
    #[arg(help_heading = "Stacking")]
    pub(crate) by: Vec<String>,
    /// Columns of --by to count by their texts without what varies from run to run
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Stacking")]
    pub(crate) mask: Vec<String>,
    /// Print the combinations that occur in at most so many rows
    #[arg(long, value_name = "N", default_value_t = MAX_COUNT, help_heading = "Stacking")]
    pub(crate) max_count: u64,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Stacking")]
    pub(crate) time_column: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) fn run(args: &StackArgs) -> Result<(), Failure> {
    let bar = Bar::new(args.output.talk.quiet);
    let mut params = StackParams::new(&args.by);
    params.mask.clone_from(&args.mask);
    params.max_count = args.max_count;
    params.time_column.clone_from(&args.time_column);
    let destination = Destination::open(&args.output, &args.input.paths())?;
    let found = params.count(args.input.input(&bar)?)?;
    bar.finish();
    warn(&args.output.talk, &found.read);
    warn_of_times(&found.read);
    let rare = found.rare();
    let (n_all, n_rare) = (found.stack.len(), rare.len());
    let most = args.max_count;
    say(
        &args.output.talk,
        &format!("{n_all} combinations, {n_rare} of them in at most {most} rows"),
    );
    columns(&found).print(&args.output, destination, n_rare, rare.into_iter().map(Ok))?;
    let read = &found.read;
    need_rows(args.output.talk.exit_status, &read.name, read.input.n_numbered())?;
    need_finds(args.output.talk.exit_status, n_rare as u64)
}

fn columns(found: &StackCounts) -> Columns<'_, Stacked<'_>> {
    // For people the count comes first, lest there is no room for it.
    let count = own_name(&found.params.by, "count");
    Columns::new()
        .table(count.clone(), |it: &Stacked<'_>| text_cell(Cell::UInt(it.count())))
        .files(found.columns(), |name| name != count)
}
