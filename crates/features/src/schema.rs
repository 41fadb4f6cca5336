use crate::header::Header;
use crate::listing::nearest;
use crate::{Error, ProcessFeature};

/// A known layout of process events: which column plays which role.
///
/// | schema | path | command line | session | time |
/// |---|---|---|---|---|
/// | `win4688` | `NewProcessName` | `CommandLine` | `SubjectLogonId` | `TimeCreatedUtc`, else `TimeGenerated` |
/// | `sysmon` | `Image` | `CommandLine` | `LogonId` | `UtcTime` |
/// | `mde` | `FolderPath` | `ProcessCommandLine` | `LogonId` | `Timestamp` |
/// | `linux` | `exe` | `cmdline` | `ses` | `TimeGenerated` |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Schema {
    /// Windows security event 4688.
    Win4688,
    /// Sysmon event 1.
    Sysmon,
    /// Microsoft Defender for Endpoint, `DeviceProcessEvents`.
    Mde,
    /// Linux audit events.
    Linux,
}

impl Schema {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Win4688, Self::Sysmon, Self::Mde, Self::Linux];

    /// The name that [`SchemaChoice`] reads.
    ///
    /// ```
    /// # use oddsift_features::{Schema, SchemaChoice};
    /// assert_eq!(Schema::ALL.map(Schema::name), ["win4688", "sysmon", "mde", "linux"]);
    /// assert_eq!(Schema::Mde.name().parse(), Ok(SchemaChoice::Given(Schema::Mde)));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Win4688 => "win4688",
            Self::Sysmon => "sysmon",
            Self::Mde => "mde",
            Self::Linux => "linux",
        }
    }

    /// The columns of the path and of the command line.
    ///
    /// ```
    /// assert_eq!(oddsift_features::Schema::Linux.process_columns(), ["exe", "cmdline"]);
    /// ```
    pub fn process_columns(self) -> [&'static str; 2] {
        [self.columns(Role::Path)[0], self.columns(Role::CommandLine)[0]]
    }

    /// The columns that may play `role`, the preferred first.
    pub(crate) fn columns(self, role: Role) -> &'static [&'static str] {
        match (self, role) {
            (Self::Win4688, Role::Path) => &["NewProcessName"],
            (Self::Win4688 | Self::Sysmon, Role::CommandLine) => &["CommandLine"],
            (Self::Win4688, Role::Session) => &["SubjectLogonId"],
            (Self::Win4688, Role::Time) => &["TimeCreatedUtc", "TimeGenerated"],
            (Self::Sysmon, Role::Path) => &["Image"],
            (Self::Sysmon | Self::Mde, Role::Session) => &["LogonId"],
            (Self::Sysmon, Role::Time) => &["UtcTime"],
            (Self::Mde, Role::Path) => &["FolderPath"],
            (Self::Mde, Role::CommandLine) => &["ProcessCommandLine"],
            (Self::Mde, Role::Time) => &["Timestamp"],
            (Self::Linux, Role::Path) => &["exe"],
            (Self::Linux, Role::CommandLine) => &["cmdline"],
            (Self::Linux, Role::Session) => &["ses"],
            (Self::Linux, Role::Time) => &["TimeGenerated"],
        }
    }
}

impl std::fmt::Display for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A schema, or that it is to be found from the columns.
///
/// ```
/// use oddsift_features::{Schema, SchemaChoice};
///
/// assert_eq!("auto".parse(), Ok(SchemaChoice::Auto));
/// assert_eq!("mde".parse(), Ok(SchemaChoice::Given(Schema::Mde)));
/// assert!("zeek".parse::<SchemaChoice>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SchemaChoice {
    /// The schema whose path and command-line columns are both there, else the
    /// first with either of them, else none.
    #[default]
    Auto,
    /// This one.
    Given(Schema),
}

impl std::str::FromStr for SchemaChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        let schema = Schema::ALL.into_iter().find(|schema| schema.name() == name);
        schema.map(Self::Given).ok_or_else(|| Error::UnknownSchema(name.to_owned()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Path,
    CommandLine,
    Session,
    Time,
}

impl Role {
    const ALL: [Self; 4] = [Self::Path, Self::CommandLine, Self::Session, Self::Time];

    /// The columns that play this role in any schema.
    fn any_column(self) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for name in Schema::ALL.iter().flat_map(|schema| schema.columns(self)) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        if self == Self::Time {
            // In the order that event clustering documents.
            names.sort_unstable();
        }
        names
    }
}

