//! Small series whose parts are known, one law a test.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

use oddsift_stl::{Component, Error, Mstl, NoPeriod, Stl, find_periods};

const SERIES: [f64; 30] = {
    let mut y = [0.0; 30];
    let mut i = 0;
    while i < 30 {
        y[i] = (i % 5) as f64 + 0.1 * i as f64;
        i += 1;
    }
    y
};

#[test]
fn a_period_is_at_least_two() {
    for period in [0, 1] {
        assert_eq!(Stl::params(period).fit(&SERIES), Err(Error::Period(period)));
    }
    assert!(Stl::params(2).fit(&SERIES).is_ok());
}

#[test]
fn windows_are_odd_and_wide_enough() {
    assert_eq!(Stl::params(12).seasonal(2).fit(&SERIES), Err(Error::SeasonalWindow(2)));
    for window in [14, 11, 0] {
        for (component, params) in [
            (Component::Trend, Stl::params(12).trend(Some(window))),
            (Component::LowPass, Stl::params(12).low_pass(Some(window))),
        ] {
            let error = Error::Window { component, window, period: 12 };
            assert_eq!(params.fit(&SERIES), Err(error));
        }
    }
    let error = Stl::params(12).trend(Some(14)).fit(&SERIES).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the trend window must be odd and above the period of 12, got 14; leave it out for the default"
    );
}

#[test]
fn a_jump_is_at_least_one() {
    let params = Stl::params(5);
    for (component, params) in [
        (Component::Seasonal, params.seasonal_jump(0)),
        (Component::Trend, params.trend_jump(0)),
        (Component::LowPass, params.low_pass_jump(0)),
    ] {
        assert_eq!(params.fit(&SERIES), Err(Error::Jump(component)));
    }
    assert_eq!(params.inner_iter(Some(0)).fit(&SERIES), Err(Error::InnerIter));
}

#[test]
fn default_windows_are_the_smallest_odd_numbers() {
    let windows = |period, seasonal| {
        let settings = Stl::params(period).seasonal(seasonal).settings().unwrap();
        (settings.trend.window, settings.low_pass.window)
    };
    assert_eq!(windows(24, 7), (47, 25));
    assert_eq!(windows(168, 7), (321, 169));
    assert_eq!(windows(12, 35), (19, 13));
    assert_eq!(windows(2, 3), (7, 3));
}

#[test]
fn lengths_below_a_cycle_are_taken() {
    for n in 0..12 {
        for period in [2, 3, 11, 12, 500, usize::MAX - 2] {
            let fit = Stl::params(period).robust(true).fit(&SERIES[..n]).unwrap();
            assert_eq!(fit.trend().len(), n);
            assert!(fit.trend().iter().chain(fit.seasonal()).all(|value| value.is_finite()));
        }
    }
}

#[test]
fn a_series_of_one_cycle_is_season_about_its_mean() {
    let y = [1.0, 5.0, 2.0, 8.0, 3.0, 9.0, 4.0, 7.0, 11.0];
    let fit = Stl::params(9).fit(&y).unwrap();
    for (i, y) in y.iter().enumerate() {
        assert!((fit.trend()[i] - 50.0 / 9.0).abs() < 1e-12);
        assert!((fit.seasonal()[i] - (y - 50.0 / 9.0)).abs() < 1e-12);
    }
}

#[test]
fn a_constant_is_all_trend() {
    for robust in [false, true] {
        let fit = Stl::params(7).robust(robust).fit(&[4.5; 50]).unwrap();
        assert!(fit.trend().iter().all(|trend| (trend - 4.5).abs() < 1e-12));
        assert!(fit.seasonal().iter().chain(fit.remainder()).all(|rest| rest.abs() < 1e-12));
    }
    assert_eq!(Stl::params(7).robust(true).fit(&[0.0; 50]).unwrap().weights(), [1.0; 50]);
}

