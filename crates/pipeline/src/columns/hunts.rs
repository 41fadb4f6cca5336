use oddsift_hunt::{Hunt, Line, Placed};
use oddsift_records::Cell;
use serde_json::json;

use super::{Columns, time_or_missing};
use crate::{HuntColumns, Hunted, ReasonForm, own_name};

/// The names of our columns, which those of an input must not take.
const OURS: [&str; 12] = [
    "finding", "rank", "row", "count", "hosts", "users", "bits", "reasons", "template", "first",
    "last", "variants",
];

/// A line of a hunt with the text of its reasons and its template.
#[derive(Debug, Clone)]
pub struct PrintedLine<'a> {
    line: &'a Line,
    reasons: String,
    template: String,
    form: ReasonForm,
}

impl Hunted {
    /// Returns a line with what is printed beside it.
    ///
    /// ```
    /// use oddsift_pipeline::{HuntParams, ReasonForm};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = HuntParams::new().rank(path)?;
    /// let line = found.printed(&found.hunt.lines()[0], ReasonForm::Text);
    /// assert_eq!(found.line_columns().cells(&line)[1].to_string(), "1");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn printed<'a>(&self, line: &'a Line, form: ReasonForm) -> PrintedLine<'a> {
        let reasons = hunt_reasons(&self.hunt, line, form);
        PrintedLine { line, reasons, template: self.hunt.template(line), form }
    }

    /// Returns the columns of lines: place, counts, bits, reasons, what the line is, template and times.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// assert_eq!(found.line_columns().names()[..3], ["finding", "rank", "row"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn line_columns(&self) -> Columns<'_, PrintedLine<'_>> {
        let columns = Columns::new()
            .with("finding", |row: &PrintedLine<'_>| Cell::UInt(u64::from(row.line.finding)))
            .with("rank", |row| Cell::UInt(u64::from(row.line.rank)))
            .with("row", |row| Cell::UInt(row.line.row))
            .with("count", |row| Cell::UInt(row.line.count))
            .with("hosts", |row| Cell::UInt(row.line.hosts))
            .with("users", |row| Cell::UInt(row.line.users))
            .with("bits", |row| Cell::Float(row.line.bits))
            .with("reasons", |row| match row.form {
                ReasonForm::Json => Cell::Json(&row.reasons),
                ReasonForm::Text => Cell::Text(&row.reasons),
            });
        self.with_input_columns(columns)
            .with("template", |row| Cell::Text(&row.template))
            .with("first", |row| time_or_missing(row.line.times.map(|times| times.0)))
            .with("last", |row| time_or_missing(row.line.times.map(|times| times.1)))
            .with("variants", |row| Cell::UInt(row.line.variants))
    }

    /// Adds the roles that the input has, and the columns that are counted.
    fn with_input_columns<'c>(
        &'c self,
        mut columns: Columns<'c, PrintedLine<'c>>,
    ) -> Columns<'c, PrintedLine<'c>> {
        for role in HuntColumns::ROLES {
            if self.columns.is_of_processes() && !self.layout.roles.all(role).is_empty() {
                columns = columns.with(role.name(), move |row: &PrintedLine<'_>| {
                    self.text_of(role, row.line.row).map_or(Cell::Missing, Cell::Text)
                });
            }
        }
        for place in self.columns.places() {
            let Some(name) = self.layout.columns.get(place) else { continue };
            let name = own_name(&OURS.map(str::to_owned), name);
            columns = columns.with(name, move |row: &PrintedLine<'_>| {
                self.record(row.line.row).map_or(Cell::Missing, |record| record.value(place))
            });
        }
        columns
    }

    /// Returns the columns of [`places`](Self::places).
    ///
    /// ```
    /// let columns = oddsift_pipeline::Hunted::place_columns();
    /// assert_eq!(columns.names(), ["row", "finding", "rank", "bits"]);
    /// ```
    #[must_use]
    pub fn place_columns<'c>() -> Columns<'c, (u64, Placed)> {
        Columns::new()
            .with("row", |(row, _): &(u64, Placed)| Cell::UInt(*row))
            .with("finding", |(_, place)| Cell::UInt(u64::from(place.finding)))
            .with("rank", |(_, place)| Cell::UInt(u64::from(place.rank)))
            .with("bits", |(_, place)| Cell::Float(place.bits))
    }
}

/// Returns the reasons of a line as they are printed: a text, or a list of JSON.
///
/// ```
/// use oddsift_pipeline::{HuntParams, ReasonForm, hunt_reasons};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let hunt = HuntParams::new().rank(path)?.hunt;
/// assert!(hunt_reasons(&hunt, &hunt.lines()[0], ReasonForm::Text).starts_with("cmd.exe ran 28 times"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[must_use]
pub fn hunt_reasons(hunt: &Hunt, line: &Line, form: ReasonForm) -> String {
    let reasons = hunt.grouped_reasons(line);
    if form == ReasonForm::Json {
        let reason = |(bits, text): &(f64, String)| json!({ "bits": bits, "reason": text });
        let reasons: Vec<serde_json::Value> = reasons.iter().map(reason).collect();
        return serde_json::Value::from(reasons).to_string();
    }
    // What rounds to no bit tells nothing.
    let told = reasons.iter().filter(|(bits, _)| *bits >= 0.5);
    let texts: Vec<&str> = told.map(|(_, text)| text.as_str()).collect();
    texts.join("; ")
}
