//! The verbs: a file each, with its flags, its run and its columns.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

pub(crate) mod auditd;
pub(crate) mod cluster;
pub(crate) mod eps;
pub(crate) mod features;
pub(crate) mod hunt;
pub(crate) mod merge;
pub(crate) mod model;
pub(crate) mod outliers;
pub(crate) mod periods;
pub(crate) mod report;
pub(crate) mod schemas;
pub(crate) mod score;
pub(crate) mod series;
pub(crate) mod shell;
pub(crate) mod stack;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Sifts the odd ones out of security events.
///
/// Data goes to standard output, talk to standard error. Without FILE, or with `-`, data comes from
/// standard input. Exit status: 0 done, 1 nothing found (only with --exit-status), 2 wrong usage,
/// 3 bad data, 4 the input is not what it should be: no rows (with --exit-status), or a check of `score`.
#[derive(Debug, Parser)]
#[command(name = "oddsift", version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Rank events: the first lines are worth reading, each with its reasons
    ///
    /// Rows fold to lines (a program and its masked command line), lines of one process tree are one finding. Reads the
    /// input once; memory grows with the distinct lines.
    #[command(after_help = hunt::args::EXAMPLES)]
    Hunt(hunt::args::HuntArgs),
    /// Add features to process events: lengths, token counts, character sums, hashes
    #[command(after_help = features::EXAMPLES)]
    Features(features::FeaturesArgs),
    /// Cluster events: one exemplar for each cluster, every odd event by itself
    #[command(after_help = cluster::args::EXAMPLES)]
    Cluster(cluster::args::ClusterArgs),
    /// Propose the distance for `cluster`: the curve of distances to the k-th neighbour, its knee, advice
    #[command(after_help = eps::EXAMPLES)]
    Eps(eps::EpsArgs),
    /// Find the outliers among events by an isolation forest, each with its reasons
    #[command(after_help = outliers::EXAMPLES)]
    #[command(mut_arg("seed", |seed| seed.hide(false).help("Seed of the forest; without, 0 (42 under --compat msticpy)")))]
    #[command(mut_arg("plot_features", |arg| arg.help("The two features on the axes; without, all pairs of the four that isolate the outliers most")))]
    Outliers(outliers::OutliersArgs),
    /// Label or score new rows by a saved model
    #[command(after_help = score::EXAMPLES)]
    Score(score::ScoreArgs),
    /// Show what is in a saved model, and what it was made of
    #[command(after_help = model::EXAMPLES)]
    Model(model::ModelArgs),
    /// Merge what several hunts saw to one model, for `hunt --known`
    ///
    /// Models merge in any order. Exit status: 0 done, 2 wrong usage, 3 a model that cannot be read or merged.
    #[command(after_help = merge::EXAMPLES)]
    Merge(merge::MergeArgs),
    /// Count combinations of values, the rare ones first
    #[command(after_help = stack::EXAMPLES)]
    Stack(stack::StackArgs),
    /// Find anomalies in a time series, of values or of events counted in buckets
    #[command(after_help = series::EXAMPLES)]
    Series(series::SeriesArgs),
    /// Join the anomalies that `series` prints to periods of time, as rows or as a query
    ///
    /// Flags of several groups (`series --by`) are joined to the periods of all.
    #[command(after_help = periods::EXAMPLES)]
    Periods(periods::PeriodsArgs),
    /// Read Linux audit logs: events as rows, or clusters of processes
    #[command(after_help = auditd::EXAMPLES)]
    Auditd(auditd::AuditdArgs),
    /// Put what to read first, clusters, outliers and times on one page to hand over: offline HTML
    ///
    /// The page begins with the first 40 lines of `hunt`, needs no network and holds no script but its own.
    /// The input is read several times; standard input and pipes are kept in a temporary file.
    /// Beside distinct patterns and lines, memory takes four bytes a row.
    #[command(after_help = report::EXAMPLES)]
    #[command(mut_arg("seed", |arg| arg.hide(false).help("Seed of the forest; without, 0")))]
    #[command(mut_arg("plot_features", |arg| arg.help("The two features on the axes; without, there is a choice of pairs")))]
    Report(report::ReportArgs),
    /// List the layouts of events that are known, with the columns of each role
    #[command(after_help = schemas::EXAMPLES)]
    Schemas(schemas::SchemasArgs),
    /// Print the script by which a shell completes verbs, flags and values
    #[command(after_help = shell::COMPLETIONS_EXAMPLES)]
    Completions(shell::CompletionsArgs),
    /// Write the manual pages
    #[command(after_help = shell::MAN_EXAMPLES)]
    Man(shell::ManArgs),
}

impl Cli {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.verb.run().map_err(|failure| failure.of_script(self.verb.asks_exit_status()))
    }
}

impl Verb {
    fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Hunt(args) => hunt::run(args),
            Self::Features(args) => features::run(args),
            Self::Cluster(args) => cluster::run(args),
            Self::Eps(args) => eps::run(args),
            Self::Outliers(args) => outliers::run(args),
            Self::Score(args) => score::run(args),
            Self::Model(args) => model::run(args),
            Self::Merge(args) => merge::run(args),
            Self::Stack(args) => stack::run(args),
            Self::Series(args) => series::run(args),
            Self::Periods(args) => periods::run(args),
            Self::Auditd(args) => auditd::run(args),
            Self::Report(args) => report::run(args),
            Self::Schemas(args) => schemas::run(args),
            Self::Completions(args) => shell::completions(args),
            Self::Man(args) => shell::man(args),
        }
    }

    /// Whether a script is to learn from the exit status what there was.
    fn asks_exit_status(&self) -> bool {
        match self {
            Self::Hunt(args) => args.output.talk.exit_status,
            Self::Features(args) => args.output.talk.exit_status,
            Self::Cluster(args) => args.output.talk.exit_status,
            Self::Eps(args) => args.output.talk.exit_status,
            Self::Outliers(args) => args.output.talk.exit_status,
            Self::Stack(args) => args.output.talk.exit_status,
            Self::Series(args) => args.output.talk.exit_status,
            Self::Periods(args) => args.output.talk.exit_status,
            Self::Auditd(args) => args.output.talk.exit_status,
            Self::Report(args) => args.page.talk.exit_status,
            // `score` sees to it by itself, since its facts tell the status.
            Self::Score(_)
            | Self::Model(_)
            | Self::Merge(_)
            | Self::Schemas(_)
            | Self::Completions(_)
            | Self::Man(_) => false,
        }
    }
}
