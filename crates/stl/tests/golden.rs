//! Decompositions of statsmodels and of the original program, replayed from `testdata/golden/stl` and
//! `testdata/golden/mstl`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it compared"
)]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::{collections::BTreeMap, path::Path};

use oddsift_stl::{Degree, Error, Mstl, MstlParams, Settings, Stl, StlParams};
use serde_json::{Map, Value};

use golden::area;

/// Calls that are recorded as refused, at least.
const REFUSED: usize = 9;

/// The columns of a file by name.
fn columns(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for record in reader.records() {
        for (name, field) in names.iter().zip(&record.unwrap()) {
            let value = if field.is_empty() { f64::NAN } else { field.parse().unwrap() };
            columns.entry(name.clone()).or_default().push(value);
        }
    }
    columns
}

fn series(folder: &Path, case: &Value) -> Vec<f64> {
    columns(&folder.join(case["input"].as_str().unwrap())).remove("y").unwrap()
}

/// A number that Rust can hold; a negative one has no counterpart, and 0 is as wrong.
fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or(0)).unwrap()
}

/// `None` for a degree that our type does not have.
fn degree(value: &Value) -> Option<Degree> {
    match value.as_u64() {
        Some(0) => Some(Degree::Constant),
        Some(1) => Some(Degree::Linear),
        _ => None,
    }
}

fn with(params: StlParams, arguments: &Map<String, Value>) -> Option<StlParams> {
    arguments.iter().try_fold(params, |params, (name, value)| {
        Some(match name.as_str() {
            "period" => params,
            "seasonal" => params.seasonal(count(value)),
            "trend" => params.trend(Some(count(value))),
            "low_pass" => params.low_pass(Some(count(value))),
            "seasonal_deg" => params.seasonal_degree(degree(value)?),
            "trend_deg" => params.trend_degree(degree(value)?),
            "low_pass_deg" => params.low_pass_degree(degree(value)?),
            "seasonal_jump" => params.seasonal_jump(count(value)),
            "trend_jump" => params.trend_jump(count(value)),
            "low_pass_jump" => params.low_pass_jump(count(value)),
            "inner_iter" => params.inner_iter(Some(count(value))),
            "outer_iter" => params.outer_iter(Some(count(value))),
            "robust" => params.robust(value.as_bool().unwrap()),
            _ => panic!("unknown parameter {name}"),
        })
    })
}

fn stl_params(case: &Value) -> Option<StlParams> {
    let empty = Map::new();
    let params = Stl::params(count(&case["params"]["period"]));
    let params = with(params, case["params"].as_object().unwrap())?;
    with(params, case["fit"].as_object().unwrap_or(&empty))
}

fn mstl_params(case: &Value) -> MstlParams {
    let counts = |value: &Value| value.as_array().unwrap().iter().map(count).collect::<Vec<_>>();
    let arguments = case["params"].as_object().unwrap();
    let mut params = Mstl::params(&counts(&arguments["periods"]));
    for (name, value) in arguments {
        params = match name.as_str() {
            "periods" => params,
            "windows" => params.windows(&counts(value)),
            "iterate" => params.iterate(count(value)),
            _ => panic!("unknown parameter {name}"),
        };
    }
    params.stl(with(Stl::params(2), case["stl_kwargs"].as_object().unwrap()).unwrap())
}

/// What a case allows: a share of the series' largest value, and for weights as they are.
fn tolerances(case: &Value) -> (f64, f64) {
    let text = case["tolerance"].as_str().unwrap();
    if text.starts_with("1e-9 * scale absolute (trend, seasonal, resid); weights 1e-8") {
        (1e-9, 1e-8)
    } else if text.starts_with("1e-8 * scale absolute; weights 1e-7") {
        (1e-8, 1e-7)
    } else if text.starts_with("1e-7 relative (trend, seasonal); weights 1e-6") {
        (1e-7, 1e-6)
    } else {
        panic!("unknown tolerance: {text}")
    }
}

