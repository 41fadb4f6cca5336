//! Isolation forests of rows that were collapsed to patterns.

use oddsift::features::Recipe;
use oddsift::iforest::{IsolationForestParams, MaxSamples};
use oddsift::outliers::{DrawnRows, OutlierDetector, OutlierModel};
use oddsift::patterns::PatternTable;

use crate::failure::Failure;
use crate::ingest::Ingested;

/// Fits a forest to the patterns of rows, by the samples that were drawn as they streamed by, or by
/// the pattern of each row.
pub(crate) fn fit_forest(
    max_samples: Option<MaxSamples>,
    params: IsolationForestParams,
    table: &PatternTable,
    ingested: &Ingested,
    recipe: Recipe,
) -> Result<OutlierModel, Failure> {
    let failed = |error: oddsift::outliers::Error| {
        Failure::data(format!("{}: {error}", ingested.reader.name()))
    };
    let detector = if let Some(drawn) = &ingested.drawn {
        OutlierDetector::params().forest(params).fit_patterns(table, drawn)
    } else {
        let params = of_rows(max_samples, params, table.n_rows());
        draw(&params, table, ingested)
            .and_then(|drawn| OutlierDetector::params().forest(params).fit_patterns(table, &drawn))
    };
    OutlierModel::new(recipe, detector.map_err(failed)?).map_err(failed)
}

/// The parameters with samples no larger than the rows, whose number is known.
fn of_rows(
    max_samples: Option<MaxSamples>,
    params: IsolationForestParams,
    n_rows: u64,
) -> IsolationForestParams {
    let n_rows = usize::try_from(n_rows).unwrap_or(usize::MAX);
    match max_samples {
        Some(MaxSamples::Fraction(share)) => {
            params.max_samples(MaxSamples::Count(part(share, n_rows)))
        }
        Some(MaxSamples::Count(count)) => params.max_samples(MaxSamples::Count(count.min(n_rows))),
        _ => params,
    }
}

/// A share of the rows, rounded down, but one at least.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and n_rows")]
fn part(share: f64, n_rows: usize) -> usize {
    ((share * n_rows as f64) as usize).max(1)
}

/// Draws the samples when the pattern of every row is known.
fn draw(
    params: &IsolationForestParams,
    table: &PatternTable,
    ingested: &Ingested,
) -> Result<DrawnRows, oddsift::outliers::Error> {
    // Rows that were left out do not count.
    let patterns: Vec<_> = ingested.row_patterns.iter().map(|(_, pattern)| pattern).collect();
    let ids: Vec<_> = table.ids().collect();
    let mut drawn = DrawnRows::new(params.draws()?);
    drawn.take(0..patterns.len() as u64, |row| {
        let pattern = patterns.get(usize::try_from(row).ok()?)?;
        ids.get(*pattern).copied()
    });
    Ok(drawn)
}
