use oddsift_eventcluster::Cluster;
use oddsift_patterns::{PatternId, Timestamp};

use super::ClusterPlot;
use crate::{
    figure::Table,
    text::{clean, count, counted, number},
};

/// Clusters of which a click lists rows.
const MOST_LISTED: usize = 1000;
/// Rows that it lists.
const LISTED_ROWS: usize = 10;

impl ClusterPlot<'_> {
    /// The most frequent patterns of each cluster.
    pub(super) fn details(&self, told: &[usize]) -> Vec<Table> {
        let table = self.found.patterns();
        let has_times = table.ids().next().is_some_and(|id| table.times(id).is_some());
        let of_cluster = |cluster: &Cluster| {
            let mut patterns = cluster.patterns().to_vec();
            patterns.sort_by_key(|id| (std::cmp::Reverse(table.count(*id)), table.first_row(*id)));
            patterns.truncate(LISTED_ROWS);
            let rows =
                patterns.into_iter().map(|pattern| self.detail(pattern, has_times, told)).collect();
            Table {
                title: format!(
                    "Cluster {}: {}, {}",
                    cluster.label(),
                    counted(cluster.size(), "row", "rows"),
                    counted(cluster.patterns().len() as u64, "pattern", "patterns"),
                ),
                header: self.detail_header(has_times, told),
                numeric: self.detail_numeric(has_times, told),
                rows,
            }
        };
        self.found.clusters().iter().take(MOST_LISTED).map(of_cluster).collect()
    }

    fn detail_header(&self, has_times: bool, told: &[usize]) -> Vec<String> {
        let mut header = vec!["Rows".to_owned(), "First row".to_owned()];
        header.extend(
            has_times
                .then(|| ["First (UTC)", "Last (UTC)"].map(str::to_owned))
                .into_iter()
                .flatten(),
        );
        header.extend(self.texts.map(|_| "Example".to_owned()));
        header.extend(told.iter().map(|feature| clean(self.name(*feature), 40)));
        header
    }

    fn detail_numeric(&self, has_times: bool, told: &[usize]) -> Vec<bool> {
        let n_text = if has_times { 2 } else { 0 } + usize::from(self.texts.is_some());
        let mut numeric = vec![true; 2];
        numeric.extend(std::iter::repeat_n(false, n_text));
        numeric.extend(std::iter::repeat_n(true, told.len()));
        numeric
    }

    fn detail(&self, pattern: PatternId, has_times: bool, told: &[usize]) -> Vec<String> {
        let table = self.found.patterns();
        let mut cells = vec![count(table.count(pattern)), count(table.first_row(pattern))];
        if has_times {
            let (first, last) = table.times(pattern).unzip();
            cells.extend([first, last].map(|time| time.map(short_time).unwrap_or_default()));
        }
        if self.texts.is_some() {
            cells.push(clean(self.text_of(pattern).unwrap_or(""), 200));
        }
        cells.extend(told.iter().map(|feature| number(self.value(pattern, *feature))));
        cells
    }
}

pub(super) fn span(first: Timestamp, last: Timestamp) -> String {
    if first == last {
        return format!("{} UTC", short_time(first));
    }
    format!("{} to {} UTC", short_time(first), short_time(last))
}

fn short_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
