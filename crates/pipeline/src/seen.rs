//! Ids of lines that were printed on earlier nights.

use std::collections::BTreeMap;
use std::path::Path;

use oddsift_timespan::{Period, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::ModelFault;
use crate::model::json;
use crate::{Error, LineId};

/// The lines that were told before, each with when it was last met, so that a nightly job tells each once.
///
/// Its moments are those of the runs and not of the events, which whoever writes the log may forge. It holds
/// at most [`MOST`](Self::MOST) lines: those met longest ago go first. As JSON it is
/// `{"format": "oddsift-seen", "version": 1, "ids": RULE, "lines": [[ID, TIME], ..]}`, sorted.
///
/// ```
/// use oddsift_pipeline::{LineId, Seen, Timestamp};
///
/// let (id, night) = (LineId::of_process("/bin/sh", "sh -c id"), Timestamp::UNIX_EPOCH);
/// let mut seen = Seen::new();
/// assert!(seen.note(id, night));
/// assert!(!seen.note(id, night)); // it was there
/// let json = serde_json::to_vec(&seen).unwrap();
/// assert_eq!(Seen::parse("seen.json", &json)?, seen);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen(BTreeMap<LineId, Timestamp>);

/// The form in which it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u64,
    ids: String,
    lines: Vec<(String, Timestamp)>,
}

impl Seen {
    /// The name of the format in JSON.
    pub const FORMAT: &str = "oddsift-seen";
    /// The version of the format.
    pub const VERSION: u64 = 1;
    /// The most lines.
    pub const MOST: usize = 1_000_000;

    /// Nothing was seen.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what was seen; `None` where there is no such file yet.
    ///
    /// # Errors
    ///
    /// [`Error::Model`] for a file that cannot be read, is none of the format, or has ids of another rule.
    ///
    /// ```
    /// assert!(oddsift_pipeline::Seen::read("no/such.json")?.is_none());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(&name, &bytes).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ModelFault::Read(error).of(&name)),
        }
    }

    /// Reads what was seen from the bytes of a file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        let fault = |fault: ModelFault| fault.of(name);
        let stored: Stored = json(bytes).map_err(fault)?;
        let Stored { format, version, ids, lines } = stored;
        if format != Self::FORMAT {
            return Err(fault(ModelFault::Format { format, known: Self::FORMAT.to_owned() }));
        }
        if version != Self::VERSION {
            let found = version.to_string();
            let (format, expected) = (Self::FORMAT, Self::VERSION);
            return Err(fault(ModelFault::Version { found, format, expected }));
        }
        if ids != LineId::scheme() {
            return Err(fault(ModelFault::OtherIds { found: ids, ours: LineId::scheme() }));
        }
        let mut seen = Self::new();
        for (position, (text, last)) in lines.into_iter().enumerate() {
            let id = text.parse().map_err(|_| fault(ModelFault::NoId { position, text }))?;
            seen.note(id, last);
        }
        Ok(seen)
    }

    /// Returns the number of lines.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::Seen::new().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether nothing was seen.
    ///
    /// ```
    /// assert!(oddsift_pipeline::Seen::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether a line was seen.
    ///
    /// ```
    /// use oddsift_pipeline::{LineId, Seen};
    ///
    /// assert!(!Seen::new().contains(&LineId::of_process("/bin/sh", "sh -c id")));
    /// ```
    #[must_use]
    pub fn contains(&self, id: &LineId) -> bool {
        self.0.contains_key(id)
    }

    /// Takes note that a line was met; gives whether it was not known.
    pub fn note(&mut self, id: LineId, moment: Timestamp) -> bool {
        let last = self.0.get(&id).copied();
        self.0.insert(id, last.map_or(moment, |last| last.max(moment)));
        last.is_none()
    }

    /// Forgets lines that were last met more than `after` before `moment`, and of more than
    /// [`MOST`](Self::MOST) those met longest ago; gives how many went by age and how many for want of room.
    ///
    /// ```
    /// use oddsift_pipeline::{LineId, Period, Seen, Timestamp};
    ///
    /// let mut seen = Seen::new();
    /// seen.note(LineId::of_process("/bin/sh", "sh -c id"), Timestamp::UNIX_EPOCH);
    /// let days = |n: i64| Timestamp::from_second(n * 86_400).unwrap();
    /// assert_eq!(seen.forget("90d".parse::<Period>().unwrap(), days(90)), (0, 0));
    /// assert_eq!(seen.forget("90d".parse::<Period>().unwrap(), days(91)), (1, 0));
    /// ```
    pub fn forget(&mut self, after: Period, moment: Timestamp) -> (usize, usize) {
        self.forget_past(after, moment, Self::MOST)
    }

    fn forget_past(&mut self, after: Period, moment: Timestamp, most: usize) -> (usize, usize) {
        let before = self.len();
        // Longer ago than time itself is never.
        if let Ok(limit) = after.before(moment) {
            self.0.retain(|_, last| *last >= limit);
        }
        let n_aged = before - self.len();
        let n_past = self.len().saturating_sub(most);
        if n_past > 0 {
            let mut moments: Vec<(Timestamp, LineId)> =
                self.0.iter().map(|(id, last)| (*last, *id)).collect();
            moments.sort_unstable();
            for (_, id) in moments.iter().take(n_past) {
                self.0.remove(id);
            }
        }
        (n_aged, n_past)
    }
}

impl Serialize for Seen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            format: Self::FORMAT.to_owned(),
            version: Self::VERSION,
            ids: LineId::scheme(),
            lines: self.0.iter().map(|(id, last)| (id.to_string(), *last)).collect(),
        };
        stored.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn ids_of_another_rule_are_told() {
        let json = serde_json::to_string(&Seen::new()).unwrap().replace("lines-1", "lines-0");
        let error = Seen::parse("seen.json", json.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("seen.json: its ids are of oddsift-lines-0, "), "{error}");
        assert!(error.ends_with("move the file away to begin anew"), "{error}");
    }

    #[test]
    fn what_is_no_id_is_placed() {
        let json = format!(
            r#"{{"format":"oddsift-seen","version":1,"ids":"{}","lines":[["x","2026-01-01T00:00:00Z"]]}}"#,
            LineId::scheme()
        );
        let error = Seen::parse("seen.json", json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("lines[0]") && error.contains("\"x\""), "{error}");
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        let mut seen = Seen::new();
        seen.note(LineId::of_process("a", "b"), moment(5));
        let json = serde_json::to_vec(&seen).unwrap();
        for end in 0..json.len() {
            assert!(Seen::parse("seen.json", &json[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_line_met_again_is_forgotten_later() {
        let (id, mut seen) = (LineId::of_process("a", "b"), Seen::new());
        seen.note(id, moment(0));
        seen.note(id, moment(86_400));
        let day: Period = "1d".parse().unwrap();
        assert_eq!(seen.forget(day, moment(2 * 86_400)), (0, 0));
        assert_eq!(seen.forget(day, moment(2 * 86_400 + 1)), (1, 0));
    }

    #[test]
    fn there_are_never_more_than_fit_and_the_oldest_go() {
        let mut seen = Seen::new();
        let id = |n: i64| LineId::of_values(["n"], &[n as f64]);
        for n in 0..=10 {
            seen.note(id(n), moment(n));
        }
        assert_eq!(seen.forget_past("100000d".parse().unwrap(), moment(0), 10), (0, 1));
        assert!(!seen.contains(&id(0)) && seen.contains(&id(1)));
    }
}
