//! The bytes that a row of the index asks for, written as they are made.

mod events; // process events under the control's columns
mod points; // columns f1, f2 and so on
mod tree; // a model of one long tree

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::index::Row;

/// What a run reads, and what is special about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    pub(crate) kind: Kind,
    /// Mostly one; each is a run of its own.
    pub(crate) inputs: Vec<Input>,
}

/// The set-up of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// Standard output is this device, which has no space.
    OutputFull(String),
    /// The output path is the input path.
    OutputIsInput,
    /// The output path is a link to a file in another folder.
    OutputIsLink,
    /// The reader of standard output goes away after one line.
    ReaderGone,
}

/// An input, described by what its row says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    /// Events, each of so many bytes.
    Rows { n_rows: u64, n_bytes: usize },
    /// One byte again and again.
    OneLine { n_bytes: u64, byte: u8, newline: bool },
    /// Events with a column in which no value is there twice.
    Distinct { n_rows: u64, column: String, seed: u64 },
    /// Points within `radius` of the origin.
    Ball { n_rows: u64, n_columns: usize, radius: f64 },
    /// One point again and again.
    Equal { n_rows: u64, n_columns: usize },
    /// A model of one tree whose left children are leaves.
    Chain { n_nodes: u64 },
}

/// More than this would be a waste of disk; it comes through a named pipe.
const MAX_STORED: u64 = (1 << 30) - 1;
/// The rows of inputs whose size nothing says: more than fit in the buffers of files.
const SOME: u64 = 10_000;
/// As many as nobody reads to the end before the time limit.
const ENDLESS: u64 = 1_000_000_000;

impl Scene {
    /// Fails for what is not known, so that no row passes for lack of a check.
    pub(crate) fn of(row: &Row) -> Result<Self> {
        let given = &row.parameters;
        let plain = |input| Ok(Self { kind: Kind::Plain, inputs: vec![input] });
        let rows = |n_rows| Input::Rows { n_rows, n_bytes: 100 };
        match row.name.as_str() {
            "rows" => {
                given.expect(&["count", "bytes_per_row", "columns"])?;
                ensure!(given.text("columns")? == "control", "columns that are not known");
                let n_bytes = given.number("bytes_per_row")?;
                ensure!(n_bytes >= events::MIN_BYTES, "events of {n_bytes} bytes are too short");
                plain(Input::Rows { n_rows: given.number("count")?, n_bytes })
            }
            "one_line" => {
                given.expect(&["bytes", "byte", "newline"])?;
                let newline = match given.text("newline")? {
                    "no" => false,
                    "yes" => true,
                    other => bail!("newline is yes or no, not {other}"),
                };
                let &[byte] = given.text("byte")?.as_bytes() else { bail!("byte is not one byte") };
                plain(Input::OneLine { n_bytes: given.number("bytes")?, byte, newline })
            }
            "distinct_values" => {
                given.expect(&["count", "column", "seed"])?;
                let column = given.text("column")?.to_owned();
                ensure!(events::COLUMNS.contains(&column.as_str()), "there is no column {column}");
                let (n_rows, seed) = (given.number("count")?, given.number("seed")?);
                plain(Input::Distinct { n_rows, column, seed })
            }
            "dbscan_dense" => {
                given.expect(&["n", "dims", "radius", "eps"])?;
                let (radius, eps): (f64, f64) = (given.number("radius")?, given.number("eps")?);
                ensure!(2.0 * radius <= eps, "points within {radius} are not all within {eps}");
                let (n_rows, n_columns) = (given.number("n")?, given.number("dims")?);
                plain(Input::Ball { n_rows, n_columns, radius })
            }
            "dbscan_identical" => {
                given.expect(&["n", "dims"])?;
                let (n_rows, n_columns) = (given.number("n")?, given.number("dims")?);
                plain(Input::Equal { n_rows, n_columns })
            }
            "deep_tree_model" => {
                given.expect(&["nodes", "shape"])?;
                ensure!(given.text("shape")? == "right_chain", "a shape that is not known");
                let n_nodes: u64 = given.number("nodes")?;
                ensure!(n_nodes % 2 == 1, "a chain has an odd number of nodes, not {n_nodes}");
                plain(Input::Chain { n_nodes })
            }
            "output_equals_input" => {
                given.expect(&[])?;
                Ok(Self { kind: Kind::OutputIsInput, inputs: vec![rows(SOME)] })
            }
            "output_full" => {
                given.expect(&["device"])?;
                let kind = Kind::OutputFull(given.text("device")?.to_owned());
                // Few rows are written at the very end only, where an error is easily lost.
                Ok(Self { kind, inputs: vec![rows(3), rows(SOME)] })
            }
            "output_is_symlink" => {
                given.expect(&["target"])?;
                ensure!(given.text("target")? == "outside", "a target that is not known");
                Ok(Self { kind: Kind::OutputIsLink, inputs: vec![rows(SOME)] })
            }
            "stdin_pipe_closed" => {
                given.expect(&["reader"])?;
                ensure!(given.text("reader")? == "head -n1", "a reader that is not known");
                Ok(Self { kind: Kind::ReaderGone, inputs: vec![rows(ENDLESS)] })
            }
            other => bail!("an input that is not known: {other}"),
        }
    }
}

