//! What templates keep of texts of different shapes, found by another way than the crate's.

use oddsift_patterns::{Part, Template, TemplateState};
use proptest::prelude::*;

const DELIMITERS: [char; 3] = [' ', '/', '\u{2003}'];

/// Token soup: few tokens and delimiters, so that shapes and tokens often agree.
fn text() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec!["a", "b", "", "12", "7", "long", "é", "10.0.0.1"]);
    let delimiter = prop::sample::select(vec![" ", " ", " ", "/", "\u{2003}"]);
    (token.clone(), prop::collection::vec((delimiter, token), 0..6)).prop_map(|(first, others)| {
        let others = others.into_iter().flat_map(|(delimiter, token)| [delimiter, token]);
        std::iter::once(first).chain(others).collect()
    })
}

/// Tokens and delimiters in turn.
fn symbols(text: &str) -> Vec<&str> {
    let mut symbols = Vec::new();
    for piece in text.split_inclusive(DELIMITERS) {
        let token = piece.trim_end_matches(DELIMITERS);
        symbols.extend([token, &piece[token.len()..]]);
    }
    match symbols.last() {
        Some(&"") => drop(symbols.pop()),
        _ => symbols.push(""),
    }
    symbols
}

fn reversed<'a>(symbols: &[&'a str]) -> Vec<&'a str> {
    symbols.iter().rev().copied().collect()
}

/// As far as the delimiters of all are the same: the symbol of each place, if that is the same too.
fn agreement<'a>(texts: &[Vec<&'a str>]) -> Vec<Option<&'a str>> {
    let same = |i: usize| {
        let symbol = texts[0].get(i)?;
        texts.iter().all(|text| text.get(i) == Some(symbol)).then_some(*symbol)
    };
    let mut agreed = vec![same(0)];
    while let Some(delimiter) = same(agreed.len()) {
        agreed.extend([Some(delimiter), same(agreed.len() + 1)]);
    }
    agreed
}

/// What stands on both sides of the gap, with U+FFFC for each mask.
fn sides(template: &Template) -> (String, String) {
    let (mut sides, mut gap) = ((String::new(), String::new()), false);
    for part in template.parts() {
        let side = if gap { &mut sides.1 } else { &mut sides.0 };
        match part {
            Part::Literal(text) => side.push_str(text),
            Part::Gap => gap = true,
            _ => side.push('\u{fffc}'),
        }
    }
    sides
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn equal_tokens_of_different_shapes_are_kept_at_both_ends(
        texts in prop::collection::vec(text(), 2..5), first in text(), last in text(),
        separators in prop::collection::vec(prop::sample::select(vec![" ", "/"]), 10),
    ) {
        // Half the cases have long ends in common.
        let framed = |(i, text): (usize, &String)| match separators[0] {
            " " => format!("{first}{}{text}{}{last}", separators[2 * i + 1], separators[2 * i + 2]),
            _ => text.clone(),
        };
        let texts: Vec<String> = texts.iter().enumerate().map(framed).collect();
        let cut: Vec<Vec<&str>> = texts.iter().map(|text| symbols(text)).collect();
        let delimiters = |i: usize| cut[i].iter().skip(1).step_by(2);
        prop_assume!((1..cut.len()).any(|i| !delimiters(i).eq(delimiters(0))));
        let backwards: Vec<Vec<&str>> = cut.iter().map(|text| reversed(text)).collect();
        let (front, back) = (agreement(&cut), agreement(&backwards));
        let mut state = TemplateState::new(&texts[0]);
        for text in &texts[1..] {
            state.add(text);
        }
        let (head, tail) = sides(&state.template());
        let (head, tail) = (symbols(&head), reversed(&symbols(&tail)));
        let shortest = cut.iter().map(Vec::len).min().unwrap();
        for (own, found, other) in [(&front, &head, &back), (&back, &tail, &front)] {
            let n_free = own.len().min(shortest.saturating_sub(other.len()));
            for (i, symbol) in own[..n_free].iter().enumerate() {
                // An empty token beside the gap does not show.
                if symbol.is_some_and(|symbol| !symbol.is_empty()) {
                    prop_assert_eq!(found.get(i).copied(), *symbol, "{:?} {:?}", texts, found);
                }
            }
        }
        // Where both ends overlap, no other way to part them keeps more.
        let bytes = |end: &[Option<&str>]| end.iter().flatten().map(|s| s.len()).sum::<usize>();
        let ways = 0..=front.len().min(shortest);
        let most = ways.map(|n| bytes(&front[..n]) + bytes(&back[..back.len().min(shortest - n)]));
        let kept = head.iter().chain(&tail).filter(|s| **s != "\u{fffc}").map(|s| s.len()).sum();
        prop_assert_eq!(most.max(), Some(kept), "{:?}", texts);
    }
}
