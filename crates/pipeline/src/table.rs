//! Rows to distinct patterns, over threads; the rows that may be printed are kept.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use oddsift_eventcluster::NoiseRow;
use oddsift_features::{Recipe, Role};
use oddsift_iforest::Draws;
use oddsift_outliers::{DrawnRows, ProcessRarity};
use oddsift_patterns::{Observation, PatternId, PatternTable};
use oddsift_records::{Batch, Record, Row, RowStore};

use crate::error::RowFault;
use crate::fold::{Batches, Feed};
use crate::kept_rows::KeptRows;
use crate::outliers::outliers_error;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::process_counts::{LineCounts, counted_processes};
use crate::texts::Texts;
use crate::variety::Variety;
use crate::{Error, ReadSummary, TimeCounts};

/// A row that was skipped has no pattern.
const NO_PATTERN: u32 = u32::MAX;

/// A thread hands over what it has at so many patterns; at few in tests, so that they do it often.
const FULL: usize = if cfg!(test) { 1 << 6 } else { 1 << 13 };

/// What to keep of rows beside their patterns.
pub(crate) struct TablePlan {
    pub(crate) rows: RowPlan,
    /// The column whose common text is the template.
    pub(crate) template: Option<Template>,
    /// Columns whose distinct values are counted.
    pub(crate) distinct: Vec<usize>,
    pub(crate) keep: Keep,
    /// Which rows the samples of a forest take.
    pub(crate) draws: Option<Draws>,
    /// Whether it is counted how many rows were when.
    pub(crate) counts_times: bool,
    /// Roles whose distinct values are counted.
    pub(crate) variety: Variety,
    /// Whether the parts of process events are counted.
    pub(crate) counts_processes: bool,
}

impl TablePlan {
    /// The patterns of rows and nothing else.
    pub(crate) fn new(rows: RowPlan) -> Self {
        Self {
            rows,
            template: None,
            distinct: Vec::new(),
            keep: Keep::NOTHING,
            draws: None,
            counts_times: false,
            variety: Variety::default(),
            counts_processes: false,
        }
    }
}

/// What is kept of each row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Keep {
    /// Its pattern, four bytes.
    pub(crate) labels: bool,
    /// The full row: the first of each pattern, and the further ones while the pattern weighs less
    /// than this, for those may be noise.
    pub(crate) rows_below: Option<f64>,
}

impl Keep {
    pub(crate) const NOTHING: Self = Self { labels: false, rows_below: None };
    pub(crate) const LABELS: Self = Self { labels: true, rows_below: None };
}

/// Where the text of a template comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Template {
    Column(usize),
    /// The command line, in whichever column the row has it.
    CommandLine,
}

/// What is known of the input beside its patterns.
#[derive(Debug)]
pub(crate) struct Ingested {
    pub(crate) store: RowStore,
    pub(crate) kept: KeptRows,
    pub(crate) row_patterns: RowPatterns,
    pub(crate) drawn: Option<DrawnRows>,
    pub(crate) time_counts: TimeCounts,
    pub(crate) read: ReadSummary,
    pub(crate) recipe: Recipe,
    /// The values of the recipe's categories, by their numbers.
    pub(crate) values: Vec<Texts>,
    pub(crate) variety: Variety,
    /// The parts of process events, where they were counted.
    pub(crate) processes: ProcessRarity,
}

/// What one thread gathers.
struct Part {
    table: PatternTable,
    store: RowStore,
    kept: KeptRows,
    labels: Vec<(u64, Vec<u32>)>,
    drawn: Option<DrawnRows>,
    time_counts: TimeCounts,
    variety: Variety,
    /// One a thread, where processes are counted.
    processes: Vec<LineCounts>,
    room: RowRoom,
}

/// Reads the input to its end; gives its patterns, in the order of their first rows.
pub(crate) fn ingest(
    mut feed: Feed<'_>,
    plan: TablePlan,
) -> Result<(PatternTable, Ingested), Error> {
    let shared = Mutex::new(None);
    let is_alone = feed.n_threads() == 1;
    let parts = feed.for_each(
        || Part::new(&plan),
        |part, _, batch| {
            part.take(batch, &plan)?;
            if is_alone || !part.is_full() { Ok(()) } else { part.hand_over(&plan, &shared) }
        },
    )?;
    let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut parts = shared.into_iter().chain(parts);
    let mut whole = parts.next().unwrap_or_else(|| Part::new(&plan));
    for part in parts {
        whole.merge(part)?;
    }
    plan.rows.need_one_kind_of_time(&whole.room)?;
    let order = whole.table.sort_by_first_row();
    whole.table.shrink_to_fit();
    whole.rename(&order);
    whole.kept.finish();
    let processes = counted_processes(whole.processes);
    let processes = processes.map_err(|source| outliers_error(plan.rows.name(), source))?;
    let (recipe, values) = plan.rows.into_parts();
    let ingested = Ingested {
        row_patterns: RowPatterns::new(whole.labels),
        store: whole.store,
        kept: whole.kept,
        drawn: whole.drawn,
        time_counts: whole.time_counts,
        read: feed.finish(whole.room),
        recipe,
        values,
        variety: whole.variety,
        processes,
    };
    Ok((whole.table, ingested))
}

