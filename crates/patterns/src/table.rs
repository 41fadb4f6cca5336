use oddsift_ground::DistinctRows;
use oddsift_timespan::Timestamp;

use crate::distinct::{DistinctColumn, MAX_VALUES};
use crate::time_spans::TimeSpans;
use crate::{Aggregate, Error, Observation, PatternId, TemplateState};

/// Most patterns of a table: the last `u32` is left free, as a mark for "none".
pub(crate) const MAX_PATTERNS: u32 = DistinctRows::<f64>::MOST;

/// Distinct rows of numbers, each with its count of rows, weight, first row, times and template.
///
/// Rows of equal values and equal weight are of one pattern; rows that differ in weight alone are
/// patterns of their own, so that no sum of weights depends on the order of the rows.
///
/// Patterns are numbered in the order in which they came. Memory grows with the
/// number of patterns (and of distinct counted values), not with the rows. Two
/// tables are equal when their options, their patterns in their order and all
/// that is known of them agree; after [`sort_by_first_row`](Self::sort_by_first_row)
/// that does not depend on how the rows were split over tables.
///
/// ```
/// use oddsift_patterns::{Observation, PatternTable};
///
/// let mut table = PatternTable::new(2);
/// let a = table.add(&[1.0, -0.0], &Observation::new(0))?;
/// let b = table.add(&[1.0, 0.0], &Observation::new(1))?;
/// assert_eq!((a, table.count(a), table.n_rows(), table.len()), (b, 2, 2, 1));
/// # Ok::<(), oddsift_patterns::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PatternTable {
    pub(crate) has_templates: bool,
    pub(crate) n_rows: u64,
    /// The values of each pattern; its mark is the weight of one of its rows.
    pub(crate) rows: DistinctRows<f64>,
    /// Rows a pattern.
    pub(crate) counts: Vec<u64>,
    pub(crate) first_rows: Vec<u64>,
    pub(crate) times: TimeSpans,
    /// One a pattern where templates are kept, else empty.
    pub(crate) templates: Vec<Option<TemplateState>>,
    pub(crate) distinct: Vec<DistinctColumn>,
}

/// The columns of a [`PatternTable`], each in the order of the patterns.
///
/// ```
/// use oddsift_patterns::{Observation, PatternTable};
///
/// let mut table = PatternTable::new(2);
/// table.add(&[1.0, 2.0], &Observation::new(7))?;
/// let columns = table.into_columns();
/// assert_eq!((columns.values, columns.counts, columns.first_rows), (vec![1.0, 2.0], vec![1], vec![7]));
/// # Ok::<(), oddsift_patterns::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PatternColumns {
    /// The values, row-major.
    pub values: Vec<f64>,
    /// The number of rows.
    pub counts: Vec<u64>,
    /// The lowest row number.
    pub first_rows: Vec<u64>,
    /// The first and last times.
    pub times: TimeSpans,
}

