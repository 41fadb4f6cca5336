use std::{fmt, io};

use crate::Looks;

/// Why a log could not be read, or its processes not clustered.
///
/// ```
/// use oddsift_auditd::{ClusterOptions, Error, cluster_auditd_processes};
///
/// let error = cluster_auditd_processes(&[], &ClusterOptions::new()).unwrap_err();
/// assert!(matches!(error, Error::NoProcesses { n_processes: 0 }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The reader failed.
    #[error("line {line}: cannot be read: {source}; check that the log is whole")]
    Read {
        /// The line that was being read, from 1.
        line: u64,
        /// What the reader says.
        source: io::Error,
    },
    /// A log has lines, of which none is an audit record.
    #[error("no line is an audit record: {looks}")]
    NoRecords {
        /// What it seems to be instead.
        looks: Looks,
    },
    /// The pattern for programs cannot be compiled.
    #[error("the pattern {pattern:?} cannot be used: {reason}; see the syntax of the regex crate")]
    AppPattern {
        /// The pattern, cut where it is long.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No process is there, or none whose program was asked for.
    #[error(
        "none of {n_processes} processes is to be clustered; ask for other programs or times, or give a longer log"
    )]
    NoProcesses {
        /// How many processes were given.
        n_processes: usize,
    },
    /// A process has no user id that is a number.
    #[error("process {row} has no number as its uid; leave it out")]
    Uid {
        /// The row of the process, from 0.
        row: usize,
    },
    /// The processes could not be clustered.
    #[error(transparent)]
    Cluster(#[from] oddsift_eventcluster::Error),
    /// A feature could not be computed.
    #[error(transparent)]
    Feature(#[from] oddsift_features::Error),
}

/// A line that holds no audit record.
///
/// ```
/// use oddsift_auditd::{LineFault, parse_record};
///
/// let error = parse_record(b"type=SYSCALL msg=audit(): a=b", 3).unwrap_err();
/// assert_eq!((error.line, error.column, &error.reason), (3, 24, &LineFault::Time));
/// assert!(error.to_string().starts_with("line 3, column 24: "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct LineError {
    /// The line as the caller counts them.
    pub line: u64,
    /// The byte at which the line is wrong, from 1.
    pub column: u64,
    /// What is wrong.
    pub reason: LineFault,
}

/// What is wrong with a line.
///
/// ```
/// use oddsift_auditd::{LineFault, parse_record};
///
/// let line = b"type=CWD msg=audit(03/02/2019 00:10:05.594:7) : cwd=/root";
/// assert_eq!(parse_record(line, 1).unwrap_err().reason, LineFault::Interpreted);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineFault {
    /// It does not begin with `type=` and a name, after a `node=` at most.
    Type,
    /// `msg=audit(` does not follow.
    Header,
    /// The time is not seconds since 1970, or is past the year 9999.
    Time,
    /// The time is a date, as in interpreted text.
    Interpreted,
    /// The serial number is no number of 64 bits.
    Serial,
    /// `):` does not follow.
    Colon,
    /// It has more bytes than [`Options::max_line`](crate::Options::max_line).
    TooLong {
        /// So many bytes a line may have.
        limit: usize,
    },
    /// It is JSON, and no event as LAUREL or auditbeat write it.
    Json,
    /// It names its host, and msticpy's reader takes no such line.
    Node,
    /// [`parse_record`](crate::parse_record) borrows text, and these bytes are none.
    NotUtf8,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::TooLong { limit } = self {
            return write!(
                f,
                "the line is longer than {limit} bytes; the kernel writes 8970 at most"
            );
        }
        f.write_str(match self {
            Self::Type => "no audit record; `type=NAME msg=audit(TIME:SERIAL):` is expected",
            Self::Header => "`msg=audit(` is expected; the line may be cut",
            Self::Time => "the time is not seconds since 1970 before the year 9999",
            Self::Interpreted => {
                "interpreted text, in which values cannot be told apart; use `ausearch --raw`"
            }
            Self::Serial => "the serial number is no whole number of 64 bits",
            Self::Colon => "`):` is expected; the line may be cut",
            Self::TooLong { .. } => "the line is too long",
            Self::Json => "JSON, but no event as LAUREL or auditbeat write it, and no record in it",
            Self::Node => "a line with node= is not read as msticpy does; leave --compat out",
            Self::NotUtf8 => "bytes that are not UTF-8; `RecordBuf::parse` replaces them",
        })
    }
}
