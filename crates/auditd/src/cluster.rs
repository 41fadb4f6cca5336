use std::collections::HashMap;

use ndarray::Array2;
use oddsift_eventcluster::{EventClusters, Events, Label, NoiseTimes, Scaling};
use oddsift_features::{Delimiters, SessionRule, char_ord_score, delim_count};

use crate::{AppFilter, Error, ProcessEvent, Timestamp};

/// What processes are compared by.
///
/// ```
/// use oddsift_auditd::ClusterFeatures;
///
/// assert_eq!(ClusterFeatures::default(), ClusterFeatures::ProgramLineUserSession);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ClusterFeatures {
    /// Program, number of delimiters in the command line, user, and whether the session is the
    /// system's: processes are alike if all four are equal.
    #[default]
    ProgramLineUserSession,
    /// `pathScore` and `SubjectUserSid`, scaled to norm 1, at a distance of 0.0001, as msticpy does.
    /// All processes of user 0 are then alike.
    PathScoreUser,
}

/// How processes are clustered.
///
/// | option | default | as msticpy |
/// |---|---|---|
/// | [`app`](Self::app) | all | all |
/// | [`features`](Self::features) | [`ClusterFeatures::ProgramLineUserSession`] | [`ClusterFeatures::PathScoreUser`] |
/// | [`noise_times`](Self::noise_times) | [`NoiseTimes::Own`] | [`NoiseTimes::Shared`] |
/// | [`since`](Self::since), [`until`](Self::until) | all times | all times |
///
/// ```
/// use oddsift_auditd::{AppFilter, ClusterOptions, ProcessEvent, cluster_auditd_processes};
///
/// let process = |exe: &str| ProcessEvent { exe: Some(exe.to_owned()), ..Default::default() };
/// let options = ClusterOptions::new().app(AppFilter::contains("/bin/"));
/// let found = cluster_auditd_processes(&[process("/bin/ls"), process("/tmp/x")], &options)?;
/// assert_eq!((found.rows.len(), found.rows[0].row), (1, 0));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ClusterOptions {
    app: AppFilter,
    features: ClusterFeatures,
    noise_times: NoiseTimes,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl ClusterOptions {
    /// The defaults.
    ///
    /// ```
    /// # use oddsift_auditd::{ClusterOptions, ProcessEvent, cluster_auditd_processes};
    /// let processes = [ProcessEvent::default(), ProcessEvent::default()];
    /// let found = cluster_auditd_processes(&processes, &ClusterOptions::new())?;
    /// assert_eq!((found.rows.len(), found.rows[0].size), (1, 2));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All that msticpy does in its own way.
    ///
    /// ```
    /// # use oddsift_auditd::{AppFilter, ClusterFeatures, ClusterOptions, ProcessEvent, cluster_auditd_processes};
    /// # let process = |exe: &str, uid: &str| ProcessEvent {
    /// #     exe: Some(exe.to_owned()),
    /// #     uid: Some(uid.to_owned()),
    /// #     ..ProcessEvent::default()
    /// # };
    /// // Whatever root runs is one cluster.
    /// let processes = [process("/bin/ls", "0"), process("/tmp/x", "0")];
    /// let size = |options| cluster_auditd_processes(&processes, &options).map(|found| found.rows[0].size);
    /// assert_eq!((size(ClusterOptions::msticpy())?, size(ClusterOptions::new())?), (2, 1));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn msticpy() -> Self {
        Self::new().features(ClusterFeatures::PathScoreUser).noise_times(NoiseTimes::Shared)
    }

    /// Sets which programs' processes are clustered.
    ///
    /// ```
    /// # use oddsift_auditd::{AppFilter, ClusterFeatures, ClusterOptions, ProcessEvent, cluster_auditd_processes};
    /// # let process = |exe: &str, uid: &str| ProcessEvent {
    /// #     exe: Some(exe.to_owned()),
    /// #     uid: Some(uid.to_owned()),
    /// #     ..ProcessEvent::default()
    /// # };
    /// let options = ClusterOptions::new().app(AppFilter::regex("sudo$")?);
    /// let processes = [process("/bin/ls", "0"), process("/usr/bin/sudo", "0")];
    /// assert_eq!(cluster_auditd_processes(&processes, &options)?.rows[0].row, 1);
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn app(mut self, app: AppFilter) -> Self {
        self.app = app;
        self
    }

    /// Sets what processes are compared by.
    ///
    /// ```
    /// # use oddsift_auditd::{AppFilter, ClusterFeatures, ClusterOptions, ProcessEvent, cluster_auditd_processes};
    /// # let process = |exe: &str, uid: &str| ProcessEvent {
    /// #     exe: Some(exe.to_owned()),
    /// #     uid: Some(uid.to_owned()),
    /// #     ..ProcessEvent::default()
    /// # };
    /// let options = ClusterOptions::new().features(ClusterFeatures::PathScoreUser);
    /// assert!(cluster_auditd_processes(&[process("/bin/ls", "root")], &options).is_err()); // no number
    /// assert!(cluster_auditd_processes(&[process("/bin/ls", "root")], &ClusterOptions::new()).is_ok());
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn features(mut self, features: ClusterFeatures) -> Self {
        self.features = features;
        self
    }

    /// Sets whose times a process shows that is like no other.
    ///
    /// ```
    /// # use oddsift_auditd::{ClusterOptions, NoiseTimes, ProcessEvent, Timestamp, cluster_auditd_processes};
    /// let at = |second| Timestamp::constant(second, 0);
    /// let process = |exe: &str, second| ProcessEvent {
    ///     exe: Some(exe.to_owned()),
    ///     time: Some(at(second)),
    ///     ..ProcessEvent::default()
    /// };
    /// let processes = [process("/bin/ls", 10), process("/tmp/x", 20)];
    /// let options = ClusterOptions::new().noise_times(NoiseTimes::Shared);
    /// let found = cluster_auditd_processes(&processes, &options)?;
    /// assert_eq!(found.rows[1].times, Some((at(10), at(20))));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn noise_times(mut self, noise_times: NoiseTimes) -> Self {
        self.noise_times = noise_times;
        self
    }

    /// Sets the first time of the processes that are clustered; `None` for all. A process without a
    /// time is then left out. The others may still be parents in a [`ProcessTree`](crate::ProcessTree).
    ///
    /// ```
    /// # use oddsift_auditd::{ClusterOptions, Error, ProcessEvent, Timestamp, cluster_auditd_processes};
    /// let at = |second| Some(Timestamp::constant(second, 0));
    /// let processes = [5, 9].map(|second| ProcessEvent { time: at(second), ..ProcessEvent::default() });
    /// let found = |since| cluster_auditd_processes(&processes, &ClusterOptions::new().since(since));
    /// assert_eq!(found(at(6))?.rows[0].row, 1);
    /// assert_eq!(found(None)?.rows[0].size, 2);
    /// assert!(matches!(found(at(10)), Err(Error::NoProcesses { n_processes: 2 })));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    /// Sets the time before which the processes were started that are clustered; `None` for all.
    ///
    /// ```
    /// use oddsift_auditd::{ClusterOptions, ProcessEvent, Timestamp, cluster_auditd_processes};
    ///
    /// let at = |second| Timestamp::from_second(second).ok();
    /// let process = |second| ProcessEvent { time: at(second), ..ProcessEvent::default() };
    /// let options = ClusterOptions::new().since(at(1)).until(at(3));
    /// let found = cluster_auditd_processes(&[0, 1, 2, 3].map(process), &options)?;
    /// assert!(found.labels.iter().map(|(row, _)| *row).eq([1, 2]));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[must_use]
    pub fn until(mut self, until: Option<Timestamp>) -> Self {
        self.until = until;
        self
    }

    fn is_meant(&self, process: &ProcessEvent) -> bool {
        let is_since = self.since.is_none_or(|since| process.time >= Some(since));
        let is_before = |until| process.time.is_some_and(|time| time < until);
        is_since && self.until.is_none_or(is_before) && self.app.matches(process.exe.as_deref())
    }
}

