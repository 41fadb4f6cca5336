//! What must be reached, and whether it was, in the same run.

use super::child::End;
use super::peer::Peer::{self, Cpp, Hash, Linfa, Oddsift, Sklearn, SklearnUnique, Sum};
use super::table::{Row, bytes, figures, markdown};

#[derive(Debug, Clone, Copy)]
enum Claim {
    /// So many times as fast as a peer on as many threads, and what is aimed at beyond.
    Faster { peer: Peer, threads: usize, times: f64, aim: Option<f64> },
    /// On one thread at most so many times what a yardstick takes.
    Within { yardstick: Peer, times: f64 },
    /// On any number of threads less than so many bytes.
    Memory { bytes: u64 },
    /// Two threads so many times as fast as one.
    Threads { times: f64 },
}

const MIB: u64 = 1 << 20;

const CLAIMS: [(&str, Claim); 25] = [
    ("events-100k", faster(SklearnUnique, 1, 60.0)),
    ("events-100k", faster(Cpp, 2, 15.0)),
    ("events-100k", faster(Sklearn, 1, 2000.0)),
    ("events-100k", Claim::Memory { bytes: 16 * MIB }),
    ("events-1m", faster(Cpp, 2, 15.0)),
    ("events-1m", Claim::Within { yardstick: Hash, times: 4.0 }),
    ("events-1m", Claim::Memory { bytes: 80 * MIB }),
    ("events-1m-wide", faster(Cpp, 2, 15.0)),
    ("events-1m-wide", Claim::Within { yardstick: Hash, times: 4.0 }),
    ("events-1m-wide", Claim::Memory { bytes: 80 * MIB }),
    ("blobs-2d", faster(Sklearn, 1, 20.0)),
    ("blobs-2d", faster(Linfa, 1, 10.0)),
    ("blobs-2d", faster_with_aim(2.5, 4.0)),
    ("blobs-2d", Claim::Threads { times: 1.5 }),
    ("blobs-8d", faster(Sklearn, 1, 20.0)),
    ("blobs-8d", faster(Linfa, 1, 20.0)),
    ("blobs-8d", faster_with_aim(10.0, 15.0)),
    ("blobs-8d", Claim::Threads { times: 1.5 }),
    ("blobs-16d", faster(Sklearn, 1, 2.5)),
    ("blobs-16d", faster_with_aim(3.0, 4.0)),
    ("noise", faster(Sklearn, 1, 7.0)),
    ("noise", faster(Linfa, 1, 4.0)),
    ("noise", faster_with_aim(2.0, 3.0)),
    ("dense", faster(Cpp, 2, 3.0)),
    ("dense", Claim::Within { yardstick: Sum, times: 10.0 }),
];

const fn faster(peer: Peer, threads: usize, times: f64) -> Claim {
    Claim::Faster { peer, threads, times, aim: None }
}

/// Against C++ on two threads.
const fn faster_with_aim(times: f64, aim: f64) -> Claim {
    Claim::Faster { peer: Cpp, threads: 2, times, aim: Some(aim) }
}

const HEADER: [&str; 4] = ["data", "target", "measured", "verdict"];

/// The targets of the sets that were run, and how many of them are missed.
pub(crate) fn render(rows: &[Row]) -> String {
    let dense = ("dense", Claim::Memory { bytes: 20 * 100_000 * 3 + 64 * MIB });
    let mut judged = Vec::new();
    let mut n_missed = 0;
    for (set, claim) in CLAIMS.into_iter().chain([dense]) {
        let of_set: Vec<&Row> = rows.iter().filter(|row| row.set.name == set).collect();
        let Some(first) = of_set.first() else { continue };
        let (measured, verdict) = claim.judge(&of_set);
        n_missed += usize::from(!verdict.starts_with("hit"));
        judged.push(vec![first.set.title(first.n_rows), claim.text(), measured, verdict]);
    }
    let (n, table) = (judged.len(), markdown(&HEADER, &judged, &[]));
    format!("\nTargets, {n_missed} of {n} missed in this run:\n\n{table}")
}

impl Claim {
    fn text(&self) -> String {
        match self {
            Self::Faster { peer, threads, times, aim } => {
                let aim = aim.map_or_else(String::new, |aim| format!(", aim {aim}"));
                format!("{times} times as fast as {}, {}{aim}", peer.title(), each(*threads))
            }
            Self::Within { yardstick, times } => {
                format!("at most {times} times \"{}\"", yardstick.title())
            }
            Self::Memory { bytes: limit } => format!("under {}", bytes(*limit)),
            Self::Threads { times } => format!("two threads {times} times as fast as one"),
        }
    }

