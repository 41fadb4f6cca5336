//! How rare each value, number and combination of a row of any table is.

use oddsift_rarity::{Counts, Error as CountError, TailCounts};

use crate::Error;
use crate::table::{LineId, LineTable};
use crate::views::View;

/// Counts of a table of values and numbers, and what they say of each of its lines.
#[derive(Debug, Clone)]
pub(crate) struct Combinations {
    columns: Vec<Column>,
    lines: Counts<u32>,
    is_known: Vec<bool>,
    pub(crate) n_rows: u64,
}

#[derive(Debug, Clone)]
enum Column {
    Values(Counts<u32>),
    /// Numbers by their size, beside those that have none.
    Sizes(TailCounts<bool>),
}

impl Combinations {
    /// Counts the lines of a table whose last `n_numbers` columns are sizes of numbers.
    pub(crate) fn new(table: &LineTable, n_numbers: usize) -> Result<Self, Error> {
        Self::count(table, n_numbers).map_err(|_: CountError| Error::TooManyRows)
    }

    fn count(table: &LineTable, n_numbers: usize) -> Result<Self, CountError> {
        let n_values = table.columns().len().saturating_sub(n_numbers);
        let column = |place| {
            if place < n_values {
                Column::Values(Counts::new())
            } else {
                Column::Sizes(TailCounts::new())
            }
        };
        let mut columns: Vec<Column> = (0..table.columns().len()).map(column).collect();
        let mut lines = Counts::new();
        let mut is_known = Vec::with_capacity(table.n_lines());
        for (id, entry) in table.lines() {
            let n_rows = entry.starts.saturating_add(entry.known);
            lines.add(id.0, n_rows)?;
            is_known.push(entry.known > 0);
            for (place, (column, value)) in columns.iter_mut().zip(table.key(id)).enumerate() {
                match column {
                    Column::Values(counts) => counts.add(*value, n_rows)?,
                    Column::Sizes(sizes) => {
                        let size = size_of(table.value(id, place));
                        sizes.add(size.is_some(), size.unwrap_or_default(), n_rows)?;
                    }
                }
            }
        }
        let n_rows = lines.total();
        Ok(Self { columns, lines, is_known, n_rows })
    }

    pub(crate) fn is_known(&self, id: LineId) -> bool {
        self.is_known.get(id.index()).copied().unwrap_or_default()
    }

    /// The bits of a line, without their weights.
    pub(crate) fn parts(&self, table: &LineTable, id: LineId) -> Vec<(View, f64)> {
        let places = (0..=u16::MAX).zip(&self.columns).zip(table.key(id));
        let mut parts: Vec<(View, f64)> = places
            .filter_map(|((place, column), value)| match column {
                Column::Values(counts) => Some((View::Value(place), counts.bits(value))),
                Column::Sizes(sizes) => {
                    let size = size_of(table.value(id, usize::from(place)))?;
                    Some((View::Number(place), sizes.bits(&true, size)))
                }
            })
            .collect();
        parts.push((View::Combination, self.lines.bits(&id.0)));
        parts
    }

    /// Rows with the value of a line in a column, or with as large a number.
    pub(crate) fn rows_with(&self, table: &LineTable, id: LineId, place: u16) -> u64 {
        let value = table.key(id).get(usize::from(place)).copied().unwrap_or(u32::MAX);
        match self.columns.get(usize::from(place)) {
            Some(Column::Values(counts)) => counts.count(&value),
            Some(Column::Sizes(sizes)) => {
                let size = size_of(table.value(id, usize::from(place)));
                sizes.at_least(&true, size.unwrap_or_default())
            }
            None => 0,
        }
    }
}

/// The sizes of numbers: powers of ten.
const SIZES: [&str; 26] = [
    "0",
    "0.000001",
    "0.00001",
    "0.0001",
    "0.001",
    "0.01",
    "0.1",
    "1",
    "10",
    "100",
    "1000",
    "10000",
    "100000",
    "1000000",
    "10000000",
    "100000000",
    "1000000000",
    "10000000000",
    "100000000000",
    "1000000000000",
    "10000000000000",
    "100000000000000",
    "1000000000000000",
    "10000000000000000",
    "100000000000000000",
    "1000000000000000000",
];

/// The size of a number as a value of a [`LineTable`]: the largest power of ten that is not above it, so
/// that rows whose numbers are about as large fold to one line. Empty for a number that is negative or
/// none.
///
/// ```
/// use oddsift_hunt::number_size;
///
/// assert_eq!([0.0, 0.05, 7.0, 4711.0].map(number_size), ["0", "0.01", "1", "1000"]);
/// assert_eq!(number_size(-1.0), "");
/// ```
#[must_use]
pub fn number_size(number: f64) -> &'static str {
    if number.is_nan() || number < 0.0 {
        return "";
    }
    let is_below = |size: &&&str| size.parse::<f64>().is_ok_and(|size| size <= number);
    SIZES.iter().rev().find(is_below).map_or("0", |size| size)
}

/// The place of a size among all, so that larger numbers have larger ones.
fn size_of(text: &str) -> Option<u64> {
    SIZES.iter().position(|size| *size == text).map(|place| place as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_at_least_its_size_and_less_than_the_next() {
        for number in [0.0, 1e-9, 1e-6, 0.3, 0.99, 1.0, 9.99, 10.0, 123_456.7, 1e18, 1e300] {
            let place = SIZES.iter().position(|size| *size == number_size(number)).unwrap();
            assert!(SIZES[place].parse::<f64>().unwrap() <= number, "{number}");
            let next = SIZES.get(place + 1).map(|size| size.parse::<f64>().unwrap());
            assert!(next.is_none_or(|next| number < next), "{number}");
        }
        assert_eq!((number_size(f64::NAN), number_size(-3.0)), ("", ""));
    }
}
