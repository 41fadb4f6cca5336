use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use oddsift_features::Role;
use oddsift_hunt::{History, Hunt, HuntParams, LineTable};
use oddsift_pipeline::HuntColumns;

use super::counted::failed;
use super::hunt_lines::lines;
use super::numbered::{LONGEST_LIST, fetch};
use super::source::quoted;
use super::{Limits, Scratch, Source};
use crate::Error;
use crate::state::lines_from_bytes;

/// Parts of the lines, by a hash of the command line: each is merged by itself on the engine.
const N_PARTS: usize = 64;

const PARTS: Limits = Limits { max_patterns: N_PARTS };

/// How the starts of programs in a table are ranked.
///
/// ```
/// use oddsift_datafusion::jobs::HuntJob;
///
/// let job = HuntJob::new();
/// assert!(job.known.is_none() && job.top == 1000);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HuntJob {
    /// What was seen before and is left out.
    pub known: Option<History>,
    /// What is known is ranked, too.
    pub all: bool,
    /// The number of lines whose rows are fetched; 1000 by default.
    pub top: usize,
    /// The most lines.
    pub limits: Limits,
    /// Where the numbers of rows lie that are fetched, if there are more than 1000.
    pub scratch: Scratch,
}

impl Default for HuntJob {
    fn default() -> Self {
        Self {
            known: None,
            all: false,
            top: Self::MOST_WITHOUT_SCRATCH,
            limits: Limits::default(),
            scratch: Scratch::default(),
        }
    }
}

impl HuntJob {
    /// The most lines whose rows are fetched without a table in the scratch folder.
    ///
    /// ```
    /// assert_eq!(oddsift_datafusion::jobs::HuntJob::MOST_WITHOUT_SCRATCH, 1000);
    /// ```
    pub const MOST_WITHOUT_SCRATCH: usize = LONGEST_LIST;

    /// All defaults.
    ///
    /// ```
    /// assert!(!oddsift_datafusion::jobs::HuntJob::new().all);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ranks the starts of programs in a table: rows are folded to lines where they are, by one `GROUP BY`; the
    /// lines are merged and ranked here, and the rows of the first ones are fetched by their numbers.
    ///
    /// Lines, findings, bits and reasons are those that the tool gives for the same rows, to the last bit, however
    /// they are split and in whatever order they come. Rows of other kinds of events are left out. The session must have the [functions](crate::register).
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a table that has neither paths nor command lines, for more lines than the limit, for no
    /// rows, and for a history of other columns.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// use datafusion::prelude::SessionContext;
    /// use oddsift_datafusion::jobs::{HuntJob, Source};
    ///
    /// let ctx = SessionContext::new();
    /// oddsift_datafusion::register(&ctx)?;
    /// let rows = r#"SELECT value AS row, 'C:\svchost.exe' AS "NewProcessName",
    ///     CASE WHEN value = 7 THEN 'x http://10.0.0.9/a' ELSE 'svchost -p ' || value END AS "CommandLine"
    ///     FROM generate_series(0, 99)"#;
    /// let source = Source::query(&ctx, rows, "row").await?;
    /// let found = HuntJob::new().run(&source).await?;
    /// assert_eq!((found.hunt.lines()[0].row, found.lines.num_rows()), (7, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, source: &Source) -> Result<HuntFound, Error> {
        if source.column(Role::Path).is_none() && source.column(Role::CommandLine).is_none() {
            let reason =
                "there is neither a column of paths nor one of command lines; name one".to_owned();
            return Err(Error::Job { reason });
        }
        let parts = source.collect(&query(source), "parts of lines", PARTS).await?;
        let table = merged(&parts, self.limits)?;
        if table.n_rows() == 0 {
            return Err(Error::Job { reason: "the table has no rows".to_owned() });
        }
        let mut params = HuntParams::new().all(self.all);
        if let Some(history) = &self.known {
            params = params.known(history.clone());
        }
        let hunt = params.rank(table).map_err(failed)?;
        let top = hunt.lines().get(..self.top).unwrap_or(hunt.lines());
        let numbers: Vec<u64> = top.iter().map(|line| line.row).collect();
        let rows = hunt_rows(source, &numbers, &self.scratch).await?;
        let lines = lines(&hunt, top, &rows)?;
        Ok(HuntFound { hunt, lines })
    }
}

