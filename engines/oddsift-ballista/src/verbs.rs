//! The verbs: a file each, with its flags and its run.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

mod executor;
mod print;
mod scheduler;
mod sql;

use clap::{Parser, Subcommand};

use crate::Done;

/// Runs SQL with the functions of oddsift on many machines
///
/// One scheduler, any number of executors, and clients, all of the same version. Files are at paths or URLs that
/// lead to the same content everywhere; s3:// is set up by the variables AWS_* of each process. RUST_LOG sets what is
/// logged. Exit status: 0 done, 2 wrong usage, 3 anything else.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Plan jobs and hand out their tasks
    #[command(after_help = scheduler::EXAMPLES)]
    Scheduler(scheduler::SchedulerArgs),
    /// Run tasks of a scheduler
    #[command(after_help = executor::EXAMPLES)]
    Executor(executor::ExecutorArgs),
    /// Run a query on a cluster, or in this process
    #[command(after_help = sql::EXAMPLES)]
    Sql(sql::SqlArgs),
}

impl Cli {
    /// What is logged unless RUST_LOG says otherwise: a client tells its error once, by itself.
    pub(crate) fn log_filter(&self) -> &'static str {
        match self.verb {
            Verb::Scheduler(_) | Verb::Executor(_) => "warn",
            Verb::Sql(_) => "off",
        }
    }

    pub(crate) async fn run(self) -> Done {
        match self.verb {
            Verb::Scheduler(args) => args.run().await,
            Verb::Executor(args) => args.run().await,
            Verb::Sql(args) => args.run().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
