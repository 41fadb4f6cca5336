use ndarray::ArrayView2;

use super::OutlierPlot;
use crate::{
    figure::{Cloud, Role},
    shown::Shown,
    text::{clean, number},
    thin::thin,
};

/// Rows of a kind that are drawn at most.
const MOST_USUAL: usize = 3000;
const MOST_ODD: usize = 2000;
/// Words beside outliers.
const MOST_LABELS: usize = 12;
/// Features whose values are told of an outlier.
const MOST_TOLD: usize = 8;
/// Diameters in pixels.
const USUAL_SIZE: f64 = 4.0;
const ODD_SIZE: f64 = 9.0;

/// The rows that are drawn.
pub(super) struct Points {
    /// Usual rows and outliers, as far as they are there.
    pub(super) clouds: Vec<Cloud>,
    pub(super) n_usual: usize,
    pub(super) n_odd: usize,
}

impl OutlierPlot<'_> {
    pub(super) fn points(&self, shown: &Shown) -> Points {
        let mut points = Points { clouds: Vec::new(), n_usual: 0, n_odd: 0 };
        if let Some(rows) = self.usual.filter(|x| x.nrows() > 0) {
            let mut kept: Vec<usize> = (0..rows.nrows()).collect();
            thin(&mut kept, MOST_USUAL, &shown.axes, |row, nth| {
                value(&rows, *row, shown.feature(nth))
            });
            points.n_usual = kept.len();
            let usual =
                cloud("rows of the training", Role::Common, &rows, &kept, USUAL_SIZE, shown);
            points.clouds.push(usual);
        }
        if let Some(rows) = self.odd.filter(|x| x.nrows() > 0) {
            let kept: Vec<usize> = (0..rows.nrows().min(MOST_ODD)).collect();
            let name = if self.is_selection { "the oddest" } else { "outliers" };
            let mut odd = cloud(name, Role::Odd, &rows, &kept, ODD_SIZE, shown);
            let words = self.texts.iter().take(MOST_ODD).enumerate();
            odd.labels = words
                .filter(|(_, text)| !text.is_empty())
                .map(|(row, text)| (row, clean(text.lines().next().unwrap_or(""), 30)))
                .take(MOST_LABELS)
                .collect();
            odd.texts = kept.iter().map(|row| self.text(&rows, *row)).collect();
            points.n_odd = kept.len();
            points.clouds.push(odd);
        }
        points
    }

    fn text(&self, rows: &ArrayView2<'_, f64>, row: usize) -> String {
        let given = self.texts.get(row).map_or("", String::as_str);
        let mut lines: Vec<String> = given.lines().map(|line| clean(line, 160)).collect();
        let values = self.names.iter().zip(rows.row(row)).take(MOST_TOLD);
        lines.extend(values.map(|(name, value)| format!("{} {}", clean(name, 40), number(*value))));
        lines.join("\n")
    }
}

fn cloud(
    name: &str,
    role: Role,
    rows: &ArrayView2<'_, f64>,
    kept: &[usize],
    size: f64,
    shown: &Shown,
) -> Cloud {
    let column =
        |nth: usize| kept.iter().map(|row| value(rows, *row, shown.feature(nth))).collect();
    Cloud {
        name: name.to_owned(),
        role,
        columns: (0..shown.features.len()).map(column).collect(),
        sizes: vec![size; kept.len()],
        texts: Vec::new(),
        labels: Vec::new(),
        details: Vec::new(),
    }
}

fn value(rows: &ArrayView2<'_, f64>, row: usize, feature: usize) -> f64 {
    rows.get((row, feature)).copied().unwrap_or(0.0)
}
