use std::cmp::Ordering;
use std::collections::BTreeSet;

use ndarray::{ArrayRef2, ArrayView1};

use crate::reason::number;
use crate::{Error, Evidence};

/// What reasons need to know of the training rows: how many have which value of a feature, and which
/// two values together.
///
/// Its size is bounded, whatever the rows: up to some thousand values a feature, of which the outermost
/// and those beside the widest gaps are kept first, and the pairs of two features where they are few.
/// What it tells is exact all the same: every count is of all rows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Training {
    n_rows: u64,
    spreads: Vec<Spread>,
    pairs: Vec<Pairs>,
}

/// The values of a feature that are known, ascending.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Spread {
    /// How far apart two neighbouring values are on average.
    mean_gap: f64,
    values: Vec<f64>,
    /// The rows that have each.
    at: Vec<u64>,
    /// The rows that have less than each.
    below: Vec<u64>,
}

/// The rows that have two values together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Pairs {
    features: [usize; 2],
    /// Ascending.
    values: Vec<[f64; 2]>,
    rows: Vec<u64>,
}

/// Up to so many distinct values of a feature all are kept.
const MOST_VALUES: usize = 1024;
/// Up to so many distinct pairs of two features are kept, else none.
const MOST_PAIRS: usize = 1024;
/// Features of which pairs are kept: the first ones.
const PAIRED: usize = 8;

impl Training {
    /// That of the rows of `x`, each of which stands for `counts` rows, or for one.
    pub(crate) fn new(x: &ArrayRef2<f64>, counts: Option<&[u64]>) -> Self {
        let count = |row: usize| counts.and_then(|it| it.get(row)).map_or(1, |count| *count);
        let spreads = x.columns().into_iter().map(|column| Spread::new(&column, &count)).collect();
        let paired = x.ncols().min(PAIRED);
        let both = (0..paired).flat_map(|a| (a + 1..paired).map(move |b| [a, b]));
        let pairs = both.filter_map(|features| Pairs::new(x, features, &count)).collect();
        Self { n_rows: (0..x.nrows()).map(count).sum(), spreads, pairs }
    }

    /// The number of rows.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().fit(&array![[1.0], [1.0]])?;
    /// assert_eq!(detector.training().n_rows(), 2);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Checks what was read from elsewhere.
    pub(crate) fn check(&self, n_features: usize) -> Result<(), Error> {
        let fault = |fault: String| Err(Error::StoredTraining { fault });
        if self.spreads.len() != n_features {
            return fault(format!("{} features for {n_features}", self.spreads.len()));
        }
        if let Some(feature) = self.spreads.iter().position(|it| !it.is_sound(self.n_rows)) {
            return fault(format!("the values of feature {feature} are no counts of rows"));
        }
        match self.pairs.iter().find(|it| !it.is_sound(n_features, self.n_rows)) {
            Some(pairs) => fault(format!("the pairs of features {:?} are none", pairs.features)),
            None => Ok(()),
        }
    }

    /// Whether so few rows are worth a word.
    fn is_rare(&self, rows: u64) -> bool {
        rows <= 1 || rows.saturating_mul(20) <= self.n_rows
    }

    /// What sets a value apart by itself, if anything does.
    pub(crate) fn alone(&self, feature: usize, value: f64) -> Option<Evidence> {
        let spread = self.spreads.get(feature)?;
        let [above, below] = spread.tails(value, self.n_rows);
        let between = spread.gap(value).filter(|(_, width)| *width >= 2.0 * spread.mean_gap);
        let tails = [above, below].into_iter().flatten();
        let tail = tails.filter(|it| self.is_rare(it.rows())).min_by_key(Evidence::rows);
        tail.or_else(|| between.map(|(it, _)| it).filter(|it| self.is_rare(it.rows())))
    }

