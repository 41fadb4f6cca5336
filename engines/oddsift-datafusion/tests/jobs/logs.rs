use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, TimestampMillisecondArray, UInt64Array};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::csv;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionConfig, SessionContext};
use tempfile::TempDir;

/// A log of process events: one file for the tool, and the same rows for the engine.
pub(crate) struct Log {
    folder: TempDir,
    rows: RecordBatch,
}

/// The column of times.
const TIME: &str = "TimeCreatedUtc";

type Times = TimestampMillisecondArray;

/// The time of a row, in milliseconds: seventeen rows an hour in no order, and now and then a burst.
fn time(row: i64) -> i64 {
    const MARCH: i64 = 1_709_251_200;
    let second = match row % 1000 {
        0..60 => row / 1000 * 211_000 + row % 60,
        _ => row * 211 + row * 7919 % 1800,
    };
    (MARCH + second) * 1000 + row % 1000
}

/// How the rows of a table lie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    Csv,
    /// With row groups of so many rows.
    Parquet(usize),
}

impl Log {
    /// Generated events; `bytes` is a column of whole numbers, `row` the number of the row.
    pub(crate) async fn new(n_rows: u64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.csv");
        std::fs::write(&path, oddsift_testkit::process_events(n_rows, seed).unwrap()).unwrap();
        // Of one partition, so that rows keep their order.
        let ctx = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        let options = CsvReadOptions::new().newlines_in_values(true);
        let made = ctx.read_csv(path.to_str().unwrap(), options).await.unwrap();
        let batches = made.collect().await.unwrap();
        let made = concat_batches(&batches[0].schema(), &batches).unwrap();
        let n = made.num_rows() as u64;
        assert_eq!(n, n_rows);
        let bytes: ArrayRef =
            Arc::new((0..n).map(|row| row * 7919 % 1000).collect::<UInt64Array>());
        let numbers: ArrayRef = Arc::new((0..n).collect::<UInt64Array>());
        let schema = made.schema();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let times: ArrayRef =
            Arc::new(Times::from_iter_values((0..).take(made.num_rows()).map(time)));
        let column = |(name, column): (_, &ArrayRef)| match name {
            TIME => (name, Arc::clone(&times)),
            _ => (name, Arc::clone(column)),
        };
        let columns = names.zip(made.columns()).map(column);
        let columns = columns.chain([("bytes", bytes), ("row", numbers)]);
        let rows = RecordBatch::try_from_iter_with_nullable(
            columns.map(|(name, column)| (name, column, true)),
        );
        let log = Self { folder, rows: rows.unwrap() };
        write_csv(&log.path(), &log.rows);
        log
    }

    /// The file that the tool reads.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("whole.csv")
    }

    /// A session that has the rows as table `events`, in several files whose names say nothing of their order.
    pub(crate) async fn session(
        &self,
        layout: Layout,
        n_files: usize,
        n_partitions: usize,
    ) -> SessionContext {
        let ctx = session(n_partitions, 100);
        let folder = self.folder.path().join(format!("{layout:?}-{n_files}-{n_partitions}"));
        std::fs::create_dir(&folder).unwrap();
        let length = self.rows.num_rows().div_ceil(n_files);
        for (file, start) in (0..self.rows.num_rows()).step_by(length).enumerate() {
            let rows = self.rows.slice(start, length.min(self.rows.num_rows() - start));
            // 7 and the number of files have no common divisor, so this is another order.
            let path = folder.join(format!("{}", (file * 7 + 3) % n_files));
            match layout {
                Layout::Csv => write_csv(&path.with_extension("csv"), &rows),
                Layout::Parquet(size) => {
                    write_parquet(&path.with_extension("parquet"), &rows, size);
                }
            }
        }
        let folder = folder.to_str().unwrap();
        match layout {
            Layout::Csv => {
                let options = CsvReadOptions::new().newlines_in_values(true);
                ctx.register_csv("events", folder, options).await
            }
            Layout::Parquet(_) => {
                ctx.register_parquet("events", folder, ParquetReadOptions::new()).await
            }
        }
        .unwrap();
        ctx
    }
}

/// A session with the functions.
pub(crate) fn session(n_partitions: usize, batch_size: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(n_partitions);
    let config = oddsift_datafusion::configured(config.with_batch_size(batch_size));
    let ctx = SessionContext::new_with_config(config);
    oddsift_datafusion::register(&ctx).unwrap();
    ctx
}

pub(crate) fn write_csv(path: &Path, rows: &RecordBatch) {
    csv::Writer::new(File::create(path).unwrap()).write(rows).unwrap();
}

pub(crate) fn write_parquet(path: &Path, rows: &RecordBatch, row_group: usize) {
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(row_group)).build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

/// Each layout of a table, with numbers of files and partitions.
pub(crate) const LAYOUTS: [(Layout, usize, usize); 4] = [
    (Layout::Csv, 1, 1),
    (Layout::Csv, 4, 3),
    (Layout::Parquet(333), 5, 2),
    (Layout::Parquet(64), 3, 8),
];

/// Runs a test that waits.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}