/// Which column of a file plays which role; `None` where no column does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles {
    /// The schema found or given.
    pub schema: Option<Schema>,
    /// The path of the process.
    pub path: Option<usize>,
    /// Its command line.
    pub command_line: Option<usize>,
    /// The session that started it.
    pub session: Option<usize>,
    /// The time of the event.
    pub time: Option<usize>,
}

impl Roles {
    /// Finds the roles among a file's `columns`.
    ///
    /// Each entry of `map` is a role by its name in any schema, and the column
    /// that plays it: `("NewProcessName", "proc")` makes `proc` the path. A
    /// role without a column is no error here, and where no schema is
    /// found a role goes to the first column that plays it in any. A schema
    /// without its time column takes any other's.
    ///
    /// # Errors
    ///
    /// [`Error::MapKey`], [`Error::MapColumn`] or [`Error::MapRepeated`] for a
    /// bad mapping, [`Error::RepeatedColumn`] if two columns with a role's name
    /// are there.
    ///
    /// ```
    /// use oddsift_features::{Roles, Schema, SchemaChoice};
    ///
    /// let columns = ["Image", "cmd", "UtcTime"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[("CommandLine", "cmd")])?;
    /// assert_eq!(roles.schema, Some(Schema::Sysmon));
    /// assert_eq!((roles.path, roles.command_line, roles.time), (Some(0), Some(1), Some(2)));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn resolve<S: AsRef<str>>(
        columns: &[S],
        choice: SchemaChoice,
        map: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let header = Header::new(columns);
        let schema = match choice {
            SchemaChoice::Given(schema) => Some(schema),
            SchemaChoice::Auto => detect(&header)?,
        };
        let mut roles = Self { schema, ..Self::default() };
        let mapped = mappings(&header, map)?;
        for role in Role::ALL {
            let given = mapped.iter().find(|(of, ..)| *of == role).map(|(_, _, index)| *index);
            *roles.slot(role) = match given {
                Some(index) => Some(index),
                None => find_role(&header, schema, role)?,
            };
        }
        Ok(roles)
    }

    /// The process features whose source is there, `processName` too.
    ///
    /// ```
    /// # use oddsift_features::{ProcessFeature, Roles, SchemaChoice};
    /// let roles = Roles::resolve(&["exe", "ses"], SchemaChoice::Auto, &[])?;
    /// let features = roles.features();
    /// assert!(features.contains(&ProcessFeature::IsSystemSession));
    /// assert!(!features.contains(&ProcessFeature::CommandlineLen)); // no `cmdline`
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn features(&self) -> Vec<ProcessFeature> {
        let has = |feature: &ProcessFeature| self.get(feature.role()).is_some();
        ProcessFeature::ALL.into_iter().filter(has).collect()
    }

    pub(crate) fn get(&self, role: Role) -> Option<usize> {
        match role {
            Role::Path => self.path,
            Role::CommandLine => self.command_line,
            Role::Session => self.session,
            Role::Time => self.time,
        }
    }

    /// The name that a message gives to the column of `role`.
    pub(crate) fn column_name(&self, role: Role) -> &'static str {
        self.schema.unwrap_or(Schema::Win4688).columns(role)[0]
    }

    fn slot(&mut self, role: Role) -> &mut Option<usize> {
        match role {
            Role::Path => &mut self.path,
            Role::CommandLine => &mut self.command_line,
            Role::Session => &mut self.session,
            Role::Time => &mut self.time,
        }
    }
}

/// Returns the columns of times of all schemas, in the order in which they are looked for where none is
/// named.
///
/// ```
/// let columns = ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"];
/// assert_eq!(oddsift_features::time_columns(), columns);
/// ```
#[must_use]
pub fn time_columns() -> Vec<&'static str> {
    Role::Time.any_column()
}

fn detect(header: &Header) -> Result<Option<Schema>, Error> {
    let mut either = None;
    for schema in Schema::ALL {
        let path = header.find_first(schema.columns(Role::Path))?;
        let command_line = header.find_first(schema.columns(Role::CommandLine))?;
        match (path, command_line) {
            (Some(_), Some(_)) => return Ok(Some(schema)),
            (None, None) => {}
            _ => either = either.or(Some(schema)),
        }
    }
    Ok(either)
}

