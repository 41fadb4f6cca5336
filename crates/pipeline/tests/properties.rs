//! Laws: neither threads, nor batches, nor the kind of source change a result.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use oddsift_pipeline::{ClusterParams, Clusters, Input, KeepRows, OutlierParams, StackParams};
use oddsift_records::{Batch, Error, ReadOptions, Reader, Rows, Summary};
use proptest::prelude::*;

/// Events of a small log: a program, bytes, and whether the value is missing.
fn events() -> impl Strategy<Value = Vec<(u8, i64)>> {
    prop::collection::vec((0_u8..4, 1_i64..6), 1..200)
}

fn csv(events: &[(u8, i64)]) -> String {
    let rows = events.iter().map(|(program, bytes)| format!("p{program},{bytes},{}\n", bytes * 7));
    "program,bytes,packets\n".to_owned() + &rows.collect::<String>()
}

fn of_text(text: &str) -> Input {
    let text = text.to_owned();
    Input::rows("log.csv", move || {
        let stream = std::io::Cursor::new(text.clone());
        Ok(Box::new(Reader::new("log.csv", stream, ReadOptions::new())?))
    })
}

/// The same events, as numbers, in batches of `size`.
struct Typed {
    name: Arc<str>,
    columns: Arc<[String]>,
    events: Vec<(u8, i64)>,
    next: usize,
    size: usize,
    summary: Summary,
}

impl Rows for Typed {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        batch.begin(&self.name, &self.columns);
        for (program, bytes) in self.events.iter().skip(self.next).take(self.size) {
            let row = self.next as u64;
            let program = format!("p{program}");
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let packets = (bytes * 7) as f64;
            batch.push(row, row + 2).text(&program).int(*bytes).float(packets);
            self.next += 1;
        }
        self.summary.count_rows(batch.len());
        Ok(!batch.is_empty())
    }

    fn summary(&self) -> &Summary {
        &self.summary
    }
}

fn of_numbers(events: &[(u8, i64)], size: usize) -> Input {
    let events = events.to_vec();
    Input::rows("log.csv", move || {
        Ok(Box::new(Typed {
            name: "log.csv".into(),
            columns: ["program", "bytes", "packets"].map(str::to_owned).into(),
            events: events.clone(),
            next: 0,
            size,
            summary: Summary::default(),
        }))
    })
}

fn labels(found: &Clusters) -> Vec<(u64, i64, bool)> {
    found.labels().map(|(row, label, is_core)| (row, label.to_i64(), is_core)).collect()
}

fn cluster(mut input: Input, threads: usize) -> (Vec<(u64, i64, bool)>, Vec<String>) {
    input.threads = Some(threads);
    let mut params = ClusterParams::new();
    params.template = Some("program".to_owned());
    params.keep = KeepRows::All;
    let found = params.fit(input).unwrap();
    let rows = found.rows();
    let rows = rows.iter().map(|row| format!("{} {} {:?}", row.row, row.size, row.template));
    (labels(&found), rows.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn clusters_depend_neither_on_threads_nor_on_batches_nor_on_the_source(
        events in events(),
        size in 1_usize..50,
    ) {
        let expected = cluster(of_text(&csv(&events)), 1);
        prop_assert_eq!(&cluster(of_text(&csv(&events)), 3), &expected);
        prop_assert_eq!(&cluster(of_numbers(&events, size), 1), &expected);
        prop_assert_eq!(&cluster(of_numbers(&events, size), 4), &expected);
    }

    #[test]
    fn outliers_depend_neither_on_threads_nor_on_batches_nor_on_the_source(
        events in events(),
        size in 1_usize..50,
    ) {
        let find = |mut input: Input, threads| {
            input.threads = Some(threads);
            let found = OutlierParams::new().features(["bytes", "packets"]).top(5).find(input).unwrap();
            let rows = found.rows().map(Result::unwrap);
            rows.map(|row| (row.row, row.score.to_bits(), row.reasons)).collect::<Vec<_>>()
        };
        let expected = find(of_text(&csv(&events)), 1);
        prop_assert_eq!(&find(of_numbers(&events, size), 1), &expected);
        prop_assert_eq!(&find(of_numbers(&events, size), 3), &expected);
    }

    #[test]
    fn counts_are_those_of_a_map(events in events(), size in 1_usize..50) {
        let mut params = StackParams::new(["program", "bytes"]);
        params.max_count = u64::MAX;
        let counts = params.count(of_numbers(&events, size)).unwrap();
        let mut found: Vec<(Vec<String>, u64)> = Vec::new();
        for stacked in counts.rare() {
            let values = stacked.values().map(|value| value.unwrap_or_default().to_owned());
            found.push((values.collect(), stacked.count()));
        }
        found.sort();
        let mut expected = std::collections::BTreeMap::new();
        for (program, bytes) in &events {
            *expected.entry(vec![format!("p{program}"), bytes.to_string()]).or_insert(0) += 1;
        }
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn masked_columns_fold_what_differs_in_numbers() {
    let rows = "line,host\nping 10.0.0.1 -n 4,h1\nPING  10.0.0.77 -n 12,h1\nping 10.0.0.1 -n 4,h2\n ,\n,\n";
    let mut params = StackParams::new(["line", "host"]);
    params.mask = vec!["line".to_owned()];
    let input = || of_text(rows);
    let counts = params.count(input()).unwrap();
    let found: Vec<_> =
        counts.rare().iter().map(|it| (it.values().collect::<Vec<_>>(), it.count())).collect();
    let line = Some("ping <ip> -n <num>");
    let expected =
        [(vec![line, Some("h2")], 1), (vec![line, Some("h1")], 2), (vec![None, None], 2)];
    assert_eq!(found, expected.map(|(values, count)| (values, count)));
    params.mask.push("user".to_owned());
    let error = params.count(input()).unwrap_err().to_string();
    assert_eq!(error, r#"mask names "user", which is not in by; name it there, too"#);
}

#[test]
fn a_callback_that_breaks_ends_the_job() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    let input = Input::file(path).progress(|_| std::ops::ControlFlow::Break(()));
    let error = ClusterParams::new().fit(input).unwrap_err();
    assert!(matches!(error, oddsift_pipeline::Error::Cancelled), "{error}");
}

#[test]
fn an_error_has_file_line_column_and_value() {
    let mut params = ClusterParams::new();
    params.features.names = vec!["b".to_owned()];
    let error = params.fit(of_text("a,b\n1,2\n1,many\n")).unwrap_err();
    let text =
        "log.csv:3:2: b: \"many\" is not a number; write digits and a point, or skip bad rows";
    assert_eq!(error.to_string(), text);
}
