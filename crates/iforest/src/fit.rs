//! From drawn rows to a forest with its offset.

use ndarray::ArrayRef2;
use oddsift_ground::{Callback, Control, threads};

use crate::{Contamination, Error, IsolationForest, TreeNodes, grow, percentile, plan::Plan, step};

/// What a fit is about.
pub(crate) struct Fit<'a> {
    pub(crate) x: &'a ArrayRef2<f64>,
    pub(crate) plan: Plan,
    pub(crate) callback: Option<Callback<'a>>,
}

impl Fit<'_> {
    /// The trees from number `from` on and before number `to`, each grown from the rows that `sample`
    /// gives.
    pub(crate) fn trees(
        &self,
        from: usize,
        to: usize,
        sample: impl Fn(usize) -> Vec<usize> + Sync,
    ) -> Result<Vec<TreeNodes>, Error> {
        let (control, n_trees) = (Control::new(self.callback), to.saturating_sub(from));
        control.begin(step::GROW, n_trees)?;
        let grow = |i| {
            control.check()?;
            let number = from + i;
            let tree = grow::tree(&self.plan, number, self.x, &sample(number))?;
            control.advance(1)?;
            Ok(tree)
        };
        threads::map(n_trees, grow).into_iter().collect()
    }

    /// Sets the offset of a forest that was grown from these rows.
    pub(crate) fn offset(
        &self,
        forest: IsolationForest,
        contamination: Contamination,
        weights: Option<&[f64]>,
    ) -> Result<IsolationForest, Error> {
        let Contamination::Fraction(share) = contamination else { return Ok(forest) };
        let control = Control::new(self.callback);
        control.begin(step::SCORE, self.x.nrows())?;
        let scores = forest.scores(self.x, &control)?;
        forest.with_offset(percentile(&scores, weights, share))
    }
}
