use std::sync::{Arc, LazyLock};

use crate::schemas::TABLE;
use crate::{Error, Role};

/// The layout of the events of a product: which column plays which role.
///
/// [`Schema::all`] has the known ones; a schema of one's own is made by filling in the fields.
///
/// ```
/// use oddsift_features::{Role, Schema};
///
/// let sysmon = Schema::named("sysmon").unwrap();
/// assert_eq!(sysmon.columns_of(Role::Path), ["Image"]);
/// assert!(Schema::named("nothing").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The name by which it is asked for.
    pub name: String,
    /// What has this layout.
    pub about: String,
    /// The page that documents the columns.
    pub source: String,
    /// The columns that may play a role, the preferred first.
    pub columns: Vec<(Role, Vec<String>)>,
    /// Columns that tell the kind of an event, each with the values that say that a program was started.
    /// Without any, every row with a path or a command line is such an event.
    pub events: Vec<(String, Vec<String>)>,
    /// The columns by which a layout is known that has neither path nor command line: all of them.
    pub needs: Vec<String>,
    /// The features that are taken by default where there is neither path nor command line: columns, or
    /// features of columns such as `query.len`.
    pub features: Vec<String>,
    /// Whether path or command line alone tell the layout; where their names are everyday words, both are
    /// needed.
    pub by_one: bool,
}

static ALL: LazyLock<Vec<Arc<Schema>>> =
    LazyLock::new(|| TABLE.iter().map(|row| Arc::new(row.schema())).collect());

impl Schema {
    /// The known layouts, in the order in which they are looked for.
    ///
    /// ```
    /// use oddsift_features::Schema;
    ///
    /// let names: Vec<&str> = Schema::all().iter().map(|schema| schema.name.as_str()).collect();
    /// assert!(names.starts_with(&["win4688", "sysmon"]) && names.contains(&"zeek_conn"));
    /// ```
    #[must_use]
    pub fn all() -> &'static [Arc<Self>] {
        &ALL
    }

    /// The known layout of a name.
    ///
    /// ```
    /// assert_eq!(oddsift_features::Schema::named("mde").unwrap().name, "mde");
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Arc<Self>> {
        Self::all().iter().find(|schema| schema.name == name).cloned()
    }

    /// The columns that may play a role, the preferred first.
    ///
    /// ```
    /// use oddsift_features::{Role, Schema};
    ///
    /// let linux = Schema::named("linux").unwrap();
    /// assert_eq!(linux.columns_of(Role::CommandLine)[0], "cmdline");
    /// assert!(linux.columns_of(Role::BytesIn).is_empty());
    /// ```
    #[must_use]
    pub fn columns_of(&self, role: Role) -> &[String] {
        let columns = self.columns.iter().find(|(of, _)| *of == role);
        columns.map_or(&[], |(_, names)| names)
    }

    /// Whether its events are starts of programs.
    ///
    /// ```
    /// use oddsift_features::Schema;
    ///
    /// assert!(Schema::named("ecs").unwrap().is_process());
    /// assert!(!Schema::named("zeek_dns").unwrap().is_process());
    /// ```
    #[must_use]
    pub fn is_process(&self) -> bool {
        [Role::Path, Role::CommandLine].iter().any(|role| !self.columns_of(*role).is_empty())
    }
}

impl std::fmt::Display for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// A layout, or that it is to be found from the columns.
///
/// ```
/// use oddsift_features::{Schema, SchemaChoice};
///
/// assert_eq!("auto".parse(), Ok(SchemaChoice::Auto));
/// assert_eq!("mde".parse(), Ok(SchemaChoice::Given(Schema::named("mde").unwrap())));
/// assert!("nothing".parse::<SchemaChoice>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SchemaChoice {
    /// All known layouts whose columns are there; see [`Roles::resolve`](crate::Roles::resolve).
    #[default]
    Auto,
    /// This one.
    Given(Arc<Schema>),
}

impl std::str::FromStr for SchemaChoice {
    type Err = Error;

    /// Reads `auto` or the name of a known layout.
    fn from_str(name: &str) -> Result<Self, Error> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        Schema::named(name).map(Self::Given).ok_or_else(|| Error::UnknownSchema {
            name: name.to_owned(),
            known: Schema::all().iter().map(|schema| schema.name.clone()).collect(),
        })
    }
}
