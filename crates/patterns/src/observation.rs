use oddsift_timespan::Timestamp;

/// What a row brings beside its values; see [`PatternTable::add`](crate::PatternTable::add).
///
/// ```
/// use oddsift_patterns::Observation;
///
/// let bare = Observation { row: 7, ..Observation::default() };
/// assert!(bare.time.is_none() && bare.text.is_none() && bare.distinct.is_empty());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observation<'a> {
    /// The row's number, given by the caller and unique over all tables that will merge.
    pub row: u64,
    /// When it happened, if that is known.
    pub time: Option<Timestamp>,
    /// The text for the template; a missing text takes no part, an empty one does.
    pub text: Option<&'a str>,
    /// One value for each counted column; a missing value is not counted.
    pub distinct: &'a [Option<&'a str>],
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
    /// let id = table.add(&[2.5], &Observation { row: 1, ..Observation::default() })?;
    /// assert_eq!(table.matrix()[id.index()], 2.5);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
