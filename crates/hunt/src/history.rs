use oddsift_patterns::Timestamp;

use crate::table::Kind;
use crate::{Error, LineTable};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What was seen before: the lines of earlier logs with their counts and times, without rows, hosts and
/// users.
///
/// It grows with the distinct lines. Histories merge in any order, and [`forget`](Self::forget) drops what
/// was seen once long ago. With the feature `serde` it is serialised; what is read
/// back is not trusted: all of it is checked.
///
/// ```
/// use oddsift_hunt::{History, ProcessEvent, ProcessLines};
///
/// let lines = |path: &str, row| {
///     let mut lines = ProcessLines::new();
///     lines.add(&ProcessEvent { path, ..ProcessEvent::new(row) })?;
///     History::new(&lines.into_table())
/// };
/// let mut week = lines("a.exe", 0)?;
/// week.merge(&lines("b.exe", 1)?)?;
/// assert_eq!((week.n_rows(), week.n_lines()), (2, 2));
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct History {
    table: LineTable,
}

impl History {
    /// The lines of a table, and those of the history that it learned.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where rows and history are too many together.
    ///
    /// ```
    /// use oddsift_hunt::{History, LineTable, Sighting};
    ///
    /// let mut table = LineTable::new(["user"]);
    /// table.add(&Sighting::new(0, &["anna"]))?;
    /// assert_eq!(History::new(&table)?.n_rows(), 1);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn new(table: &LineTable) -> Result<Self, Error> {
        let mut history = Self { table: LineTable::like(table) };
        for (id, entry) in table.lines() {
            let values: Vec<&str> =
                (0..table.columns().len()).map(|column| table.value(id, column)).collect();
            let count = entry.count.checked_add(entry.known).ok_or(Error::TooManyRows)?;
            history.table.enter(&values, count, entry.all_times())?;
        }
        Ok(history)
    }

    pub(crate) fn table(&self) -> &LineTable {
        &self.table
    }

    /// Returns the columns by which lines were folded.
    ///
    /// ```
    /// # use oddsift_hunt::{History, LineTable};
    /// assert_eq!(History::new(&LineTable::new(["user"]))?.columns(), ["user"]);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.table.columns()
    }

    /// Returns the number of rows that were counted.
    ///
    /// ```
    /// # use oddsift_hunt::{History, LineTable};
    /// assert_eq!(History::new(&LineTable::new(["user"]))?.n_rows(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.table.n_rows()
    }

    /// Returns the first and the last time of the rows; `None` where none has one. Looks at every line.
    ///
    /// ```
    /// use oddsift_hunt::{History, LineTable};
    ///
    /// assert_eq!(History::new(&LineTable::new(["user"]))?.times(), None);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn times(&self) -> Option<(Timestamp, Timestamp)> {
        let times = self.table.lines().filter_map(|(_, entry)| entry.times);
        times.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }

    /// Returns the number of distinct lines.
    ///
    /// ```
    /// # use oddsift_hunt::{History, LineTable};
    /// assert_eq!(History::new(&LineTable::new(["user"]))?.n_lines(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn n_lines(&self) -> usize {
        self.table.n_lines()
    }

    /// Returns the number of its last columns that hold sizes of numbers.
    ///
    /// ```
    /// use oddsift_hunt::{History, LineTable};
    ///
    /// let table = LineTable::new(["port"]).with_numbers(["bytes"]);
    /// assert_eq!(History::new(&table)?.n_numbers(), 1);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn n_numbers(&self) -> usize {
        self.table.kind.n_numbers()
    }

    /// Whether the lines are starts of programs.
    ///
    /// ```
    /// # use oddsift_hunt::{History, ProcessLines};
    /// assert!(History::new(&ProcessLines::new().into_table())?.is_of_processes());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn is_of_processes(&self) -> bool {
        self.table.kind == Kind::Process
    }

    /// Adds the lines of another history.
    ///
    /// # Errors
    ///
    /// [`Error::OtherColumns`] for one of other columns.
    ///
    /// ```
    /// # use oddsift_hunt::{History, LineTable};
    /// let mut users = History::new(&LineTable::new(["user"]))?;
    /// assert!(users.merge(&History::new(&LineTable::new(["host"]))?).is_err());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.table.merge(other.table.clone()).map(|_| ())
    }

    /// Drops the lines that were seen once and more than `n_days` before the newest one; says how many.
    /// Lines without a time stay.
    ///
    /// # Errors
    ///
    /// None that a history that was built can have.
    ///
    /// ```
    /// use oddsift_hunt::{History, LineTable, Sighting, Timestamp};
    ///
    /// let mut table = LineTable::new(["user"]);
    /// for (row, (user, day)) in [("anna", 0), ("bob", 99)].into_iter().enumerate() {
    ///     let time = Timestamp::from_second(day * 86_400).ok();
    ///     table.add(&Sighting { time, ..Sighting::new(row as u64, &[user]) })?;
    /// }
    /// let mut history = History::new(&table)?;
    /// assert_eq!((history.forget(30)?, history.n_lines()), (1, 1));
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn forget(&mut self, n_days: u32) -> Result<usize, Error> {
        let last = |times: Option<(Timestamp, Timestamp)>| times.map(|(_, last)| last.as_second());
        let newest = self.table.lines().filter_map(|(_, entry)| last(entry.times)).max();
        let Some(newest) = newest else { return Ok(0) };
        let limit = newest.saturating_sub(DAY.saturating_mul(i64::from(n_days)));
        let before = self.n_lines();
        let old = std::mem::replace(&mut self.table, LineTable::new([""; 0]));
        self.table = LineTable::like(&old);
        for (id, entry) in old.lines() {
            if entry.count > 1 || last(entry.times).is_none_or(|last| last >= limit) {
                let values: Vec<&str> =
                    (0..old.columns().len()).map(|column| old.value(id, column)).collect();
                self.table.enter(&values, entry.count, entry.times)?;
            }
        }
        Ok(before.saturating_sub(self.n_lines()))
    }
}

