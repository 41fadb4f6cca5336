//! The results of msticpy's `ts_anomalies_stl`, with what is wrong with them.

use crate::{Anomalies, score::moments};

/// Makes every column whole, scores the whole remainders, flags the high ones by the season's sign
/// and sorts by time.
pub(crate) fn truncate(mut found: Anomalies, threshold: f64) -> Anomalies {
    let missing = found.values.iter().any(|value| value.is_nan());
    for column in [
        &mut found.values,
        &mut found.residual,
        &mut found.trend,
        &mut found.seasonal,
        &mut found.weights,
        &mut found.baseline,
    ] {
        for value in column {
            *value = whole(*value);
        }
    }
    if missing {
        // One missing value makes statsmodels' whole decomposition NaN, except for the weights.
        for column in
            [&mut found.residual, &mut found.trend, &mut found.seasonal, &mut found.baseline]
        {
            column.fill(0.0);
        }
        found.weights.fill(1.0);
    }
    found.score = z_scores(&found.residual);
    let flag = |(&score, &seasonal): (&f64, &f64)| match seasonal {
        _ if score.is_nan() || score <= threshold => 0,
        seasonal if seasonal > 0.0 => 1,
        seasonal if seasonal < 0.0 => -1,
        _ => 0,
    };
    found.flags = found.score.iter().zip(&found.seasonal).map(flag).collect();
    sort(found)
}

/// Toward zero, a missing value being 0.
fn whole(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.trunc() + 0.0 }
}

/// Undefined where all are equal, as scipy's are.
fn z_scores(residual: &[f64]) -> Vec<f64> {
    let (mean, deviation) = moments(residual);
    if deviation == 0.0 {
        return vec![f64::NAN; residual.len()];
    }
    residual.iter().map(|x| (x - mean) / deviation).collect()
}

fn sort(mut found: Anomalies) -> Anomalies {
    if found.times.is_sorted() {
        return found;
    }
    let mut order: Vec<usize> = (0..found.times.len()).collect();
    order.sort_by_key(|&row| found.times[row]);
    found.times = order.iter().map(|&row| found.times[row]).collect();
    found.flags = order.iter().map(|&row| found.flags[row]).collect();
    for column in [
        &mut found.values,
        &mut found.residual,
        &mut found.trend,
        &mut found.seasonal,
        &mut found.weights,
        &mut found.baseline,
        &mut found.score,
    ] {
        *column = order.iter().map(|&row| column[row]).collect();
    }
    found
}
