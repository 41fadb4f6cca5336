//! `gen events`: process events that repeat as real ones do, with known odd rows among them.

mod catalogue; // the programs that run
mod command; // command lines with an exact number of delimiters
mod generator; // which pattern a row shows
mod odd; // the planted odd rows
mod row; // one row as CSV text

use std::io::{self, Write};

use anyhow::{Result, ensure};

use generator::Generator;

/// 4 events a second from 2024 on: more rows would leave the years with four digits far behind.
const MAX_ROWS: u64 = 10_000_000_000;
/// More would leave too few free vectors to find them by drawing.
const MAX_PATTERNS: u64 = 500_000;
const CHUNK: usize = 1 << 20;

/// Events of a number, made from a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Events {
    n_rows: u64,
    seed: u64,
    n_patterns: usize,
}

impl Events {
    /// Fails for counts that no such file can have.
    pub(crate) fn new(n_rows: u64, seed: u64, n_patterns: Option<u64>) -> Result<Self> {
        ensure!(n_rows <= MAX_ROWS, "--rows must be at most {MAX_ROWS}, got {n_rows}");
        let share = (n_rows / 50).clamp(n_rows.min(1), 200_000);
        let n_patterns = n_patterns.unwrap_or(share);
        let most = n_rows.min(MAX_PATTERNS);
        ensure!(
            (n_rows.min(1)..=most).contains(&n_patterns),
            "--patterns must be between 1 and {most}, got {n_patterns}"
        );
        Ok(Self { n_rows, seed, n_patterns: usize::try_from(n_patterns)? })
    }

    /// One row in a thousand; the ordinary patterns stay the majority.
    fn n_odd(&self) -> usize {
        let share = usize::try_from(self.n_rows / 1000).unwrap_or(usize::MAX);
        share.min(self.n_patterns / 2)
    }

    /// Writes the rows to `out`, and number and reason of each planted outlier to `odd`.
    pub(crate) fn write(&self, out: &mut dyn Write, odd: &mut dyn Write) -> io::Result<()> {
        let mut generator = Generator::new(self);
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 8);
        chunk.extend_from_slice(row::HEADER);
        odd.write_all(b"row,reason\n")?;
        for row in 0..self.n_rows {
            if let Some(reason) = generator.push_row(row, &mut chunk) {
                writeln!(odd, "{row},{reason}")?;
            }
            if chunk.len() >= CHUNK {
                out.write_all(&chunk)?;
                chunk.clear();
            }
        }
        out.write_all(&chunk)?;
        out.flush()?;
        odd.flush()
    }
}

#[cfg(test)]
mod tests;
