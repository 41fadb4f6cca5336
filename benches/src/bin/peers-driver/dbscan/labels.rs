//! Whether two clusterings are one.

use std::collections::HashMap;
use std::fmt;

use anyhow::Result;

use crate::algorithm::Compared;
use crate::numbers;

/// How the labels of a peer compare to ours.
pub(crate) fn compare(Compared { reference, result, .. }: Compared<'_>) -> Result<String> {
    let (ours, theirs) = numbers::read_both(reference, result, i64::from_le_bytes)?;
    Ok(Agreement::of(&ours, &theirs).to_string())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Equal,
    /// The same rows together, the same rows noise.
    OtherNumbers,
    Differs {
        n_rows: usize,
        /// How many of these are noise in one of the two alone.
        n_noise: usize,
    },
}

const NOISE: i64 = -1;

impl Agreement {
    fn of(ours: &[i64], theirs: &[i64]) -> Self {
        if ours == theirs {
            return Self::Equal;
        }
        let renamed = renamed(ours, theirs);
        let differ = |(a, b): &(&i64, &i64)| a != b;
        let n_rows = ours.iter().zip(&renamed).filter(differ).count();
        let is_noise = |(a, b): &(&i64, &i64)| (**a == NOISE) != (**b == NOISE);
        match n_rows {
            0 => Self::OtherNumbers,
            _ => {
                Self::Differs { n_rows, n_noise: ours.iter().zip(theirs).filter(is_noise).count() }
            }
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => write!(f, "equal"),
            Self::OtherNumbers => write!(f, "equal, other numbering"),
            Self::Differs { n_rows, n_noise } => {
                write!(f, "{n_rows} rows differ ({n_noise} in being noise)")
            }
        }
    }
}

/// Their labels under our numbers: the pairs that share most rows are matched first, and a cluster
/// without a match has a number that is none of ours.
fn renamed(ours: &[i64], theirs: &[i64]) -> Vec<i64> {
    let mut shared: HashMap<(i64, i64), usize> = HashMap::new();
    for pair in ours.iter().copied().zip(theirs.iter().copied()) {
        *shared.entry(pair).or_default() += 1;
    }
    let mut shared: Vec<_> = shared.into_iter().collect();
    shared.sort_by_key(|&(pair, n_rows)| (std::cmp::Reverse(n_rows), pair));
    let mut names = HashMap::from([(NOISE, NOISE)]);
    let mut taken = HashMap::from([(NOISE, NOISE)]);
    for ((our, their), _) in shared {
        if !names.contains_key(&their) && !taken.contains_key(&our) {
            names.insert(their, our);
            taken.insert(our, their);
        }
    }
    theirs.iter().map(|their| names.get(their).copied().unwrap_or(i64::MIN)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(ours: &[i64], theirs: &[i64]) -> String {
        Agreement::of(ours, theirs).to_string()
    }

    #[test]
    fn numbers_alone_do_not_make_a_difference() {
        assert_eq!(agreement(&[0, 1, -1, 1], &[0, 1, -1, 1]), "equal");
        assert_eq!(agreement(&[0, 1, -1, 1], &[7, 0, -1, 0]), "equal, other numbering");
    }

    #[test]
    fn rows_that_moved_are_counted() {
        let differs = "1 rows differ (0 in being noise)";
        assert_eq!(agreement(&[0, 0, 0, 1, 1, 1], &[5, 5, 3, 3, 3, 3]), differs);
        let split = "1 rows differ (0 in being noise)";
        assert_eq!(agreement(&[0, 0, 0], &[1, 1, 2]), split);
    }

    #[test]
    fn noise_is_matched_to_noise_alone() {
        let differs = "3 rows differ (3 in being noise)";
        assert_eq!(agreement(&[0, 0, 0, -1], &[-1, -1, -1, -1]), differs);
    }
}
