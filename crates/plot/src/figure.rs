//! What is drawn, before it is known how: the same for SVG and for HTML.

use serde::Serialize;

/// A picture of a result, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub(crate) title: String,
    /// A line of facts below the title.
    pub(crate) facts: String,
    /// What points are drawn from, shared by all panels.
    pub(crate) clouds: Vec<Cloud>,
    /// One is shown at a time, the first one where there is no choice.
    pub(crate) views: Vec<View>,
    /// What a click on a point lists.
    pub(crate) details: Vec<Table>,
}

/// Panels that are seen together, row by row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct View {
    /// What it is chosen by.
    pub(crate) name: String,
    pub(crate) n_columns: usize,
    pub(crate) panels: Vec<Panel>,
}

/// A pair of axes and what is drawn between them, the first layer lowest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Panel {
    /// Empty without one.
    pub(crate) title: String,
    /// Its share of the height of a column of panels.
    pub(crate) height: f64,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) layers: Vec<Layer>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) scale: Scale,
    /// From and to, margins included: from is less.
    pub(crate) range: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scale {
    Linear,
    /// Values are positive.
    Log,
    /// Values are milliseconds since 1970, UTC.
    Time,
}

/// What something means, which settles colour and shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// What is like no other, and what is an outlier.
    Odd,
    /// What is seldom.
    Rare,
    /// What is like others.
    Common,
    /// A value that is too high.
    Up,
    /// A value that is too low.
    Down,
    /// Values as they were observed.
    Observed,
    /// What was to be expected.
    Expected,
    /// A span of time, or a limit, that is pointed at.
    Marked,
    /// What comes again and again.
    Season,
    /// What is left over.
    Rest,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Layer {
    /// Two columns of a cloud.
    Points { cloud: usize, x: usize, y: usize },
    /// Broken where `y` is NaN, which is `null` in JSON.
    Line { name: String, role: Role, x: Vec<f64>, y: Vec<f64> },
    /// Between two lines.
    Band { name: String, role: Role, x: Vec<f64>, low: Vec<f64>, high: Vec<f64> },
    /// Parts of the x axis, over the whole height.
    Spans { name: String, role: Role, spans: Vec<(f64, f64)> },
    /// Values over a grid, `z[row * x.len() + column]`, negative ones odd.
    Surface { name: String, x: Vec<f64>, y: Vec<f64>, z: Vec<f64> },
    /// A straight line over the whole panel, at a place of one axis, with a word beside it.
    Rule { text: String, role: Role, at: At },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum At {
    X(f64),
    Y(f64),
}

/// Points of one role; each vector has an entry for each point, if it is not empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Cloud {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// One for each feature.
    pub(crate) columns: Vec<Vec<f64>>,
    /// Diameters in pixels.
    pub(crate) sizes: Vec<f64>,
    /// What is told of a point that is pointed at, in lines.
    pub(crate) texts: Vec<String>,
    /// Points with a word beside them, the most important first.
    pub(crate) labels: Vec<(usize, String)>,
    /// What a click on a point lists, by its place in the figure's details.
    pub(crate) details: Vec<u32>,
}

/// Rows of text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) header: Vec<String>,
    /// Columns of numbers are aligned to the right.
    pub(crate) numeric: Vec<bool>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Figure {
    /// The line above the picture.
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let figure = DistancePlot::of_curve(&[(0.1, 3.0), (2.0, 1.0)]).figure();
    /// assert_eq!(figure.title(), "Distances to the neighbours");
    /// ```
    pub fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn of_view(title: String, facts: String, clouds: Vec<Cloud>, view: View) -> Self {
        Self { title, facts, clouds, views: vec![view], details: Vec::new() }
    }
}

impl Axis {
    pub(crate) fn new(label: &str, scale: Scale, range: (f64, f64)) -> Self {
        Self { label: crate::text::clean(label, 60), scale, range }
    }

