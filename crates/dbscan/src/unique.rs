//! Rows that mostly differ, collapsed by sorting their hashes: a table of so many rows would miss the
//! cache for each of them, and threads could not share it.

use std::ops::Range;

use oddsift_ground::{Control, hash_row, threads};

use crate::{Error, distinct::check_finite, sort};

/// Bits of the hash.
const TAG: u32 = 32;
/// Sorted entries that are searched for equal rows in one go.
const GRAIN: usize = 1 << 15;

/// The distinct rows in the order of their first occurrence, and the point of each row; there must
/// be a column, and fewer rows than `u32::MAX`.
pub(crate) fn collapse(
    values: &[f64],
    n_columns: usize,
    seed: u64,
    control: &Control<'_>,
) -> Result<(Vec<f64>, Vec<u32>), Error> {
    let n_rows = values.len() / n_columns;
    let place_bits = n_rows.checked_ilog2().map_or(0, |bit| bit + 1);
    let hashes = hashes(values, n_columns, seed, place_bits, control)?;
    // Two passes tell a million rows apart but for a few in each hundred.
    let n_bits = if place_bits <= 20 { 22 } else { TAG };
    let skipped = place_bits + TAG - n_bits;
    let sorted = sort::sorted_by(hashes, skipped..place_bits + TAG);
    let sorted = Sorted { values, n_columns, entries: &sorted, place_bits, skipped };
    let mut repeats = threads::map(n_rows.div_ceil(GRAIN), |i| {
        sorted.repeats(i * GRAIN..n_rows.min((i + 1) * GRAIN))
    })
    .concat();
    repeats.sort_unstable();
    Ok((points(values, n_columns, &repeats), point_of_row(n_rows, &repeats)))
}

/// For each row the hash and, in the lowest bits, its number.
fn hashes(
    values: &[f64],
    n_columns: usize,
    seed: u64,
    place_bits: u32,
    control: &Control<'_>,
) -> Result<Vec<u64>, Error> {
    let mut hashes = vec![0; values.len() / n_columns];
    let checks = threads::map_chunks(&mut hashes, threads::GRAIN, |i, hashes| {
        control.check()?;
        let first = i * threads::GRAIN;
        let values = &values[first * n_columns..][..hashes.len() * n_columns];
        check_finite(values, n_columns, first)?;
        let rows = values.chunks_exact(n_columns);
        for ((slot, row), place) in hashes.iter_mut().zip(rows).zip(first as u64..) {
            *slot = hash_row(seed, row) >> TAG << place_bits | place;
        }
        control.tally().did(hashes.len());
        Ok(())
    });
    checks.into_iter().collect::<Result<(), Error>>()?;
    control.check()?;
    Ok(hashes)
}

/// Hashes with the numbers of their rows, sorted by the bits from `skipped` on.
struct Sorted<'a> {
    values: &'a [f64],
    n_columns: usize,
    entries: &'a [u64],
    place_bits: u32,
    skipped: u32,
}

impl Sorted<'_> {
    /// Rows that equal an earlier one, each with the first of those, among entries that are the same
    /// in what was sorted by and begin in `range`.
    fn repeats(&self, range: Range<usize>) -> Vec<(u32, u32)> {
        let key = |at: usize| self.entries[at] >> self.skipped;
        let mut repeats = Vec::new();
        let mut start = range.start;
        while start > 0 && start < range.end && key(start) == key(start - 1) {
            start += 1;
        }
        while start < range.end {
            let rest = &self.entries[start + 1..];
            let n_more = rest.iter().take_while(|&&e| e >> self.skipped == key(start)).count();
            if n_more > 0 {
                self.repeats_among(&self.entries[start..=start + n_more], &mut repeats);
            }
            start += n_more + 1;
        }
        repeats
    }

    fn repeats_among(&self, entries: &[u64], repeats: &mut Vec<(u32, u32)>) {
        // Mostly two that have nothing in common but some bits.
        if let &[a, b] = entries {
            if self.equal(a, b) {
                let (a, b) = (self.row_of(a), self.row_of(b));
                repeats.push((a.max(b), a.min(b)));
            }
            return;
        }
        let mut entries = entries.to_vec();
        entries.sort_unstable_by_key(|&entry| self.row_of(entry));
        let mut firsts: Vec<u64> = Vec::new();
        for entry in entries {
            match firsts.iter().find(|&&first| self.equal(first, entry)) {
                Some(&first) => repeats.push((self.row_of(entry), self.row_of(first))),
                None => firsts.push(entry),
            }
        }
    }

    fn equal(&self, a: u64, b: u64) -> bool {
        let values = |entry| &self.values[self.row_of(entry) as usize * self.n_columns..];
        (a ^ b) >> self.place_bits == 0
            && values(a)[..self.n_columns] == values(b)[..self.n_columns]
    }

    fn row_of(&self, entry: u64) -> u32 {
        (entry & ((1 << self.place_bits) - 1)) as u32
    }
}

