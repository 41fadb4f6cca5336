use std::collections::HashMap;

use crate::Error;

/// msticpy's `max_count`.
///
/// ```
/// assert_eq!(oddsift_outliers::MAX_COUNT, 10);
/// ```
pub const MAX_COUNT: u64 = 10;

/// Drops the rows that have a common value: gives, in order, the rows of which no value of any
/// column occurs more than `max_count` times ([`MAX_COUNT`] in msticpy).
///
/// `columns` are the named columns, each with one entry a row; a missing value is a value of its
/// own. Time and memory follow the number of cells.
///
/// # Errors
///
/// [`Error::ColumnLength`] if a column has another length than the first.
///
/// ```
/// use oddsift_outliers::remove_common_items;
///
/// let process = [Some("svchost.exe"), Some("svchost.exe"), Some("reg.exe")];
/// let user = [Some("system"), Some("alice"), Some("bob")];
/// assert_eq!(remove_common_items(&[&process, &user], 1)?, [2]);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
pub fn remove_common_items(
    columns: &[&[Option<&str>]],
    max_count: u64,
) -> Result<Vec<usize>, Error> {
    let n_rows = columns.first().map_or(0, |column| column.len());
    let mut is_rare = vec![true; n_rows];
    for (place, column) in columns.iter().enumerate() {
        if column.len() != n_rows {
            let found = column.len();
            return Err(Error::ColumnLength { column: place, expected: n_rows, found });
        }
        let mut counts: HashMap<Option<&str>, u64> = HashMap::new();
        column.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
        for (is_rare, value) in is_rare.iter_mut().zip(*column) {
            *is_rare &= counts.get(value).is_some_and(|count| *count <= max_count);
        }
    }
    Ok(is_rare.iter().enumerate().filter(|(_, is_rare)| **is_rare).map(|(row, _)| row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stays_only_if_all_its_values_are_rare() {
        let a = [Some("x"), Some("x"), Some("y"), None];
        let b = [Some("1"), Some("2"), Some("3"), Some("3")];
        assert_eq!(remove_common_items(&[&a, &b], 1).unwrap(), [] as [usize; 0]);
        assert_eq!(remove_common_items(&[&a], 1).unwrap(), [2, 3]);
        assert_eq!(remove_common_items(&[&a, &b], 2).unwrap(), [0, 1, 2, 3]);
    }

    #[test]
    fn no_columns_have_no_rows_and_unequal_ones_are_refused() {
        assert_eq!(remove_common_items(&[], 1).unwrap(), [] as [usize; 0]);
        let error = remove_common_items(&[&[None], &[]], 1).unwrap_err();
        assert_eq!(error.to_string(), "column 1 has 0 values, the first has 1; give one a row");
    }
}