    /// What sets a value apart together with one of another feature, where neither does alone.
    pub(crate) fn together(&self, feature: usize, vector: &[f64]) -> Option<Evidence> {
        let of_pairs = self.pairs.iter().filter_map(|pairs| {
            let other = pairs.other(feature)?;
            let (ours, theirs) = (*vector.get(feature)?, *vector.get(other)?);
            let rows = pairs.rows_of(feature, ours, theirs);
            let singles = self.rows_at(feature, ours)?.min(self.rows_at(other, theirs)?);
            let evidence = Evidence::With { feature: other, value: theirs, rows };
            (rows < singles && self.is_rare(rows)).then_some(evidence)
        });
        of_pairs.min_by_key(Evidence::rows)
    }

    /// The least common that can be said of a value, common or not.
    pub(crate) fn anyhow(&self, feature: usize, value: f64) -> Option<Evidence> {
        let spread = self.spreads.get(feature)?;
        let tails = spread.tails(value, self.n_rows).into_iter().flatten();
        tails.min_by_key(Evidence::rows)
    }

    fn rows_at(&self, feature: usize, value: f64) -> Option<u64> {
        let spread = self.spreads.get(feature)?;
        let place = spread.values.binary_search_by(|it| compare(*it, value)).ok()?;
        spread.at.get(place).copied()
    }
}

/// The order of numbers in which both zeros are one.
fn compare(a: f64, b: f64) -> Ordering {
    (a + 0.0).total_cmp(&(b + 0.0))
}

impl Spread {
    fn new(column: &ArrayView1<'_, f64>, count: &impl Fn(usize) -> u64) -> Self {
        let order = ascending(column);
        // Each distinct value once, and never all of them at a time: they may be as many as the rows.
        let same = |a: &u32, b: &u32| compare(value_at(column, *a), value_at(column, *b)).is_eq();
        let values = || order.chunk_by(same).map(|run| value_at(column, run[0]) + 0.0);
        let rows = order.chunk_by(same).map(|run| run.iter().map(|row| count(*row as usize)).sum());
        let kept = Kept::of(values);
        let mut spread =
            Self { mean_gap: kept.mean_gap, values: vec![], at: vec![], below: vec![] };
        let mut below: u64 = 0;
        for (place, (value, rows)) in values().zip(rows).enumerate() {
            if kept.holds(place) {
                spread.values.push(value);
                spread.at.push(rows);
                spread.below.push(below);
            }
            below += rows;
        }
        spread
    }

    fn is_sound(&self, n_rows: u64) -> bool {
        let n = self.values.len();
        let ends = || self.below.iter().zip(&self.at).map(|(below, at)| below.checked_add(*at));
        let starts = self.below.iter().skip(1).copied().chain([n_rows]);
        self.mean_gap >= 0.0
            && self.mean_gap.is_finite()
            && (self.at.len(), self.below.len()) == (n, n)
            && self.values.iter().all(|value| value.is_finite())
            && self.values.windows(2).all(|pair| pair[0] < pair[1])
            && ends().zip(starts).all(|(end, start)| end.is_some_and(|end| end <= start))
    }

    /// The last known value below and the first above that do not look the same: sums of bits that are
    /// equal can differ in their last digits.
    fn neighbours(&self, value: f64) -> [Option<usize>; 2] {
        let lower = self.values.partition_point(|it| compare(*it, value).is_lt());
        let upper = self.values.partition_point(|it| compare(*it, value).is_le());
        let shown = number(value);
        let differs = |place: &usize| number(self.values[*place]) != shown;
        [(0..lower).rev().find(differs), (upper..self.values.len()).find(differs)]
    }

    fn up_to(&self, place: usize) -> u64 {
        self.below[place] + self.at[place]
    }

    /// The rows above the neighbour below, and those below the neighbour above.
    fn tails(&self, value: f64, n_rows: u64) -> [Option<Evidence>; 2] {
        let [lower, upper] = self.neighbours(value);
        let above = |at: usize| Evidence::Above {
            bound: self.values[at],
            rows: n_rows.saturating_sub(self.up_to(at)),
        };
        let below = |at: usize| Evidence::Below { bound: self.values[at], rows: self.below[at] };
        [lower.map(above), upper.map(below)]
    }

