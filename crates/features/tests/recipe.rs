//! Which name means what, and what a recipe does with a row.

#![cfg_attr(feature = "serde", expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

use oddsift_features::{
    Error, FeatureOptions, Recipe, Roles, SchemaChoice, Scratch, ValueError, ValueErrorKind,
};

fn recipe(columns: &[&str], wanted: &[&str], options: &FeatureOptions) -> Result<Recipe, Error> {
    let roles = Roles::resolve(columns, SchemaChoice::Auto, &[])?;
    Recipe::resolve(columns, wanted, &roles, options)
}

fn values(recipe: &Recipe, row: &[Option<&str>]) -> Result<Vec<f64>, ValueError> {
    let mut out = vec![f64::NAN; recipe.names().len()];
    recipe.evaluate(|i| row[i], &mut Scratch::default(), &mut out)?;
    Ok(out)
}

fn forced() -> FeatureOptions {
    FeatureOptions { force: true, ..FeatureOptions::default() }
}

#[test]
fn column_comes_before_feature_unless_forced() {
    let columns = ["exe", "pathScore", "exe.len"];
    let row = [Some("ab"), Some("7"), Some("9")];
    let wanted = ["pathScore", "exe.len"];
    let kept = recipe(&columns, &wanted, &FeatureOptions::default()).unwrap();
    assert_eq!(values(&kept, &row), Ok(vec![7.0, 9.0]));
    let computed = recipe(&columns, &wanted, &forced()).unwrap();
    assert_eq!(values(&computed, &row), Ok(vec![195.0, 2.0]));
}

#[test]
fn forced_feature_without_its_source_is_the_column() {
    let kept = recipe(&["pathScore"], &["pathScore", "pathLogScore"], &forced()).unwrap();
    assert_eq!(values(&kept, &[Some("100")]), Ok(vec![100.0, 2.0]));
}

#[test]
fn logarithm_is_of_the_existing_column() {
    let columns = ["exe", "cmdline", "pathScore", "commandlineLen", "commandlineScore"];
    let wanted = ["pathLogScore", "commandlineLogLen", "commandlineLogScore"];
    let row = [Some("ab"), Some("cd"), Some("1000"), Some("0"), Some("-5")];
    let of_columns = recipe(&columns, &wanted, &FeatureOptions::default()).unwrap();
    let error = ValueError { column: 4, kind: ValueErrorKind::NotFinite };
    assert_eq!(values(&of_columns, &row), Err(error));
    let of_columns = recipe(&columns, &wanted[..2], &FeatureOptions::default()).unwrap();
    assert_eq!(values(&of_columns, &row), Ok(vec![3.0, 0.0]));
    let computed = recipe(&columns, &wanted[1..2], &forced()).unwrap();
    assert_eq!(values(&computed, &row), Ok(vec![2.0_f64.log10()]));
}

#[test]
fn text_features_of_any_column() {
    let wanted = ["a.b.len", "a.b.score", "a.b.tokens", "a.b.delims", "a.b.delimHash", "a.b.crc32"];
    let options = FeatureOptions { ord_scale: 10.0, ..FeatureOptions::default() };
    let plan = recipe(&["x", "a.b"], &wanted, &options).unwrap();
    let crc = |text| f64::from(oddsift_features::crc32_hash(text));
    let expected = vec![7.0, 57.0, 2.0, 2.0, crc(" /"), crc("dir é/x")];
    assert_eq!(plan.columns().collect::<Vec<_>>(), ["a.b"]);
    let sum: u32 = "dir é/x".chars().map(u32::from).sum();
    let expected = expected.into_iter().enumerate();
    let expected: Vec<f64> =
        expected.map(|(i, v)| if i == 1 { f64::from(sum / 10) } else { v }).collect();
    assert_eq!(values(&plan, &[None, Some("dir é/x")]), Ok(expected));
    assert_eq!(values(&plan, &[None, None]), values(&plan, &[None, Some("")]));
}

#[test]
fn value_error_names_the_column_of_the_file() {
    use ValueErrorKind::{Missing, NotANumber, NotFinite};
    let plan = recipe(&["a", "b", "c"], &["c", "b"], &FeatureOptions::default()).unwrap();
    let fails = |b, c| values(&plan, &[None, b, c]).unwrap_err();
    assert_eq!(fails(Some("1"), None), ValueError { column: 2, kind: Missing });
    assert_eq!(fails(Some("1,5"), Some("1")), ValueError { column: 1, kind: NotANumber });
    assert_eq!(fails(Some("1e999"), Some("0")), ValueError { column: 1, kind: NotFinite });
}

