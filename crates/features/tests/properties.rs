//! Laws of the features: the fast ways equal the plain ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use oddsift_features::{
    Delimiters, FeatureOptions, ProcessFeature, ProcessScanner, Recipe, Roles, SchemaChoice,
    Scratch, TextFeatures, TextParts, TextScanner, char_ord_ratio, columns, crc32_hash,
    delim_count, delim_hash, token_count,
};
use proptest::prelude::*;

/// Text as logs have it, and as attackers write it.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,700}",
        "[a-c \\-/\\\\.]{0,300}",
        "[\\x00-\\x20\\x7f]{0,40}",
        "[ -~\\x1c-\\x1f\u{85}\u{a0}\u{2000}\u{3000}\u{200b}é–データ]{0,300}",
    ]
}

fn patterns() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#"[\s\-\\/\.,"'|&:;%$()]"#,
        r"[\\/]",
        r"\s+",
        r"\S",
        r"[^\S]",
        r"-(\w)",
        r"[é\s–-—]",
        "::|/",
        "a",
        "(.)",
    ])
}

/// By the definition, one character at a time.
fn naive(text: &str, delimiters: &str) -> (u64, u32) {
    let pattern = delimiters.replace(r"\s", r"[\s\x1C-\x1F]").replace(r"\S", r"[^\s\x1C-\x1F]");
    let regex = regex::Regex::new(&pattern).unwrap();
    let group = regex.captures_len() - 1;
    let found: Vec<&str> =
        regex.captures_iter(text).map(|c| c.get(group).unwrap().as_str()).collect();
    (found.len() as u64, crc32_hash(&found.concat()))
}

proptest! {
    #[test]
    fn one_pass_equals_the_separate_functions(text in texts(), pattern in patterns(), token in "[ ,:é]|::|ab") {
        let delimiters = Delimiters::new(pattern).unwrap();
        let scanner = TextScanner::new(delimiters.clone(), &token).unwrap();
        let found = scanner.scan(&text);
        prop_assert_eq!(found.len, text.chars().count() as u64);
        prop_assert_eq!(found.ord_sum, text.chars().map(|c| u64::from(u32::from(c))).sum::<u64>());
        prop_assert_eq!(Ok(found.ord_sum as f64), char_ord_ratio(&text, 1.0));
        prop_assert_eq!(found.tokens, text.split(token.as_str()).count() as u64);
        prop_assert_eq!(found.tokens, token_count(&text, &token).unwrap());
        prop_assert_eq!(found.crc32, crc32_hash(&text));
        prop_assert_eq!(found.delims, delim_count(&text, &delimiters));
        prop_assert_eq!(found.delim_hash, delim_hash(&text, &delimiters));
        prop_assert_eq!((found.delims, found.delim_hash), naive(&text, pattern));
    }

    #[test]
    fn default_scanner_is_the_default_pattern(text in texts()) {
        let found = TextScanner::default().scan(&text);
        let pattern = Delimiters::default();
        prop_assert_eq!((found.delims, found.delim_hash), naive(&text, pattern.pattern()));
    }

    #[test]
    fn parts_left_out_are_zero_and_the_others_unchanged(text in texts()) {
        let scanner = TextScanner::default();
        let all = scanner.scan(&text);
        let chars = TextFeatures { len: all.len, ord_sum: all.ord_sum, ..TextFeatures::default() };
        prop_assert_eq!(scanner.scan_parts(&text, TextParts::CHARS), chars);
        let hashes = scanner.scan_parts(&text, TextParts::CRC32.and(TextParts::DELIM_HASH));
        prop_assert_eq!(hashes, TextFeatures { len: 0, ord_sum: 0, tokens: 0, ..all });
        let counts = scanner.scan_parts(&text, TextParts::TOKENS.and(TextParts::DELIMS));
        let TextFeatures { tokens, delims, .. } = all;
        prop_assert_eq!(counts, TextFeatures { tokens, delims, ..TextFeatures::default() });
        prop_assert_eq!(scanner.scan_parts(&text, TextParts::NONE), TextFeatures::default());
    }

    #[test]
    fn column_is_its_cells(cells in prop::collection::vec(prop::option::of(texts()), 0..20)) {
        let set = Delimiters::default();
        let cells = || cells.iter().map(Option::as_deref);
        let column = columns::delim_hash(cells(), &set);
        prop_assert_eq!(column.len(), cells().count());
        for (value, cell) in column.iter().zip(cells()) {
            match cell {
                Some(text) => prop_assert_eq!(Some(*value), Some(f64::from(delim_hash(text, &set)))),
                None => prop_assert!(value.is_nan()),
            }
        }
    }

    #[test]
    fn recipe_equals_the_process_scanner(
        row in prop::array::uniform3(prop::option::of(texts())),
        scale in 0.1..50.0_f64,
        separator in prop::option::of("/|::|\\\\"),
    ) {
        let options = FeatureOptions { ord_scale: scale, path_separator: separator, ..FeatureOptions::default() };
        let columns = ["exe", "cmdline", "ses"];
        let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[]).unwrap();
        let wanted = ProcessFeature::ALL.iter().skip(1).map(ToString::to_string).collect::<Vec<_>>();
        let recipe = Recipe::resolve(&columns, &wanted, &roles, &options).unwrap();
        let (mut scratch, mut out) = (Scratch::default(), [0.0; 13]);
        recipe.evaluate(|i| row[i].as_deref(), &mut scratch, &mut out).unwrap();
        let event = ProcessScanner::new(&options).unwrap();
        let event = event.scan(row[0].as_deref(), row[1].as_deref(), row[2].as_deref());
        for (feature, value) in ProcessFeature::ALL.into_iter().skip(1).zip(out) {
            prop_assert_eq!(event.number(feature), Some(value), "{}", feature);
        }
    }

    #[test]
    fn no_pattern_panics_and_errors_are_one_line(pattern in any::<String>(), text in texts()) {
        match Delimiters::new(&pattern) {
            Ok(delimiters) => prop_assert!(delim_count(&text, &delimiters) <= text.len() as u64 + 1),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn any_cell_is_a_finite_number_or_an_error(cell in prop_oneof![texts(), "[0-9eE.+_ xinfaINFA-]{0,8}"]) {
        let columns = ["x"];
        let roles = Roles::default();
        let recipe = Recipe::resolve(&columns, &columns, &roles, &FeatureOptions::default()).unwrap();
        let (mut scratch, mut out) = (Scratch::default(), [f64::NAN]);
        if recipe.evaluate(|_| Some(cell.as_str()), &mut scratch, &mut out).is_ok() {
            prop_assert!(out[0].is_finite());
        }
    }
}
