use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;

use super::{Done, say};
use crate::Executor;

pub(crate) const EXAMPLES: &str = "Example:
  oddsift-ballista executor --scheduler 10.0.0.1:50050 --bind 0.0.0.0:50051 --memory-limit 16GiB";

#[derive(Debug, Args)]
pub(crate) struct ExecutorArgs {
    /// Address of the scheduler
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    scheduler: String,
    /// Address at which results are served; port 0 is a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:0")]
    bind: SocketAddr,
    /// Port, on the same host, at which the scheduler hands out tasks; 0 is a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    task_port: u16,
    /// Host at which others find this executor [default: that of --bind, or as the scheduler sees it]
    #[arg(long, value_name = "HOST")]
    advertise: Option<String>,
    /// Folder for shuffle files and for what does not fit in memory [default: that of temporary files]
    #[arg(long, value_name = "FOLDER")]
    work_dir: Option<PathBuf>,
    /// Number of tasks that run at once, 0 is the number of cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    task_slots: usize,
    /// Memory of all tasks together, such as 16GiB [default: 70% of the machine's or container's]
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<ByteSize>,
    /// Seconds to wait for the scheduler at the start
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
}

impl ExecutorArgs {
    pub(crate) async fn run(self) -> Done {
        let scheduler = self.scheduler;
        let mut executor = Executor::new(scheduler.clone(), self.bind);
        executor.task_port = self.task_port;
        executor.advertise = self.advertise;
        executor.work_folder = self.work_dir;
        executor.task_slots = self.task_slots;
        executor.memory_limit = self.memory_limit.map(|size| size.as_u64());
        executor.patience = Duration::from_secs(self.patience);
        executor.run(|address| say(&format!("executor on {address}, works for {scheduler}"))).await
    }
}
