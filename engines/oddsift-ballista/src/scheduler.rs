use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;

use crate::address::host;
use crate::process::{Process, config};
use crate::{Error, Executor};

/// The settings of a scheduler: the process that plans jobs and hands their tasks to executors.
///
/// It keeps all state in memory: one that is restarted knows no job, and executors come back to it by themselves.
///
/// ```no_run
/// # async fn run() -> Result<(), oddsift_ballista::Error> {
/// use oddsift_ballista::Scheduler;
///
/// let mut scheduler = Scheduler::new("0.0.0.0:50050".parse().unwrap());
/// scheduler.advertise = Some("scheduler.example".to_owned());
/// scheduler.min_executors = 3;
/// scheduler.run(|address| eprintln!("scheduler on {address}"), std::future::pending()).await
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scheduler {
    /// The address to listen on; port 0 is a free one.
    pub bind: SocketAddr,
    /// The host at which executors find the scheduler, to which they tell how tasks end; by default that of `bind`,
    /// which must then be one.
    pub advertise: Option<String>,
    /// The number of executors with which `/readyz` is 200; 1 by default.
    pub min_executors: usize,
    /// The silence after which an executor counts as lost, and its tasks are given to others; 30 s by default, at
    /// least [`Executor::REPORTS_EVERY`] and some.
    pub executor_timeout: Duration,
    /// The time for which results of a finished job stay on the executors; one hour by default. A client must
    /// have fetched them by then.
    pub keep_results: Duration,
    /// Whether clients fetch results through the scheduler, as those must that do not reach the executors; no by
    /// default, since all results then pass through one machine.
    pub proxy_results: bool,
}

impl Scheduler {
    /// Creates the settings, with all but the address by default.
    ///
    /// ```
    /// use oddsift_ballista::{Executor, Scheduler};
    ///
    /// let scheduler = Scheduler::new("127.0.0.1:50050".parse().unwrap());
    /// assert!(scheduler.executor_timeout > Executor::REPORTS_EVERY);
    /// ```
    #[must_use]
    pub fn new(bind: SocketAddr) -> Self {
        Self {
            bind,
            advertise: None,
            min_executors: 1,
            executor_timeout: 6 * Executor::REPORTS_EVERY,
            keep_results: Duration::from_secs(3600),
            proxy_results: false,
        }
    }

    /// Runs the scheduler until `stop` is done; `ready` is told the address once it listens.
    ///
    /// Executors are asked for their health, and operators for jobs, over HTTP on the same port: `/healthz`,
    /// `/readyz`, `/api/jobs`, `/api/executors`.
    ///
    /// # Errors
    ///
    /// [`Error::Unnamed`] if it listens on all interfaces and has no name, [`Error::Listen`] for an address that is
    /// taken, [`Error::Cluster`] if the service fails.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), oddsift_ballista::Error> {
    /// use oddsift_ballista::Scheduler;
    ///
    /// let scheduler = Scheduler::new("127.0.0.1:0".parse().unwrap());
    /// scheduler.run(|address| assert_ne!(address.port(), 0), std::future::ready(())).await
    /// # }
    /// ```
    pub async fn run(
        self,
        ready: impl FnOnce(SocketAddr),
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let name = self.name()?;
        let refused = |source| Error::Listen { address: self.bind, source };
        let listener = TcpListener::bind(self.bind).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let config = Arc::new(self.config(address, name)?);
        let cluster = BallistaCluster::new_from_config(&config).await?;
        let scheduler =
            create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await?;
        ready(address);
        tokio::select! {
            served = start_grpc_service_with_listener(listener, scheduler) => Ok(served?),
            () = stop => Ok(()),
        }
    }

    fn name(&self) -> Result<String, Error> {
        let of_bind = || (!self.bind.ip().is_unspecified()).then(|| host(self.bind.ip()));
        self.advertise.clone().or_else(of_bind).ok_or(Error::Unnamed(self.bind))
    }

    fn config(&self, address: SocketAddr, name: String) -> Result<SchedulerConfig, Error> {
        let process = Process::new();
        process.state(config())?; // a defect in the functions is told now, not by the first job
        Ok(SchedulerConfig {
            external_host: name,
            bind_host: host(address.ip()),
            bind_port: address.port(),
            // An executor that asks for tasks would go on asking when it is told to terminate.
            scheduling_policy: TaskSchedulingPolicy::PushStaged,
            min_ready_executors: self.min_executors,
            executor_timeout_seconds: self.executor_timeout.as_secs(),
            expire_dead_executor_interval_seconds: 1,
            no_executors_grace_period_seconds: self.executor_timeout.as_secs(),
            finished_job_data_clean_up_interval_seconds: self.keep_results.as_secs(),
            finished_job_state_clean_up_interval_seconds: self.keep_results.as_secs(),
            enable_embedded_flight_proxy: self.proxy_results,
            override_config_producer: Some(Arc::new(config)),
            override_session_builder: Some(Arc::new(move |config| Ok(process.state(config)?))),
            ..SchedulerConfig::default()
        })
    }
}