impl Scene {
    /// What this system does not have for it.
    pub(crate) fn missing(&self) -> Option<String> {
        match &self.kind {
            Kind::OutputFull(device) if !Path::new(device).exists() => {
                Some(format!("device {device} on this system"))
            }
            _ => None,
        }
    }
}

impl Input {
    /// Writes all of it, in pieces.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Rows { n_rows, n_bytes } => events::write_sized(*n_rows, *n_bytes, out),
            Self::Distinct { n_rows, column, seed } => {
                events::write_distinct(*n_rows, column, *seed, out)
            }
            Self::OneLine { n_bytes, byte, newline } => {
                io::copy(&mut io::Read::take(io::repeat(*byte), *n_bytes), out)?;
                if *newline { out.write_all(b"\n") } else { Ok(()) }
            }
            Self::Ball { n_rows, n_columns, radius } => {
                points::write_ball(*n_rows, *n_columns, *radius, out)
            }
            Self::Equal { n_rows, n_columns } => points::write_equal(*n_rows, *n_columns, out),
            Self::Chain { n_nodes } => tree::write_chain(*n_nodes, out),
        }
    }

    /// The same without its fault, where only that may be rejected.
    pub(crate) fn control(&self) -> Option<Self> {
        matches!(self, Self::Chain { .. }).then_some(Self::Chain { n_nodes: 5 })
    }

    pub(crate) fn is_piped(&self) -> bool {
        match self {
            Self::Rows { n_rows, n_bytes } => *n_rows > MAX_STORED / *n_bytes as u64,
            Self::OneLine { n_bytes, .. } => *n_bytes > MAX_STORED,
            _ => false,
        }
    }

    pub(crate) fn file_name(&self) -> &'static str {
        if matches!(self, Self::Chain { .. }) { "model.json" } else { "input.csv" }
    }

    /// Its columns, in none of which an output may change what is there.
    pub(crate) fn columns(&self) -> Vec<String> {
        match self {
            Self::Rows { .. } | Self::Distinct { .. } => events::COLUMNS.map(str::to_owned).into(),
            Self::Ball { n_columns, .. } | Self::Equal { n_columns, .. } => {
                points::columns(*n_columns)
            }
            Self::OneLine { .. } | Self::Chain { .. } => Vec::new(),
        }
    }

    /// How many rows it has, where it has some.
    pub(crate) fn n_rows(&self) -> Option<u64> {
        match self {
            Self::Rows { n_rows, .. }
            | Self::Distinct { n_rows, .. }
            | Self::Ball { n_rows, .. }
            | Self::Equal { n_rows, .. } => Some(*n_rows),
            Self::OneLine { .. } | Self::Chain { .. } => None,
        }
    }
}

/// Gathers small pieces into large ones.
struct Chunks<'a> {
    bytes: Vec<u8>,
    out: &'a mut dyn Write,
}

impl<'a> Chunks<'a> {
    const SIZE: usize = 1 << 18;

    fn new(out: &'a mut dyn Write) -> Self {
        Self { bytes: Vec::with_capacity(Self::SIZE + (1 << 12)), out }
    }

    /// Lets `push` append a piece.
    fn push(&mut self, push: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        push(&mut self.bytes);
        if self.bytes.len() < Self::SIZE { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
