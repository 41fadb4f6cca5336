//! Runs the binary as a child: in a pipe or on a terminal of its own, with a kill timer, its peak
//! memory from its resource usage.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use wait4::Wait4;

/// Where standard output goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    Pipe,
    Terminal,
}

/// What came of a run.
pub(crate) struct Ended {
    /// `None`: ended by a signal, or killed at the time limit.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) peak_memory: u64,
}

impl Ended {
    pub(crate) fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

pub(crate) fn run(args: &[String], to: Where, limit: Duration) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.args(args).stdin(Stdio::null()).stderr(Stdio::piped());
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
    let (ours, theirs) = match to {
        Where::Pipe => {
            let (ours, theirs) = std::io::pipe().unwrap();
            (File::from(OwnedFd::from(ours)), OwnedFd::from(theirs))
        }
        Where::Terminal => terminal(),
    };
    command.stdout(theirs);
    let mut child = command.spawn().unwrap();
    // The command holds our copy of the writing end; the reader ends when all are closed.
    drop(command);
    let pid = Pid::from_child(&child);
    let mut stderr = child.stderr.take().unwrap();
    let (done, timer) = channel::<()>();
    std::thread::scope(|scope| {
        let stdout = scope.spawn(move || read_all(ours));
        let stderr = scope.spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).unwrap();
            bytes
        });
        scope.spawn(move || {
            if timer.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let used = child.wait4().unwrap();
        drop(done);
        Ended {
            code: used.status.code(),
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
            peak_memory: used.rusage.maxrss,
        }
    })
}

/// A terminal of 120 by 40 that passes bytes on as they are.
fn terminal() -> (File, OwnedFd) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut modes = tcgetattr(&theirs).unwrap();
    modes.make_raw();
    tcsetattr(&theirs, OptionalActions::Now, &modes).unwrap();
    let size = Winsize { ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&theirs, size).unwrap();
    (File::from(ours), OwnedFd::from(theirs))
}

/// Reads to the end; a terminal whose other side is closed ends with an error.
fn read_all(mut from: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    bytes
}
