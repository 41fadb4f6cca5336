use datafusion::logical_expr::col;
use datafusion::prelude::DataFrame;
use oddsift_outliers::MAX_COUNT;

use super::Source;
use super::source::quoted;
use crate::Error;

/// Rare combinations of values first.
///
/// ```
/// use oddsift_datafusion::jobs::StackJob;
///
/// assert_eq!(StackJob::new(["Account"]).max_count, 10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StackJob {
    /// The columns whose combinations are counted.
    pub by: Vec<String>,
    /// The columns of `by` that are counted by their masked texts; none by default.
    pub mask: Vec<String>,
    /// The largest count of a combination that is rare; 10 by default.
    pub max_count: u64,
}

impl StackJob {
    /// Combinations of these columns.
    ///
    /// ```
    /// # use oddsift_datafusion::jobs::StackJob;
    /// assert!(StackJob::new(["a", "b"]).mask.is_empty());
    /// ```
    pub fn new(by: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            by: by.into_iter().map(Into::into).collect(),
            mask: Vec::new(),
            max_count: MAX_COUNT,
        }
    }

    /// The combinations that are rare, those of the fewest rows first, of equals those seen first: the
    /// columns of `by`, `count`, `first_time`, `last_time`, `first_row`. All of it is the engine's work.
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a column that is not there, a column of `mask` that is not in `by`, or no columns.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// use datafusion::prelude::SessionContext;
    /// use oddsift_datafusion::jobs::{Source, StackJob};
    ///
    /// let ctx = SessionContext::new();
    /// oddsift_datafusion::register(&ctx)?;
    /// let rows = "SELECT * FROM (VALUES (0, 'anna'), (1, 'eve'), (2, 'anna')) AS t(row, who)";
    /// let found = StackJob::new(["who"]).run(&Source::query(&ctx, rows, "row").await?).await?;
    /// assert_eq!(found.count().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, source: &Source) -> Result<DataFrame, Error> {
        if self.by.is_empty() {
            return Err(Error::Job {
                reason: "there is no column to count by; name one".to_owned(),
            });
        }
        if let Some(name) = self.mask.iter().find(|name| !self.by.contains(name)) {
            let reason = format!("`{name}` is to be masked, and is none of the columns of `by`");
            return Err(Error::Job { reason });
        }
        let mut keys = Vec::new();
        for name in &self.by {
            source.need(name)?;
            let column = quoted(name);
            let is_masked = self.mask.contains(name);
            keys.push(if is_masked { format!("mask({column}) AS {column}") } else { column });
        }
        let names: Vec<String> = self.by.iter().map(|name| quoted(name)).collect();
        let (keys, names) = (keys.join(", "), names.join(", "));
        let time = source.time();
        let sql = format!(
            "SELECT {names}, count(*) AS count, {} AS first_time, {} AS last_time, min(r_) AS first_row \
             FROM (SELECT {keys}, {} AS r_, {time} AS t_ FROM {}) AS keyed GROUP BY {names} HAVING count(*) <= {}",
            in_utc("min(t_)"),
            in_utc("max(t_)"),
            source.row(),
            source.from(),
            self.max_count
        );
        let rare = source.frame(&sql).await?;
        Ok(rare.sort(vec![col("count").sort(true, true), col("first_row").sort(true, true)])?)
    }
}

/// A time without a zone is one of UTC.
fn in_utc(time: &str) -> String {
    format!("arrow_cast({time}, 'Timestamp(Nanosecond, Some(\"UTC\"))')")
}
