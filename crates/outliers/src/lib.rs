#![doc = include_str!("../README.md")]

mod common; // remove_common_items
mod detector; // OutlierDetector: a forest that gives reasons
mod drawn; // DrawnRows: samples of a stream
mod error; // Error
mod identify; // identify_outliers, as msticpy has it
mod model; // OutlierModel: what is saved
mod outlier; // Outlier, Outliers: rows that stand out
mod params; // OutlierParams: setters and `fit`
mod rarity; // ProcessRarity: how rare the parts of a process event are
mod reason; // Reason: a feature, its value, how few rows are like it
mod sampling; // Sampling: how much repeated rows count when samples are drawn
#[cfg(feature = "serde")]
mod saved; // a model as it is written, and the checks of what is read
mod stack; // Stack: combinations counted
mod training; // Training: how the values of the training rows are spread

pub use {
    common::{MAX_COUNT, remove_common_items},
    detector::OutlierDetector,
    drawn::DrawnRows,
    error::Error,
    identify::{Identified, identify_outliers, identify_outliers_with, msticpy_params},
    model::OutlierModel,
    oddsift_iforest::{
        Contamination, Draws, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples,
        Precision,
    },
    oddsift_patterns::{Observation, PatternId, PatternTable, Timestamp},
    outlier::{Outlier, Outliers},
    params::OutlierParams,
    rarity::{ProcessLine, ProcessRarity},
    reason::{Evidence, Reason},
    sampling::Sampling,
    stack::{Stack, Stacked},
    training::Training,
};