/// All rows but those that repeat.
fn points(values: &[f64], n_columns: usize, repeats: &[(u32, u32)]) -> Vec<f64> {
    let n_points = values.len() / n_columns - repeats.len();
    let mut points = vec![0.0; n_points * n_columns];
    threads::for_each_chunk(&mut points, threads::GRAIN * n_columns, |i, points| {
        let first = i * threads::GRAIN;
        // The row of the first point: later than all that repeat with at most as many points before.
        let n_before = partition(repeats, |k, row| row - k <= first);
        let mut row = first + n_before;
        let mut later = repeats[n_before..].iter();
        let mut next = later.next();
        for point in points.chunks_exact_mut(n_columns) {
            while next.is_some_and(|next| next.0 as usize == row) {
                row += 1;
                next = later.next();
            }
            // Adding 0.0 turns -0.0 into 0.0 and changes nothing else.
            let values = &values[row * n_columns..][..n_columns];
            point.iter_mut().zip(values).for_each(|(to, value)| *to = value + 0.0);
            row += 1;
        }
    });
    points
}

/// How many of the repeats, which have number and row, `before` holds for.
fn partition(repeats: &[(u32, u32)], before: impl Fn(usize, usize) -> bool) -> usize {
    let (mut low, mut high) = (0, repeats.len());
    while low < high {
        let middle = low.midpoint(high);
        if before(middle, repeats[middle].0 as usize) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn point_of_row(n_rows: usize, repeats: &[(u32, u32)]) -> Vec<u32> {
    let mut points: Vec<u32> = Vec::with_capacity(n_rows);
    let mut next = 0;
    for &(row, first) in repeats {
        let n_more = row - points.len() as u32;
        points.extend(next..next + n_more);
        next += n_more;
        points.push(points[first as usize]);
    }
    let n_more = n_rows - points.len();
    points.extend((next..).take(n_more));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapsed(values: &[f64], n_columns: usize) -> (Vec<f64>, Vec<u32>) {
        collapse(values, n_columns, 7, &Control::new(None)).unwrap()
    }

    #[test]
    fn points_are_numbered_by_their_first_rows() {
        let values = [3.0, 1.0, -0.0, 2.0, 3.0, 1.0, 0.0, 2.0, 1.0, 3.0, 1.0, 3.0];
        let expected = (vec![3.0, 1.0, 0.0, 2.0, 1.0, 3.0], vec![0, 1, 0, 1, 2, 2]);
        assert_eq!(collapsed(&values, 2), expected);
        assert_eq!(collapsed(&[], 2), (vec![], vec![]));
        assert_eq!(collapsed(&[5.0; 9], 1), (vec![5.0], vec![0; 9]));
    }

    #[test]
    fn many_rows_with_some_repeats_are_as_by_a_map() {
        let values: Vec<f64> = (0..100_000_u32)
            .map(|i| f64::from(if i % 3 == 0 { i.wrapping_mul(7919) % 1000 } else { i }))
            .collect();
        let mut known = std::collections::HashMap::new();
        let mut points = Vec::new();
        let mut point_of_row = Vec::new();
        for value in &values {
            let next = u32::try_from(known.len()).unwrap();
            let point = *known.entry(value.to_bits()).or_insert(next);
            if point == next {
                points.push(*value);
            }
            point_of_row.push(point);
        }
        assert_eq!(collapsed(&values, 1), (points, point_of_row));
    }
}
