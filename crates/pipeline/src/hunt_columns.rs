//! Which columns a hunt counts: those of starts of programs, else values and numbers of any table.

use std::borrow::Cow;
use std::collections::HashSet;

use oddsift_features::{Role, is_envelope};
use oddsift_hunt::{History, LineTable, SharedId, SharedTable, Sighting, Timestamp, number_size};
use oddsift_patterns::masked;
use oddsift_records::{Record, Row};

use crate::error::{Lacking, ParameterFault};
use crate::hunt::{BY, MASK};
use crate::layout::Head;
use crate::space::refuse_repeated;
use crate::{Error, Layout};

/// Roles whose columns are values, whatever they hold.
const VALUES: [Role; 6] =
    [Role::Source, Role::Destination, Role::Port, Role::Protocol, Role::Host, Role::User];
/// Columns of more distinct values than this in the first rows are no categories, unless those rows are
/// many more.
const FEW: usize = 20;

/// What of a row is counted.
///
/// ```
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/az_net_flows.csv");
/// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
/// assert!(!found.columns.is_of_processes() && !found.columns.values().is_empty());
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HuntColumns {
    is_of_processes: bool,
    values: Vec<ValueColumn>,
    numbers: Vec<(usize, String)>,
}

/// A column whose values are counted.
#[derive(Debug, Clone)]
struct ValueColumn {
    place: usize,
    name: String,
    is_masked: bool,
}

impl HuntColumns {
    /// The roles whose texts are told of a start of a program, in the order in which they are.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::HuntColumns::ROLES[0], oddsift_pipeline::Role::Path);
    /// ```
    pub const ROLES: [Role; 10] = [
        Role::Path,
        Role::CommandLine,
        Role::ParentPath,
        Role::ParentCommandLine,
        Role::Host,
        Role::User,
        Role::Session,
        Role::Time,
        Role::Pid,
        Role::ParentPid,
    ];

    /// The columns that are named, else those of starts of programs, else those that repeat.
    pub(crate) fn find(
        head: &Head,
        by: &[String],
        mask: &[String],
        known: Option<&History>,
    ) -> Result<Self, Error> {
        let layout = &head.layout;
        refuse_repeated(BY, by)?;
        // What is known was counted by certain columns, and so is what is new.
        let of_history = known.filter(|known| by.is_empty() && !known.is_of_processes());
        let by = of_history.map_or(by, History::columns);
        if !by.is_empty() {
            return Self::named(layout, by, mask, of_history);
        }
        if let Some(column) = mask.first() {
            let what = Box::new(ParameterFault::NotListed { name: column.clone(), list: BY });
            return Err(Error::Parameter { parameter: MASK, what });
        }
        let has = |role: &Role| layout.roles.get(*role).is_some();
        // A column that is called `path` alone may be any path.
        let beside = [Role::ParentPath, Role::Pid, Role::ParentPid, Role::EventId];
        if has(&Role::CommandLine) || has(&Role::Path) && beside.iter().any(has) {
            return Ok(Self { is_of_processes: true, values: Vec::new(), numbers: Vec::new() });
        }
        let found = Self::chosen(head);
        if found.values.is_empty() && found.numbers.is_empty() {
            return Err(layout.lacks(Lacking::Category));
        }
        Ok(found)
    }

    fn named(
        layout: &Layout,
        by: &[String],
        mask: &[String],
        known: Option<&History>,
    ) -> Result<Self, Error> {
        for column in mask {
            if !by.contains(column) {
                let what = Box::new(ParameterFault::NotListed { name: column.clone(), list: BY });
                return Err(Error::Parameter { parameter: MASK, what });
            }
        }
        // A history says how many of its columns are numbers.
        let n_numbers = known.map_or(0, History::n_numbers);
        let (values, numbers) = by.split_at(by.len().saturating_sub(n_numbers));
        let value = |name: &String| {
            let is_masked = mask.contains(name);
            let (name, place) = (name.clone(), layout.column(BY, name)?);
            Ok(ValueColumn { place, name, is_masked })
        };
        let values: Result<Vec<ValueColumn>, Error> = values.iter().map(value).collect();
        let number = |name: &String| Ok((layout.column(BY, name)?, name.clone()));
        let numbers: Result<Vec<_>, Error> = numbers.iter().map(number).collect();
        Ok(Self { is_of_processes: false, values: values?, numbers: numbers? })
    }

