//! The sample of an audit log, many times over.

use std::fmt::Write;

const SAMPLE: &str = include_str!("../../testdata/auditd_log.txt");
/// More than the serial numbers of the sample.
const STEP: u64 = 100_000;

/// The sample `n` times, each time with serial numbers of its own: else their events would be one.
pub fn samples(n: u64) -> Vec<u8> {
    let mut log = String::with_capacity(SAMPLE.len() * usize::try_from(n).unwrap_or(0));
    for sample in 0..n {
        for line in SAMPLE.lines() {
            let stamped = line.split_once(':').zip(line.split_once("):"));
            let Some(((before, _), (header, after))) = stamped else { continue };
            let serial = header.rsplit(':').next().and_then(|serial| serial.parse::<u64>().ok());
            let serial = serial.unwrap_or_default() + sample * STEP;
            // Writing to a string cannot fail.
            let _ = writeln!(log, "{before}:{serial}):{after}");
        }
    }
    log.into_bytes()
}
