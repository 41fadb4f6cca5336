use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};
use oddsift_patterns::Timestamp;
use rayon::slice::ParallelSliceMut;

use crate::Error;
use crate::occurrence::{Kept, NONE, Occurrence};
use crate::texts::Texts;

/// A row, folded: its values are what all rows of its line have in common.
///
/// ```
/// use oddsift_hunt::Sighting;
///
/// let seen = Sighting { host: Some("web-1"), ..Sighting::new(7, &["sshd", "root"]) };
/// assert_eq!((seen.row, seen.values.len()), (7, 2));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// The row's number, unique over all tables that will merge.
    pub row: u64,
    /// One value for each column of the table, masked where texts vary.
    pub values: &'a [&'a str],
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Where it happened.
    pub host: Option<&'a str>,
    /// Who did it.
    pub user: Option<&'a str>,
    /// The session in which it happened; rows without process numbers are joined by it.
    pub session: Option<&'a str>,
    /// The number of the process.
    pub pid: Option<u64>,
    /// The number of the process that started it.
    pub parent_pid: Option<u64>,
}

impl<'a> Sighting<'a> {
    /// A row of which nothing but its values is known.
    ///
    /// ```
    /// assert!(oddsift_hunt::Sighting::new(0, &[]).time.is_none());
    /// ```
    #[must_use]
    pub const fn new(row: u64, values: &'a [&'a str]) -> Self {
        Self {
            row,
            values,
            time: None,
            host: None,
            user: None,
            session: None,
            pid: None,
            parent_pid: None,
        }
    }
}

/// Rows folded to lines: the distinct combinations of values, with how many rows each has, on which
/// hosts, by which users, when, and its first rows.
///
/// Tables of parts of a log merge in any order. Memory grows with the distinct combinations and
/// values, and the hosts and users of each combination; of the rows of a combination, the first
/// sixteen are kept by number.
///
/// With the feature `serde` a table is serialised until it is ranked, so that parts of one may be counted
/// elsewhere; equal tables give equal bytes, and what is read back is not trusted: all of it is checked.
///
/// ```
/// use oddsift_hunt::{LineTable, Sighting};
///
/// let mut table = LineTable::new(["service", "user"]);
/// for row in 0..9 {
///     table.add(&Sighting::new(row, &["sshd", if row == 4 { "root" } else { "anna" }]))?;
/// }
/// assert_eq!((table.n_lines(), table.n_rows()), (2, 9));
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LineTable {
    columns: Vec<String>,
    pub(crate) kind: Kind,
    /// The values of each column.
    pub(crate) values: Vec<Texts>,
    /// Of each line the number of its value in each column.
    keys: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    pub(crate) entries: Vec<Entry>,
    pub(crate) places: Texts,
    pub(crate) users: Texts,
    pub(crate) sessions: Texts,
    pub(crate) n_rows: u64,
    n_starts: u64,
    pub(crate) n_known: u64,
}

/// What the columns of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Those of starts of programs.
    Process,
    /// Values, then so many sizes of numbers.
    Values { n_numbers: usize },
}

impl Kind {
    /// The number of columns that are sizes of numbers.
    pub(crate) fn n_numbers(self) -> usize {
        match self {
            Self::Process => 0,
            Self::Values { n_numbers } => n_numbers,
        }
    }
}

/// What is known of a line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Rows of this log.
    pub(crate) count: u64,
    /// Rows of this log without those that tell of the same start.
    pub(crate) starts: u64,
    /// Rows of the history.
    pub(crate) known: u64,
    pub(crate) times: Option<(Timestamp, Timestamp)>,
    /// The times of the history's rows.
    pub(crate) known_times: Option<(Timestamp, Timestamp)>,
    pub(crate) kept: Kept,
    /// Hosts and users of the other rows.
    pub(crate) others: Option<Box<Others>>,
}

/// Hosts and users of rows that are not kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Others {
    /// The last ones: most rows repeat them.
    last: Option<(u32, u32)>,
    pub(crate) hosts: HashSet<u32>,
    pub(crate) users: HashSet<u32>,
}

