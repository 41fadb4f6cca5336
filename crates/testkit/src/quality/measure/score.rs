//! What an order is worth.

use std::collections::{HashMap, HashSet};

use super::log::Log;
use super::tool::{Printed, Refused};

/// Figures that stand in one cell.
pub(crate) trait Figures {
    fn cell(&self) -> String;

    /// The cell of the mean; a dash for none.
    fn mean(all: &[&Self]) -> String;
}

/// Planted rows among the first lines of an order. A line counts by the one row that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) first_100: usize,
    pub(crate) first_500: usize,
    pub(crate) distinct: usize,
    pub(crate) n_lines: usize,
}

/// Rows of the intrusion that the first findings hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// For 10 and for 20 findings: rows of the intrusion, and all rows.
    pub(crate) of_first: [(usize, usize); 2],
}

impl Found {
    pub(crate) fn of(order: &[usize], log: &Log) -> Self {
        let first = |n: usize| &order[..n.min(order.len())];
        let planted = |n: usize| {
            first(n).iter().filter(|&&row| log.labels[row] == 2).collect::<HashSet<_>>().len()
        };
        let distinct = first(100).iter().map(|&row| &log.lines[row]).collect::<HashSet<_>>().len();
        let (first_100, first_500) = (planted(100), planted(500));
        Self { first_100, first_500, distinct, n_lines: order.len() }
    }
}

impl Figures for Found {
    fn cell(&self) -> String {
        let Self { first_100, first_500, distinct, n_lines } = self;
        format!("{first_100} / {first_500} / {distinct} / {n_lines}")
    }

    fn mean(all: &[&Self]) -> String {
        let mean = |of: fn(&Self) -> usize| mean(all.iter().map(|found| of(found)));
        means([
            mean(|it| it.first_100),
            mean(|it| it.first_500),
            mean(|it| it.distinct),
            mean(|it| it.n_lines),
        ])
    }
}

impl Held {
    /// By the columns `row` and `finding`, and `rank` for the order of the findings.
    pub(crate) fn of(printed: &Printed, log: &Log) -> Result<Self, Refused> {
        let (rows, findings) = (printed.rows_of(log)?, ids(&printed.numbers("finding")?));
        let order = by_rank(&findings, &printed.numbers("rank")?);
        let planted: HashSet<usize> = log.intrusion().collect();
        let of_first = [10, 20].map(|n| {
            let first: HashSet<u64> = order.iter().copied().take(n).collect();
            let is_in = |finding: &Option<u64>| finding.is_some_and(|it| first.contains(&it));
            let held = rows.iter().zip(&findings).filter(|it| is_in(it.1)).map(|it| *it.0);
            let held: HashSet<usize> = held.collect();
            (held.intersection(&planted).count(), held.len())
        });
        Ok(Self { of_first })
    }
}

/// Findings as keys; a row that is in none has none.
fn ids(findings: &[Option<f64>]) -> Vec<Option<u64>> {
    findings.iter().map(|it| it.map(f64::to_bits)).collect()
}

/// The findings by the best rank of their rows.
fn by_rank(findings: &[Option<u64>], ranks: &[Option<f64>]) -> Vec<u64> {
    let mut best: HashMap<u64, f64> = HashMap::new();
    for (finding, rank) in findings.iter().zip(ranks) {
        if let (&Some(finding), &Some(rank)) = (finding, rank) {
            let best = best.entry(finding).or_insert(rank);
            *best = best.min(rank);
        }
    }
    let mut order: Vec<(f64, u64)> = best.into_iter().map(|(id, rank)| (rank, id)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, id)| id).collect()
}

impl Figures for Held {
    fn cell(&self) -> String {
        let [ten, twenty] = self.of_first.map(|(planted, all)| format!("{planted} ({all})"));
        format!("{ten} / {twenty}")
    }

    fn mean(all: &[&Self]) -> String {
        means([0, 1].map(|at| mean(all.iter().map(|held| held.of_first[at].0))))
    }
}

fn mean(values: impl Iterator<Item = usize>) -> Option<f64> {
    let (sum, n) = values.fold((0, 0), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum as f64 / f64::from(n))
}

fn means<const N: usize>(means: [Option<f64>; N]) -> String {
    let cells: Option<Vec<String>> =
        means.iter().map(|it| it.map(|it| format!("{it:.0}"))).collect();
    cells.map_or_else(|| "-".to_owned(), |cells| cells.join(" / "))
}

/// The area under the ROC curve; equal values count half.
pub(crate) fn auc(odd: &[f64], is_planted: &[bool]) -> f64 {
    let (mut area, mut n_planted, mut n_other) = (0.0, 0.0, 0.0);
    for (planted, other) in steps(odd, is_planted) {
        area += other * (n_planted + planted / 2.0);
        n_planted += planted;
        n_other += other;
    }
    area / (n_planted * n_other)
}

/// Average precision; equal values are taken together.
pub(crate) fn average_precision(odd: &[f64], is_planted: &[bool]) -> f64 {
    let (mut sum, mut n_planted, mut n_all) = (0.0, 0.0, 0.0);
    for (planted, other) in steps(odd, is_planted) {
        n_planted += planted;
        n_all += planted + other;
        sum += planted * n_planted / n_all;
    }
    sum / n_planted
}

/// Numbers of planted and of other rows for each value, from the highest on.
fn steps(odd: &[f64], is_planted: &[bool]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, bool)> = odd.iter().copied().zip(is_planted.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = |rows: &[(f64, bool)], kind| rows.iter().filter(|it| it.1 == kind).count() as f64;
    let equal = rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    equal.map(|rows| (count(rows, true), count(rows, false))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANTED: [bool; 4] = [true, true, false, false];

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn auc_is_one_for_a_perfect_order_and_zero_for_its_reverse() {
        assert!(near(auc(&[4.0, 3.0, 2.0, 1.0], &PLANTED), 1.0));
        assert!(near(auc(&[1.0, 2.0, 3.0, 4.0], &PLANTED), 0.0));
        assert!(near(auc(&[0.0; 4], &PLANTED), 0.5));
    }

    #[test]
    fn average_precision_takes_equal_values_together() {
        assert!(near(average_precision(&[4.0, 3.0, 2.0, 1.0], &PLANTED), 1.0));
        assert!(near(average_precision(&[0.0; 4], &PLANTED), 0.5));
        assert!(near(average_precision(&[4.0, 1.0, 3.0, 2.0], &PLANTED), 0.75));
    }

    #[test]
    fn a_mean_of_nothing_is_a_dash() {
        assert_eq!(Found::mean(&[]), "-");
        let found = Found { first_100: 1, first_500: 3, distinct: 100, n_lines: 500 };
        assert_eq!(Found::mean(&[&found, &found]), found.cell());
    }
}