    /// The same columns in another input.
    pub(crate) fn rebound(&self, layout: &Layout) -> Result<Self, Error> {
        let mut columns = self.clone();
        for value in &mut columns.values {
            value.place = layout.column(BY, &value.name)?;
        }
        for (place, name) in &mut columns.numbers {
            *place = layout.column(BY, name)?;
        }
        Ok(columns)
    }

    /// Columns of which the first rows say that they repeat, and numbers.
    fn chosen(head: &Head) -> Self {
        let layout = &head.layout;
        let numeric: HashSet<String> = head.numeric_columns().into_iter().collect();
        let role_columns: Vec<usize> =
            VALUES.iter().filter_map(|role| layout.roles.get(*role)).collect();
        let times = layout.roles.all(Role::Time);
        let is_number = |place: usize, name: &String| {
            numeric.contains(name)
                && !role_columns.contains(&place)
                && !times.contains(&place)
                && !is_envelope(name)
        };
        let named = || layout.columns.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let numbers = named().filter(|(place, name)| is_number(*place, name));
        let numbers = numbers.map(|(place, name)| (place, name.clone())).collect();
        let mut candidates: Vec<Candidate> = named()
            .filter(|(place, name)| {
                role_columns.contains(place)
                    || !(numeric.contains(*name) || times.contains(place) || is_envelope(name))
            })
            .filter_map(|(place, name)| {
                Candidate::new(head, place, name, role_columns.contains(&place))
            })
            .collect();
        candidates.sort_by_key(|one| (!one.has_role, one.n_distinct, one.column.place));
        Self { is_of_processes: false, values: that_fold(head, candidates), numbers }
    }

