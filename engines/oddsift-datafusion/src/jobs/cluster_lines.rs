//! Clusters and noise events as `oddsift cluster` prints them.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Float64Array, Int64Array,
    RecordBatch, StringArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use datafusion::functions_aggregate::expr_fn::count_distinct;
use datafusion::logical_expr::col;
use datafusion::prelude::DataFrame;
use oddsift_eventcluster::{EventRow, NearestCluster, NoiseRow, PatternId};
use oddsift_features::Role;
use oddsift_pipeline::{COUNTED_ROLES, Nearest, noise_reason};
use oddsift_timeseries::Timestamp;

use super::cluster::Clustered;
use super::counted::{feature_column, lost, times_column};
use super::source::quoted;
use crate::Error;
use crate::merging::MergingFunction;
use crate::times::Times;
use crate::value_hashes::{ValueHashes, n_values};

/// A column of the result.
type Named = (String, ArrayRef);

impl Clustered {
    /// Returns a row for each noise event, in the order of their numbers, then one for each cluster, with the columns
    /// of `oddsift cluster -t csv`: those of the row, the features that were computed, `Clustered`, `ClusterId`, sizes,
    /// times, template, how many programs, command lines, hosts and users, and why noise is noise.
    ///
    /// Rows are fetched, and values counted, by two more queries; noise events of equal vectors by a third.
    ///
    /// # Errors
    ///
    /// As [`labels`](Self::labels); [`Error::Job`] for more lines than the limit, and where rows have gone meanwhile.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{ClusterJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = ClusterJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// let lines = found.lines().await?;
    /// assert_eq!((lines.num_rows(), lines.column(0).as_ref().len()), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn lines(&self) -> Result<RecordBatch, Error> {
        let noise = self.noise_rows().await?;
        let n_lines = noise.len() + self.events.clusters().len();
        self.limits.check(n_lines, "clusters and noise events")?;
        let lines = self.events.rows_with(noise);
        let numbers: Vec<u64> = lines.iter().map(|line| line.row).collect();
        let rows = self.source.rows(&numbers, &self.scratch).await?;
        let counts = self.counts().await?;
        let names = rows.schema_ref().fields().iter().map(|field| field.name().clone());
        let mut columns: Vec<Named> = names.zip(rows.columns().iter().cloned()).collect();
        let own = |(name, column): (String, ArrayRef)| (self.source.own_name(&name), column);
        columns.extend(self.computed(&lines).into_iter().map(own));
        columns.extend(Self::sizes(&lines).into_iter().map(own));
        let templates = self.templates();
        columns.push(own(("Template".to_owned(), self.texts(&lines, &rows, &templates)?)));
        columns.extend(self.distinct(&lines, &rows, &counts)?.into_iter().map(own));
        columns.extend(self.variety(&lines, &counts).into_iter().map(own));
        columns.extend(self.reasons(&lines, &templates).into_iter().map(own));
        let columns = columns.into_iter().map(|(name, column)| (name, column, true));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }

    /// The events that are noise. A vector of one row is known by what was counted of it.
    async fn noise_rows(&self) -> Result<Vec<NoiseRow>, Error> {
        let table = self.events.patterns();
        let (single, several): (Vec<PatternId>, Vec<PatternId>) =
            self.events.noise_patterns().partition(|pattern| table.count(*pattern) == 1);
        let row = |pattern: PatternId| NoiseRow {
            row: table.first_row(pattern),
            pattern,
            time: table.times(pattern).map(|times| times.0),
        };
        let mut rows: Vec<NoiseRow> = single.into_iter().map(row).collect();
        if !several.is_empty() {
            rows.extend(self.rows_of(&several).await?);
        }
        Ok(rows)
    }

    /// The rows of some patterns.
    async fn rows_of(&self, patterns: &[PatternId]) -> Result<Vec<NoiseRow>, Error> {
        let n_rows: u64 = patterns.iter().map(|it| self.events.patterns().count(*it)).sum();
        self.limits.check(usize::try_from(n_rows).unwrap_or(usize::MAX), "noise events")?;
        let places = |it: &PatternId| it.index() as u64;
        let known =
            self.by_hash(patterns, UInt64Array::from_iter_values(patterns.iter().map(places)))?;
        let joined = self.joined("CAST(r AS BIGINT UNSIGNED) AS r, t", &[], known).await?;
        let mut found = Vec::new();
        let ids: HashMap<u64, PatternId> = patterns.iter().map(|it| (places(it), *it)).collect();
        for batch in joined.select_columns(&["r", "t", "line"])?.collect().await? {
            let numbers = batch.column(0).as_primitive::<UInt64Type>();
            let times = Times::new("cluster", batch.column(1))?;
            let lines = batch.column(2).as_primitive::<UInt64Type>();
            for at in 0..batch.num_rows() {
                let pattern = ids.get(&lines.value(at)).copied().ok_or_else(|| lost("patterns"))?;
                found.push(NoiseRow { row: numbers.value(at), pattern, time: times.get(at)? });
            }
        }
        Ok(found)
    }

    /// A number for each of some patterns, by their hashes.
    fn by_hash(&self, patterns: &[PatternId], lines: UInt64Array) -> Result<RecordBatch, Error> {
        let hashes = patterns.iter().filter_map(|pattern| self.hashes.get(pattern.index()));
        let hashes = FixedSizeBinaryArray::try_from_iter(hashes)?;
        Ok(RecordBatch::try_from_iter([
            ("hash", Arc::new(hashes) as ArrayRef),
            ("line", Arc::new(lines) as ArrayRef),
        ])?)
    }

    /// The features that are no columns of the source.
    fn computed(&self, lines: &[EventRow]) -> Vec<Named> {
        let numbers = self.space.numbers.iter().enumerate();
        let computed = numbers.filter(|(_, name)| self.source.need(name).is_err());
        let column = |(place, name): (usize, &String)| {
            let value = |line: &EventRow| {
                self.events.patterns().values(line.pattern).get(place).copied().unwrap_or_default()
            };
            (name.clone(), feature_column(name, lines.iter().map(value).map(Some)))
        };
        computed.map(column).collect()
    }

    fn sizes(lines: &[EventRow]) -> Vec<Named> {
        let each = || lines.iter();
        let is_clustered: BooleanArray = each().map(|line| Some(line.is_clustered())).collect();
        let ids = Int64Array::from_iter_values(each().map(|line| line.label.to_i64()));
        let sizes = UInt64Array::from_iter_values(each().map(|line| line.size));
        let times = |of: fn((Timestamp, Timestamp)) -> Timestamp| {
            times_column(each().map(|line| line.times.map(of)))
        };
        vec![
            ("Clustered".to_owned(), Arc::new(is_clustered)),
            ("ClusterId".to_owned(), Arc::new(ids)),
            ("ClusterSize".to_owned(), Arc::new(sizes)),
            ("FirstEventTime".to_owned(), times(|times| times.0)),
            ("LastEventTime".to_owned(), times(|times| times.1)),
        ]
    }

    /// The common text of each cluster, and the text of each noise event.
    fn texts(
        &self,
        lines: &[EventRow],
        rows: &RecordBatch,
        templates: &[Option<String>],
    ) -> Result<ArrayRef, Error> {
        let texts = self.template.as_ref().map(|name| texts(rows, name)).transpose()?;
        let texts = texts.as_ref().map(AsArray::as_string::<i32>);
        let own = |at: usize| {
            let text = texts.filter(|texts| texts.is_valid(at)).map(|texts| texts.value(at));
            text.filter(|text| !text.is_empty())
        };
        let text = |(at, line): (usize, &EventRow)| match line.label.cluster() {
            Some(cluster) => templates.get(cluster as usize)?.as_deref().map(str::to_owned),
            None => own(at).map(str::to_owned),
        };
        Ok(Arc::new(lines.iter().enumerate().map(text).collect::<StringArray>()))
    }

    /// How many values columns have that were asked for.
    fn distinct(
        &self,
        lines: &[EventRow],
        rows: &RecordBatch,
        counts: &Counts,
    ) -> Result<Vec<Named>, Error> {
        let column = |(at, name): (usize, &String)| {
            let own = rows.column_by_name(name).ok_or_else(|| lost(name))?;
            let of_line = |(row, line): (usize, &EventRow)| match line.label.cluster() {
                Some(_) => counts.get(self.line_of(line), counts.n_roles + at),
                None => u64::from(own.is_valid(row)),
            };
            let column: UInt64Array = lines.iter().enumerate().map(of_line).map(Some).collect();
            Ok((format!("Distinct{name}"), Arc::new(column) as ArrayRef))
        };
        self.count_distinct.iter().enumerate().map(column).collect()
    }

    /// How many programs, command lines, hosts and users there are.
    fn variety(&self, lines: &[EventRow], counts: &Counts) -> Vec<Named> {
        let column = |(at, (_, name)): (usize, &(Role, &str))| {
            let count = |line| Some(counts.get(self.line_of(line), at));
            let column: UInt64Array = lines.iter().map(count).collect();
            ((*name).to_owned(), Arc::new(column) as ArrayRef)
        };
        self.counted_roles().iter().enumerate().map(column).collect()
    }

    fn counted_roles(&self) -> Vec<(Role, &'static str)> {
        let has = |role| self.source.column(role).is_some();
        let is_process = has(Role::Path) || has(Role::CommandLine);
        COUNTED_ROLES.into_iter().filter(|(role, _)| is_process && has(*role)).collect()
    }

    /// The number under which the values of a line are counted: those of noise by their vectors.
    fn line_of(&self, line: &EventRow) -> u64 {
        line.label.cluster().map_or_else(|| self.line_of_noise(line.pattern), u64::from)
    }

    fn line_of_noise(&self, pattern: PatternId) -> u64 {
        (self.events.clusters().len() + pattern.index()) as u64
    }

    /// Counts the distinct values of roles, up to a bound, and of named columns, on the engine.
    async fn counts(&self) -> Result<Counts, Error> {
        let roles = self.counted_roles();
        let of_role = |(role, _): &(Role, &str)| match role {
            Role::Path => format!("program_of({})", self.source.text(*role)),
            _ => self.source.text(*role),
        };
        let asked = self.count_distinct.iter().map(|name| quoted(name));
        let values: Vec<String> = roles.iter().map(of_role).chain(asked).collect();
        let mut counts = Counts { n_roles: roles.len(), of_lines: HashMap::new() };
        if values.is_empty() {
            return Ok(counts);
        }
        let rows = self.rows_by_line(&values).await?;
        let hashes = Arc::new(ValueHashes.into_udaf());
        let count = |at: usize| {
            let value = col(value_name(at));
            if at < roles.len() { hashes.call(vec![value]) } else { count_distinct(value) }
        };
        let counted = rows.aggregate(vec![col("line")], (0..values.len()).map(count).collect())?;
        for batch in counted.collect().await? {
            counts.add(&batch)?;
        }
        Ok(counts)
    }

    /// The rows with the number of their line, and some values of SQL.
    async fn rows_by_line(&self, values: &[String]) -> Result<DataFrame, Error> {
        let patterns: Vec<PatternId> = self.events.patterns().ids().collect();
        let line = |pattern: &PatternId| match self.events.pattern_label(*pattern).cluster() {
            Some(cluster) => u64::from(cluster),
            None => self.line_of_noise(*pattern),
        };
        let known = self.by_hash(&patterns, patterns.iter().map(line).map(Some).collect())?;
        let more = values.iter().enumerate();
        let more = more.map(|(at, value)| format!("{value} AS {}", value_name(at)));
        let names: Vec<String> = (0..values.len()).map(value_name).collect();
        self.joined(&names.join(", "), &more.collect::<Vec<_>>(), known).await
    }

    /// The nearest cluster of each noise event, and the reason in words.
    fn reasons(&self, lines: &[EventRow], templates: &[Option<String>]) -> Vec<Named> {
        // What was fitted once can be looked up.
        let nearest = self.events.nearest().unwrap_or_default();
        let nearest: HashMap<PatternId, NearestCluster> =
            nearest.into_iter().filter_map(|(pattern, found)| Some((pattern, found?))).collect();
        let of_line = |line: &EventRow| {
            let found = nearest.get(&line.pattern).filter(|_| !line.is_clustered())?;
            let template = templates.get(found.label.cluster()? as usize)?.as_deref();
            let values = self.events.patterns().values(line.pattern);
            Some(Nearest::new(found, &self.recipe, values, template))
        };
        let found: Vec<Option<Nearest<'_>>> = lines.iter().map(of_line).collect();
        let n_clusters = self.events.clusters().len();
        let reason = |(line, nearest): (&EventRow, &Option<Nearest<'_>>)| {
            (!line.is_clustered()).then(|| noise_reason(nearest.as_ref(), &self.recipe, n_clusters))
        };
        let each = || found.iter().map(Option::as_ref);
        let labels: Int64Array = each().map(|it| Some(it?.label.to_i64())).collect();
        let of_clusters: StringArray = each().map(|it| it?.template).collect();
        let eps: Float64Array = each().map(|it| Some(it?.eps)).collect();
        let features: StringArray = each().map(|it| Some(it?.feature)).collect();
        let reasons: StringArray = lines.iter().zip(&found).map(reason).collect();
        vec![
            ("NearestCluster".to_owned(), Arc::new(labels)),
            ("NearestTemplate".to_owned(), Arc::new(of_clusters)),
            ("NearestEps".to_owned(), Arc::new(eps)),
            ("NearestFeature".to_owned(), Arc::new(features)),
            ("Reason".to_owned(), Arc::new(reasons)),
        ]
    }
}

