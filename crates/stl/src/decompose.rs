//! The loops of STL: Cleveland et al. (1990), section 3.

use multiversion::multiversion;
use oddsift_ground::{Callback, Control, Tally};

use crate::{
    Error, Settings, Stl, Workspace,
    average::{average_of_three, moving_average},
    gaps::{Bounds, Gaps, bridge, widen},
    loess::Input,
    one_cycle,
    robustness::bisquare_weights,
    scale::Scale,
    step,
    workspace::make_room,
};

/// Multiplications between two calls of the callback, some milliseconds of work.
const BETWEEN: u64 = 1 << 23;

/// Tells the callback that so many passes begin.
pub(crate) fn begin(callback: Option<Callback<'_>>, n_passes: usize) -> Result<Control<'_>, Error> {
    let control = Control::new(callback).pace(BETWEEN, BETWEEN);
    control.begin(step::DECOMPOSE, n_passes)?;
    Ok(control)
}

/// Decomposes values of which none is infinite by settings that were checked.
pub(crate) fn decompose(
    settings: Settings,
    y: &[f64],
    workspace: &mut Workspace,
    tally: &mut Tally<'_>,
) -> Result<Stl, Error> {
    let n = y.len();
    let scale = Scale::of(y);
    workspace.prepare(&settings, n);
    let mut scaled = std::mem::take(&mut workspace.scaled);
    let parts = Decomposition {
        settings,
        y: scale.apply(y, &mut scaled),
        gaps: Gaps::default(),
        bounds: Bounds::default(),
        is_weighted: false,
        trend: vec![0.0; n],
        seasonal: vec![0.0; n],
        weights: vec![1.0; n],
        workspace,
        tally,
    }
    .run();
    workspace.scaled = scaled;
    let mut parts = parts?;
    for part in [&mut parts.trend, &mut parts.seasonal, &mut parts.remainder] {
        scale.undo(part);
    }
    Ok(parts)
}

struct Decomposition<'a, 't> {
    settings: Settings,
    y: &'a [f64],
    gaps: Gaps,
    /// What keeps the parts of a series with gaps near its values.
    bounds: Bounds,
    /// Whether the weights are other than 1.
    is_weighted: bool,
    trend: Vec<f64>,
    seasonal: Vec<f64>,
    weights: Vec<f64>,
    workspace: &'a mut Workspace,
    tally: &'a mut Tally<'t>,
}

impl Decomposition<'_, '_> {
    fn run(mut self) -> Result<Stl, Error> {
        self.find_gaps()?;
        if self.is_weighted || self.settings.outer_iter > 0 {
            make_room(&mut self.workspace.products, self.y.len());
        }
        for outer in 0..=self.settings.outer_iter {
            for _ in 0..self.settings.inner_iter {
                self.pass()?;
            }
            if outer < self.settings.outer_iter {
                let sorted = &mut self.workspace.sorted;
                bisquare_weights(self.y, &self.trend, &self.seasonal, sorted, &mut self.weights);
                self.is_weighted = true;
            }
        }
        let mut remainder = vec![0.0; self.y.len()];
        remainders(self.y, &self.trend, &self.seasonal, &mut remainder);
        Ok(Stl {
            settings: self.settings,
            trend: self.trend,
            seasonal: self.seasonal,
            remainder,
            weights: self.weights,
        })
    }

    fn find_gaps(&mut self) -> Result<(), Error> {
        if self.y.iter().all(|value| !value.is_nan()) {
            return Ok(());
        }
        for (weight, value) in self.weights.iter_mut().zip(self.y) {
            *weight = if value.is_nan() { 0.0 } else { 1.0 };
        }
        self.is_weighted = true;
        self.gaps = Gaps::find(&self.settings, &self.weights, self.tally)?;
        self.bounds = Bounds::of(self.y);
        Ok(())
    }

    /// One pass of the inner loop.
    fn pass(&mut self) -> Result<(), Error> {
        let (n, period) = (self.y.len(), self.settings.period);
        self.subtract_trend();
        if period < n {
            self.smooth_cycles()?;
            self.subtract_low_pass()?;
        } else {
            one_cycle::seasonal(&self.workspace.rest, period, &mut self.seasonal);
        }
        self.smooth_trend()?;
        Ok(self.tally.advance(1)?)
    }

    fn subtract_trend(&mut self) {
        let Workspace { rest, products, .. } = &mut *self.workspace;
        let weights = self.is_weighted.then_some(&self.weights[..]);
        difference(self.y, &self.trend, weights, rest, products);
    }

    fn smooth_cycles(&mut self) -> Result<(), Error> {
        let Workspace { rest, products, cycle, cycles, .. } = &mut *self.workspace;
        let weighted = self.is_weighted.then_some((&self.weights[..], &products[..]));
        let input = Input { values: rest, weighted };
        if let Some(cycles) = cycles {
            cycles.smooth(input, cycle, self.tally)?;
        }
        if self.is_weighted {
            bridge(cycle, &self.gaps.cycle, self.settings.period);
            // Subseries without any value lie between others.
            bridge(cycle, &[], 1);
            widen(cycle, rest);
            Bounds::of(rest).keep_near(cycle);
        }
        Ok(())
    }

    fn subtract_low_pass(&mut self) -> Result<(), Error> {
        let (n, period) = (self.y.len(), self.settings.period);
        let Workspace { rest, cycle, average, low_pass, .. } = &mut *self.workspace;
        let (first, second) = average.split_at_mut(n + period + 1);
        moving_average(cycle, period, first);
        moving_average(first, period, second);
        let third = &mut first[..n];
        average_of_three(second, third);
        if let Some(low_pass) = low_pass {
            low_pass.smooth(Input { values: third, weighted: None }, rest, self.tally)?;
        }
        difference(&cycle[period..period + n], rest, None, &mut self.seasonal, &mut []);
        self.bounds.keep_season(&mut self.seasonal);
        Ok(())
    }

    fn smooth_trend(&mut self) -> Result<(), Error> {
        let Workspace { rest, products, trend, .. } = &mut *self.workspace;
        let weights = self.is_weighted.then_some(&self.weights[..]);
        difference(self.y, &self.seasonal, weights, rest, products);
        let input =
            Input { values: rest, weighted: weights.map(|weights| (weights, &products[..])) };
        if let Some(trend) = trend {
            trend.smooth(input, &mut self.trend, self.tally)?;
        }
        if self.is_weighted {
            bridge(&mut self.trend, &self.gaps.trend, 1);
            widen(&mut self.trend, rest);
            self.bounds.keep_near(&mut self.trend);
        }
        Ok(())
    }
}

/// `out = a - b`, and `products = weights * out`, 0 where it is missing.
#[multiversion(targets("x86_64+avx2"))]
fn difference(
    a: &[f64],
    b: &[f64],
    weights: Option<&[f64]>,
    out: &mut [f64],
    products: &mut [f64],
) {
    for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = a - b;
    }
    let Some(weights) = weights else { return };
    for (product, (weight, out)) in products.iter_mut().zip(weights.iter().zip(&*out)) {
        *product = if out.is_nan() { 0.0 } else { weight * out };
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn remainders(y: &[f64], trend: &[f64], seasonal: &[f64], out: &mut [f64]) {
    for (out, (y, (trend, seasonal))) in
        out.iter_mut().zip(y.iter().zip(trend.iter().zip(seasonal)))
    {
        *out = y - seasonal - trend;
    }
}
