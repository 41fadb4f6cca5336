use std::sync::{Mutex, PoisonError};

use oddsift_features::FeatureOptions;
use oddsift_outliers::{MAX_COUNT, Stack, Stacked};
use oddsift_records::{Batch, Record};

use crate::error::RowFault;
use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::space::refuse_repeated;
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Layout, Parameter, ReadSummary};

const BY: Parameter = Parameter("by");

/// Which combinations of values are counted.
///
/// ```
/// use oddsift_pipeline::StackParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let counts = StackParams::new(["NewProcessName", "Account"]).count(path)?;
/// assert_eq!(counts.rare()[0].count(), 1);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StackParams {
    /// The columns whose combinations are counted.
    pub by: Vec<String>,
    /// The largest count of a combination that is rare.
    pub max_count: u64,
    /// The column of times; the first known one by default.
    pub time_column: Option<String>,
}

/// Combinations of values and how many rows have each.
#[derive(Debug)]
#[non_exhaustive]
pub struct StackCounts {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The counts.
    pub stack: Stack,
    /// The parameters.
    pub params: StackParams,
}

impl StackParams {
    /// Combinations of these columns; rare are those of at most ten rows.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::StackParams::new(["user"]).max_count, 10);
    /// ```
    #[must_use]
    pub fn new(by: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let by = by.into_iter().map(Into::into).collect();
        Self { by, max_count: MAX_COUNT, time_column: None }
    }

    /// Counts the rows of an input.
    ///
    /// Memory grows with the distinct combinations, whatever the number of threads.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, a column that it lacks or that is named twice, or too many
    /// combinations.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let counts = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(counts.stack.len(), 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn count(&self, input: impl Into<Input>) -> Result<StackCounts, Error> {
        let input = &input.into();
        with_threads(input.n_threads(), || self.count_rows(input))
    }

    fn count_rows(&self, input: &Input) -> Result<StackCounts, Error> {
        refuse_repeated(BY, &self.by)?;
        let head = Head::open_plain(input, &self.by)?;
        let layout = head.layout.clone();
        let by: Result<Vec<usize>, Error> =
            self.by.iter().map(|name| layout.column(BY, name)).collect();
        let by = by?;
        let recipe = layout.recipe(&[], &FeatureOptions::default())?;
        let mut rows = RowPlan::new(&head, input, recipe);
        if let Some(times) = TimeColumns::find(&layout, self.time_column.as_deref(), None)? {
            rows = rows.with_time(&head, input, &times)?;
        }
        // One stack for all threads: memory follows the distinct combinations, not the threads.
        let stack = Mutex::new(Stack::new(by.len()));
        let mut feed = Feed::new(head, input);
        let rooms = feed
            .for_each(RowRoom::default, |room, _, batch| count(batch, &by, &rows, room, &stack))?;
        let room = RowRoom::merged(&rooms);
        rows.need_one_kind_of_time(&room)?;
        let stack = stack.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(StackCounts { layout, read: feed.finish(room), stack, params: self.clone() })
    }
}

fn count(
    batch: &Batch,
    by: &[usize],
    rows: &RowPlan,
    room: &mut RowRoom,
    stack: &Mutex<Stack>,
) -> Result<(), Error> {
    rows.follow(batch, room)?;
    let (mut taken, mut texts) = (Vec::with_capacity(batch.len()), Vec::new());
    for row in batch {
        if let Taken::Row { time, .. } = rows.take(row, room)? {
            taken.push((row, time));
            texts.extend(by.iter().map(|column| row.to_text(*column)));
        }
    }
    let values: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    let mut stack = stack.lock().unwrap_or_else(PoisonError::into_inner);
    for ((row, time), values) in taken.into_iter().zip(values.chunks(by.len().max(1))) {
        let added = stack.add(values, row.row(), time);
        added.map_err(|error| rows.row_error(row, RowFault::Stack(error), room))?;
    }
    Ok(())
}

impl StackCounts {
    /// Returns the combinations of at most [`max_count`](StackParams::max_count) rows, the rarest first.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let counts = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert!(counts.rare().iter().all(|it| it.count() <= 10));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rare(&self) -> Vec<Stacked<'_>> {
        self.stack.rare(self.params.max_count)
    }
}
