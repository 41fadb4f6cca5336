#![doc = include_str!("../README.md")]

mod cluster; // ClusterPlot: clusters and noise over two features
mod decimate; // fewer points for lines that look the same
mod distance; // DistancePlot: distances to the k-th neighbour
mod error; // Error
mod escape; // text and JSON without markup
mod figure; // Figure: what is drawn, before it is known how
mod html; // a page as one file
#[cfg(feature = "pipeline")]
mod job; // pictures of whole jobs
mod labels; // Labels: title and axes; units of features
mod outlier; // OutlierPlot: how odd a forest finds places and rows
mod page; // Page: facts, tables, findings and figures as HTML
#[cfg(feature = "pipeline")]
mod report; // Report: a page about one input
mod series; // SeriesPlot: values, what was expected, anomalies
mod shown; // the features that axes show
mod svg; // Figure::to_svg
mod text; // text of data, made fit for a picture
mod thin; // fewer marks where they would lie on each other
mod ticks; // places of an axis that are worth a label
mod timeline; // Timeline: events over time, the odd ones marked

pub use {
    cluster::{ClusterPlot, TextOf},
    distance::DistancePlot,
    error::Error,
    figure::Figure,
    labels::Labels,
    oddsift_timespan::Timestamp,
    outlier::OutlierPlot,
    page::{Entry, Page},
    series::SeriesPlot,
    timeline::Timeline,
};
#[cfg(feature = "pipeline")]
pub use {
    job::{OutlierPicture, cluster_figure, outlier_figure},
    report::{Findings, Report, ReportParams},
};
