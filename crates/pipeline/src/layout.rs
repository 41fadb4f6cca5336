use oddsift_features::{
    FeatureOptions, Recipe, Roles, Schema, SchemaChoice, find_column, guess_path_separator,
};
use oddsift_records::{Batch, Rows};

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
}

impl Layout {
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
            None => Ok(usual.or(self.roles.path)),
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
        recipe.rebind(&self.columns).map_err(|error| self.header_error(error))
    }
}

/// Returns the columns of paths and command lines of all schemas.
///
/// ```
/// assert!(oddsift_pipeline::schema_columns().contains(&"CommandLine"));
/// ```
#[must_use]
pub fn schema_columns() -> Vec<&'static str> {
    Schema::ALL.iter().flat_map(|schema| schema.process_columns()).collect()
}

/// An input whose header and first rows are read.
pub(crate) struct Head {
    pub(crate) rows: Box<dyn Rows>,
    pub(crate) batch: Batch,
    pub(crate) layout: Layout,
}

impl Head {
    /// Opens an input of which schema and roles matter.
    pub(crate) fn open(input: &Input) -> Result<Self, Error> {
        Self::open_as(input, input.schema, &input.map)
    }

    /// Opens an input as a table of any kind.
    pub(crate) fn open_plain(input: &Input) -> Result<Self, Error> {
        Self::open_as(input, SchemaChoice::Auto, &[])
    }

    fn open_as(
        input: &Input,
        schema: SchemaChoice,
        map: &[(String, String)],
    ) -> Result<Self, Error> {
        Self::of_rows(input.open()?, schema, map)
    }

    /// Takes rows that are opened.
    pub(crate) fn of_rows(
        mut rows: Box<dyn Rows>,
        schema: SchemaChoice,
        map: &[(String, String)],
    ) -> Result<Self, Error> {
        let mut batch = Batch::new();
        rows.next_batch(&mut batch)?;
        let name = rows.name().to_owned();
        let columns = rows.columns().to_vec();
        let mut layout = Layout { name, columns, roles: Roles::default(), path_separator: "\\" };
        let map: Vec<(&str, &str)> =
            map.iter().map(|(role, column)| (role.as_str(), column.as_str())).collect();
        layout.roles = Roles::resolve(&layout.columns, schema, &map)
            .map_err(|error| layout.header_error(error))?;
        let path = layout.roles.path;
        layout.path_separator =
            guess_path_separator(batch.iter().map(|row| path.and_then(|path| row.text(path))));
        let head = Self { rows, batch, layout };
        head.need_schema(schema)?;
        Ok(head)
    }

    /// An error where a schema is asked for of which the input has neither path nor command line.
    fn need_schema(&self, schema: SchemaChoice) -> Result<(), Error> {
        let Layout { name, columns, roles, .. } = &self.layout;
        match schema {
            SchemaChoice::Given(schema) if roles.path.is_none() && roles.command_line.is_none() => {
                let [path, command_line] = schema.process_columns();
                let (name, columns) = (name.clone(), columns.clone());
                Err(Error::Schema { name, schema, path, command_line, columns })
            }
            _ => Ok(()),
        }
    }

    /// An error where the input has no data rows.
    pub(crate) fn need_rows(&self) -> Result<(), Error> {
        if self.batch.is_empty() {
            return Err(Error::NoRows { name: self.layout.name.clone() });
        }
        Ok(())
    }

    /// The named columns of which the first rows hold numbers only.
    pub(crate) fn numeric_columns(&self) -> Vec<String> {
        let is_numeric = |column: usize| {
            let mut texts = self.batch.iter().filter_map(|row| row.to_text(column)).peekable();
            texts.peek().is_some() && texts.all(|text| text.trim().parse::<f64>().is_ok())
        };
        let names = self.layout.columns.iter().enumerate();
        let numeric = names.filter(|(column, name)| !name.is_empty() && is_numeric(*column));
        numeric.map(|(_, name)| name.clone()).collect()
    }
}
