use oddsift_patterns::{MASKS, mask_into};
use oddsift_rarity::{Rarity, Seen, View, surprisal};

use crate::Error;

/// How rare the parts of a process event are, as numbers for a forest: counts of a log, and what they
/// make of an event.
///
/// An isolation forest sees only numbers, and length and delimiters of a command line do not tell which
/// program ran and with what. So the features are bits of surprisal ([`NAMES`](Self::NAMES)): of the
/// program, of program and parent together, of the five rarest words of the command line, and of all its
/// words among those that the program is usually given, each counted from four bits on: what one event in
/// sixteen has is common, however common. Texts are [masked](oddsift_patterns::masked()),
/// so that numbers, identifiers and user names make nothing rare.
///
/// ```
/// use oddsift_outliers::{ProcessLine, ProcessRarity};
///
/// let mut line = ProcessLine::default();
/// let mut rarity = ProcessRarity::new()?;
/// line.set(r"C:\Windows\System32\cmd.exe", r"C:\Windows\explorer.exe", "cmd /k 17");
/// rarity.add(&line, 99)?;
/// assert_eq!(rarity.values(&line)?, [0.0; 4]);
/// line.set(r"C:\Temp\x.exe", r"C:\Windows\explorer.exe", "x --dump");
/// let new = rarity.values(&line)?;
/// assert!(new[0] > 3.6 && new[2] > new[0]); // one in a hundred, and two such words
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Rarity", into = "Rarity"))]
pub struct ProcessRarity(Rarity);

/// The masked texts of a process event; its room is used again.
///
/// ```
/// let mut line = oddsift_outliers::ProcessLine::default();
/// line.set("/usr/bin/ssh", "/bin/bash", "ssh  -p 2222 HOST");
/// assert_eq!(line.command_line(), "ssh -p <num> host");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ProcessLine {
    program: String,
    /// Parent and program.
    pair: String,
    command_line: String,
}

/// No path holds it.
const BETWEEN: char = '\0';
/// What one event in sixteen has is common, and how common makes no difference: a forest sets apart
/// what is far from the rest on either side, and the most frequent events would come first.
const COMMON: f64 = 4.0;
/// Of so many of the rarest words the bits are added.
const RAREST: usize = 5;

/// The bits above what is common.
fn rare(bits: f64) -> f64 {
    (bits - COMMON).max(0.0)
}

impl ProcessLine {
    /// Takes the texts of another event.
    ///
    /// ```
    /// let mut line = oddsift_outliers::ProcessLine::default();
    /// line.set("b", "a", "first");
    /// line.set("b", "a", "second");
    /// assert_eq!(line.command_line(), "second");
    /// ```
    pub fn set(&mut self, path: &str, parent_path: &str, command_line: &str) {
        let Self { program, pair, command_line: own } = self;
        for text in [&mut *program, &mut *pair, &mut *own] {
            text.clear();
        }
        mask_into(path, program);
        mask_into(parent_path, pair);
        pair.push(BETWEEN);
        pair.push_str(program);
        mask_into(command_line, own);
    }

    /// The line of texts that are masked already, as by a database that counted them.
    ///
    /// ```
    /// use oddsift_outliers::ProcessLine;
    /// use oddsift_patterns::masked;
    ///
    /// let mut line = ProcessLine::default();
    /// line.set("/usr/bin/ssh", "/bin/sh", "ssh -p 2222 host");
    /// let parts = ["/usr/bin/ssh", "/bin/sh", "ssh -p 2222 host"].map(masked);
    /// assert_eq!(ProcessLine::from_masked(&parts[0], &parts[1], &parts[2]), line);
    /// ```
    #[must_use]
    pub fn from_masked(path: &str, parent_path: &str, command_line: &str) -> Self {
        let pair = format!("{parent_path}{BETWEEN}{path}");
        Self { program: path.to_owned(), pair, command_line: command_line.to_owned() }
    }

    /// Returns the masked command line.
    ///
    /// ```
    /// assert_eq!(oddsift_outliers::ProcessLine::default().command_line(), "");
    /// ```
    #[must_use]
    pub fn command_line(&self) -> &str {
        &self.command_line
    }

    /// The words of the command line, each once.
    fn words(&self) -> Vec<&str> {
        let words = self.command_line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

impl ProcessRarity {
    /// The names of the features, in their order.
    pub const NAMES: [&str; 4] =
        ["programRarity", "parentRarity", "wordsRarity", "argumentsRarity"];

    const VIEWS: [(&str, View); 4] = [
        ("program", View::Value),
        ("parent and program", View::Value),
        ("words", View::Words),
        ("words of the program", View::WordsGiven),
    ];

    /// Counts of no event.
    ///
    /// # Errors
    ///
    /// None that can come up; the crate of the counts says so by a result.
    ///
    /// ```
    /// assert_eq!(oddsift_outliers::ProcessRarity::new()?.n_rows(), 0);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn new() -> Result<Self, Error> {
        let params = Rarity::params(MASKS);
        let params =
            Self::VIEWS.iter().fold(params, |params, (name, view)| params.view(*name, *view));
        Ok(Self(params.build()?))
    }

    /// Returns the number of events that were counted.
    ///
    /// ```
    /// # use oddsift_outliers::{ProcessLine, ProcessRarity};
    /// let mut rarity = ProcessRarity::new()?;
    /// rarity.add(&ProcessLine::default(), 7)?;
    /// assert_eq!(rarity.n_rows(), 7);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.0.n_rows()
    }