impl Ingested {
    /// The values of the categories of a pattern.
    pub(crate) fn categories_of(&self, values: &[f64]) -> Vec<&str> {
        let codes = values.get(self.recipe.names().len()..).unwrap_or_default();
        let all = self.values.iter().zip(codes);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32")]
        let values = all.filter_map(|(values, code)| values.get(*code as usize));
        values.collect()
    }

    /// An error where no row is left.
    pub(crate) fn need_rows(&self, table: &PatternTable) -> Result<(), Error> {
        if table.is_empty() { Err(self.read.all_skipped()) } else { Ok(()) }
    }
}

impl Part {
    fn new(plan: &TablePlan) -> Self {
        let table = PatternTable::new(plan.rows.n_values())
            .with_templates(plan.template.is_some())
            .with_distinct(plan.distinct.len());
        Self {
            table,
            store: RowStore::new(),
            kept: KeptRows::default(),
            labels: Vec::new(),
            drawn: plan.draws.clone().map(DrawnRows::new),
            time_counts: TimeCounts::default(),
            variety: plan.variety.clone(),
            processes: plan.counts_processes.then(LineCounts::default).into_iter().collect(),
            room: RowRoom::default(),
        }
    }

    fn take(&mut self, batch: &Batch, plan: &TablePlan) -> Result<(), Error> {
        plan.rows.follow(batch, &mut self.room)?;
        let first = batch.get(0).map_or(0, |row| row.row());
        let keeps_labels = plan.keep.labels;
        let mut labels = Vec::new();
        for row in batch {
            let pattern = self.take_row(row, plan)?;
            if keeps_labels || self.drawn.is_some() {
                // Rows that the reader skipped leave a gap.
                let place = usize::try_from(row.row() - first).unwrap_or(labels.len());
                labels.resize(place, None);
                labels.push(pattern);
            }
        }
        if let Some(drawn) = &mut self.drawn {
            let of_row = |row: u64| *labels.get(usize::try_from(row - first).ok()?)?;
            drawn.take(first..first + labels.len() as u64, of_row);
        }
        if keeps_labels && !labels.is_empty() {
            let ids = labels.into_iter().map(|pattern| pattern.map_or(NO_PATTERN, id)).collect();
            self.labels.push((first, ids));
        }
        Ok(())
    }

    fn take_row(&mut self, row: Row<'_>, plan: &TablePlan) -> Result<Option<PatternId>, Error> {
        let Taken::Row { time, weight } = plan.rows.take(row, &mut self.room)? else {
            return Ok(None);
        };
        if let Some(time) = time.filter(|_| plan.counts_times) {
            self.time_counts.add(time);
        }
        // A missing value in a counted column is no value.
        let distinct: Vec<Option<Cow<'_, str>>> =
            plan.distinct.iter().map(|column| row.to_text(*column)).collect();
        let distinct: Vec<Option<&str>> = distinct.iter().map(Option::as_deref).collect();
        let text = plan.template.map(|from| match from {
            Template::Column(column) => row.to_text(column).unwrap_or_default(),
            Template::CommandLine => {
                let text = plan.rows.text_of(Role::CommandLine, row, &self.room);
                text.unwrap_or_default()
            }
        });
        let observation = Observation {
            row: row.row(),
            weight,
            time,
            text: text.as_deref(),
            distinct: &distinct,
        };
        let pattern = self.table.add(&self.room.values, &observation);
        let pattern = pattern
            .map_err(|error| plan.rows.row_error(row, RowFault::Pattern(error), &self.room))?;
        if let Some(processes) = self.processes.first_mut() {
            let added = processes.add(&self.room.line);
            added.map_err(|source| outliers_error(plan.rows.name(), source))?;
        }
        for place in 0..self.variety.roles.len() {
            let role = plan.variety.roles.get(place).copied().unwrap_or(Role::Path);
            if let Some(text) = plan.rows.text_of(role, row, &self.room) {
                match role {
                    Role::Path => self.variety.add_program(pattern, place, &text),
                    _ => self.variety.add(pattern, place, &text),
                }
            }
        }
        if let Some(below) = plan.keep.rows_below
            && (self.table.count(pattern) == 1 || self.table.weight(pattern) < below)
        {
            self.store.insert(&row);
            self.kept.push(NoiseRow { row: row.row(), pattern, time });
        }
        Ok(Some(pattern))
    }

    /// Whether it is time to hand it over. Rows that are drawn go by their numbers from the first one on,
    /// and are kept to the end.
    fn is_full(&self) -> bool {
        self.table.len() >= FULL && self.drawn.is_none()
    }

