use crate::{
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

/// Two features that were asked for, of so many; one where both are the same.
pub(crate) fn asked((x, y): (usize, usize), n_features: usize) -> Vec<usize> {
    let last = n_features.saturating_sub(1);
    let mut features = vec![x.min(last), y.min(last)];
    features.dedup();
    features
}

impl Shown {
    /// Axes that hold the values of each feature.
    pub(crate) fn new<V: Iterator<Item = f64>>(
        features: Vec<usize>,
        names: &[&str],
        values: impl Fn(usize) -> V,
    ) -> Self {
        let axis = |feature: &usize| {
            let name = names.get(*feature).copied().unwrap_or("feature");
            Axis::of_values(&axis_label(name), values(*feature))
        };
        Self { axes: features.iter().map(axis).collect(), features }
    }

    pub(crate) fn feature(&self, nth: usize) -> usize {
        self.features.get(nth).copied().unwrap_or(0)
    }

    /// The axis of a number, under its own label or another.
    pub(crate) fn axis(&self, nth: usize, label: Option<&str>) -> Axis {
        let none = || Axis::new("", Scale::Linear, (0.0, 1.0));
        let own = self.axes.get(nth).cloned().unwrap_or_else(none);
        match label {
            Some(label) => Axis::new(label, own.scale, own.range),
            None => own,
        }
    }

    /// The places of two features each, as numbers of axes.
    pub(crate) fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.features.len();
        (0..n).flat_map(|x| (x + 1..n).map(move |y| (x, y))).collect()
    }
}
