//! What must be reached, and whether it was, in the same run.

use crate::algorithm::Algorithm;
use crate::child::End;
use crate::data::short;
use crate::peer::Peer;
use crate::table::{Row, bytes, figures, markdown};

/// A claim about a step on a set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) set: &'static str,
    pub(crate) step: &'static str,
    pub(crate) claim: Claim,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim {
    /// Ours so many times as fast as a peer on as many threads, and what is aimed at beyond.
    Faster { peer: Peer, threads: usize, times: f64, aim: Option<f64> },
    /// On one thread a peer of ours at most so many times what another or a yardstick takes.
    Within { peer: Peer, of: Peer, times: f64 },
    /// All of ours on any number of threads less than so many bytes.
    Memory { bytes: u64 },
    /// Ours on two threads so many times as fast as on one.
    Threads { times: f64 },
    /// Ours on one thread at most so many times as long for a row as on another set.
    Linear { than: &'static str, times: f64 },
}

pub(crate) const MIB: u64 = 1 << 20;

/// Without an aim.
pub(crate) const fn faster(peer: Peer, threads: usize, times: f64) -> Claim {
    Claim::Faster { peer, threads, times, aim: None }
}

pub(crate) const fn faster_with_aim(peer: Peer, threads: usize, times: f64, aim: f64) -> Claim {
    Claim::Faster { peer, threads, times, aim: Some(aim) }
}

const HEADER: [&str; 4] = ["data", "target", "measured", "verdict"];

/// The targets of the sets that were run, and how many of them are missed.
pub(crate) fn render(algorithm: &Algorithm, rows: &[Row]) -> String {
    let mut judged = Vec::new();
    let mut n_missed = 0;
    for target in algorithm.targets {
        let Some(first) = rows.iter().find(|row| row.set.name == target.set) else { continue };
        let judge = Judge { algorithm, rows, target };
        let (measured, verdict) = judge.verdict();
        n_missed += usize::from(!verdict.starts_with("hit"));
        judged.push(vec![first.set.title(first.set.data), judge.text(), measured, verdict]);
    }
    let (n, table) = (judged.len(), markdown(&HEADER, &judged, &[]));
    format!("\nTargets, {n_missed} of {n} missed in this run:\n\n{table}")
}

/// A target beside all that was measured.
struct Judge<'a> {
    algorithm: &'a Algorithm,
    rows: &'a [Row],
    target: &'a Target,
}

impl Judge<'_> {
    fn text(&self) -> String {
        let step = match self.algorithm.steps {
            [_] => String::new(),
            _ => format!("{}: ", self.target.step),
        };
        step + &match self.target.claim {
            Claim::Faster { peer, threads, times, aim } => {
                let aim = aim.map_or_else(String::new, |aim| format!(", aim {aim}"));
                format!("{times} times as fast as {}, {}{aim}", peer.title, each(threads))
            }
            Claim::Within { peer, of, times } if peer == self.algorithm.unit => {
                format!("at most {times} times \"{}\"", of.title)
            }
            Claim::Within { peer, of, times } => {
                format!("{} at most {times} times \"{}\"", peer.title, of.title)
            }
            Claim::Memory { bytes: limit } => format!("under {}", bytes(limit)),
            Claim::Threads { times } => format!("two threads {times} times as fast as one"),
            Claim::Linear { than, times } => {
                let than = self.algorithm.set(than).map(|set| short(set.data.size()));
                format!("at most {times} times as long a row as of {}", than.unwrap_or_default())
            }
        }
    }

    /// What was measured, and whether that is a hit.
    fn verdict(&self) -> (String, String) {
        let measured = match self.target.claim {
            Claim::Faster { peer, threads, times, aim } => self.faster(peer, threads, times, aim),
            Claim::Within { peer, of, times } => {
                let ratio = self.seconds(peer, 1).zip(self.seconds(of, 1));
                ratio.map(|(ours, theirs)| at_most(ours / theirs, times))
            }
            Claim::Memory { bytes: limit } => {
                let ours = self.of(self.target.set).filter(|row| row.peer.is_ours());
                let all: Option<Vec<u64>> = ours.map(Row::memory).collect();
                let most = all.and_then(|all| all.into_iter().max());
                most.map(|most| (bytes(most), verdict(most < limit)))
            }
            Claim::Threads { times } => {
                let seconds = |threads| self.seconds(self.algorithm.unit, threads);
                let ratio = seconds(1).zip(seconds(2)).map(|(one, two)| one / two);
                ratio.map(|ratio| (figures(ratio), verdict(ratio >= times)))
            }
            Claim::Linear { than, times } => {
                let ratio = self.of_a_row(self.target.set).zip(self.of_a_row(than));
                ratio.map(|(large, small)| at_most(large / small, times))
            }
        };
        measured.unwrap_or_else(|| ("not measured".to_owned(), verdict(false)))
    }

    fn faster(
        &self,
        peer: Peer,
        threads: usize,
        times: f64,
        aim: Option<f64>,
    ) -> Option<(String, String)> {
        let row = self.row(self.target.set, peer, threads)?;
        let ratio = row.ratio()?;
        let verdict = match aim {
            Some(aim) if ratio >= aim => "hit, aim too".to_owned(),
            Some(_) if ratio >= times => "hit, aim missed".to_owned(),
            _ => verdict(ratio >= times),
        };
        Some((format!("{}{}", figures(ratio), self.where_else(row)), verdict))
    }

    /// Where the peer did not finish all that it was asked for: why, and how much it did.
    fn where_else(&self, row: &Row) -> String {
        let is_same = |other: &&Row| other.peer == row.peer && other.threads == row.threads;
        let first = self.of(row.set.name).find(is_same);
        first.filter(|first| first.data != row.data).map_or_else(String::new, |first| {
            let why = match first.outcome {
                Err(End::OutOfMemory) => "out of memory",
                _ => "too slow",
            };
            format!(" on {}, {why} on all", row.data.amount())
        })
    }

    /// The target's step on a set.
    fn of(&self, set: &str) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.set.name == set && row.step == self.target.step)
    }

    /// The last, which is the one that was finished if any was.
    fn row(&self, set: &str, peer: Peer, threads: usize) -> Option<&Row> {
        self.of(set).rev().find(|row| row.peer == peer && row.threads == threads)
    }

    fn seconds(&self, peer: Peer, threads: usize) -> Option<f64> {
        self.row(self.target.set, peer, threads)?.seconds()
    }

    fn of_a_row(&self, set: &str) -> Option<f64> {
        let row = self.row(set, self.algorithm.unit, 1)?;
        Some(row.seconds()? / row.data.size() as f64)
    }
}

