//! Process events counted by their parts, before they are told apart by how rare these are.

use std::collections::HashMap;

use oddsift_outliers::{Error, ProcessLine, ProcessRarity};

/// What all threads counted.
pub(crate) fn counted_processes(parts: Vec<LineCounts>) -> Result<ProcessRarity, Error> {
    let mut all = ProcessRarity::new()?;
    for part in parts {
        all.merge(part.finish()?)?;
    }
    Ok(all)
}

/// Events repeat: so many distinct lines are counted as such before their parts are.
#[derive(Default)]
pub(crate) struct LineCounts {
    lines: HashMap<ProcessLine, u64>,
    counted: Option<ProcessRarity>,
}

impl LineCounts {
    const MOST: usize = 1 << 12;

    pub(crate) fn add(&mut self, line: &ProcessLine) -> Result<(), Error> {
        if let Some(count) = self.lines.get_mut(line) {
            *count += 1;
            return Ok(());
        }
        if self.lines.len() == Self::MOST {
            self.count()?;
        }
        self.lines.insert(line.clone(), 1);
        Ok(())
    }

    fn count(&mut self) -> Result<(), Error> {
        let mut counted = self.counted.take().map_or_else(ProcessRarity::new, Ok)?;
        for (line, count) in self.lines.drain() {
            counted.add(&line, count)?;
        }
        self.counted = Some(counted);
        Ok(())
    }

    fn finish(mut self) -> Result<ProcessRarity, Error> {
        self.count()?;
        self.counted.map_or_else(ProcessRarity::new, Ok)
    }
}
