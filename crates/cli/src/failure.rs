//! How a run ends that did not succeed: one line and an exit status.

use std::fmt;
use std::process::ExitCode;

use oddsift::pipeline;
use oddsift::records::{self, escape_line};

use crate::remedy::{is_usage, message};
use crate::say::warn_line;

/// The reason a run stopped.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// A flag or value that cannot be: exit status 2.
    Usage(String),
    /// Data that cannot be used, or a result that cannot be written: exit status 3.
    Data(String),
    /// Nothing was found, and `--exit-status` asked: exit status 1.
    Nothing,
    /// An input without rows: exit status 3, and 4 where `--exit-status` asks.
    NoRows(String),
    /// An input that is not what it should be: exit status 4.
    Input(String),
    /// The reader of our output has gone; a success, as for every filter.
    BrokenPipe,
}

impl Failure {
    pub(crate) fn data(message: impl fmt::Display) -> Self {
        Self::Data(message.to_string())
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// What is said on standard error, without line break.
    pub(crate) fn line(&self) -> Option<String> {
        match self {
            Self::Usage(message) => Some(escape_line(&format!("oddsift: {message}"))),
            Self::Data(message) | Self::NoRows(message) | Self::Input(message) => {
                Some(escape_line(message))
            }
            Self::Nothing | Self::BrokenPipe => None,
        }
    }

    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Nothing => 1,
            Self::Usage(_) => 2,
            Self::Data(_) | Self::NoRows(_) => 3,
            Self::Input(_) => 4,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status())
    }

    /// Gives an input without rows its own status where a script asks for one: it is no all-clear.
    pub(crate) fn of_script(self, exit_status: bool) -> Self {
        match self {
            Self::NoRows(message) if exit_status => Self::Input(message),
            other => other,
        }
    }
}

impl From<records::Error> for Failure {
    fn from(error: records::Error) -> Self {
        pipeline::Error::from(error).into()
    }
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Self {
        match &error {
            pipeline::Error::Records(cause) if cause.is_broken_pipe() => Self::BrokenPipe,
            error if is_usage(error) => Self::Usage(message(error)),
            error if error.is_without_rows() => Self::NoRows(message(error)),
            error => Self::Data(message(error)),
        }
    }
}

/// Ends with status 1 where nothing was found and `--exit-status` asks for that.
pub(crate) fn need_finds(exit_status: bool, n_found: u64) -> Result<(), Failure> {
    if exit_status && n_found == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// Says that an input has no rows: as the reason of status 4 where a script asks for one, else beside the
/// result.
pub(crate) fn need_rows(asks: bool, name: &str, n_rows: u64) -> Result<(), Failure> {
    if n_rows > 0 {
        return Ok(());
    }
    let line =
        format!("{name}: there are no rows to look at, so that nothing is found tells nothing");
    if asks {
        return Err(Failure::Input(line));
    }
    warn_line(&line);
    Ok(())
}

/// The one line of a message that clap lays out over many.
pub(crate) fn usage_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("wrong usage");
    let first = first.strip_prefix("error: ").unwrap_or(first);
    // A list of missing arguments stands below its colon, indented.
    let listed = first.ends_with(':').then(|| lines.clone().next()).flatten();
    let allowed = lines.clone().find_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    let tip = lines.find_map(|line| line.strip_prefix("tip: "));
    let what = [Some(first), listed].into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("{what}; {}", tip.or(allowed).unwrap_or("see --help"))
}
