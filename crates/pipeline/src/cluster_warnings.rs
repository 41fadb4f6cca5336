//! What is dubious about clusters, with its cause.

use std::fmt;

use oddsift_dbscan::Warning;
use oddsift_eventcluster::{EventClusterParams, EventClusters, PatternId, Scaling};

use crate::Error;
use crate::table::Ingested;

/// More patterns are not looked at for chains: it takes clustering once more.
const MOST_PATTERNS: usize = 200_000;
/// A chain has at least so many patterns that are like few others.
const CHAIN: usize = 12;
/// A range is held by one value if all others lie in so small a part of it.
const REST_OF_RANGE: f64 = 0.1;
/// That many rows of a chain are named.
const NAMED: usize = 5;

/// Why clusters may not be what was wanted.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, ClusterWarning};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let mut params = ClusterParams::new();
/// params.features.names = vec!["commandlineLen".to_owned()];
/// let found = params.fit(path)?;
/// assert!(matches!(found.warnings[0], ClusterWarning::OneFeature { .. }));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ClusterWarning {
    /// What labels and distances alone tell.
    Clustering(Warning),
    /// One feature under unit scaling: a row divided by its norm is 1, 0 or -1.
    OneFeature {
        /// The feature.
        feature: String,
    },
    /// A category that has the same value in all rows.
    ConstantCategory {
        /// The category.
        category: String,
        /// The value.
        value: String,
    },
    /// A value that holds most of its feature's range, under a scaling that goes by range or deviation.
    HeldRange {
        /// The feature.
        feature: String,
        /// The value.
        value: f64,
        /// Its first row, from 0.
        row: u64,
        /// The range of all other values.
        others: (f64, f64),
        /// The scaling.
        scaling: Scaling,
    },
    /// A cluster that hangs together by rows which have few others near them.
    Chain {
        /// The number of the cluster.
        cluster: u32,
        /// How many rows it has.
        size: u64,
        /// How many of its rows were noise if a core row took `min_samples` rows.
        n_thin: u64,
        /// How many clusters it were then.
        n_parts: usize,
        /// The stricter number of rows.
        min_samples: usize,
        /// The first of those rows, from 0.
        rows: Vec<u64>,
    },
}

impl fmt::Display for ClusterWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clustering(warning) => warning.fmt(f),
            Self::OneFeature { feature } => write!(
                f,
                "scaling unit divides each row by its norm, and of {feature} alone nothing but its sign is left"
            ),
            Self::ConstantCategory { category, value } => {
                write!(f, "{category} is {value:?} in all rows and tells nothing apart")
            }
            Self::HeldRange { feature, value, row, others: (low, high), scaling } => write!(
                f,
                "one value holds most of the range of {feature}: {value:?} in row {row}, all others are {low:?} \
                 to {high:?} and lie together under scaling {scaling}; scaling robust goes by the others"
            ),
            Self::Chain { cluster, size, n_thin, n_parts, min_samples, rows } => {
                let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
                let parts = match n_parts {
                    0 => "nothing of it would be left".to_owned(),
                    1 => "1 cluster would be left".to_owned(),
                    n => format!("it would be {n} clusters"),
                };
                write!(
                    f,
                    "cluster {cluster} of {size} rows hangs on chains of low density: at min_samples {min_samples} \
                     {parts} and {n_thin} of its rows were noise, the first of them rows {}",
                    rows.join(", ")
                )
            }
        }
    }
}

/// The causes that lie in what was clustered, and then what came out.
pub(crate) fn warnings(
    params: &EventClusterParams,
    events: &EventClusters,
    ingested: &Ingested,
    of_labels: Vec<Warning>,
) -> Result<Vec<ClusterWarning>, oddsift_eventcluster::Error> {
    let mut found: Vec<ClusterWarning> = one_feature(params, ingested).into_iter().collect();
    found.extend(constant_categories(events, ingested));
    found.extend(held_ranges(params, events, ingested));
    found.extend(of_labels.into_iter().map(ClusterWarning::Clustering));
    found.extend(chains(params, events)?);
    Ok(found)
}

fn one_feature(params: &EventClusterParams, ingested: &Ingested) -> Option<ClusterWarning> {
    match ingested.recipe.names() {
        [feature] if params.scaling == Scaling::Unit => {
            Some(ClusterWarning::OneFeature { feature: feature.clone() })
        }
        _ => None,
    }
}

