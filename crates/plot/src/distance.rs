use oddsift_dbscan::KDistances;

use crate::{
    Figure, Labels,
    figure::{At, Axis, Layer, Panel, Role, Scale, View},
    text::{clean, count, number, rounded},
};

/// The distances to the k-th neighbour, the smallest first, with the proposed `eps`.
///
/// Where the curve bends upwards, what follows is far from others: the knee is a good `eps` (Ester et
/// al., KDD-96, section 4.2). Cost is linear in the distinct distances.
///
/// ```
/// use oddsift_plot::DistancePlot;
///
/// let svg = DistancePlot::of_curve(&[(0.1, 90.0), (0.2, 8.0), (3.0, 2.0)]).eps(Some(0.2)).figure().to_svg();
/// assert!(svg.contains("eps 0.2"));
/// ```
#[derive(Debug, Clone)]
pub struct DistancePlot<'a> {
    curve: &'a [(f64, f64)],
    eps: Option<f64>,
    is_proposed: bool,
    labels: Labels<'a>,
}

impl<'a> DistancePlot<'a> {
    /// Of measured distances, with the proposal that they give.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let x = ndarray::array![[0.0], [0.1], [0.2], [5.0]];
    /// let distances = Dbscan::params().min_samples(2).k_distances(&x, None)?;
    /// assert_eq!(DistancePlot::new(&distances).figure().title(), "Distances to the neighbours");
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn new(distances: &'a KDistances) -> Self {
        let eps = distances.propose_eps();
        Self { eps, is_proposed: true, ..Self::of_curve(distances.curve()) }
    }

    /// Of distances in ascending order, each with the weight of the rows that have it.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let figure = DistancePlot::of_curve(&[(0.5, 3.0), (2.0, 1.0)]).figure();
    /// assert!(figure.to_svg().contains("4 rows"));
    /// ```
    pub fn of_curve(curve: &'a [(f64, f64)]) -> Self {
        Self { curve, eps: None, is_proposed: false, labels: Labels::default() }
    }

    /// Marks a distance as `eps`, instead of the one that is proposed.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let svg = DistancePlot::of_curve(&[(0.5, 3.0), (2.0, 1.0)]).eps(Some(0.5)).figure().to_svg();
    /// assert!(svg.contains(">eps 0.5</text>") && svg.contains(">1 beyond</text>"));
    /// ```
    #[must_use]
    pub fn eps(mut self, eps: Option<f64>) -> Self {
        self.eps = eps;
        self.is_proposed = false;
        self
    }

    /// Sets title and labels of the axes.
    ///
    /// ```
    /// # use oddsift_plot::{DistancePlot, Labels};
    /// let labels = Labels { x: Some("events"), y: Some("how far"), ..Labels::default() };
    /// let svg = DistancePlot::of_curve(&[(0.5, 1.0)]).labels(labels).figure().to_svg();
    /// assert!(svg.contains(">events</text>") && svg.contains(">how far</text>"));
    /// ```
    #[must_use]
    pub fn labels(mut self, labels: Labels<'a>) -> Self {
        self.labels = labels;
        self
    }

    /// What is to be drawn.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let figure = DistancePlot::of_curve(&[(0.5, 1.0)]).figure();
    /// assert_eq!(figure.title(), "Distances to the neighbours");
    /// ```
    pub fn figure(&self) -> Figure {
        let distances = self.curve.iter().map(|(distance, _)| *distance);
        let y_label = self.labels.y.unwrap_or("distance");
        let mut y_axis = Axis::of_values(y_label, distances.clone().filter(|it| *it > 0.0));
        let n_zero: f64 = self.curve.iter().filter(|it| it.0 <= 0.0).map(|it| it.1).sum();
        if y_axis.scale == Scale::Linear {
            y_axis = Axis::linear(y_label, distances.chain([0.0]));
        }
        let n_rows: f64 = self.curve.iter().map(|(_, weight)| weight).sum();
        let mut layers = vec![self.line(y_axis.scale)];
        if let Some(eps) = self.eps {
            let beyond = self.curve.iter().filter(|(distance, _)| *distance > eps);
            let n_beyond: f64 = beyond.map(|(_, weight)| weight).sum();
            let rule = |text, at| Layer::Rule { text, role: Role::Marked, at };
            layers.push(rule(format!("eps {}", number(eps)), At::Y(eps)));
            layers.push(rule(
                format!("{} beyond", count(rounded(n_beyond))),
                At::X(n_rows - n_beyond),
            ));
        }
        let mut facts = vec![format!("{} rows", count(rounded(n_rows)))];
        if n_zero > 0.0 {
            facts.push(format!("{} at distance 0", count(rounded(n_zero))));
        }
        facts.push(match self.eps {
            Some(eps) if self.is_proposed => format!("the knee proposes eps {}", number(eps)),
            Some(eps) => format!("eps {}", number(eps)),
            None if self.is_proposed => "no knee that proposes an eps".to_owned(),
            None => String::new(),
        });
        facts.retain(|fact| !fact.is_empty());
        let x_label = self.labels.x.unwrap_or("rows, the nearest to a neighbour first");
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: Axis::new(x_label, Scale::Linear, (0.0, n_rows.max(1.0))),
            y: y_axis,
            layers,
        };
        let title = clean(self.labels.title.unwrap_or("Distances to the neighbours"), 120);
        let view = View { name: String::new(), n_columns: 1, panels: vec![panel] };
        Figure::of_view(title, facts.join("; "), Vec::new(), view)
    }

    /// The curve, on a logarithmic scale without the rows that have no place there.
    fn line(&self, scale: Scale) -> Layer {
        let (mut x, mut y, mut rank) = (Vec::new(), Vec::new(), 0.0);
        for (distance, weight) in self.curve {
            if scale == Scale::Linear || *distance > 0.0 {
                if x.is_empty() {
                    // The first distance holds from its first row on.
                    x.push(rank);
                    y.push(*distance);
                }
                x.push(rank + weight);
                y.push(*distance);
            }
            rank += weight;
        }
        Layer::Line { name: "distance".to_owned(), role: Role::Observed, x, y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(figure: &Figure) -> (&[f64], &[f64]) {
        match &figure.views[0].panels[0].layers[0] {
            Layer::Line { x, y, .. } => (x, y),
            layer => panic!("{layer:?}"),
        }
    }

    #[test]
    fn rows_at_distance_zero_are_seen_or_told() {
        let figure = DistancePlot::of_curve(&[(0.0, 5.0), (2.0, 1.0), (3.0, 2.0)]).figure();
        assert_eq!(line(&figure), (&[0.0, 5.0, 6.0, 8.0][..], &[0.0, 0.0, 2.0, 3.0][..]));
        assert!(figure.views[0].panels[0].y.range.0 <= 0.0);
        assert_eq!(figure.facts, "8 rows; 5 at distance 0");
        let figure = DistancePlot::of_curve(&[(0.0, 5.0), (0.01, 1.0), (3.0, 2.0)]).figure();
        assert_eq!(figure.views[0].panels[0].y.scale, Scale::Log);
        assert_eq!(line(&figure), (&[5.0, 6.0, 8.0][..], &[0.01, 0.01, 3.0][..]));
        assert_eq!(figure.facts, "8 rows; 5 at distance 0");
    }

    #[test]
    fn only_what_was_proposed_is_a_proposal() {
        let figure = DistancePlot::of_curve(&[(0.5, 3.0), (2.0, 1.0)]).eps(Some(0.5)).figure();
        assert_eq!(figure.facts, "4 rows; eps 0.5");
    }
}