    /// What was measured, and whether that is a hit.
    fn judge(&self, rows: &[&Row]) -> (String, String) {
        let row = |peer, threads| {
            rows.iter().rev().find(|row| row.peer == peer && row.threads == threads)
        };
        let measured = match self {
            Self::Faster { peer, threads, times, aim } => row(*peer, *threads).and_then(|row| {
                let ratio = row.ratio()?;
                let verdict = match aim {
                    Some(aim) if ratio >= *aim => "hit, aim too".to_owned(),
                    Some(_) if ratio >= *times => "hit, aim missed".to_owned(),
                    _ => verdict(ratio >= *times),
                };
                Some((format!("{}{}", figures(ratio), where_else(row, rows)), verdict))
            }),
            Self::Within { yardstick, times } => {
                let ratio = row(*yardstick, 1).and_then(|row| row.ratio()).map(f64::recip);
                ratio.map(|ratio| (figures(ratio), verdict(ratio <= *times)))
            }
            Self::Memory { bytes: limit } => {
                let ours = rows.iter().filter(|row| row.peer == Oddsift);
                let all: Option<Vec<u64>> = ours.map(|row| row.memory()).collect();
                let most = all.and_then(|all| all.into_iter().max());
                most.map(|most| (bytes(most), verdict(most < *limit)))
            }
            Self::Threads { times } => {
                let seconds = |threads| row(Oddsift, threads).and_then(|row| row.seconds());
                let ratio = seconds(1).zip(seconds(2)).map(|(one, two)| one / two);
                ratio.map(|ratio| (figures(ratio), verdict(ratio >= *times)))
            }
        };
        measured.unwrap_or_else(|| ("not measured".to_owned(), verdict(false)))
    }
}

fn verdict(is_hit: bool) -> String {
    if is_hit { "hit" } else { "**missed**" }.to_owned()
}

/// Where the peer did not finish as many rows as were asked for: why, and how many it did.
fn where_else(row: &Row, rows: &[&Row]) -> String {
    let is_same = |other: &&&Row| other.peer == row.peer && other.threads == row.threads;
    let first = rows.iter().find(is_same).filter(|first| first.n_rows != row.n_rows);
    first.map_or_else(String::new, |first| {
        let why = match first.outcome {
            Err(End::OutOfMemory) => "out of memory",
            _ => "too slow",
        };
        format!(" on {} rows, {why} on all", super::set::short(row.n_rows))
    })
}

fn each(threads: usize) -> &'static str {
    if threads == 1 { "one thread each" } else { "two threads each" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::set::find;
    use crate::peers::table::tests::row;

    #[test]
    fn every_claim_is_about_runs_that_are_made() {
        for (set, claim) in CLAIMS {
            let runs = find(set).unwrap().runs;
            let needed = match claim {
                Claim::Faster { peer, threads, .. } => (peer, threads),
                Claim::Within { yardstick, .. } => (yardstick, 1),
                Claim::Memory { .. } | Claim::Threads { .. } => (Oddsift, 2),
            };
            assert!(runs.contains(&needed), "{set}: {}", claim.text());
        }
    }

    #[test]
    fn hits_and_misses_are_told_apart() {
        let rows = [
            row("noise", Oddsift, 1, 0.1, 0.1),
            row("noise", Sklearn, 1, 0.71, 0.1),
            row("noise", Linfa, 1, 0.39, 0.1),
            row("noise", Cpp, 2, 0.25, 0.1),
        ];
        let text = render(&rows);
        let verdicts: Vec<&str> =
            text.lines().skip(5).filter_map(|line| line.split('|').nth(4)).map(str::trim).collect();
        assert_eq!(verdicts, ["hit", "**missed**", "hit, aim missed"]);
        assert!(text.contains("1 of 3 missed"), "{text}");
    }

    #[test]
    fn a_yardstick_is_a_limit_from_above() {
        let row = row("dense", Sum, 1, 0.001, 0.009);
        let claim = Claim::Within { yardstick: Sum, times: 10.0 };
        assert_eq!(claim.judge(&[&row]), ("9.00".to_owned(), "hit".to_owned()));
    }

    #[test]
    fn fewer_rows_are_said() {
        let mut first = row("events-100k", Sklearn, 1, 1.0, 1.0);
        first.outcome = Err(End::OutOfMemory);
        let mut second = row("events-100k", Sklearn, 1, 2000.0, 1.0);
        second.n_rows = 25_000;
        let (measured, verdict) = faster(Sklearn, 1, 2000.0).judge(&[&first, &second]);
        assert_eq!(measured, "2000 on 25k rows, out of memory on all");
        assert_eq!(verdict, "hit");
    }

    #[test]
    fn what_is_not_measured_is_missed() {
        let text = render(&[row("blobs-2d", Oddsift, 1, 0.1, 0.1)]);
        assert!(text.contains("not measured") && text.contains("4 of 4 missed"), "{text}");
    }
}
