use crate::Error;

/// The part that a column plays in an event.
///
/// ```
/// use oddsift_features::Role;
///
/// assert_eq!("parent_path".parse(), Ok(Role::ParentPath));
/// assert_eq!(Role::CommandLine.name(), "command_line");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The path of the program that was started.
    Path,
    /// Its command line.
    CommandLine,
    /// The logon session that started it.
    Session,
    /// The time of the event.
    Time,
    /// The machine.
    Host,
    /// The user or account.
    User,
    /// The path of the program that started it.
    ParentPath,
    /// The command line of that program.
    ParentCommandLine,
    /// The number of the process.
    Pid,
    /// The number of the process that started it.
    ParentPid,
    /// What kind of event it is.
    EventId,
    /// The address that a connection comes from.
    Source,
    /// The address that it goes to.
    Destination,
    /// The port that it goes to.
    Port,
    /// The protocol.
    Protocol,
    /// The bytes that the source sent.
    BytesOut,
    /// The bytes that it got.
    BytesIn,
    /// How long it took, in the file's own unit.
    Duration,
}

impl Role {
    /// The number of roles.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// All roles, those of processes first.
    pub const ALL: [Self; 18] = [
        Self::Path,
        Self::CommandLine,
        Self::Session,
        Self::Time,
        Self::Host,
        Self::User,
        Self::ParentPath,
        Self::ParentCommandLine,
        Self::Pid,
        Self::ParentPid,
        Self::EventId,
        Self::Source,
        Self::Destination,
        Self::Port,
        Self::Protocol,
        Self::BytesOut,
        Self::BytesIn,
        Self::Duration,
    ];

    /// The name, as users write it.
    ///
    /// ```
    /// assert_eq!(oddsift_features::Role::BytesOut.name(), "bytes_out");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::CommandLine => "command_line",
            Self::Session => "session",
            Self::Time => "time",
            Self::Host => "host",
            Self::User => "user",
            Self::ParentPath => "parent_path",
            Self::ParentCommandLine => "parent_command_line",
            Self::Pid => "pid",
            Self::ParentPid => "parent_pid",
            Self::EventId => "event_id",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Port => "port",
            Self::Protocol => "protocol",
            Self::BytesOut => "bytes_out",
            Self::BytesIn => "bytes_in",
            Self::Duration => "duration",
        }
    }

    /// Whether values of the role name a thing or a moment, so that distances between them mean nothing.
    pub(crate) fn is_envelope(self) -> bool {
        !matches!(self, Self::BytesOut | Self::BytesIn | Self::Duration)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = Error;

    /// Reads the [name](Role::name) of a role.
    fn from_str(name: &str) -> Result<Self, Error> {
        let role = Self::ALL.into_iter().find(|role| role.name() == name);
        role.ok_or_else(|| Error::UnknownRole(name.to_owned()))
    }
}