    /// Counts `count` events of one line.
    ///
    /// # Errors
    ///
    /// [`Error::Rarity`] for more events than can be counted.
    ///
    /// ```
    /// # use oddsift_outliers::{ProcessLine, ProcessRarity};
    /// let mut rarity = ProcessRarity::new()?;
    /// rarity.add(&ProcessLine::default(), u64::MAX)?;
    /// assert!(rarity.add(&ProcessLine::default(), 1).is_err());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn add(&mut self, line: &ProcessLine, count: u64) -> Result<(), Error> {
        let words = line.words();
        let seen = [
            Seen::Value(&line.program),
            Seen::Value(&line.pair),
            Seen::Words(&words),
            Seen::WordsGiven(&line.program, &words),
        ];
        Ok(self.0.add(&seen, count)?)
    }

    /// Adds the counts of other events.
    ///
    /// # Errors
    ///
    /// [`Error::Rarity`] for more events than can be counted, and for counts of texts that were masked
    /// in another way.
    ///
    /// ```
    /// # use oddsift_outliers::{ProcessLine, ProcessRarity};
    /// let (mut monday, mut tuesday) = (ProcessRarity::new()?, ProcessRarity::new()?);
    /// monday.add(&ProcessLine::default(), 1)?;
    /// tuesday.add(&ProcessLine::default(), 2)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.n_rows(), 3);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        Ok(self.0.merge(other.0)?)
    }

    /// Returns the features of an event, in bits.
    ///
    /// # Errors
    ///
    /// None that can come up; the crate of the counts says so by a result.
    ///
    /// ```
    /// # use oddsift_outliers::{ProcessLine, ProcessRarity};
    /// let mut rarity = ProcessRarity::new()?;
    /// rarity.add(&ProcessLine::default(), 1)?;
    /// // All events have the same program.
    /// assert_eq!(rarity.values(&ProcessLine::default())?, [0.0; 4]);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn values(&self, line: &ProcessLine) -> Result<[f64; 4], Error> {
        let seen =
            [Seen::Value(&line.program), Seen::Value(&line.pair), Seen::Missing, Seen::Missing];
        let of_values = self.0.surprisals(&seen)?;
        let (mut words, mut arguments) = (Vec::new(), 0.0);
        for word in line.words() {
            let word = [word];
            let given = Seen::WordsGiven(&line.program, &word);
            let bits =
                self.0.surprisals(&[Seen::Missing, Seen::Missing, Seen::Words(&word), given])?;
            if let [_, _, of_word, given] = bits[..] {
                words.push(rare(of_word));
                arguments += rare(given);
            }
        }
        words.sort_by(|a, b| b.total_cmp(a));
        let words = words.iter().take(RAREST).sum();
        Ok([rare(of_values[0]), rare(of_values[1]), words, arguments])
    }

    /// The events that have a program or pair of so many bits above what is common: the count of which
    /// they are made, and none for bits that no counted one has.
    ///
    /// Surprisals of other counts are other numbers, and what is common is taken off them without a
    /// rest, so that the count is found by what it gives and never rounded.
    pub(crate) fn count(&self, value: f64) -> u64 {
        let n = self.n_rows();
        let gives = |count: u64| rare(surprisal(count, n));
        let (mut low, mut high) = (1, n);
        while low < high {
            let middle = low + (high - low) / 2;
            if gives(middle) > value { low = middle + 1 } else { high = middle }
        }
        // A text that was never seen has more bits than one of a single event.
        if low <= n && gives(low).to_bits() == value.to_bits() { low } else { 0 }
    }
}

impl TryFrom<Rarity> for ProcessRarity {
    type Error = Error;

    fn try_from(rarity: Rarity) -> Result<Self, Error> {
        let is_known = rarity.masks() == MASKS && rarity.views().eq(Self::VIEWS);
        if is_known { Ok(Self(rarity)) } else { Err(Error::StoredRarity) }
    }
}

impl From<ProcessRarity> for Rarity {
    fn from(rarity: ProcessRarity) -> Self {
        rarity.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_that_were_counted() {
        let mut rarity = ProcessRarity::new().unwrap();
        let mut line = ProcessLine::default();
        for (program, count) in [("a", 1), ("b", 7), ("c", 60_000), ("d", 3)] {
            line.set(program, "p", "");
            rarity.add(&line, count).unwrap();
        }
        for (program, count) in [("a", 1), ("b", 7), ("d", 3), ("new", 0)] {
            line.set(program, "p", "");
            let values = rarity.values(&line).unwrap();
            assert_eq!([rarity.count(values[0]), rarity.count(values[1])], [count; 2], "{program}");
        }
    }

    #[test]
    fn every_count_of_any_log_is_found_exactly() {
        for n in [17, 363, 100_003, 1 << 40] {
            let mut rarity = ProcessRarity::new().unwrap();
            rarity.add(&ProcessLine::default(), n).unwrap();
            let rarest = 1..=(n / 16).min(2000);
            for count in rarest.chain((n / 16).saturating_sub(2000).max(1)..=n / 16) {
                assert_eq!(rarity.count(rare(surprisal(count, n))), count, "{count} of {n}");
            }
            assert_eq!(rarity.count(rare(surprisal(0, n))), 0, "{n}");
        }
        assert_eq!(ProcessRarity::new().unwrap().count(1.0), 0);
    }

    #[test]
    fn numbers_and_case_make_nothing_rare() {
        let (mut a, mut b) = (ProcessLine::default(), ProcessLine::default());
        a.set(r"C:\Users\ann\x.exe", "p", "X.exe -p 12");
        b.set(r"c:\users\bob\X.EXE", "P", "x.exe  -p 4711");
        assert_eq!(a, b);
    }
}
