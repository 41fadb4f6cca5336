use std::path::PathBuf;

use oddsift::pipeline::{AppFilter, ArrowBuilder, AuditParams, Error, Input, TimeParser};
use pyo3::prelude::*;

use super::{found::Found, recipe::is_msticpys};
use crate::error::parameter_error;
use crate::frame::Frame;
use crate::job::{self, Watch};
use crate::value::{at_least_one, unknown};

/// What `auditd` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct AuditArgs {
    logs: Vec<PathBuf>,
    app: Option<String>,
    app_regex: Option<String>,
    since: Option<String>,
    until: Option<String>,
    time_format: Option<String>,
    time_zone: Option<String>,
    emit: String,
    records: bool,
    compat: Option<String>,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
}

impl AuditArgs {
    fn params(&self) -> PyResult<AuditParams> {
        let parser = TimeParser::new()
            .time_zone(self.time_zone.as_deref())
            .map_err(|error| parameter_error("time_zone", error))?
            .format(self.time_format.as_deref())
            .map_err(|error| parameter_error("time_format", error))?;
        let time = |name: &str, text: Option<&str>| {
            let time = text.map(|text| parser.parse(text)).transpose();
            let time = time.map_err(|error| parameter_error(name, error))?;
            Ok::<_, PyErr>(time.map(|time| time.timestamp))
        };
        let mut params = AuditParams::new();
        params.app = match (&self.app, &self.app_regex) {
            (Some(_), Some(_)) => {
                return Err(parameter_error("app", "goes without app_regex; give one of them"));
            }
            (Some(text), None) => AppFilter::contains(text.as_str()),
            (None, Some(pattern)) => {
                AppFilter::regex(pattern).map_err(|error| parameter_error("app_regex", error))?
            }
            (None, None) => AppFilter::All,
        };
        params.since = time("since", self.since.as_deref())?;
        params.until = time("until", self.until.as_deref())?;
        params.with_records = self.records;
        params.msticpy_reader = is_msticpys(self.compat.as_deref())?;
        Ok(params)
    }
}

/// Events of Linux audit logs, or their processes in clusters.
#[pyfunction]
pub(crate) fn auditd(py: Python<'_>, args: AuditArgs) -> PyResult<Found> {
    let params = args.params()?;
    let emits_clusters = match args.emit.as_str() {
        "events" => false,
        "clusters" => true,
        other => return Err(unknown("emit", other, "'events' or 'clusters'")),
    };
    let threads = at_least_one("threads", args.threads)?;
    job::run(py, args.progress.as_ref(), |watch: &Watch| {
        let watch = watch.clone();
        let mut input = Input::logs(&args.logs).progress(move |progress| watch.tell(progress));
        input.threads = threads;
        match (emits_clusters, params.msticpy_reader) {
            (true, _) => clusters(&params, &input),
            (false, true) => events_as_msticpy(&params, &input),
            (false, false) => events(&params, &input),
        }
    })
}

fn events(params: &AuditParams, input: &Input) -> Result<Found, Error> {
    let events = params.events(input)?;
    let mut builder = ArrowBuilder::new(&events.columns());
    let written = events.write(&mut builder)?;
    let note = format!("{} events", written.n_events);
    Ok(Found::said(Frame::finish(builder)?, vec![note], written.warnings))
}

fn events_as_msticpy(params: &AuditParams, input: &Input) -> Result<Found, Error> {
    let found = params.events_as_msticpy(input)?;
    let frame = Frame::of(&found.table(), found.rows.iter().map(Ok))?;
    let note = format!("{} events", found.rows.len());
    Ok(Found::said(frame, vec![note], found.warnings))
}

fn clusters(params: &AuditParams, input: &Input) -> Result<Found, Error> {
    let found = params.clusters(input)?;
    let frame = Frame::of(&found.columns(), found.rows.iter().map(Ok))?;
    let (n_rows, n_noise) = (found.rows.len(), found.n_noise());
    let (n_processes, n_clusters) = (found.n_processes, n_rows - n_noise);
    let note = format!("{n_processes} processes; {n_clusters} clusters, {n_noise} like no other");
    let nothing = found.nothing.as_ref().map(ToString::to_string);
    let warnings = found.warnings.iter().cloned().chain(nothing).collect();
    Ok(Found::said(frame, vec![note], warnings))
}
