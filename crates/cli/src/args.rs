//! What can be typed: clap's structs, a file for each verb.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

mod auditd;
mod cluster;
mod features;
mod outliers;
mod periods;
mod plot; // what is drawn beside the result
mod report;
mod score;
mod series;
mod shared; // what several verbs take
mod shell; // completions and manual pages
mod stack;
mod values; // the checks of single values

use clap::{Parser, Subcommand};

use self::{
    auditd::AUDITD_EXAMPLES,
    cluster::{CLUSTER_EXAMPLES, EPS_EXAMPLES},
    features::FEATURES_EXAMPLES,
    outliers::OUTLIERS_EXAMPLES,
    periods::PERIODS_EXAMPLES,
    report::REPORT_EXAMPLES,
    score::SCORE_EXAMPLES,
    series::SERIES_EXAMPLES,
    shell::{COMPLETIONS_EXAMPLES, MAN_EXAMPLES},
    stack::STACK_EXAMPLES,
};
pub(crate) use self::{
    auditd::{AuditdArgs, EmitAuditd},
    cluster::{ClusterArgs, Emit, Eps, EpsArgs, SpaceArgs},
    features::FeaturesArgs,
    outliers::{ArgPrecision, EmitOutliers, OutliersArgs},
    periods::{PeriodsArgs, Query},
    plot::{PlotArgs, PlotForm, PlotPath},
    score::ScoreArgs,
    series::{Agg, SeriesArgs, StlArgs},
    shared::{Color, Compat, FeatureArgs, Format, InputArgs, Missing, OutputArgs},
    shell::{CompletionsArgs, ManArgs},
    stack::StackArgs,
};

/// Sifts the odd ones out of security events.
///
/// Data goes to standard output, talk to standard error. Without FILE, or with `-`, data comes from
/// standard input. Exit status: 0 done, 1 nothing found (only with --exit-status), 2 wrong usage,
/// 3 bad data.
#[derive(Debug, Parser)]
#[command(name = "oddsift", version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add features to process events: lengths, token counts, character sums, hashes
    #[command(after_help = FEATURES_EXAMPLES)]
    Features(FeaturesArgs),
    /// Cluster events: one exemplar for each cluster, every odd event by itself
    #[command(after_help = CLUSTER_EXAMPLES)]
    Cluster(ClusterArgs),
    /// Propose the distance for `cluster`: the curve of distances to the k-th neighbour, its knee, advice
    #[command(after_help = EPS_EXAMPLES)]
    Eps(EpsArgs),
    /// Find the outliers among events by an isolation forest, each with its reasons
    #[command(after_help = OUTLIERS_EXAMPLES)]
    #[command(mut_arg("seed", |seed| seed.hide(false).help("Seed of the forest; without, 0 (42 under --compat msticpy)")))]
    #[command(mut_arg("plot_features", |arg| arg.help("The two features on the axes; without, all pairs of the four that isolate the outliers most")))]
    Outliers(OutliersArgs),
    /// Label or score new rows by a saved model
    #[command(after_help = SCORE_EXAMPLES)]
    Score(ScoreArgs),
    /// Count combinations of values, the rare ones first
    #[command(after_help = STACK_EXAMPLES)]
    Stack(StackArgs),
    /// Find anomalies in a time series, of values or of events counted in buckets
    #[command(after_help = SERIES_EXAMPLES)]
    Series(SeriesArgs),
    /// Join the anomalies that `series` prints to periods of time, as rows or as a query
    ///
    /// Flags of several groups (`series --by`) are joined to the periods of all.
    #[command(after_help = PERIODS_EXAMPLES)]
    Periods(PeriodsArgs),
    /// Read Linux audit logs: events as rows, or clusters of processes
    #[command(after_help = AUDITD_EXAMPLES)]
    Auditd(AuditdArgs),
    /// Put clusters, outliers and times on one page to hand over: offline HTML
    ///
    /// Takes the flags of `cluster`. The page needs no network and holds no script but its own. Beside
    /// the patterns, memory takes four bytes a row.
    #[command(after_help = REPORT_EXAMPLES)]
    #[command(mut_arg("emit", |arg| arg.hide(true)), mut_arg("with_input", |arg| arg.hide(true)))]
    #[command(mut_arg("format", |arg| arg.hide(true)), mut_arg("raw", |arg| arg.hide(true)))]
    #[command(mut_arg("color", |arg| arg.hide(true)), mut_arg("plot", |arg| arg.hide(true)))]
    #[command(mut_arg("compat", |arg| arg.hide(true)), mut_arg("save_model", |arg| arg.hide(true)))]
    #[command(mut_arg("seed", |arg| arg.hide(false).help("Seed of the forest; without, 0")))]
    #[command(mut_arg("title", |arg| arg.help("Title of the page")))]
    #[command(mut_arg("plot_features", |arg| arg.help("The two features on the axes; without, there is a choice of pairs")))]
    #[command(mut_arg("output", |arg| arg.help("Write the page to FILE, whole or not at all")))]
    Report(ClusterArgs),
    /// Print the script by which a shell completes verbs, flags and values
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write the manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArgs),
}

impl Command {
    /// How many threads are asked for.
    pub(crate) fn threads(&self) -> Option<usize> {
        match self {
            Self::Features(args) => args.input.threads,
            Self::Cluster(args) | Self::Report(args) => args.input.threads,
            Self::Eps(args) => args.input.threads,
            Self::Outliers(args) => args.input.threads,
            Self::Score(args) => args.input.threads,
            Self::Stack(args) => args.input.threads,
            Self::Series(args) => args.input.threads,
            Self::Periods(args) => args.input.threads,
            Self::Auditd(args) => args.threads,
            Self::Completions(_) | Self::Man(_) => Some(1),
        }
    }
}
