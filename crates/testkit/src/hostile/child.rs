//! Runs the tool as a child: its input fed as it is read, its output judged as it comes, with a
//! kill timer, its peak memory from its resource usage.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::process::{Pid, Signal, kill_process};
use wait4::Wait4;

use super::input::Input;
use super::output::{Judged, Tally};

/// A run of the tool.
pub(crate) struct Run<'a> {
    pub(crate) tool: &'a Path,
    pub(crate) args: Vec<String>,
    pub(crate) stdout: To<'a>,
    /// A named pipe, and what comes through it.
    pub(crate) feed: Option<(&'a Path, &'a Input)>,
    /// When it is killed.
    pub(crate) timeout: Option<Duration>,
    /// KiB of the main thread's stack.
    pub(crate) stack: Option<u64>,
}

/// Where standard output goes.
pub(crate) enum To<'a> {
    Tally(Box<Tally>),
    Device(&'a str),
    /// To a reader that goes away after one line.
    FirstLine,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None`: ended by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    /// Whether the signal was ours, at the time limit.
    pub(crate) timed_out: bool,
    pub(crate) stdout: Judged,
    pub(crate) stderr: String,
    /// Bytes.
    pub(crate) peak_memory: u64,
    pub(crate) time: Duration,
    /// Of all its threads, and of the system for it.
    pub(crate) cpu_time: Duration,
    /// How many bytes the pipe took.
    pub(crate) n_fed: u64,
}

/// More of standard error is no message and not kept.
const MAX_STDERR: u64 = 1 << 16;
/// A reader of one line waits for no longer one.
const MAX_LINE: u64 = 1 << 20;

impl Run<'_> {
    pub(crate) fn start(self) -> Result<Ended> {
        let mut command = self.command();
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
        command.stdout(match self.stdout {
            To::Device(device) => {
                let file = File::options().write(true).open(device);
                file.with_context(|| format!("cannot open {device}"))?.into()
            }
            _ => Stdio::piped(),
        });
        let begin = Instant::now();
        let mut child = command.spawn().context("cannot start the tool")?;
        let pid = Pid::from_child(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (ended, timed_out) = (AtomicBool::new(false), AtomicBool::new(false));
        let n_fed = AtomicU64::new(0);
        let (done, timer) = channel::<()>();
        thread::scope(|scope| {
            let stdout = scope.spawn(|| consume(self.stdout, stdout));
            let stderr = scope.spawn(|| read_start(stderr));
            let feeder = scope.spawn(|| {
                self.feed.map_or(Ok(()), |(pipe, input)| feed(pipe, input, &ended, &n_fed))
            });
            if let Some(timeout) = self.timeout {
                let timed_out = &timed_out;
                scope.spawn(move || {
                    if timer.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout) {
                        timed_out.store(true, Ordering::Relaxed);
                        let _ = kill_process(pid, Signal::KILL);
                    }
                });
            }
            let used = child.wait4();
            let time = begin.elapsed();
            ended.store(true, Ordering::Relaxed);
            drop(done);
            let used = used.context("cannot wait for the tool")?;
            joined(feeder)?.context("cannot feed the input")?;
            Ok(Ended {
                code: used.status.code(),
                signal: used.status.signal(),
                timed_out: timed_out.load(Ordering::Relaxed),
                stdout: joined(stdout)?.context("cannot read standard output")?,
                stderr: joined(stderr)?.context("cannot read standard error")?,
                peak_memory: used.rusage.maxrss,
                time,
                cpu_time: used.rusage.utime + used.rusage.stime,
                n_fed: n_fed.load(Ordering::Relaxed),
            })
        })
    }

    /// The tool, or a shell that limits the stack and then becomes the tool.
    fn command(&self) -> Command {
        let Some(stack) = self.stack else {
            let mut command = Command::new(self.tool);
            command.args(&self.args);
            return command;
        };
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -s \"$0\" && exec \"$@\"", &stack.to_string()]);
        command.arg(self.tool).args(&self.args);
        command
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread that watched the tool panicked"))
}

fn consume(to: To<'_>, stdout: Option<ChildStdout>) -> io::Result<Judged> {
    match (to, stdout) {
        (To::Tally(tally), Some(stdout)) => tally.read(stdout),
        (To::FirstLine, Some(stdout)) => {
            let mut line = Vec::new();
            let mut start = BufReader::new(stdout).take(MAX_LINE);
            let n_bytes = start.read_until(b'\n', &mut line)? as u64;
            Ok(Judged { n_bytes, ..Judged::default() })
        }
        _ => Ok(Judged::default()),
    }
}

/// The start of a stream that is read to its end.
fn read_start(stream: Option<impl Read>) -> io::Result<String> {
    let Some(mut stream) = stream else { return Ok(String::new()) };
    let mut start = Vec::new();
    stream.by_ref().take(MAX_STDERR).read_to_end(&mut start)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(String::from_utf8_lossy(&start).into_owned())
}

/// Writes the input to the pipe, as far as it is read.
fn feed(pipe: &Path, input: &Input, ended: &AtomicBool, n_fed: &AtomicU64) -> io::Result<()> {
    let Some(pipe) = open_for_reader(pipe, ended)? else { return Ok(()) };
    match input.write(&mut Counting { pipe, n_fed }) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Opens a named pipe once it has a reader; `None` if the tool ended without being one.
fn open_for_reader(pipe: &Path, ended: &AtomicBool) -> io::Result<Option<File>> {
    // Opened with waiting, it would wait for ever where the tool never opens it.
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    loop {
        match open(pipe, flags, Mode::empty()) {
            Ok(opened) => {
                fcntl_setfl(&opened, OFlags::WRONLY)?;
                return Ok(Some(File::from(opened)));
            }
            Err(rustix::io::Errno::NXIO) if ended.load(Ordering::Relaxed) => return Ok(None),
            Err(rustix::io::Errno::NXIO) => thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error.into()),
        }
    }
}

struct Counting<'a> {
    pipe: File,
    n_fed: &'a AtomicU64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.pipe.write(bytes)?;
        self.n_fed.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
