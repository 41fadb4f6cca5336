use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use datafusion::prelude::{DataFrame, SessionContext};
use oddsift_features::{FeatureOptions, Recipe, Role, Roles, SchemaChoice};
use oddsift_pipeline::own_name;

use super::Scratch;
use super::counted::failed;
use super::numbered::fetch;
use crate::Error;

/// The rows of a job: a table or a query of a session, the column that numbers the rows, and the columns that
/// play roles in process events.
///
/// Engines keep no order, so each row brings its number along, by which the first of several is known. Roles
/// are found by the names of columns, as the tool finds them; [`role`](Self::role) names others.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_datafusion::Error> {
/// use datafusion::prelude::SessionContext;
/// use oddsift_datafusion::jobs::Source;
/// use oddsift_features::Role;
///
/// let ctx = SessionContext::new();
/// let events = r#"SELECT 0 AS row, 'C:\a.exe' AS "NewProcessName", 'a.exe -x' AS "CommandLine""#;
/// let source = Source::query(&ctx, events, "row").await?;
/// assert_eq!(source.column(Role::Path), Some("NewProcessName"));
/// assert_eq!(source.role(Role::Path, "CommandLine")?.column(Role::Path), Some("CommandLine"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Source {
    ctx: SessionContext,
    /// What stands behind FROM.
    from: String,
    columns: Vec<(String, DataType)>,
    row: String,
    roles: Roles,
    /// The roles that were named, and their columns.
    map: Vec<(Role, String)>,
}

/// How many rows come from the engine to the process that asks.
///
/// ```
/// use oddsift_datafusion::jobs::Limits;
///
/// assert_eq!(Limits::default().max_patterns, 5_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most distinct patterns, lines, buckets or combinations of a job; 5 million by default. A job that
    /// has more fails before it takes memory for them.
    pub max_patterns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_patterns: 5_000_000 }
    }
}

impl Limits {
    /// An error where there are more than so many.
    pub(crate) fn check(self, found: usize, what: &str) -> Result<(), Error> {
        let most = self.max_patterns;
        if found <= most {
            return Ok(());
        }
        let reason = format!(
            "there are more than {most} {what}; raise max_patterns, or ask for less of the table"
        );
        Err(Error::Job { reason })
    }
}

