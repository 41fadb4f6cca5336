use std::sync::Arc;

use crate::header::Header;
use crate::listing::nearest;
use crate::{Error, ProcessFeature, Role, Schema, SchemaChoice};

/// Which columns of a file play which role.
///
/// A role may have several columns: a row's own is the first one that it fills, so that events of two
/// layouts may stand in one file.
///
/// ```
/// use oddsift_features::{Role, Roles, SchemaChoice};
///
/// let columns = ["NewProcessName", "Image", "CommandLine"];
/// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
/// let sysmon = [None, Some(r"C:\a.exe"), Some("a.exe -x")];
/// assert_eq!(roles.first(Role::Path, |column| sysmon[column]), Some(r"C:\a.exe"));
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    schemas: Vec<Arc<Schema>>,
    /// One list a role.
    columns: [Vec<usize>; Role::COUNT],
    /// Columns that tell the kind of an event, and the values of a start of a program.
    starts: Vec<(usize, Vec<String>)>,
}

impl Roles {
    /// Finds the roles among a file's `columns`.
    ///
    /// Without a choice the layouts are all those of [`Schema::all`] whose path and command line are
    /// there; where there is none, the first of which either is there and tells it alone; else the first
    /// without both whose columns are there. Names match exactly, else without case, and without the
    /// `[UTC]` or `[Local Time]` that portals append.
    ///
    /// Each entry of `map` is a role, by its [name](Role::name) or by that of a column which plays it in a
    /// known layout, and the column that plays it here: `("path", "proc")` or `("NewProcessName", "proc")`
    /// makes `proc` the path. A role without a column is no error here. A layout without its time column
    /// takes any other's.
    ///
    /// # Errors
    ///
    /// [`Error::MapKey`], [`Error::MapColumn`] or [`Error::MapRepeated`] for a bad mapping,
    /// [`Error::RepeatedColumn`] if two columns with a role's name are there.
    ///
    /// ```
    /// use oddsift_features::{Role, Roles, SchemaChoice};
    ///
    /// let columns = ["Image", "cmd", "UtcTime"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[("command_line", "cmd")])?;
    /// assert_eq!(roles.schema().unwrap().name, "sysmon");
    /// assert_eq!(roles.get(Role::CommandLine), Some(1));
    /// assert_eq!(roles.get(Role::Time), Some(2));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn resolve<S: AsRef<str>>(
        columns: &[S],
        choice: SchemaChoice,
        map: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let header = Header::new(columns);
        let mapped = mappings(&header, map)?;
        let is_mapped = |role: Role| mapped.iter().any(|(of, ..)| *of == role);
        let schemas = match choice {
            SchemaChoice::Given(schema) => vec![schema],
            SchemaChoice::Auto => detect(&header, &is_mapped)?,
        };
        let mut roles = Self { schemas, ..Self::default() };
        for role in Role::ALL {
            let given = mapped.iter().find(|(of, ..)| *of == role);
            roles.columns[role as usize] = match given {
                Some((_, _, index)) => vec![*index],
                None => roles.find_role(&header, role)?,
            };
        }
        // Whoever names the path or the command line says that the rows are starts of programs.
        if !is_mapped(Role::Path) && !is_mapped(Role::CommandLine) {
            roles.starts = roles.find_starts(&header)?;
        }
        Ok(roles)
    }

    /// The layout that was given or found; of several the first.
    ///
    /// ```
    /// use oddsift_features::{Roles, SchemaChoice};
    ///
    /// let roles = Roles::resolve(&["exe", "cmdline"], SchemaChoice::Auto, &[])?;
    /// assert_eq!(roles.schema().unwrap().name, "linux");
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn schema(&self) -> Option<&Schema> {
        self.schemas.first().map(Arc::as_ref)
    }

    /// All layouts that were found.
    ///
    /// ```
    /// use oddsift_features::{Roles, SchemaChoice};
    ///
    /// let columns = ["NewProcessName", "Image", "CommandLine"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let names: Vec<&str> = roles.schemas().iter().map(|schema| schema.name.as_str()).collect();
    /// assert_eq!(names, ["win4688", "sysmon"]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn schemas(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// The first column that plays a role; a row may fill another one.
    ///
    /// ```
    /// use oddsift_features::{Role, Roles, SchemaChoice};
    ///
    /// let roles = Roles::resolve(&["x", "NewProcessName"], SchemaChoice::Auto, &[])?;
    /// assert_eq!((roles.get(Role::Path), roles.get(Role::Host)), (Some(1), None));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, role: Role) -> Option<usize> {
        self.all(role).first().copied()
    }

    /// All columns that play a role, the preferred first.
    ///
    /// ```
    /// use oddsift_features::{Role, Roles, SchemaChoice};
    ///
    /// let columns = ["Image", "NewProcessName", "CommandLine"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// assert_eq!(roles.all(Role::Path), [1, 0]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn all(&self, role: Role) -> &[usize] {
        &self.columns[role as usize]
    }

    /// What a row has in a role: that of the first column for which `get` gives anything.
    ///
    /// ```
    /// use oddsift_features::{Role, Roles, SchemaChoice};
    ///
    /// let roles = Roles::resolve(&["TimeGenerated", "NewProcessName"], SchemaChoice::Auto, &[])?;
    /// let row = [None, Some("/bin/ls")];
    /// assert_eq!(roles.first(Role::Path, |column| row[column]), Some("/bin/ls"));
    /// assert_eq!(roles.first(Role::Time, |column| row[column]), None);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn first<T>(&self, role: Role, get: impl FnMut(usize) -> Option<T>) -> Option<T> {
        self.all(role).iter().copied().find_map(get)
    }

    /// Whether a column tells the kind of an event.
    ///
    /// ```
    /// use oddsift_features::{Roles, SchemaChoice};
    ///
    /// let tells = |columns: &[&str]| Roles::resolve(columns, SchemaChoice::Auto, &[]).map(|r| r.tells_kinds());
    /// assert!(tells(&["EventID", "Image", "CommandLine"])? && !tells(&["Image", "CommandLine"])?);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn tells_kinds(&self) -> bool {
        !self.starts.is_empty()
    }

    /// The columns that tell the kind of an event, each with a regular expression of what it has in the start of a
    /// program: the rule of [`is_start`](Self::is_start) for who asks an engine.
    ///
    /// ```
    /// use oddsift_features::{Roles, SchemaChoice};
    ///
    /// let roles = Roles::resolve(&["EventID", "Image", "CommandLine"], SchemaChoice::Auto, &[])?;
    /// let (column, starts) = &roles.kinds_of_starts()[0];
    /// let starts = regex::Regex::new(starts).unwrap();
    /// assert!(*column == 0 && starts.is_match("1.0") && !starts.is_match("13"));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn kinds_of_starts(&self) -> Vec<(usize, String)> {
        self.starts.iter().map(|(column, starts)| (*column, kind_pattern(starts))).collect()
    }

    /// Whether a row is the start of a program: its kind of event says so where it has one, and it has a
    /// path or a command line. `filled` gives the text of a column, none for a missing or empty one.
    ///
    /// ```
    /// use oddsift_features::{Roles, SchemaChoice};
    ///
    /// let roles = Roles::resolve(&["EventID", "Image", "CommandLine"], SchemaChoice::Auto, &[])?;
    /// let is_start = |row: [Option<&'static str>; 3]| roles.is_start(|column| row[column]);
    /// assert!(is_start([Some("1"), Some(r"C:\a.exe"), None]));
    /// assert!(!is_start([Some("3"), Some(r"C:\a.exe"), None])); // a connection
    /// assert!(!is_start([None, None, None]));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn is_start<T: AsRef<str>>(&self, mut filled: impl FnMut(usize) -> Option<T>) -> bool {
        let has =
            |role, filled: &mut dyn FnMut(usize) -> Option<T>| self.first(role, filled).is_some();
        if !has(Role::Path, &mut filled) && !has(Role::CommandLine, &mut filled) {
            return false;
        }
        let mut is_told = false;
        for (column, starts) in &self.starts {
            let Some(kind) = filled(*column) else { continue };
            if is_kind(kind.as_ref(), starts) {
                return true;
            }
            is_told = true;
        }
        !is_told
    }

    /// These roles, and behind them what another resolution of the same file found, with more columns.
    /// What a row had in a role it keeps.
    ///
    /// ```
    /// use oddsift_features::{Role, Roles, SchemaChoice};
    ///
    /// let resolve = |columns: &[&str]| Roles::resolve(columns, SchemaChoice::Auto, &[]);
    /// let (early, late) = (resolve(&["TargetProcessName"])?, resolve(&["TargetProcessName", "exe", "cmdline"])?);
    /// assert_eq!(early.extended(&late).all(Role::Path), [0, 1]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn extended(&self, later: &Self) -> Self {
        let mut roles = self.clone();
        for schema in &later.schemas {
            if !roles.schemas.contains(schema) {
                roles.schemas.push(Arc::clone(schema));
            }
        }
        for (ours, theirs) in roles.columns.iter_mut().zip(&later.columns) {
            let new: Vec<usize> =
                theirs.iter().copied().filter(|column| !ours.contains(column)).collect();
            ours.extend(new);
        }
        for (column, kinds) in &later.starts {
            match roles.starts.iter_mut().find(|(known, _)| known == column) {
                Some((_, known)) => {
                    let new = kinds.iter().filter(|kind| !known.contains(kind));
                    let new: Vec<String> = new.cloned().collect();
                    known.extend(new);
                }
                None => roles.starts.push((*column, kinds.clone())),
            }
        }
        roles
    }

    /// The process features whose source is there, `processName` too.
    ///
    /// ```
    /// # use oddsift_features::{ProcessFeature, Roles, SchemaChoice};
    /// let roles = Roles::resolve(&["NewProcessName", "SubjectLogonId"], SchemaChoice::Auto, &[])?;
    /// let features = roles.features();
    /// assert!(features.contains(&ProcessFeature::IsSystemSession));
    /// assert!(!features.contains(&ProcessFeature::CommandlineLen)); // no `CommandLine`
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    #[must_use]
    pub fn features(&self) -> Vec<ProcessFeature> {
        let has = |feature: &ProcessFeature| self.get(feature.role()).is_some();
        ProcessFeature::ALL.into_iter().filter(has).collect()
    }

    /// The name that a message gives to the column of `role`.
    pub(crate) fn column_name(&self, role: Role) -> String {
        let schema = self.schema().or_else(|| Schema::all().first().map(Arc::as_ref));
        let name = schema.and_then(|schema| schema.columns_of(role).first().cloned());
        name.unwrap_or_else(|| role.name().to_owned())
    }

    fn find_role(&self, header: &Header<'_>, role: Role) -> Result<Vec<usize>, Error> {
        let mut found = Vec::new();
        for name in self.schemas.iter().flat_map(|schema| schema.columns_of(role)) {
            add(&mut found, header.find_alike(name)?);
        }
        let is_usual = matches!(role, Role::Path | Role::CommandLine | Role::Session);
        if found.is_empty() && role == Role::Time || self.schemas.is_empty() && is_usual {
            for name in names_of(role) {
                add(&mut found, header.find_alike(name)?);
                if role == Role::Time && !found.is_empty() {
                    break;
                }
            }
        }
        Ok(found)
    }

    fn find_starts(&self, header: &Header<'_>) -> Result<Vec<(usize, Vec<String>)>, Error> {
        let mut starts: Vec<(usize, Vec<String>)> = Vec::new();
        for (name, values) in self.schemas.iter().flat_map(|schema| &schema.events) {
            let Some(column) = header.find_alike(name)? else { continue };
            match starts.iter_mut().find(|(known, _)| *known == column) {
                Some((_, known)) => known.extend(values.iter().cloned()),
                None => starts.push((column, values.clone())),
            }
        }
        Ok(starts)
    }
}