fn at_most(ratio: f64, times: f64) -> (String, String) {
    (figures(ratio), verdict(ratio <= times))
}

fn verdict(is_hit: bool) -> String {
    if is_hit { "hit" } else { "**missed**" }.to_owned()
}

fn each(threads: usize) -> &'static str {
    if threads == 1 { "one thread each" } else { "two threads each" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ALGORITHMS;
    use crate::dbscan::{CPP, DBSCAN, LINFA, OURS, SKLEARN, SUM};
    use crate::table::tests::row;

    fn judged(set: &'static str, claim: Claim, rows: &[Row]) -> (String, String) {
        let target = &Target { set, step: "fit", claim };
        Judge { algorithm: &DBSCAN, rows, target }.verdict()
    }

    #[test]
    fn every_claim_is_about_runs_that_are_made() {
        for algorithm in ALGORITHMS {
            for target in algorithm.targets {
                let Target { set, step, claim } = *target;
                let unit = algorithm.unit;
                let needed = match claim {
                    Claim::Faster { peer, threads, .. } => vec![(set, peer, threads)],
                    Claim::Within { peer, of, .. } => vec![(set, peer, 1), (set, of, 1)],
                    Claim::Memory { .. } => vec![(set, unit, 1)],
                    Claim::Threads { .. } => vec![(set, unit, 1), (set, unit, 2)],
                    Claim::Linear { than, .. } => vec![(set, unit, 1), (than, unit, 1)],
                };
                assert!(algorithm.steps.contains(&step));
                for (set, peer, threads) in needed {
                    let runs = algorithm.set(set).unwrap().runs;
                    assert!(runs.contains(&(peer, threads)), "{target:?}");
                }
            }
        }
    }

    #[test]
    fn hits_and_misses_are_told_apart() {
        let rows = [
            row("noise", OURS, 1, 0.1, 0.1),
            row("noise", SKLEARN, 1, 0.71, 0.1),
            row("noise", LINFA, 1, 0.39, 0.1),
            row("noise", CPP, 2, 0.25, 0.1),
        ];
        let text = render(&DBSCAN, &rows);
        let verdicts: Vec<&str> =
            text.lines().skip(5).filter_map(|line| line.split('|').nth(4)).map(str::trim).collect();
        assert_eq!(verdicts, ["hit", "**missed**", "hit, aim missed"]);
        assert!(text.contains("1 of 3 missed"), "{text}");
    }

    #[test]
    fn a_yardstick_is_a_limit_from_above() {
        let rows = [row("dense", OURS, 1, 0.009, 0.009), row("dense", SUM, 1, 0.001, 0.009)];
        let claim = Claim::Within { peer: OURS, of: SUM, times: 10.0 };
        assert_eq!(judged("dense", claim, &rows), ("9.00".to_owned(), "hit".to_owned()));
    }

    #[test]
    fn rows_are_as_cheap_where_there_are_more() {
        let rows = [row("events-100k", OURS, 1, 0.1, 0.1), row("events-1m", OURS, 1, 1.6, 1.6)];
        let claim = Claim::Linear { than: "events-100k", times: 1.5 };
        let missed = ("1.60".to_owned(), "**missed**".to_owned());
        assert_eq!(judged("events-1m", claim, &rows), missed);
    }

    #[test]
    fn fewer_rows_are_said() {
        let mut first = row("events-100k", SKLEARN, 1, 1.0, 1.0);
        first.outcome = Err(End::OutOfMemory);
        let mut second = row("events-100k", SKLEARN, 1, 2000.0, 1.0);
        second.data = second.data.share(4);
        let (measured, verdict) =
            judged("events-100k", faster(SKLEARN, 1, 2000.0), &[first, second]);
        assert_eq!(measured, "2000 on 25k rows, out of memory on all");
        assert_eq!(verdict, "hit");
    }

    #[test]
    fn what_is_not_measured_is_missed() {
        let text = render(&DBSCAN, &[row("blobs-2d", OURS, 1, 0.1, 0.1)]);
        assert!(text.contains("not measured") && text.contains("4 of 4 missed"), "{text}");
    }
}
