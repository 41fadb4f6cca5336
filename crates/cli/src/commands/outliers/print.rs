//! What `outliers` prints of the rows it found: themselves, the oddest first, and why.

use ndarray::ArrayView2;
use oddsift::features::{Roles, process_name};
use oddsift::outliers::{OutlierModel, Reason};
use oddsift::records::{Cell, Record, RowStore, StoredRow};

use crate::args::OutliersArgs;
use crate::cells::{input_cell, text_cell};
use crate::commands::{TABLE_ROWS, own_name, say_left_out};
use crate::failure::Failure;
use crate::output::Destination;
use crate::scoring::{Find, Finds};
use crate::table::{TextCell, TextTable};

/// What was found, and what is needed to print it.
pub(super) struct Shown<'a> {
    pub(super) columns: Vec<String>,
    pub(super) roles: Roles,
    /// The column of the path and what separates its parts.
    pub(super) process: Option<(usize, &'static str)>,
    pub(super) finds: &'a Finds,
}

/// Rows whose reasons are computed in one go.
const BLOCK: usize = 4096;

pub(super) fn print_outliers(
    args: &OutliersArgs,
    model: &OutlierModel,
    shown: &Shown<'_>,
    destination: Destination,
) -> Result<(), Failure> {
    let finds = &shown.finds.rows;
    if destination.is_table() {
        let mut table = TextTable::new(shown.header());
        let first = finds.get(..TABLE_ROWS).unwrap_or(finds);
        for (find, reasons) in first.iter().zip(&reasons(model, first, args.explain)?) {
            table.push(false, shown.table_cells(find, reasons));
        }
        let left_out = destination.table(&table)?;
        say_left_out(&args.output, &left_out, (finds.len() - first.len()) as u64);
        return Ok(());
    }
    let mut columns = vec![own_name(&shown.columns, "row")];
    columns.extend(shown.columns.iter().cloned());
    columns.extend(["score", "decision", "reasons"].map(|name| own_name(&shown.columns, name)));
    let mut writer = destination.rows(&columns)?;
    for block in finds.chunks(BLOCK) {
        for (find, reasons) in block.iter().zip(&reasons(model, block, args.explain)?) {
            let record = shown.record(find);
            let mut cells = vec![Cell::UInt(find.scored.row)];
            cells.extend((0..shown.columns.len()).map(|column| cell(record, column)));
            cells.extend([Cell::Float(find.scored.score), Cell::Float(find.scored.decision)]);
            cells.push(Cell::Text(reasons));
            writer.write_row(&cells)?;
        }
    }
    writer.finish()?.finish()
}

/// Why each row is odd, in words.
pub(super) fn reasons(
    model: &OutlierModel,
    finds: &[Find],
    n: usize,
) -> Result<Vec<String>, Failure> {
    let names = model.recipe().names();
    let text = |reason: &Reason| reason.text(names.get(reason.feature).map_or("", String::as_str));
    let vectors: Vec<f64> = finds.iter().flat_map(|find| &find.vector).copied().collect();
    let x = ArrayView2::from_shape((finds.len(), names.len()), &vectors);
    let reasons = model.detector().reasons(&x.map_err(Failure::data)?, n);
    let reasons = reasons.map_err(Failure::data)?;
    let join = |reasons: &Vec<Reason>| reasons.iter().map(text).collect::<Vec<_>>().join("; ");
    Ok(reasons.iter().map(join).collect())
}

fn cell(record: Option<StoredRow<'_>>, column: usize) -> Cell<'_> {
    record.map_or(Cell::Missing, |row| input_cell(row.text(column), row.kind(column)))
}

impl Shown<'_> {
    fn store(&self) -> &RowStore {
        &self.finds.store
    }

    fn record(&self, find: &Find) -> Option<StoredRow<'_>> {
        self.store().get(find.scored.row)
    }

    /// The columns of a table for people, most important first: of process events time, process and
    /// command line, of others all but those without a name, which mostly number the rows.
    fn table_columns(&self) -> Vec<usize> {
        let Roles { path, command_line, time, .. } = self.roles;
        let known: Vec<usize> = [command_line, time].into_iter().flatten().collect();
        let others = (0..self.columns.len())
            .filter(|column| !known.contains(column) && Some(*column) != path)
            .filter(|column| self.columns.get(*column).is_some_and(|name| !name.is_empty()));
        known.iter().copied().chain(others).collect()
    }

    fn header(&self) -> Vec<String> {
        let mut header = vec!["Row".to_owned(), "Score".to_owned()];
        header.push("Reasons".to_owned());
        header.extend(self.process.map(|_| "Process".to_owned()));
        let name = |column| self.columns.get(column).cloned().unwrap_or_default();
        header.extend(self.table_columns().into_iter().map(name));
        header
    }

    fn table_cells(&self, find: &Find, reasons: &str) -> Vec<TextCell> {
        let record = self.record(find);
        let mut cells = vec![
            TextCell::number(&find.scored.row),
            TextCell::number(&format!("{:.3}", find.scored.score)),
        ];
        cells.push(TextCell::text(reasons));
        cells.extend(self.process.map(|(column, separator)| {
            let path = record.and_then(|record| record.text(column)).unwrap_or("");
            TextCell::text(process_name(path, separator))
        }));
        cells
            .extend(self.table_columns().into_iter().map(|column| text_cell(cell(record, column))));
        cells
    }
}
