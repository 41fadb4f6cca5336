//! JSON as tools write it.

use std::io::Read;

use oddsift_records::{
    BadRows, Batch, Error, FieldKind, InputFormat, ReadOptions, Reader, Record, Row, RowStore,
    Summary,
};
use proptest::{collection::vec, prelude::*};

/// Number, line, and the fields that have a value.
type Rows = Vec<(u64, u64, Vec<(String, FieldKind, String)>)>;

/// What is read of a text.
#[derive(Debug, PartialEq)]
struct Reading {
    columns: Vec<String>,
    rows: Rows,
    summary: Summary,
}

/// A stream that gives a few bytes a call.
struct Dribble(Vec<u8>, usize, usize);

impl Read for Dribble {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let n_bytes = self.2.min(room.len()).min(self.0.len() - self.1);
        room[..n_bytes].copy_from_slice(&self.0[self.1..self.1 + n_bytes]);
        self.1 += n_bytes;
        Ok(n_bytes)
    }
}

fn json() -> ReadOptions {
    ReadOptions::new().format(Some(InputFormat::Ndjson))
}

fn skip() -> ReadOptions {
    json().bad_rows(BadRows::Skip)
}

fn fields(row: &Row<'_>, columns: &[String]) -> Vec<(String, FieldKind, String)> {
    let filled = std::iter::successors(row.next_filled(0), |last| row.next_filled(last + 1));
    let text = |at: usize| row.text(at).expect("has a value").to_owned();
    filled.map(|at| (columns[at].clone(), row.kind(at), text(at))).collect()
}

fn read_as(text: &[u8], at_once: usize, options: ReadOptions) -> Result<Reading, Error> {
    let mut reader = Reader::new("x", Dribble(text.to_vec(), 0, at_once), options)?;
    let (mut batch, mut rows) = (Batch::new(), Rows::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            assert_eq!(row.n_fields(), batch.columns().len());
            rows.push((row.row(), row.line(), fields(&row, batch.columns())));
        }
    }
    let (columns, summary) = (reader.columns().to_vec(), reader.summary().clone());
    Ok(Reading { columns, rows, summary })
}

fn read(text: &str) -> Reading {
    read_as(text.as_bytes(), usize::MAX, json()).expect(text)
}

/// The values of all rows as `name=value`.
fn cells(text: &str) -> Vec<Vec<String>> {
    let cell = |(name, _, value): (String, _, String)| format!("{name}={value}");
    read(text).rows.into_iter().map(|row| row.2.into_iter().map(cell).collect()).collect()
}

fn message(text: &str, options: ReadOptions) -> String {
    read_as(text.as_bytes(), usize::MAX, options).expect_err(text).to_string()
}

#[test]
fn nested_objects_are_dotted_columns() {
    let text = r#"{"winlog":{"event_data":{"Image":"a","n":1.50},"id":1},"id.orig_h":"h","e":{},"x":[],"y":null}"#;
    let read = read(text);
    let names =
        ["winlog.event_data.Image", "winlog.event_data.n", "winlog.id", "id.orig_h", "x", "y"];
    assert_eq!(read.columns, names);
    assert_eq!(
        cells(text),
        [["winlog.event_data.Image=a", "winlog.event_data.n=1.50", "winlog.id=1", "id.orig_h=h"]]
    );
}

