//! The planted odd rows: vectors that lie far from every ordinary one and from each other.

use std::collections::HashSet;

use rand::{Rng, RngExt};

use super::catalogue::Program;
use super::command::{Pieces, Shape};
use super::generator::{MAX_RATIO, Vector, whole};

/// Odd rows have at least so many delimiters for each unit of the path's character sum; ordinary
/// ones stay under [`MAX_RATIO`], so the two are apart as vectors and as directions.
const MIN_RATIO: f64 = 1.6 * MAX_RATIO;
/// Steps of this share of the range visit it evenly in a mixed order.
const GOLDEN_RATIO: f64 = 1.618_033_988_749_895;
const WIDEST_RATIO: f64 = 4.0;
/// Above this a common program's command line would be megabytes long in sum.
const COMMON_RATIO: f64 = 0.6;
/// More delimiters than any ordinary command line has.
const MANY: usize = 300;

/// One odd row.
#[derive(Debug)]
pub(crate) struct Odd {
    pub(crate) program: Program,
    pub(crate) vector: Vector,
    pub(crate) shape: Shape,
    pub(crate) reason: &'static str,
}

/// Hands out odd rows, each with a vector of its own.
#[derive(Debug)]
pub(crate) struct OddRows {
    n_planned: usize,
    n_made: usize,
    seen: HashSet<Vector>,
}

impl OddRows {
    pub(crate) fn new(n_planned: usize) -> Self {
        Self { n_planned, n_made: 0, seen: HashSet::new() }
    }

    pub(crate) fn n_left(&self) -> usize {
        self.n_planned - self.n_made
    }

    pub(crate) fn next(
        &mut self,
        programs: &[Program],
        pieces: &Pieces,
        rng: &mut impl Rng,
    ) -> Odd {
        let ratio = self.ratio();
        loop {
            let (program, common) = pick(programs, ratio, rng);
            let n_delimiters = whole((ratio * f64::from(program.sum)).ceil());
            let vector = Vector { path: program.sum, n_delimiters, system: rng.random_bool(0.4) };
            if self.seen.insert(vector) {
                let (shape, reason) = dress(&program, common, n_delimiters, pieces, rng);
                return Odd { program, vector, shape, reason };
            }
        }
    }

    /// Directions spread evenly by angle, visited in golden steps so that their order is mixed.
    fn ratio(&mut self) -> f64 {
        let (low, high) = (MIN_RATIO.atan(), WIDEST_RATIO.atan());
        let place = (self.n_made as f64 * GOLDEN_RATIO).fract();
        self.n_made += 1;
        (low + place * (high - low)).tan()
    }
}

/// A program for a ratio: at times a common one, else one in a place where no program lives.
fn pick(programs: &[Program], ratio: f64, rng: &mut impl Rng) -> (Program, bool) {
    if ratio < COMMON_RATIO && rng.random_bool(0.5) {
        return (programs[rng.random_range(0..programs.len())].clone(), true);
    }
    let folder = ["C:\\", "D:\\", "C:\\Temp\\", "C:\\PerfLogs\\"][rng.random_range(0..4)];
    let mut path = folder.to_owned();
    path.extend((0..rng.random_range(1..7)).map(|_| char::from(rng.random_range(b'a'..=b'z'))));
    path.push_str(".exe");
    (Program::new(path), false)
}

fn dress(
    program: &Program,
    common: bool,
    n_delimiters: usize,
    pieces: &Pieces,
    rng: &mut impl Rng,
) -> (Shape, &'static str) {
    match (common, n_delimiters <= MANY) {
        (false, true) => (pieces.shape(program, n_delimiters, rng), "rare path"),
        (false, false) => (
            pieces.obfuscated(program, n_delimiters, rng),
            "rare path and far more delimiters in the command line than usual",
        ),
        (true, _) => (
            pieces.obfuscated(program, n_delimiters, rng),
            "far more delimiters in the command line than usual",
        ),
    }
}
