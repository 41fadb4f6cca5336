use crate::findings::rank;
use crate::{Error, History, Hunt, LineTable};

/// How lines are ranked.
///
/// ```
/// use oddsift_hunt::{HuntParams, LineTable, Sighting};
///
/// let mut table = LineTable::new(["port", "service"]);
/// for row in 0..50 {
///     table.add(&Sighting::new(row, if row == 9 { &["4444", "-"] } else { &["443", "ssl"] }))?;
/// }
/// let hunt = HuntParams::new().rank(table)?;
/// assert_eq!(hunt.lines()[0].row, 9);
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct HuntParams {
    known: Option<History>,
    pub(crate) all: bool,
}

impl HuntParams {
    /// Without a history.
    ///
    /// ```
    /// let _params = oddsift_hunt::HuntParams::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ranks what is new beside a history; what is known there is counted and left out.
    ///
    /// ```
    /// use oddsift_hunt::{History, HuntParams, ProcessEvent, ProcessLines};
    ///
    /// let lines = |path| {
    ///     let mut lines = ProcessLines::new();
    ///     lines.add(&ProcessEvent { path, ..ProcessEvent::new(0) })?;
    ///     Ok::<_, oddsift_hunt::Error>(lines.into_table())
    /// };
    /// let history = History::new(&lines("a.exe")?)?;
    /// let params = HuntParams::new().known(history);
    /// assert_eq!(params.rank(lines("a.exe")?)?.lines().len(), 0);
    /// assert_eq!(params.rank(lines("b.exe")?)?.lines().len(), 1);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn known(mut self, history: History) -> Self {
        self.known = Some(history);
        self
    }

    /// Ranks what is known, too.
    ///
    /// ```
    /// let _params = oddsift_hunt::HuntParams::new().all(true);
    /// ```
    #[must_use]
    pub fn all(mut self, all: bool) -> Self {
        self.all = all;
        self
    }

    /// Ranks the lines of a table and joins their rows to findings.
    ///
    /// Time `O(n log n)` and memory `O(n)` for `n` distinct lines, whatever the number of rows.
    ///
    /// # Errors
    ///
    /// [`Error::OtherColumns`] for a history of other columns, [`Error::TooManyValues`] and
    /// [`Error::TooManyRows`] where numbers end.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, LineTable};
    ///
    /// assert!(HuntParams::new().rank(LineTable::new(["a"]))?.lines().is_empty());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn rank(&self, mut table: LineTable) -> Result<Hunt, Error> {
        if let Some(history) = &self.known {
            table.learn(history.table())?;
        }
        rank(table, self)
    }
}
