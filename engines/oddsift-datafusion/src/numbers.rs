use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::Float64Type;
use ndarray::{Array2, ArrayView2};

use crate::Error;

/// The rows of columns of numbers as vectors; rows with a NULL are left out.
#[derive(Debug)]
pub(crate) struct Vectors {
    n_rows: usize,
    n_features: usize,
    /// The rows that have all values.
    rows: Vec<usize>,
    /// Row-major.
    values: Vec<f64>,
}

impl Vectors {
    /// Takes columns of 64-bit floats; a NULL in one of `others` leaves out a row, too.
    pub(crate) fn new(columns: &[ArrayRef], others: &[ArrayRef], n_rows: usize) -> Self {
        let is_whole = |row: &usize| columns.iter().chain(others).all(|it| it.is_valid(*row));
        let rows: Vec<usize> = (0..n_rows).filter(is_whole).collect();
        let columns: Vec<_> = columns.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        let mut values = Vec::with_capacity(rows.len() * columns.len());
        for &row in &rows {
            values.extend(columns.iter().map(|column| column.value(row)));
        }
        Self { n_rows, n_features: columns.len(), rows, values }
    }

    /// The rows that are vectors.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    pub(crate) fn matrix(&self) -> Result<ArrayView2<'_, f64>, Error> {
        let shape = (self.rows.len(), self.n_features);
        ArrayView2::from_shape(shape, &self.values)
            .map_err(|error| Error::compute("features")(&error))
    }

    /// The matrix, with a column of zeros if it has none.
    pub(crate) fn matrix_of_at_least_one(&self) -> Result<Array2<f64>, Error> {
        match self.n_features {
            0 => Ok(Array2::zeros((self.rows.len(), 1))),
            _ => Ok(self.matrix()?.to_owned()),
        }
    }

    /// A value for each row again: none where a row is no vector.
    pub(crate) fn spread<T>(
        &self,
        values: impl IntoIterator<Item = T>,
    ) -> impl Iterator<Item = Option<T>> {
        let mut vectors = self.rows.iter().zip(values).peekable();
        (0..self.n_rows).map(move |row| vectors.next_if(|it| *it.0 == row).map(|it| it.1))
    }
}