fn constant_categories(events: &EventClusters, ingested: &Ingested) -> Vec<ClusterWarning> {
    if events.patterns().n_rows() < 2 {
        return Vec::new();
    }
    let names = ingested.recipe.categories().zip(&ingested.values);
    let constant = names.filter(|(_, values)| values.len() == 1).filter_map(|(name, values)| {
        let (category, value) = (name.to_owned(), values.get(0)?.to_owned());
        Some(ClusterWarning::ConstantCategory { category, value })
    });
    constant.collect()
}

fn held_ranges(
    params: &EventClusterParams,
    events: &EventClusters,
    ingested: &Ingested,
) -> Vec<ClusterWarning> {
    if !matches!(params.scaling, Scaling::Standard | Scaling::MinMax) {
        return Vec::new();
    }
    let names = ingested.recipe.names().iter().enumerate();
    names.filter_map(|(at, name)| held_range(events, at, name, params.scaling)).collect()
}

/// The value of a feature without which its range is but a small part.
fn held_range(
    events: &EventClusters,
    at: usize,
    feature: &str,
    scaling: Scaling,
) -> Option<ClusterWarning> {
    let table = events.patterns();
    let value = |pattern: PatternId| table.values(pattern).get(at).copied().unwrap_or_default();
    let mut values: Vec<(f64, u64)> =
        table.ids().map(|pattern| (value(pattern), table.first_row(pattern))).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    values.dedup_by_key(|(value, _)| *value);
    let [low, second, .., before, high] = *values.as_slice() else { return None };
    let range = high.0 / 2.0 - low.0 / 2.0;
    let is_held = |rest: f64| rest <= REST_OF_RANGE * range;
    let held = if is_held(before.0 / 2.0 - low.0 / 2.0) {
        (high, (low.0, before.0))
    } else if is_held(high.0 / 2.0 - second.0 / 2.0) {
        (low, (second.0, high.0))
    } else {
        return None;
    };
    let ((value, row), others) = held;
    Some(ClusterWarning::HeldRange { feature: feature.to_owned(), value, row, others, scaling })
}

/// Clusters whose rows were mostly noise, or several clusters, if a core row took a few rows more.
fn chains(
    params: &EventClusterParams,
    events: &EventClusters,
) -> Result<Vec<ClusterWarning>, oddsift_eventcluster::Error> {
    let table = events.patterns();
    let is_long = |cluster: &&oddsift_eventcluster::Cluster| cluster.patterns().len() >= CHAIN;
    if table.len() > MOST_PATTERNS || !events.clusters().iter().any(|it| is_long(&it)) {
        return Ok(Vec::new());
    }
    let min_samples = params.dbscan.min_samples.saturating_mul(2).saturating_add(1);
    let strict = params.min_samples(min_samples).fit_patterns(table.clone())?;
    let told = events.clusters().iter().filter(is_long).filter_map(|cluster| {
        let (thin, dense): (Vec<PatternId>, Vec<PatternId>) = cluster
            .patterns()
            .iter()
            .partition(|pattern| strict.pattern_label(**pattern).is_noise());
        let mut parts: Vec<_> = dense.iter().map(|it| strict.pattern_label(*it)).collect();
        parts.sort_unstable();
        parts.dedup();
        (thin.len() >= CHAIN).then(|| ClusterWarning::Chain {
            cluster: cluster.label().cluster().unwrap_or_default(),
            size: cluster.size(),
            n_thin: thin.iter().map(|pattern| table.count(*pattern)).sum(),
            n_parts: parts.len(),
            min_samples,
            rows: thin.iter().take(NAMED).map(|pattern| table.first_row(*pattern)).collect(),
        })
    });
    Ok(told.collect())
}

/// Why a proposed distance is not taken: it would tell nothing apart, or everything.
pub(crate) fn refuse(
    name: &str,
    eps: f64,
    events: &EventClusters,
    warnings: &[Warning],
) -> Result<(), Error> {
    let is_of_shares = |warning: &&Warning| {
        matches!(warning, Warning::AlmostAllNoise { .. } | Warning::OneCluster { .. })
    };
    match warnings.iter().find(is_of_shares) {
        Some(warning) if events.patterns().len() > 1 => {
            Err(Error::KneeRefused { name: name.to_owned(), eps, why: *warning })
        }
        _ => Ok(()),
    }
}
