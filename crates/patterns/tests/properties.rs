//! Laws of tables and templates on random rows and texts.

use std::collections::{BTreeMap, BTreeSet};

use oddsift_patterns::{
    Aggregate, Error, Observation, Part, PatternId, PatternTable, TemplateState,
};
use oddsift_timespan::Timestamp;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Row {
    values: [f64; 2],
    weight: f64,
    time: Option<Timestamp>,
    text: Option<String>,
    host: Option<String>,
}

prop_compose! {
    fn row()(
        row in row_of_one(),
        weight in prop::sample::select(vec![1.0, 1.0, 1.0, 0.0, -0.0, 2.5, -7.0]),
    ) -> Row {
        Row { weight, ..row }
    }
}

prop_compose! {
    /// A row that weighs 1, as all do where rows have no weights.
    fn row_of_one()(
        values in [prop::sample::select(vec![0.0, -0.0, 1.5, -7.0]), prop::sample::select(vec![0.0, 2.0])],
        time in prop::option::of(0i64..100),
        text in prop::option::of(text()),
        host in prop::option::of("[a-d]"),
    ) -> Row {
        let time = time.map(|second| Timestamp::from_second(second).expect("a second of 1970"));
        Row { values, weight: 1.0, time, text, host }
    }
}

/// Token soup: few tokens and delimiters, so that shapes and tokens often agree.
fn text() -> impl Strategy<Value = String> {
    let tokens = ["a", "b", "", "12", "7", "0xf", "1f", "10.0.0.1", "10.0.0.2", "*", "<num>", "é"];
    let guids = ["46fe7078-61bb-4bed-9430-7ac01d91c273", "710dc858-9c96-4df5-bd9b-e932e7433077"];
    let tokens: Vec<&str> = tokens.into_iter().chain(guids).collect();
    let token = prop::sample::select(tokens);
    let delimiter = prop::sample::select(vec![" ", " ", " ", "/", "\u{2003}"]);
    prop::collection::vec((token, delimiter), 1..7).prop_map(|pieces| {
        let text: String =
            pieces.iter().flat_map(|(token, delimiter)| [*token, delimiter]).collect();
        let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
        text[..last].to_owned()
    })
}

fn table_of<'a>(rows: impl IntoIterator<Item = (usize, &'a Row)>) -> PatternTable {
    let mut table = PatternTable::new(2).with_templates(true).with_distinct(1);
    for (number, row) in rows {
        let distinct = &[row.host.as_deref()];
        let (weight, time, text) = (row.weight, row.time, row.text.as_deref());
        let seen = Observation { row: number as u64, weight, time, text, distinct };
        let id = table.add(&row.values, &seen).expect("the row is finite");
        assert_eq!((table.values(id), table.row_weight(id)), (&row.values[..], row.weight));
    }
    table
}

fn state_of<T: AsRef<str>>(texts: &[T]) -> TemplateState {
    let mut state = TemplateState::new(texts[0].as_ref());
    for text in &texts[1..] {
        state.add(text.as_ref());
    }
    state
}