impl Others {
    #[cfg(feature = "serde")]
    pub(crate) fn of(hosts: Vec<u32>, users: Vec<u32>) -> Self {
        Self { last: None, hosts: hosts.into_iter().collect(), users: users.into_iter().collect() }
    }

    fn add(&mut self, one: &Occurrence) {
        if self.last != Some((one.host, one.user)) {
            self.last = Some((one.host, one.user));
            self.hosts.extend((one.host != NONE).then_some(one.host));
            self.users.extend((one.user != NONE).then_some(one.user));
        }
    }

    fn rename(&mut self, hosts: &[u32], users: &[u32]) {
        self.last = None;
        self.hosts = self.hosts.drain().map(|host| renamed(hosts, host)).collect();
        self.users = self.users.drain().map(|user| renamed(users, user)).collect();
    }
}

impl Entry {
    /// Adds a row that is counted already; says whether it is kept.
    fn keep(&mut self, one: Occurrence) -> bool {
        let out = self.kept.add(one);
        if let Some(out) = &out {
            self.others.get_or_insert_default().add(out);
        }
        out.is_none_or(|out| out.row != one.row)
    }

    fn hosts(&self) -> impl Iterator<Item = u32> {
        self.present(|one| one.host, |others| &others.hosts)
    }

    fn users(&self) -> impl Iterator<Item = u32> {
        self.present(|one| one.user, |others| &others.users)
    }

    fn present(
        &self,
        of_kept: impl Fn(&Occurrence) -> u32,
        of_others: impl Fn(&Others) -> &HashSet<u32>,
    ) -> impl Iterator<Item = u32> {
        let kept = self.kept.as_slice().iter().map(of_kept);
        let others = self.others.iter().flat_map(move |others| of_others(others).iter().copied());
        kept.chain(others).filter(|value| *value != NONE)
    }

    /// Gives its texts the numbers of another table.
    fn rename(&mut self, names: &Names) {
        for one in self.kept.as_mut_slice() {
            one.host = renamed(&names.hosts, one.host);
            one.user = renamed(&names.users, one.user);
            one.session = renamed(&names.sessions, one.session);
        }
        if let Some(others) = &mut self.others {
            others.rename(&names.hosts, &names.users);
        }
    }

    /// Adds the rows of an entry of the same table.
    fn merge(&mut self, theirs: Self) -> Result<(), Error> {
        self.count = self.count.checked_add(theirs.count).ok_or(Error::TooManyRows)?;
        self.known = self.known.checked_add(theirs.known).ok_or(Error::TooManyRows)?;
        self.times = join_times(self.times, theirs.times);
        self.known_times = join_times(self.known_times, theirs.known_times);
        if self.kept.as_slice().is_empty() && self.others.is_none() {
            (self.kept, self.others) = (theirs.kept, theirs.others);
            return Ok(());
        }
        for one in theirs.kept.as_slice() {
            self.keep(*one);
        }
        if let Some(theirs) = theirs.others {
            let ours = self.others.get_or_insert_default();
            ours.hosts.extend(theirs.hosts);
            ours.users.extend(theirs.users);
        }
        Ok(())
    }

    /// The times of its rows and of the history's.
    pub(crate) fn all_times(&self) -> Option<(Timestamp, Timestamp)> {
        join_times(self.times, self.known_times)
    }
}

/// The number of a line in its [`LineTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub(crate) u32);

impl LineId {
    /// Returns the number, from 0.
    ///
    /// ```
    /// # use oddsift_hunt::{LineTable, Sighting};
    /// let (id, _) = LineTable::new(["a"]).add(&Sighting::new(0, &["x"]))?;
    /// assert_eq!(id.number(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The line of a number; that of another table, or none, is in no hunt.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineId::from_number(7).number(), 7);
    /// ```
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl LineTable {
    /// An empty table of these columns.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineTable::new(["user"]).columns(), ["user"]);
    /// ```
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        Self {
            values: columns.iter().map(|_| Texts::default()).collect(),
            columns,
            kind: Kind::Values { n_numbers: 0 },
            keys: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            entries: Vec::new(),
            places: Texts::default(),
            users: Texts::default(),
            sessions: Texts::default(),
            n_rows: 0,
            n_starts: 0,
            n_known: 0,
        }
    }

