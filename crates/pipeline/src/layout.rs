use std::collections::VecDeque;

use oddsift_features::{
    FeatureOptions, Recipe, Role, Roles, SchemaChoice, fills, find_column, guess_path_separator,
};
use oddsift_records::{Batch, Record, Row, Rows, StoredRow};

use crate::error::Lacking;
use crate::names::own_name;
use crate::{Error, Input, Parameter};

const PLOT_LABEL: Parameter = Parameter("plot_label");

/// What the header and the first rows of an input say: its columns and the parts that they play.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Layout {
    /// The name of the input, for messages.
    pub name: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Which column is the path, the command line, the session and the time of a process event.
    pub roles: Roles,
    /// What separates the parts of a path: `/` if one of the first ten paths has it, else `\`.
    pub path_separator: &'static str,
    /// Whether records name their own fields, as in NDJSON: a record has few of the columns.
    pub names_its_fields: bool,
}

impl Layout {
    /// Returns what a record has in a role: the text of the first of its columns that it fills.
    ///
    /// ```
    /// use oddsift_pipeline::Role;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// let record = found.rows()[0].record.unwrap();
    /// assert!(found.layout.text_of(Role::Path, record).unwrap().ends_with(".exe"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn text_of<'r>(&self, role: Role, record: StoredRow<'r>) -> Option<&'r str> {
        // Of several columns one that holds the mark of nothing is not filled.
        let is_alone = self.roles.all(role).len() == 1;
        let is_filled = |text: &&str| if is_alone { !text.is_empty() } else { fills(text) };
        let text = |column| record.text(column).filter(is_filled);
        if role == Role::ParentPid {
            // In a file of several schemas the number of a process may be that of a parent in others.
            let pid = self.roles.first(Role::Pid, |column| text(column).map(|_| column));
            return self.roles.first(role, |column| text(column).filter(|_| pid != Some(column)));
        }
        self.roles.first(role, text)
    }

    /// Returns the columns to print of some records: all, or those that any of them fills where records
    /// name their own fields.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.layout.printed_columns([]).len(), found.layout.columns.len());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn printed_columns<'r>(
        &self,
        records: impl IntoIterator<Item = StoredRow<'r>>,
    ) -> Vec<usize> {
        let mut is_filled = vec![!self.names_its_fields; self.columns.len()];
        for record in records.into_iter().filter(|_| self.names_its_fields) {
            let mut next = record.next_filled(0);
            while let Some(column) = next {
                if let Some(is_filled) = is_filled.get_mut(column) {
                    *is_filled = true;
                }
                next = record.next_filled(column + 1);
            }
        }
        let columns = is_filled.into_iter().enumerate();
        columns.filter(|(_, is_filled)| *is_filled).map(|(column, _)| column).collect()
    }

    /// Returns a name for a column of ours: another one where the input has that one already.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.layout.own_name("Account"), "oddsift.Account");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn own_name(&self, name: &str) -> String {
        own_name(&self.columns, name)
    }

    /// Returns the names of the columns of the input between columns of ours.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// let columns = found.layout.columns_with("row", &["ClusterId"]);
    /// assert_eq!(columns.len(), found.layout.columns.len() + 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns_with(&self, first: &str, added: &[&str]) -> Vec<String> {
        let mut names = vec![self.own_name(first)];
        names.extend(self.columns.iter().cloned());
        names.extend(added.iter().map(|name| self.own_name(name)));
        names
    }

    /// The column whose text is beside the points of a picture: the named one, else `usual`.
    pub(crate) fn label_column(
        &self,
        named: Option<&str>,
        usual: Option<usize>,
    ) -> Result<Option<usize>, Error> {
        match named {
            Some(name) => self.column(PLOT_LABEL, name).map(Some),
            None => Ok(usual.or(self.roles.get(Role::Path))),
        }
    }

    /// The place of a column that a parameter names.
    pub(crate) fn column(&self, parameter: Parameter, wanted: &str) -> Result<usize, Error> {
        find_column(&self.columns, wanted).map_err(|source| Error::Column {
            name: self.name.clone(),
            parameter,
            source: Box::new(source),
        })
    }

    pub(crate) fn lacks(&self, what: Lacking) -> Error {
        Error::NothingToTake { name: self.name.clone(), what, columns: self.columns.clone() }
    }

    /// Makes an error of a name that the header settles.
    pub(crate) fn header_error(&self, source: oddsift_features::Error) -> Error {
        Error::Header {
            name: self.name.clone(),
            columns: self.columns.clone(),
            source: Box::new(source),
        }
    }

    /// The layout with the columns that came late.
    pub(crate) fn grown(mut self, columns: &[String], input: &Input) -> Result<Self, Error> {
        if columns.len() > self.columns.len() {
            columns.clone_into(&mut self.columns);
            let roles = find_roles(columns, &input.schema, &input.map);
            let roles = roles.map_err(|error| self.header_error(error))?;
            self.roles = self.roles.extended(&roles);
        }
        Ok(self)
    }

    /// Whether features are all among the numbers of the schema that was found, which may be unset.
    pub(crate) fn has_features(&self, names: &[String]) -> bool {
        let schema = self.roles.schema();
        schema.is_some_and(|schema| names.iter().all(|name| schema.features.contains(name)))
    }

    /// Plans features, with the path separator found where none is given.
    pub(crate) fn recipe(
        &self,
        requested: &[String],
        options: &FeatureOptions,
    ) -> Result<Recipe, Error> {
        let mut recipe = Recipe::resolve(&self.columns, requested, &self.roles, options)
            .map_err(|error| self.header_error(error))?;
        if recipe.needs_path_separator() {
            recipe.set_path_separator(self.path_separator);
        }
        Ok(recipe)
    }

    /// The recipe of a model, for the columns of this input.
    pub(crate) fn rebind(&self, recipe: &Recipe) -> Result<Recipe, Error> {
        recipe.rebind(&self.columns, &self.roles).map_err(|error| self.header_error(error))
    }
}