#[test]
fn scalars_of_an_array_are_one_text_and_other_arrays_stay_json() {
    let text = r#"{"ARGV":["ls","-l \"x\""],"n":[1, 2.50,true,null],"none":[null],"o":[{"a":1}],"m":[1,[2]]}"#;
    let kinds: Vec<_> = read(text).rows.remove(0).2;
    let of = |name: &str, kind, text: &str| (name.to_owned(), kind, text.to_owned());
    let expected = [
        of("ARGV", FieldKind::Text, "ls -l \"x\""),
        of("n", FieldKind::Text, "1 2.50 true"),
        of("o", FieldKind::Nested, "[{\"a\":1}]"),
        of("m", FieldKind::Nested, "[1,[2]]"),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn name_that_is_there_flat_and_nested_is_a_fault() {
    let fault = message(r#"{"a.b":1,"a":{"b":2}}"#, json());
    assert!(fault.starts_with("x:1:19: the key \"a.b\" is there twice; "), "{fault}");
}

#[test]
fn fields_of_a_wrapper_stand_without_it_unless_a_name_is_taken() {
    assert_eq!(
        cells(r#"{"preview":false,"result":{"Image":"a","x":{"y":1}}}"#),
        [["preview=false", "Image=a", "x.y=1"]]
    );
    let osquery = [["name=pack", "action=added", "pid=7", "columns.name=bash"]];
    assert_eq!(
        cells(r#"{"name":"pack","columns":{"pid":"7","name":"bash"},"action":"added"}"#),
        osquery
    );
    assert_eq!(
        cells(r#"{"columns":{"pid":"7","name":"bash"},"name":"pack","action":"added"}"#),
        osquery
    );
    assert_eq!(cells(r#"{"result":"ok"}"#), [["result=ok"]]);
}

#[test]
fn records_are_found_in_envelopes() {
    for (text, envelope) in [
        (
            r#"{"took":1,"hits":{"total":{"value":2},"hits":[{"_source":{"a":1}},{"_source":{"a":2}}]}}"#,
            "hits.hits._source",
        ),
        (r#"{"Records":[{"a":1},{"a":2}]}"#, "Records"),
        ("{\"@odata.context\":\"u\",\n\"value\":[{\"a\":1},{\"a\":2}]}", "value"),
        (r#"{"name":"p","snapshot":[{"a":1},{"a":2}],"action":"snapshot"}"#, "snapshot"),
        (r#"{"results":[{"a":1}],"rows":[{"a":2}]}"#, "results"),
        ("{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}\n", "Records"),
        ("{\"data\":[{\"a\":1}]}\n{\"data\":[{\"a\":2}]}\n", "data"),
        ("{\n\"Records\":[{\"a\":1}]}\n{\"Records\":[\n{\"a\":2}]}\n", "Records"),
    ] {
        assert_eq!(cells(text), [["a=1"], ["a=2"]], "{text}");
        assert_eq!(read(text).summary.envelope(), Some(envelope), "{text}");
    }
}

#[test]
fn record_among_others_keeps_an_array_that_only_may_be_an_envelope() {
    let text = "{\"user\":\"u\",\"events\":[{\"a\":1}]}\n{\"user\":\"v\"}\n";
    assert_eq!(cells(text), [vec!["user=u", "events=[{\"a\":1}]"], vec!["user=v"]]);
    assert_eq!(read(text).summary.envelope(), None);
}

#[test]
fn empty_envelope_gives_no_record() {
    for text in ["[]", r#"{"Records":[]}"#, r#"{"hits":{"hits":[]}}"#, "[] []\n"] {
        let error = message(text, json());
        assert!(error.starts_with("x: is empty; "), "{error}");
    }
    assert_eq!(cells(r#"{"data":[],"a":1}"#), [["a=1"]]);
}

#[test]
fn values_may_stand_in_any_form_and_lines_are_physical() {
    for (text, lines) in [
        ("[{\"a\":1},\n {\"a\":2}]", [1, 2]),
        ("[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n", [2, 5]),
        ("[{\"a\":1}]\n[{\"a\":2}]\n", [1, 2]),
        ("{\"a\":1},\n{\"a\":2},\n", [1, 2]),
        ("{\"a\":1}{\"a\":2}", [1, 1]),
        ("{\n\"a\":1}\n\n{\n\"a\":2}", [1, 4]),
        ("{\"a\":1}\n\n{\"a\":2}\n", [1, 3]),
    ] {
        assert_eq!(cells(text), [["a=1"], ["a=2"]], "{text}");
        let found: Vec<u64> = read(text).rows.iter().map(|row| row.1).collect();
        assert_eq!(found, lines, "{text}");
    }
}

#[test]
fn windows_events_of_other_tools_flatten_well() {
    let text = r##"{"Event":{"System":{"TimeCreated":{"#attributes":{"SystemTime":"t"}},"EventID":{"#text":1}},
        "EventData":{"Data":[{"#attributes":{"Name":"Image"},"#text":"C:\\x"},{"#attributes":{"Name":"User"}},
        {"@Name":"Line","#text":"l"},{"Name":"n","Value":2}]}}}"##;
    let expected = [
        "Event.System.TimeCreated.#attributes.SystemTime=t",
        "Event.System.EventID.#text=1",
        "Event.EventData.Image=C:\\x",
        "Event.EventData.Line=l",
        "Event.EventData.n=2",
    ];
    assert_eq!(cells(text), [expected]);
    assert!(read(text).columns.contains(&"Event.EventData.User".to_owned()));
    let single = r##"{"EventData":{"Data":{"#attributes":{"Name":"Image"},"#text":"a"}}}"##;
    assert_eq!(cells(single), [["EventData.Image=a"]]);
    let unnamed = r##"{"EventData":{"Data":["a","b"]},"b":{"EventData":{"Data":{"#text":"c"}}}}"##;
    assert_eq!(cells(unnamed), [["EventData.Data=a b", "b.EventData.Data.#text=c"]]);
    let twice = r#"{"EventData":{"Data":[{"Name":"a","Value":1},{"Name":"a","Value":2}]}}"#;
    assert_eq!(cells(twice), [["EventData.a=1", "EventData.Data.a=2"]]);
}

#[test]
fn event_data_in_a_text_is_read_if_it_is_an_object() {
    let text = r#"{"EventData":"{\"Image\":\"C:\\\\x\",\"o\":{\"p\":[1,2]}}","n":{"WinEventData":"{\"a\":\"b\"}"}}"#;
    let expected = ["EventData.Image=C:\\x", "EventData.o.p=1 2", "n.WinEventData.a=b"];
    assert_eq!(cells(text), [expected]);
    for text in
        [r#"{"EventData":"{\"a\":1} x"}"#, r#"{"EventData":"{a"}"#, r#"{"EventData":"<Data/>"}"#]
    {
        assert_eq!(read(text).columns, ["EventData"]);
    }
    let deep =
        format!("{{\"EventData\":\"{{\\\"a\\\":{}{}}}\"}}", "[".repeat(500), "]".repeat(500));
    assert_eq!(read(&deep).columns, ["EventData"]);
}

#[test]
fn half_a_surrogate_pair_is_replaced_and_counted() {
    let text = "{\"a\":\"x\\ud800\",\"k\\udc00\":1,\"o\":{\"\\udfff\":[\"\\ud83d\\ude00\"]}}\n{\"a\":\"y\"}\n";
    let expected = vec!["a=x\u{fffd}", "k\u{fffd}=1", "o.\u{fffd}=😀"];
    assert_eq!(cells(text), [expected, vec!["a=y"]]);
    let replaced = read(text).summary.replaced().clone();
    assert_eq!((replaced.count(), replaced.first().map(|first| first.line)), (1, Some(1)));
    let inner = r#"{"EventData":"{\"a\":\"\\ud800\"}"}"#;
    assert_eq!(cells(inner), [["EventData.a=\u{fffd}"]]);
    assert_eq!(read(inner).summary.replaced().count(), 1);
}

#[test]
fn bytes_that_are_no_utf8_move_no_record_of_an_envelope() {
    let text = b"{\"Records\":[{\"a\":\"\xff\"},{\"a\":2}],\"x\":\"\xff\"}\n{\"\xff\":1,\"Records\":[{\"a\":3}]}\n";
    let rows = read_as(text, 3, json()).unwrap().rows;
    let values: Vec<_> = rows.iter().map(|row| row.2[0].2.as_str()).collect();
    assert_eq!(values, ["\u{fffd}", "2", "3"]);
}

#[test]
fn key_that_comes_late_is_a_column_from_its_batch_on() {
    let mut text = "{\"a\":1}\n".repeat(1000);
    text += "{\"late\":2,\"a\":3}\n";
    let open = || Reader::new("x", std::io::Cursor::new(text.clone()), json()).unwrap();
    let (mut reader, mut batch) = (open(), Batch::new());
    assert!(reader.names_its_fields() && reader.columns() == ["a"]);
    assert!(reader.next_batch(&mut batch).unwrap() && batch.columns()[..] == ["a"]);
    assert!(reader.next_batch(&mut batch).unwrap());
    assert_eq!(
        (&batch.columns()[..], reader.columns()),
        (&["a", "late"].map(String::from)[..], &batch.columns()[..])
    );
    let row = batch.get(0).unwrap();
    assert_eq!((row.text(0), row.text(1), row.n_fields()), (Some("3"), Some("2"), 2));
    let columns = open().read_columns().unwrap();
    let mut reader = open().with_columns(&columns);
    assert!(reader.next_batch(&mut batch).unwrap());
    assert_eq!((batch.columns(), batch.get(0).unwrap().n_fields()), (&columns, 2));
}

#[test]
fn keys_past_the_bound_are_dropped_counted_and_told() {
    let object: Vec<String> = (0..20_000).map(|key| format!("\"k{key}\":{key}")).collect();
    let text = format!("{{{}}}\n{{\"k1\":1}}\n{{\"k3\":1,\"z\":2}}\n", object.join(","));
    let read = read(&text);
    assert_eq!(
        (read.columns.len(), read.rows[0].2.len(), read.rows[2].2.len()),
        (16_384, 16_384, 1)
    );
    let dropped = read.summary.dropped_keys().unwrap();
    assert_eq!((dropped.rows, dropped.line, dropped.key.as_str()), (2, 1, "k16384"));
    assert_eq!(
        read.summary.warnings("x"),
        ["x:1: 2 rows have keys past the 16384 columns that are kept, the first: \"k16384\""]
    );
}

#[test]
fn object_below_a_long_name_stays_json() {
    let name = "n".repeat(300);
    let text = format!("{{\"{name}\":{{\"a\":{{\"b\":1}}}},\"o\":{{\"{name}\":{{\"a\":1}}}}}}");
    assert_eq!(
        cells(&text),
        [[format!("{name}={{\"a\":{{\"b\":1}}}}"), format!("o.{name}={{\"a\":1}}")]]
    );
}

#[test]
fn nesting_is_followed_to_the_bound_and_no_further() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert_eq!(read(&nested(129)).columns, [["a"; 129].join(".")]);
    for (deep, place) in [(nested(130), "x:1:646"), (nested(20_000), "x:1:646")] {
        let fault = message(&deep, json());
        assert!(
            fault.starts_with(&format!("{place}: a value is nested deeper than 128; ")),
            "{fault}"
        );
        let read = read_as(format!("[{deep},{{\"a\":1}}]").as_bytes(), 999, skip()).unwrap();
        assert_eq!((read.rows.len(), read.summary.skipped().count()), (1, 1));
    }
}

#[test]
fn faults_of_documents_have_line_and_column() {
    for (text, start) in [
        ("[{\"a\":1},\n{\"a\":2}", "x:1:1: the array that begins here is not closed; "),
        ("\n [{\"a\":1},\n  {\"a\":2", "x:3:3: the last object is cut off; "),
        ("[{\"a\":1}]\nx", "x:2:1: text outside of the JSON values; "),
        ("[{\"a\":1},\n 5]", "x:2:2: found a number where "),
        ("[{\"a\":1},\n [{\"a\":1}]]", "x:2:2: found a JSON array"),
        ("[\n{\"a\":1,\n \"a\":2}]", "x:3:6: the key \"a\" is there twice; "),
        ("[\n{\"a\":1,\n \"b\":nul}]", "x:3:9: no JSON: "),
        ("[{\"a\":\n\"\u{1}\"}]", "x:2:2: the control character 0x01 "),
        ("{\"Records\":[{\"a\":1}]", "x:1:21: the last object is cut off; "),
        ("{\n\"a\":1,\n", "x:1:1: the last object is cut off; "),
    ] {
        let fault = message(text, json());
        assert!(fault.starts_with(start), "{text}: {fault}");
    }
}

#[test]
fn bad_records_of_documents_are_skipped_and_those_behind_are_read() {
    for (text, n_rows, n_skipped) in [
        ("[{\"a\":1},5,{\"a\":nul},\"x\",[[{}]],true}:,{\"a\":2}]", 2, 6),
        ("[{\"a\":1},\n{\"a\":2}", 2, 1),
        ("[{\"a\":1},\n{\"a\":", 1, 1),
        ("[{\"a\":1}]\nx y\n[{\"a\":2}]", 2, 1),
        ("{\"Records\":[{\"a\":1}", 1, 1),
    ] {
        let read = read_as(text.as_bytes(), 5, skip()).unwrap();
        assert_eq!(
            (read.rows.len(), read.summary.skipped().count()),
            (n_rows, n_skipped),
            "{text}"
        );
    }
}

#[test]
fn record_past_the_limit_is_passed_over_and_counted() {
    let long = format!("{{\"a\":\"{}\"}}", "[x".repeat(500_000));
    for text in [
        format!("{{\"a\":1}}\n{long}\n{{\"a\":2}}\n"),
        format!("[{{\"a\":1}},\n{long},\n{{\"a\":2}}]"),
    ] {
        let read = read_as(text.as_bytes(), 4096, skip().max_record(64)).unwrap();
        assert_eq!(
            read.rows.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(),
            [(0, 1), (2, 3)]
        );
        let skipped = read.summary.skipped();
        assert_eq!((skipped.count(), skipped.first().map(|first| first.line)), (1, Some(2)));
        let fault = message(&text, json().max_record(64));
        assert!(fault.starts_with("x:2: a record longer than 64 bytes; "), "{fault}");
    }
}

#[test]
fn narrow_rows_of_many_columns_cost_by_their_own_fields() {
    let lines: Vec<String> = (0..16_384).map(|key| format!("{{\"k{key}\":1}}\n")).collect();
    let mut text = lines.concat();
    text += &"{\"k9\":1,\"k3\":\"x\"}\n".repeat(200_000);
    let mut reader = Reader::new("x", std::io::Cursor::new(text), json()).unwrap();
    let (mut batch, mut store, mut n_rows) = (Batch::new(), RowStore::new(), 0);
    while reader.next_batch(&mut batch).unwrap() {
        n_rows += batch.len();
        batch.iter().for_each(|row| store.insert(&row));
    }
    let row = batch.get(0);
    assert!(row.is_none() && store.len() == n_rows && n_rows == 216_384);
    let last = store.get(216_383).unwrap();
    assert_eq!(
        (last.text(3), last.text(9), last.text(5), last.n_fields()),
        (Some("x"), Some("1"), None, 16_384)
    );
}

/// A value of JSON: its text; objects are made of few keys, so that names meet.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("-1.50e3".to_owned()),
        Just("true".to_owned()),
        Just("\"é\\n\\u0041\"".to_owned()),
        "[a-z]{0,4}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            members(inner).prop_map(|members| object(&members)),
        ]
    })
}

fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<(String, String)>> {
    (0..4_usize, vec(value, 4)).prop_map(|(n, values)| {
        ["a", "b", "c d", "é"].map(String::from).into_iter().zip(values).take(n).collect()
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn records() -> impl Strategy<Value = Vec<String>> {
    vec(members(value()).prop_map(|members| object(&members)), 1..8)
}

/// The object with its nested objects written flat.
fn flat(object: &str) -> String {
    fn flatten(
        prefix: &str,
        map: serde_json::Map<String, serde_json::Value>,
        out: &mut Vec<(String, String)>,
    ) {
        for (key, value) in map {
            match value {
                serde_json::Value::Object(inner) => flatten(&format!("{prefix}{key}."), inner, out),
                other => out.push((format!("{prefix}{key}"), other.to_string())),
            }
        }
    }
    let mut out = Vec::new();
    flatten("", serde_json::from_str(object).expect("is JSON"), &mut out);
    self::object(&out)
}

fn by_name(read: &Reading) -> Vec<Vec<(String, String)>> {
    let sorted = |fields: &Vec<(String, FieldKind, String)>| {
        let mut pairs: Vec<_> =
            fields.iter().map(|(name, _, text)| (name.clone(), text.clone())).collect();
        pairs.sort();
        pairs
    };
    read.rows.iter().map(|row| sorted(&row.2)).collect()
}

proptest! {
    #[test]
    fn nested_and_flat_form_are_the_same_records(records in records()) {
        let lines = |records: &[String]| records.join("\n") + "\n\n";
        let flat: Vec<String> = records.iter().map(|record| flat(record)).collect();
        // Numbers and escapes go through another printer there.
        let same = |text: String| text.replace(".50e3", "500.0").replace("\\u0041", "A");
        prop_assert_eq!(by_name(&read(&same(lines(&records)))), by_name(&read(&lines(&flat))));
    }

    #[test]
    fn documents_and_lines_are_the_same_records(records in records(), blank in "[ \n\t\r]{0,3}", at_once in 1_usize..9) {
        let expected = read(&(records.join("\n") + "\n"));
        let spaced = |text: &str| text.replace(':', &format!("{blank}:{blank}")).replace('{', &format!("{{{blank}"));
        let items: Vec<String> = records.iter().map(|record| spaced(record)).collect();
        for text in [
            format!("[{}]", records.join(",")),
            format!("{blank}[{blank}{}{blank}]{blank}", items.join(&format!("{blank},{blank}"))),
            format!("{{\"took\":1,\"hits\":{{\"hits\":[{}]}},\"x\":{{}}}}", items.join(",")),
            format!("{{\"Records\":[{}]}}\n\n", records.join(",")),
            format!("[{}]", items.join("]\n[")),
        ] {
            let found = read_as(text.as_bytes(), at_once, json()).unwrap();
            // Blanks in arrays that stay JSON are those of the text.
            let squeezed = |read: &Reading| by_name(read).iter().flatten().map(|(name, text)| (name.clone(), text.replace([' ', '\n', '\t', '\r'], ""))).collect::<Vec<_>>();
            prop_assert_eq!(&found.columns, &expected.columns, "{}", text);
            prop_assert_eq!(squeezed(&found), squeezed(&expected), "{}", text);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn columns_and_rows_do_not_depend_on_batches_or_reads(records in records(), at_once in 1_usize..99, n_before in 995_usize..1005) {
        let text = "{\"first\":1}\n".repeat(n_before) + &records.join("\n") + "\n" + &"{\"last\":2}\n".repeat(4100) + "{\"end\":{\"a\":1}}\n";
        let whole = read(&text);
        let dribbled = read_as(text.as_bytes(), at_once, json()).unwrap();
        prop_assert_eq!(&whole, &dribbled);
        let columns = Reader::new("x", std::io::Cursor::new(text.clone()), json()).unwrap().read_columns().unwrap();
        prop_assert_eq!(&whole.columns[..], &columns[..]);
        prop_assert!(whole.columns.starts_with(&["first".to_owned()]) && whole.columns.ends_with(&["end.a".to_owned()]));
    }

}

proptest! {
    #[test]
    fn cut_document_gives_its_whole_records_and_a_fault(records in records(), cut in 1_usize..200) {
        let text = format!("[{}]", records.join(",\n"));
        let cut = text.floor_char_boundary(cut.min(text.len() - 1));
        let lenient = read_as(&text.as_bytes()[..cut], 3, skip());
        prop_assert!(read_as(&text.as_bytes()[..cut], 3, json()).is_err());
        if let Ok(lenient) = lenient {
            prop_assert!(lenient.summary.skipped().count() >= 1);
            let whole = read(&text);
            prop_assert_eq!(&lenient.rows[..], &whole.rows[..lenient.rows.len()]);
        }
    }
}
