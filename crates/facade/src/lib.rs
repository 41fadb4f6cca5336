#![doc = include_str!("../README.md")]

#[cfg(feature = "ndarray")]
pub use ndarray;
#[cfg(feature = "auditd")]
#[doc(inline)]
pub use oddsift_auditd as auditd;
#[cfg(feature = "columnar")]
#[doc(inline)]
pub use oddsift_columnar as columnar;
#[cfg(feature = "dbscan")]
#[doc(inline)]
pub use oddsift_dbscan as dbscan;
#[cfg(feature = "eventcluster")]
#[doc(inline)]
pub use oddsift_eventcluster as eventcluster;
#[cfg(feature = "evtx")]
#[doc(inline)]
pub use oddsift_evtx as evtx;
#[cfg(feature = "features")]
#[doc(inline)]
pub use oddsift_features as features;
#[doc(inline)]
pub use oddsift_ground::{Progress, Step};
#[cfg(feature = "hunt")]
#[doc(inline)]
pub use oddsift_hunt as hunt;
#[cfg(feature = "iforest")]
#[doc(inline)]
pub use oddsift_iforest as iforest;
#[cfg(feature = "outliers")]
#[doc(inline)]
pub use oddsift_outliers as outliers;
#[cfg(feature = "patterns")]
#[doc(inline)]
pub use oddsift_patterns as patterns;
#[cfg(feature = "pipeline")]
#[doc(inline)]
pub use oddsift_pipeline as pipeline;
#[cfg(feature = "plot")]
#[doc(inline)]
pub use oddsift_plot as plot;
#[cfg(feature = "rarity")]
#[doc(inline)]
pub use oddsift_rarity as rarity;
#[cfg(feature = "records")]
#[doc(inline)]
pub use oddsift_records as records;
#[cfg(feature = "stl")]
#[doc(inline)]
pub use oddsift_stl as stl;
#[cfg(feature = "timeseries")]
#[doc(inline)]
pub use oddsift_timeseries as timeseries;
#[cfg(feature = "timespan")]
#[doc(inline)]
pub use oddsift_timespan as timespan;

/// Runs the example of the workspace's README, which no package carries.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;

/// Runs the Rust examples of the page for those who come from msticpy.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/coming-from-msticpy.md")]
struct ComingFromMsticpy;