/// An input whose header and first rows are read.
pub(crate) struct Head {
    pub(crate) rows: Box<dyn Rows>,
    /// The first rows, in the order of the input.
    pub(crate) batches: VecDeque<Batch>,
    pub(crate) layout: Layout,
    /// Whether what is wanted had not come when the bound of what is held was reached.
    has_given_up: bool,
}

/// So much of an input that names its own fields is held to look for the columns that are wanted.
const MOST_BYTES: u64 = 64 << 20;

impl Head {
    /// Opens an input of which schema and roles matter, and of which the named columns are wanted.
    pub(crate) fn open(input: &Input, wanted: &[String]) -> Result<Self, Error> {
        let wanted = (!wanted.is_empty()).then_some(wanted);
        let open = |input: &Input| {
            let rows = input.open()?;
            Self::of_rows(rows, &input.schema, &input.map, wanted, input.is_settled())
        };
        Self::open_by(open, input)
    }

    /// Opens an input as a table of any kind, of which the named columns are wanted.
    pub(crate) fn open_plain(input: &Input, wanted: &[String]) -> Result<Self, Error> {
        let open = |input: &Input| {
            let rows = input.open()?;
            Self::of_rows(rows, &SchemaChoice::Auto, &[], Some(wanted), input.is_settled())
        };
        Self::open_by(open, input)
    }

    /// Opens an input, with all its columns read beforehand where the wanted ones do not come soon enough
    /// and it can be read again.
    fn open_by(open: impl Fn(&Input) -> Result<Self, Error>, input: &Input) -> Result<Self, Error> {
        let head = open(input);
        let is_there = head.as_ref().is_ok_and(|head| !head.has_given_up);
        if is_there || !input.is_repeatable() {
            return head;
        }
        match head {
            Err(error) if !matches!(error, Error::Header { .. } | Error::Schema { .. }) => {
                Err(error)
            }
            _ => open(&input.settled()?),
        }
    }

    /// Takes rows that are opened.
    ///
    /// Where records name their own fields, rows are read on until the wanted columns have come, without
    /// any until there are processes; they are held meanwhile, up to a bound.
    pub(crate) fn of_rows(
        mut rows: Box<dyn Rows>,
        schema: &SchemaChoice,
        map: &[(String, String)],
        wanted: Option<&[String]>,
        is_complete: bool,
    ) -> Result<Self, Error> {
        let mut batches = VecDeque::new();
        let mut n_held = 0;
        let (mut roles, mut has_given_up);
        loop {
            let mut batch = Batch::new();
            let more = rows.next_batch(&mut batch)?;
            n_held += batch.n_held();
            let n_columns = batches.back().map_or(0, |last: &Batch| last.columns().len());
            let has_grown = batches.is_empty() || batch.columns().len() != n_columns;
            batches.push_back(batch);
            if !has_grown && more && n_held < MOST_BYTES {
                continue;
            }
            roles = find_roles(rows.columns(), schema, map);
            let is_settled = match &roles {
                Ok(roles) => is_there(rows.columns(), roles, wanted),
                Err(_) => false,
            };
            has_given_up =
                !is_settled && !is_complete && rows.names_its_fields() && n_held >= MOST_BYTES;
            if is_settled || has_given_up || is_complete || !rows.names_its_fields() || !more {
                break;
            }
        }
        let (name, columns) = (rows.name().to_owned(), rows.columns().to_vec());
        let mut layout = Layout {
            name,
            columns,
            roles: Roles::default(),
            path_separator: "\\",
            names_its_fields: rows.names_its_fields(),
        };
        layout.roles = roles.map_err(|error| layout.header_error(error))?;
        let paths = batches.iter().flat_map(Batch::iter).map(|row| {
            layout
                .roles
                .first(Role::Path, |column| row.text(column).filter(|path| !path.is_empty()))
        });
        layout.path_separator = guess_path_separator(paths);
        let head = Self { rows, batches, layout, has_given_up };
        head.need_schema(schema, map)?;
        Ok(head)
    }