    /// With columns of numbers behind the others; their values are those of
    /// [`number_size`](crate::number_size).
    ///
    /// ```
    /// let table = oddsift_hunt::LineTable::new(["port"]).with_numbers(["bytes"]);
    /// assert_eq!(table.columns(), ["port", "bytes"]);
    /// ```
    #[must_use]
    pub fn with_numbers(mut self, numbers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let n_before = self.columns.len();
        self.columns.extend(numbers.into_iter().map(Into::into));
        self.values.resize_with(self.columns.len(), Texts::default);
        self.kind = Kind::Values { n_numbers: self.columns.len().saturating_sub(n_before) };
        self
    }

    /// An empty table of starts of programs, by masked path, name of the parent and masked command line.
    ///
    /// ```
    /// let table = oddsift_hunt::LineTable::of_processes();
    /// assert_eq!(table.columns(), ["path", "parent", "command_line"]);
    /// ```
    #[must_use]
    pub fn of_processes() -> Self {
        Self { kind: Kind::Process, ..Self::new(crate::process::COLUMNS) }
    }

    /// An empty table of values whose last `n_numbers` columns are sizes of numbers; `None` if there are not
    /// so many.
    #[cfg(feature = "serde")]
    pub(crate) fn of_values(columns: &[String], n_numbers: usize) -> Option<Self> {
        let (values, numbers) = columns.split_at(columns.len().checked_sub(n_numbers)?);
        Some(Self::new(values).with_numbers(numbers))
    }

    /// An empty table of the columns of another.
    pub(crate) fn like(other: &Self) -> Self {
        Self { kind: other.kind, ..Self::new(other.columns.iter().map(String::as_str)) }
    }

    /// Adds rows of which nothing is known but their number and times; `false` where the line was there.
    pub(crate) fn enter(
        &mut self,
        values: &[&str],
        count: u64,
        times: Option<(Timestamp, Timestamp)>,
    ) -> Result<bool, Error> {
        let mut key = Key::default();
        for (place, value) in values.iter().enumerate() {
            key.push(self.intern(place, value)?);
        }
        let before = self.entries.len();
        let id = self.find_or_insert(key.as_slice())?;
        self.n_rows = self.n_rows.checked_add(count).ok_or(Error::TooManyRows)?;
        if let Some(entry) = self.entries.get_mut(id.index()) {
            entry.count = entry.count.checked_add(count).ok_or(Error::TooManyRows)?;
            entry.times = join_times(entry.times, times);
        }
        Ok(self.entries.len() > before)
    }

