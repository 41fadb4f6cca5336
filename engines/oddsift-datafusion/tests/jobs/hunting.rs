use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::prelude::SessionContext;
use oddsift_datafusion::jobs::{HuntFound, HuntJob, Scratch, Source, hunt_rows};
use oddsift_datafusion::{Error, register};
use oddsift_features::Role;
use oddsift_hunt::{History, Hunt};
use oddsift_pipeline::{HuntParams, Hunted, Known};

use crate::logs::{LAYOUTS, Log, wait};

/// All of a hunt, to the last bit.
fn told(hunt: &Hunt) -> Vec<String> {
    let line = |line: &oddsift_hunt::Line| {
        let of_list = (line.rank, line.finding, line.is_lead, line.row, line.bits.to_bits());
        let counts = (line.count, line.variants, line.hosts, line.users, line.times);
        format!("{of_list:?} {counts:?} {} {:?}", hunt.template(line), hunt.reasons(line))
    };
    let finding = |it: &oddsift_hunt::Finding| {
        let counts = (it.number, it.bits.to_bits(), it.n_lines, it.n_alike);
        format!("{counts:?} {:?}", hunt.tree(it))
    };
    hunt.lines().iter().map(line).chain(hunt.findings().iter().map(finding)).collect()
}

/// The columns hold what the lines and their rows hold.
fn check_columns(found: &HuntFound, expected: &Hunted) {
    let batch = &found.lines;
    let rows = batch.column_by_name("row").unwrap().as_primitive::<UInt64Type>();
    assert_eq!(batch.num_rows(), found.hunt.lines().len().min(1000));
    for (place, line) in found.hunt.lines().iter().take(1000).enumerate() {
        assert_eq!(rows.value(place), line.row);
        for role in [Role::Path, Role::CommandLine, Role::ParentPath, Role::Host, Role::User] {
            let column = batch.column_by_name(role.name()).unwrap();
            let column = datafusion::arrow::compute::cast(
                column,
                &datafusion::arrow::datatypes::DataType::Utf8,
            )
            .unwrap();
            let text = Some(column.as_string::<i32>().value(place)).filter(|text| !text.is_empty());
            assert_eq!(text, expected.text_of(role, line.row).filter(|text| !text.is_empty()));
        }
    }
}

#[test]
fn lines_are_those_of_the_tool_however_the_rows_lie() {
    wait(async {
        let log = Log::new(4000, 7).await;
        let expected = HuntParams::new().rank(log.path()).unwrap();
        for (layout, n_files, n_partitions) in LAYOUTS {
            let ctx = log.session(layout, n_files, n_partitions).await;
            let source = Source::table(&ctx, "events", "row").await.unwrap();
            let found = HuntJob::new().run(&source).await.unwrap();
            let (found_lines, lines) = (told(&found.hunt), told(&expected.hunt));
            let first = found_lines.iter().zip(&lines).find(|(one, other)| one != other);
            assert_eq!(first, None, "{layout:?}");
            assert_eq!(found_lines.len(), lines.len());
            check_columns(&found, &expected);
        }
    });
}

#[test]
fn what_is_known_is_left_out_as_by_the_tool() {
    wait(async {
        let (before, today) = (Log::new(2000, 3).await, Log::new(2000, 5).await);
        let history: History = HuntParams::new().history(before.path()).unwrap();
        let mut params = HuntParams::new();
        params.known = Some(Known::History(Box::new(history.clone())));
        let expected = params.rank(today.path()).unwrap();
        let ctx = today.session(LAYOUTS[2].0, 3, 2).await;
        let source = Source::table(&ctx, "events", "row").await.unwrap();
        let mut job = HuntJob::new();
        job.known = Some(history);
        let found = job.run(&source).await.unwrap();
        assert_eq!(told(&found.hunt), told(&expected.hunt));
        assert_eq!(found.hunt.n_known_seen(), expected.hunt.n_known_seen());
    });
}

#[test]
fn rows_of_a_tree_come_by_their_numbers() {
    wait(async {
        let log = Log::new(500, 7).await;
        let ctx = log.session(LAYOUTS[1].0, 3, 2).await;
        let source = Source::table(&ctx, "events", "row").await.unwrap();
        let few = [400, 3, 400, 77];
        let many: Vec<u64> = (0..1500).map(|at| at * 7 % 500).collect();
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::folder(folder.path().to_str().unwrap());
        for (numbers, scratch) in
            [(&few[..], &Scratch::memory()), (&many, &Scratch::memory()), (&many, &scratch)]
        {
            let found = hunt_rows(&source, numbers, scratch).await.unwrap();
            assert_eq!(found.column(0).as_primitive::<UInt64Type>().values(), numbers);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        scratch.clear(&ctx).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(hunt_rows(&source, &[], &Scratch::memory()).await.unwrap().num_rows(), 0);
        let gone = hunt_rows(&source, &[3, 100_000], &Scratch::memory()).await.unwrap_err();
        assert!(gone.to_string().contains("rows are gone"), "{gone}");
    });
}

/// Numbers of processes join a tree, whatever their form.
#[test]
fn numbers_of_processes_are_text_or_numbers() {
    wait(async {
        let tree = |pid: &'static str| async move {
            let rows = format!(
                r#"SELECT value AS row, 'web' AS "DeviceName", 'C:\p' || value || '.exe' AS "FolderPath",
                   'run ' || chr(CAST(97 + value AS BIGINT)) AS "ProcessCommandLine", {pid} FROM generate_series(0, 3)"#
            );
            let ctx = SessionContext::new();
            register(&ctx).unwrap();
            let source = Source::query(&ctx, &rows, "row").await.unwrap();
            let source = source.role(Role::Pid, "p").unwrap().role(Role::ParentPid, "q").unwrap();
            told(&HuntJob::new().run(&source).await.unwrap().hunt)
        };
        let whole = tree("value + 20 AS p, value + 19 AS q").await;
        assert_eq!(
            tree("CAST(value + 20 AS VARCHAR) AS p, CAST(value + 19 AS VARCHAR) AS q").await,
            whole
        );
        assert_eq!(
            tree("'0x' || to_hex(value + 20) AS p, '0x' || to_hex(value + 19) AS q").await,
            whole
        );
        assert_eq!(
            tree("CAST(value + 20 AS DOUBLE) AS p, CAST(value + 19 AS DOUBLE) AS q").await,
            whole
        );
        assert_ne!(tree("NULL AS p, NULL AS q").await, whole);
    });
}

async fn refused(rows: &str, change: impl FnOnce(&mut HuntJob)) -> String {
    let ctx = SessionContext::new();
    register(&ctx).unwrap();
    let source = Source::query(&ctx, rows, "row").await.unwrap();
    let mut job = HuntJob::new();
    change(&mut job);
    let error: Error = job.run(&source).await.unwrap_err();
    error.to_string()
}

#[test]
fn what_cannot_be_done_is_said() {
    wait(async {
        let rows = r#"SELECT value AS row, 'run ' || chr(CAST(97 + value AS BIGINT)) AS "CommandLine" FROM generate_series(0, 20)"#;
        assert!(refused(rows, |job| job.limits.max_patterns = 10).await.contains("more than 10"));
        assert!(refused("SELECT 0 AS row", |_| {}).await.contains("neither a column of paths"));
        let none = format!("{rows} WHERE value < 0");
        assert!(refused(&none, |_| {}).await.contains("no rows"));
        let unnumbered = r#"SELECT CAST(NULL AS BIGINT) AS row, 'x' AS "CommandLine""#;
        assert!(refused(unnumbered, |_| {}).await.contains("number the rows"));
    });
}
