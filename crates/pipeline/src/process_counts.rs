//! Process events counted by their parts, before they are told apart by how rare these are.

use std::collections::HashMap;

use oddsift_outliers::{ProcessLine, ProcessRarity};

use crate::Error;
use crate::fold::{Batches, Feed};
use crate::outliers::outliers_error;
use crate::plan::{RowPlan, RowRoom, Taken};

/// Counts the parts of process events.
pub(crate) fn count_processes(mut feed: Feed<'_>, rows: &RowPlan) -> Result<ProcessRarity, Error> {
    let name = feed.name();
    let failed = |source| outliers_error(&name, source);
    let state = || (RowRoom::default(), LineCounts::default());
    let parts = feed.for_each(state, |(room, counts), _, batch| {
        rows.follow(batch, room)?;
        for row in batch {
            if matches!(rows.take(row, room)?, Taken::Row { .. }) {
                counts.add(&room.line).map_err(&failed)?;
            }
        }
        Ok(())
    })?;
    let mut all = ProcessRarity::new().map_err(&failed)?;
    for (_, counts) in parts {
        all.merge(counts.finish().map_err(&failed)?).map_err(&failed)?;
    }
    Ok(all)
}

/// Events repeat: so many distinct lines are counted as such before their parts are.
#[derive(Default)]
struct LineCounts {
    lines: HashMap<ProcessLine, u64>,
    counted: Option<ProcessRarity>,
}

impl LineCounts {
    const MOST: usize = 1 << 12;

    fn add(&mut self, line: &ProcessLine) -> Result<(), oddsift_outliers::Error> {
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

    fn count(&mut self) -> Result<(), oddsift_outliers::Error> {
        let mut counted = self.counted.take().map_or_else(ProcessRarity::new, Ok)?;
        for (line, count) in self.lines.drain() {
            counted.add(&line, count)?;
        }
        self.counted = Some(counted);
        Ok(())
    }

    fn finish(mut self) -> Result<ProcessRarity, oddsift_outliers::Error> {
        self.count()?;
        self.counted.map_or_else(ProcessRarity::new, Ok)
    }
}
