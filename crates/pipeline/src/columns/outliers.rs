use oddsift_outliers::{Evidence, OutlierModel, Reason};
use oddsift_records::Cell;
use serde_json::json;

use super::{Columns, time_or_missing};
use crate::{OutlierRow, Outliers, ReasonForm};

/// An outlier with its reasons as they are printed.
#[derive(Debug, Clone)]
pub struct PrintedOutlier<'o> {
    /// The outlier.
    pub row: OutlierRow<'o>,
    reasons: String,
    form: ReasonForm,
}

impl<'o> PrintedOutlier<'o> {
    /// Prints the reasons that `model` has for an outlier.
    ///
    /// ```
    /// use oddsift_pipeline::{OutlierParams, PrintedOutlier, ReasonForm};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = OutlierParams::new().top(1).find(path)?;
    /// for row in found.rows() {
    ///     let printed = PrintedOutlier::new(row?, &found.fitted.model, ReasonForm::Text);
    ///     assert_eq!(printed.row.values.len(), 4);
    /// }
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn new(row: OutlierRow<'o>, model: &OutlierModel, form: ReasonForm) -> Self {
        let reasons = match form {
            ReasonForm::Text => row.reason_text.clone(),
            ReasonForm::Json => {
                let names = model.names();
                let of_row = |(reason, text): (&Reason, &String)| fields(reason, text, &names);
                let list: Vec<_> = row.evidence.iter().zip(&row.reasons).map(of_row).collect();
                serde_json::Value::from(list).to_string()
            }
        };
        Self { row, reasons, form }
    }

    /// Returns the cell of a column of the input.
    ///
    /// ```
    /// # use oddsift_pipeline::{OutlierParams, PrintedOutlier, ReasonForm};
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = OutlierParams::new().top(1).find(path)?;
    /// for row in found.rows() {
    ///     let printed = PrintedOutlier::new(row?, &found.fitted.model, ReasonForm::Text);
    ///     assert!(!printed.cell(1).to_string().is_empty());
    /// }
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        self.row.record.map_or(Cell::Missing, |record| record.value(column))
    }
}

/// A reason as fields.
fn fields(reason: &Reason, text: &str, names: &[String]) -> serde_json::Value {
    let name = |feature: usize| names.get(feature).map_or("", String::as_str);
    let where_it_is = match reason.evidence {
        Evidence::Above { bound, .. } => json!({ "above": bound }),
        Evidence::Below { bound, .. } => json!({ "below": bound }),
        Evidence::Between { low, high, .. } => json!({ "above": low, "below": high }),
        Evidence::With { feature, value, .. } => {
            json!({ "with": name(feature), "with_value": value })
        }
        _ => json!({}),
    };
    let mut fields = json!({
        "reason": text,
        "feature": name(reason.feature),
        "value": reason.value,
        "rows": reason.evidence.rows(),
        "of_rows": reason.n_rows,
    });
    if let (Some(fields), Some(more)) = (fields.as_object_mut(), where_it_is.as_object()) {
        fields.extend(more.clone());
    }
    fields
}

impl Outliers {
    /// Returns the columns of outliers: row, the input's, score and decision, count and times where rows are
    /// folded, reasons.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().top(4).find(path)?;
    /// assert_eq!(found.columns().names().last().map(String::as_str), Some("reasons"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> Columns<'_, PrintedOutlier<'_>> {
        let own = |name: &str| self.layout.own_name(name);
        let mut columns =
            Columns::new().with(own("row"), |it: &PrintedOutlier<'_>| Cell::UInt(it.row.row));
        for place in self.layout.printed_columns(self.records()) {
            let Some(name) = self.layout.columns.get(place) else { continue };
            columns = columns.with(name, move |it: &PrintedOutlier<'_>| it.cell(place));
        }
        columns = columns
            .with(own("score"), |it| Cell::Float(it.row.score))
            .with(own("decision"), |it| Cell::Float(it.row.decision));
        if self.n_patterns().is_some() {
            columns = columns
                .with(own("count"), |it| Cell::UInt(it.row.count))
                .with(own("first"), |it| time_or_missing(it.row.times.map(|times| times.0)))
                .with(own("last"), |it| time_or_missing(it.row.times.map(|times| times.1)));
        }
        columns.with(own("reasons"), |it| match it.form {
            ReasonForm::Json => Cell::Json(&it.reasons),
            ReasonForm::Text => Cell::Text(&it.reasons),
        })
    }
}
