use clap::{Args, Parser, Subcommand};

use super::{Found, cluster, executor, hunt, outliers, scheduler, series, sql, stack};
use crate::Error;

/// Runs SQL and the verbs of oddsift on many machines
///
/// One scheduler, any number of executors, and clients, all of the same version. Files are at paths or URLs that
/// lead to the same content everywhere; s3:// is set up by the variables AWS_* of each process. RUST_LOG sets what is
/// logged. Exit status: 0 done, 1 nothing found and --exit-status asked, 2 wrong usage, 3 anything else.
#[derive(Debug, Parser)]
#[command(name = "oddsift-ballista", version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct BallistaCli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plan jobs and hand out their tasks
    #[command(after_help = scheduler::EXAMPLES)]
    Scheduler(scheduler::SchedulerArgs),
    /// Run tasks of a scheduler
    #[command(after_help = executor::EXAMPLES)]
    Executor(executor::ExecutorArgs),
    /// Run a query on a cluster, or in this process
    #[command(after_help = sql::EXAMPLES)]
    Sql(sql::SqlArgs),
    /// Run a verb of oddsift, as oddsift-engine does
    Client(Box<ClientArgs>),
}

#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
struct ClientArgs {
    #[command(subcommand)]
    verb: Verb,
}

/// Runs verbs of oddsift on an engine, DataFusion in this process or Ballista on many machines
///
/// Verbs, flags and columns are those of `oddsift`. The input is one table of Parquet, CSV with a header or lines of
/// JSON, whose rows have numbers (--row-column). Files are at paths or URLs that lead to the same content on all
/// machines; s3:// is set up by the variables AWS_* of each process. Exit status: 0 done, 1 nothing found and
/// --exit-status asked, 2 wrong usage, 3 anything else.
#[derive(Debug, Parser)]
#[command(name = "oddsift-engine", version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct EngineCli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Rank starts of programs: the first lines are worth reading, each with its reasons
    #[command(after_help = hunt::EXAMPLES)]
    Hunt(hunt::HuntArgs),
    /// Cluster events: one exemplar for each cluster, every noise event by itself
    #[command(after_help = cluster::EXAMPLES)]
    Cluster(cluster::ClusterArgs),
    /// Find the outliers among process events by an isolation forest, each with its reasons
    #[command(after_help = outliers::EXAMPLES)]
    Outliers(outliers::OutliersArgs),
    /// Count combinations of values, the rare ones first
    #[command(after_help = stack::EXAMPLES)]
    Stack(stack::StackArgs),
    /// Find anomalies in a time series of events or values in buckets
    #[command(after_help = series::EXAMPLES)]
    Series(Box<series::SeriesArgs>),
}

impl BallistaCli {
    /// What is logged unless RUST_LOG says otherwise: a client tells its error once, by itself.
    pub(crate) fn log_filter(&self) -> &'static str {
        match self.command {
            Command::Scheduler(_) | Command::Executor(_) => "warn",
            Command::Sql(_) | Command::Client(_) => "off",
        }
    }

    pub(crate) async fn run(self) -> Result<Found, Error> {
        match self.command {
            Command::Scheduler(args) => args.run().await?,
            Command::Executor(args) => args.run().await?,
            Command::Sql(args) => args.run().await?,
            Command::Client(args) => return args.verb.run().await,
        }
        Ok(Found::Something)
    }
}

impl EngineCli {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.verb.run().await
    }
}

impl Verb {
    async fn run(self) -> Result<Found, Error> {
        match self {
            Self::Hunt(args) => args.run().await,
            Self::Cluster(args) => args.run().await,
            Self::Outliers(args) => args.run().await,
            Self::Stack(args) => args.run().await,
            Self::Series(args) => args.run().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_lines_are_consistent() {
        BallistaCli::command().debug_assert();
        EngineCli::command().debug_assert();
    }
}
