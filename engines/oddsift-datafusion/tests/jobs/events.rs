use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{concat_batches, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions};
use oddsift_datafusion::jobs::Source;

use crate::logs::{session, write_csv, write_parquet};

/// Generated process events: as the tool reads them, and as engines do, with the number of each row.
pub(crate) struct Events {
    pub(crate) folder: tempfile::TempDir,
    rows: RecordBatch,
}

/// How a table is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) n_files: usize,
    pub(crate) row_group: usize,
    pub(crate) n_partitions: usize,
    /// Rows are dealt to files in this order: a step that has no divisor with their number.
    pub(crate) stride: usize,
}

impl Layout {
    pub(crate) const ALL: [Self; 3] = [
        Self { n_files: 1, row_group: 1 << 20, n_partitions: 1, stride: 1 },
        Self { n_files: 3, row_group: 97, n_partitions: 4, stride: 1009 },
        Self { n_files: 5, row_group: 1001, n_partitions: 2, stride: 4001 },
    ];
}

impl Events {
    pub(crate) fn new(n_rows: u64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let csv = oddsift_testkit::process_events(n_rows, seed).unwrap();
        fs::write(folder.path().join("events.csv"), &csv).unwrap();
        Self { rows: numbered(&csv), folder }
    }

    /// The file that the tool reads.
    pub(crate) fn csv(&self) -> PathBuf {
        self.folder.path().join("events.csv")
    }

    /// The events as Parquet.
    pub(crate) async fn parquet(&self, layout: Layout) -> Source {
        let folder = self.folder.path().join(format!("{}-{}", layout.n_files, layout.row_group));
        fs::create_dir_all(&folder).unwrap();
        for file in 0..layout.n_files {
            let part = self.part(layout, file);
            write_parquet(&folder.join(format!("{}.parquet", 9 - file)), &part, layout.row_group);
        }
        let ctx = session(layout.n_partitions, 1000);
        let path = folder.to_str().unwrap();
        ctx.register_parquet("events", path, ParquetReadOptions::default()).await.unwrap();
        Source::table(&ctx, "events", "row").await.unwrap()
    }

    /// The events as CSV with a column of row numbers, in several files.
    pub(crate) async fn many_csv(&self, layout: Layout) -> Source {
        let folder = self.folder.path().join("csv");
        fs::create_dir_all(&folder).unwrap();
        for file in 0..layout.n_files {
            write_csv(&folder.join(format!("{}.csv", 9 - file)), &self.part(layout, file));
        }
        let ctx = session(layout.n_partitions, 1000);
        let path = folder.to_str().unwrap();
        ctx.register_csv("events", path, CsvReadOptions::new()).await.unwrap();
        Source::table(&ctx, "events", "row").await.unwrap()
    }

    fn part(&self, layout: Layout, file: usize) -> RecordBatch {
        let n = self.rows.num_rows();
        let dealt = (0..n).map(|at| at * layout.stride % n).skip(file).step_by(layout.n_files);
        let places = UInt64Array::from_iter_values(dealt.map(|row| row as u64));
        take_record_batch(&self.rows, &places).unwrap()
    }
}

/// Rows of text, with their numbers in front.
fn numbered(csv: &[u8]) -> RecordBatch {
    let header =
        String::from_utf8_lossy(csv.split(|byte| *byte == b'\n').next().unwrap()).into_owned();
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    let schema = Arc::new(Schema::new(header.trim_end().split(',').map(field).collect::<Vec<_>>()));
    let reader = datafusion::arrow::csv::ReaderBuilder::new(Arc::clone(&schema)).with_header(true);
    let batches: Vec<RecordBatch> = reader.build(csv).unwrap().map(Result::unwrap).collect();
    let rows = concat_batches(&schema, &batches).unwrap();
    let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(0..rows.num_rows() as u64));
    let fields = std::iter::once(Arc::new(Field::new("row", DataType::UInt64, false)));
    let schema = Schema::new(fields.chain(schema.fields().iter().cloned()).collect::<Vec<_>>());
    let columns = std::iter::once(numbers).chain(rows.columns().iter().cloned()).collect();
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}
