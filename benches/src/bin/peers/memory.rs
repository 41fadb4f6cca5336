//! Time and peak memory of one call.

use std::time::{Duration, Instant};

/// What a call took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) time: Duration,
    /// Peak resident memory during the call less that before it; unknown off Linux.
    memory: Option<u64>,
}

impl Spent {
    pub(crate) fn bytes(&self) -> String {
        self.memory.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string())
    }
}

/// Runs `call` and tells what it took.
pub(crate) fn measured<T>(call: impl FnOnce() -> T) -> (T, Spent) {
    // This sets VmHWM back to what is resident now; see proc_pid_clear_refs(5).
    let reset = std::fs::write("/proc/self/clear_refs", "5");
    let before = reset.ok().and_then(|()| status("VmRSS:"));
    let begin = Instant::now();
    let result = call();
    let time = begin.elapsed();
    let memory = before.and_then(|before| Some(status("VmHWM:")?.saturating_sub(before)));
    (result, Spent { time, memory })
}

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_used_and_freed_counts() {
        let (_, spent) = measured(|| std::hint::black_box(vec![1_u8; 64 << 20]).len());
        assert!(spent.memory.unwrap() > 60 << 20, "{spent:?}");
    }
}
