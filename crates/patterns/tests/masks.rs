//! Laws of masked texts on random texts that are made of what masks look for.

use oddsift_patterns::{mask_into, masked};
use proptest::prelude::*;

const PIECES: [&str; 88] = [
    " ",
    "  ",
    "\t",
    "\\",
    "/",
    "\\\\",
    ".",
    ":",
    "::",
    "-",
    "_",
    "+",
    "=",
    "==",
    "?",
    "<",
    ">",
    "\"",
    "'",
    "%",
    "$",
    "&",
    "{",
    "}",
    "é",
    "€",
    "\u{2003}",
    "a",
    "A",
    "b",
    "f",
    "s",
    "S",
    "x",
    "g",
    "z",
    "0",
    "1",
    "12",
    "27",
    "123",
    "2024",
    "86",
    "64",
    "16",
    "0x",
    "ff",
    "ab",
    "cd86",
    "x86",
    "system32",
    "http",
    "HTTPS",
    "://",
    "users",
    "Users",
    "home",
    "documents",
    "and",
    "settings",
    "documents and settings",
    "public",
    "default",
    "all users",
    "bob",
    "John Smith",
    "S-1-",
    "5-21-",
    "-1-5-18",
    "2024-03-04",
    "T",
    "12:34:56",
    ".123",
    "Z",
    "10.0.0.7",
    "fe80",
    "2001:db8::1",
    "46fe7078-61bb-4bed-9430-7AC01D91C273",
    "abcdefab-abcd-abcd-abcd-abcdefabcdef",
    "aa:bb:cc:dd:ee:0f",
    "sdopfjiowtbkjfnb",
    "JAB0ACAAPQAgACcAZABpAHIAJwA7AA0ACgAmACAAKAAnAEkA",
    "k3j9x2m1q8",
    "<num>",
    "<user>",
    "<base64>",
    "<query>",
    "microsoftedge",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)
        .prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let once = masked(text);
    prop_assert_eq!(&masked(&once), &once, "{:?}", text);
    prop_assert!(once.len() <= 5 * text.len() + 8, "{:?} {:?}", text, once);
    prop_assert!(!once.bytes().any(|byte| byte.is_ascii_uppercase()));
    prop_assert!(!once.contains("  ") && once.trim_matches(' ') == once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_masked_text_is_its_own_mask(text in soup()) {
        check(&text)?;
    }

    #[test]
    fn any_text_has_a_mask(text in any::<String>(), ascii in "[ -~]{0,60}") {
        check(&text)?;
        check(&ascii)?;
    }

    #[test]
    fn numbers_have_one_mask(before in "[g-z]{1,9}", a in 0u64.., b in 0u64.., after in "[ g-z]{0,9}") {
        let [a, b] = [a, b].map(|number| masked(&format!("{before}_{number}{after}")));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn a_mask_is_appended(before in soup(), text in soup()) {
        let mut both = before.clone();
        mask_into(&text, &mut both);
        prop_assert_eq!(both, before + &masked(&text));
    }
}
