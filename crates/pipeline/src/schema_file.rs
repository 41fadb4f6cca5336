//! Schemas that users write.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use oddsift_features::{Role, Schema, SchemaChoice};
use serde::Deserialize;

use crate::Error;

/// A schema as it stands in a TOML file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    columns: BTreeMap<String, Names>,
    #[serde(default)]
    starts: BTreeMap<String, Names>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    features: Vec<String>,
}

/// One name or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        match names {
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        }
    }
}

/// Reads a schema from a TOML file, or finds the one of a name.
///
/// The file has `name`, `about`, `source`, the table `columns` (a role and its column or columns), the
/// table `starts` (a column and the values that say that a program was started), and for events of
/// another kind `needs` and `features`.
///
/// # Errors
///
/// [`Error::SchemaFile`] for a file that cannot be read or is no schema, or an unknown name.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("edr.toml");
/// std::fs::write(&path, "name = \"edr\"\n[columns]\npath = \"proc\"\ncommand_line = [\"cmd\", \"args\"]\n")?;
/// let oddsift_pipeline::SchemaChoice::Given(schema) = oddsift_pipeline::schema_choice(path.to_str().unwrap())?
/// else { panic!() };
/// assert_eq!(schema.columns_of(oddsift_pipeline::Role::CommandLine), ["cmd", "args"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn schema_choice(name_or_file: &str) -> Result<SchemaChoice, Error> {
    let path = Path::new(name_or_file);
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let known = name_or_file.parse::<SchemaChoice>();
        return known.map_err(|error| schema_error(name_or_file, error.to_string()));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| schema_error(name_or_file, format!("cannot be read: {error}")))?;
    let schema = parse(name_or_file, &text)?;
    Ok(SchemaChoice::Given(Arc::new(schema)))
}

fn parse(name: &str, text: &str) -> Result<Schema, Error> {
    let written: Written =
        toml::from_str(text).map_err(|error| schema_error(name, one_line(&error, text)))?;
    let mut columns = Vec::new();
    for (role, names) in written.columns {
        let role: Role = role.parse().map_err(|_| {
            let roles = Role::ALL.map(Role::name).join(", ");
            schema_error(name, format!("{role:?} is no role; the roles are {roles}"))
        })?;
        columns.push((role, names.into()));
    }
    if columns.is_empty() && written.features.is_empty() {
        let what = "there are no columns; give a table [columns] with path, command_line, ...";
        return Err(schema_error(name, what.to_owned()));
    }
    let starts = written.starts.into_iter().map(|(column, values)| (column, values.into()));
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(Schema {
        name: written.name.or(stem).unwrap_or_default(),
        about: written.about,
        source: written.source,
        columns,
        events: starts.collect(),
        needs: written.needs,
        features: written.features,
        by_one: true,
    })
}

/// The parser's message without its picture of the text.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map(|span| {
        let before = text.get(..span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    });
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

fn schema_error(name: &str, what: String) -> Error {
    Error::SchemaFile { name: name.to_owned(), what }
}
