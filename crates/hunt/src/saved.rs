//! Tables of lines as they travel: parts that threads, processes or machines counted, to be merged.

use oddsift_patterns::{MASKS, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::occurrence::{Kept, MOST_KEPT, NONE, Occurrence};
use crate::table::{Entry, Kind, Others};
use crate::texts::Texts;
use crate::{Error, LineTable};

const FORMAT: &str = "oddsift-hunt-lines";
const VERSION: u64 = 1;

/// The form in which a table is written: sorted, so that equal tables are equal bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    format: String,
    version: u64,
    masks: String,
    of_processes: bool,
    n_numbers: usize,
    columns: Vec<String>,
    /// The distinct values of each column.
    values: Vec<Vec<String>>,
    hosts: Vec<String>,
    users: Vec<String>,
    sessions: Vec<String>,
    /// The places of the values of each line, one line behind the other.
    lines: Vec<u32>,
    entries: Vec<SavedEntry>,
}

type Times = Option<(Moment, Moment)>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedEntry {
    count: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    known: u64,
    times: Times,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_times: Times,
    rows: Vec<SavedRow>,
    /// Those of rows that are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    users: Vec<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Row, time, host, user, session, number of the process and of its parent.
#[derive(Serialize, Deserialize)]
struct SavedRow(
    u64,
    Option<Moment>,
    Option<u32>,
    Option<u32>,
    Option<u32>,
    Option<u64>,
    Option<u64>,
);

/// A time as seconds and nanoseconds, a third of the length of its text.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "(i64, i32)", try_from = "(i64, i32)")]
struct Moment(Timestamp);

impl From<Moment> for (i64, i32) {
    fn from(Moment(time): Moment) -> Self {
        (time.as_second(), time.subsec_nanosecond())
    }
}

impl TryFrom<(i64, i32)> for Moment {
    type Error = String;

    fn try_from((second, nanosecond): (i64, i32)) -> Result<Self, String> {
        Timestamp::new(second, nanosecond).map(Self).map_err(|error| error.to_string())
    }
}

/// A table that is counted and not yet ranked, as one that was ranked no longer merges.
impl Serialize for LineTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.n_starts() > 0 {
            return Err(ser::Error::custom("a table that was ranked is not saved; save it before"));
        }
        Saved::of(self).serialize(serializer)
    }
}

/// Reads a table as untrusted: every place, count and time is checked.
impl<'de> Deserialize<'de> for LineTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Saved::deserialize(deserializer)?.into_table().map_err(de::Error::custom)
    }
}

/// Texts in their order, and the place there of each by its number.
pub(crate) fn sorted(texts: &Texts) -> (Vec<String>, Vec<u32>) {
    let mut order: Vec<u32> = (0..).take(texts.len()).collect();
    order.sort_unstable_by_key(|id| texts.get(*id));
    let mut places = vec![NONE; texts.len()];
    for (id, place) in order.iter().zip(0..) {
        if let Some(slot) = places.get_mut(*id as usize) {
            *slot = place;
        }
    }
    (order.iter().map(|id| texts.get(*id).to_owned()).collect(), places)
}

/// The places of hosts, users and sessions.
struct Places {
    hosts: Vec<u32>,
    users: Vec<u32>,
    sessions: Vec<u32>,
}

fn place(places: &[u32], id: u32) -> Option<u32> {
    places.get(id as usize).copied()
}

