//! Time and peak memory of one call.

use std::time::{Duration, Instant};

/// What a call took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) time: Duration,
    /// Bytes that were resident at the peak; unknown off Linux.
    peak: Option<u64>,
}

impl Spent {
    /// Its peak above what was resident before, as text.
    pub(crate) fn bytes_above(&self, idle: Option<u64>) -> String {
        let above = self.peak.zip(idle).map(|(peak, idle)| peak.saturating_sub(idle));
        above.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string())
    }
}

/// Runs `call` and tells what it took.
pub(crate) fn measured<T>(call: impl FnOnce() -> T) -> (T, Spent) {
    let before = resident();
    let begin = Instant::now();
    let result = call();
    let time = begin.elapsed();
    (result, Spent { time, peak: before.and_then(|_| status("VmHWM:")) })
}

/// Bytes that are resident now; the peak is set back to it.
pub(crate) fn resident() -> Option<u64> {
    // See proc_pid_clear_refs(5).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS:")
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
        let idle = resident();
        let (_, spent) = measured(|| std::hint::black_box(vec![1_u8; 64 << 20]).len());
        let above: u64 = spent.bytes_above(idle).parse().unwrap();
        assert!(above > 60 << 20, "{spent:?}");
        assert_eq!(spent.bytes_above(None), "-");
    }
}