    /// The first rows.
    pub(crate) fn first_rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(Batch::iter)
    }

    /// An error where a schema is asked for of which the input has not the path, or, if it has none, not
    /// the columns by which it is known.
    fn need_schema(&self, schema: &SchemaChoice, map: &[(String, String)]) -> Result<(), Error> {
        let Layout { name, columns, roles, .. } = &self.layout;
        let SchemaChoice::Given(schema) = schema else { return Ok(()) };
        let needed = match schema.columns_of(Role::Path).first() {
            Some(path) if roles.all(Role::Path).is_empty() => {
                let command_line = schema.columns_of(Role::CommandLine).first();
                let has_none = roles.all(Role::CommandLine).is_empty();
                std::iter::once(path).chain(command_line.filter(|_| has_none)).cloned().collect()
            }
            Some(_) => Vec::new(),
            None => {
                let is_missing = |name: &&String| find_column(columns, name).is_err();
                schema.needs.iter().filter(is_missing).cloned().collect()
            }
        };
        if needed.is_empty() || !map.is_empty() && roles.get(Role::Path).is_some() {
            return Ok(());
        }
        Err(Error::Schema {
            name: name.clone(),
            schema: schema.name.clone(),
            needed,
            columns: columns.clone(),
        })
    }

    /// An error where the input has no data rows.
    pub(crate) fn need_rows(&self) -> Result<(), Error> {
        if self.batches.iter().all(Batch::is_empty) {
            return Err(Error::NoRows { name: self.layout.name.clone() });
        }
        Ok(())
    }

    /// The named columns of which the first rows hold numbers only.
    pub(crate) fn numeric_columns(&self) -> Vec<String> {
        // None until a row fills the column.
        let mut is_numeric: Vec<Option<bool>> = vec![None; self.layout.columns.len()];
        for row in self.first_rows() {
            let mut next = row.next_filled(0);
            while let Some(column) = next {
                if let Some(state @ (None | Some(true))) = is_numeric.get_mut(column)
                    && let Some(text) = row.to_text(column)
                {
                    *state = Some(text.trim().parse::<f64>().is_ok());
                }
                next = row.next_filled(column + 1);
            }
        }
        let names = self.layout.columns.iter().zip(is_numeric);
        let numeric = names.filter(|(name, is)| !name.is_empty() && *is == Some(true));
        numeric.map(|(name, _)| name.clone()).collect()
    }
}

/// The roles among columns, by a schema and mappings as an input has them.
pub(crate) fn find_roles(
    columns: &[String],
    schema: &SchemaChoice,
    map: &[(String, String)],
) -> Result<Roles, oddsift_features::Error> {
    let map: Vec<(&str, &str)> =
        map.iter().map(|(role, column)| (role.as_str(), column.as_str())).collect();
    Roles::resolve(columns, schema.clone(), &map)
}

/// Whether what is wanted is among the columns: those that are named, else a layout that is known.
fn is_there(columns: &[String], roles: &Roles, wanted: Option<&[String]>) -> bool {
    let is_column = |name: &str| find_column(columns, name).is_ok();
    match wanted {
        // Later rows may have the other one, and then others features are taken.
        None => match roles.schema() {
            Some(schema) if schema.is_process() => {
                roles.get(Role::Path).is_some() && roles.get(Role::CommandLine).is_some()
            }
            schema => schema.is_some(),
        },
        Some(wanted) => {
            let is_feature = |name: &String| {
                let feature = roles.features().into_iter().any(|feature| feature.name() == name);
                let text = name
                    .rsplit_once('.')
                    .is_some_and(|(column, _)| columns.iter().any(|known| known == column));
                feature || text
            };
            wanted.iter().all(|name| is_column(name) || is_feature(name))
        }
    }
}