/// The lines of a table in their order.
#[derive(Debug)]
#[non_exhaustive]
pub struct HuntFound {
    /// The lines and findings of the whole table.
    pub hunt: Hunt,
    /// The first lines with the columns of `oddsift hunt -t csv`: the numbers, the texts of the row that stands
    /// for each line, its reasons, template and times.
    pub lines: RecordBatch,
}

fn query(source: &Source) -> String {
    let text = |role| text(source, role);
    let command_line = text(Role::CommandLine);
    let texts: Vec<String> = [
        Role::Path,
        Role::ParentPath,
        Role::CommandLine,
        Role::Host,
        Role::User,
        Role::Session,
        Role::Pid,
        Role::ParentPid,
    ]
    .map(text)
    .to_vec();
    format!(
        "SELECT hunt_lines({row}, {time}, {texts}) AS lines FROM {from} WHERE {starts} \
         GROUP BY crc32_hash(mask(coalesce({command_line}, ''))) % {N_PARTS}",
        row = source.row(),
        time = source.time(),
        texts = texts.join(", "),
        from = source.from(),
        starts = source.starts(),
    )
}

/// What a row has in a role, as text.
fn text(source: &Source, role: Role) -> String {
    format!("CAST({} AS VARCHAR)", source.text(role))
}

/// The lines of all parts.
fn merged(parts: &[RecordBatch], limits: Limits) -> Result<LineTable, Error> {
    let mut table = LineTable::of_processes();
    for part in parts.iter().flat_map(RecordBatch::columns) {
        for bytes in part.as_binary::<i64>().iter().flatten() {
            table.merge(lines_from_bytes(bytes)?).map_err(failed)?;
            limits.check(table.n_lines(), "lines")?;
        }
    }
    Ok(table)
}

/// Fetches rows by their numbers, in the order of these: the number as `row`, and the texts of the roles that the
/// table has, by their names. For the rows of a finding's tree, too.
///
/// # Errors
///
/// [`Error::Engine`] where the engine fails.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_datafusion::Error> {
/// use datafusion::prelude::SessionContext;
/// use oddsift_datafusion::jobs::{Scratch, Source, hunt_rows};
///
/// let ctx = SessionContext::new();
/// let rows = r#"SELECT value AS row, 'x ' || value AS "CommandLine" FROM generate_series(0, 99)"#;
/// let source = Source::query(&ctx, rows, "row").await?;
/// let found = hunt_rows(&source, &[42, 7], &Scratch::memory()).await?;
/// assert_eq!((found.num_rows(), found.schema().field(1).name().as_str()), (2, "command_line"));
/// # Ok(())
/// # }
/// ```
pub async fn hunt_rows(
    source: &Source,
    rows: &[u64],
    scratch: &Scratch,
) -> Result<RecordBatch, Error> {
    let roles = HuntColumns::ROLES.into_iter().filter(|role| source.column(*role).is_some());
    // A time is written as such and not as the engine's text of it.
    let value = |role| if role == Role::Time { source.text(role) } else { text(source, role) };
    let texts = roles.map(|role| format!("{} AS {}", value(role), quoted(role.name())));
    let fetched = fetch(source, &texts.collect::<Vec<_>>(), rows, scratch).await?;
    let schema = fetched.schema();
    let numbers = Field::new("row", DataType::UInt64, false);
    let fields = std::iter::once(Arc::new(numbers)).chain(schema.fields().iter().skip(1).cloned());
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    Ok(RecordBatch::try_new(schema, fetched.columns().to_vec())?)
}