impl Saved {
    fn of(table: &LineTable) -> Self {
        let (values, places): (Vec<_>, Vec<_>) = table.values.iter().map(sorted).unzip();
        let (hosts, of_hosts) = sorted(&table.places);
        let (users, of_users) = sorted(&table.users);
        let (sessions, of_sessions) = sorted(&table.sessions);
        let names = Places { hosts: of_hosts, users: of_users, sessions: of_sessions };
        let key = |id| {
            let key = table.key(id).iter().zip(&places);
            key.map(|(value, places)| place(places, *value).unwrap_or(NONE)).collect()
        };
        let mut lines: Vec<(Vec<u32>, &Entry)> =
            table.lines().map(|(id, entry)| (key(id), entry)).collect();
        lines.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            masks: MASKS.to_owned(),
            of_processes: table.kind == Kind::Process,
            n_numbers: table.kind.n_numbers(),
            columns: table.columns().to_vec(),
            values,
            hosts,
            users,
            sessions,
            entries: lines.iter().map(|(_, entry)| SavedEntry::of(entry, &names)).collect(),
            lines: lines.into_iter().flat_map(|(key, _)| key).collect(),
        }
    }

    fn into_table(self) -> Result<LineTable, Error> {
        if self.format != FORMAT || self.version != VERSION {
            return Err(damaged("format", 0, "is not that of lines of this version"));
        }
        if self.masks != MASKS {
            return Err(damaged("masks", 0, "are not those of this version"));
        }
        let mut table = self.empty_table()?;
        let n_keys = self.entries.len().checked_mul(self.columns.len());
        if n_keys != Some(self.lines.len()) {
            return Err(damaged("lines", self.lines.len(), "is not as many as there are entries"));
        }
        for (position, entry) in self.entries.into_iter().enumerate() {
            let start = position.saturating_mul(self.columns.len());
            let key = self.lines.get(start..start.saturating_add(self.columns.len()));
            enter(&mut table, position, key.unwrap_or_default(), entry)?;
        }
        check_used(&table)?;
        Ok(table)
    }

    /// The columns and texts.
    fn empty_table(&self) -> Result<LineTable, Error> {
        let mut table = if self.of_processes {
            LineTable::of_processes()
        } else {
            let table = LineTable::of_values(&self.columns, self.n_numbers);
            table.ok_or(damaged("n_numbers", 0, "is more than there are columns"))?
        };
        if table.columns() != self.columns || table.values.len() != self.values.len() {
            return Err(damaged("columns", 0, "are not those of the values"));
        }
        for (texts, values) in table.values.iter_mut().zip(&self.values) {
            take_texts(texts, values, "values")?;
        }
        take_texts(&mut table.places, &self.hosts, "hosts")?;
        take_texts(&mut table.users, &self.users, "users")?;
        take_texts(&mut table.sessions, &self.sessions, "sessions")?;
        Ok(table)
    }
}

/// Gives texts their numbers.
fn take_texts(texts: &mut Texts, given: &[String], field: &'static str) -> Result<(), Error> {
    for (position, text) in given.iter().enumerate() {
        if text.is_empty() && field != "values" {
            return Err(damaged(field, position, "is empty"));
        }
        texts.intern(text);
        if texts.len() == position {
            return Err(damaged(field, position, "is there twice"));
        }
    }
    Ok(())
}

/// Adds a line.
fn enter(
    table: &mut LineTable,
    position: usize,
    key: &[u32],
    saved: SavedEntry,
) -> Result<(), Error> {
    let is_there = |(value, texts): (&u32, &Texts)| (*value as usize) < texts.len();
    if !key.iter().zip(&table.values).all(is_there) {
        return Err(damaged("lines", position, "has a value that is not there"));
    }
    let entry = saved.into_entry(table, position)?;
    table.n_rows = table.n_rows.checked_add(entry.count).ok_or(Error::TooManyRows)?;
    table.n_known = table.n_known.checked_add(entry.known).ok_or(Error::TooManyRows)?;
    let id = table.find_or_insert(key)?.index();
    if id != position {
        return Err(damaged("lines", position, "is there twice"));
    }
    if let Some(slot) = table.entries.get_mut(id) {
        *slot = entry;
    }
    Ok(())
}

/// Checks that each value is one of a line: others would be rare values that no row has.
fn check_used(table: &LineTable) -> Result<(), Error> {
    let mut is_used: Vec<Vec<bool>> =
        table.values.iter().map(|texts| vec![false; texts.len()]).collect();
    for (id, _) in table.lines() {
        for (value, is_used) in table.key(id).iter().zip(&mut is_used) {
            if let Some(is_used) = is_used.get_mut(*value as usize) {
                *is_used = true;
            }
        }
    }
    match is_used.iter().find_map(|column| column.iter().position(|is_used| !is_used)) {
        Some(position) => Err(damaged("values", position, "is in no line")),
        None => Ok(()),
    }
}