    /// An axis that shows all of these values, on a logarithmic scale where they ask for it: where
    /// all are positive and the largest is a hundred times the smallest or more.
    pub(crate) fn of_values(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extent(values);
        // The ratio itself may be more than a number holds.
        let decades = high.log10() - low.log10();
        if low > 0.0 && decades >= LOG_FROM {
            let margin = 10_f64.powf(decades * MARGIN);
            let from = (low / margin).max(LEAST);
            return Self::new(label, Scale::Log, (from, (high * margin).min(f64::MAX)));
        }
        Self::new(label, Scale::Linear, with_margin(low, high))
    }

    /// Where a value is between the ends, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let (from, to) = self.range;
        match self.scale {
            Scale::Log => (value.ln() - from.ln()) / (to.ln() - from.ln()),
            // Halved, since the difference of two numbers may be too large for one.
            Scale::Linear | Scale::Time => (value / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0),
        }
    }

    /// So many places over the axis, ends included, as far from each other as the scale shows.
    pub(crate) fn places(&self, n: usize) -> Vec<f64> {
        let (from, to) = self.range;
        let share = |nth: usize| nth as f64 / n.saturating_sub(1).max(1) as f64;
        let place = |nth: usize| match self.scale {
            Scale::Log => (from.ln() * (1.0 - share(nth)) + to.ln() * share(nth)).exp(),
            Scale::Linear | Scale::Time => from * (1.0 - share(nth)) + to * share(nth),
        };
        (0..n).map(|nth| place(nth).clamp(from, to)).collect()
    }

    pub(crate) fn linear(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extent(values);
        Self::new(label, Scale::Linear, with_margin(low, high))
    }
}

/// The decades from which on a logarithmic scale shows more.
const LOG_FROM: f64 = 2.0;
/// The least number above zero.
pub(crate) const LEAST: f64 = f64::from_bits(1);
/// The share of an axis that is left free at each end.
const MARGIN: f64 = 0.05;

/// The least and the largest of the values that are finite; 0 to 1 without any.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    match values.filter(|value| value.is_finite()).fold(none, ends) {
        (low, high) if low <= high => (low, high),
        _ => (0.0, 1.0),
    }
}

/// A range that holds both with some room; never empty, never past what `f64` holds.
fn with_margin(low: f64, high: f64) -> (f64, f64) {
    let half = (high / 2.0 - low / 2.0) * 2.0 * MARGIN;
    let least = (low.abs().max(high.abs()) * 1e-9).max(f64::MIN_POSITIVE);
    let room = if high > low { half.max(least) } else { (low.abs() * MARGIN).max(1.0) };
    ((low - room).max(f64::MIN), (high + room).min(f64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[f64]) -> Axis {
        Axis::of_values("x", values.iter().copied())
    }

    #[test]
    fn scale_is_logarithmic_where_positive_values_span_two_decades() {
        assert_eq!(axis(&[1.0, 100.0]).scale, Scale::Log);
        for values in [&[1.0, 99.0][..], &[0.0, 1e6], &[-1.0, 1e6], &[], &[f64::NAN]] {
            assert_eq!(axis(values).scale, Scale::Linear, "{values:?}");
        }
    }

    #[test]
    fn range_holds_all_values_with_room_whatever_they_are() {
        let max = f64::MAX;
        for values in [
            &[0.0][..],
            &[5.0, 5.0],
            &[-max, max],
            &[max],
            &[1e-300, max],
            &[1e-170, 1e160],
            &[5e-324, max],
            &[5e-324],
            &[1.0, 1.0 + 1e-15],
            &[f64::INFINITY, 2.0],
            &[-7.0, -3.0],
            &[1e300, 1e300],
        ] {
            let axis = axis(values);
            let (from, to) = axis.range;
            assert!(from < to && from.is_finite() && to.is_finite(), "{values:?}: {from} {to}");
            assert!(axis.scale == Scale::Linear || from > 0.0, "{values:?}: {from} {to}");
            assert!(axis.places(64).iter().all(|place| place.is_finite()), "{values:?}");
            let finite = values.iter().filter(|value| value.is_finite());
            assert!(finite.clone().all(|value| from <= *value && *value <= to), "{values:?}");
        }
    }
}