    /// Returns the names of the columns.
    ///
    /// ```
    /// assert!(oddsift_hunt::LineTable::new(["a", "b"]).columns().len() == 2);
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the number of rows, without those of a history.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineTable::new(["a"]).n_rows(), 0);
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Returns the number of rows of the history.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineTable::new(["a"]).n_known_rows(), 0);
    /// ```
    #[must_use]
    pub fn n_known_rows(&self) -> u64 {
        self.n_known
    }

    /// Returns the number of distinct combinations, those of a history included.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineTable::new(["a"]).n_lines(), 0);
    /// ```
    #[must_use]
    pub fn n_lines(&self) -> usize {
        self.entries.len()
    }

    /// Returns the number of hosts.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::LineTable::new(["a"]).n_hosts(), 0);
    /// ```
    #[must_use]
    pub fn n_hosts(&self) -> usize {
        self.places.len()
    }

    /// Adds a row; says its line and whether the row is among the first of it, which are kept.
    ///
    /// # Errors
    ///
    /// [`Error::Width`] for another number of values than columns, [`Error::TooManyValues`] and
    /// [`Error::TooManyRows`] where numbers end.
    ///
    /// ```
    /// # use oddsift_hunt::{LineTable, Sighting};
    /// let mut table = LineTable::new(["a"]);
    /// let (first, is_kept) = table.add(&Sighting::new(0, &["x"]))?;
    /// assert!(is_kept && table.add(&Sighting::new(1, &["x"]))?.0 == first);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn add(&mut self, seen: &Sighting<'_>) -> Result<(LineId, bool), Error> {
        let (expected, found) = (self.columns.len(), seen.values.len());
        if expected != found {
            return Err(Error::Width { expected, found });
        }
        self.n_rows = self.n_rows.checked_add(1).ok_or(Error::TooManyRows)?;
        let mut key = Key::default();
        for (place, value) in seen.values.iter().enumerate() {
            key.push(self.intern(place, value)?);
        }
        self.add_key(key.as_slice(), seen)
    }

    /// The number of a value.
    pub(crate) fn intern(&mut self, column: usize, value: &str) -> Result<u32, Error> {
        let texts = self.values.get_mut(column);
        texts.and_then(|texts| texts.intern(value)).ok_or_else(|| Error::TooManyValues {
            what: self.columns.get(column).cloned().unwrap_or_default(),
        })
    }

    /// Adds a row by the numbers of its values.
    fn add_key(&mut self, key: &[u32], seen: &Sighting<'_>) -> Result<(LineId, bool), Error> {
        let id = self.find_or_insert(key)?;
        let host = intern_if(&mut self.places, seen.host, "hosts")?;
        let user = intern_if(&mut self.users, seen.user, "users")?;
        // Rows that name their parent process are not joined by session.
        let session = seen.session.filter(|_| seen.parent_pid.is_none());
        let session = intern_if(&mut self.sessions, session, "sessions")?;
        let Some(entry) = self.entries.get_mut(id.index()) else { return Ok((id, false)) };
        entry.count = entry.count.checked_add(1).ok_or(Error::TooManyRows)?;
        entry.times = join_times(entry.times, seen.time.map(|time| (time, time)));
        let is_kept = entry.keep(Occurrence {
            row: seen.row,
            time: seen.time,
            host,
            user,
            session,
            pid: seen.pid,
            parent_pid: seen.parent_pid,
        });
        Ok((id, is_kept))
    }

    pub(crate) fn find_or_insert(&mut self, key: &[u32]) -> Result<LineId, Error> {
        let width = key.len();
        let hash = self.hasher.hash_one(key);
        let keys = &self.keys;
        let key_of = |id: u32| {
            let start = (id as usize).saturating_mul(width);
            keys.get(start..start.saturating_add(width)).unwrap_or_default()
        };
        if let Some(id) = self.index.find(hash, |id| key_of(*id) == key) {
            return Ok(LineId(*id));
        }
        let id = u32::try_from(self.entries.len()).ok().filter(|id| *id < u32::MAX);
        let id = id.ok_or_else(|| Error::TooManyValues { what: "lines".to_owned() })?;
        let hasher = &self.hasher;
        self.index.insert_unique(hash, id, |id| hasher.hash_one(key_of(*id)));
        self.keys.extend_from_slice(key);
        self.entries.push(Entry::default());
        Ok(LineId(id))
    }

    /// The numbers of a line's values.
    pub(crate) fn key(&self, id: LineId) -> &[u32] {
        let width = self.columns.len();
        let start = id.index().saturating_mul(width);
        self.keys.get(start..start.saturating_add(width)).unwrap_or_default()
    }

    /// The values of a column, in the order of their numbers.
    pub(crate) fn values_of(&self, column: usize) -> impl Iterator<Item = &str> {
        self.values.get(column).into_iter().flat_map(Texts::iter)
    }

    /// Counts the starts of each line: two sources may have recorded one. Where all rows of a line are kept,
    /// those of one process at one time are one.
    pub(crate) fn count_starts(&mut self) {
        for entry in &mut self.entries {
            entry.starts = entry.count;
            if entry.count == entry.kept.as_slice().len() as u64 {
                let twins = entry.kept.take_twins();
                entry.starts = entry.count.saturating_sub(twins.len() as u64);
                // Each source may name another user.
                for twin in &twins {
                    entry.others.get_or_insert_default().add(twin);
                }
            }
        }
        self.n_starts = self.entries.iter().map(|entry| entry.starts).fold(0, u64::saturating_add);
    }

    /// The number of starts, once they are counted.
    pub(crate) fn n_starts(&self) -> u64 {
        self.n_starts
    }

    /// The value of a line in a column.
    pub(crate) fn value(&self, id: LineId, column: usize) -> &str {
        let number = self.key(id).get(column).copied().unwrap_or(u32::MAX);
        self.values.get(column).map_or("", |texts| texts.get(number))
    }

    /// The rows of a line, those of the history included.
    pub(crate) fn count_with_known(&self, id: LineId) -> u64 {
        let entry = self.entries.get(id.index());
        entry.map_or(0, |entry| entry.starts.saturating_add(entry.known))
    }

    /// All lines, those of the history included.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (LineId, &Entry)> {
        (0..).map(LineId).zip(&self.entries)
    }

    /// Hosts and users of groups of lines: pairs of a group and a number, sorted.
    pub(crate) fn hosts_of(&self, group: impl Fn(LineId) -> u32) -> Vec<(u32, u32)> {
        self.distinct_pairs(group, Entry::hosts)
    }

    pub(crate) fn users_of(&self, group: impl Fn(LineId) -> u32) -> Vec<(u32, u32)> {
        self.distinct_pairs(group, Entry::users)
    }

    fn distinct_pairs<'t, I: Iterator<Item = u32>>(
        &'t self,
        group: impl Fn(LineId) -> u32,
        values: impl Fn(&'t Entry) -> I,
    ) -> Vec<(u32, u32)> {
        let of_entry = |(id, entry)| {
            let group = group(id);
            values(entry).map(move |value| (group, value))
        };
        let mut pairs: Vec<(u32, u32)> = self.lines().flat_map(of_entry).collect();
        pairs.dedup();
        pairs.par_sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Adds the rows of another table. Gives the number here of each of its lines.
    ///
    /// # Errors
    ///
    /// [`Error::OtherColumns`] for a table of other columns; as [`add`](Self::add).
    ///
    /// ```
    /// # use oddsift_hunt::{LineTable, Sighting};
    /// let (mut ours, mut theirs) = (LineTable::new(["a"]), LineTable::new(["a"]));
    /// ours.add(&Sighting::new(0, &["x"]))?;
    /// theirs.add(&Sighting::new(1, &["x"]))?;
    /// ours.merge(theirs)?;
    /// assert_eq!((ours.n_rows(), ours.n_lines()), (2, 1));
    /// assert!(ours.merge(LineTable::new(["b"])).is_err());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<Vec<LineId>, Error> {
        // Checked first, so that nothing is added where rows are too many: no line has more than all.
        let n_rows = self.n_rows.checked_add(other.n_rows).ok_or(Error::TooManyRows)?;
        let n_known = self.n_known.checked_add(other.n_known).ok_or(Error::TooManyRows)?;
        let ids = self.take_lines(&other)?;
        (self.n_rows, self.n_known) = (n_rows, n_known);
        let names = Names {
            hosts: intern_all(&mut self.places, &other.places, "hosts")?,
            users: intern_all(&mut self.users, &other.users, "users")?,
            sessions: intern_all(&mut self.sessions, &other.sessions, "sessions")?,
        };
        for (id, mut theirs) in ids.iter().zip(other.entries) {
            theirs.rename(&names);
            if let Some(ours) = self.entries.get_mut(id.index()) {
                ours.merge(theirs)?;
            }
        }
        Ok(ids)
    }

    /// Takes up the rows of another table as a history: what is common there is not rare, and what is
    /// there is known.
    ///
    /// # Errors
    ///
    /// As [`merge`](Self::merge).
    ///
    /// ```
    /// # use oddsift_hunt::{LineTable, Sighting};
    /// let (mut today, mut before) = (LineTable::new(["a"]), LineTable::new(["a"]));
    /// before.add(&Sighting::new(0, &["x"]))?;
    /// today.learn(&before)?;
    /// assert_eq!((today.n_rows(), today.n_known_rows()), (0, 1));
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn learn(&mut self, history: &Self) -> Result<(), Error> {
        let n_rows = history.n_rows.checked_add(history.n_known).ok_or(Error::TooManyRows)?;
        let n_known = self.n_known.checked_add(n_rows).ok_or(Error::TooManyRows)?;
        let ids = self.take_lines(history)?;
        self.n_known = n_known;
        for (id, theirs) in ids.iter().zip(&history.entries) {
            let Some(ours) = self.entries.get_mut(id.index()) else { continue };
            let known = theirs.count.checked_add(theirs.known).ok_or(Error::TooManyRows)?;
            ours.known = ours.known.checked_add(known).ok_or(Error::TooManyRows)?;
            ours.known_times = join_times(ours.known_times, theirs.all_times());
        }
        Ok(())
    }

    /// Enters the lines of another table, without rows.
    fn take_lines(&mut self, other: &Self) -> Result<Vec<LineId>, Error> {
        if self.columns != other.columns || self.kind != other.kind {
            let (ours, theirs) = (self.columns.clone(), other.columns.clone());
            return Err(Error::OtherColumns { ours, theirs });
        }
        let mut names = Vec::with_capacity(self.columns.len());
        for (place, texts) in other.values.iter().enumerate() {
            let name = |id| self.intern(place, texts.get(id));
            names.push((0..).take(texts.len()).map(name).collect::<Result<Vec<u32>, Error>>()?);
        }
        let enter = |(id, _): (LineId, &Entry)| {
            let key = other.key(id).iter().zip(&names);
            let key: Vec<u32> = key.map(|(value, names)| renamed(names, *value)).collect();
            self.find_or_insert(&key)
        };
        other.lines().map(enter).collect()
    }
}

