//! The `oddsift-ballista` command: the processes of a cluster, and SQL on it.

mod verbs; // a verb a file

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use oddsift_ballista::Error;
use tracing_subscriber::{EnvFilter, fmt};

use crate::verbs::Cli;

/// Plans are walked by recursion, and debug builds need much for each level.
const STACK_BYTES: usize = 32 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.log_filter());
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(3)
        }
    }
}

/// Logs to standard error what RUST_LOG asks for, or else what passes `filter`.
fn log(filter: &str) {
    let asked = EnvFilter::try_from_default_env();
    let filter = asked.unwrap_or_else(|_| EnvFilter::new(filter));
    fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr).init();
}

fn run(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()?;
    let result = runtime.block_on(cli.run());
    // A thread that still reads a file must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result.map_err(Into::into)
}

/// Writes a line to standard error; if nobody is there to read it, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
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

/// The result of a verb.
type Done = Result<(), Error>;
