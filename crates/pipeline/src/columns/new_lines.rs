use oddsift_records::Cell;

use super::{Columns, time_or_missing};
use crate::{NewLine, NewLines, ReasonForm};

/// A line that a model does not know, with its id and reasons as they are printed.
#[derive(Debug, Clone)]
pub struct PrintedNewLine<'n> {
    /// The line.
    pub line: NewLine<'n>,
    /// Its id.
    pub id: String,
    /// Its reasons.
    pub reasons: String,
    form: ReasonForm,
}

impl<'n> PrintedNewLine<'n> {
    /// Prints the id and the reasons of a line.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Model, PrintedNewLine, ReasonForm};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let model = Model::parse("model.json", json.as_bytes())?;
    /// let new = model.new_lines("model.json", path)?;
    /// let line = new.lines().next().unwrap();
    /// assert!(!PrintedNewLine::new(line, ReasonForm::Text).id.is_empty());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn new(line: NewLine<'n>, form: ReasonForm) -> Self {
        let reasons = match form {
            ReasonForm::Json => serde_json::json!(line.reasons).to_string(),
            ReasonForm::Text => line.reasons.join("; "),
        };
        Self { id: line.id.to_string(), line, reasons, form }
    }

    /// Returns the cell of a column of the input.
    ///
    /// ```
    /// # use oddsift_pipeline::{ClusterParams, Model, PrintedNewLine, ReasonForm};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// # let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// # let model = Model::parse("model.json", json.as_bytes())?;
    /// let new = model.new_lines("model.json", path)?;
    /// let line = PrintedNewLine::new(new.lines().next().unwrap(), ReasonForm::Text);
    /// assert!(!line.cell(1).to_string().is_empty());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        self.line.record.map_or(Cell::Missing, |record| record.value(column))
    }
}

impl NewLines<'_> {
    /// Returns the columns of lines: id, row, the input's, by a forest score and decision, by clusters the
    /// nearest one, count, times and reasons.
    ///
    /// ```
    /// # use oddsift_pipeline::{ClusterParams, Model};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// # let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// # let model = Model::parse("model.json", json.as_bytes())?;
    /// let new = model.new_lines("model.json", path)?;
    /// assert_eq!(new.columns().names()[..2], ["id", "row"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> Columns<'_, PrintedNewLine<'_>> {
        let layout = &self.layout;
        let own = |name: &str| layout.own_name(name);
        let mut columns = Columns::new()
            .with(own("id"), |it: &PrintedNewLine<'_>| Cell::Text(&it.id))
            .with(own("row"), |it| Cell::UInt(it.line.row));
        for place in layout.printed_columns(self.records()) {
            let Some(name) = layout.columns.get(place) else { continue };
            columns = columns.with(name, move |it: &PrintedNewLine<'_>| it.cell(place));
        }
        columns = if self.is_by_forest() {
            let number = |number: Option<f64>| number.map_or(Cell::Missing, Cell::Float);
            columns
                .with(own("score"), move |it: &PrintedNewLine<'_>| {
                    number(it.line.score.map(|score| score.0))
                })
                .with(own("decision"), move |it| number(it.line.score.map(|score| score.1)))
        } else {
            columns.with_nearest(own, |it: &PrintedNewLine<'_>| it.line.nearest)
        };
        columns
            .with(own("count"), |it| Cell::UInt(it.line.count))
            .with(own("first"), |it| time_or_missing(it.line.times.map(|times| times.0)))
            .with(own("last"), |it| time_or_missing(it.line.times.map(|times| times.1)))
            .with(own("reasons"), |it| match it.form {
                ReasonForm::Json => Cell::Json(&it.reasons),
                ReasonForm::Text => Cell::Text(&it.reasons),
            })
    }
}
