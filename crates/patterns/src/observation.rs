use std::num::NonZeroU64;

use oddsift_timespan::Timestamp;

use crate::TemplateState;

/// What a row brings beside its values; see [`PatternTable::add`](crate::PatternTable::add).
///
/// ```
/// use oddsift_patterns::Observation;
///
/// let seen = Observation { text: Some("cmd /c dir"), ..Observation::new(7) };
/// assert_eq!((seen.row, seen.weight, seen.time), (7, 1.0, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation<'a> {
    /// The row's number, given by the caller and unique over all tables that will merge.
    pub row: u64,
    /// The weight of the row, as scikit-learn's `sample_weight`; finite, 1 where rows have none.
    pub weight: f64,
    /// When it happened, if that is known.
    pub time: Option<Timestamp>,
    /// The text for the template; a missing text takes no part, an empty one does.
    pub text: Option<&'a str>,
    /// One value for each counted column; a missing value is not counted.
    pub distinct: &'a [Option<&'a str>],
}

impl Observation<'_> {
    /// A row of weight 1 of which nothing else is known.
    ///
    /// ```
    /// # use oddsift_patterns::Observation;
    /// let bare = Observation::new(7);
    /// assert!(bare.time.is_none() && bare.text.is_none() && bare.distinct.is_empty());
    /// ```
    pub const fn new(row: u64) -> Self {
        Self { row, weight: 1.0, time: None, text: None, distinct: &[] }
    }
}

/// Row 0, as [`Observation::new`] has it.
impl Default for Observation<'_> {
    fn default() -> Self {
        Self::new(0)
    }
}

/// A pattern that was counted elsewhere, as by a database; see
/// [`PatternTable::add_pattern`](crate::PatternTable::add_pattern).
///
/// ```
/// use oddsift_patterns::Aggregate;
///
/// let seen = Aggregate { count: 12.try_into()?, ..Aggregate::new(7) };
/// assert_eq!((seen.first_row, seen.row_weight, seen.times), (7, 1.0, None));
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The number of rows.
    pub count: NonZeroU64,
    /// The lowest number of a row, unique over all patterns of the table.
    pub first_row: u64,
    /// The weight of one row; finite, 1 where rows have none.
    pub row_weight: f64,
    /// Two times between which all rows are, in any order.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The state of the template of all texts.
    pub template: Option<TemplateState>,
}

impl Aggregate {
    /// One row of weight 1 of which nothing else is known.
    ///
    /// ```
    /// assert_eq!(oddsift_patterns::Aggregate::new(7).count.get(), 1);
    /// ```
    pub const fn new(first_row: u64) -> Self {
        let count = NonZeroU64::MIN;
        Self { count, first_row, row_weight: 1.0, times: None, template: None }
    }
}

/// Names a pattern of one [`PatternTable`](crate::PatternTable): a number from 0.
///
/// ```
/// use oddsift_patterns::{Observation, PatternTable};
///
/// let mut table = PatternTable::new(1);
/// let id = table.add(&[1.5], &Observation::default())?;
/// assert_eq!(id.index(), 0);
/// # Ok::<(), oddsift_patterns::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(pub(crate) u32);

impl PatternId {
    /// The pattern's position in the table, such as its row in
    /// [`PatternTable::matrix`](crate::PatternTable::matrix).
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// table.add(&[1.5], &Observation::default())?;
    /// let id = table.add(&[2.5], &Observation::new(1))?;
    /// assert_eq!(table.matrix()[id.index()], 2.5);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
