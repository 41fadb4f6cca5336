//! The commands `oddsift-ballista` and `oddsift-engine`, as their `main` calls them.

#![allow(clippy::doc_markdown, reason = "comments below are the help that a user reads")]

mod cluster; // the verb `cluster`
mod commands; // the two command lines
mod executor;
mod hunt;
mod input; // files, engine and roles, which all verbs take
mod outliers;
mod print; // results of `sql`
mod result; // results of the verbs: forms, files, exit status
mod scheduler;
mod series;
mod session; // partitions and settings
mod sql;
mod stack;
mod table; // rows for people

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::{EnvFilter, fmt};

use self::commands::{BallistaCli, EngineCli};
use crate::Error;

/// Plans are walked by recursion, and debug builds need much for each level.
const STACK_BYTES: usize = 32 << 20;

/// Runs `oddsift-ballista` with the arguments of this process.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     oddsift_ballista::tool::oddsift_ballista()
/// }
/// ```
pub fn oddsift_ballista() -> ExitCode {
    let cli = BallistaCli::parse();
    log(cli.log_filter());
    run(cli.run())
}

/// Runs `oddsift-engine` with the arguments of this process.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     oddsift_ballista::tool::oddsift_engine()
/// }
/// ```
pub fn oddsift_engine() -> ExitCode {
    let cli = EngineCli::parse();
    // A client tells its error once, by itself.
    log("off");
    run(cli.run())
}

/// Logs to standard error what `RUST_LOG` asks for, or else what passes `filter`.
fn log(filter: &str) {
    let asked = EnvFilter::try_from_default_env();
    let filter = asked.unwrap_or_else(|_| EnvFilter::new(filter));
    fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr).init();
}

fn run(command: impl Future<Output = Result<Found, Error>>) -> ExitCode {
    match block_on(command) {
        Ok(Found::Something) => ExitCode::SUCCESS,
        Ok(Found::Nothing) => ExitCode::from(1),
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(3)
        }
    }
}

fn block_on(command: impl Future<Output = Result<Found, Error>>) -> Result<Found, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()
        .map_err(datafusion::error::DataFusionError::IoError)?;
    let result = runtime.block_on(command);
    // A thread that still reads a file must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// Writes a line to standard error; if nobody is there to read it, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", oddsift_records::escape_line(line));
}

/// Waits until the process is interrupted or told to terminate.
async fn stopped() {
    let interrupted = async {
        // Without a handler the process ends at the signal, which is as good.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => (),
        () = terminated() => (),
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// The result of a command that finds nothing.
type Done = Result<(), Error>;

/// Whether there is anything for a script that asks by `--exit-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Something,
    Nothing,
}
