//! Logs of processes with planted attacks, made from a seed.

mod catalogue; // the texts
mod fleet; // hosts, users, habits
mod processes; // events to rows, with ids and parents
mod schedule; // what happens when
mod template; // texts with places that are drawn
mod write; // the files

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use fleet::Fleet;
use processes::Machines;
use schedule::{Amounts, Schedule};

pub(crate) use write::write_logs;

use processes::Row;

type Random = Xoshiro256PlusPlus;

/// Planted rows that stand alone, and those of the intrusion.
pub(crate) const N_SINGLE: usize = 60;
pub(crate) const N_INTRUSION: usize = 40;
/// The random numbers of a history have nothing to do with those of its log.
const OF_HISTORY: u64 = 0x6869_7374;

/// A log and its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// Rows of a log, about: programs that must run first are started on top.
    pub(crate) n_rows: usize,
    pub(crate) seed: u64,
}

impl Recipe {
    /// Two weeks with attacks, in the order of time.
    pub(crate) fn log(self) -> Vec<Row> {
        self.rows(self.seed, true)
    }

    /// The two weeks before, of the same fleet, without attacks.
    pub(crate) fn history(self) -> Vec<Row> {
        self.rows(self.seed ^ OF_HISTORY, false)
    }

    fn rows(self, seed: u64, has_attacks: bool) -> Vec<Row> {
        let fleet = Fleet::new(self.seed);
        let mut rng = Random::seed_from_u64(seed);
        let amounts = self.amounts(has_attacks);
        let schedule = Schedule::draw(&fleet, amounts, &mut rng);
        Machines::boot(&fleet, rng).run(&schedule)
    }

    /// One row in thirty is rare and harmless.
    fn amounts(self, has_attacks: bool) -> Amounts {
        let rare = self.n_rows / 30;
        let (single, intrusion) = if has_attacks { (N_SINGLE, N_INTRUSION) } else { (0, 0) };
        let base = self.n_rows.saturating_sub(rare + single + intrusion);
        Amounts { base, rare, single, intrusion }
    }
}

#[cfg(test)]
mod tests;
