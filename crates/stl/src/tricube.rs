//! The weights of a window, as Cleveland et al. (1990), section 2, and their implementation have them.

/// Nearer than this share of the reach a point has the whole weight.
const NEAR: f64 = 0.001;

/// Farther than this share of the reach a point has none.
const FAR: f64 = 0.999;

/// The tricube weight of a point at `distance` in a window that reaches to `reach`.
#[inline(always)]
pub(crate) fn tricube(distance: f64, reach: f64) -> f64 {
    let share = distance / reach;
    let rest = 1.0 - share * share * share;
    let weight = if distance <= NEAR * reach { 1.0 } else { rest * rest * rest };
    if distance <= FAR * reach { weight } else { 0.0 }
}

/// The weights of a full window by distance from its centre, for sums of both sides at once.
///
/// Entry 0 has half its weight, since the centre is on both sides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taps {
    pub(crate) half: Vec<f64>,
    /// Weights times distances.
    pub(crate) half_x: Vec<f64>,
    /// Weights times squared distances.
    pub(crate) half_xx: Vec<f64>,
    /// Weights that sum to one over both sides.
    pub(crate) shares: Vec<f64>,
}

impl Taps {
    /// The window of `2 * reach + 1` points.
    pub(crate) fn new(reach: usize) -> Self {
        let weight = |distance: usize| tricube(distance as f64, reach as f64);
        // Points without weight are left out: the outermost has none in every window.
        let mut half: Vec<f64> = (0..=reach).map(weight).take_while(|&w| w > 0.0).collect();
        half[0] = 0.5;
        let total = 2.0 * half.iter().rev().sum::<f64>();
        let times_distance = |values: &[f64]| -> Vec<f64> {
            values.iter().enumerate().map(|(distance, weight)| weight * distance as f64).collect()
        };
        let half_x = times_distance(&half);
        let half_xx = times_distance(&half_x);
        let shares = half.iter().map(|weight| weight / total).collect();
        Self { half, half_x, half_xx, shares }
    }

    /// The whole window, from one side to the other.
    pub(crate) fn row(&self) -> Vec<f64> {
        let reach = self.reach();
        let weight = |i: usize| if i == reach { 1.0 } else { self.half[i.abs_diff(reach)] };
        (0..=2 * reach).map(weight).collect()
    }

    /// How far from the centre the outermost point with a weight is.
    pub(crate) fn reach(&self) -> usize {
        self.half.len().saturating_sub(1)
    }
}
