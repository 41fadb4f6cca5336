//! What can go to other threads: everything but sources and sinks, which go but are not shared.

use oddsift::{
    auditd, dbscan, eventcluster, features, hunt, iforest, outliers, patterns, plot, rarity,
    records, stl, timeseries, timespan,
};

fn is_shared<T: Send + Sync + 'static>() {}

fn is_sent<T: Send + 'static>() {}

#[test]
fn algorithms_are_shared_between_threads() {
    is_shared::<(features::Delimiters, features::TextScanner, features::ProcessScanner)>();
    is_shared::<(features::Recipe, features::Scratch, features::Roles, features::Error)>();
    is_shared::<(dbscan::Dbscan, dbscan::DbscanModel, dbscan::DbscanParams)>();
    is_shared::<(dbscan::KDistances, dbscan::Advice, dbscan::Error)>();
    is_shared::<(iforest::IsolationForest, iforest::ForestModel, iforest::IsolationForestParams)>();
    is_shared::<(iforest::Draws, iforest::TreeNodes, iforest::Error)>();
    is_shared::<(rarity::Rarity, rarity::RarityParams, rarity::Error)>();
    is_shared::<(rarity::Counts<String>, rarity::TailCounts<String>)>();
    is_shared::<(stl::Stl, stl::StlParams, stl::Mstl, stl::MstlParams)>();
    is_shared::<(stl::PeriodSearch, stl::Workspace, stl::Error)>();
    is_shared::<(timespan::TimeParser, timespan::TimeSpan, timespan::Period, timespan::Error)>();
}

#[test]
fn analyses_are_shared_between_threads() {
    is_shared::<(patterns::PatternTable, patterns::TemplateState, patterns::Template)>();
    is_shared::<patterns::Error>();
    is_shared::<(eventcluster::EventClusters, eventcluster::EventClusterParams)>();
    is_shared::<(eventcluster::ClusterModel, eventcluster::Scaler, eventcluster::Error)>();
    is_shared::<eventcluster::Events<'static>>();
    is_shared::<(outliers::OutlierDetector, outliers::OutlierModel, outliers::DrawnRows)>();
    is_shared::<(outliers::Stack, outliers::Stacked<'static>, outliers::Error)>();
    is_shared::<(hunt::LineTable, hunt::ProcessLines, hunt::History)>();
    is_shared::<(hunt::HuntParams, hunt::Hunt, hunt::Error)>();
    is_shared::<(timeseries::Series, timeseries::SeriesBuilder, timeseries::Anomalies)>();
    is_shared::<(timeseries::TsParams, timeseries::Error)>();
    is_shared::<(auditd::Event, auditd::RecordBuf, auditd::Record<'static>)>();
    is_shared::<(auditd::Assembler, auditd::EventReader<std::io::Empty>, auditd::Error)>();
    is_shared::<(auditd::ProcessEvent, auditd::ProcessTree, auditd::ProcessClusters)>();
}

#[test]
fn edges_are_shared_but_for_what_reads_and_writes() {
    is_shared::<(records::Batch, records::RowStore, records::Summary, records::BytesRead)>();
    is_shared::<(records::Row<'static>, records::RowChunk, records::RowWriter<Vec<u8>>)>();
    is_shared::<records::Error>();
    is_sent::<(records::Reader, records::TextSource, records::Output)>();
    is_shared::<(plot::Figure, plot::Page, plot::Labels<'static>, plot::Error)>();
    is_shared::<(plot::OutlierPlot<'static>, plot::SeriesPlot<'static>, plot::Timeline<'static>)>();
    is_shared::<plot::DistancePlot<'static>>();
}