/// The numbers here of another table's texts.
struct Names {
    hosts: Vec<u32>,
    users: Vec<u32>,
    sessions: Vec<u32>,
}

/// The key of a row, without memory of its own where a table has few columns.
#[derive(Default)]
struct Key {
    few: [u32; 8],
    many: Vec<u32>,
    len: usize,
}

impl Key {
    fn push(&mut self, value: u32) {
        if let Some(slot) = self.few.get_mut(self.len) {
            *slot = value;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(value);
        }
        self.len = self.len.saturating_add(1);
    }

    fn as_slice(&self) -> &[u32] {
        if self.many.is_empty() { self.few.get(..self.len).unwrap_or_default() } else { &self.many }
    }
}

fn intern_if(texts: &mut Texts, text: Option<&str>, what: &str) -> Result<u32, Error> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(NONE),
        Some(text) => {
            texts.intern(text).ok_or_else(|| Error::TooManyValues { what: what.to_owned() })
        }
    }
}

fn intern_all(ours: &mut Texts, theirs: &Texts, what: &str) -> Result<Vec<u32>, Error> {
    let name = |id| ours.intern(theirs.get(id));
    let names: Option<Vec<u32>> = (0..).take(theirs.len()).map(name).collect();
    names.ok_or_else(|| Error::TooManyValues { what: what.to_owned() })
}

fn renamed(names: &[u32], id: u32) -> u32 {
    names.get(id as usize).copied().unwrap_or(NONE)
}

pub(crate) fn join_times(
    ours: Option<(Timestamp, Timestamp)>,
    theirs: Option<(Timestamp, Timestamp)>,
) -> Option<(Timestamp, Timestamp)> {
    match (ours, theirs) {
        (Some((first, last)), Some((other_first, other_last))) => {
            Some((first.min(other_first), last.max(other_last)))
        }
        (one, other) => one.or(other),
    }
}
