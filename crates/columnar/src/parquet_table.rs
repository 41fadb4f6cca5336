use std::{io::Read, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema, SchemaRef};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    basic::Compression,
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader},
        reader::{ChunkReader, Length},
    },
};

use crate::{
    Error,
    columnar_rows::{BATCH_ROWS, Batches},
    error::{broken, cut_off, guarded},
    guard::Guard,
    thrift::check_footer,
};

/// Length of the metadata and the magic bytes, at the end of a file.
const TAIL: u64 = 8;

/// A Parquet file, whose metadata was read and can be.
pub(crate) struct ParquetTable<R> {
    bytes: Guard<R>,
    metadata: ArrowReaderMetadata,
}

impl<R: ChunkReader + 'static> ParquetTable<R> {
    pub(crate) fn open(bytes: Guard<R>) -> Result<Self, Error> {
        let footer = footer(&bytes)?;
        check_footer(&footer).map_err(broken)?;
        let metadata = guarded(|| ParquetMetaDataReader::decode_metadata(&footer))?;
        check_columns(&metadata, bytes.len())?;
        let metadata = guarded(|| arrow_metadata(metadata))?;
        Ok(Self { bytes, metadata })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The rows, of these columns of the schema.
    pub(crate) fn batches(&self, roots: &[usize]) -> Result<Batches, Error> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        let (bytes, metadata) = (self.bytes.clone(), self.metadata.clone());
        let mut batches = guarded(move || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata)
                .with_batch_size(BATCH_ROWS)
                .with_projection(mask)
                .build()
        })?;
        Ok(Box::new(move || guarded(|| batches.next().transpose())))
    }
}

/// The metadata as bytes.
fn footer<R: ChunkReader>(bytes: &Guard<R>) -> Result<Vec<u8>, Error> {
    let n_bytes = bytes.len();
    let start = n_bytes.checked_sub(TAIL).filter(|start| *start >= 4);
    let start = start.ok_or_else(|| cut_off("it has no metadata at its end"))?;
    let mut tail = [0; 8];
    guarded(|| {
        bytes
            .get_bytes(start, 8)
            .map(|it| it.iter().zip(&mut tail).for_each(|(from, to)| *to = *from))
    })?;
    let [a, b, c, d, magic @ ..] = tail;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(broken("its metadata is encrypted; write it in the clear")),
        _ => return Err(cut_off("it has no metadata at its end")),
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let start = start.checked_sub(length).filter(|start| *start >= 4);
    let start =
        start.ok_or_else(|| broken(format!("its metadata claims {length} bytes of {n_bytes}")))?;
    let mut footer = Vec::new();
    guarded(|| -> Result<_, parquet::errors::ParquetError> {
        Ok(bytes.0.get_read(start)?.take(length).read_to_end(&mut footer)?)
    })?;
    Ok(footer)
}

/// Holds the places of all columns against the size of the file.
fn check_columns(metadata: &ParquetMetaData, n_bytes: u64) -> Result<(), Error> {
    for group in metadata.row_groups() {
        if group.num_rows() < 0 {
            return Err(broken("a group of rows has fewer than none"));
        }
        for column in group.columns() {
            check_column(column, n_bytes)?;
        }
    }
    Ok(())
}

fn check_column(column: &ColumnChunkMetaData, n_bytes: u64) -> Result<(), Error> {
    let name = || column.column_path().string();
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let end = start.checked_add(column.compressed_size());
    let fits = start >= 0
        && column.compressed_size() >= 0
        && column.num_values() >= 0
        && end.and_then(|end| u64::try_from(end).ok()).is_some_and(|end| end <= n_bytes);
    if !fits {
        return Err(broken(format!("column {} lies outside of its {n_bytes} bytes", name())));
    }
    match column.compression() {
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::GZIP(_)
        | Compression::LZ4
        | Compression::LZ4_RAW
        | Compression::ZSTD(_) => Ok(()),
        other => {
            let codec = format!("{other:?}");
            let codec = codec.split('(').next().unwrap_or_default().to_ascii_lowercase();
            Err(Error::Codec { column: name(), codec })
        }
    }
}

/// The metadata with a schema in which texts are views of their pages: a text that is in a page once
/// is in memory once.
fn arrow_metadata(
    metadata: ParquetMetaData,
) -> Result<ArrowReaderMetadata, parquet::errors::ParquetError> {
    let metadata = Arc::new(metadata);
    // What Arrow kept there of its own schema is one more thing that can be broken.
    let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::try_new(Arc::clone(&metadata), options())?;
    let views = Schema::new(plain.schema().fields().iter().map(as_view).collect::<Vec<_>>());
    ArrowReaderMetadata::try_new(metadata, options().with_schema(views.into()))
}

fn as_view(field: &Arc<arrow_schema::Field>) -> Arc<arrow_schema::Field> {
    let kind = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(kind))
}

/// Keeps the type of a batch in one place.
pub(crate) type NextBatch = Result<Option<RecordBatch>, Error>;
