//! The data sets, and who is run on each.

use super::peer::Peer::{self, Cpp, Hash, Linfa, Oddsift, Petal, Sklearn, SklearnUnique, Sum};

/// Points with the parameters of a clustering.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    pub(crate) name: &'static str,
    /// What the rows are, for people.
    what: &'static str,
    /// What the program of `benches` makes them by.
    pub(crate) family: &'static str,
    pub(crate) n_rows: usize,
    pub(crate) n_columns: usize,
    pub(crate) eps: &'static str,
    pub(crate) min_samples: usize,
    /// Each with its number of threads.
    pub(crate) runs: &'static [(Peer, usize)],
}

pub(crate) const SETS: [Set; 8] = [
    Set {
        name: "events-100k",
        what: "events",
        family: "events",
        n_rows: 100_000,
        n_columns: 3,
        eps: "1e-4",
        min_samples: 2,
        runs: &[
            OURS_1,
            OURS_2,
            (Sklearn, 1),
            (SklearnUnique, 1),
            (Linfa, 1),
            (Petal, 2),
            CPP,
            HASH,
        ],
    },
    Set {
        name: "events-1m",
        what: "events",
        family: "events",
        n_rows: 1_000_000,
        n_columns: 3,
        eps: "1e-4",
        min_samples: 2,
        runs: &[
            OURS_1,
            OURS_2,
            (Sklearn, 1),
            (SklearnUnique, 1),
            (Linfa, 1),
            (Petal, 2),
            CPP,
            HASH,
        ],
    },
    Set {
        name: "events-1m-wide",
        what: "events",
        family: "events",
        n_rows: 1_000_000,
        n_columns: 3,
        eps: "1e-2",
        min_samples: 2,
        runs: &[OURS_1, OURS_2, (SklearnUnique, 1), CPP, HASH],
    },
    Set {
        name: "blobs-2d",
        what: "blobs",
        family: "blobs:100",
        n_rows: 1_000_000,
        n_columns: 2,
        eps: "0.1",
        min_samples: 10,
        runs: RIVALS,
    },
    Set {
        name: "blobs-8d",
        what: "blobs",
        family: "blobs:20",
        n_rows: 200_000,
        n_columns: 8,
        eps: "1.6",
        min_samples: 10,
        runs: RIVALS,
    },
    Set {
        name: "blobs-16d",
        what: "blobs",
        family: "blobs:10",
        n_rows: 20_000,
        n_columns: 16,
        eps: "3.6",
        min_samples: 10,
        runs: RIVALS,
    },
    Set {
        name: "noise",
        what: "uniform noise",
        family: "uniform:1",
        n_rows: 100_000,
        n_columns: 3,
        eps: "0.02",
        min_samples: 5,
        runs: RIVALS,
    },
    Set {
        name: "dense",
        what: "dense",
        family: "uniform:0.5",
        n_rows: 100_000,
        n_columns: 3,
        eps: "1.0",
        min_samples: 5,
        runs: &[OURS_1, OURS_2, (Sklearn, 1), (Linfa, 1), (Petal, 2), CPP, (Sum, 1)],
    },
];

const OURS_1: (Peer, usize) = (Oddsift, 1);
const OURS_2: (Peer, usize) = (Oddsift, 2);
const CPP: (Peer, usize) = (Cpp, 2);
const HASH: (Peer, usize) = (Hash, 1);
const RIVALS: &[(Peer, usize)] = &[OURS_1, OURS_2, (Sklearn, 1), (Linfa, 1), (Petal, 2), CPP];

impl Set {
    /// `events 100k x 3, eps 1e-4, min 2`, for that many rows.
    pub(crate) fn title(&self, n_rows: usize) -> String {
        let Self { what, n_columns, eps, min_samples, .. } = self;
        format!("{what} {} x {n_columns}, eps {eps}, min {min_samples}", short(n_rows))
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

/// `62.5k`, `3M`.
pub(crate) fn short(n: usize) -> String {
    match n {
        1_000_000.. => format!("{}M", n as f64 / 1e6),
        1000.. => format!("{}k", n as f64 / 1e3),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_all_that_was_set() {
        let set = find("events-1m").unwrap();
        assert_eq!(set.title(62_500), "events 62.5k x 3, eps 1e-4, min 2");
        assert_eq!(set.title(1_000_000), "events 1M x 3, eps 1e-4, min 2");
    }

    #[test]
    fn ours_is_run_on_every_set_as_often_as_a_rival() {
        for set in &SETS {
            for (peer, threads) in set.runs {
                assert!(set.runs.contains(&(Oddsift, *threads)), "{} {peer:?}", set.name);
            }
            assert_eq!(find(set.name).unwrap().eps, set.eps, "{} is there twice", set.name);
        }
    }
}
