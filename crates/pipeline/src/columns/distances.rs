use oddsift_records::Cell;

use super::Columns;
use crate::{Distances, feature_cell};

impl Distances {
    /// Returns the columns of [`curve`](Self::curve): rank and distance.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::Distances::columns().names(), ["rank", "distance"]);
    /// ```
    #[must_use]
    pub fn columns<'c>() -> Columns<'c, (f64, f64)> {
        Columns::new()
            .with("rank", |(rank, _): &(f64, f64)| feature_cell("rank", *rank))
            .with("distance", |(_, distance)| Cell::Float(*distance))
    }

    /// Returns each distance with how many rows, by weight, have it or a smaller one. Rows that have not so many
    /// neighbours, among those that are alike in all categories, have none.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().distances(path)?;
    /// assert!(found.curve().is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
    /// assert_eq!((found.n_rows, found.curve().last().map(|(rank, _)| rank)), (363, Some(266.0)));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn curve(&self) -> impl ExactSizeIterator<Item = (f64, f64)> {
        let mut rank = 0.0;
        self.distances.curve().iter().map(move |(distance, weight)| {
            rank += weight;
            (rank, *distance)
        })
    }
}
