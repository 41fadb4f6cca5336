use oddsift_eventcluster::{Label, NoiseTimes};
use oddsift_features::Role;
use oddsift_records::Cell;

use super::{Columns, text_or_missing, time_or_missing};
use crate::variety::COUNTED_ROLES;
use crate::{ClusterRow, Clusters, Nearest, feature_cell};

/// The column where msticpy writes the first time of a cluster, over what is there.
const FIRST_TIME: &str = "TimeGenerated";

impl Clusters {
    /// Returns the columns of a row for each cluster and noise event: the input's, features, label, size,
    /// times, template, counts, and why it is noise.
    ///
    /// With [`NoiseTimes::Shared`], msticpy's way, the first time is in `TimeGenerated`, whatever the column
    /// of times is, and there are no columns that msticpy has not.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert!(found.columns().names().contains(&"ClusterSize".to_owned()));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> Columns<'_, ClusterRow<'_>> {
        let is_msticpys = self.params.clustering.noise_times == NoiseTimes::Shared;
        let writes_time = is_msticpys && self.time.is_some();
        let own = |name: &str| self.layout.own_name(name);
        let columns = self.input_columns(writes_time);
        let mut columns = columns
            .with(own("Clustered"), |row: &ClusterRow<'_>| Cell::Bool(!row.label.is_noise()))
            .with(own("ClusterId"), |row| Cell::Int(row.label.to_i64()))
            .with(own("ClusterSize"), |row| Cell::UInt(row.size));
        if self.params.weight.is_some() {
            columns = columns.with(own("ClusterWeight"), |row| Cell::Float(row.weight));
        }
        if writes_time && !self.layout.columns.iter().any(|name| name == FIRST_TIME) {
            columns = columns.with(FIRST_TIME, first);
        }
        columns = columns
            .with(own("FirstEventTime"), first)
            .with(own("LastEventTime"), |row| time_or_missing(row.times.map(|times| times.1)))
            .with(own("Template"), |row| text_or_missing(row.template.as_deref()));
        for (place, name) in self.params.count_distinct.iter().enumerate() {
            columns = columns
                .with(own(&format!("Distinct{name}")), move |row| count(row.distinct.get(place)));
        }
        if is_msticpys {
            return columns;
        }
        for (place, role) in self.counted_roles().iter().enumerate() {
            columns = columns.with(own(of_role(*role)), move |row| count(row.variety.get(place)));
        }
        columns
            .with_nearest(own, |row| row.nearest)
            .with(own("Reason"), |row: &ClusterRow<'_>| text_or_missing(row.reason.as_deref()))
    }

    /// The columns of the input, and the features that are none of these.
    fn input_columns(&self, writes_time: bool) -> Columns<'_, ClusterRow<'_>> {
        let mut columns = Columns::new();
        for place in self.layout.printed_columns(self.records()) {
            let Some(name) = self.layout.columns.get(place) else { continue };
            columns = if writes_time && name == FIRST_TIME {
                columns.with(name, first)
            } else {
                columns.with(name, move |row: &ClusterRow<'_>| {
                    row.record.map_or(Cell::Missing, |record| record.value(place))
                })
            };
        }
        for (place, name) in &self.computed {
            columns = columns.with(self.layout.own_name(name), move |row: &ClusterRow<'_>| {
                row.values.get(*place).map_or(Cell::Missing, |value| feature_cell(name, *value))
            });
        }
        columns
    }

    /// Returns the columns of [`labels`](Self::labels): the number of a row, its label and whether it is a
    /// core sample.
    ///
    /// ```
    /// let columns = oddsift_pipeline::Clusters::label_columns();
    /// assert_eq!(columns.names(), ["row", "ClusterId", "IsCore"]);
    /// ```
    #[must_use]
    pub fn label_columns<'c>() -> Columns<'c, (u64, Label, bool)> {
        Columns::new()
            .with("row", |(row, ..): &(u64, Label, bool)| Cell::UInt(*row))
            .with("ClusterId", |(_, label, _)| Cell::Int(label.to_i64()))
            .with("IsCore", |(.., is_core)| Cell::Bool(*is_core))
    }
}

impl<'c, R> Columns<'c, R> {
    /// Adds the columns of the cluster that is nearest to a row; `own` names them.
    ///
    /// ```
    /// use oddsift_pipeline::Columns;
    ///
    /// let columns = Columns::<()>::new().with_nearest(str::to_owned, |()| None);
    /// let names = ["NearestCluster", "NearestTemplate", "NearestEps", "NearestFeature"];
    /// assert_eq!(columns.names(), names);
    /// ```
    #[must_use]
    pub fn with_nearest(
        self,
        own: impl Fn(&str) -> String,
        nearest: impl for<'r> Fn(&'r R) -> Option<Nearest<'r>> + Copy + 'c,
    ) -> Self {
        self.with(own("NearestCluster"), move |row| {
            nearest(row).map_or(Cell::Missing, |nearest| Cell::Int(nearest.label.to_i64()))
        })
        .with(own("NearestTemplate"), move |row| {
            text_or_missing(nearest(row).and_then(|nearest| nearest.template))
        })
        .with(own("NearestEps"), move |row| {
            nearest(row).map_or(Cell::Missing, |nearest| Cell::Float(nearest.eps))
        })
        .with(own("NearestFeature"), move |row| {
            text_or_missing(nearest(row).map(|nearest| nearest.feature))
        })
    }
}

fn first<'r>(row: &'r ClusterRow<'_>) -> Cell<'r> {
    time_or_missing(row.times.map(|times| times.0))
}

fn count(count: Option<&u64>) -> Cell<'static> {
    count.map_or(Cell::Missing, |count| Cell::UInt(*count))
}

/// The column of how many values a role has.
fn of_role(role: Role) -> &'static str {
    let named = COUNTED_ROLES.into_iter().find(|(counted, _)| *counted == role);
    named.map_or(role.name(), |(_, name)| name)
}
