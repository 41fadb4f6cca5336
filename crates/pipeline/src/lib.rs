#![doc = include_str!("../README.md")]

mod audit; // AuditParams: audit logs as they are
mod cluster; // ClusterParams, Clusters: rows to clusters
mod cluster_warnings; // ClusterWarning: what is dubious about clusters
mod columns; // Columns: results as tables
mod copy; // copy_rows: rows as they are
mod digest; // sha256
mod error; // Error and what it is made of
mod feature_rows; // FeatureParams, FeatureRows: rows with features added
mod first_rows; // rows that are to be shown, read once more
mod fold; // batches of an input, worked on by threads
mod formats; // which format an input has
mod hunt; // HuntParams, Hunted: rows to one ranked list
mod hunt_columns; // HuntColumns: what of a row a hunt counts
mod hunt_text; // what a row of a hunt did, in words
mod input; // Input: where rows come from and how they are read
mod intake; // Intake: what was taken of an input
mod kept_rows; // rows that may be noise, packed
mod layout; // Layout: columns and the parts that they play
mod line_id; // LineId: ids of lines that stay
mod lines; // distinct rows by their vectors, as outliers are chosen among them
mod merge; // merge_models: what several hunts saw, as one
mod model; // Model: what was saved, on new rows
mod names; // names of our columns beside those of an input
mod new_lines; // NewLines: what a model does not know, folded
mod ordered; // chunks of threads in the order of the input
mod origin; // ModelOrigin: what a model was made of
mod outliers; // OutlierParams, Outliers: a forest over a stream
mod periods; // PeriodParams, Periods: flags to periods of time
mod plan; // what is taken from each row
mod process_counts; // process events counted by their parts
mod progress; // the step of reading
mod read_summary; // ReadSummary: nothing is lost in silence
mod records_json; // all fields of an audit event
mod schema_file; // schemas that users write
mod score; // rows scored as they stream by
mod seen; // Seen: lines that were told before
mod series; // SeriesParams, SeriesFit: rows to time series
mod sink; // Sink: where rows go while they are made
mod space; // FeatureChoice
mod stack; // StackParams, StackCounts: combinations counted
mod table; // rows to distinct patterns
mod texts;
mod threads; // a pool for each job
mod time_column; // which column holds the times
mod time_counts; // TimeCounts: how many rows were when
mod united; // several inputs as one stream
mod variety; // how many programs, hosts and users a cluster has

pub use {
    audit::{
        AuditClusterRow, AuditClusters, AuditEvents, AuditParams, AuditSummary, EventCells,
        MsticpyEvents,
    },
    cluster::{
        ClusterParams, ClusterRow, Clusters, Distances, Eps, EpsSource, KeepRows, Nearest,
        Proposal, noise_reason,
    },
    cluster_warnings::ClusterWarning,
    columns::{
        Columns, MakeCell, PrintedLine, PrintedNewLine, PrintedOutlier, PrintedPoint, ReasonForm,
        hunt_reasons, schema_columns,
    },
    copy::copy_rows,
    digest::sha256,
    error::{
        Error, Lacking, ModelFault, Parameter, ParameterFault, Place, RowFault, ValueFault,
        likely_delimiter,
    },
    feature_rows::{
        FeatureColumn, FeatureParams, FeatureRows, FeatureSummary, Origin, feature_cell,
    },
    formats::Format,
    hunt::{HuntParams, Hunted, Known},
    hunt_columns::HuntColumns,
    input::{Input, Missing, expand_files},
    intake::{FeatureOrigin, Intake},
    layout::Layout,
    line_id::{LineId, NoLineId},
    merge::{MergeSummary, merge_models},
    model::{LabelledRow, LabelledRows, Model, ModelFile},
    names::{OWN_PREFIX, own_name},
    new_lines::{NewLine, NewLines},
    origin::{ModelOrigin, SavedModel},
    outliers::{FittedOutliers, OutlierParams, OutlierRow, Outliers, msticpy_forest},
    periods::{PeriodParams, Periods, QueryLanguage},
    progress::READING,
    read_summary::{ReadSummary, RowTimes},
    schema_file::schema_choice,
    score::{ScoreColumns, ScoredRows, ScoredSummary},
    seen::Seen,
    series::{
        FewCycles, LeftOut, SeriesColumns, SeriesFit, SeriesParams, SeriesPoint, SeriesValue,
    },
    sink::{Chunk, Sink},
    space::{DEFAULT_EPS, FeatureChoice, OF_PROCESS, OF_PROGRAM, WHOLE_EPS},
    stack::{StackCounts, StackParams},
    time_counts::TimeCounts,
    variety::{COUNTED_ROLES, MOST_COUNTED},
};

#[cfg(feature = "columnar")]
pub use oddsift_columnar::{ArrowBuilder, ColumnKind, ParquetWriter, WriteError};

// What parameters and results hold of the crates below.
pub use {
    oddsift_auditd::{AppFilter, msticpy},
    oddsift_dbscan::{Metric, Warning},
    oddsift_eventcluster::{
        Cluster, EventClusterParams, EventClusters, Label, NoiseTimes, Scaling,
    },
    oddsift_features::{
        Delimiters, FeatureOptions, Role, Roles, Schema, SchemaChoice, SessionRule, column_list,
        process_name,
    },
    oddsift_ground::{Progress, Step},
    oddsift_hunt::{Finding, History, Hunt, Line, Placed, Reason, TreeRow, View},
    oddsift_iforest::{
        Contamination, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples, Precision,
    },
    oddsift_outliers::{
        Evidence, MAX_COUNT, OutlierModel, ProcessRarity, Reason as OutlierReason, Sampling, Stack,
        Stacked,
    },
    oddsift_stl::{Degree, Stl, StlParams},
    oddsift_timeseries::{
        Aggregate, Anomalies, Changes, Fill, Frequency, PeriodSource, Score, Season, SeriesBuilder,
        Signs, Totals, TsParams,
    },
    oddsift_timespan::{Bins, Period, TimeParser, TimeSpan, Timestamp},
};
