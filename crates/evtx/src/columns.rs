use std::sync::Arc;

use hashbrown::HashMap;

use crate::Error;

/// What every event has in `System`, in the order of the columns.
pub(crate) const SYSTEM: [&str; 19] = [
    TIME_CREATED,
    "EventID",
    "Channel",
    "Computer",
    "Provider",
    "EventRecordID",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "Version",
    "ExecutionProcessID",
    "ExecutionThreadID",
    "SecurityUserID",
    "ProviderGuid",
    "ProviderEventSourceName",
    "EventIDQualifiers",
    "CorrelationActivityID",
    "CorrelationRelatedActivityID",
];

/// The column of the one typed time.
pub(crate) const TIME_CREATED: &str = "TimeCreated";

/// The longest header, as for CSV.
const MAX_COLUMNS: usize = 16_384;

/// The names of the columns and their places; they only grow.
#[derive(Debug)]
pub(crate) struct Columns {
    places: HashMap<String, usize>,
    names: Vec<String>,
    shared: Arc<[String]>,
}

impl Columns {
    /// The columns of `System`.
    pub(crate) fn new() -> Self {
        let names: Vec<String> = SYSTEM.iter().map(|name| (*name).to_owned()).collect();
        let places = names.iter().cloned().zip(0..).collect();
        Self { places, shared: names.as_slice().into(), names }
    }

    /// The place of a name, a new one where it was not there.
    pub(crate) fn place(&mut self, name: &str) -> Result<usize, Error> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        let place = self.names.len();
        if place >= MAX_COLUMNS {
            return Err(Error::TooManyColumns { limit: MAX_COLUMNS });
        }
        self.places.insert(name.to_owned(), place);
        self.names.push(name.to_owned());
        Ok(place)
    }

    /// The names as batches share them, with those that came since.
    pub(crate) fn share(&mut self) -> &Arc<[String]> {
        if self.shared.len() < self.names.len() {
            self.shared = self.names.as_slice().into();
        }
        &self.shared
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}