#[cfg(feature = "serde")]
mod saved {
    use oddsift_patterns::MASKS;
    use serde::de::IgnoredAny;
    use serde::{Deserialize, Serialize};

    use super::{Error, History, Kind, LineTable, Timestamp};
    use crate::saved::sorted;

    /// The name of the format in JSON.
    pub(crate) const FORMAT: &str = "oddsift-hunt";
    /// The version of the format.
    const VERSION: u64 = 1;

    /// The form in which a history is written: sorted, so that equal histories are equal bytes.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Saved {
        format: String,
        version: u64,
        masks: String,
        of_processes: bool,
        n_numbers: usize,
        columns: Vec<String>,
        /// The distinct values of each column, sorted.
        values: Vec<Vec<String>>,
        /// The places of the values of each line, one line behind the other.
        lines: Vec<u32>,
        counts: Vec<u64>,
        times: Vec<Option<(Timestamp, Timestamp)>>,
        /// Who saved it, for others.
        #[serde(default, skip_serializing, rename = "origin")]
        _origin: IgnoredAny,
    }

    impl History {
        /// The name of the format in JSON.
        ///
        /// ```
        /// assert_eq!(oddsift_hunt::History::FORMAT, "oddsift-hunt");
        /// ```
        pub const FORMAT: &'static str = FORMAT;
        /// The version of the format.
        ///
        /// ```
        /// assert_eq!(oddsift_hunt::History::VERSION, 1);
        /// ```
        pub const VERSION: u64 = VERSION;
    }

    impl Serialize for History {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Saved::of(&self.table).serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for History {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let saved = Saved::deserialize(deserializer)?;
            let table = saved.into_table().map_err(serde::de::Error::custom)?;
            Ok(Self { table })
        }
    }

    impl Saved {
        fn of(table: &LineTable) -> Self {
            let (values, places): (Vec<_>, Vec<_>) = table.values.iter().map(sorted).unzip();
            let place = |(value, places): (&u32, &Vec<u32>)| {
                places.get(*value as usize).copied().unwrap_or_default()
            };
            let mut lines: Vec<_> = table
                .lines()
                .map(|(id, entry)| {
                    let key: Vec<u32> = table.key(id).iter().zip(&places).map(place).collect();
                    (key, entry.count, entry.times)
                })
                .collect();
            lines.sort_unstable();
            Self {
                format: FORMAT.to_owned(),
                version: VERSION,
                masks: MASKS.to_owned(),
                of_processes: table.kind == Kind::Process,
                n_numbers: table.kind.n_numbers(),
                columns: table.columns().to_vec(),
                values,
                counts: lines.iter().map(|(_, count, _)| *count).collect(),
                times: lines.iter().map(|(_, _, times)| *times).collect(),
                lines: lines.into_iter().flat_map(|(key, ..)| key).collect(),
                _origin: IgnoredAny,
            }
        }

        fn into_table(self) -> Result<LineTable, Error> {
            if self.format != FORMAT {
                return Err(damaged("format", 0, "is not that of a history"));
            }
            if self.version != VERSION {
                return Err(Error::OtherVersion { found: self.version, ours: VERSION });
            }
            if self.masks != MASKS {
                return Err(Error::OtherMasks { found: self.masks, ours: MASKS.to_owned() });
            }
            let mut table = self.empty_table()?;
            self.check_lengths()?;
            let width = self.columns.len();
            let times = self.counts.iter().zip(&self.times);
            for (position, (count, times)) in times.enumerate() {
                if *count == 0 {
                    return Err(damaged("counts", position, "is zero"));
                }
                if times.is_some_and(|(first, last)| last < first) {
                    return Err(damaged("times", position, "ends before it starts"));
                }
                let start = position.saturating_mul(width);
                let key = self.lines.get(start..start.saturating_add(width)).unwrap_or_default();
                let value =
                    |(value, values): (&u32, &Vec<String>)| values.get(*value as usize).cloned();
                let values: Option<Vec<String>> = key.iter().zip(&self.values).map(value).collect();
                let values =
                    values.ok_or(damaged("lines", position, "has a value that is not there"))?;
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                if !table.enter(&values, *count, *times)? {
                    return Err(damaged("lines", position, "is there twice"));
                }
            }
            Ok(table)
        }

        fn empty_table(&self) -> Result<LineTable, Error> {
            if self.of_processes {
                let table = LineTable::of_processes();
                return if table.columns() == self.columns {
                    Ok(table)
                } else {
                    Err(damaged("columns", 0, "is not that of starts of programs"))
                };
            }
            let table = LineTable::of_values(&self.columns, self.n_numbers);
            table.ok_or(damaged("n_numbers", 0, "is more than there are columns"))
        }

        fn check_lengths(&self) -> Result<(), Error> {
            let n_lines = self.counts.len();
            let n_keys = n_lines.checked_mul(self.columns.len());
            if self.values.len() != self.columns.len() {
                return Err(damaged("values", self.values.len(), "has no column"));
            }
            if n_keys != Some(self.lines.len()) {
                return Err(damaged(
                    "lines",
                    self.lines.len(),
                    "is not as many as there are counts",
                ));
            }
            if self.times.len() != n_lines {
                return Err(damaged(
                    "times",
                    self.times.len(),
                    "is not as many as there are counts",
                ));
            }
            Ok(())
        }
    }

    fn damaged(field: &'static str, position: usize, fault: &'static str) -> Error {
        Error::Damaged { field, position, fault }
    }
}