/// `None` where the parts are as recorded, else the first that is not.
fn compare(folder: &Path, case: &Value, parts: &[(String, &[f64])]) -> Option<String> {
    let expected = columns(&folder.join(case["expected"].as_str().unwrap()));
    let scale = case["scale"].as_f64().unwrap();
    let (of_scale, of_weights) = tolerances(case);
    let mut worst = 0.0_f64;
    for (name, found) in parts {
        let Some(expected) = expected.get(name) else { return Some(format!("no column {name}")) };
        if expected.len() != found.len() {
            return Some(format!("{name}: {} values, expected {}", found.len(), expected.len()));
        }
        let is_weight = name == "weights";
        if is_weight && case["weights_advisory"] == true {
            continue;
        }
        let tolerance = if is_weight { of_weights } else { of_scale * scale };
        for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
            let difference = (found - expected).abs();
            // A NaN is no agreement either.
            if !difference.le(&tolerance) {
                return Some(format!("{name}, row {row}: {found}, expected {expected}"));
            }
            worst = worst.max(difference / tolerance);
        }
    }
    println!("{}: {worst:.1e} of the tolerance", case["name"].as_str().unwrap());
    None
}

fn check_settings(case: &Value, settings: Settings) -> Option<String> {
    let resolved = case["resolved"].as_object()?;
    let number = |degree: Degree| usize::from(degree == Degree::Linear);
    let found = [
        ("period", settings.period),
        ("seasonal", settings.seasonal.window),
        ("seasonal_deg", number(settings.seasonal.degree)),
        ("seasonal_jump", settings.seasonal.jump),
        ("trend", settings.trend.window),
        ("trend_deg", number(settings.trend.degree)),
        ("trend_jump", settings.trend.jump),
        ("low_pass", settings.low_pass.window),
        ("low_pass_deg", number(settings.low_pass.degree)),
        ("low_pass_jump", settings.low_pass.jump),
        ("inner_iter", settings.inner_iter),
        ("outer_iter", settings.outer_iter),
    ];
    found.into_iter().find_map(|(name, found)| {
        (count(&resolved[name]) != found).then(|| format!("{name} {found}, not {}", resolved[name]))
    })
}

fn check_stl(folder: &Path, case: &Value) -> Option<String> {
    let y = series(folder, case);
    let fit = match stl_params(case).unwrap().fit(&y) {
        Ok(fit) => fit,
        Err(error) => return Some(error.to_string()),
    };
    let mut parts = vec![
        ("trend".to_owned(), fit.trend()),
        ("seasonal".to_owned(), fit.seasonal()),
        ("weights".to_owned(), fit.weights()),
    ];
    // The original program has no remainder.
    if !case["name"].as_str().unwrap().starts_with("fortran") {
        parts.push(("resid".to_owned(), fit.remainder()));
    }
    check_settings(case, fit.settings()).or_else(|| compare(folder, case, &parts))
}

fn check_mstl(folder: &Path, case: &Value) -> Option<String> {
    let y = series(folder, case);
    let fit = match mstl_params(case).fit(&y) {
        Ok(fit) => fit,
        Err(error) => return Some(error.to_string()),
    };
    let resolved = &case["resolved"];
    let counts =
        |name: &str| resolved[name].as_array().unwrap().iter().map(count).collect::<Vec<_>>();
    if counts("periods") != fit.periods() || counts("windows") != fit.windows() {
        return Some(format!("periods {:?}, windows {:?}", fit.periods(), fit.windows()));
    }
    let mut parts = vec![
        ("trend".to_owned(), fit.trend()),
        ("resid".to_owned(), fit.remainder()),
        ("weights".to_owned(), fit.weights()),
    ];
    let name = |period| format!("seasonal_{period}");
    parts.extend(fit.seasons().map(|(period, season)| (name(period), season)));
    compare(folder, case, &parts)
}

fn check_all(name: &str, check: fn(&Path, &Value) -> Option<String>) {
    let Some((folder, document)) = area(name) else { return };
    let failures: Vec<String> = document["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| {
            check(&folder, case).map(|it| format!("{}: {it}", case["name"].as_str().unwrap()))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn decompositions_are_those_of_statsmodels() {
    check_all("stl", check_stl);
}

#[test]
fn several_seasons_are_those_of_statsmodels() {
    check_all("mstl", check_mstl);
}

#[test]
fn calls_that_statsmodels_refuses_are_errors() {
    let Some((_, document)) = area("stl") else { return };
    let cases = document["error_cases"].as_array().unwrap();
    let refused: Vec<&Value> = cases.iter().filter(|case| !case["error"].is_null()).collect();
    assert!(refused.len() >= REFUSED, "{} calls, not {REFUSED}", refused.len());
    for case in refused {
        let y: Vec<f64> = (0..60).map(f64::from).collect();
        let fit: Option<Result<Stl, Error>> = stl_params(case).map(|params| params.fit(&y));
        assert!(matches!(fit, None | Some(Err(_))), "{case} is no error");
    }
}
