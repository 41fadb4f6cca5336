use oddsift_dbscan::KDistances;

use crate::{
    Figure, Labels,
    figure::{At, Axis, Layer, Panel, Role, Scale, View},
    text::{clean, number},
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
        Self::of_curve(distances.curve()).eps(distances.propose_eps())
    }

    /// Of distances in ascending order, each with the weight of the rows that have it.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let figure = DistancePlot::of_curve(&[(0.5, 3.0), (2.0, 1.0)]).figure();
    /// assert!(figure.to_svg().contains("no knee"));
    /// ```
    pub fn of_curve(curve: &'a [(f64, f64)]) -> Self {
        Self { curve, eps: None, labels: Labels::default() }
    }

    /// Marks a distance as `eps`.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let svg = DistancePlot::of_curve(&[(0.5, 3.0), (2.0, 1.0)]).eps(Some(0.5)).figure().to_svg();
    /// assert!(svg.contains(">eps 0.5</text>") && svg.contains(">1 beyond</text>"));
    /// ```
    #[must_use]
    pub fn eps(mut self, eps: Option<f64>) -> Self {
        self.eps = eps;
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
        let (mut x, mut y, mut rank) = (vec![0.0], Vec::new(), 0.0);
        for (distance, weight) in self.curve {
            rank += weight;
            x.push(rank);
            y.push(*distance);
        }
        // The first distance holds from the first row on.
        y.insert(0, y.first().copied().unwrap_or(0.0));
        let n_rows = rank;
        let mut layers = vec![Layer::Line {
            name: "distance".to_owned(),
            role: Role::Observed,
            x,
            y: y.clone(),
        }];
        if let Some(eps) = self.eps {
            let beyond = self.curve.iter().filter(|(distance, _)| *distance > eps);
            let n_beyond: f64 = beyond.map(|(_, weight)| weight).sum();
            let rule = |text, at| Layer::Rule { text, role: Role::Marked, at };
            layers.push(rule(format!("eps {}", number(eps)), At::Y(eps)));
            layers.push(rule(format!("{} beyond", number(n_beyond)), At::X(n_rows - n_beyond)));
        }
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: Axis::new(
                self.labels.x.unwrap_or("rows, the nearest to a neighbour first"),
                Scale::Linear,
                (0.0, n_rows.max(1.0)),
            ),
            y: Axis::of_values(
                self.labels.y.unwrap_or("distance"),
                y.iter().copied().filter(|distance| *distance > 0.0),
            ),
            layers,
        };
        let title = clean(self.labels.title.unwrap_or("Distances to the neighbours"), 120);
        let facts = match self.eps {
            Some(eps) => format!("the knee proposes eps {}", number(eps)),
            None => "no knee that proposes an eps".to_owned(),
        };
        let view = View { name: String::new(), n_columns: 1, panels: vec![panel] };
        Figure::of_view(title, facts, Vec::new(), view)
    }
}
