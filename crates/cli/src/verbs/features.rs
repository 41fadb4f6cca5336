//! `features`: the input's columns, and the features made of them, row by row as they stream by.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;
use oddsift::pipeline::{FeatureColumn, FeatureParams, FeatureRows, Origin, Role};

use crate::args::{Compat, FeatureArgs, InputArgs, OutputArgs};
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{counted, say, warn};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift features events.csv -o features.csv
      adds processName, pathScore, commandlineLen and so on to 4688, Sysmon, Defender or Linux events
  zcat events.ndjson.gz | oddsift features - -t ndjson
  oddsift features events.csv --map CommandLine=cmd --text Account
      takes the command line from column cmd; adds Account.len, Account.score and so on
  oddsift features events.csv --raw -t csv | head
      --raw leaves text cells as they are; without it, cells that a spreadsheet would run get a '";

#[derive(Debug, Args)]
pub(crate) struct FeaturesArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) features: FeatureArgs,
    /// Do as msticpy does where it differs: of sessions only 0x3e7 and -1 are the system's
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) fn run(args: &FeaturesArgs) -> Result<(), Failure> {
    let bar = Bar::new(args.output.talk.quiet);
    let input = args.features.roles(args.input.input(&bar)?).settled()?;
    let mut params = FeatureParams::new();
    params.options = args.features.options(args.compat);
    params.text.clone_from(&args.features.text);
    let mut rows = params.open(input)?;
    let destination = Destination::open(&args.output, &args.input.paths())?;
    if destination.is_table() {
        put_first_what_people_read(&mut rows);
    }
    let columns: Vec<String> = rows.columns().iter().map(|column| column.name.clone()).collect();
    let written = destination.stream(&args.output, &columns, |sink| {
        let written = rows.write(sink);
        bar.finish();
        written
    })?;
    warn(&args.output.talk, &written.read);
    let n_rows = counted(written.n_rows, "row", "rows");
    let features = counted(written.n_added as u64, "feature", "features");
    say(&args.output.talk, &format!("{n_rows}, {features} added"));
    let read = &written.read;
    need_rows(args.output.talk.exit_status, &read.name, read.input.n_numbered())?;
    need_finds(args.output.talk.exit_status, written.n_rows)
}

/// For people: time, process and command line, then the features.
fn put_first_what_people_read(rows: &mut FeatureRows) {
    let roles = rows.layout().roles.clone();
    let (time, command_line) = (roles.get(Role::Time), roles.get(Role::CommandLine));
    rows.sort_columns(|column: &FeatureColumn| match column.origin {
        Origin::Input(place) if Some(place) == time => 0,
        Origin::ProcessName => 1,
        Origin::Input(place) if Some(place) == command_line => 2,
        Origin::Feature(_) => 3,
        Origin::Input(_) => 4,
    });
}
