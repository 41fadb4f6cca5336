//! What is compared: an algorithm, its data and who is run on them.

use std::path::Path;

use anyhow::Result;

use crate::data::Data;
use crate::peer::Peer;
use crate::target::Target;

/// An algorithm of ours that others have, too.
#[derive(Debug)]
pub(crate) struct Algorithm {
    /// On the command line, for the programs and between the marks of the page.
    pub(crate) name: &'static str,
    /// What is timed, one after the other; the last gives the result.
    pub(crate) steps: &'static [&'static str],
    /// Parameters of all sets, before a set's own.
    pub(crate) params: &'static [&'static str],
    pub(crate) sets: &'static [Set],
    pub(crate) targets: &'static [Target],
    /// Of ours, whose time is the unit of the others'.
    pub(crate) unit: Peer,
    /// Whose result, on one thread, the others' are compared with.
    pub(crate) reference: Peer,
    /// What the results are, for people.
    pub(crate) results: &'static str,
    pub(crate) compare: fn(Compared<'_>) -> Result<String>,
    /// The crates among the peers and under the yardsticks.
    pub(crate) crates: &'static [&'static str],
    /// What pip installs.
    pub(crate) packages: &'static [&'static str],
    /// The Python half.
    pub(crate) script: &'static str,
}

/// Files; those of results hold little-endian numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) data: &'a Path,
    pub(crate) reference: &'a Path,
    pub(crate) result: &'a Path,
}

/// Data with the parameters of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) name: &'static str,
    /// What the data are, for people.
    pub(crate) what: &'static str,
    pub(crate) data: Data,
    /// Parameters by name, in the order in which the programs take them.
    pub(crate) params: &'static [(&'static str, &'static str)],
    /// Each with its number of threads.
    pub(crate) runs: &'static [(Peer, usize)],
}

impl Algorithm {
    pub(crate) fn set(&self, name: &str) -> Option<&'static Set> {
        self.sets.iter().find(|set| set.name == name)
    }

    /// Who is compared with ours.
    pub(crate) fn rivals(&self) -> String {
        let mut titles = Vec::new();
        for (peer, _) in self.sets.iter().flat_map(|set| set.runs) {
            if peer.is_rival() && !titles.contains(&peer.title) {
                titles.push(peer.title);
            }
        }
        titles.join("; ")
    }

    /// Of all sets.
    pub(crate) fn names(&self) -> String {
        self.sets.iter().map(|set| set.name).collect::<Vec<_>>().join(", ")
    }
}

impl Set {
    /// `events 100k x 3, eps 1e-4, min 2`, for its own or fewer data.
    pub(crate) fn title(&self, data: Data) -> String {
        let params = self.params.iter().map(|(name, value)| format!(", {name} {value}"));
        format!("{} {}{}", self.what, data.shape(), params.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use crate::ALGORITHMS;
    use crate::dbscan::DBSCAN;
    use crate::stl::STL;

    #[test]
    fn titles_say_all_that_was_set() {
        let set = DBSCAN.set("events-1m").unwrap();
        assert_eq!(set.title(set.data.share(16)), "events 62.5k x 3, eps 1e-4, min 2");
        assert_eq!(set.title(set.data), "events 1M x 3, eps 1e-4, min 2");
        let set = STL.set("10k").unwrap();
        assert_eq!(set.title(set.data.share(10)), "series 1k, period 24, inner 5, outer 0");
    }

    #[test]
    fn the_unit_is_run_on_every_set_as_often_as_a_rival() {
        for algorithm in ALGORITHMS {
            for set in algorithm.sets {
                for (peer, threads) in set.runs {
                    assert!(
                        set.runs.contains(&(algorithm.unit, *threads)),
                        "{} {peer:?}",
                        set.name
                    );
                }
                assert_eq!(algorithm.set(set.name), Some(set), "{} is there twice", set.name);
            }
        }
    }

    #[test]
    fn peers_differ_in_their_words() {
        for algorithm in ALGORITHMS {
            let runs = || algorithm.sets.iter().flat_map(|set| set.runs);
            for ((one, _), (other, _)) in
                runs().flat_map(|one| runs().map(move |other| (one, other)))
            {
                assert_eq!(one == other, one.word == other.word, "{one:?} {other:?}");
            }
        }
    }
}
