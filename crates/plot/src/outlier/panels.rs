use ndarray::Array2;

use super::OutlierPlot;
use crate::{
    Error,
    figure::{At, Axis, Cloud, Layer, Panel, Role, Scale},
    text::number,
};

/// Places to a side of a surface.
pub(super) const GRID: usize = 64;
/// The column of a cloud with the scores, if the forest has one feature.
const SCORE: usize = 1;

impl OutlierPlot<'_> {
    /// The surface over two features.
    pub(super) fn surface(
        &self,
        (x, y): (usize, usize),
        medians: &[f64],
        clouds: &[Cloud],
    ) -> Result<Panel, Error> {
        let axes = (self.axis(x, self.labels.x, clouds), self.axis(y, self.labels.y, clouds));
        let (xs, ys) = (axes.0.places(GRID), axes.1.places(GRID));
        let mut grid = Array2::zeros((xs.len() * ys.len(), medians.len()));
        for (mut row, (y_value, x_value)) in
            grid.rows_mut().into_iter().zip(ys.iter().flat_map(|y| xs.iter().map(move |x| (y, x))))
        {
            row.iter_mut().zip(medians).for_each(|(value, median)| *value = *median);
            for (feature, value) in [(x, x_value), (y, y_value)] {
                if let Some(slot) = row.get_mut(feature) {
                    *slot = *value;
                }
            }
        }
        let z = self.forest.score_samples(&grid)?.into_iter().map(|score| score - self.border);
        let name = "how odd".to_owned();
        let mut layers = vec![Layer::Surface { name, x: xs, y: ys, z: z.collect() }];
        layers.extend((0..clouds.len()).map(|cloud| Layer::Points { cloud, x, y }));
        Ok(Panel { title: String::new(), height: 1.0, x: axes.0, y: axes.1, layers })
    }

    /// The score over one feature, and where outliers begin.
    pub(super) fn curve(&self, feature: usize, clouds: &mut [Cloud]) -> Result<Panel, Error> {
        for cloud in &mut *clouds {
            let values = cloud.columns.first().cloned().unwrap_or_default();
            let x = Array2::from_shape_fn((values.len(), 1), |(row, _)| value_at(&values, row));
            cloud.columns.push(self.forest.score_samples(&x)?);
        }
        let axis = self.axis(feature, self.labels.x, clouds);
        let xs = axis.places(GRID * 4);
        let grid = Array2::from_shape_fn((xs.len(), 1), |(row, _)| value_at(&xs, row));
        let scores = self.forest.score_samples(&grid)?;
        let y_label = self.labels.y.unwrap_or("score, lower is odder");
        let y = Axis::new(y_label, Scale::Linear, (-1.0, 0.0));
        let line = Layer::Line { name: "score".to_owned(), role: Role::Expected, x: xs, y: scores };
        let text = format!("outliers below {}", number(self.border));
        let rule = Layer::Rule { text, role: Role::Marked, at: At::Y(self.border) };
        let points = (0..clouds.len()).map(|cloud| Layer::Points { cloud, x: feature, y: SCORE });
        let layers = [line, rule].into_iter().chain(points).collect();
        Ok(Panel { title: String::new(), height: 1.0, x: axis, y, layers })
    }
}

fn value_at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}