impl Source {
    /// The rows of a table that the session knows; `row` is the column that numbers them.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] for a table that is not there, [`Error::Job`] for a column that is not, or has no whole
    /// numbers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::jobs::Source};
    /// let ctx = SessionContext::new();
    /// ctx.sql("CREATE TABLE logons AS VALUES (0, 'web', 'anna')").await?.collect().await?;
    /// let source = Source::table(&ctx, "logons", "column1").await?;
    /// assert!(Source::table(&ctx, "logons", "number").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn table(ctx: &SessionContext, name: &str, row: &str) -> Result<Self, Error> {
        Self::of(ctx, quoted(name), row).await
    }

    /// The rows of a query.
    ///
    /// # Errors
    ///
    /// As [`table`](Self::table).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::jobs::Source};
    /// let source = Source::query(&SessionContext::new(), "SELECT 7 AS row", "row").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn query(ctx: &SessionContext, sql: &str, row: &str) -> Result<Self, Error> {
        Self::of(ctx, format!("({sql}) AS source"), row).await
    }

    async fn of(ctx: &SessionContext, from: String, row: &str) -> Result<Self, Error> {
        let frame = ctx.sql(&format!("SELECT * FROM {from}")).await?;
        let fields = frame.schema().fields().iter();
        let columns =
            fields.map(|field| (field.name().clone(), field.data_type().clone())).collect();
        let (row, map) = (row.to_owned(), Vec::new());
        let source = Self { ctx: ctx.clone(), from, columns, row, roles: Roles::default(), map };
        source.check_row()?;
        source.with_roles()
    }

    /// Numbers of rows are whole ones.
    fn check_row(&self) -> Result<(), Error> {
        let of_type = self.need(&self.row)?;
        if of_type.is_integer() || matches!(of_type, DataType::Decimal128(_, 0)) {
            return Ok(());
        }
        let reason = format!(
            "the column `{}` is {of_type}, and rows are numbered by whole numbers; name another column",
            self.row
        );
        Err(Error::Job { reason })
    }

    fn with_roles(self) -> Result<Self, Error> {
        let map: Vec<(&str, &str)> =
            self.map.iter().map(|(role, column)| (role.name(), column.as_str())).collect();
        let roles = Roles::resolve(&self.names(), SchemaChoice::Auto, &map).map_err(failed)?;
        Ok(Self { roles, ..self })
    }

    /// Names the column that plays a role, in place of the one that was found.
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a column that is not there.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::jobs::Source, oddsift_features::Role};
    /// let source = Source::query(&SessionContext::new(), "SELECT 7 AS row, 'x' AS cmd", "row").await?;
    /// assert_eq!(source.role(Role::CommandLine, "cmd")?.column(Role::CommandLine), Some("cmd"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn role(mut self, role: Role, column: &str) -> Result<Self, Error> {
        self.need(column)?;
        self.map.retain(|(known, _)| *known != role);
        self.map.push((role, column.to_owned()));
        self.with_roles()
    }

    /// Returns the column that plays a role.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::jobs::Source, oddsift_features::Role};
    /// let source = Source::query(&SessionContext::new(), "SELECT 7 AS row, 'x' AS cmd", "row").await?;
    /// assert_eq!(source.column(Role::CommandLine), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn column(&self, role: Role) -> Option<&str> {
        let (name, _) = self.columns.get(self.roles.get(role)?)?;
        Some(name)
    }

    /// Returns the names of the columns.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::jobs::Source, oddsift_features::Role};
    /// let source = Source::query(&SessionContext::new(), "SELECT 7 AS row, 'x' AS cmd", "row").await?;
    /// assert_eq!(source.names(), ["row", "cmd"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The type of a column that must be there.
    pub(crate) fn need(&self, column: &str) -> Result<&DataType, Error> {
        let found = self.columns.iter().find(|(name, _)| name == column);
        found.map(|(_, of_type)| of_type).ok_or_else(|| Error::Job {
            reason: format!(
                "there is no column `{column}`; the columns are {}",
                self.names().join(", ")
            ),
        })
    }

    /// What stands behind FROM.
    pub(crate) fn from(&self) -> &str {
        &self.from
    }

    /// The column that numbers the rows, as SQL.
    pub(crate) fn row(&self) -> String {
        match self.need(&self.row) {
            // What is taken away from a number that has no sign is one of these.
            Ok(DataType::Decimal128(..)) => {
                format!("CAST({} AS BIGINT UNSIGNED)", quoted(&self.row))
            }
            _ => quoted(&self.row),
        }
    }

    /// The text of a role as SQL: of several columns the first that a row fills; NULL where none plays it.
    pub(crate) fn text(&self, role: Role) -> String {
        match self.roles.all(role) {
            [] => "NULL".to_owned(),
            [column] if self.is_time(*column) || self.is_text(*column) => self.quoted(*column),
            [column] => format!("CAST({} AS VARCHAR)", self.quoted(*column)),
            // Times have no blank.
            columns if columns.iter().all(|column| self.is_time(*column)) => {
                let times = columns.iter().map(|column| self.quoted(*column));
                format!("coalesce({})", times.collect::<Vec<_>>().join(", "))
            }
            columns => {
                let filled = columns.iter().map(|column| {
                    let text = format!("CAST({} AS VARCHAR)", self.quoted(*column));
                    format!("CASE WHEN {text} NOT IN ('', '-') THEN {text} END")
                });
                format!("coalesce({})", filled.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The time as SQL, a timestamp; NULL where there is none. A text is read as the engine reads times,
    /// without a zone as UTC.
    pub(crate) fn time(&self) -> String {
        let columns = self.roles.all(Role::Time).iter();
        let times =
            columns.filter_map(|column| self.columns.get(*column)).map(|(name, of_type)| {
                match of_type {
                    DataType::Timestamp(..) => quoted(name),
                    _ => format!("CAST({} AS TIMESTAMP)", quoted(name)),
                }
            });
        match times.collect::<Vec<_>>().as_slice() {
            [] => "CAST(NULL AS TIMESTAMP)".to_owned(),
            [time] => time.clone(),
            times => format!("coalesce({})", times.join(", ")),
        }
    }

    /// Whether a row is the start of a program, as SQL: it has a path or a command line, and where columns tell the
    /// kind of an event, one says so or none says anything.
    pub(crate) fn starts(&self) -> String {
        let [path, line] = [Role::Path, Role::CommandLine].map(|role| self.text(role));
        let has_text = format!("({path} NOT IN ('', '-') OR {line} NOT IN ('', '-'))");
        let kinds = self.roles.kinds_of_starts();
        let kinds = kinds.iter().map(|(column, starts)| {
            let kind = format!("CAST({} AS VARCHAR)", self.quoted(*column));
            (
                format!("coalesce({kind}, '') IN ('', '-')"),
                format!("coalesce(regexp_like({kind}, {}), false)", literal(starts)),
            )
        });
        let (tells_nothing, is_start): (Vec<String>, Vec<String>) = kinds.unzip();
        if is_start.is_empty() {
            return has_text;
        }
        format!("{has_text} AND ({} OR ({}))", is_start.join(" OR "), tells_nothing.join(" AND "))
    }

    fn is_time(&self, column: usize) -> bool {
        matches!(self.columns.get(column), Some((_, DataType::Timestamp(..))))
    }

    fn is_text(&self, column: usize) -> bool {
        let of_type = self.columns.get(column).map(|(_, of_type)| match of_type {
            DataType::Dictionary(_, of_values) => of_values.as_ref(),
            of_type => of_type,
        });
        of_type.is_some_and(DataType::is_string)
    }

    fn quoted(&self, column: usize) -> String {
        self.columns.get(column).map_or_else(|| "NULL".to_owned(), |(name, _)| quoted(name))
    }

    /// The number of rows.
    pub(crate) async fn n_rows(&self) -> Result<u64, Error> {
        let frame = self.frame(&format!("SELECT * FROM {}", self.from)).await?;
        Ok(frame.count().await? as u64)
    }

    /// Rows by their numbers, in the order of these, with all columns of the source.
    pub(crate) async fn rows(
        &self,
        numbers: &[u64],
        scratch: &Scratch,
    ) -> Result<RecordBatch, Error> {
        let columns: Vec<String> = self.names().into_iter().map(quoted).collect();
        let rows = fetch(self, &columns, numbers, scratch).await?;
        Ok(rows.project(&(1..rows.num_columns()).collect::<Vec<_>>())?)
    }

    /// A name for a column of ours: another one where the source has that one.
    pub(crate) fn own_name(&self, name: &str) -> String {
        let names: Vec<String> = self.names().into_iter().map(str::to_owned).collect();
        own_name(&names, name)
    }

    /// Those of some features of process events that the roles suffice for.
    pub(crate) fn process_features<'a>(&self, features: &[&'a str]) -> Vec<&'a str> {
        let there = self.roles.features();
        let is_there = |name: &&&str| there.iter().any(|feature| feature.name() == **name);
        features.iter().filter(is_there).copied().collect()
    }

    /// The way from a row to its features, as models name it.
    pub(crate) fn recipe(&self, features: &[&str]) -> Result<Recipe, Error> {
        Recipe::resolve(&self.names(), features, &self.roles, &FeatureOptions::default())
            .map_err(failed)
    }

    pub(crate) fn ctx(&self) -> &SessionContext {
        &self.ctx
    }

    pub(crate) async fn frame(&self, sql: &str) -> Result<DataFrame, Error> {
        Ok(self.ctx.sql(sql).await?)
    }

    /// The rows of a query, which may not be more than `limits` says.
    pub(crate) async fn collect(
        &self,
        sql: &str,
        what: &str,
        limits: Limits,
    ) -> Result<Vec<RecordBatch>, Error> {
        let most = limits.max_patterns;
        // One more, to see that there are more.
        let limited = format!("SELECT * FROM ({sql}) AS limited LIMIT {}", most.saturating_add(1));
        let batches = self.frame(&limited).await?.collect().await?;
        limits.check(batches.iter().map(RecordBatch::num_rows).sum(), what)?;
        Ok(batches)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Source");
        shown.field("from", &self.from).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// A name as SQL takes it, whatever its letters.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