#[test]
fn separator_is_needed_for_path_tokens_alone() {
    let mut plan =
        recipe(&["a", "exe"], &["processNameTokens"], &FeatureOptions::default()).unwrap();
    assert!(plan.needs_path_separator());
    assert_eq!(plan.path_column(), Some(1));
    plan.set_path_separator("/");
    assert!(!plan.needs_path_separator());
    assert_eq!(values(&plan, &[None, Some("/bin/sh")]), Ok(vec![3.0]));
    let plan = recipe(&["exe"], &["pathScore"], &FeatureOptions::default()).unwrap();
    assert!(!plan.needs_path_separator());
}

#[test]
fn errors_name_what_is_missing_and_what_is_there() {
    let error = |columns: &[&str], wanted| {
        recipe(columns, &[wanted], &FeatureOptions::default()).unwrap_err().to_string()
    };
    let text = error(&["Account", "Computer"], "pathScore");
    assert!(text.contains("`NewProcessName`") && text.contains("Account, Computer"), "{text}");
    let text = error(&["cmdline", "TotalBytes"], "Totalbytes");
    assert!(text.contains("did you mean `TotalBytes`?"), "{text}");
    let text = error(&["cmdline"], "cmdlin.len");
    assert!(text.contains("did you mean `cmdline.len`?"), "{text}");
    assert!(error(&["exe"], "processName").contains("is text"));
    assert!(error(&["f1", "f1"], "f1").contains("more than once"));
}

#[test]
fn rebinding_finds_columns_by_name() {
    let plan = recipe(&["a", "exe"], &["exe.len", "a"], &FeatureOptions::default()).unwrap();
    let other = plan.rebind(&["x", "exe", "y", "a"], &Roles::default()).unwrap();
    assert_eq!(values(&other, &[None, Some("abc"), None, Some("5")]), Ok(vec![3.0, 5.0]));
    let error = plan.rebind(&["a"], &Roles::default()).unwrap_err();
    assert!(matches!(error, Error::MissingColumn { missing, .. } if missing == "exe"));
}

#[cfg(feature = "serde")]
mod stored {
    use super::*;

    fn plan() -> Recipe {
        let options = FeatureOptions { ord_scale: 2.5, ..FeatureOptions::default() };
        let wanted = ["pathScore", "processNameTokens", "f", "cmdline.delims", "isSystemSession"];
        let mut plan = recipe(&["f", "cmdline", "exe", "ses"], &wanted, &options).unwrap();
        plan.set_path_separator("/");
        plan
    }

    #[test]
    fn recipe_reads_back_the_same() {
        let json = serde_json::to_string(&plan()).unwrap();
        let back: Recipe = serde_json::from_str(&json).unwrap();
        let columns = ["f", "cmdline", "exe", "ses"];
        assert_eq!(back.rebind(&columns, &Roles::default()).unwrap(), plan());
    }

    #[test]
    fn stored_recipe_is_checked() {
        let json = serde_json::to_string(&plan()).unwrap();
        let changes = [
            ("\"ord_scale\":2.5", "\"ord_scale\":0"),
            ("\"token_delimiter\":\" \"", "\"token_delimiter\":\"\""),
            ("\"path_separator\":\"/\"", "\"path_separator\":\"\""),
            ("\"delimiters\":\"[", "\"delimiters\":\"[["),
            ("\"measure\":\"score\"", "\"measure\":\"other\""),
            ("\"ord_scale\"", "\"unknown\":1,\"ord_scale\""),
        ];
        for (from, to) in changes {
            assert!(json.contains(from), "{from} in {json}");
            let broken = json.replacen(from, to, 1);
            assert!(serde_json::from_str::<Recipe>(&broken).is_err(), "{to}");
        }
    }
}

#[test]
fn of_several_columns_of_a_role_a_dash_fills_none() {
    let columns = ["NewProcessName", "Image", "CommandLine"];
    let of_path = recipe(&columns, &["pathScore"], &FeatureOptions::default()).unwrap();
    let alone = values(&of_path, &[None, Some("abc"), None]).unwrap();
    for blank in ["", "-"] {
        assert_eq!(values(&of_path, &[Some(blank), Some("abc"), None]).unwrap(), alone);
        assert_eq!(values(&of_path, &[Some("abc"), Some(blank), None]).unwrap(), alone);
    }
}
