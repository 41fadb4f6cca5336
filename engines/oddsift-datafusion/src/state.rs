use oddsift_hunt::LineTable;
use oddsift_outliers::ProcessRarity;
use oddsift_patterns::TemplateState;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Returns a template state as bytes: the column `template_state` of the aggregate `pattern`.
///
/// Equal states give equal bytes, which are JSON as a saved pattern table has it.
///
/// # Errors
///
/// None that can come up; the writer of JSON says so by a result.
///
/// ```
/// use oddsift_datafusion::{template_from_bytes, template_to_bytes};
/// use oddsift_patterns::TemplateState;
///
/// let mut state = TemplateState::new("kill 17");
/// state.add("kill 4711");
/// assert_eq!(template_from_bytes(&template_to_bytes(&state)?)?, state);
/// # Ok::<(), oddsift_datafusion::Error>(())
/// ```
pub fn template_to_bytes(state: &TemplateState) -> Result<Vec<u8>, Error> {
    write("a template", state)
}

/// Reads a template state from bytes, which are checked as untrusted.
///
/// # Errors
///
/// [`Error::State`] for bytes that are no state.
///
/// ```
/// assert!(oddsift_datafusion::template_from_bytes(b"{}").is_err());
/// ```
pub fn template_from_bytes(bytes: &[u8]) -> Result<TemplateState, Error> {
    read("a template", bytes)
}

/// Returns counts of process events as bytes: the result of the aggregate `rarity_counts`.
///
/// Equal counts give equal bytes, which are JSON as a model of outliers has it.
///
/// # Errors
///
/// None that can come up; the writer of JSON says so by a result.
///
/// ```
/// use oddsift_datafusion::{rarity_from_bytes, rarity_to_bytes};
/// use oddsift_outliers::{ProcessLine, ProcessRarity};
///
/// let mut rarity = ProcessRarity::new().unwrap();
/// rarity.add(&ProcessLine::default(), 7).unwrap();
/// assert_eq!(rarity_from_bytes(&rarity_to_bytes(&rarity)?)?, rarity);
/// # Ok::<(), oddsift_datafusion::Error>(())
/// ```
pub fn rarity_to_bytes(rarity: &ProcessRarity) -> Result<Vec<u8>, Error> {
    write("rarity counts", rarity)
}

/// Reads counts of process events from bytes, which are checked as untrusted.
///
/// # Errors
///
/// [`Error::State`] for bytes that are no counts.
///
/// ```
/// assert!(oddsift_datafusion::rarity_from_bytes(b"").is_err());
/// ```
pub fn rarity_from_bytes(bytes: &[u8]) -> Result<ProcessRarity, Error> {
    read("rarity counts", bytes)
}

/// Returns lines of starts of programs as bytes: the result of the aggregate `hunt_lines`.
///
/// Equal tables give equal bytes, which are JSON.
///
/// # Errors
///
/// [`Error::State`] for a table that was ranked.
///
/// ```
/// use oddsift_datafusion::{lines_from_bytes, lines_to_bytes};
/// use oddsift_hunt::{ProcessEvent, ProcessLines};
///
/// let mut lines = ProcessLines::new();
/// lines.add(&ProcessEvent { path: "a.exe", ..ProcessEvent::new(0) }).unwrap();
/// let bytes = lines_to_bytes(&lines.into_table())?;
/// assert_eq!(lines_from_bytes(&bytes)?.n_rows(), 1);
/// # Ok::<(), oddsift_datafusion::Error>(())
/// ```
pub fn lines_to_bytes(lines: &LineTable) -> Result<Vec<u8>, Error> {
    write("lines", lines)
}

/// Reads lines from bytes, which are checked as untrusted.
///
/// # Errors
///
/// [`Error::State`] for bytes that are no lines.
///
/// ```
/// assert!(oddsift_datafusion::lines_from_bytes(b"[]").is_err());
/// ```
pub fn lines_from_bytes(bytes: &[u8]) -> Result<LineTable, Error> {
    read("lines", bytes)
}

fn write(of: &'static str, state: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(state).map_err(|error| Error::State { of, reason: error.to_string() })
}

fn read<T: DeserializeOwned>(of: &'static str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::State { of, reason: error.to_string() })
}
