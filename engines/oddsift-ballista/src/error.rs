use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ballista_core::error::BallistaError;
use datafusion::error::DataFusionError;

/// The words of Ballista for a task that an executor could not read.
const REJECTED: &str = "was rejected by executor";

/// The reason why a process did not start, a table was not read, or a job failed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use oddsift_ballista::datafusion::prelude::SessionConfig;
///
/// let error = oddsift_ballista::session("127.0.0.1:1", SessionConfig::new()).await.err().unwrap();
/// assert!(error.to_string().starts_with("scheduler 127.0.0.1:1: "), "{error}");
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of a scheduler that is none.
    #[error("scheduler {0:?}: no address; write HOST:PORT")]
    Address(String),
    /// A scheduler that listens on all interfaces, and has no name that executors could use.
    #[error("scheduler on {0}: executors must know its host; name it by --advertise HOST")]
    Unnamed(SocketAddr),
    /// A scheduler that does not answer.
    #[error("scheduler {scheduler}: {reason}; start it, or name another")]
    Unreachable {
        /// Its host and port.
        scheduler: String,
        /// The reason.
        reason: String,
    },
    /// An address on which this process cannot listen.
    #[error("cannot listen on {address}: {source}; choose another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The reason.
        source: io::Error,
    },
    /// A folder for shuffle files that cannot be written to.
    #[error("work folder {}: {source}; name a folder that can be written to", .path.display())]
    WorkFolder {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A place in an object store that is not known, or not set up.
    #[error("{url}: {reason}")]
    Store {
        /// The path or URL.
        url: String,
        /// The reason, with its remedy.
        reason: String,
    },
    /// A table whose files cannot be read.
    #[error("table {name}: {reason}")]
    Table {
        /// The name of the table.
        name: String,
        /// The reason, with the path.
        reason: String,
    },
    /// Functions were not registered, a job of them cannot be done, or its result not be written.
    #[error(transparent)]
    Job(oddsift_datafusion::Error),
    /// The engine refused a query, or a job failed; the message names the job.
    #[error(transparent)]
    Engine(Box<DataFusionError>),
    /// An executor could not read a task of the job; Ballista leaves the reason in its log.
    #[error(
        "{0}; the log of the executor names what it lacks, such as a function: run one version of oddsift-ballista everywhere"
    )]
    Rejected(Box<DataFusionError>),
    /// A scheduler or an executor failed.
    #[error(transparent)]
    Cluster(Box<BallistaError>),
}

impl From<oddsift_datafusion::Error> for Error {
    fn from(error: oddsift_datafusion::Error) -> Self {
        match error {
            oddsift_datafusion::Error::Engine(error) => (*error).into(),
            error => Self::Job(error),
        }
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match error {
            // One of ours that came through the engine.
            DataFusionError::External(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => Self::Engine(Box::new(DataFusionError::External(error))),
            },
            error if error.to_string().contains(REJECTED) => Self::Rejected(Box::new(error)),
            error => Self::Engine(Box::new(error)),
        }
    }
}

impl From<BallistaError> for Error {
    fn from(error: BallistaError) -> Self {
        Self::Cluster(Box::new(error))
    }
}

impl From<Error> for DataFusionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Engine(error) | Error::Rejected(error) => *error,
            error => Self::External(Box::new(error)),
        }
    }
}