/// A cluster of processes, shown by its first one, or a process that is like no other.
///
/// ```
/// use oddsift_auditd::{ClusterOptions, ProcessEvent, cluster_auditd_processes};
///
/// let processes = [ProcessEvent::default()];
/// let found = cluster_auditd_processes(&processes, &ClusterOptions::new())?;
/// assert!(found.rows[0].label.is_noise() && found.rows[0].size == 1);
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessCluster {
    /// The row of the process that is shown, from 0.
    pub row: usize,
    /// The cluster, or noise.
    pub label: Label,
    /// How many processes it holds.
    pub size: u64,
    /// The first and the last time.
    pub times: Option<(Timestamp, Timestamp)>,
    /// What the command lines have in common; the command line itself where it is alone.
    pub template: Option<String>,
}

/// What came out of [`cluster_auditd_processes`].
///
/// ```
/// use oddsift_auditd::{AppFilter, ClusterOptions, ProcessEvent, cluster_auditd_processes};
///
/// let process = |exe: &str| ProcessEvent { exe: Some(exe.to_owned()), ..Default::default() };
/// let options = ClusterOptions::new().app(AppFilter::contains("/ls"));
/// let found = cluster_auditd_processes(&[process("/bin/id"), process("/bin/ls")], &options)?;
/// assert_eq!(found.labels.len(), 1);
/// assert_eq!(found.labels[0].0, 1);
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessClusters {
    /// Processes that are like no other, in the order of the input, then clusters by number.
    pub rows: Vec<ProcessCluster>,
    /// The rows that were clustered, each with its cluster.
    pub labels: Vec<(usize, Label)>,
}

