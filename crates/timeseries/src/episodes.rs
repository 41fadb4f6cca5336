//! One flag for each episode.

use std::collections::VecDeque;

use oddsift_timespan::Period;

use crate::{Anomalies, Series};

/// How many points an episode reaches: the longest period, and a day where that is longer.
pub(crate) fn reach(series: &Series, periods: &[usize]) -> usize {
    let longest = periods.iter().copied().max().unwrap_or_default();
    let day = Period::DAY.duration().as_nanos();
    let in_day = series.step().map(|step| day / step.duration().as_nanos().max(1));
    longest.max(in_day.and_then(|n| usize::try_from(n).ok()).unwrap_or_default())
}

/// Leaves a flag at the first highest point of each episode, and scores where a flag may be.
///
/// A run of flagged points is an episode, but one that is no higher than anything within `reach` before
/// its highest point belongs to the last. Heights are in thresholds where those of dips (`low`) and
/// spikes (`high`) differ.
pub(crate) fn join(found: &mut Anomalies, (low, high): (f64, f64), reach: usize) {
    const LEAST: f64 = 1e-9;
    let height = |score: &f64| match *score {
        score if low.total_cmp(&high).is_eq() => score.abs(),
        score if score < 0.0 => -score / low.max(LEAST),
        score => score / high.max(LEAST),
    };
    let height: Vec<f64> = found.score.iter().map(height).collect();
    let is_peak = peaks(&height, reach);
    let (mut flags, mut number) = (vec![0; height.len()], 0_u32);
    let flagged: Vec<usize> = (0..height.len()).filter(|&at| found.flags[at] != 0).collect();
    for run in flagged.chunk_by(|a, b| a + 1 == *b) {
        let (start, end) = (run[0], run[run.len() - 1]);
        let highest = run.iter().copied().rev().max_by(|a, b| height[*a].total_cmp(&height[*b]));
        let highest = highest.unwrap_or(start);
        if is_peak[highest] {
            number += 1;
            flags[highest] = found.flags[highest];
        }
        found.episode[start..=end].fill(number);
    }
    found.flags = flags;
    for (score, is_peak) in found.score.iter_mut().zip(is_peak) {
        if !is_peak && !score.is_nan() {
            *score = 0.0;
        }
    }
}

/// Which points are above all of the `reach` points before them, and not below the next one.
fn peaks(height: &[f64], reach: usize) -> Vec<bool> {
    // Heights within reach that fall, so that the first is the largest.
    let mut before: VecDeque<(usize, f64)> = VecDeque::new();
    let mut is_peak = vec![false; height.len()];
    for (at, &own) in height.iter().enumerate().filter(|(_, own)| !own.is_nan()) {
        while before.front().is_some_and(|(place, _)| at - place > reach) {
            before.pop_front();
        }
        let is_record = before.front().is_none_or(|(_, most)| own > *most);
        is_peak[at] =
            is_record && height.get(at + 1).is_none_or(|next| next.is_nan() || *next <= own);
        while before.back().is_some_and(|(_, other)| *other <= own) {
            before.pop_back();
        }
        before.push_back((at, own));
    }
    is_peak
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn joined(score: &[f64], reach: usize) -> Anomalies {
        let series = Series::as_given(&vec![(Timestamp::UNIX_EPOCH, 1.0); 48]);
        let mut found = Anomalies::params().fit(&series).unwrap();
        let flag = |score: &f64| i8::from(*score > 3.0) - i8::from(*score < -3.0);
        (found.score, found.flags) = (score.to_vec(), score.iter().map(flag).collect());
        found.episode = vec![0; score.len()];
        join(&mut found, (3.0, 3.0), reach);
        found
    }

    #[test]
    fn a_run_has_a_flag_at_its_first_highest_point() {
        let found = joined(&[0.0, 4.0, 6.0, 6.0, 5.0, 0.0], 2);
        assert_eq!(found.anomalies(), [0, 0, 1, 0, 0, 0]);
        assert_eq!(found.episode(), [0, 1, 1, 1, 1, 0]);
        assert_eq!(found.score(), [0.0, 0.0, 6.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn within_reach_only_what_is_higher_is_another_episode() {
        let score = [5.0, 0.0, -4.0, 0.0, -7.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 3.5];
        let found = joined(&score, 3);
        assert_eq!(found.anomalies(), [1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(found.episode(), [1, 0, 1, 0, 2, 0, 0, 2, 0, 0, 0, 3, 0, 0, 3]);
    }

    #[test]
    fn a_dip_below_its_own_threshold_hides_no_spike() {
        let series = Series::as_given(&vec![(Timestamp::UNIX_EPOCH, 1.0); 48]);
        let mut found = Anomalies::params().fit(&series).unwrap();
        (found.score, found.flags) = (vec![0.0, -5.0, 4.0, 0.0], vec![0, 0, 1, 0]);
        join(&mut found, (99.0, 3.0), 24);
        assert_eq!(found.anomalies(), [0, 0, 1, 0]);
    }

    #[test]
    fn missing_scores_stay_missing() {
        let found = joined(&[0.0, 4.0, f64::NAN, 4.0], 1);
        assert_eq!(found.anomalies(), [0, 1, 0, 1]);
        assert!(found.score()[2].is_nan());
    }
}
