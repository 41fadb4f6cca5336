use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use hashbrown::DefaultHashBuilder;

use crate::table::Kind;
use crate::{Error, LineId, LineTable, Sighting, process};

/// Parts of a table: enough that threads seldom wait for each other.
const N_PARTS: u32 = 16;

/// A [`LineTable`] that threads fill together.
///
/// Each line is in one of sixteen parts, by its values, and each part has a lock: threads wait where they
/// add rows of one part at the same time. Nothing is counted twice, so the whole takes the memory of one
/// table, and joining the parts takes time by distinct lines.
///
/// ```
/// use oddsift_hunt::{LineTable, SharedTable, Sighting};
///
/// let shared = SharedTable::new(&LineTable::new(["user"]));
/// std::thread::scope(|scope| {
///     for first in [0, 100] {
///         let add = |row| shared.add(&Sighting::new(row, &["anna"]));
///         scope.spawn(move || (first..first + 100).try_for_each(|row| add(row).map(drop)));
///     }
/// });
/// let (table, _) = shared.into_table()?;
/// assert_eq!((table.n_rows(), table.n_lines()), (200, 1));
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug)]
pub struct SharedTable {
    parts: Vec<Mutex<LineTable>>,
    kind: Kind,
    hasher: DefaultHashBuilder,
}

/// The number of a line in a [`SharedTable`], until its parts are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedId(u32);

/// The lines of a joined table by their numbers in the [`SharedTable`].
#[derive(Debug, Clone)]
pub struct SharedNames(Vec<Vec<LineId>>);

impl SharedTable {
    /// Makes an empty table of the columns of another.
    ///
    /// ```
    /// use oddsift_hunt::{LineTable, SharedTable};
    ///
    /// let (table, _) = SharedTable::new(&LineTable::new(["port"])).into_table()?;
    /// assert_eq!(table.columns(), ["port"]);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn new(like: &LineTable) -> Self {
        let parts = (0..N_PARTS).map(|_| Mutex::new(LineTable::like(like))).collect();
        Self { parts, kind: like.kind, hasher: DefaultHashBuilder::default() }
    }

    /// Adds a row; gives its line and whether the row is among the first of it, which are kept.
    ///
    /// # Errors
    ///
    /// As [`LineTable::add`].
    ///
    /// ```
    /// use oddsift_hunt::{LineTable, SharedTable, Sighting};
    ///
    /// let shared = SharedTable::new(&LineTable::new(["port"]));
    /// let (first, is_kept) = shared.add(&Sighting::new(0, &["22"]))?;
    /// assert!(is_kept && shared.add(&Sighting::new(1, &["22"]))?.0 == first);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn add(&self, seen: &Sighting<'_>) -> Result<(SharedId, bool), Error> {
        let part = self.part_of(seen.values);
        let too_many = || Error::TooManyValues { what: "lines".to_owned() };
        let table = self.parts.get(part as usize).ok_or_else(too_many)?;
        let (id, is_kept) = table.lock().unwrap_or_else(PoisonError::into_inner).add(seen)?;
        let id = id.number().checked_mul(N_PARTS).and_then(|id| id.checked_add(part));
        Ok((SharedId(id.ok_or_else(too_many)?), is_kept))
    }

    /// The part of a line. Starts of one command line by several parents share its text, so they share a part.
    fn part_of(&self, values: &[&str]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        for (place, value) in values.iter().enumerate() {
            if self.kind != Kind::Process || place != process::PARENT {
                value.hash(&mut hasher);
            }
        }
        // High bits: the low ones choose the place in the tables.
        u32::try_from(hasher.finish() >> 56).unwrap_or_default() % N_PARTS
    }

    /// Joins the parts.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyValues`] and [`Error::TooManyRows`] where numbers end.
    ///
    /// ```
    /// use oddsift_hunt::{LineTable, SharedTable, Sighting};
    ///
    /// let shared = SharedTable::new(&LineTable::new(["port"]));
    /// let (line, _) = shared.add(&Sighting::new(0, &["22"]))?;
    /// let (table, names) = shared.into_table()?;
    /// assert_eq!((table.n_lines(), names.line(line).map(|line| line.number())), (1, Some(0)));
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn into_table(self) -> Result<(LineTable, SharedNames), Error> {
        let inner =
            |part: Mutex<LineTable>| part.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut parts = self.parts.into_iter().map(inner);
        let Some(mut whole) = parts.next() else {
            return Ok((LineTable::new([""; 0]), SharedNames(Vec::new())));
        };
        let mut names = vec![whole.lines().map(|(id, _)| id).collect()];
        for part in parts {
            names.push(whole.merge(part)?);
        }
        Ok((whole, SharedNames(names)))
    }
}

impl SharedId {
    /// Returns the number.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::SharedId::from_number(7).number(), 7);
    /// ```
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Makes the id of a number; that of another table, or none, is no line.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::SharedId::from_number(0).number(), 0);
    /// ```
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl SharedNames {
    /// Returns the line in the joined table.
    ///
    /// ```
    /// use oddsift_hunt::{LineTable, SharedId, SharedTable};
    ///
    /// let (_, names) = SharedTable::new(&LineTable::new(["port"])).into_table()?;
    /// assert_eq!(names.line(SharedId::from_number(3)), None);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn line(&self, id: SharedId) -> Option<LineId> {
        let part = self.0.get((id.0 % N_PARTS) as usize)?;
        part.get((id.0 / N_PARTS) as usize).copied()
    }
}
