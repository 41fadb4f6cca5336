//! The isolation forest and its peers.

mod ranks; // whether two scorings rank the rows alike

use crate::algorithm::{Algorithm, Set};
use crate::data::Data;
use crate::peer::Peer;
use crate::target::{Claim, Target, faster, faster_with_aim};

pub(crate) const IFOREST: Algorithm = Algorithm {
    name: "iforest",
    steps: &["fit", "score"],
    // Trees, and rows that each is grown from.
    params: &["100", "256"],
    sets: SETS,
    targets: TARGETS,
    unit: OURS,
    reference: SKLEARN,
    results: "rank correlation to scikit-learn",
    compare: ranks::compare,
    crates: &["extended-isolation-forest"],
    packages: &[
        "scikit-learn==1.9.1",
        "isotree==0.6.1.post10",
        "numpy==2.4.6",
        "scipy==1.17.1",
        "pandas==3.1.1",
    ],
    script: include_str!("iforest/of_iforest.py"),
};

const OURS: Peer = Peer::ours("**oddsift**, f32", "oddsift-f32");
const OURS_F64: Peer = Peer::ours("**oddsift**, f64", "oddsift-f64");
const OURS_EXTENDED: Peer = Peer::ours("**oddsift**, extended", "oddsift-extended");
const SKLEARN: Peer = Peer::python("scikit-learn", "sklearn");
const ISOTREE: Peer = Peer::python("isotree", "isotree");
/// It has no other kind of forest than extended ones, and no threads.
const EIF: Peer = Peer::rust("extended-isolation-forest", "eif");

const RUNS: &[(Peer, usize)] = &[
    (OURS, 1),
    (OURS, 2),
    (OURS_F64, 1),
    (OURS_F64, 2),
    (OURS_EXTENDED, 1),
    (OURS_EXTENDED, 2),
    (SKLEARN, 1),
    (SKLEARN, 2),
    (ISOTREE, 1),
    (ISOTREE, 2),
    (EIF, 1),
];

const SETS: &[Set] = &[
    normal("normal-100k", 100_000, 8),
    normal("normal-3d", 1_000_000, 3),
    normal("normal-8d", 1_000_000, 8),
    normal("normal-32d", 1_000_000, 32),
    Set {
        what: "events",
        data: Data::points("events", 1_000_000, 3),
        ..normal("events", 1_000_000, 3)
    },
];

const fn normal(name: &'static str, n_rows: usize, n_columns: usize) -> Set {
    let data = Data::points("normal", n_rows, n_columns);
    Set { name, what: "normal", data, params: &[], runs: RUNS }
}

const TARGETS: &[Target] = &[
    fit("normal-100k", faster(SKLEARN, 1, 50.0)),
    fit("normal-8d", faster(SKLEARN, 1, 50.0)),
    fit("normal-8d", memory(1_000_000, 8)),
    score("normal-100k", memory(100_000, 8)),
    score("normal-3d", faster_with_aim(SKLEARN, 1, 5.5, 10.0)),
    score("normal-3d", faster(ISOTREE, 1, 10.0)),
    score("normal-3d", faster(ISOTREE, 2, 10.0)),
    score("normal-3d", F64_NEAR_F32),
    score("normal-3d", Claim::Threads { times: 1.8 }),
    score("normal-3d", memory(1_000_000, 3)),
    score("normal-8d", faster_with_aim(SKLEARN, 1, 5.5, 10.0)),
    score("normal-8d", faster(ISOTREE, 1, 10.0)),
    score("normal-8d", faster(ISOTREE, 2, 10.0)),
    score("normal-8d", F64_NEAR_F32),
    score("normal-8d", Claim::Threads { times: 1.8 }),
    score("normal-8d", memory(1_000_000, 8)),
    score("normal-32d", faster(SKLEARN, 1, 6.0)),
    score("normal-32d", faster(ISOTREE, 1, 9.0)),
    score("normal-32d", Claim::Threads { times: 1.8 }),
    score("normal-32d", memory(1_000_000, 32)),
    score("events", faster(SKLEARN, 1, 100.0)),
    score("events", memory(1_000_000, 3)),
];

const F64_NEAR_F32: Claim = Claim::Within { peer: OURS_F64, of: OURS, times: 1.5 };

/// 32 bytes a row, and the model, extended or not: 100 trees of at most 511 nodes, each with a number
/// a column and five more.
const fn memory(n_rows: u64, n_columns: u64) -> Claim {
    Claim::Memory { bytes: 32 * n_rows + 100 * 511 * 8 * (n_columns + 5) }
}

const fn fit(set: &'static str, claim: Claim) -> Target {
    Target { set, step: "fit", claim }
}

const fn score(set: &'static str, claim: Claim) -> Target {
    Target { set, step: "score", claim }
}