/// Positions of the texts in an order that `keys` decide.
fn shuffled<T>(items: &[T], keys: &[u32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| (keys[i % keys.len()] as usize).wrapping_mul(i + 1));
    order
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_chunks_merged_in_any_order_give_the_equal_table(
        rows in prop::collection::vec(row(), 1..40),
        part_of in prop::collection::vec(0usize..5, 40),
        order in Just([0, 1, 2, 3, 4]).prop_shuffle(),
        pairwise: bool,
    ) {
        let part = |part| table_of(rows.iter().enumerate().filter(|&(i, _)| part_of[i] == part));
        let mut parts: Vec<PatternTable> = order.into_iter().map(part).collect();
        while parts.len() > 1 {
            // Left to right, or the last two first: another bracketing.
            let (into, from) = if pairwise { (parts.len() - 2, parts.len() - 1) } else { (0, 1) };
            let other = parts.remove(from);
            parts[into].merge(other).unwrap();
        }
        let merged = parts.remove(0).into_canonical();
        prop_assert_eq!(merged, table_of(rows.iter().enumerate()).into_canonical());
    }

    #[test]
    fn patterns_counted_elsewhere_are_the_table_of_their_rows(
        rows in prop::collection::vec(row(), 1..40),
        part_of in prop::collection::vec(0usize..3, 40),
    ) {
        let of_rows = |rows: &mut dyn Iterator<Item = (usize, &Row)>| {
            let mut table = PatternTable::new(2).with_templates(true);
            for (number, Row { values, weight, time, text, .. }) in rows {
                let (weight, time, text) = (*weight, *time, text.as_deref());
                let seen = Observation { weight, time, text, ..Observation::new(number as u64) };
                table.add(values, &seen).expect("the row is finite");
            }
            table
        };
        let mut counted = PatternTable::new(2).with_templates(true);
        for part in 0..3 {
            let mut rows = rows.iter().enumerate().filter(|(i, _)| part_of[*i] == part);
            let table = of_rows(&mut rows);
            for id in table.ids() {
                let pattern = Aggregate {
                    count: table.count(id).try_into().unwrap(),
                    first_row: table.first_row(id),
                    row_weight: table.row_weight(id),
                    times: table.times(id),
                    template: table.template(id).cloned(),
                };
                counted.add_pattern(table.values(id), pattern).unwrap();
            }
        }
        let whole = of_rows(&mut rows.iter().enumerate());
        prop_assert_eq!(counted.into_canonical(), whole.into_canonical());
    }

    #[test]
    fn a_pattern_knows_what_its_rows_say(rows in prop::collection::vec(row(), 1..40)) {
        let mut groups: BTreeMap<[u64; 3], Vec<usize>> = BTreeMap::new();
        for (i, row) in rows.iter().enumerate() {
            let key = [row.values[0], row.values[1], row.weight];
            groups.entry(key.map(|v| (v + 0.0).to_bits())).or_default().push(i);
        }
        let table = table_of(rows.iter().enumerate());
        prop_assert_eq!((table.len(), table.n_rows()), (groups.len(), rows.len() as u64));
        for id in table.ids() {
            let (values, row_weight) = (table.values(id), table.row_weight(id));
            let members = &groups[&[values[0], values[1], row_weight].map(f64::to_bits)];
            let times: BTreeSet<_> = members.iter().filter_map(|&i| rows[i].time).collect();
            let texts: Vec<_> = members.iter().filter_map(|&i| rows[i].text.as_ref()).collect();
            prop_assert_eq!(table.count(id), members.len() as u64);
            let weight = members.len() as f64 * row_weight;
            prop_assert_eq!(table.weight(id).to_bits(), weight.to_bits());
            prop_assert_eq!(table.first_row(id), members[0] as u64);
            prop_assert_eq!(table.times(id), times.first().copied().zip(times.last().copied()));
            prop_assert_eq!(table.template(id).cloned(), (!texts.is_empty()).then(|| state_of(&texts)));
        }
    }

    #[test]
    fn distinct_counts_are_those_of_the_rows(
        rows in prop::collection::vec(row(), 1..40),
        group_of in prop::collection::vec(0u32..4, 24),
    ) {
        let mut table = table_of(rows.iter().enumerate());
        let mut hosts = vec![BTreeSet::new(); 3];
        for row in &rows {
            let seen = Observation { weight: row.weight, distinct: &[None], ..Default::default() };
            let id = table.add(&row.values, &seen);
            let group = group_of[id.unwrap().index()] as usize;
            if let (Some(host), Some(hosts)) = (&row.host, hosts.get_mut(group)) {
                hosts.insert(host);
            }
        }
        let expected: Vec<Vec<u64>> = hosts.iter().map(|hosts| vec![hosts.len() as u64]).collect();
        prop_assert_eq!(table.distinct_by_group(&group_of, 3), expected.clone());
        let in_first = |id: &PatternId| group_of[id.index()] == 0;
        prop_assert_eq!(table.fold_distinct(table.ids().filter(in_first)), expected[0].clone());
    }

    #[test]
    fn merge_and_sort_say_where_each_pattern_went(
        rows in prop::collection::vec(row(), 2..40), at in 1usize..39,
    ) {
        let at = at.min(rows.len() - 1);
        let mut table = table_of(rows[at..].iter().enumerate().map(|(i, row)| (at + i, row)));
        let other = table_of(rows[..at].iter().enumerate());
        let ids = table.merge(other.clone()).unwrap();
        for (theirs, ours) in other.ids().zip(&ids) {
            prop_assert_eq!(other.values(theirs), table.values(*ours));
        }
        let before = table.clone();
        let ids = table.sort_by_first_row();
        for (old, new) in before.ids().zip(ids) {
            prop_assert_eq!(before.values(old), table.values(new));
            prop_assert_eq!(before.template(old), table.template(new));
        }
        prop_assert!(table.ids().map(|id| table.first_row(id)).is_sorted());
    }

    #[test]
    fn a_table_reads_back_as_written(rows in prop::collection::vec(row(), 0..20)) {
        let table = table_of(rows.iter().enumerate());
        let text = serde_json::to_string(&table).unwrap();
        prop_assert_eq!(serde_json::from_str::<PatternTable>(&text).unwrap(), table);
    }

    #[test]
    fn a_table_keeps_weights_only_where_a_row_has_one(
        rows in prop::collection::vec(row_of_one(), 1..20),
        weighted in prop::collection::vec(row(), 0..4),
    ) {
        let n_kept = |table: &PatternTable| {
            let saved = serde_json::to_value(table).unwrap();
            saved["row_weights"].as_array().unwrap().len()
        };
        let mut table = table_of(rows.iter().enumerate());
        let counts: Vec<f64> = table.counts().iter().map(|count| *count as f64).collect();
        prop_assert_eq!((n_kept(&table), table.weights()), (0, counts));
        table.merge(table_of(weighted.iter().enumerate())).unwrap();
        let has_weights = weighted.iter().any(|row| row.weight.to_bits() != 1.0_f64.to_bits());
        prop_assert_eq!(n_kept(&table), if has_weights { table.len() } else { 0 });
    }

    #[test]
    fn a_template_depends_on_the_set_of_texts_alone(
        texts in prop::collection::vec(text(), 1..8),
        keys in prop::collection::vec(any::<u32>(), 8),
        at in 1usize..8,
    ) {
        let state = state_of(&texts);
        let order = shuffled(&texts, &keys);
        let twice: Vec<&String> = order.iter().chain(&order).map(|&i| &texts[i]).collect();
        prop_assert_eq!(&state_of(&twice), &state);
        let at = at.min(twice.len() - 1);
        let (mut left, right) = (state_of(&twice[..at]), state_of(&twice[at..]));
        let mut other_way = right.clone();
        other_way.merge(&left);
        left.merge(&right);
        prop_assert_eq!(&left, &state);
        prop_assert_eq!(&other_way, &state);
        let saved = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<TemplateState>(&saved).unwrap(), state);
    }

    #[test]
    fn a_template_matches_every_text_and_no_mask_is_in_vain(
        texts in prop::collection::vec(text(), 1..6),
    ) {
        let template = state_of(&texts).template();
        let masks: Vec<Part> =
            template.parts().filter(|part| !matches!(part, Part::Literal(_))).collect();
        let found: Vec<Vec<&str>> = texts.iter().map(|t| template.captures(t).unwrap()).collect();
        prop_assert!(texts.iter().all(|text| template.matches(text)));
        for (i, mask) in masks.iter().enumerate() {
            // Where a mask stands is fixed in each text, so with one text's own words in its place
            // the template fits just the texts that have the same words there.
            prop_assert!(found.iter().any(|words| words[i] != found[0][i]), "{template} {mask:?}");
            if let Part::Mask(mask) = mask {
                prop_assert!(found.iter().all(|words| mask.matches(words[i])));
            }
        }
        prop_assert!(found.iter().all(|words| words.len() == masks.len()));
    }

    #[test]
    fn equal_tokens_of_one_shape_are_kept(
        tokens in prop::collection::vec(("[a-c]{0,2}", "[a-c0-9]{0,2}", any::<bool>()), 1..8),
    ) {
        let join = |words: Vec<&str>| words.join("/");
        let one = join(tokens.iter().map(|(a, _, _)| a.as_str()).collect());
        let other =
            join(tokens.iter().map(|(a, b, same)| if *same { a.as_str() } else { b }).collect());
        let template = state_of(&[&one, &other]).template().to_string();
        for ((a, b, same), token) in tokens.iter().zip(template.split('/')) {
            prop_assert_eq!(token == a, *same || a == b, "{} {} {}", one, other, template);
        }
    }

    #[test]
    fn a_saved_state_is_refused_or_safe_to_use(
        head in text(), tail in text(), masks in prop::collection::vec((0usize..12, 0usize..5), 0..4),
        n_tokens in 0usize..9, text in text(),
    ) {
        let kinds = ["num", "hex", "guid", "ip", "any"];
        let masks: Vec<_> = masks.iter().map(|&(at, kind)| (at, kinds[kind])).collect();
        let saved = serde_json::json!({
            "head": {"text": head, "masks": masks},
            "rest": {"tail": {"text": tail, "masks": []}, "n_tokens": n_tokens},
        });
        if let Ok(mut state) = serde_json::from_value::<TemplateState>(saved) {
            state.add(&text);
            prop_assert!(state.template().matches(&text));
        }
    }
}