    /// Merges all but the room and the counts of processes into what threads share, and begins anew: so the threads together hold little
    /// more than the whole.
    fn hand_over(&mut self, plan: &TablePlan, shared: &Mutex<Option<Self>>) -> Result<(), Error> {
        let mut part = std::mem::replace(self, Self::new(plan));
        std::mem::swap(&mut self.room, &mut part.room);
        std::mem::swap(&mut self.processes, &mut part.processes);
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *shared {
            Some(whole) => whole.merge(part),
            whole @ None => {
                *whole = Some(part);
                Ok(())
            }
        }
    }

    fn merge(&mut self, mut other: Self) -> Result<(), Error> {
        let table = std::mem::replace(&mut other.table, PatternTable::new(0));
        let names = self.table.merge(table)?;
        self.variety.merge(std::mem::take(&mut other.variety), &names);
        other.rename(&names);
        // Given back at once: where all rows are kept, two stores are most of the memory.
        self.store.merge(&std::mem::take(&mut other.store));
        self.kept.append(&mut other.kept);
        self.labels.append(&mut other.labels);
        self.time_counts.merge(std::mem::take(&mut other.time_counts));
        if let (Some(ours), Some(theirs)) = (&mut self.drawn, &other.drawn) {
            ours.merge(theirs);
        }
        self.processes.append(&mut other.processes);
        self.room.merge(&other.room);
        Ok(())
    }

    /// Gives patterns their ids in another table.
    fn rename(&mut self, names: &[PatternId]) {
        let renamed = |pattern: PatternId| names.get(pattern.index()).copied().unwrap_or(pattern);
        self.kept.rename(renamed);
        if let Some(drawn) = &mut self.drawn {
            drawn.rename(names);
        }
        self.variety.rename(names);
        for label in self.labels.iter_mut().flat_map(|(_, labels)| labels) {
            if let Some(name) = names.get(*label as usize) {
                *label = id(*name);
            }
        }
    }
}

fn id(pattern: PatternId) -> u32 {
    u32::try_from(pattern.index()).unwrap_or(NO_PATTERN)
}

/// The pattern of each row, four bytes a row, as the batches had them.
#[derive(Debug)]
pub(crate) struct RowPatterns(Vec<(u64, Vec<u32>)>);

impl RowPatterns {
    pub(crate) fn new(mut batches: Vec<(u64, Vec<u32>)>) -> Self {
        batches.sort_unstable_by_key(|(first, _)| *first);
        Self(batches)
    }

    /// Each row that was not skipped, and its pattern.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, usize)> {
        let rows = self.0.iter().flat_map(|(first, patterns)| (*first..).zip(patterns));
        rows.filter(|(_, pattern)| **pattern != NO_PATTERN)
            .map(|(row, pattern)| (row, *pattern as usize))
    }

    /// The pattern of a row; `None` where it was skipped.
    pub(crate) fn get(&self, row: u64) -> Option<usize> {
        let behind = self.0.partition_point(|(first, _)| *first <= row);
        let (first, patterns) = self.0.get(behind.checked_sub(1)?)?;
        let pattern = patterns.get(usize::try_from(row - first).ok()?)?;
        (*pattern != NO_PATTERN).then_some(*pattern as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::io::Cursor;

    use oddsift_records::{ReadOptions, Reader};

    use crate::{ClusterParams, Clusters, Input, KeepRows};

    /// Programs that come once, and others again and again, with command lines of many shapes.
    fn events() -> String {
        let mut text = "TimeGenerated,NewProcessName,CommandLine,SubjectUserName\n".to_owned();
        for row in 0..30_000_u32 {
            let mixed = row.wrapping_mul(2_654_435_761) >> 16;
            let program = if mixed % 3 == 0 { row } else { mixed % 40 };
            let words = " -x".repeat(mixed as usize % 7);
            _ = writeln!(
                text,
                "2024-01-01 00:{:02}:00,C:\\p{program}.exe,p{words} {mixed},u{}",
                row % 60,
                mixed % 5
            );
        }
        text
    }

    fn cluster(text: &str, threads: usize) -> Clusters {
        let text = text.to_owned();
        let mut input = Input::rows("log.csv", move || {
            Ok(Box::new(Reader::new("log.csv", Cursor::new(text.clone()), ReadOptions::new())?))
        });
        input.threads = Some(threads);
        let mut params = ClusterParams::new();
        (params.keep, params.count_distinct) = (KeepRows::All, vec!["CommandLine".to_owned()]);
        params.fit(input).unwrap()
    }

    #[test]
    fn what_threads_hand_over_is_what_one_thread_gathers() {
        let text = events();
        let (alone, shared) = (cluster(&text, 1), cluster(&text, 3));
        assert!(alone.events.patterns().len() > 10_000);
        assert!(alone.labels().eq(shared.labels()));
        // The last value is the number of a program, in the order in which threads met it.
        let told = |found: &Clusters| -> Vec<String> {
            let rows = found.iter().map(|row| {
                let texts = (row.template, row.reason, row.times, row.distinct, row.variety);
                format!(
                    "{} {} {} {:?} {texts:?}",
                    row.row,
                    row.size,
                    row.label,
                    row.values.get(..2)
                )
            });
            rows.collect()
        };
        assert_eq!(told(&alone), told(&shared));
    }
}
