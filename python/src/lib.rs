//! The Python module `oddsift._oddsift`: the jobs of `oddsift::pipeline` and the algorithms, for Python.
//!
//! It is thin: arguments to parameters, a job on a thread of its own, its result as Arrow or `numpy`. Names,
//! defaults and docs for people are in the Python files beside it.

mod auditd; // audit logs as msticpy has them
mod dbscan; // DBSCAN over arrays
mod error; // Error, and what becomes one
mod forest; // isolation forests over arrays
mod frame; // Frame: a table in Arrow
mod input; // where rows come from
mod job; // long work: without the GIL, with progress, interruptible
mod output; // files, whole or not at all
mod picture; // Picture: a result that can be drawn
mod plot; // pictures of arrays
mod sql; // functions of SQL engines
mod stl; // series taken apart
mod timespan; // spans of time from their parts
mod value; // values with several types
mod verbs; // a function for each verb

/// The parts of the Python package `oddsift` that are in Rust.
#[pyo3::pymodule]
mod _oddsift {
    #[pymodule_export]
    use crate::auditd::{auditd_as_msticpy, auditd_events, auditd_fields};
    #[pymodule_export]
    use crate::dbscan::dbscan;
    #[pymodule_export]
    use crate::error::Error;
    #[pymodule_export]
    use crate::forest::Forest;
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::job::panics;
    #[pymodule_export]
    use crate::output::write_whole;
    #[pymodule_export]
    use crate::picture::Picture;
    #[pymodule_export]
    use crate::plot::{plot_clusters, plot_outliers};
    #[pymodule_export]
    use crate::sql::{process_features, sql_function, sql_model};
    #[pymodule_export]
    use crate::stl::{mstl, stl};
    #[pymodule_export]
    use crate::timespan::time_span;
    #[pymodule_export]
    use crate::verbs::{
        auditd::auditd,
        cluster::cluster,
        eps::eps,
        features::features,
        hunt::hunt,
        merge::merge,
        outliers::outliers,
        periods::periods,
        read::read,
        report::report,
        scan::{Scan, scan},
        schemas::schemas,
        score::{LoadedModel, score},
        series::series,
        stack::stack,
    };

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
