use oddsift_dbscan::Label;
use oddsift_patterns::{PatternId, Timestamp};

/// A first and a last time.
pub(crate) type Times = (Timestamp, Timestamp);

/// Whose first and last time a noise row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum NoiseTimes {
    /// Its own.
    #[default]
    Own,
    /// Those over all noise rows, as in msticpy, which takes noise for one cluster.
    Shared,
}

/// A row of noise: the odd one out that this is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseRow {
    /// Its row in the input.
    pub row: u64,
    /// The pattern it collapsed to.
    pub pattern: PatternId,
    /// Its own time.
    pub time: Option<Timestamp>,
}

/// One row of the result: a noise row, or the exemplar of a cluster.
///
/// The columns that msticpy adds to the frame are `Clustered` ([`is_clustered`](Self::is_clustered)),
/// `ClusterId`, `ClusterSize`, `FirstEventTime` and `LastEventTime`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventRow {
    /// The row of the input that is shown.
    pub row: u64,
    /// The pattern of that row.
    pub pattern: PatternId,
    /// The cluster, or noise.
    pub label: Label,
    /// How many rows it stands for; 1 for noise.
    pub size: u64,
    /// The sum of their weights.
    pub weight: f64,
    /// First and last time.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl EventRow {
    /// Whether the row stands for a cluster.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let rows = dbcluster_events(&array![[1.0], [1.0]])?.rows().unwrap();
    /// assert!(rows[0].is_clustered());
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[doc(alias = "Clustered")]
    pub fn is_clustered(&self) -> bool {
        !self.label.is_noise()
    }
}

pub(crate) fn join_times(a: Option<Times>, b: Option<Times>) -> Option<Times> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (times, None) | (None, times) => times,
    }
}
