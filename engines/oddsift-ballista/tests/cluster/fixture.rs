use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use oddsift_ballista::ballista::prelude::SessionConfigExt;
use oddsift_ballista::datafusion::prelude::{SessionConfig, SessionContext};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_oddsift-ballista");

/// Longer than anything takes on a machine that does other work, too.
const PATIENCE: Duration = Duration::from_secs(120);

const POLL: Duration = Duration::from_millis(20);

/// Polls until there is a value.
pub(crate) fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = poll() {
            return value;
        }
        assert!(Instant::now() < end, "{what}: not in {} s", PATIENCE.as_secs());
        sleep(POLL);
    }
}

/// A process that is killed when it is dropped; what it says goes to a file.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> Self {
        let file = File::create(&log).unwrap();
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        Self { child: command.spawn().unwrap(), log }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The word after `start` of a line of its log.
    fn said(&mut self, start: &str) -> String {
        wait_for(start, || {
            let log = self.log();
            assert!(self.child.try_wait().unwrap().is_none(), "{start}: the process ended: {log}");
            let line = log.lines().find_map(|line| line.strip_prefix(start))?;
            log.ends_with('\n').then(|| line.split([' ', ',']).next().unwrap().to_owned())
        })
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to terminate, by its own id, and returns whether it ended well.
    pub(crate) fn terminate(&mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        wait_for("end of the process", || self.child.try_wait().unwrap()).success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scheduler and its executors.
pub(crate) struct Cluster {
    pub(crate) address: String,
    pub(crate) scheduler: Process,
    pub(crate) executors: Vec<Process>,
    folder: TempDir,
}

impl Cluster {
    pub(crate) fn start(n_executors: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (scheduler, address) = scheduler(folder.path(), "127.0.0.1:0");
        let mut cluster = Self { address, scheduler, executors: Vec::new(), folder };
        (0..n_executors).for_each(|_| cluster.add_executor(&mut Command::new(PROGRAM)));
        if n_executors > 0 {
            cluster.wait_for_executors(n_executors);
        }
        cluster
    }

    /// Starts one more executor, by a command that may stand before the program.
    pub(crate) fn add_executor(&mut self, command: &mut Command) {
        let number = self.executors.len();
        let work = self.work_folder(number);
        command.args(["executor", "--scheduler", &self.address, "--task-slots", "1"]);
        command.args(["--memory-limit", "512MiB", "--work-dir"]).arg(work);
        let log = self.folder.path().join(format!("executor-{number}.log"));
        self.executors.push(Process::start(command, log));
    }

    pub(crate) fn work_folder(&self, executor: usize) -> PathBuf {
        self.folder.path().join(format!("work-{executor}"))
    }

    /// Kills the scheduler and starts one at the same address.
    pub(crate) fn restart_scheduler(&mut self) {
        self.scheduler.kill();
        (self.scheduler, _) = scheduler(self.folder.path(), &self.address);
    }

    pub(crate) fn wait_for_executors(&self, number: usize) {
        let all = format!("ready: {number} executors");
        wait_for(&all, || self.get("/readyz").filter(|answer| answer.contains(&all)));
    }

    pub(crate) async fn session(&self, partitions: usize) -> SessionContext {
        let config = SessionConfig::new_with_ballista().with_target_partitions(partitions);
        oddsift_ballista::session(&self.address, config).await.unwrap()
    }

    /// Waits until some tasks of the only job that runs are done, and others are not.
    pub(crate) fn wait_for_the_middle(&self, done: usize) {
        wait_for("middle of a job", || {
            let running = |job: &&Value| job["status"] == "Running";
            let jobs = self.get_json("/api/jobs")?;
            let job = jobs.as_array()?.iter().find(running)?["job_id"].as_str()?.to_owned();
            let stages = self.get_json(&format!("/api/job/{job}/stages"))?;
            let tasks = stages["stages"].as_array()?.iter().flat_map(|it| it["tasks"].as_array());
            let tasks: Vec<&Value> = tasks.flatten().map(|task| &task["status"]).collect();
            let is = |status: &str| tasks.iter().filter(|it| **it == status).count();
            (is("Successful") >= done && is("Running") > 0).then_some(())
        });
    }

    fn get_json(&self, path: &str) -> Option<Value> {
        let answer = self.get(path)?;
        let body = answer.split_once("\r\n\r\n")?.1;
        serde_json::from_str(body).ok()
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

fn scheduler(folder: &Path, bind: &str) -> (Process, String) {
    let mut command = Command::new(PROGRAM);
    command.args(["scheduler", "--bind", bind, "--executor-timeout", "8"]);
    let mut process = Process::start(&mut command, folder.join("scheduler.log"));
    let address = process.said("scheduler on ");
    (process, address)
}
