use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatchReader;
use arrow_schema::SchemaRef;

use crate::{
    Error,
    columnar_rows::Batches,
    error::{broken, guarded},
};

/// Batches that another library of Arrow hands over; they are taken once.
pub(crate) struct ReaderTable {
    schema: SchemaRef,
    reader: Mutex<Option<Box<dyn RecordBatchReader + Send>>>,
}

impl ReaderTable {
    pub(crate) fn new(reader: impl RecordBatchReader + Send + 'static) -> Self {
        Self { schema: reader.schema(), reader: Mutex::new(Some(Box::new(reader))) }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows, of these columns of the schema.
    pub(crate) fn batches(&self, roots: &[usize]) -> Result<Batches, Error> {
        let taken = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut reader = taken.ok_or_else(|| broken("its batches were taken before"))?;
        let roots = roots.to_vec();
        Ok(Box::new(move || {
            guarded(|| {
                let batch = reader.next().transpose()?;
                batch.map(|batch| batch.project(&roots)).transpose()
            })
        }))
    }
}
