use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use tempfile::TempDir;

use crate::Error;
use crate::address::{Address, host};
use crate::process::{Process, config};

/// The settings of an executor: the process that runs tasks and serves their results to others.
///
/// ```no_run
/// # async fn run() -> Result<(), oddsift_ballista::Error> {
/// use oddsift_ballista::Executor;
///
/// let mut executor = Executor::new("scheduler.example:50050", "0.0.0.0:50051".parse().unwrap());
/// executor.task_slots = 8;
/// executor.memory_limit = Some(16 << 30);
/// executor.run(|address| eprintln!("executor on {address}")).await
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Executor {
    /// The host and the port of the scheduler.
    pub scheduler: String,
    /// The address on which results are served to other executors and to clients; port 0 is a free one.
    pub bind: SocketAddr,
    /// The port, on the same host, at which the scheduler hands out tasks; 0, the default, is a free one.
    pub task_port: u16,
    /// The host at which others find this executor; by default that of `bind`, or, if it listens on all
    /// interfaces, the one from which the scheduler sees it.
    pub advertise: Option<String>,
    /// The folder for shuffle files and for what does not fit in memory, in which the executor makes one of its
    /// own; by default that of temporary files.
    pub work_folder: Option<PathBuf>,
    /// The number of tasks that run at once; 0, the default, is the number of cores.
    pub task_slots: usize,
    /// The bytes of memory for all tasks together, each of which has an equal share; by default 70% of the memory
    /// of the machine, or of the container.
    pub memory_limit: Option<u64>,
    /// The time to wait for the scheduler at the start; 60 s by default.
    pub patience: Duration,
}

impl Executor {
    /// The longest time between two reports of an executor to its scheduler.
    pub const REPORTS_EVERY: Duration = Duration::from_secs(5);

    /// Creates the settings, with all but the addresses by default.
    ///
    /// ```
    /// let bind = "127.0.0.1:0".parse().unwrap();
    /// assert_eq!(oddsift_ballista::Executor::new("localhost:50050", bind).task_slots, 0);
    /// ```
    #[must_use]
    pub fn new(scheduler: impl Into<String>, bind: SocketAddr) -> Self {
        Self {
            scheduler: scheduler.into(),
            bind,
            task_port: 0,
            advertise: None,
            work_folder: None,
            task_slots: 0,
            memory_limit: None,
            patience: Duration::from_secs(60),
        }
    }

    /// Runs the executor until the process is interrupted or told to terminate; `ready` is told its address.
    ///
    /// It then takes no more tasks, ends those that run, and removes its files.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`], [`Error::WorkFolder`] or [`Error::Unreachable`] at the start, [`Error::Cluster`] later.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use std::time::Duration;
    ///
    /// let mut executor = oddsift_ballista::Executor::new("127.0.0.1:1", "127.0.0.1:0".parse().unwrap());
    /// executor.patience = Duration::ZERO;
    /// let error = executor.run(|_| ()).await.unwrap_err().to_string();
    /// assert!(error.starts_with("scheduler 127.0.0.1:1: "), "{error}");
    /// # }
    /// ```
    pub async fn run(self, ready: impl FnOnce(SocketAddr)) -> Result<(), Error> {
        let folder = self.work_folder()?;
        let scheduler = Address::parse(&self.scheduler)?;
        scheduler.reach(self.patience).await?;
        let (address, task_port) = self.free_ports()?;
        let config = self.config(scheduler, address, task_port, &folder)?;
        ready(address);
        Ok(start_executor_process(Arc::new(config)).await?)
    }

    /// A folder of its own: when it stops, the engine removes all folders in it.
    fn work_folder(&self) -> Result<TempDir, Error> {
        let within = self.work_folder.clone().unwrap_or_else(std::env::temp_dir);
        std::fs::create_dir_all(&within)
            .and_then(|()| tempfile::Builder::new().prefix("oddsift-executor-").tempdir_in(&within))
            .map_err(|source| Error::WorkFolder { path: within, source })
    }

    /// The address for results and the port for tasks, both free. The engine takes no listener, so they are let go.
    fn free_ports(&self) -> Result<(SocketAddr, u16), Error> {
        let (results, address) = listen(self.bind)?;
        let (tasks, at) = listen(SocketAddr::new(self.bind.ip(), self.task_port))?;
        drop((results, tasks)); // not before both are known, else they could be one
        Ok((address, at.port()))
    }

    fn config(
        &self,
        scheduler: Address,
        address: SocketAddr,
        task_port: u16,
        folder: &TempDir,
    ) -> Result<ExecutorProcessConfig, Error> {
        let process = Process::new();
        let functions = process.registry()?;
        let path = folder.path().to_owned();
        let known_host = (!address.ip().is_unspecified()).then(|| host(address.ip()));
        let defaults = ExecutorProcessConfig::default();
        Ok(ExecutorProcessConfig {
            bind_host: host(address.ip()),
            external_host: self.advertise.clone().or(known_host),
            port: address.port(),
            grpc_port: task_port,
            scheduler_host: scheduler.host,
            scheduler_port: scheduler.port,
            vcores: if self.task_slots == 0 { defaults.vcores } else { self.task_slots },
            task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
            executor_heartbeat_interval_seconds: Self::REPORTS_EVERY.as_secs(),
            work_dir: Some(path.display().to_string()),
            job_data_ttl_seconds: 24 * 3600,
            job_data_clean_up_interval_seconds: 1800,
            memory_pool_size: self.memory_limit,
            override_function_registry: Some(Arc::new(functions)),
            override_runtime_producer: Some(Arc::new(move |_| Ok(process.runtime(Some(&path))?))),
            override_config_producer: Some(Arc::new(config)),
            ..defaults
        })
    }
}

fn listen(bind: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let refused = |source| Error::Listen { address: bind, source };
    let listener = TcpListener::bind(bind).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}