/// Whether a text fills a column, where several play a role and the first that is filled is taken: `-` is the mark of
/// nothing in many exports.
///
/// ```
/// assert!(oddsift_features::fills("cmd.exe") && !oddsift_features::fills("-"));
/// ```
#[inline]
#[must_use]
pub fn fills(text: &str) -> bool {
    !matches!(text, "" | "-")
}

/// Words beside a kind of event that do not change it.
const NEUTRAL: [&str; 5] = ["info", "allowed", "creation", "success", "process"];

/// Whether the kind of an event is one of `starts`, as a whole or among neutral words.
fn is_kind(kind: &str, starts: &[String]) -> bool {
    // A data frame with a missing number writes the others as `4688.0`.
    let kind = kind.trim();
    let kind = kind.strip_suffix(".0").unwrap_or(kind);
    let is_start = |word: &str| starts.iter().any(|start| start.eq_ignore_ascii_case(word));
    if is_start(kind) {
        return true;
    }
    let mut words = kind.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    let mut has_start = false;
    words.all(|word| {
        has_start |= is_start(word);
        is_start(word) || NEUTRAL.iter().any(|neutral| neutral.eq_ignore_ascii_case(word))
    }) && has_start
}

/// [`is_kind`] as a regular expression.
fn kind_pattern(starts: &[String]) -> String {
    let whole = starts.iter().map(String::as_str);
    let words = whole.clone().filter(|start| !start.contains([' ', ',']));
    let any_of = |words: &mut dyn Iterator<Item = &str>| -> String {
        words.map(regex::escape).collect::<Vec<_>>().join("|")
    };
    let start = any_of(&mut words.clone());
    let among_words = if start.is_empty() {
        String::new()
    } else {
        let word = any_of(&mut words.chain(NEUTRAL));
        format!(r"|[ ,]*(?:(?:{word})[ ,]+)*(?:{start})(?:[ ,]+(?:{word}))*[ ,]*")
    };
    let whole = any_of(&mut whole.clone());
    format!(r"(?i-u)^(?u:\s*)(?:(?:{whole}){among_words})(?:\.0)?(?u:\s*)$")
}

