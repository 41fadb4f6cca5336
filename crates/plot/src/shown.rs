use crate::{
    Labels,
    figure::{Axis, Scale},
    labels::axis_label,
};

/// The features that axes show.
pub(crate) struct Shown {
    /// By their places among all; columns of clouds are in the same order.
    pub(crate) features: Vec<usize>,
    /// One for each.
    pub(crate) axes: Vec<Axis>,
}

impl Shown {
    /// Axes that hold the values of each feature, with the labels if there is one pair.
    pub(crate) fn new<V: Iterator<Item = f64>>(
        features: Vec<usize>,
        names: &[&str],
        labels: Labels<'_>,
        values: impl Fn(usize) -> V,
    ) -> Self {
        let labels = if features.len() <= 2 { [labels.x, labels.y] } else { [None; 2] };
        let labels = labels.into_iter().chain(std::iter::repeat(None));
        let of_feature = |(feature, label): (&usize, Option<&str>)| {
            let name = names.get(*feature).copied().unwrap_or("feature");
            Axis::of_values(label.unwrap_or(&axis_label(name)), values(*feature))
        };
        let axes = features.iter().zip(labels).map(of_feature).collect();
        Self { features, axes }
    }

    pub(crate) fn feature(&self, nth: usize) -> usize {
        self.features.get(nth).copied().unwrap_or(0)
    }

    pub(crate) fn axis(&self, nth: usize) -> Axis {
        let none = || Axis::new("", Scale::Linear, (0.0, 1.0));
        self.axes.get(nth).cloned().unwrap_or_else(none)
    }

    /// The places of two features each, as numbers of axes.
    pub(crate) fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.features.len();
        (0..n).flat_map(|x| (x + 1..n).map(move |y| (x, y))).collect()
    }
}
