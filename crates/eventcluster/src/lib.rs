#![doc = include_str!("../README.md")]

mod clusters; // EventClusters: what came out
mod error; // Error
mod events; // Events: a matrix with its times, texts and weights
mod model; // ClusterModel: what labels new rows
mod params; // EventClusterParams: setters and `fit`
mod scaling; // Scaling, Scaler, normalize

pub use {
    clusters::{Cluster, EventClusters, EventRow, NoiseRow, NoiseTimes},
    error::Error,
    events::{Column, Events},
    model::ClusterModel,
    oddsift_dbscan::{Advice, Dbscan, DbscanModel, KDistances, Label, Metric},
    oddsift_patterns::{PatternId, PatternTable, Template},
    params::{EventClusterParams, dbcluster_events},
    scaling::{Scaler, Scaling, normalize},
};