fn add(found: &mut Vec<usize>, column: Option<usize>) {
    found.extend(column.filter(|column| !found.contains(column)));
}

/// Columns of times that no layout above has first, and those of everyday tables.
const MORE_TIMES: [&str; 17] = [
    "@timestamp",
    "_time",
    "timestamp",
    "ts",
    "EventTime",
    "TimeCreated",
    "event_time",
    "EventStartTime",
    "eventTime",
    "datetime",
    "date_time",
    "DateTime",
    "StartTime",
    "start_time",
    "Date and Time",
    "date",
    "time",
];

/// Returns the columns of times, in the order in which they are looked for where none is named.
///
/// ```
/// let columns = oddsift_features::time_columns();
/// assert_eq!(columns[..4], ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"]);
/// assert!(columns.contains(&"@timestamp"));
/// ```
#[must_use]
pub fn time_columns() -> Vec<&'static str> {
    names_of(Role::Time)
}

/// The columns that play a role in any known layout; those of times as event clustering documents them,
/// then the others.
fn names_of(role: Role) -> Vec<&'static str> {
    let mut names = match role {
        Role::Time => vec!["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"],
        _ => Vec::new(),
    };
    let of_schemas = Schema::all().iter().flat_map(|schema| schema.columns_of(role));
    let more: &[&str] = if role == Role::Time { &MORE_TIMES } else { &[] };
    for name in more.iter().copied().chain(of_schemas.map(String::as_str)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Finds a column of times by the names that event clustering documents, `TimeCreatedUtc`,
/// `TimeGenerated`, `Timestamp` and `UtcTime`, then by the other usual ones; exactly, else without case
/// and `[UTC]`.
///
/// # Errors
///
/// [`Error::RepeatedColumn`] if the name occurs twice.
///
/// ```
/// use oddsift_features::find_time_column;
///
/// assert_eq!(find_time_column(&["n", "TimeGenerated [UTC]"])?, Some(1));
/// assert_eq!(find_time_column(&["n"])?, None);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
pub fn find_time_column<S: AsRef<str>>(columns: &[S]) -> Result<Option<usize>, Error> {
    let header = Header::new(columns);
    for name in names_of(Role::Time) {
        if let Some(column) = header.find_alike(name)? {
            return Ok(Some(column));
        }
    }
    Ok(None)
}

fn detect(
    header: &Header<'_>,
    is_mapped: &impl Fn(Role) -> bool,
) -> Result<Vec<Arc<Schema>>, Error> {
    let exact = |names: &[String]| header.find_any(names);
    let found = detect_by(&exact, is_mapped)?;
    let found = if found.is_empty() {
        detect_by(&|names: &[String]| header.find_any_alike(names), is_mapped)?
    } else {
        found
    };
    if !found.is_empty() {
        return Ok(found);
    }
    for schema in Schema::all().iter().filter(|schema| !schema.is_process()) {
        if has_flow(header, schema)? {
            return Ok(vec![Arc::clone(schema)]);
        }
    }
    Ok(found)
}

/// Finds the first of some columns that is there.
type Find<'h> = dyn Fn(&[String]) -> Result<Option<usize>, Error> + 'h;

/// The layouts of processes whose path and command line are there, else the first that either tells.
fn detect_by(
    find: &Find<'_>,
    is_mapped: &impl Fn(Role) -> bool,
) -> Result<Vec<Arc<Schema>>, Error> {
    let (mut whole, mut half) = (Vec::new(), None);
    for schema in Schema::all().iter().filter(|schema| schema.is_process()) {
        let path = find(schema.columns_of(Role::Path))?.is_some();
        let command_line = find(schema.columns_of(Role::CommandLine))?.is_some();
        let is_told = schema.by_one
            || path && is_mapped(Role::CommandLine)
            || command_line && is_mapped(Role::Path);
        match (path, command_line) {
            (true, true) => whole.push(Arc::clone(schema)),
            (true, false) | (false, true) if is_told && half.is_none() => {
                half = Some(Arc::clone(schema));
            }
            _ => {}
        }
    }
    if whole.is_empty() {
        whole.extend(half);
    }
    Ok(whole)
}

fn has_flow(header: &Header<'_>, schema: &Schema) -> Result<bool, Error> {
    for name in &schema.needs {
        if header.find_alike(name)?.is_none() {
            return Ok(false);
        }
    }
    let has_source = header.find_any_alike(schema.columns_of(Role::Source))?.is_some();
    let is_told = !schema.needs.is_empty() || header.find_any_alike(&schema.features)?.is_some();
    Ok(has_source && is_told)
}

/// The role of a name: its own, or that of a column which plays it in a known layout.
fn role_named(key: &str) -> Option<Role> {
    const BY_COLUMN: [Role; 4] = [Role::Path, Role::CommandLine, Role::Session, Role::Time];
    let by_column = || BY_COLUMN.into_iter().find(|role| names_of(*role).contains(&key));
    key.parse().ok().or_else(by_column)
}

fn mappings<'a>(
    header: &Header<'_>,
    map: &[(&str, &'a str)],
) -> Result<Vec<(Role, &'a str, usize)>, Error> {
    let mut mapped: Vec<(Role, &str, usize)> = Vec::new();
    for &(key, column) in map {
        let role = role_named(key).ok_or_else(|| unknown_key(key))?;
        let index = header.find_alike(column)?.ok_or_else(|| no_column(header, key, column))?;
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
    let names = Role::ALL.into_iter().map(Role::name);
    let columns = ["NewProcessName", "Image", "FolderPath", "exe", "CommandLine", "SubjectLogonId"];
    Error::MapKey { key: key.to_owned(), allowed: names.chain(columns).collect() }
}

fn no_column(header: &Header<'_>, key: &str, column: &str) -> Error {
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

    fn names(roles: &Roles) -> Vec<&str> {
        roles.schemas().iter().map(|schema| schema.name.as_str()).collect()
    }

    proptest::proptest! {
        #[test]
        fn the_pattern_of_a_kind_tells_what_the_rule_tells(
            parts in proptest::collection::vec(0..14_usize, 0..6),
        ) {
            let words = ["1", "4688", "create", "New", "Process", "INFO", "allowed", "x", ".0", " ", ",", "\t", "\u{a0}", "Process Create"];
            let kind: String = parts.iter().map(|part| words[*part]).collect();
            for starts in [&["1", "4688", "new"][..], &["Process Create"], &["Process Create", "create"]] {
                let starts: Vec<String> = starts.iter().map(|&it| it.to_owned()).collect();
                let pattern = regex::Regex::new(&kind_pattern(&starts)).unwrap();
                proptest::prop_assert_eq!(pattern.is_match(&kind), is_kind(&kind, &starts), "{:?} {:?}", kind, starts);
            }
        }
    }

    #[test]
    fn schema_with_both_columns_wins() {
        let roles = resolve(&["CommandLine", "exe", "cmdline", "ses"], "auto", &[]).unwrap();
        assert_eq!(names(&roles)[0], "linux");
        let found = [Role::Path, Role::Session].map(|role| roles.get(role));
        assert_eq!(found, [Some(1), Some(3)]);
    }

    #[test]
    fn one_telling_column_is_enough_and_none_is_no_error() {
        assert_eq!(names(&resolve(&["a", "Image"], "auto", &[]).unwrap()), ["sysmon"]);
        assert!(names(&resolve(&["a", "path"], "auto", &[]).unwrap()).is_empty());
        let roles = resolve(&["a", "SubjectLogonId", "Timestamp"], "auto", &[]).unwrap();
        assert_eq!(names(&roles), [""; 0]);
        assert_eq!((roles.get(Role::Session), roles.get(Role::Time)), (Some(1), Some(2)));
    }

    #[test]
    fn every_schema_is_found_by_its_own_columns() {
        for schema in Schema::all() {
            let firsts = schema.columns.iter().filter_map(|(_, names)| names.first());
            let columns: Vec<&String> =
                firsts.chain(&schema.needs).chain(&schema.features).collect();
            let mut columns: Vec<&str> = columns.into_iter().map(String::as_str).collect();
            columns.sort_unstable();
            columns.dedup();
            let roles = resolve(&columns, "auto", &[]).unwrap();
            assert!(names(&roles).contains(&schema.name.as_str()), "{schema}: {:?}", names(&roles));
            assert!(schema.source.starts_with("https://"), "{schema}");
        }
    }

    #[test]
    fn two_schemas_in_one_file_work_row_by_row() {
        let columns =
            ["EventID", "NewProcessName", "Image", "CommandLine", "SubjectLogonId", "LogonId"];
        let roles = resolve(&columns, "auto", &[]).unwrap();
        let sysmon = [Some("1"), None, Some("b"), Some("c"), None, Some("0x3e7")];
        assert_eq!(roles.first(Role::Path, |column| sysmon[column]), Some("b"));
        assert_eq!(roles.first(Role::Session, |column| sysmon[column]), Some("0x3e7"));
        assert!(roles.is_start(|column| sysmon[column]));
        let logon = [Some("4624"), None, None, None, Some("0x3e7"), None];
        assert!(!roles.is_start(|column| logon[column]));
    }

    #[test]
    fn names_match_without_case_and_suffix() {
        assert_eq!(resolve(&["'@timestamp"], "auto", &[]).unwrap().get(Role::Time), Some(0));
        let columns = ["timegenerated [utc]", "newprocessname", "COMMANDLINE"];
        let roles = resolve(&columns, "auto", &[]).unwrap();
        let found = [Role::Time, Role::Path, Role::CommandLine].map(|role| roles.get(role));
        assert_eq!(found, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn a_mapped_column_may_be_named_with_its_envelope() {
        let map = [("path", "result.Image"), ("command_line", "_source.cmd")];
        let roles = resolve(&["Image", "cmd"], "auto", &map).unwrap();
        assert_eq!((roles.get(Role::Path), roles.get(Role::CommandLine)), (Some(0), Some(1)));
    }

    #[test]
    fn time_is_the_first_candidate_present() {
        let time = |columns: &[&str]| resolve(columns, "auto", &[]).unwrap().get(Role::Time);
        assert_eq!(time(&["TimeGenerated", "TimeCreatedUtc", "NewProcessName"]), Some(1));
        assert_eq!(time(&["UtcTime", "Timestamp", "TimeGenerated"]), Some(2));
        assert_eq!(time(&["NewProcessName", "UtcTime"]), Some(1));
        let order = ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"];
        assert_eq!(time_columns()[..4], order);
    }

    #[test]
    fn mapping_overrides_the_schema() {
        let columns = ["NewProcessName", "CommandLine", "proc", "when"];
        let roles = resolve(&columns, "win4688", &[("exe", "proc"), ("time", "when")]).unwrap();
        let found = [Role::Path, Role::CommandLine, Role::Time].map(|role| roles.get(role));
        assert_eq!(found, [Some(2), Some(1), Some(3)]);
    }

    #[test]
    fn bad_mapping_lists_what_is_allowed() {
        let error = resolve(&["a"], "auto", &[("Path", "a")]).unwrap_err().to_string();
        assert!(error.contains("NewProcessName") && error.contains("parent_path"), "{error}");
        let error = resolve(&["process"], "auto", &[("exe", "proces")]).unwrap_err().to_string();
        assert!(error.contains("did you mean `process`?"), "{error}");
        let twice = [("exe", "a"), ("path", "b")];
        assert!(matches!(resolve(&["a", "b"], "auto", &twice), Err(Error::MapRepeated { .. })));
    }

    #[test]
    fn repeated_role_column_is_an_error() {
        let error = resolve(&["CommandLine", "x", "CommandLine"], "auto", &[]).unwrap_err();
        assert_eq!(error, Error::RepeatedColumn("CommandLine".to_owned()));
    }
}
