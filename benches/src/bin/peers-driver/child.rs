//! A process that runs a step when told to, with an end to our patience.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    TimedOut,
    OutOfMemory,
    /// With the last line of its standard error.
    Failed(String),
}

/// A running process; it is killed when this goes out of scope.
pub(crate) struct Runner {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
}

/// More of standard error is no message and not kept.
const MAX_STDERR: u64 = 1 << 20;

impl Runner {
    pub(crate) fn start(command: &mut Command) -> Result<Self, End> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().map_err(|error| End::Failed(error.to_string()))?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (send, answers) = channel();
        thread::spawn(move || {
            let lines = stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
            lines.map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        let stderr = stderr.map(|stderr| thread::spawn(move || read_start(stderr)));
        Ok(Self { child, stdin, answers, stderr })
    }

    /// Sends a line and waits for the answer.
    pub(crate) fn ask(&mut self, line: &str, patience: Duration) -> Result<String, End> {
        // A process that ended reads nothing; why it did is told where its answer is missed.
        let _ = self.stdin.as_mut().map(|stdin| writeln!(stdin, "{line}"));
        self.answer(patience)
    }

    /// Waits for a line.
    pub(crate) fn answer(&mut self, patience: Duration) -> Result<String, End> {
        self.answers.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => End::TimedOut,
            RecvTimeoutError::Disconnected => self.why_ended(),
        })
    }

    fn why_ended(&mut self) -> End {
        drop(self.stdin.take());
        let status = self.child.wait().map(|status| status.to_string()).unwrap_or_default();
        let stderr = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        verdict(&status, &stderr)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Where it has ended already, nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_start(stream: impl Read) -> String {
    let mut start = Vec::new();
    let _ = stream.take(MAX_STDERR).read_to_end(&mut start);
    String::from_utf8_lossy(&start).into_owned()
}

/// What ran out of memory says so, or was killed by the system.
fn verdict(status: &str, stderr: &str) -> End {
    let signs = ["MemoryError", "bad_alloc", "memory allocation of", "Cannot allocate memory"];
    if signs.iter().any(|sign| stderr.contains(sign)) || status.contains("SIGKILL") {
        return End::OutOfMemory;
    }
    let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    End::Failed(format!("{status} {last}").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_secs(20);

    fn shell(text: &str) -> Runner {
        Runner::start(Command::new("sh").args(["-c", text])).unwrap()
    }

    #[test]
    fn a_line_is_answered_by_a_line() {
        let mut runner = shell("echo ready; while read -r line; do echo \"got $line\"; done");
        assert_eq!(runner.answer(SHORT).unwrap(), "ready");
        assert_eq!(runner.ask("a b", SHORT).unwrap(), "got a b");
        assert_eq!(runner.ask("c", SHORT).unwrap(), "got c");
    }

    #[test]
    fn patience_ends() {
        assert_eq!(shell("read -r x").answer(Duration::from_millis(1)), Err(End::TimedOut));
    }

    #[test]
    fn a_failure_says_why() {
        let failed = shell("echo why >&2; exit 3").answer(SHORT).unwrap_err();
        assert!(matches!(&failed, End::Failed(why) if why.ends_with("why")), "{failed:?}");
        let full = "echo 'memory allocation of 12 bytes failed' >&2; exit 134";
        assert_eq!(shell(full).ask("fit", SHORT), Err(End::OutOfMemory));
        assert_eq!(verdict("signal: 9 (SIGKILL)", ""), End::OutOfMemory);
    }
}