impl PatternTable {
    /// An empty table for rows of `n_features` values, without templates and counted columns.
    ///
    /// With no features at all, every row is of one pattern.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(0);
    /// assert_eq!(table.add(&[], &Observation::default())?, table.add(&[], &Observation::default())?);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn new(n_features: usize) -> Self {
        Self {
            has_templates: false,
            n_rows: 0,
            rows: DistinctRows::marked(n_features),
            counts: Vec::new(),
            first_rows: Vec::new(),
            times: TimeSpans::default(),
            templates: Vec::new(),
            distinct: Vec::new(),
        }
    }

    /// Keeps a template of each pattern's texts (default: no). To be set before the first row;
    /// set later, the texts of the rows so far take no part.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1).with_templates(true);
    /// for (row, text) in ["ping host-1", "ping host-2"].into_iter().enumerate() {
    ///     let text = Some(text);
    ///     table.add(&[1.0], &Observation { text, ..Observation::new(row as u64) })?;
    /// }
    /// let id = table.ids().next().unwrap();
    /// assert_eq!(table.template(id).unwrap().template().to_string(), "ping *");
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    #[must_use]
    pub fn with_templates(mut self, keep: bool) -> Self {
        self.has_templates = keep;
        self.templates = if keep { vec![None; self.len()] } else { Vec::new() };
        self
    }

    /// Counts distinct values of `n_columns` columns (default: none). To be set before the first
    /// row; set later, the values of the rows so far are not counted.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1).with_distinct(2); // hosts and users
    /// for (row, user) in ["alice", "bob"].into_iter().enumerate() {
    ///     let distinct = &[Some("web"), Some(user)];
    ///     table.add(&[1.0], &Observation { distinct, ..Observation::new(row as u64) })?;
    /// }
    /// assert_eq!(table.fold_distinct(table.ids()), [1, 2]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    #[must_use]
    pub fn with_distinct(mut self, n_columns: usize) -> Self {
        self.distinct = vec![DistinctColumn::default(); n_columns];
        self
    }

    /// Adds one row and says which pattern it is of. `values` has one number a feature; -0.0 is
    /// taken as 0.0. Costs one hash look-up, and allocates only for a pattern, counted value or
    /// template that is new. On an error the table stays as it was.
    ///
    /// # Errors
    ///
    /// [`Error::NonFinite`] and [`Error::NonFiniteWeight`] for a NaN or an infinity,
    /// [`Error::Length`] and [`Error::DistinctLength`] for a wrong number of values,
    /// [`Error::TooManyPatterns`],
    /// [`Error::TooManyValues`] and [`Error::TooManyRows`] where the table is full.
    ///
    /// ```
    /// use oddsift_patterns::{Error, Observation, PatternTable};
    ///
    /// let mut table = PatternTable::new(2);
    /// let id = table.add(&[0.0, 1.0], &Observation::default())?;
    /// assert_eq!(table.add(&[-0.0, 1.0], &Observation::new(1))?, id);
    /// let error = table.add(&[0.0, f64::NAN], &Observation::new(2)).unwrap_err();
    /// assert_eq!(error, Error::NonFinite { row: 2, column: 1 });
    /// assert_eq!(table.n_rows(), 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn add(
        &mut self,
        values: &[f64],
        observation: &Observation<'_>,
    ) -> Result<PatternId, Error> {
        self.check(values, observation)?;
        let id = self.find_or_insert(values, observation.weight)?;
        let time = observation.time.map(|time| (time, time));
        self.fold(id, 1, observation.row, time);
        self.add_texts(id, observation);
        Ok(PatternId(id))
    }

    /// Adds the rows of a pattern that were counted elsewhere, as by `GROUP BY`, and says which pattern
    /// it is here: the table is that of the rows themselves. Costs one hash look-up. Counted columns
    /// learn nothing of these rows. On an error the table stays as it was.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    ///
    /// ```
    /// use oddsift_patterns::{Aggregate, Observation, PatternTable};
    ///
    /// let (mut rows, mut counted) = (PatternTable::new(1), PatternTable::new(1));
    /// for row in 4..7 {
    ///     rows.add(&[1.5], &Observation::new(row))?;
    /// }
    /// counted.add_pattern(&[1.5], Aggregate { count: 3.try_into()?, ..Aggregate::new(4) })?;
    /// assert_eq!(rows, counted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_pattern(&mut self, values: &[f64], pattern: Aggregate) -> Result<PatternId, Error> {
        let Aggregate { count, first_row, row_weight, times, template } = pattern;
        let distinct = vec![None; self.distinct.len()];
        let observation =
            Observation { weight: row_weight, distinct: &distinct, ..Observation::new(first_row) };
        self.check(values, &observation)?;
        self.n_rows.checked_add(count.get()).ok_or(Error::TooManyRows)?;
        let id = self.find_or_insert(values, row_weight)?;
        let times = times.map(|(a, b)| (a.min(b), a.max(b)));
        self.fold(id, count.get(), first_row, times);
        self.fold_template(id, template);
        Ok(PatternId(id))
    }

    /// Number of patterns.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// for (row, value) in [3.0, 5.0, 3.0].into_iter().enumerate() {
    ///     table.add(&[value], &Observation::new(row as u64))?;
    /// }
    /// assert_eq!(table.len(), 2);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// True if no row was added.
    ///
    /// ```
    /// # use oddsift_patterns::PatternTable;
    /// assert!(PatternTable::new(3).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Number of values a row.
    ///
    /// ```
    /// # use oddsift_patterns::PatternTable;
    /// assert_eq!(PatternTable::new(3).n_features(), 3);
    /// ```
    pub fn n_features(&self) -> usize {
        self.rows.n_columns()
    }

    /// Number of rows added, those of merged tables too: the sum of all counts.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// table.add(&[3.0], &Observation::default())?;
    /// table.add(&[3.0], &Observation::new(1))?;
    /// assert_eq!((table.n_rows(), table.len()), (2, 1));
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Whether templates are kept.
    ///
    /// ```
    /// # use oddsift_patterns::PatternTable;
    /// assert!(!PatternTable::new(1).has_templates());
    /// assert!(PatternTable::new(1).with_templates(true).has_templates());
    /// ```
    pub fn has_templates(&self) -> bool {
        self.has_templates
    }

    /// Number of columns whose distinct values are counted.
    ///
    /// ```
    /// # use oddsift_patterns::PatternTable;
    /// assert_eq!(PatternTable::new(1).with_distinct(2).n_distinct(), 2);
    /// ```
    pub fn n_distinct(&self) -> usize {
        self.distinct.len()
    }

    /// All patterns in their order.
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let mut table = PatternTable::new(1);
    /// for (row, value) in [3.0, 5.0, 3.0].into_iter().enumerate() {
    ///     table.add(&[value], &Observation::new(row as u64))?;
    /// }
    /// assert_eq!(table.ids().map(|id| table.count(id)).collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    #[expect(clippy::cast_possible_truncation, reason = "there are at most MAX_PATTERNS")]
    pub fn ids(&self) -> impl ExactSizeIterator<Item = PatternId> + use<> {
        (0..self.len() as u32).map(PatternId)
    }

    /// All values, row-major: [`len`](Self::len) rows of [`n_features`](Self::n_features), finite.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(2);
    /// table.add(&[1.0, 2.0], &Observation::default())?;
    /// table.add(&[3.0, 4.0], &Observation::new(1))?;
    /// assert_eq!(table.matrix(), [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn matrix(&self) -> &[f64] {
        self.rows.rows()
    }

    /// Gives back the room to grow and the index by which patterns are found, which the next row that is
    /// added makes anew.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// let id = table.add(&[1.0], &Observation::new(0))?;
    /// table.shrink_to_fit();
    /// assert_eq!(table.add(&[1.0], &Observation::new(1))?, id);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn shrink_to_fit(&mut self) {
        self.rows.shrink_to_fit();
        self.counts.shrink_to_fit();
        self.first_rows.shrink_to_fit();
        self.templates.shrink_to_fit();
    }

    /// The columns of the table, for who looks no row up any more: the index by which rows are found,
    /// templates and counted values are given back.
    ///
    /// ```
    /// # use oddsift_patterns::PatternTable;
    /// assert!(PatternTable::new(3).into_columns().counts.is_empty());
    /// ```
    #[must_use]
    pub fn into_columns(self) -> PatternColumns {
        PatternColumns {
            values: self.rows.into_rows(),
            counts: self.counts,
            first_rows: self.first_rows,
            times: self.times,
        }
    }

    /// The number of rows of each pattern, in the order of the patterns.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// for (row, value) in [3.0, 5.0, 3.0].into_iter().enumerate() {
    ///     table.add(&[value], &Observation::new(row as u64))?;
    /// }
    /// assert_eq!(table.counts(), [2, 1]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The [`weight`](Self::weight) of each pattern, in the order of the patterns: what algorithms
    /// take as sample weights. Costs a pass over the patterns.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// for (row, weight) in [0.5, 2.0, 0.5].into_iter().enumerate() {
    ///     table.add(&[1.0], &Observation { weight, ..Observation::new(row as u64) })?;
    /// }
    /// assert_eq!(table.weights(), [1.0, 2.0]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    #[doc(alias = "sample_weight")]
    pub fn weights(&self) -> Vec<f64> {
        self.ids().map(|id| self.weight(id)).collect()
    }

    /// The pattern's values.
    ///
    /// # Panics
    ///
    /// Like every method that takes an id: if `id` is of another table and this one has no such.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(2);
    /// let id = table.add(&[1.0, 2.0], &Observation::default())?;
    /// assert_eq!(table.values(id), [1.0, 2.0]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn values(&self, id: PatternId) -> &[f64] {
        self.rows.row(id.0)
    }

    /// The number of rows of the pattern.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// table.add(&[1.0], &Observation::default())?;
    /// let id = table.add(&[1.0], &Observation::new(1))?;
    /// assert_eq!(table.count(id), 2);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn count(&self, id: PatternId) -> u64 {
        self.counts[id.index()]
    }

    /// The weight of one row of the pattern; 1 where rows have none.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// let plain = table.add(&[1.0], &Observation::new(0))?;
    /// let light = table.add(&[1.0], &Observation { weight: 0.25, ..Observation::new(1) })?;
    /// assert_ne!(plain, light);
    /// assert_eq!((table.row_weight(plain), table.row_weight(light)), (1.0, 0.25));
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn row_weight(&self, id: PatternId) -> f64 {
        self.rows.mark(id.0)
    }

    /// The weight of all rows of the pattern: their [`count`](Self::count) times the weight of
    /// [one](Self::row_weight).
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// table.add(&[1.0], &Observation { weight: 2.5, ..Observation::new(0) })?;
    /// let id = table.add(&[1.0], &Observation { weight: 2.5, ..Observation::new(1) })?;
    /// assert_eq!((table.count(id), table.weight(id)), (2, 5.0));
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn weight(&self, id: PatternId) -> f64 {
        self.count(id) as f64 * self.row_weight(id)
    }

    /// The lowest row number of the pattern: its exemplar.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1);
    /// table.add(&[1.0], &Observation::new(8))?;
    /// let id = table.add(&[1.0], &Observation::new(5))?;
    /// assert_eq!(table.first_row(id), 5);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn first_row(&self, id: PatternId) -> u64 {
        self.first_rows[id.index()]
    }

    /// First and last time of the pattern; none if no row of it had a time.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable, Timestamp};
    /// let at = |second| Timestamp::constant(second, 0);
    /// let mut table = PatternTable::new(1);
    /// for (row, second) in [30, 10, 20].into_iter().enumerate() {
    ///     let time = Some(at(second));
    ///     table.add(&[1.0], &Observation { time, ..Observation::new(row as u64) })?;
    /// }
    /// assert_eq!(table.times(table.ids().next().unwrap()), Some((at(10), at(30))));
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn times(&self, id: PatternId) -> Option<(Timestamp, Timestamp)> {
        self.times.get(id.index())
    }

    /// The state of the pattern's template; none if no row of it had a text, or none is kept.
    ///
    /// ```
    /// # use oddsift_patterns::{Observation, PatternTable};
    /// let mut table = PatternTable::new(1).with_templates(true);
    /// let id = table.add(&[1.0], &Observation { text: Some("dir"), ..Observation::default() })?;
    /// let silent = table.add(&[2.0], &Observation::new(1))?;
    /// assert_eq!(table.template(id).unwrap().template().to_string(), "dir");
    /// assert!(table.template(silent).is_none());
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn template(&self, id: PatternId) -> Option<&TemplateState> {
        self.templates.get(id.index()).and_then(Option::as_ref)
    }

    /// The pattern that has these values, in rows of this weight.
    pub(crate) fn find(&self, values: &[f64], row_weight: f64) -> Option<u32> {
        self.rows.find_marked(values, row_weight)
    }

    /// The values are finite, and as many as there are features.
    pub(crate) fn find_or_insert(&mut self, values: &[f64], row_weight: f64) -> Result<u32, Error> {
        let full = || Error::TooManyPatterns { limit: MAX_PATTERNS };
        // Adding 0.0 turns -0.0 into 0.0, so that equal tables show equal weights.
        let id = self.rows.find_or_insert_marked(values, row_weight + 0.0).ok_or_else(full)?;
        if id as usize == self.counts.len() {
            self.counts.push(0);
            self.first_rows.push(u64::MAX);
            if self.has_templates {
                self.templates.push(None);
            }
        }
        Ok(id)
    }

    /// Adds `count` rows to what is known of a pattern.
    pub(crate) fn fold(
        &mut self,
        id: u32,
        count: u64,
        first_row: u64,
        times: Option<(Timestamp, Timestamp)>,
    ) {
        let at = id as usize;
        self.n_rows += count;
        self.counts[at] += count;
        self.first_rows[at] = self.first_rows[at].min(first_row);
        if let Some(times) = times {
            self.times.widen(at, times);
        }
    }

    fn check(&self, values: &[f64], observation: &Observation<'_>) -> Result<(), Error> {
        let row = observation.row;
        if values.len() != self.n_features() {
            return Err(Error::Length { row, expected: self.n_features(), found: values.len() });
        }
        if let Some(column) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NonFinite { row, column });
        }
        if !observation.weight.is_finite() {
            return Err(Error::NonFiniteWeight { row });
        }
        let (expected, found) = (self.distinct.len(), observation.distinct.len());
        if expected != found {
            return Err(Error::DistinctLength { row, expected, found });
        }
        if let Some(column) = self.distinct.iter().position(DistinctColumn::is_full) {
            return Err(Error::TooManyValues { column, limit: MAX_VALUES });
        }
        if self.n_rows == u64::MAX {
            return Err(Error::TooManyRows);
        }
        Ok(())
    }

    fn add_texts(&mut self, id: u32, observation: &Observation<'_>) {
        if let (Some(text), Some(slot)) = (observation.text, self.templates.get_mut(id as usize)) {
            match slot {
                Some(state) => state.add(text),
                None => *slot = Some(TemplateState::new(text)),
            }
        }
        for (column, value) in self.distinct.iter_mut().zip(observation.distinct) {
            if let Some(value) = value {
                column.add(id, value);
            }
        }
    }
}

impl PartialEq for PatternTable {
    fn eq(&self, other: &Self) -> bool {
        self.n_features() == other.n_features()
            && self.has_templates == other.has_templates
            && self.n_rows == other.n_rows
            && self.matrix() == other.matrix()
            && self.counts == other.counts
            && self.ids().all(|id| self.row_weight(id) == other.row_weight(id))
            && self.first_rows == other.first_rows
            && self.times.equals(&other.times, self.len())
            && self.templates == other.templates
            && self.distinct == other.distinct
    }
}