impl ProcessClusters {
    /// What msticpy's frame is called in.
    pub const COLUMNS: [&'static str; 8] = [
        "TimeGenerated",
        "NewProcessName",
        "CommandLine",
        "pid",
        "SubjectUserSid",
        "cwd",
        "ClusterSize",
        "ppid",
    ];
}

/// Clusters processes: one row for each process that is like no other, and one for each cluster.
///
/// By default processes are alike that run the same program with the same number of delimiters on
/// the command line, as the same user, and both in a login session or both in none: what a hunter
/// would call the same thing done again. Programs and users are told apart by their whole text, so
/// that no path can be made up that passes for another. Hosts are mixed: the same thing on two hosts
/// is one cluster. msticpy takes the sum of the path's characters and the user, and scales both to
/// norm 1; since the norm leaves of user 0 only that it is user 0, all of root's processes become one
/// cluster, whatever they run.
///
/// Cost: that of DBSCAN over distinct processes; see `oddsift-eventcluster`. Memory grows with the
/// processes, by about 100 bytes each beside their own.
///
/// # Errors
///
/// [`Error::NoProcesses`] if none is left to cluster; [`Error::Uid`] for a process whose user is no
/// number, with [`ClusterFeatures::PathScoreUser`].
///
/// ```
/// use oddsift_auditd::{ClusterOptions, ProcessEvent, cluster_auditd_processes};
///
/// let process = |exe: &str, line: &str| ProcessEvent {
///     exe: Some(exe.to_owned()),
///     cmdline: Some(line.to_owned()),
///     uid: Some("0".to_owned()),
///     ..ProcessEvent::default()
/// };
/// let processes = [
///     process("/usr/sbin/cron", "cron -f"),
///     process("/tmp/x", "x -f"),
///     process("/usr/sbin/cron", "cron -n"),
/// ];
/// let found = cluster_auditd_processes(&processes, &ClusterOptions::new())?;
/// assert_eq!((found.rows[0].row, found.rows[0].size), (1, 1));
/// assert_eq!((found.rows[1].template.as_deref(), found.rows[1].size), (Some("cron *"), 2));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
pub fn cluster_auditd_processes(
    processes: &[ProcessEvent],
    options: &ClusterOptions,
) -> Result<ProcessClusters, Error> {
    let is_meant = |row: &usize| processes.get(*row).is_some_and(|it| options.is_meant(it));
    let chosen: Vec<usize> = (0..processes.len()).filter(is_meant).collect();
    if chosen.is_empty() {
        return Err(Error::NoProcesses { n_processes: processes.len() });
    }
    let meant = || chosen.iter().filter_map(|row| Some((*row, processes.get(*row)?)));
    let (delimiters, mut numbers) = (Delimiters::default(), Numbers::default());
    let vector = |(row, process)| options.features.vector(row, process, &delimiters, &mut numbers);
    let vectors = meant().map(vector);
    let x = matrix(&vectors.collect::<Result<Vec<_>, Error>>()?);
    let times: Vec<_> = meant().map(|(_, process)| process.time).collect();
    let lines: Vec<_> = meant().map(|(_, process)| process.cmdline.as_deref()).collect();
    let events = Events::new(&x).times(&times)?.texts(&lines)?;
    let params = EventClusters::params().scaling(options.features.scaling());
    let params = params.eps(options.features.eps()).noise_times(options.noise_times);
    let found = params.fit_events(&events)?;

    let row = |row: oddsift_eventcluster::EventRow| {
        let at = usize::try_from(row.row).ok()?;
        let template = match row.label.cluster() {
            Some(cluster) => {
                let cluster = found.clusters().get(usize::try_from(cluster).ok()?)?;
                cluster.template().map(|template| template.to_string())
            }
            None => lines.get(at)?.map(str::to_owned),
        };
        let (label, size, times) = (row.label, row.size, row.times);
        Some(ProcessCluster { row: *chosen.get(at)?, label, size, times, template })
    };
    let rows = found.rows().unwrap_or_default().into_iter().filter_map(row).collect();
    let labels = chosen.iter().copied().zip(found.labels().unwrap_or_default()).collect();
    Ok(ProcessClusters { rows, labels })
}

