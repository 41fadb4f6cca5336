//! Columns as data: one list for all forms of a result.

use oddsift::{pipeline, records::Cell};

use crate::args::OutputArgs;
use crate::cells::text_cell;
use crate::failure::Failure;
use crate::output::{Destination, TABLE_ROWS};
use crate::table::{TextCell, TextTable};

type MakeText<'c, R> = Box<dyn Fn(&R) -> TextCell + 'c>;

/// A column of a result: its name, and how its cell is made of a row.
struct Column<'c, R> {
    name: String,
    make: Make<'c, R>,
}

enum Make<'c, R> {
    /// In files: CSV, NDJSON, JSON, Markdown.
    File(pipeline::MakeCell<'c, R>),
    /// In tables for people.
    Table(MakeText<'c, R>),
    /// In both.
    Both(pipeline::MakeCell<'c, R>),
}

/// The columns of a result, in their order; in a table the most important first.
pub(crate) struct Columns<'c, R> {
    columns: Vec<Column<'c, R>>,
    stands_out: fn(&R) -> bool,
}

impl<'c, R> Columns<'c, R> {
    pub(crate) fn new() -> Self {
        Self { columns: Vec::new(), stands_out: |_| false }
    }

    /// Rows that are shown bold in a table.
    pub(crate) fn stands_out(mut self, stands_out: fn(&R) -> bool) -> Self {
        self.stands_out = stands_out;
        self
    }

    fn add(mut self, name: impl Into<String>, make: Make<'c, R>) -> Self {
        self.columns.push(Column { name: name.into(), make });
        self
    }

    /// Adds a column of files.
    pub(crate) fn file(
        self,
        name: impl Into<String>,
        cell: impl for<'r> Fn(&'r R) -> Cell<'r> + 'c,
    ) -> Self {
        self.add(name, Make::File(Box::new(cell)))
    }

    /// Adds the columns that the pipeline has for a result to those of files; those that `is_shown` names are
    /// columns of tables, too.
    pub(crate) fn files(
        mut self,
        columns: pipeline::Columns<'c, R>,
        is_shown: impl Fn(&str) -> bool,
    ) -> Self {
        for (name, cell) in columns {
            let make = if is_shown(&name) { Make::Both(cell) } else { Make::File(cell) };
            self = self.add(name, make);
        }
        self
    }

    /// Adds a column of tables.
    pub(crate) fn table(self, name: impl Into<String>, text: impl Fn(&R) -> TextCell + 'c) -> Self {
        self.add(name, Make::Table(Box::new(text)))
    }

    /// Adds a column of both.
    pub(crate) fn both(
        self,
        name: impl Into<String>,
        cell: impl for<'r> Fn(&'r R) -> Cell<'r> + 'c,
    ) -> Self {
        self.add(name, Make::Both(Box::new(cell)))
    }

    /// Prints `n_rows` rows for programs, or the first ones as a table. What a table has no room for is
    /// said.
    pub(crate) fn print(
        &self,
        args: &OutputArgs,
        destination: Destination,
        n_rows: usize,
        rows: impl IntoIterator<Item = Result<R, Failure>>,
    ) -> Result<(), Failure> {
        if destination.is_table() {
            return self.print_table(args, destination, n_rows, rows);
        }
        let columns: Vec<_> = self.columns.iter().filter_map(Column::in_files).collect();
        let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut writer = destination.rows(&names)?;
        for row in rows {
            let row = row?;
            let cells: Vec<Cell<'_>> = columns.iter().map(|(_, cell)| cell(&row)).collect();
            writer.write_row(&cells)?;
        }
        writer.finish()?.finish()
    }

    fn print_table(
        &self,
        args: &OutputArgs,
        destination: Destination,
        n_rows: usize,
        rows: impl IntoIterator<Item = Result<R, Failure>>,
    ) -> Result<(), Failure> {
        let columns: Vec<_> = self.columns.iter().filter(|column| column.is_in_tables()).collect();
        let mut table = TextTable::new(columns.iter().map(|column| column.name.clone()));
        for row in rows.into_iter().take(TABLE_ROWS) {
            let row = row?;
            let cells = columns.iter().map(|column| column.text(&row)).collect();
            table.push((self.stands_out)(&row), cells);
        }
        destination.table(args, &table, n_rows.saturating_sub(table.len()) as u64)
    }
}

impl<'c, R> Column<'c, R> {
    fn in_files(&self) -> Option<(&str, &pipeline::MakeCell<'c, R>)> {
        match &self.make {
            Make::File(cell) | Make::Both(cell) => Some((&self.name, cell)),
            Make::Table(_) => None,
        }
    }

    fn is_in_tables(&self) -> bool {
        !matches!(self.make, Make::File(_))
    }

    fn text(&self, row: &R) -> TextCell {
        match &self.make {
            Make::Table(text) => text(row),
            Make::File(cell) | Make::Both(cell) => text_cell(cell(row)),
        }
    }
}
