use crate::{Batch, Error, SharedRows, Summary};

/// A source of records: a file, a stream, an audit log, a table of another program.
///
/// [`Reader`](crate::Reader) is one for CSV, JSON, Zeek and W3C logs. A source of another format fills batches by
/// [`Batch::begin`] and [`Batch::push`], with numbers as numbers and times as times.
///
/// ```
/// use std::sync::Arc;
///
/// use oddsift_records::{Batch, Cell, Error, Record, Rows, Summary};
///
/// /// Counts to `end`.
/// struct Count {
///     name: Arc<str>,
///     columns: Arc<[String]>,
///     next: u64,
///     end: u64,
///     summary: Summary,
/// }
///
/// impl Rows for Count {
///     fn name(&self) -> &str {
///         &self.name
///     }
///
///     fn columns(&self) -> &[String] {
///         &self.columns
///     }
///
///     fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
///         batch.begin(&self.name, &self.columns);
///         while self.next < self.end && !batch.is_full() {
///             batch.push(self.next, self.next + 1).int(self.next as i64);
///             self.next += 1;
///         }
///         self.summary.count_rows(batch.len());
///         Ok(!batch.is_empty())
///     }
///
///     fn summary(&self) -> &Summary {
///         &self.summary
///     }
/// }
///
/// let summary = Summary::default();
/// let columns = ["n".to_owned()].into();
/// let mut count = Count { name: "count".into(), columns, next: 0, end: 3, summary };
/// let mut batch = Batch::new();
/// assert!(count.next_batch(&mut batch)?);
/// assert_eq!(batch.get(2).unwrap().cell(0), Cell::Int(2));
/// assert!(!count.next_batch(&mut batch)?);
/// # Ok::<(), Error>(())
/// ```
pub trait Rows: Send {
    /// The name that messages show.
    fn name(&self) -> &str;

    /// The names of the columns. Where records name their own fields, as in NDJSON, later records may bring
    /// more: they stand behind those that were there, from the batch that has them.
    fn columns(&self) -> &[String];

    /// Fills `batch` with the next records; false, and none, at the end.
    ///
    /// Records are numbered from 0 in the order in which they come, and how they are cut into batches
    /// has no influence on them. The records before a fault come first; after an error there are none.
    ///
    /// # Errors
    ///
    /// For a record that cannot be read, unless such are skipped and counted, and for an input that
    /// cannot be read on.
    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error>;

    /// Returns what a user should know of the records that were read so far.
    fn summary(&self) -> &Summary;

    /// Returns the number of bytes of the input that were read, for a bar of progress.
    fn bytes_read(&self) -> u64 {
        0
    }

    /// Returns the size of the input, where it is known.
    fn n_bytes(&self) -> Option<u64> {
        None
    }

    /// Returns whether the columns come with the records, so that there may be more of them later.
    fn names_its_fields(&self) -> bool {
        false
    }

    /// Gives the records that are yet to be read to several threads at once, where that can be; there are none
    /// here then.
    fn share(&mut self) -> Option<SharedRows> {
        None
    }

    /// Takes back what was [shared](Self::share), so that the [summary](Self::summary) tells of all records.
    fn rejoin(&mut self, shared: SharedRows) {
        drop(shared);
    }
}

impl<R: Rows + ?Sized> Rows for Box<R> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn columns(&self) -> &[String] {
        (**self).columns()
    }

    fn names_its_fields(&self) -> bool {
        (**self).names_its_fields()
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        (**self).next_batch(batch)
    }

    fn summary(&self) -> &Summary {
        (**self).summary()
    }

    fn bytes_read(&self) -> u64 {
        (**self).bytes_read()
    }

    fn n_bytes(&self) -> Option<u64> {
        (**self).n_bytes()
    }

    fn share(&mut self) -> Option<SharedRows> {
        (**self).share()
    }

    fn rejoin(&mut self, shared: SharedRows) {
        (**self).rejoin(shared);
    }
}