impl ClusterFeatures {
    fn scaling(self) -> Scaling {
        match self {
            Self::ProgramLineUserSession => Scaling::None,
            Self::PathScoreUser => Scaling::Unit,
        }
    }

    /// Half of the least distance of two vectors that differ, where they are whole numbers.
    fn eps(self) -> f64 {
        match self {
            Self::ProgramLineUserSession => 0.5,
            Self::PathScoreUser => 0.0001,
        }
    }

    fn vector<'a>(
        self,
        row: usize,
        process: &'a ProcessEvent,
        delimiters: &Delimiters,
        numbers: &mut Numbers<'a>,
    ) -> Result<Vec<f64>, Error> {
        if self == Self::PathScoreUser {
            let exe = process.exe.as_deref().unwrap_or_default();
            let uid = process.uid_number().ok_or(Error::Uid { row })?;
            return Ok(vec![char_ord_score(exe, 1.0)? as f64, uid as f64]);
        }
        let line = process.cmdline.as_deref().unwrap_or_default();
        let is_system = SessionRule::Number.is_system(process.ses.as_deref());
        Ok(vec![
            number(&mut numbers.programs, process.exe.as_deref()),
            delim_count(line, delimiters) as f64,
            number(&mut numbers.users, process.uid.as_deref()),
            f64::from(u8::from(is_system)),
        ])
    }
}

/// Programs and users, each numbered as it is first seen: a hash could be forged.
#[derive(Default)]
struct Numbers<'a> {
    programs: HashMap<Option<&'a str>, usize>,
    users: HashMap<Option<&'a str>, usize>,
}

fn number<'a>(numbers: &mut HashMap<Option<&'a str>, usize>, text: Option<&'a str>) -> f64 {
    let next = numbers.len();
    *numbers.entry(text).or_insert(next) as f64
}

fn matrix(vectors: &[Vec<f64>]) -> Array2<f64> {
    let n_features = vectors.first().map_or(0, Vec::len);
    let value = |(row, column): (usize, usize)| {
        vectors.get(row).and_then(|vector: &Vec<f64>| vector.get(column)).copied().unwrap_or(0.0)
    };
    Array2::from_shape_fn((vectors.len(), n_features), value)
}
