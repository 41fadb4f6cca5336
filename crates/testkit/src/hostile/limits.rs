//! What a run may use: the rules for every row, unless `why` says otherwise.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::index::Parameters;

const MEMORY: u64 = 256 << 20;
const TIME: Duration = Duration::from_secs(5);

/// What a run may use; `None` is as much as it likes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of peak resident memory.
    pub(crate) memory: Option<u64>,
    pub(crate) time: Option<Duration>,
    /// KiB of the main thread's stack.
    pub(crate) stack: Option<u64>,
}

impl Limits {
    /// Reads the clauses of `why` that speak of limits; one that speaks of memory in other words
    /// is an error, lest a row be checked against less than it says.
    pub(crate) fn parse(why: &str, parameters: &Parameters) -> Result<Self> {
        let mut limits = Self { memory: Some(MEMORY), time: Some(TIME), stack: None };
        for clause in why.split(';').map(str::trim) {
            if let Some((_, size)) = clause.split_once("peak RSS under ") {
                limits.memory = Some(bytes(size, parameters)?);
            } else if clause.contains("RSS") {
                bail!("`why` speaks of memory in words that are not known: {clause}");
            } else if clause.starts_with("memory as stated") {
                limits.memory = None;
            } else if clause == "the time limit does not hold here" {
                limits.time = None;
            } else if let Some(time) = clause.strip_prefix("under ") {
                let seconds = time.strip_suffix(" s").and_then(|number| number.parse().ok());
                let seconds = seconds.with_context(|| format!("`{time}` is no time in seconds"))?;
                limits.time = Some(Duration::from_secs(seconds));
            }
            if let Some((_, size)) = clause.split_once("ulimit -s ") {
                let size = size.split(' ').next().unwrap_or_default();
                limits.stack = Some(size.parse().with_context(|| format!("`ulimit -s {size}`"))?);
            }
        }
        Ok(limits)
    }
}

/// A sum of products, such as `20 bytes x n x dims + 64 MiB`.
fn bytes(text: &str, parameters: &Parameters) -> Result<u64> {
    let factor = |word: &str| match word {
        "MiB" => Ok(1 << 20),
        "bytes" => Ok(1),
        name if name.starts_with(|c: char| c.is_ascii_alphabetic()) => parameters.number(name),
        number => number.parse().with_context(|| format!("`{text}` is no size in memory")),
    };
    let product = |term: &str| {
        let words = term.split(' ').filter(|word| !matches!(*word, "x" | ""));
        words.map(factor).try_fold(1_u64, |product, factor| {
            product.checked_mul(factor?).with_context(|| format!("`{text}` is too much"))
        })
    };
    text.split(" + ").map(product).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(why: &str) -> Result<Limits> {
        Limits::parse(why, &Parameters::parse("n=200000;dims=2").unwrap())
    }

    #[test]
    fn the_common_limits_hold_where_nothing_is_said() {
        let usual = limits("usage or data error; the input is unchanged").unwrap();
        assert_eq!(usual, Limits { memory: Some(256 << 20), time: Some(TIME), stack: None });
    }

    #[test]
    fn what_is_said_comes_first() {
        let said = limits("stops (stated; 16 MiB or less); peak RSS under 128 MiB; under 10 s");
        let said = said.unwrap();
        assert_eq!((said.memory, said.time), (Some(128 << 20), Some(Duration::from_secs(10))));
        let said = limits("peak RSS under 20 bytes x n x dims + 64 MiB; no lists").unwrap();
        assert_eq!(said.memory, Some(20 * 200_000 * 2 + (64 << 20)));
        let said = limits("memory as stated per value; the time limit does not hold here").unwrap();
        assert_eq!((said.memory, said.time), (None, None));
        assert_eq!(limits("no overflow with ulimit -s 1024").unwrap().stack, Some(1024));
    }

    #[test]
    fn words_that_are_not_known_are_an_error() {
        for why in ["peak RSS under 2 GB", "RSS below 5 MiB", "under 2 minutes", "ulimit -s x"] {
            assert!(limits(why).is_err(), "{why}");
        }
    }
}
