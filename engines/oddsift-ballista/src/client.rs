//! Sessions on a cluster or in this process, and their tables.
//!
//! Jobs on top of the functions take a session as [`session`] gives it.

mod tables;

use std::time::Duration;

use ballista::prelude::SessionContextExt;
use datafusion::prelude::{SessionConfig, SessionContext};

pub use tables::register_table;

use crate::Error;
use crate::address::Address;
use crate::process::Process;

/// Opens a session on a cluster, with all functions, and with the object stores of the environment.
///
/// `url` is `ballista://HOST:PORT` or `HOST:PORT` of the scheduler. Queries are planned by the scheduler and run by
/// its executors, so a path must lead to the same file everywhere. A table in memory is not sent: [`publish`](crate::publish) it.
///
/// # Errors
///
/// [`Error::Address`] or [`Error::Unreachable`].
///
/// ```no_run
/// # async fn run() -> Result<(), oddsift_ballista::Error> {
/// use oddsift_ballista::ballista::prelude::SessionConfigExt;
/// use oddsift_ballista::datafusion::prelude::SessionConfig;
///
/// let config = SessionConfig::new_with_ballista().with_target_partitions(64);
/// let ctx = oddsift_ballista::session("ballista://scheduler.example:50050", config).await?;
/// oddsift_ballista::register_table(&ctx, "events", &["s3://logs/2026/"]).await?;
/// let rare = ctx.sql("SELECT mask(command_line) AS m, count(*) AS n FROM events GROUP BY m ORDER BY n LIMIT 20").await?;
/// rare.show().await?;
/// # Ok(())
/// # }
/// ```
pub async fn session(url: &str, config: SessionConfig) -> Result<SessionContext, Error> {
    let address = Address::parse(url)?;
    address.reach(Duration::ZERO).await?;
    let process = Process::new();
    let state = process.state(config)?;
    let mut ctx = SessionContext::remote_with_state(&format!("http://{address}"), state).await?;
    // The state that Ballista makes has its own functions, and not those of the state that it is given.
    process.register(&mut ctx)?;
    Ok(ctx)
}

/// Opens a session in this process, with the same functions and stores as one on a cluster.
///
/// # Errors
///
/// [`Error::Engine`] if the engine refuses the settings.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_ballista::Error> {
/// use oddsift_ballista::datafusion::prelude::SessionConfig;
///
/// let ctx = oddsift_ballista::local_session(SessionConfig::new())?;
/// let rows = ctx.sql("SELECT token_count('net user /add') AS n").await?.collect().await?;
/// assert_eq!(rows[0].num_rows(), 1);
/// # Ok(())
/// # }
/// ```
pub fn local_session(config: SessionConfig) -> Result<SessionContext, Error> {
    Ok(SessionContext::new_with_state(Process::new().state(config)?))
}
