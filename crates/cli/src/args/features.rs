//! What `features` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;

use super::shared::{FeatureArgs, InputArgs, OutputArgs};

pub(super) const FEATURES_EXAMPLES: &str = "\
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
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
