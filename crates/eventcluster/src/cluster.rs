use oddsift_dbscan::Label;
use oddsift_patterns::{PatternId, PatternTable, Template, TemplateState, Timestamp};

use crate::EventRow;
use crate::rows::{Times, join_times};

/// A cluster of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    label: Label,
    size: u64,
    weight: f64,
    exemplar: u64,
    times: Option<Times>,
    template: Option<TemplateState>,
    patterns: Vec<PatternId>,
}

impl Cluster {
    pub(crate) fn new(label: Label, exemplar: u64) -> Self {
        let patterns = Vec::new();
        Self { label, size: 0, weight: 0.0, exemplar, times: None, template: None, patterns }
    }

    /// Takes in a pattern of `table`.
    pub(crate) fn take(&mut self, table: &PatternTable, pattern: PatternId) {
        self.size += table.count(pattern);
        self.weight += table.weight(pattern);
        self.times = join_times(self.times, table.times(pattern));
        match (&mut self.template, table.template(pattern)) {
            (Some(joined), Some(other)) => joined.merge(other),
            (joined @ None, Some(other)) => *joined = Some(other.clone()),
            (_, None) => {}
        }
        self.patterns.push(pattern);
    }

    /// The cluster as one row: its exemplar.
    pub(crate) fn row(&self) -> EventRow {
        EventRow {
            row: self.exemplar,
            pattern: self.patterns[0],
            label: self.label,
            size: self.size,
            weight: self.weight,
            times: self.times,
        }
    }

    /// The cluster's number.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.clusters()[0].label().cluster(), Some(0));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn label(&self) -> Label {
        self.label
    }

    /// How many rows the cluster holds.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.clusters()[0].size(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[doc(alias = "ClusterSize")]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The sum of the rows' weights; the size where rows have none.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Events};
    /// let x = array![[1.0], [1.0]];
    /// let found = EventClusters::params().fit_events(&Events::new(&x).weights(&[2.0, 0.5])?)?;
    /// assert_eq!(found.clusters()[0].weight(), 2.5);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The row that stands for the cluster: its first in input order.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.clusters()[0].exemplar(), 0);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn exemplar(&self) -> u64 {
        self.exemplar
    }

    /// The first and the last time of its rows; `None` if no row has a time.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Events};
    /// # use oddsift_patterns::Timestamp;
    /// let (x, at) = (array![[1.0], [1.0], [1.0]], |second| Timestamp::constant(second, 0));
    /// let times = [Some(at(20)), None, Some(at(10))];
    /// let found = EventClusters::params().fit_events(&Events::new(&x).times(&times)?)?;
    /// assert_eq!(found.clusters()[0].times(), Some((at(10), at(20))));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn times(&self) -> Option<(Timestamp, Timestamp)> {
        self.times
    }

    /// The common text of its rows; `None` if no row has a text.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Events};
    /// let x = array![[1.0], [1.0]];
    /// let events = Events::new(&x).texts(&[Some("ping host-1"), Some("ping host-2")])?;
    /// let found = EventClusters::params().fit_events(&events)?;
    /// assert_eq!(found.clusters()[0].template().unwrap().to_string(), "ping *");
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn template(&self) -> Option<Template> {
        self.template.as_ref().map(TemplateState::template)
    }

    /// The distinct patterns that the cluster is made of, in the order of their first rows.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.clusters()[0].patterns().len(), 1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn patterns(&self) -> &[PatternId] {
        &self.patterns
    }
}
