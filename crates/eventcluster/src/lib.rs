#![doc = include_str!("../README.md")]

mod cluster; // Cluster
mod clusters; // EventClusters: what came out
mod error; // Error
mod events; // Events: a matrix with its times, texts and weights
mod model; // ClusterModel: what labels new rows
mod nearest; // NearestCluster: why a row is noise
mod params; // EventClusterParams: setters and `fit`
mod rows; // NoiseRow, EventRow: what is shown
mod scaling; // Scaling, Scaler, normalize

pub use {
    cluster::Cluster,
    clusters::EventClusters,
    error::Error,
    events::{Column, Events},
    model::{ClusterModel, ClusterNote},
    nearest::NearestCluster,
    oddsift_dbscan::{
        Advice, Dbscan, DbscanModel, KDistances, Label, Metric, Progress, Step, Warning, step,
    },
    oddsift_patterns::{Observation, PatternId, PatternTable, Template, Timestamp},
    params::{EventClusterParams, dbcluster_events},
    rows::{EventRow, NoiseRow, NoiseTimes},
    scaling::{Scaler, Scaling, normalize},
};