    /// Whether rows are starts of programs.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert!(oddsift_pipeline::HuntParams::new().rank(path)?.columns.is_of_processes());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn is_of_processes(&self) -> bool {
        self.is_of_processes
    }

    /// Returns the names of the columns whose values are counted; empty for starts of programs.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/az_net_flows.csv");
    /// let mut params = oddsift_pipeline::HuntParams::new();
    /// params.by = vec!["FlowType".to_owned()];
    /// assert_eq!(params.rank(path)?.columns.values(), ["FlowType"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        self.values.iter().map(|column| column.name.as_str()).collect()
    }

    /// Returns the names of the columns whose numbers are counted by their size.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/az_net_flows.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// assert!(found.columns.numbers().contains(&"AllowedInFlows"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn numbers(&self) -> Vec<&str> {
        self.numbers.iter().map(|(_, name)| name.as_str()).collect()
    }

    /// Returns the places in the input of the columns that are counted; none for starts of programs.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/az_net_flows.csv");
    /// let columns = oddsift_pipeline::HuntParams::new().rank(path)?.columns;
    /// assert_eq!(columns.places().len(), columns.values().len() + columns.numbers().len());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn places(&self) -> Vec<usize> {
        let values = self.values.iter().map(|column| column.place);
        values.chain(self.numbers.iter().map(|(place, _)| *place)).collect()
    }

    pub(crate) fn table(&self) -> LineTable {
        if self.is_of_processes {
            return LineTable::of_processes();
        }
        LineTable::new(self.values()).with_numbers(self.numbers())
    }

    /// Adds a row to a table of these columns.
    pub(crate) fn add(
        &self,
        table: &SharedTable,
        row: Row<'_>,
        time: Option<Timestamp>,
        [host, user, session]: [Option<&str>; 3],
    ) -> Result<(SharedId, bool), oddsift_hunt::Error> {
        let mut values: Vec<Cow<'_, str>> =
            Vec::with_capacity(self.values.len().saturating_add(self.numbers.len()));
        values.extend(self.values.iter().map(|column| column.value(row)));
        values.extend(self.numbers.iter().map(|(place, _)| {
            let number = row.to_text(*place).and_then(|text| text.trim().parse::<f64>().ok());
            Cow::Borrowed(number.map_or("", number_size))
        }));
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let seen = Sighting::new(row.row(), &values);
        table.add(&Sighting { time, host, user, session, ..seen })
    }

    /// What was taken, in words.
    pub(crate) fn text(&self, layout: &Layout) -> String {
        if self.is_of_processes {
            let has = |role: &Role| layout.roles.get(*role).is_some();
            let wanted = [
                (Role::Path, "path"),
                (Role::CommandLine, "command line"),
                (Role::ParentPath, "parent"),
                (Role::Pid, "process number"),
                (Role::ParentPid, "number of the parent"),
                (Role::Host, "host"),
            ];
            let lacks: Vec<&str> =
                wanted.iter().filter(|(role, _)| !has(role)).map(|(_, name)| *name).collect();
            let lacks = match lacks.as_slice() {
                [] => String::new(),
                lacks => format!(" without {}", lacks.join(", ")),
            };
            return format!(" process events{lacks}");
        }
        let value = |column: &ValueColumn| {
            let masked = if column.is_masked { " (masked)" } else { "" };
            format!("{}{masked}", column.name)
        };
        let values: Vec<String> = self.values.iter().map(value).collect();
        let numbers = match self.numbers().as_slice() {
            [] => String::new(),
            numbers => format!("; numbers {}", numbers.join(", ")),
        };
        let values = match values.as_slice() {
            [] => String::new(),
            values => format!("; values of {}", values.join(", ")),
        };
        format!("{values}{numbers}")
    }
}

impl ValueColumn {
    fn value<'r>(&self, row: Row<'r>) -> Cow<'r, str> {
        let text = row.to_text(self.place).unwrap_or_default();
        match &*text {
            // The mark of nothing in many exports.
            "-" | "(empty)" => Cow::Borrowed(""),
            _ if self.is_masked => Cow::Owned(masked(&text)),
            _ => text,
        }
    }
}

/// A column that may be a category.
struct Candidate {
    column: ValueColumn,
    n_distinct: usize,
    has_role: bool,
}

impl Candidate {
    /// A column that repeats, as it is or masked; `None` for one that does not.
    fn new(head: &Head, place: usize, name: &str, has_role: bool) -> Option<Self> {
        let n_rows = head.first_rows().count();
        let most = (n_rows / 2).max(FEW);
        let count = |is_masked| {
            let column = ValueColumn { place, name: name.to_owned(), is_masked };
            let values: HashSet<String> =
                head.first_rows().map(|row| column.value(row).into_owned()).collect();
            Self { column, n_distinct: values.len(), has_role }
        };
        let plain = count(false);
        if has_role || plain.n_distinct <= most {
            return (has_role || plain.n_distinct > 1).then_some(plain);
        }
        let masked = count(true);
        (2..=most).contains(&masked.n_distinct).then_some(masked)
    }
}

/// The columns by which rows still fold: those of roles, then others as long as combinations repeat.
fn that_fold(head: &Head, candidates: Vec<Candidate>) -> Vec<ValueColumn> {
    let n_rows = head.first_rows().count();
    let most = (n_rows / 2).max(FEW);
    let mut taken: Vec<ValueColumn> = Vec::new();
    for Candidate { column, has_role, .. } in candidates {
        taken.push(column);
        let key = |row: Row<'_>| -> Vec<String> {
            taken.iter().map(|column| column.value(row).into_owned()).collect()
        };
        let n_distinct = head.first_rows().map(key).collect::<HashSet<_>>().len();
        if !has_role && n_distinct > most {
            taken.pop();
        }
    }
    taken
}
