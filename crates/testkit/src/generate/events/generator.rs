//! Which pattern each row shows: every one at least once, the first ones far more often.

use std::collections::HashSet;

use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Events;
use super::catalogue::{N_EVERYWHERE, Program, programs};
use super::command::{Pieces, Shape};
use super::odd::OddRows;
use super::row::{Facts, RowWriter};

/// Ordinary command lines have at most one delimiter for eight units of their path's sum.
pub(crate) const MAX_RATIO: f64 = 0.125;
/// And never more than this.
const MAX_DELIMITERS: usize = 300;
/// Room for the start of any command line and a few arguments.
const USUAL_DELIMITERS: usize = 24;

/// The three features by which events are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Vector {
    /// `pathScore`.
    pub(crate) path: u32,
    /// `commandlineTokensFull`.
    pub(crate) n_delimiters: usize,
    /// `isSystemSession`.
    pub(crate) system: bool,
}

#[derive(Debug)]
struct Pattern {
    program: usize,
    system: bool,
    shape: Shape,
}

/// Makes the rows one after the other; the same events give the same rows.
#[derive(Debug)]
pub(crate) struct Generator {
    rng: Xoshiro256PlusPlus,
    programs: Vec<Program>,
    pieces: Pieces,
    patterns: Vec<Pattern>,
    /// Zipf-like weights of the patterns; none where there is no row.
    weights: Option<WeightedIndex<f64>>,
    /// How many patterns have been shown once, the first so many.
    n_shown: usize,
    odd: OddRows,
    rows_left: u64,
    writer: RowWriter,
}

impl Generator {
    pub(crate) fn new(events: &Events) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(events.seed);
        let (programs, pieces) = (programs(), Pieces::new());
        let patterns = patterns(events.n_patterns - events.n_odd(), &programs, &pieces, &mut rng);
        let weights = (1..=patterns.len()).map(|rank| (rank as f64).powf(-1.05));
        let weights = WeightedIndex::new(weights).ok();
        let odd = OddRows::new(events.n_odd());
        let (rows_left, writer) = (events.n_rows, RowWriter::new());
        Self { rng, programs, pieces, patterns, weights, n_shown: 0, odd, rows_left, writer }
    }

    /// Appends row number `row` to `out`; for an odd one says why it is odd.
    ///
    /// Rows that must still appear (odd ones, patterns not yet shown) are drawn with the
    /// probability that spreads them evenly over what is left: Knuth's selection sampling.
    pub(crate) fn push_row(&mut self, row: u64, out: &mut Vec<u8>) -> Option<&'static str> {
        let n_odd = self.odd.n_left();
        let n_due = self.patterns.len() - self.n_shown;
        let draw = self.rng.random_range(0..self.rows_left.max(1));
        self.rows_left = self.rows_left.saturating_sub(1);
        if draw < n_odd as u64 {
            return Some(self.push_odd(row, out));
        }
        let pattern = if draw < (n_odd + n_due) as u64 {
            self.n_shown += 1;
            self.n_shown - 1
        } else {
            self.weights.as_ref().map_or(0, |weights| weights.sample(&mut self.rng))
        };
        self.push_pattern(row, pattern, out);
        None
    }

    fn push_pattern(&mut self, row: u64, pattern: usize, out: &mut Vec<u8>) {
        let Pattern { program, system, shape } = &self.patterns[pattern];
        let facts = Facts { row, program: &self.programs[*program], system: *system, shape };
        self.writer.push(&facts, &self.pieces, &mut self.rng, out);
    }

    fn push_odd(&mut self, row: u64, out: &mut Vec<u8>) -> &'static str {
        let odd = self.odd.next(&self.programs, &self.pieces, &mut self.rng);
        let (program, system, shape) = (&odd.program, odd.vector.system, &odd.shape);
        self.writer.push(&Facts { row, program, system, shape }, &self.pieces, &mut self.rng, out);
        odd.reason
    }
}

/// `n` patterns with as many distinct vectors, in random order.
fn patterns(n: usize, programs: &[Program], pieces: &Pieces, rng: &mut impl Rng) -> Vec<Pattern> {
    let mut seen = HashSet::with_capacity(n);
    let mut patterns = Vec::with_capacity(n);
    let mut n_misses = 0;
    while patterns.len() < n {
        // The likely vectors are soon used up; from then on all are equally likely.
        let likely = n_misses < 4;
        let (drawn, n_delimiters) = draw(programs, likely, rng);
        // What every machine runs is what is seen most, with short command lines.
        let place = patterns.len();
        let (program, most) =
            if place < N_EVERYWHERE { (place, USUAL_DELIMITERS) } else { (drawn, MAX_DELIMITERS) };
        let n_delimiters = n_delimiters.min(max_delimiters(&programs[program])).min(most);
        let system = rng.random_bool(0.4);
        let vector = Vector { path: programs[program].sum, n_delimiters, system };
        if seen.insert(vector) {
            let shape = pieces.shape(&programs[program], n_delimiters, rng);
            patterns.push(Pattern { program, system, shape });
            n_misses = 0;
        } else {
            n_misses += 1;
        }
    }
    patterns
}

fn draw(programs: &[Program], likely: bool, rng: &mut impl Rng) -> (usize, usize) {
    if likely {
        let program = geometric(0.002, rng).min(programs.len() - 1);
        (program, geometric(0.06, rng).min(max_delimiters(&programs[program])))
    } else {
        let program = rng.random_range(0..programs.len());
        (program, rng.random_range(0..=max_delimiters(&programs[program])))
    }
}

fn max_delimiters(program: &Program) -> usize {
    MAX_DELIMITERS.min(whole(f64::from(program.sum) * MAX_RATIO))
}

/// Failures before the first success of probability `p`.
fn geometric(p: f64, rng: &mut impl Rng) -> usize {
    whole((1.0 - rng.random::<f64>()).ln() / (-p).ln_1p())
}

/// The whole part; 0 for what is negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is what is wanted here"
)]
pub(crate) fn whole(value: f64) -> usize {
    value as usize
}
