//! Points from and to files.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use ndarray::Array2;
use oddsift_benches::{points, series};

/// Rows of equal length, flat, row after row.
pub(crate) struct Points {
    pub(crate) flat: Vec<f64>,
    pub(crate) n_columns: usize,
}

/// The points of a family: `events`, `normal`, `blobs:CENTERS` or `uniform:SIDE`; `series` has one in
/// each column.
pub(crate) fn make(family: &str, n_rows: usize, n_columns: usize) -> Result<Points> {
    let x = match family.split_once(':') {
        None if family == "events" && n_columns == 3 => points::events(n_rows),
        None if family == "normal" => points::normal_with_odd_ones(n_rows, n_columns),
        None if family == "series" => series::hourly(n_rows, n_columns),
        Some(("blobs", n_centers)) => points::blobs(n_rows, n_columns, n_centers.parse()?),
        Some(("uniform", side)) => points::uniform(n_rows, n_columns, side.parse()?),
        _ => bail!("there are no points `{family}` with {n_columns} columns"),
    };
    Ok(Points { flat: x.into_raw_vec_and_offset().0, n_columns })
}

impl Points {
    pub(crate) fn read(file: &Path, n_columns: usize) -> Result<Self> {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let (values, rest) = bytes.as_chunks();
        let is_whole = n_columns > 0 && rest.is_empty() && values.len().is_multiple_of(n_columns);
        ensure!(is_whole, "{} does not hold rows of {n_columns} numbers", file.display());
        let flat = values.iter().map(|&value| f64::from_le_bytes(value)).collect();
        Ok(Self { flat, n_columns })
    }

    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let bytes: Vec<u8> = self.flat.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.flat.len() / self.n_columns
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.flat.chunks_exact(self.n_columns)
    }

    pub(crate) fn column(&self, column: usize) -> Vec<f64> {
        self.flat.iter().skip(column).step_by(self.n_columns).copied().collect()
    }

    pub(crate) fn into_array(self) -> Result<Array2<f64>> {
        Ok(Array2::from_shape_vec((self.n_rows(), self.n_columns), self.flat)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_read_back() {
        let file = std::env::temp_dir().join(format!("peers-{}.f64", std::process::id()));
        let points = make("blobs:3", 20, 4).unwrap();
        points.write(&file).unwrap();
        let read = Points::read(&file, 4).unwrap();
        assert!(read.flat == points.flat && read.n_rows() == 20);
        assert!(Points::read(&file, 3).is_err());
        assert_eq!(read.column(3)[19].to_bits(), read.flat[79].to_bits());
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn an_unknown_family_is_an_error() {
        assert!(make("blob:3", 20, 4).is_err() && make("events", 20, 4).is_err());
    }
}
