use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::{Done, say, stopped};
use crate::Scheduler;

pub(crate) const EXAMPLES: &str = "Example:
  oddsift-ballista scheduler --bind 0.0.0.0:50050 --advertise scheduler.example --min-executors 3
  curl http://localhost:50050/readyz      200 once three executors are there
  curl http://localhost:50050/api/jobs    the jobs and how far they are";

#[derive(Debug, Args)]
pub(crate) struct SchedulerArgs {
    /// Address to listen on; port 0 is a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:50050")]
    bind: SocketAddr,
    /// Host at which executors find the scheduler [default: that of --bind]
    #[arg(long, value_name = "HOST")]
    advertise: Option<String>,
    /// Number of executors with which /readyz is 200
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_executors: usize,
    /// Seconds of silence after which an executor counts as lost; executors report every 5 s
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    #[arg(value_parser = clap::value_parser!(u64).range(6..))]
    executor_timeout: u64,
    /// Seconds for which results of a finished job are kept for its client
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    keep_results: u64,
    /// Hand results to clients through this port, for clients that do not reach the executors
    #[arg(long)]
    proxy_results: bool,
}

impl SchedulerArgs {
    pub(crate) async fn run(self) -> Done {
        let mut scheduler = Scheduler::new(self.bind);
        scheduler.advertise = self.advertise;
        scheduler.min_executors = self.min_executors;
        scheduler.executor_timeout = Duration::from_secs(self.executor_timeout);
        scheduler.keep_results = Duration::from_secs(self.keep_results);
        scheduler.proxy_results = self.proxy_results;
        scheduler.run(|address| say(&format!("scheduler on {address}")), stopped()).await
    }
}
