use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::UInt64Type;
use oddsift_outliers::{ProcessLine, ProcessRarity};

use crate::arguments::{Argument, Kind};
use crate::merging::{Merging, MergingFunction};
use crate::state::{rarity_from_bytes, rarity_to_bytes};
use crate::texts::Texts;
use crate::{Error, calls};

const NAME: &str = "rarity_counts";

const ARGUMENTS: [Argument; 4] = [
    Argument::new("path", Kind::Text),
    Argument::new("parent_path", Kind::Text),
    Argument::new("command_line", Kind::Text),
    Argument::optional("count", Kind::Count),
];

/// The counts of programs, parents and words of process events, which say how rare each is.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RarityCounts;

impl MergingFunction for RarityCounts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn arguments(&self) -> &'static [Argument] {
        &ARGUMENTS
    }

    fn state_name(&self) -> &'static str {
        "counts"
    }

    fn start(&self) -> Result<Box<dyn Merging>, Error> {
        let rarity = ProcessRarity::new().map_err(|error| failed(&error))?;
        Ok(Box::new(Counts { rarity, line: ProcessLine::default(), bytes: 0 }))
    }
}

fn failed(error: &oddsift_outliers::Error) -> Error {
    Error::compute(NAME)(error)
}

#[derive(Debug)]
struct Counts {
    rarity: ProcessRarity,
    /// Its room is used again for each row.
    line: ProcessLine,
    /// The size of the counts as last written or read: they themselves do not tell it.
    bytes: usize,
}

impl Merging for Counts {
    fn add(&mut self, values: &[ArrayRef]) -> Result<(), Error> {
        let column = |place| Texts::new(calls::argument(NAME, values, place)?);
        let (paths, parents, command_lines) = (column(0)?, column(1)?, column(2)?);
        let counts = values.get(3).map(AsArray::as_primitive::<UInt64Type>);
        for row in 0..paths.len() {
            let count = match counts {
                Some(counts) if counts.is_null(row) => continue,
                Some(counts) => counts.value(row),
                None => 1,
            };
            let [path, parent, command_line] =
                [&paths, &parents, &command_lines].map(|texts| texts.get(row).unwrap_or_default());
            self.line.set(path, parent, command_line);
            self.rarity.add(&self.line, count).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn merge(&mut self, written: &[u8]) -> Result<(), Error> {
        self.bytes += written.len();
        self.rarity.merge(rarity_from_bytes(written)?).map_err(|error| failed(&error))
    }

    fn written(&mut self) -> Result<Vec<u8>, Error> {
        let bytes = rarity_to_bytes(&self.rarity)?;
        self.bytes = bytes.len();
        Ok(bytes)
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}
