//! DBSCAN and its peers.

mod growth; // how the cost grows with the rows
mod labels; // whether two clusterings are one
mod plot; // a log-log plot

use crate::algorithm::{Algorithm, Set};
use crate::data::Data;
use crate::peer::Peer;
use crate::target::{Claim, MIB, Target, faster, faster_with_aim};

pub(crate) use growth::measure as grow;

pub(crate) const DBSCAN: Algorithm = Algorithm {
    name: "dbscan",
    steps: &["fit"],
    params: &[],
    sets: SETS,
    targets: TARGETS,
    unit: OURS,
    reference: OURS,
    results: "labels",
    compare: labels::compare,
    crates: &["linfa-clustering", "petal-clustering"],
    packages: &["scikit-learn==1.9.1", "dbscan==1.0.0", "numpy==2.4.6", "scipy==1.17.1"],
    script: include_str!("dbscan/of_dbscan.py"),
};

pub(crate) const OURS: Peer = Peer::ours("**oddsift**", "oddsift");
pub(crate) const SKLEARN: Peer = Peer::python("scikit-learn", "sklearn");
/// As one who knows that rows repeat would call it.
const SKLEARN_UNIQUE: Peer = Peer::python("scikit-learn, unique+weights", "sklearn-unique");
pub(crate) const LINFA: Peer = Peer::rust("linfa-clustering", "linfa");
const PETAL: Peer = Peer::rust("petal-clustering", "petal");
pub(crate) const CPP: Peer = Peer::python("C++ (PyPI dbscan)", "cpp").pinned();
const HASH: Peer = Peer::yardstick("hash only", "hash");
pub(crate) const SUM: Peer = Peer::yardstick("sum of coordinates", "sum");

const SETS: &[Set] = &[
    Set {
        name: "events-100k",
        what: "events",
        data: Data::points("events", 100_000, 3),
        params: &[("eps", "1e-4"), ("min", "2")],
        runs: &[
            OURS_1,
            OURS_2,
            (SKLEARN, 1),
            (SKLEARN_UNIQUE, 1),
            (LINFA, 1),
            (PETAL, 2),
            CPP_2,
            HASH_1,
        ],
    },
    Set {
        name: "events-1m",
        what: "events",
        data: Data::points("events", 1_000_000, 3),
        params: &[("eps", "1e-4"), ("min", "2")],
        runs: &[
            OURS_1,
            OURS_2,
            (SKLEARN, 1),
            (SKLEARN_UNIQUE, 1),
            (LINFA, 1),
            (PETAL, 2),
            CPP_2,
            HASH_1,
        ],
    },
    Set {
        name: "events-1m-wide",
        what: "events",
        data: Data::points("events", 1_000_000, 3),
        params: &[("eps", "1e-2"), ("min", "2")],
        runs: &[OURS_1, OURS_2, (SKLEARN_UNIQUE, 1), CPP_2, HASH_1],
    },
    Set {
        name: "blobs-2d",
        what: "blobs",
        data: Data::points("blobs:100", 1_000_000, 2),
        params: &[("eps", "0.1"), ("min", "10")],
        runs: RIVALS,
    },
    Set {
        name: "blobs-8d",
        what: "blobs",
        data: Data::points("blobs:20", 200_000, 8),
        params: &[("eps", "1.6"), ("min", "10")],
        runs: RIVALS,
    },
    Set {
        name: "blobs-16d",
        what: "blobs",
        data: Data::points("blobs:10", 20_000, 16),
        params: &[("eps", "3.6"), ("min", "10")],
        runs: RIVALS,
    },
    Set {
        name: "noise",
        what: "uniform noise",
        data: Data::points("uniform:1", 100_000, 3),
        params: &[("eps", "0.02"), ("min", "5")],
        runs: RIVALS,
    },
    Set {
        name: "dense",
        what: "dense",
        data: Data::points("uniform:0.5", 100_000, 3),
        params: &[("eps", "1.0"), ("min", "5")],
        runs: &[OURS_1, OURS_2, (SKLEARN, 1), (LINFA, 1), (PETAL, 2), CPP_2, (SUM, 1)],
    },
];

const OURS_1: (Peer, usize) = (OURS, 1);
const OURS_2: (Peer, usize) = (OURS, 2);
const CPP_2: (Peer, usize) = (CPP, 2);
const HASH_1: (Peer, usize) = (HASH, 1);
const RIVALS: &[(Peer, usize)] = &[OURS_1, OURS_2, (SKLEARN, 1), (LINFA, 1), (PETAL, 2), CPP_2];

const TARGETS: &[Target] = &[
    fit("events-100k", faster(SKLEARN_UNIQUE, 1, 60.0)),
    fit("events-100k", faster(CPP, 2, 15.0)),
    fit("events-100k", faster(SKLEARN, 1, 2000.0)),
    fit("events-100k", Claim::Memory { bytes: 16 * MIB }),
    fit("events-1m", faster(CPP, 2, 15.0)),
    fit("events-1m", within(HASH, 4.0)),
    fit("events-1m", Claim::Memory { bytes: 80 * MIB }),
    fit("events-1m-wide", faster(CPP, 2, 15.0)),
    fit("events-1m-wide", within(HASH, 4.0)),
    fit("events-1m-wide", Claim::Memory { bytes: 80 * MIB }),
    fit("blobs-2d", faster(SKLEARN, 1, 20.0)),
    fit("blobs-2d", faster(LINFA, 1, 10.0)),
    fit("blobs-2d", faster_with_aim(CPP, 2, 2.5, 4.0)),
    fit("blobs-2d", Claim::Threads { times: 1.5 }),
    fit("blobs-8d", faster(SKLEARN, 1, 20.0)),
    fit("blobs-8d", faster(LINFA, 1, 20.0)),
    fit("blobs-8d", faster_with_aim(CPP, 2, 10.0, 15.0)),
    fit("blobs-8d", Claim::Threads { times: 1.5 }),
    fit("blobs-16d", faster(SKLEARN, 1, 2.5)),
    fit("blobs-16d", faster_with_aim(CPP, 2, 3.0, 4.0)),
    fit("noise", faster(SKLEARN, 1, 7.0)),
    fit("noise", faster(LINFA, 1, 4.0)),
    fit("noise", faster_with_aim(CPP, 2, 2.0, 3.0)),
    fit("dense", faster(CPP, 2, 3.0)),
    fit("dense", within(SUM, 10.0)),
    fit("dense", Claim::Memory { bytes: 20 * 100_000 * 3 + 64 * MIB }),
];

const fn fit(set: &'static str, claim: Claim) -> Target {
    Target { set, step: "fit", claim }
}

const fn within(of: Peer, times: f64) -> Claim {
    Claim::Within { peer: OURS, of, times }
}