/// How many distinct values lines have.
struct Counts {
    n_roles: usize,
    of_lines: HashMap<u64, Vec<u64>>,
}

impl Counts {
    /// Adds lines: the number of the line, then for each value its count, or hashes that say it.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let (lines, counts) = batch.columns().split_first().ok_or_else(|| lost("lines"))?;
        let lines = lines.as_primitive::<UInt64Type>();
        for at in 0..batch.num_rows() {
            let count = |column: &ArrayRef| match column.as_binary_opt::<i64>() {
                Some(hashes) => n_values(hashes.value(at)),
                None => column.as_primitive::<Int64Type>().value(at).cast_unsigned(),
            };
            self.of_lines.insert(lines.value(at), counts.iter().map(count).collect());
        }
        Ok(())
    }

    fn get(&self, line: u64, place: usize) -> u64 {
        self.of_lines.get(&line).and_then(|counts| counts.get(place)).copied().unwrap_or_default()
    }
}

/// The name of a value that is counted.
fn value_name(at: usize) -> String {
    format!("v{at}")
}

/// A column of rows as text.
fn texts(rows: &RecordBatch, name: &str) -> Result<ArrayRef, Error> {
    let column = rows.column_by_name(name).ok_or_else(|| lost(name))?;
    Ok(cast(column, &DataType::Utf8)?)
}