    /// The rows between the neighbours, and how far apart these are.
    fn gap(&self, value: f64) -> Option<(Evidence, f64)> {
        let [Some(lower), Some(upper)] = self.neighbours(value) else { return None };
        let (low, high) = (self.values[lower], self.values[upper]);
        let rows = self.below[upper].saturating_sub(self.up_to(lower));
        Some((Evidence::Between { low, high, rows }, high - low))
    }
}

/// The numbers of the rows in the order of their values.
fn ascending(column: &ArrayView1<'_, f64>) -> Vec<u32> {
    // A forest takes fewer rows.
    let mut order: Vec<u32> = (0..u32::try_from(column.len()).unwrap_or(u32::MAX)).collect();
    order.sort_unstable_by(|a, b| compare(value_at(column, *a), value_at(column, *b)));
    order
}

fn value_at(column: &ArrayView1<'_, f64>, row: u32) -> f64 {
    column[row as usize]
}

/// The places of the distinct values of a feature that are kept.
struct Kept {
    mean_gap: f64,
    /// `None` is all.
    places: Option<BTreeSet<usize>>,
}

impl Kept {
    /// Of each kind so many.
    const SHARE: usize = MOST_VALUES / 5;

    fn of<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> Self {
        let (first, n) = (values().next().unwrap_or_default(), values().count());
        let range = values().last().unwrap_or_default() - first;
        let mean_gap = range.min(f64::MAX) / (n.saturating_sub(1).max(1)) as f64;
        let places = (n > MOST_VALUES).then(|| {
            let gaps = values().skip(1).zip(values()).map(|(above, below)| above - below);
            let beside = widest(gaps, Self::SHARE).into_iter().flat_map(|gap| [gap, gap + 1]);
            let outermost = (0..Self::SHARE).chain(n - Self::SHARE..n);
            let even = (0..Self::SHARE).map(|i| i * n / Self::SHARE);
            beside.chain(outermost).chain(even).collect()
        });
        Self { mean_gap, places }
    }

    fn holds(&self, place: usize) -> bool {
        self.places.as_ref().is_none_or(|places| places.contains(&place))
    }
}

/// The places of the widest gaps, the first ones of equals.
fn widest(gaps: impl Iterator<Item = f64>, n_wanted: usize) -> Vec<usize> {
    let mut found: Vec<(usize, f64)> = Vec::with_capacity(2 * n_wanted);
    let prune = |found: &mut Vec<(usize, f64)>| {
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(n_wanted);
    };
    for gap in gaps.enumerate() {
        found.push(gap);
        if found.len() == 2 * n_wanted {
            prune(&mut found);
        }
    }
    prune(&mut found);
    found.into_iter().map(|(place, _)| place).collect()
}

impl Pairs {
    fn new(
        x: &ArrayRef2<f64>,
        features: [usize; 2],
        count: &impl Fn(usize) -> u64,
    ) -> Option<Self> {
        let mut rows = std::collections::HashMap::new();
        for (row, vector) in x.outer_iter().enumerate() {
            let pair = features.map(|feature| (vector[feature] + 0.0).to_bits());
            *rows.entry(pair).or_insert(0_u64) += count(row);
            if rows.len() > MOST_PAIRS {
                return None;
            }
        }
        let mut rows: Vec<([f64; 2], u64)> =
            rows.into_iter().map(|(pair, rows)| (pair.map(f64::from_bits), rows)).collect();
        rows.sort_by(|a, b| compare_pairs(a.0, b.0));
        let (values, rows) = rows.into_iter().unzip();
        Some(Self { features, values, rows })
    }

    fn is_sound(&self, n_features: usize, n_rows: u64) -> bool {
        let [a, b] = self.features;
        let sum = self.rows.iter().try_fold(0_u64, |sum, rows| sum.checked_add(*rows));
        a < b
            && b < n_features
            && self.values.len() == self.rows.len()
            && self.values.iter().flatten().all(|value| value.is_finite())
            && self.values.windows(2).all(|pair| compare_pairs(pair[0], pair[1]).is_lt())
            && sum == Some(n_rows)
    }

