//! STL and its peers.

mod difference; // how far components are from each other

use crate::algorithm::{Algorithm, Set};
use crate::data::Data;
use crate::peer::Peer;
use crate::target::{Claim, Target, faster};

pub(crate) const STL: Algorithm = Algorithm {
    name: "stl",
    steps: &["fit"],
    // The seasonal window; that of the trend and of the low-pass filter follow from it and the period.
    params: &["7"],
    sets: SETS,
    targets: TARGETS,
    unit: OURS,
    reference: STATSMODELS,
    results: "largest difference to statsmodels",
    compare: difference::compare,
    crates: &["stlrs"],
    packages: &["statsmodels==0.15.0", "numpy==2.4.6", "scipy==1.17.1", "pandas==3.1.1"],
    script: include_str!("stl/of_stl.py"),
};

const OURS: Peer = Peer::ours("**oddsift**", "oddsift");
const STATSMODELS: Peer = Peer::python("statsmodels", "statsmodels");
const STLRS: Peer = Peer::rust("stlrs", "stlrs");

const RUNS: &[(Peer, usize)] = &[(OURS, 1), (STATSMODELS, 1), (STLRS, 1)];

const SETS: &[Set] = &[
    series("10k", 10_000, DAY),
    series("100k", 100_000, DAY),
    series("1m", 1_000_000, DAY),
    series("100k-week", 100_000, &[("period", "168"), ("inner", "5"), ("outer", "0")]),
    series("100k-robust", 100_000, &[("period", "24"), ("inner", "2"), ("outer", "15")]),
    series("10k-week-robust", 10_000, &[("period", "168"), ("inner", "2"), ("outer", "15")]),
    Set {
        data: Data::points("series", 720, 1000),
        runs: &[(OURS, 1), (OURS, 2), (STATSMODELS, 1), (STLRS, 1)],
        ..series("groups", 720, DAY)
    },
];

const DAY: &[(&str, &str)] = &[("period", "24"), ("inner", "5"), ("outer", "0")];

/// One series is one column, so that `720 x 1000` are a thousand of them.
const fn series(
    name: &'static str,
    n_rows: usize,
    params: &'static [(&'static str, &'static str)],
) -> Set {
    Set { name, what: "series", data: Data::points("series", n_rows, 1), params, runs: RUNS }
}

const TARGETS: &[Target] = &[
    fit("10k", faster(STATSMODELS, 1, 100.0)),
    fit("10k", faster(STLRS, 1, 20.0)),
    fit("100k", faster(STATSMODELS, 1, 100.0)),
    fit("100k", faster(STLRS, 1, 20.0)),
    fit("100k", Claim::Linear { than: "10k", times: LINEAR }),
    fit("1m", faster(STATSMODELS, 1, 100.0)),
    fit("1m", faster(STLRS, 1, 20.0)),
    fit("1m", Claim::Linear { than: "10k", times: LINEAR }),
    fit("100k-week", faster(STATSMODELS, 1, 200.0)),
    fit("100k-week", faster(STLRS, 1, 35.0)),
    fit("100k-robust", faster(STATSMODELS, 1, 80.0)),
    fit("100k-robust", faster(STLRS, 1, 16.0)),
    fit("10k-week-robust", faster(STATSMODELS, 1, 40.0)),
    fit("10k-week-robust", faster(STLRS, 1, 9.0)),
    fit("groups", Claim::Threads { times: 1.7 }),
];

/// What leaves the caches costs more, though the work for a value is the same.
const LINEAR: f64 = 1.5;

const fn fit(set: &'static str, claim: Claim) -> Target {
    Target { set, step: "fit", claim }
}