impl SavedEntry {
    fn of(entry: &Entry, names: &Places) -> Self {
        let moments = |times: Option<(Timestamp, Timestamp)>| {
            times.map(|(first, last)| (Moment(first), Moment(last)))
        };
        let sorted = |places: &[u32], ids: &mut dyn Iterator<Item = u32>| {
            let mut ids: Vec<u32> = ids.filter_map(|id| place(places, id)).collect();
            ids.sort_unstable();
            ids
        };
        let others = entry.others.as_deref();
        let hosts = others.into_iter().flat_map(|others| others.hosts.iter().copied());
        let users = others.into_iter().flat_map(|others| others.users.iter().copied());
        let row = |one: &Occurrence| {
            SavedRow(
                one.row,
                one.time.map(Moment),
                place(&names.hosts, one.host),
                place(&names.users, one.user),
                place(&names.sessions, one.session),
                one.pid,
                one.parent_pid,
            )
        };
        Self {
            count: entry.count,
            known: entry.known,
            times: moments(entry.times),
            known_times: moments(entry.known_times),
            rows: entry.kept.as_slice().iter().map(row).collect(),
            hosts: sorted(&names.hosts, &mut { hosts }),
            users: sorted(&names.users, &mut { users }),
        }
    }

    fn into_entry(self, table: &LineTable, position: usize) -> Result<Entry, Error> {
        let fault = |fault| damaged("entries", position, fault);
        if self.count == 0 && self.known == 0 {
            return Err(fault("has no row"));
        }
        let n_kept = usize::try_from(self.count).unwrap_or(MOST_KEPT).min(MOST_KEPT);
        if self.rows.len() != n_kept {
            return Err(fault("does not have its first rows"));
        }
        let times = span(self.times).ok_or(fault("ends before it starts"))?;
        let known_times = span(self.known_times).ok_or(fault("ends before it starts"))?;
        let mut kept = Kept::default();
        for row in &self.rows {
            let is_before = kept.as_slice().last().is_some_and(|last| last.row > row.0);
            if is_before || !row.is_within(times) {
                return Err(fault("has rows out of order or time"));
            }
            let one =
                row.occurrence(table).ok_or(fault("has a row of a text that is not there"))?;
            kept.add(one);
        }
        let n_others = self.count.saturating_sub(n_kept as u64);
        let is_set = |ids: &[u32], texts: &Texts| {
            ids.is_sorted_by(|one, other| one < other)
                && ids.last().is_none_or(|last| (*last as usize) < texts.len())
                && ids.len() as u64 <= n_others
        };
        if !is_set(&self.hosts, &table.places) || !is_set(&self.users, &table.users) {
            return Err(fault("has other hosts or users than its rows can have"));
        }
        let has_others = !self.hosts.is_empty() || !self.users.is_empty();
        let others = has_others.then(|| Box::new(Others::of(self.hosts, self.users)));
        let (count, known) = (self.count, self.known);
        Ok(Entry { count, starts: 0, known, times, known_times, kept, others })
    }
}

/// The first and the last time; `None` if they are in no order.
#[expect(clippy::option_option, reason = "having no times is in order")]
fn span(times: Times) -> Option<Option<(Timestamp, Timestamp)>> {
    let times = times.map(|(first, last)| (first.0, last.0));
    times.is_none_or(|(first, last)| first <= last).then_some(times)
}

impl SavedRow {
    fn is_within(&self, times: Option<(Timestamp, Timestamp)>) -> bool {
        let is_within = |time: Moment| times.is_some_and(|(a, b)| (a..=b).contains(&time.0));
        self.1.is_none_or(is_within)
    }

    /// The row, if its texts are there.
    fn occurrence(&self, table: &LineTable) -> Option<Occurrence> {
        let &Self(row, time, host, user, session, pid, parent_pid) = self;
        let id = |id: Option<u32>, texts: &Texts| match id {
            None => Some(NONE),
            Some(id) => Some(id).filter(|id| (*id as usize) < texts.len()),
        };
        Some(Occurrence {
            row,
            time: time.map(|time| time.0),
            host: id(host, &table.places)?,
            user: id(user, &table.users)?,
            session: id(session, &table.sessions)?,
            pid,
            parent_pid,
        })
    }
}

fn damaged(field: &'static str, position: usize, fault: &'static str) -> Error {
    Error::DamagedLines { field, position, fault }
}
