//! Laws of surprisal and of counts.

#![allow(clippy::float_cmp, reason = "results are exact by contract")]

use std::collections::BTreeSet;

use oddsift_rarity::{
    Counts, GivenCounts, GivenWordCounts, Rarity, Seen, TailCounts, View, WordCounts, surprisal,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Few values, so that they meet.
type Row = (&'static str, &'static str, Vec<&'static str>, u64, u64);

const TEXTS: [&str; 4] = ["a", "b", "c", ""];

fn text() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&TEXTS[..])
}

/// Program, parent, words, length, count.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    vec((text(), text(), vec(text(), 0..5), 0_u64..6, 0_u64..4), 0..30)
}

/// Numbers of rows of every magnitude.
fn n_rows() -> impl Strategy<Value = u64> {
    (1..u64::MAX, 0_u32..64).prop_map(|(n, shift): (u64, u32)| (n >> shift).max(1))
}

/// A number of rows, and how many of them have a value: few, some, or nearly all.
fn counted() -> impl Strategy<Value = (u64, u64)> {
    (n_rows(), n_rows(), 0..3).prop_map(|(n, m, way)| match way {
        0 => (m.min(n), n),
        1 => (n - m.min(n), n),
        _ => (n / (1 + m % 97), n),
    })
}

fn empty() -> Rarity {
    Rarity::params("none")
        .view("program", View::Value)
        .view("child given parent", View::Given)
        .view("words", View::Words)
        .view("words given program", View::WordsGiven)
        .view("length", View::Tail)
        .build()
        .expect("names differ")
}

fn seen((program, parent, words, length, _): &Row) -> [Seen<'_>; 5] {
    [
        Seen::Value(program),
        Seen::Given(parent, program),
        Seen::Words(words),
        Seen::WordsGiven(program, words),
        Seen::Tail(program, *length),
    ]
}

fn model(rows: &[Row]) -> Rarity {
    let mut model = empty();
    for row in rows {
        model.add(&seen(row), row.4).expect("few rows");
    }
    model
}

fn merged(mut one: Rarity, other: Rarity) -> Rarity {
    one.merge(other).expect("the views are the same");
    one
}

/// The number of rows for which `is` holds.
fn number(rows: &[Row], is: impl Fn(&Row) -> bool) -> u64 {
    rows.iter().filter(|row| is(row)).map(|row| row.4).sum()
}

