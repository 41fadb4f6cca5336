use ndarray::Array2;
use oddsift_iforest::Precision;

use super::OutlierPlot;
use crate::{
    Error, Labels,
    figure::{At, Axis, Cloud, Layer, Panel, Role, Scale},
    shown::Shown,
    text::number,
};

/// Places to a side of a surface.
pub(super) const GRID: usize = 64;
/// The column of a cloud with the scores, if one feature is shown.
const SCORE: usize = 1;

impl OutlierPlot<'_> {
    /// A surface for each pair of features; of one feature the score.
    pub(super) fn panels(&self, shown: &Shown, clouds: &mut [Cloud]) -> Result<Vec<Panel>, Error> {
        let medians = self.medians();
        if let [feature] = shown.features[..] {
            let axis = shown.axis(0, self.labels.x);
            return Ok(vec![self.curve(feature, axis, &medians, clouds)?]);
        }
        let pairs = shown.pairs().into_iter();
        pairs.map(|pair| self.surface(shown, pair, &medians, clouds.len())).collect()
    }

    /// The surface over two features.
    fn surface(
        &self,
        shown: &Shown,
        (x, y): (usize, usize),
        medians: &[f64],
        n_clouds: usize,
    ) -> Result<Panel, Error> {
        let labels = if shown.features.len() <= 2 { self.labels } else { Labels::default() };
        let (x_axis, y_axis) = (shown.axis(x, labels.x), shown.axis(y, labels.y));
        let (xs, ys) = (x_axis.places(GRID), y_axis.places(GRID));
        let features = [shown.feature(x), shown.feature(y)];
        let places = ys.iter().flat_map(|y| xs.iter().map(move |x| [*x, *y]));
        let scores = self.scores(features, places, medians)?;
        let z = scores.into_iter().map(|score| score - self.forest.offset()).collect();
        let mut layers = vec![Layer::Surface { name: "how odd".to_owned(), x: xs, y: ys, z }];
        layers.extend((0..n_clouds).map(|cloud| Layer::Points { cloud, x, y }));
        Ok(Panel { title: String::new(), height: 1.0, x: x_axis, y: y_axis, layers })
    }

    /// The score over one feature, and where outliers begin.
    fn curve(
        &self,
        feature: usize,
        axis: Axis,
        medians: &[f64],
        clouds: &mut [Cloud],
    ) -> Result<Panel, Error> {
        let scores =
            |values: &[f64]| self.scores([feature], values.iter().map(|value| [*value]), medians);
        for cloud in &mut *clouds {
            let of_points = scores(cloud.columns.first().map_or(&[], Vec::as_slice))?;
            cloud.columns.push(of_points);
        }
        let xs = axis.places(GRID * 4);
        let y = scores(&xs)?;
        let y_label = self.labels.y.unwrap_or("score, lower is odder");
        let y_axis = Axis::new(y_label, Scale::Linear, (-1.0, 0.0));
        let line = Layer::Line { name: "score".to_owned(), role: Role::Expected, x: xs, y };
        let border = self.forest.offset();
        let text = format!("outliers below {}", number(border));
        let rule = Layer::Rule { text, role: Role::Marked, at: At::Y(border) };
        let points = (0..clouds.len()).map(|cloud| Layer::Points { cloud, x: 0, y: SCORE });
        let layers = [line, rule].into_iter().chain(points).collect();
        Ok(Panel { title: String::new(), height: 1.0, x: axis, y: y_axis, layers })
    }

    /// Scores of places of some features, the others held.
    fn scores<const N: usize>(
        &self,
        features: [usize; N],
        places: impl Iterator<Item = [f64; N]>,
        held: &[f64],
    ) -> Result<Vec<f64>, Error> {
        // An axis goes on where a forest of single precision has no numbers.
        let is_single = self.forest.precision() == Precision::F32;
        let most = if is_single { f64::from(f32::MAX) } else { f64::MAX };
        let (mut rows, mut row, mut n_rows) = (Vec::new(), held.to_vec(), 0);
        for place in places {
            for (feature, value) in features.iter().zip(place) {
                if let Some(slot) = row.get_mut(*feature) {
                    *slot = value.clamp(-most, most);
                }
            }
            rows.extend_from_slice(&row);
            n_rows += 1;
        }
        let grid = Array2::from_shape_vec((n_rows, held.len()), rows).unwrap_or_default();
        Ok(self.forest.score_samples(&grid)?)
    }
}