#[test]
fn remainders_that_are_rounding_alone_have_no_outliers() {
    let line = |i: u32| 1e6 + 0.3 * f64::from(i);
    let series: [Vec<f64>; 4] = [
        vec![4.7; 400],
        vec![-1e-7; 61],
        (0..400).map(line).collect(),
        (0..400).map(|i| if i % 7 == 3 { f64::NAN } else { line(i) }).collect(),
    ];
    for (y, period) in series.iter().flat_map(|y| [7, 12, 24].map(|period| (y, period))) {
        let fit = Stl::params(period).robust(true).fit(y).unwrap();
        for (weight, y) in fit.weights().iter().zip(y) {
            assert_eq!(*weight, f64::from(u8::from(!y.is_nan())), "period {period}");
        }
    }
}

#[test]
fn an_outlier_leaves_trend_and_season_alone() {
    let mut y: Vec<f64> = (0..120).map(|i| f64::from(i % 12) + f64::from(i * 7 % 5)).collect();
    let before = Stl::params(12).robust(true).fit(&y).unwrap();
    y[60] += 1000.0;
    let after = Stl::params(12).robust(true).fit(&y).unwrap();
    assert_eq!(after.weights()[60], 0.0);
    assert!((after.trend()[60] - before.trend()[60]).abs() < 1.0);
    assert!(after.remainder()[60] > 990.0);
}

#[test]
fn a_day_without_values_is_bridged() {
    let value = |i: usize| 100.0 + (i % 24) as f64 + 0.05 * i as f64;
    let mut y: Vec<f64> = (0..480).map(value).collect();
    y[200..260].fill(f64::NAN);
    let fit = Stl::params(24).fit(&y).unwrap();
    for i in 0..480 {
        let sum = fit.trend()[i] + fit.seasonal()[i];
        assert!((sum - value(i)).abs() < 1.5, "{i}: {sum}, not {}", value(i));
        assert_eq!(fit.remainder()[i].is_nan(), (200..260).contains(&i));
    }
}

#[test]
fn nothing_but_missing_values_has_no_parts() {
    let fit = Stl::params(3).robust(true).fit(&[f64::NAN; 10]).unwrap();
    assert!(fit.trend().iter().chain(fit.seasonal()).all(|value| value.is_nan()));
    assert_eq!(fit.weights(), [0.0; 10]);
}

#[test]
fn infinities_are_errors() {
    let error = Stl::params(2).fit(&[1.0, f64::INFINITY]).unwrap_err();
    assert_eq!(error, Error::Infinite { index: 1, value: f64::INFINITY });
    assert!(Mstl::params(&[2]).fit(&[f64::INFINITY; 9]).is_err());
    assert!(find_periods(&[f64::INFINITY; 99]).is_err());
}

#[test]
fn several_periods_are_checked() {
    let y = [1.0; 40];
    assert_eq!(Mstl::params(&[]).fit(&y), Err(Error::NoPeriods));
    assert_eq!(Mstl::params(&[1, 5]).fit(&y), Err(Error::Period(1)));
    assert_eq!(Mstl::params(&[5, 5]).fit(&y), Err(Error::RepeatedPeriod(5)));
    assert_eq!(Mstl::params(&[20, 30]).fit(&y), Err(Error::TooShort { n: 40, period: 20 }));
    let windows = Error::Windows { n_windows: 1, n_periods: 2 };
    assert_eq!(Mstl::params(&[5, 7]).windows(&[9]).fit(&y), Err(windows));
    assert_eq!(Mstl::params(&[5, 7]).windows(&[9, 8]).fit(&y), Err(Error::SeasonalWindow(8)));
}

#[test]
fn many_series_are_what_each_is_by_itself() {
    let all: Vec<Vec<f64>> = (1..60).map(|k| SERIES.map(|y| y * f64::from(k)).to_vec()).collect();
    let fits = Stl::params(5).fit_all(&all);
    for (fit, y) in fits.iter().zip(&all) {
        assert_eq!(fit, &Stl::params(5).fit(y));
    }
}

#[test]
fn lines_and_constants_have_no_period() {
    for slope in [0.0, 0.1, -3.0] {
        let y: Vec<f64> = (0..500).map(|i| 7.0 + slope * f64::from(i)).collect();
        assert_eq!(find_periods(&y).unwrap().none_found(), Some(NoPeriod::Constant));
    }
}