    fn other(&self, feature: usize) -> Option<usize> {
        match self.features {
            [a, b] if a == feature => Some(b),
            [a, b] if b == feature => Some(a),
            _ => None,
        }
    }

    fn rows_of(&self, feature: usize, ours: f64, theirs: f64) -> u64 {
        let pair = if self.features[0] == feature { [ours, theirs] } else { [theirs, ours] };
        let place = self.values.binary_search_by(|it| compare_pairs(*it, pair));
        place.ok().and_then(|place| self.rows.get(place)).copied().unwrap_or_default()
    }
}

fn compare_pairs(a: [f64; 2], b: [f64; 2]) -> Ordering {
    compare(a[0], b[0]).then(compare(a[1], b[1]))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_value_in_a_gap_is_told_by_its_neighbours() {
        let mut x = Array2::from_shape_fn((200, 1), |(row, _)| (row % 10) as f64);
        (0..100).for_each(|row| x[[row, 0]] += 100.0);
        x[[7, 0]] = 50.0;
        let training = Training::new(&x, None);
        let between = Evidence::Between { low: 9.0, high: 100.0, rows: 1 };
        assert_eq!(training.alone(0, 50.0), Some(between));
        // A new value, and one beside which nothing is missing.
        let between = Evidence::Between { low: 9.0, high: 50.0, rows: 0 };
        assert_eq!(training.alone(0, 40.0), Some(between));
        assert_eq!(training.alone(0, 105.0), None);
    }

    #[test]
    fn a_bound_never_looks_like_the_value() {
        let mut x = Array2::from_shape_fn((100, 1), |(row, _)| (row % 10) as f64);
        let value = 15.301_057_434_316_878;
        x[[0, 0]] = value;
        x[[1, 0]] = value.next_up();
        let training = Training::new(&x, None);
        assert_eq!(training.alone(0, value), Some(Evidence::Above { bound: 9.0, rows: 2 }));
        assert_eq!(training.alone(0, value.next_up()), training.alone(0, value));
    }

    #[test]
    fn what_is_kept_of_many_values_is_counted_exactly() {
        let mut x = Array2::from_shape_fn((50_000, 1), |(row, _)| row as f64 * 0.01);
        x[[49_999, 0]] = 9000.0;
        let training = Training::new(&x, None);
        assert!(
            training.spreads[0].values.len() <= MOST_VALUES && training.spreads[0].is_sound(50_000)
        );
        for value in [-1.0, 0.0, 3.333, 9000.0, 9001.0, 499.98] {
            for evidence in training.spreads[0].tails(value, 50_000).into_iter().flatten() {
                let is_in = |other: &&f64| match evidence {
                    Evidence::Above { bound, .. } => **other > bound,
                    Evidence::Below { bound, .. } => **other < bound,
                    _ => false,
                };
                assert_eq!(x.iter().filter(is_in).count() as u64, evidence.rows(), "{evidence:?}");
            }
        }
    }

    #[test]
    fn two_common_values_that_hardly_meet_are_told_together() {
        let mut x = Array2::from_shape_fn((100, 2), |(row, _)| (row % 2) as f64);
        x[[1, 0]] = 0.0;
        let training = Training::new(&x, None);
        assert_eq!(training.alone(0, 0.0), None);
        let with = Evidence::With { feature: 1, value: 1.0, rows: 1 };
        assert_eq!(training.together(0, &[0.0, 1.0]), Some(with));
        assert_eq!(training.together(0, &[0.0, 0.0]), None);
    }

    #[test]
    fn counts_are_repeated_rows() {
        let repeated =
            Array2::from_shape_fn((30, 2), |(row, _)| if row < 28 { 1.0 } else { row as f64 });
        let x = ndarray::array![[1.0, 1.0], [28.0, 28.0], [29.0, 29.0]];
        assert_eq!(Training::new(&x, Some(&[28, 1, 1])), Training::new(&repeated, None));
    }
}
