//! Several inputs as one stream, their columns united by name.

use std::collections::VecDeque;
use std::sync::Arc;

use oddsift_records::{Batch, Error, Position, Record, Rows, Summary};

use crate::names::own_name;

/// Opens one of the inputs.
pub(crate) type Opener = Box<dyn FnOnce() -> Result<Box<dyn Rows>, crate::Error> + Send>;

/// Inputs one after the other, in the given order.
///
/// Rows are numbered through. Columns are united by name: the first input's, then the name of the input
/// that a row is from, then what the others have beside. Batches are copied into that layout.
pub(crate) struct United {
    name: String,
    rows: Box<dyn Rows>,
    next: VecDeque<Opener>,
    columns: Arc<[String]>,
    /// The place of the name of a row's input.
    file: usize,
    /// For each column of the present input its place among all.
    places: Vec<usize>,
    first_row: u64,
    /// How many inputs are done.
    number: u32,
    batch: Batch,
    /// Of the inputs that are done.
    done: Summary,
    summary: Summary,
    bytes_done: u64,
    /// Whether the last input is counted among those that are done.
    is_done: bool,
}

impl United {
    /// Opens the first input.
    pub(crate) fn open(name: String, mut inputs: VecDeque<Opener>) -> Result<Self, crate::Error> {
        let Some(first) = inputs.pop_front() else {
            return Err(crate::Error::NoRows { name });
        };
        let rows = first()?;
        let mut columns = rows.columns().to_vec();
        let file = columns.len();
        columns.push(own_name(&columns, "File"));
        Ok(Self {
            name,
            places: (0..file).collect(),
            rows,
            next: inputs,
            columns: columns.into(),
            file,
            first_row: 0,
            number: 0,
            batch: Batch::new(),
            done: Summary::default(),
            summary: Summary::default(),
            bytes_done: 0,
            is_done: false,
        })
    }

    /// Finds the place of each column of the present input; those that are new stand behind the others.
    fn unite(&mut self) {
        let known = self.places.len();
        if self.rows.columns().len() == known {
            return;
        }
        let mut columns = self.columns.to_vec();
        let file = columns.get(self.file).cloned().unwrap_or_default();
        for name in self.rows.columns().iter().skip(known) {
            // Of equal names, the first is the first of those that are known, and so on.
            let is_free = |place: &usize| *place != self.file && !self.places.contains(place);
            let mut alike = (0..columns.len()).filter(|place| columns.get(*place) == Some(name));
            let place = alike.find(is_free);
            self.places.push(place.unwrap_or(columns.len()));
            if place.is_none() {
                let is_taken = *name == file;
                columns.push(if is_taken { own_name(&columns, name) } else { name.clone() });
            }
        }
        if columns.len() > self.columns.len() {
            self.columns = columns.into();
        }
    }

    /// Goes on to the next input; false if there is none.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.is_done {
            return Ok(false);
        }
        self.is_done = self.next.is_empty();
        let summary = self.rows.summary();
        self.first_row = self.first_row.saturating_add(summary.n_numbered());
        self.bytes_done = self.bytes_done.saturating_add(self.rows.bytes_read());
        self.done.append(self.rows.name(), summary);
        let Some(next) = self.next.pop_front() else { return Ok(false) };
        self.rows = next().map_err(|error| match error {
            crate::Error::Records(error) => error,
            other => Error::Source {
                position: Position::new(&self.name, 1, None),
                source: Box::new(other),
            },
        })?;
        self.number = self.number.saturating_add(1);
        self.places.clear();
        Ok(true)
    }

    /// Copies the rows of the present batch to where they belong.
    fn lay_out(&self, batch: &mut Batch) {
        let name: Arc<str> = self.rows.name().into();
        batch.begin(&name, &self.columns);
        batch.set_input_number(self.number);
        let mut fields = vec![None; self.columns.len()];
        for (column, place) in self.places.iter().enumerate() {
            if let Some(field) = fields.get_mut(*place) {
                *field = Some(column);
            }
        }
        for row in &self.batch {
            let mut builder = batch.push(self.first_row.saturating_add(row.row()), row.line());
            for (place, field) in fields.iter().enumerate() {
                match field {
                    Some(column) => builder.field(&row, *column),
                    None if place == self.file => builder.text(&name),
                    None => builder.missing(),
                };
            }
        }
    }
}

impl Rows for United {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn names_its_fields(&self) -> bool {
        // Later inputs may have other columns.
        true
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        let mut inner = std::mem::take(&mut self.batch);
        let more = loop {
            match self.rows.next_batch(&mut inner) {
                Ok(true) => break true,
                Ok(false) if self.advance()? => {}
                Ok(false) => break false,
                Err(error) => return Err(error),
            }
        };
        self.batch = inner;
        self.unite();
        if more {
            self.lay_out(batch);
        } else {
            batch.begin(&self.name.as_str().into(), &self.columns);
        }
        self.summary = self.done.clone();
        if more {
            self.summary.append(self.rows.name(), self.rows.summary());
        }
        Ok(more)
    }

    fn summary(&self) -> &Summary {
        &self.summary
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_done.saturating_add(self.rows.bytes_read())
    }
}
