use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use oddsift_features::FeatureOptions;
use oddsift_outliers::{MAX_COUNT, Stack, Stacked};
use oddsift_patterns::mask_into;
use oddsift_records::{Batch, Record};

use crate::error::{ParameterFault, RowFault};
use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::space::refuse_repeated;
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Layout, Parameter, ReadSummary};

const BY: Parameter = Parameter("by");
const MASK: Parameter = Parameter("mask");

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
    /// The columns of `by` that are counted by their [masked texts](oddsift_patterns::masked()), so
    /// that texts fold which differ only in numbers, identifiers and the like; none by default.
    pub mask: Vec<String>,
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
        Self { by, mask: Vec::new(), max_count: MAX_COUNT, time_column: None }
    }

    /// Counts the rows of an input.
    ///
    /// Memory grows with the distinct combinations, whatever the number of threads.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, a column that it lacks or that is named twice, a column of
    /// `mask` that is not in `by`, or too many combinations.
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
        self.refuse_unlisted()?;
        let head = Head::open_plain(input, &self.by)?;
        let layout = head.layout.clone();
        let key = |name: &String| {
            let column = layout.column(BY, name)?;
            Ok(Key { column, is_masked: self.mask.contains(name) })
        };
        let by = self.by.iter().map(key).collect::<Result<Vec<Key>, Error>>()?;
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

    fn refuse_unlisted(&self) -> Result<(), Error> {
        match self.mask.iter().find(|name| !self.by.contains(name)) {
            Some(name) => Err(Error::Parameter {
                parameter: MASK,
                what: Box::new(ParameterFault::NotListed { name: name.clone(), list: BY }),
            }),
            None => Ok(()),
        }
    }
}

/// A column of a combination.
struct Key {
    column: usize,
    is_masked: bool,
}

/// A value of a combination.
enum Value<'a> {
    Text(Option<Cow<'a, str>>),
    /// Where it is in the masked texts of the batch.
    Masked(Range<usize>),
}

impl<'a> Value<'a> {
    fn of(text: Option<Cow<'a, str>>, key: &Key, masked: &mut String) -> Self {
        match text {
            Some(text) if key.is_masked => {
                let start = masked.len();
                mask_into(&text, masked);
                Self::Masked(start..masked.len())
            }
            text => Self::Text(text),
        }
    }

    /// Blanks alone have an empty mask, which is a missing value as an empty cell is.
    fn get<'v>(&'v self, masked: &'v str) -> Option<&'v str> {
        match self {
            Self::Text(text) => text.as_deref(),
            Self::Masked(place) => Some(&masked[place.clone()]).filter(|text| !text.is_empty()),
        }
    }
}

fn count(
    batch: &Batch,
    by: &[Key],
    rows: &RowPlan,
    room: &mut RowRoom,
    stack: &Mutex<Stack>,
) -> Result<(), Error> {
    rows.follow(batch, room)?;
    let (mut taken, mut values) = (Vec::with_capacity(batch.len()), Vec::new());
    let mut masked = String::new();
    for row in batch {
        if let Taken::Row { time, .. } = rows.take(row, room)? {
            taken.push((row, time));
            values
                .extend(by.iter().map(|key| Value::of(row.to_text(key.column), key, &mut masked)));
        }
    }
    let values: Vec<Option<&str>> = values.iter().map(|value| value.get(&masked)).collect();
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