proptest! {
    #[test]
    fn bits_are_finite_and_not_negative(count: u64, n: u64) {
        let bits = surprisal(count, n);
        prop_assert!(bits.is_finite() && bits >= 0.0, "{}", bits);
    }

    #[test]
    fn a_further_row_of_a_value_never_raises_its_bits((count, n) in counted()) {
        prop_assert!(surprisal(count + 1, n + 1) <= surprisal(count, n));
    }

    #[test]
    fn a_further_row_of_another_value_never_lowers_its_bits((count, n) in counted()) {
        prop_assert!(surprisal(count, n + 1) >= surprisal(count, n));
    }

    #[test]
    fn a_rarer_value_has_no_fewer_bits((count, n) in counted(), other in n_rows()) {
        let [fewer, more] = [count.min(other), count.max(other)];
        prop_assert!(surprisal(fewer, n) >= surprisal(more, n));
    }

    #[test]
    fn a_new_value_is_measured_as_if_its_row_were_added(n in n_rows()) {
        prop_assert_eq!(surprisal(0, n), surprisal(1, n + 1));
    }

    #[test]
    fn a_value_seen_once_is_less_surprising_in_a_smaller_log(n in n_rows(), more in 1_u64..1000) {
        let larger = n.saturating_add(more);
        prop_assert!(surprisal(1, n) <= surprisal(1, larger));
        prop_assert!((surprisal(1, n) - (2.0 * n as f64).log2()).abs() < 1e-13);
    }

    #[test]
    fn a_repeated_row_does_not_make_itself_rarer(rows in rows(), at: proptest::sample::Index) {
        prop_assume!(!rows.is_empty());
        let row = at.get(&rows);
        let mut model = model(&rows);
        let before = model.surprisals(&seen(row)).unwrap();
        model.add(&seen(row), 1).unwrap();
        let after = model.surprisals(&seen(row)).unwrap();
        prop_assert!(before.iter().zip(&after).all(|(b, a)| a <= b), "{before:?} {after:?}");
    }

    #[test]
    fn counts_are_those_of_the_rows(
        rows in rows(),
        program in text(),
        parent in text(),
        length in 0_u64..7,
    ) {
        let mut counts = Counts::new();
        let mut given = GivenCounts::new();
        let mut words = WordCounts::new();
        let mut given_words = GivenWordCounts::new();
        let mut tail = TailCounts::new();
        for (program, parent, bag, length, count) in rows.clone() {
            counts.add(program, count).unwrap();
            given.add(parent, program, count).unwrap();
            words.add(bag.clone(), count).unwrap();
            given_words.add(program, bag, count).unwrap();
            tail.add(program, length, count).unwrap();
        }
        let is = |row: &Row| row.0 == program;
        let has = |row: &Row| row.2.contains(&parent);
        prop_assert_eq!(counts.count(program), number(&rows, is));
        prop_assert_eq!(given.count(parent, program), number(&rows, |row| row.1 == parent && is(row)));
        prop_assert_eq!(given.total(parent), number(&rows, |row| row.1 == parent));
        prop_assert_eq!(words.count(parent), number(&rows, has));
        prop_assert_eq!(given_words.count(program, parent), number(&rows, |row| is(row) && has(row)));
        prop_assert_eq!(given_words.total(program), number(&rows, is));
        prop_assert_eq!(tail.at_least(program, length), number(&rows, |row| is(row) && row.3 >= length));
        let total = number(&rows, |_| true);
        prop_assert_eq!([counts.total(), given.n_rows(), words.total(), tail.n_rows()], [total; 4]);
        let bits = surprisal(counts.count(program), counts.total());
        prop_assert_eq!(counts.bits(program), bits);
        let programs = rows.iter().filter(|row| row.4 > 0).map(|row| row.0);
        prop_assert_eq!(counts.n_values(), programs.collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn largest_other_is_that_of_the_rows_but_one(values in vec(0_u64..5, 0..6), value in 0_u64..6) {
        let mut tail = TailCounts::new();
        for &value in &values {
            tail.add((), value, 1).unwrap();
        }
        let mut others = values.clone();
        if let Some(place) = others.iter().position(|&other| other == value) {
            others.remove(place);
        }
        prop_assert_eq!(tail.largest_other(&(), value), others.into_iter().max());
    }

    #[test]
    fn a_larger_number_has_no_fewer_bits(values in vec(0_u64..9, 0..9), value in 0_u64..10) {
        let mut tail = TailCounts::new();
        for &value in &values {
            tail.add((), value, 1).unwrap();
        }
        prop_assert!(tail.bits(&(), value) <= tail.bits(&(), value + 1));
    }

    #[test]
    fn rarest_words_are_the_first_by_bits_and_word(
        rows in rows(),
        bag in vec(text(), 0..6),
        k in 0_usize..5,
    ) {
        let mut words = WordCounts::<String>::new();
        for row in &rows {
            words.add_ref(row.2.iter().copied(), row.4).unwrap();
        }
        let distinct: BTreeSet<&str> = bag.iter().copied().collect();
        let bits = distinct.into_iter().map(|word| (word, words.bits(word)));
        let mut expected: Vec<(&str, f64)> = bits.collect();
        expected.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: ties by word
        expected.truncate(k);
        prop_assert_eq!(words.rarest(bag, k), expected);
    }

    #[test]
    fn merging_is_commutative_and_associative(a in rows(), b in rows(), c in rows()) {
        let [a, b, c] = [a, b, c].map(|rows| model(&rows));
        prop_assert_eq!(merged(a.clone(), b.clone()), merged(b.clone(), a.clone()));
        let left = merged(merged(a.clone(), b.clone()), c.clone());
        prop_assert_eq!(&left, &merged(a.clone(), merged(b, c)));
        prop_assert_eq!(merged(a.clone(), empty()), a);
    }

    #[test]
    fn chunks_and_order_of_rows_change_nothing(rows in rows(), cut: proptest::sample::Index) {
        let whole = model(&rows);
        let (head, tail) = rows.split_at(cut.index(rows.len() + 1));
        let parts = merged(model(tail), model(head));
        prop_assert_eq!(&parts, &whole);
        for row in &rows {
            let row = seen(row);
            prop_assert_eq!(parts.surprisals(&row), whole.surprisals(&row));
        }
    }

    #[test]
    fn a_count_is_that_many_rows(rows in rows()) {
        let mut one_by_one = empty();
        for row in &rows {
            for _ in 0..row.4 {
                one_by_one.add(&seen(row), 1).unwrap();
            }
        }
        prop_assert_eq!(one_by_one, model(&rows));
    }
}

#[cfg(feature = "serde")]
proptest! {
    #[test]
    fn a_saved_model_reads_back_equal(rows in rows()) {
        let model = model(&rows);
        let text = serde_json::to_string(&model).unwrap();
        let read: Rarity = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        prop_assert_eq!(read, model);
    }

    #[test]
    fn a_damaged_model_is_refused_or_still_sound(
        rows in rows(),
        at: proptest::sample::Index,
        byte in b' '..b'~',
    ) {
        let mut text = serde_json::to_vec(&model(&rows)).unwrap();
        let place = at.index(text.len());
        text[place] = byte;
        if let Ok(mut read) = serde_json::from_slice::<Rarity>(&text) {
            let row: Row = ("a", "b", vec!["a", "c"], 3, 1);
            if let Ok(bits) = read.surprisals(&seen(&row)) {
                prop_assert!(bits.iter().all(|bits| bits.is_finite() && *bits >= 0.0));
            }
            let _ = read.add(&seen(&row), u64::MAX);
            let _ = read.merge(model(&rows));
        }
    }
}
