//! Simple orders to compare with: one line for each distinct line of the log, the rare ones first.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::log::Log;
use super::mask::words;

/// A title and the rows in their order.
pub(crate) type Order = (&'static str, Vec<usize>);

/// Equal scores are ordered by chance, but always in the same way.
const SEED: u64 = 1;
/// Of a line's words, the rarest of them that one order adds up.
const N_RAREST: usize = 5;

/// Orders by how rare a line's program, pair of programs or words are in the log itself.
pub(crate) fn rarities(log: &Log) -> Vec<Order> {
    let (programs, pairs) = (counts(log.programs.iter()), counts(pairs(log)));
    let by_program = |&row: &usize| -(programs[&log.programs[row]] as f64);
    let by_pair = |&row: &usize| -(pairs[&(&log.parents[row], &log.programs[row])] as f64);
    let by_program: Vec<f64> = log.firsts.iter().map(by_program).collect();
    let by_pair: Vec<f64> = log.firsts.iter().map(by_pair).collect();
    let by_words = word_sums(log);
    let robin = round_robin(&[falling(&by_program), falling(&by_words)]);
    vec![
        ("rarest program", rows(log, falling(&by_program))),
        ("rarest pair of parent and program", rows(log, falling(&by_pair))),
        ("sum of the words' rarity", rows(log, falling(&by_words))),
        ("round robin of program and words", rows(log, robin)),
    ]
}

/// Orders of the lines that a history does not have, by how rare they are there.
pub(crate) fn news(log: &Log, history: &Log) -> Vec<Order> {
    let known: HashSet<_> = history.lines.iter().collect();
    let new: Vec<usize> =
        log.firsts.iter().copied().filter(|&row| !known.contains(&log.lines[row])).collect();
    let (programs, pairs) = (counts(history.programs.iter()), counts(pairs(history)));
    let program = |row: usize| programs.get(&log.programs[row]).copied().unwrap_or_default();
    let pair = |row: usize| {
        pairs.get(&(&log.parents[row], &log.programs[row])).copied().unwrap_or_default()
    };
    // A pair is never more frequent than its program, so it only tells equal programs apart.
    let scale = history.len() as f64 + 1.0;
    let by_names: Vec<f64> =
        new.iter().map(|&row| -(program(row) as f64 + pair(row) as f64 / scale)).collect();
    let rarest = new_words(log, history, &new);
    let sum = |n: usize| rarest.iter().map(|it| it.iter().take(n).sum()).collect::<Vec<f64>>();
    let places = [falling(&by_names), falling(&sum(usize::MAX)), falling(&sum(N_RAREST))];
    let robin = round_robin(&places).into_iter().map(|at| new[at]).collect();
    vec![("new lines by time", new), ("new lines, round robin of names and words", robin)]
}

/// How odd each row is by the rarity of its path, of its line, and by the mean rarity of its words.
pub(crate) fn of_rows(log: &Log) -> Vec<(&'static str, Vec<f64>)> {
    let paths = counts(log.lines.iter().map(|line| &line.0));
    let lines = counts(log.lines.iter());
    let seen = rows_of_words(log);
    let mean = |line: &(String, String)| {
        let words = words(&line.1);
        let sum: f64 = words.iter().map(|word| rarity(log.len(), seen[word])).sum();
        sum / words.len().max(1) as f64
    };
    let of = |odd: &dyn Fn(&(String, String)) -> f64| log.lines.iter().map(odd).collect();
    vec![
        ("rarest path", of(&|line| -(paths[&line.0] as f64))),
        ("rarest line", of(&|line| -(lines[line] as f64))),
        ("mean rarity of the words", of(&mean)),
    ]
}

fn pairs(log: &Log) -> impl Iterator<Item = (&String, &String)> {
    log.parents.iter().zip(&log.programs)
}

fn counts<T: Eq + Hash>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    items.for_each(|item| *counts.entry(item).or_insert(0) += 1);
    counts
}

/// The number of rows that have each word.
fn rows_of_words(log: &Log) -> HashMap<&str, usize> {
    let mut seen = HashMap::new();
    for (line, n_rows) in counts(log.lines.iter()) {
        for word in words(&line.1) {
            *seen.entry(word).or_insert(0) += n_rows;
        }
    }
    seen
}

fn rarity(n_rows: usize, n_seen: usize) -> f64 {
    (n_rows as f64 / n_seen.max(1) as f64).ln()
}

/// The sum of the rarity of each line's words, where the line itself counts once.
fn word_sums(log: &Log) -> Vec<f64> {
    let (seen, lines) = (rows_of_words(log), counts(log.lines.iter()));
    let sum = |&row: &usize| {
        let line = &log.lines[row];
        words(&line.1).iter().map(|word| rarity(log.len(), seen[word] - lines[line] + 1)).sum()
    };
    log.firsts.iter().map(sum).collect()
}

/// The rarity that the words of new lines have in a history, the rarest first.
fn new_words(log: &Log, history: &Log, new: &[usize]) -> Vec<Vec<f64>> {
    let seen = rows_of_words(history);
    let of = |&row: &usize| {
        let words = words(&log.lines[row].1);
        let n_seen = |word: &str| seen.get(word).copied().unwrap_or_default();
        let mut rarities: Vec<f64> =
            words.iter().map(|word| rarity(history.len() + 1, n_seen(word) + 1)).collect();
        rarities.sort_by(|a, b| b.total_cmp(a));
        rarities
    };
    new.iter().map(of).collect()
}

/// Places by falling score.
fn falling(scores: &[f64]) -> Vec<usize> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let chance: Vec<u64> = scores.iter().map(|_| rng.random()).collect();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(chance[a].cmp(&chance[b])));
    order
}

/// The first of each order, then the second of each, each item once.
fn round_robin(orders: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let n_items = orders.first().map_or(0, Vec::len);
    let turns = (0..n_items).flat_map(|turn| orders.iter().map(move |order| order[turn]));
    turns.filter(|&item| seen.insert(item)).collect()
}

fn rows(log: &Log, order: Vec<usize>) -> Vec<usize> {
    order.into_iter().map(|at| log.firsts[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_have_one_order_that_is_not_the_first() {
        let order = falling(&[1.0; 50]);
        assert_eq!(order, falling(&[1.0; 50]));
        assert!(!order.is_sorted());
        assert_eq!(falling(&[1.0, 3.0, 2.0]), [1, 2, 0]);
    }

    #[test]
    fn orders_take_turns() {
        assert_eq!(round_robin(&[vec![0, 1, 2], vec![2, 0, 1]]), [0, 2, 1]);
    }
}
