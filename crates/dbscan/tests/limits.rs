//! What ends a fit before its time: data that would take hours, stopped after a moment's work.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking")]

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use ndarray::Array2;
use oddsift_dbscan::{Dbscan, DbscanParams, Error, Metric, Progress, Step, step};

/// Far less than any of these would take.
const LIMIT: u64 = 200_000;

/// Values between 0 and 1 without a pattern.
fn cloud(n_samples: usize, n_columns: usize) -> Array2<f64> {
    let mut state = 1_u64;
    Array2::from_shape_simple_fn((n_samples, n_columns), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f64 / f64::from(1 << 24)
    })
}

/// Two lines of core points, 40 apart and half a step askew: a point of one is within 40 of boxes
/// around points of the other, and of none of these points.
fn lines(n_samples: usize, n_columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((n_samples, n_columns), |(row, column)| match column {
        0 => (row % 2) as f64 * 40.0,
        1 => row as f64 * 0.01,
        _ => 0.0,
    })
}

/// What was going on when the limit was reached.
fn stopped_at(params: DbscanParams, x: &Array2<f64>) -> Step {
    match params.work_limit(Some(LIMIT)).fit(x) {
        Err(Error::WorkLimit { limit, step, done, total }) => {
            println!("{step} stopped at {done} of {total}");
            assert_eq!((limit, total), (LIMIT, x.nrows() as u64));
            assert!(done <= total);
            step
        }
        other => panic!("{:?}", other.map(|model| model.n_clusters())),
    }
}

#[test]
fn points_within_eps_that_are_too_few_are_not_counted_to_the_end() {
    let x = cloud(20_000, 8);
    let params = Dbscan::params().eps(0.9).min_samples(19_999);
    assert_eq!(stopped_at(params, &x), step::COUNT);
    assert_eq!(stopped_at(params.metric(Metric::Minkowski(1.5)), &x), step::COUNT);
    let x = cloud(20_000, 2);
    assert_eq!(stopped_at(params.eps(0.3).min_samples(1 << 20), &x), step::COUNT);
}

#[test]
fn grid_cells_beside_a_crowd_just_out_of_reach_are_not_counted_to_the_end() {
    // A thousand points that see half of their neighbours' cells' points, and none within eps.
    let x = Array2::from_shape_fn((21_000, 2), |(row, column)| match column {
        0 if row < 1000 => 0.0,
        0 => 1.0001,
        _ => row as f64 * 1e-7,
    });
    let params = Dbscan::params().eps(1.0).min_samples(1024);
    assert_eq!(stopped_at(params, &x), step::COUNT);
}

#[test]
fn lines_that_nearly_touch_are_not_linked_to_the_end() {
    for n_columns in [2, 4] {
        let x = lines(20_000, n_columns);
        let params = Dbscan::params().eps(40.0).min_samples(5);
        assert_eq!(stopped_at(params, &x), step::LINK, "{n_columns} columns");
    }
}

#[test]
fn a_callback_stops_any_step_and_hears_nothing_after_that() {
    let x = cloud(20_000, 5);
    let params = Dbscan::params().eps(0.2).min_samples(20);
    for step in [step::COLLAPSE, step::COUNT, step::LINK, step::BORDER] {
        let calls = AtomicUsize::new(0);
        let stop = |progress: Progress| {
            if progress.step < step {
                return ControlFlow::Continue(());
            }
            calls.fetch_add(1, Relaxed);
            ControlFlow::Break(())
        };
        assert_eq!(params.fit_with(&x, None, &stop), Err(Error::Cancelled));
        assert_eq!(calls.load(Relaxed), 1, "{step}");
    }
}

#[test]
fn a_callback_can_stop_in_the_middle_of_a_step() {
    let x = cloud(20_000, 8);
    let params = Dbscan::params().eps(0.9).min_samples(19_999);
    let stop = |progress: Progress| match progress {
        Progress { step: step::COUNT, done: 1.., .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert_eq!(params.fit_with(&x, Some(&vec![0.5; 20_000]), &stop), Err(Error::Cancelled));
}

#[test]
fn no_work_is_within_any_limit() {
    let model = Dbscan::params().work_limit(Some(0)).fit(&Array2::zeros((0, 2))).unwrap();
    assert_eq!(model.labels(), []);
}