fn find_role(header: &Header, schema: Option<Schema>, role: Role) -> Result<Option<usize>, Error> {
    let Some(schema) = schema else {
        return header.find_first(&role.any_column());
    };
    match header.find_first(schema.columns(role))? {
        None if role == Role::Time => header.find_first(&role.any_column()),
        found => Ok(found),
    }
}

fn mappings<'a>(
    header: &Header,
    map: &[(&str, &'a str)],
) -> Result<Vec<(Role, &'a str, usize)>, Error> {
    let mut mapped: Vec<(Role, &str, usize)> = Vec::new();
    for &(key, column) in map {
        let role = Role::ALL.into_iter().find(|role| role.any_column().contains(&key));
        let role = role.ok_or_else(|| unknown_key(key))?;
        let index = header.find(column)?.ok_or_else(|| no_column(header, key, column))?;
        if let Some((_, first, _)) = mapped.iter().find(|(of, ..)| *of == role) {
            return Err(Error::MapRepeated {
                key: key.to_owned(),
                first: (*first).to_owned(),
                second: column.to_owned(),
            });
        }
        mapped.push((role, column, index));
    }
    Ok(mapped)
}

fn unknown_key(key: &str) -> Error {
    let allowed = Role::ALL.into_iter().flat_map(Role::any_column).collect();
    Error::MapKey { key: key.to_owned(), allowed }
}

fn no_column(header: &Header, key: &str, column: &str) -> Error {
    Error::MapColumn {
        key: key.to_owned(),
        column: column.to_owned(),
        present: header.owned_names(),
        nearest: nearest(column, header.names().iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(columns: &[&str], choice: &str, map: &[(&str, &str)]) -> Result<Roles, Error> {
        Roles::resolve(columns, choice.parse().unwrap(), map)
    }

    #[test]
    fn schema_with_both_columns_wins() {
        let roles = resolve(&["CommandLine", "exe", "cmdline", "ses"], "auto", &[]).unwrap();
        assert_eq!(roles.schema, Some(Schema::Linux));
        assert_eq!((roles.path, roles.command_line, roles.session), (Some(1), Some(2), Some(3)));
    }

    #[test]
    fn one_column_is_enough_and_none_is_no_error() {
        assert_eq!(resolve(&["a", "Image"], "auto", &[]).unwrap().schema, Some(Schema::Sysmon));
        let roles = resolve(&["a", "SubjectLogonId", "Timestamp"], "auto", &[]).unwrap();
        assert_eq!((roles.schema, roles.session, roles.time), (None, Some(1), Some(2)));
    }

    #[test]
    fn time_is_the_first_candidate_present() {
        let time = |columns: &[&str]| resolve(columns, "auto", &[]).unwrap().time;
        assert_eq!(time(&["TimeGenerated", "TimeCreatedUtc", "NewProcessName"]), Some(1));
        assert_eq!(time(&["UtcTime", "Timestamp", "TimeGenerated"]), Some(2));
        assert_eq!(time(&["NewProcessName", "UtcTime"]), Some(1));
        let order = ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"];
        assert_eq!(Role::Time.any_column(), order);
    }

    #[test]
    fn mapping_overrides_the_schema() {
        let columns = ["NewProcessName", "CommandLine", "proc", "when"];
        let roles = resolve(&columns, "win4688", &[("exe", "proc"), ("UtcTime", "when")]).unwrap();
        assert_eq!((roles.path, roles.command_line, roles.time), (Some(2), Some(1), Some(3)));
    }

    #[test]
    fn bad_mapping_lists_what_is_allowed() {
        let error = resolve(&["a"], "auto", &[("Path", "a")]).unwrap_err().to_string();
        assert!(error.contains("NewProcessName") && error.contains("FolderPath"), "{error}");
        let error = resolve(&["process"], "auto", &[("exe", "proces")]).unwrap_err().to_string();
        assert!(error.contains("did you mean `process`?"), "{error}");
        let twice = [("exe", "a"), ("Image", "b")];
        assert!(matches!(resolve(&["a", "b"], "auto", &twice), Err(Error::MapRepeated { .. })));
    }

    #[test]
    fn repeated_role_column_is_an_error() {
        let error = resolve(&["CommandLine", "x", "CommandLine"], "auto", &[]).unwrap_err();
        assert_eq!(error, Error::RepeatedColumn("CommandLine".to_owned()));
    }
}
