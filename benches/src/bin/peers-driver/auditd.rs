//! Readers of audit logs.

mod counts; // what readers found

use crate::algorithm::{Algorithm, Set};
use crate::data::Data;
use crate::peer::Peer;
use crate::target::{Claim, MIB, Target, faster};

pub(crate) const AUDITD: Algorithm = Algorithm {
    name: "auditd",
    steps: &["read"],
    params: &[],
    sets: SETS,
    targets: TARGETS,
    unit: TYPED,
    reference: TYPED,
    results: "found",
    compare: counts::compare,
    crates: &["memchr"],
    packages: &["msticpy==3.0.2", "pandas==2.3.3", "numpy==2.4.6"],
    script: include_str!("auditd/of_auditd.py"),
};

const TYPED: Peer = Peer::ours("**oddsift**, typed records", "oddsift-typed");
const ROWS: Peer = Peer::ours("**oddsift**, rows", "oddsift-rows");
const EVENTS: Peer = Peer::ours("**oddsift**, events only", "oddsift-events");
const MSTICPY: Peer = Peer::python("msticpy", "msticpy");
const LINES: Peer = Peer::yardstick("count lines", "lines");

const SETS: &[Set] = &[
    Set {
        name: "sample",
        what: "sample",
        data: Data::SampleLog,
        params: &[],
        runs: &[(TYPED, 1), (ROWS, 1), (MSTICPY, 1), (LINES, 1)],
    },
    // Without msticpy, which would take longer than a step may.
    Set {
        name: "log-1g",
        what: "audit log",
        data: Data::AuditLog { n_bytes: 1_000_000_000 },
        params: &[],
        runs: &[(TYPED, 1), (ROWS, 1), (EVENTS, 1), (LINES, 1)],
    },
];

const TARGETS: &[Target] = &[
    read("sample", faster(MSTICPY, 1, 500.0)),
    read("log-1g", Claim::Within { peer: TYPED, of: LINES, times: 10.0 }),
    read("log-1g", Claim::Memory { bytes: 64 * MIB }),
];

const fn read(set: &'static str, claim: Claim) -> Target {
    Target { set, step: "read", claim }
}