#[test]
fn bad_rows_are_refused_and_change_nothing() {
    let mut table = PatternTable::new(2).with_distinct(1);
    let seen = Observation { row: 8, distinct: &[None], ..Observation::default() };
    table.add(&[1.0, 2.0], &seen).unwrap();
    let before = table.clone();
    let error = table.add(&[1.0, f64::NAN], &seen).unwrap_err().to_string();
    assert!(error.contains("row 8") && error.contains("column 1"), "{error}");
    assert!(table.add(&[f64::NEG_INFINITY, 0.0], &seen).is_err());
    assert!(table.add(&[1.0], &seen).is_err());
    for weight in [f64::NAN, f64::INFINITY] {
        let error = table.add(&[1.0, 2.0], &Observation { weight, ..seen }).unwrap_err();
        assert_eq!(error, Error::NonFiniteWeight { row: 8 });
    }
    assert!(table.add(&[1.0, 2.0], &Observation { distinct: &[], ..seen }).is_err());
    assert!(table.merge(PatternTable::new(3).with_distinct(1)).is_err());
    assert!(table.merge(PatternTable::new(2)).is_err());
    assert!(table.merge(PatternTable::new(2).with_distinct(1).with_templates(true)).is_err());
    assert_eq!(table, before);
}

#[test]
fn rows_without_features_are_of_one_pattern() {
    let mut table = PatternTable::new(0);
    for row in 0..3 {
        table.add(&[], &Observation::new(row)).unwrap();
    }
    assert_eq!((table.len(), table.counts(), table.matrix().len()), (1, &[3][..], 0));
    let text = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<PatternTable>(&text).unwrap(), table);
}

#[test]
fn counts_past_64_bits_are_an_error() {
    let mut table = PatternTable::new(1);
    table.add(&[1.0], &Observation::default()).unwrap();
    let text = serde_json::to_string(&table).unwrap();
    let full = text.replace("\"counts\":[1]", "\"counts\":[18446744073709551615]");
    let mut full: PatternTable = serde_json::from_str(&full).unwrap();
    assert!(full.add(&[1.0], &Observation::default()).is_err());
    assert!(table.merge(full).is_err());
    assert_eq!(table.n_rows(), 1);
}
