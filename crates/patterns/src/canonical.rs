use std::cmp::Ordering;

use crate::distinct::MAX_VALUES;
use crate::table::MAX_PATTERNS;
use crate::{Error, PatternId, PatternTable, TemplateState};

impl PatternTable {
    /// Adds all rows of `other`, and says which pattern here each of its patterns is: entry `i` is
    /// for its pattern `i`.
    ///
    /// Whether rows came in by [`add`](Self::add) or by merging, and in which order, makes no
    /// difference but for the order of the patterns, which
    /// [`sort_by_first_row`](Self::sort_by_first_row) settles. Costs a look-up a pattern of
    /// `other`. On an error the table stays as it was.
    ///
    /// # Errors
    ///
    /// [`Error::Unlike`] if the tables differ in features or options, [`Error::TooManyPatterns`],
    /// [`Error::TooManyValues`] or [`Error::TooManyRows`] if one table cannot hold both.
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let (mut a, mut b) = (PatternTable::new(1), PatternTable::new(1));
    /// a.add(&[2.0], &Observation::new(4))?;
    /// b.add(&[9.0], &Observation::new(0))?;
    /// b.add(&[2.0], &Observation::new(1))?;
    /// let ids = a.merge(b)?;
    /// assert_eq!(ids.iter().map(|id| id.index()).collect::<Vec<_>>(), [1, 0]);
    /// assert_eq!((a.count(ids[1]), a.first_row(ids[1])), (2, 1));
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn merge(&mut self, mut other: Self) -> Result<Vec<PatternId>, Error> {
        self.check_merge(&other)?;
        let mut ids = Vec::with_capacity(other.len());
        for id in other.ids() {
            let here = self.find_or_insert(other.values(id), other.row_weight(id))?;
            self.fold(here, other.count(id), other.first_row(id), other.times(id));
            let template = other.templates.get_mut(id.index()).and_then(Option::take);
            self.fold_template(here, template);
            ids.push(PatternId(here));
        }
        for (ours, theirs) in self.distinct.iter_mut().zip(&other.distinct) {
            ours.merge(theirs, |id| ids[id as usize].0);
        }
        Ok(ids)
    }

    /// Puts the patterns in the order of their first rows, and says what became of each: entry `i`
    /// is the new id of what was pattern `i`.
    ///
    /// This is the one order that does not depend on chunks, threads or merges: after it, tables
    /// of the same rows are equal.
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let mut table = PatternTable::new(1);
    /// table.add(&[7.0], &Observation::new(5))?;
    /// table.add(&[3.0], &Observation::new(2))?;
    /// let new_ids = table.sort_by_first_row();
    /// assert_eq!(new_ids.iter().map(|id| id.index()).collect::<Vec<_>>(), [1, 0]);
    /// assert_eq!(table.matrix(), [3.0, 7.0]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn sort_by_first_row(&mut self) -> Vec<PatternId> {
        let mut order: Vec<PatternId> = self.ids().collect();
        order.sort_unstable_by(|&a, &b| self.compare(a, b));
        if !order.is_sorted() {
            self.rows.reorder(order.iter().map(|id| id.0));
            permute(&mut self.counts, &order);
            permute(&mut self.first_rows, &order);
            self.times.permute(&order);
            permute(&mut self.templates, &order);
        }
        self.rename(&order)
    }

    /// The table with its patterns in the order of their first rows; see
    /// [`sort_by_first_row`](Self::sort_by_first_row).
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let row = |row| Observation::new(row);
    /// let (mut a, mut b) = (PatternTable::new(1), PatternTable::new(1));
    /// a.add(&[7.0], &row(1))?;
    /// a.add(&[3.0], &row(0))?;
    /// b.add(&[3.0], &row(0))?;
    /// b.add(&[7.0], &row(1))?;
    /// assert_ne!(a, b);
    /// assert_eq!(a.into_canonical(), b.into_canonical());
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    #[must_use]
    pub fn into_canonical(mut self) -> Self {
        self.sort_by_first_row();
        self
    }

    /// Callers number rows uniquely; where they do not, the values decide, then the weight.
    fn compare(&self, a: PatternId, b: PatternId) -> Ordering {
        let by_row = self.first_row(a).cmp(&self.first_row(b));
        let pairs = || self.values(a).iter().zip(self.values(b));
        by_row
            .then_with(|| {
                pairs().map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
            })
            .then_with(|| self.row_weight(a).total_cmp(&self.row_weight(b)))
    }

    fn rename(&mut self, order: &[PatternId]) -> Vec<PatternId> {
        let mut new_id = vec![PatternId(0); order.len()];
        for (id, old) in self.ids().zip(order) {
            new_id[old.index()] = id;
        }
        for column in &mut self.distinct {
            column.canonicalize(|id| new_id[id as usize].0);
        }
        new_id
    }

    pub(crate) fn fold_template(&mut self, id: u32, template: Option<TemplateState>) {
        if let (Some(theirs), Some(slot)) = (template, self.templates.get_mut(id as usize)) {
            match slot {
                Some(ours) => ours.merge(&theirs),
                None => *slot = Some(theirs),
            }
        }
    }

    fn check_merge(&self, other: &Self) -> Result<(), Error> {
        let alike = |option, ours: usize, theirs: usize| {
            if ours == theirs { Ok(()) } else { Err(Error::Unlike { option, ours, theirs }) }
        };
        alike("features", self.n_features(), other.n_features())?;
        alike("templates", usize::from(self.has_templates), usize::from(other.has_templates))?;
        alike("counted columns", self.distinct.len(), other.distinct.len())?;
        self.n_rows.checked_add(other.n_rows).ok_or(Error::TooManyRows)?;
        self.check_room(other)
    }

    fn check_room(&self, other: &Self) -> Result<(), Error> {
        let fits = |here: usize, limit: u32, all: usize, new: &dyn Fn() -> usize| {
            let room = (limit as usize).saturating_sub(here);
            // Counting the new ones takes a pass, so only where it matters.
            all <= room || new() <= room
        };
        let is_new = |&id: &PatternId| self.find(other.values(id), other.row_weight(id)).is_none();
        let new = || other.ids().filter(is_new).count();
        if !fits(self.len(), MAX_PATTERNS, other.len(), &new) {
            return Err(Error::TooManyPatterns { limit: MAX_PATTERNS });
        }
        for (column, (ours, theirs)) in self.distinct.iter().zip(&other.distinct).enumerate() {
            let (here, all) = (ours.values().len(), theirs.values().len());
            if !fits(here, MAX_VALUES, all, &|| ours.n_new(theirs)) {
                return Err(Error::TooManyValues { column, limit: MAX_VALUES });
            }
        }
        Ok(())
    }
}

/// Moves item `order[i]` to place `i`, along each cycle, since a copy of all takes as much memory again.
pub(crate) fn permute<T>(items: &mut [T], order: &[PatternId]) {
    if items.is_empty() {
        return;
    }
    let mut order = order.to_vec();
    for (start, id) in (0..order.len()).zip(0..) {
        let (mut at, mut here) = (start, PatternId(id));
        loop {
            let from = std::mem::replace(&mut order[at], here);
            if from.index() == start {
                break;
            }
            items.swap(at, from.index());
            (at, here) = (from.index(), from);
        }
    }
}
