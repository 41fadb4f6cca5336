use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, StructArray, new_null_array};
use arrow_schema::{DataType, Field, Fields};
use ndarray::{Array2, ArrayView2};
use oddsift::eventcluster::{ClusterModel, Label};
use oddsift::iforest::IsolationForest;
use oddsift::outliers::{ProcessLine, ProcessRarity};
use oddsift::pipeline::Model;

use super::Fault;
use super::arguments::{Arguments, Texts, is_text, numbers};
use super::models;

const ANY: usize = usize::MAX;

/// The score of each row by a forest; a row that lacks a feature has none.
pub(super) fn scores(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(1, ANY, "(model, feature, ..)")?;
    let Some(path) = args.text(0, "model")? else {
        return Ok(new_null_array(&DataType::Float64, args.n_rows()));
    };
    let model = models::model(&path)?;
    let forest = forest(&path, &model)?;
    let columns = args.columns_from(1)?;
    check_columns(&path, columns.len(), forest.n_features(), &[])?;
    let vectors = Vectors::new(&columns, &[], args.n_rows())?;
    let scores = forest.score_samples(&vectors.matrix()?).map_err(fault)?;
    Ok(Arc::new(vectors.spread(scores).collect::<Float64Array>()))
}

/// The cluster of each row, -1 for noise; a row that lacks a feature has none.
pub(super) fn labels(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(1, ANY, "(model, feature, ..)")?;
    let Some(path) = args.text(0, "model")? else {
        return Ok(new_null_array(&DataType::Int64, args.n_rows()));
    };
    let model = models::model(&path)?;
    let model = clusters(&path, &model)?;
    let columns = args.columns_from(1)?;
    let names = feature_names(model);
    check_columns(&path, columns.len(), names.len(), &names)?;
    let (categories, numbers) = columns.split_at(model.recipe().categories().len());
    for (name, column) in names.iter().zip(categories) {
        if !is_text(column.data_type()) {
            let found = column.data_type();
            return Err(Fault(format!("argument `{name}` is {found}, it takes text; cast it")));
        }
    }
    let vectors = Vectors::new(numbers, categories, args.n_rows())?;
    // Without a number there is one all the same, which is 0, as the model was fitted.
    let matrix = vectors.matrix_of_at_least_one()?;
    let labels = if categories.is_empty() {
        model.predict(&matrix)
    } else {
        model.predict_grouped(&matrix, &groups(model, categories, &vectors.rows)?)
    };
    let labels = labels.map_err(fault)?.into_iter().map(Label::to_i64);
    Ok(Arc::new(vectors.spread(labels).collect::<Int64Array>()))
}

/// How rare program, parent, words and arguments of each row were among the rows of a model.
pub(super) fn rarity(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(4, 4, "(model, path, parent_path, command_line)")?;
    let Some(path) = args.text(0, "model")? else {
        return Ok(new_null_array(&DataType::Struct(rarity_fields()), args.n_rows()));
    };
    let model = models::model(&path)?;
    let rarity = rarity_of(&path, &model)?;
    let [paths, parents, command_lines] =
        [args.texts(1, "path")?, args.texts(2, "parent_path")?, args.texts(3, "command_line")?];
    let mut columns: [Float64Builder; 4] =
        std::array::from_fn(|_| Float64Builder::with_capacity(args.n_rows()));
    let mut line = ProcessLine::default();
    for row in 0..args.n_rows() {
        let [path, parent, command_line] =
            [&paths, &parents, &command_lines].map(|texts| texts.get(row).unwrap_or_default());
        line.set(path, parent, command_line);
        let values = rarity.values(&line).map_err(fault)?;
        columns.iter_mut().zip(values).for_each(|(column, value)| column.append_value(value));
    }
    let columns = columns.map(|mut column| Arc::new(column.finish()) as ArrayRef);
    Ok(Arc::new(StructArray::try_new(rarity_fields(), columns.to_vec(), None)?))
}

/// The features that a function takes of a model: the name of each, and whether it is a text.
pub(super) fn features(
    function: &str,
    path: &str,
    model: &Model,
) -> Result<Vec<(String, bool)>, Fault> {
    match function {
        "iforest_score" => {
            let n_features = forest(path, model)?.n_features();
            Ok((1..=n_features).map(|place| (format!("feature {place}"), false)).collect())
        }
        "cluster_of" => {
            let model = clusters(path, model)?;
            let n_categories = model.recipe().categories().len();
            let names = feature_names(model).into_iter().enumerate();
            Ok(names.map(|(place, name)| (name.to_owned(), place < n_categories)).collect())
        }
        "process_rarity" => {
            rarity_of(path, model)?;
            Ok(["path", "parent_path", "command_line"].map(|name| (name.to_owned(), true)).to_vec())
        }
        _ => Err(Fault("takes no model".to_owned())),
    }
}

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault(error.to_string())
}

fn forest<'a>(path: &str, model: &'a Model) -> Result<&'a IsolationForest, Fault> {
    match model {
        Model::Outliers(model) => Ok(model.detector().forest()),
        Model::Forest(model) => Ok(model.forest()),
        _ => Err(Fault(format!(
            "model {path}: has no forest; save one by `oddsift.outliers(.., save_model=..)`"
        ))),
    }
}

fn clusters<'a>(path: &str, model: &'a Model) -> Result<&'a ClusterModel, Fault> {
    match model {
        Model::Clusters(model) => Ok(model),
        _ => Err(Fault(format!(
            "model {path}: has no clusters; save them by `oddsift.cluster(.., save_model=..)`"
        ))),
    }
}

fn rarity_of<'a>(path: &str, model: &'a Model) -> Result<&'a ProcessRarity, Fault> {
    let rarity = match model {
        Model::Outliers(model) => model.rarity(),
        _ => None,
    };
    rarity.map(AsRef::as_ref).ok_or_else(|| {
        Fault(format!(
            "model {path}: has no counts of process events; save it by `oddsift.outliers(.., save_model=..)` without `features`"
        ))
    })
}

/// Categories first, then numbers, each in the order of the model.
fn feature_names(model: &ClusterModel) -> Vec<&str> {
    let recipe = model.recipe();
    recipe.categories().chain(recipe.names().iter().map(String::as_str)).collect()
}

/// Checks the number of columns against the names of a model's features.
fn check_columns(path: &str, found: usize, expected: usize, names: &[&str]) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    Err(Fault(format!(
        "model {path}: takes {expected} features{of}, got {found}; give them in this order"
    )))
}

fn rarity_fields() -> Fields {
    let field = |name| Field::new(name, DataType::Float64, false);
    ProcessRarity::NAMES.map(field).into_iter().collect()
}

/// The group of each row by its categories; `u32::MAX` for one that was never seen.
fn groups(
    model: &ClusterModel,
    categories: &[ArrayRef],
    rows: &[usize],
) -> Result<Vec<u32>, Fault> {
    let known = model.groups().iter().zip(0..);
    let known: HashMap<Vec<&str>, u32> =
        known.map(|(group, at)| (group.iter().map(String::as_str).collect(), at)).collect();
    let columns = categories.iter().map(|column| Texts::new("feature", column));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let group = |&row: &usize| {
        let values: Vec<&str> =
            columns.iter().map(|column| column.get(row).unwrap_or_default()).collect();
        known.get(&values).copied().unwrap_or(u32::MAX)
    };
    Ok(rows.iter().map(group).collect())
}

/// The rows of columns of numbers as vectors; rows with a NULL are left out.
struct Vectors {
    n_rows: usize,
    n_features: usize,
    /// The rows that have all values.
    rows: Vec<usize>,
    /// Row-major.
    values: Vec<f64>,
}

impl Vectors {
    /// A NULL in one of `others` leaves out a row, too.
    fn new(columns: &[ArrayRef], others: &[ArrayRef], n_rows: usize) -> Result<Self, Fault> {
        let numbered = columns.iter().zip(1..);
        let columns = numbered.map(|(column, at)| numbers(&format!("feature {at}"), column));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let is_whole = |row: &usize| {
            columns.iter().all(|it| it.is_valid(*row)) && others.iter().all(|it| it.is_valid(*row))
        };
        let rows: Vec<usize> = (0..n_rows).filter(is_whole).collect();
        let mut values = Vec::with_capacity(rows.len() * columns.len());
        for &row in &rows {
            values.extend(columns.iter().map(|column| column.value(row)));
        }
        Ok(Self { n_rows, n_features: columns.len(), rows, values })
    }

    fn matrix(&self) -> Result<ArrayView2<'_, f64>, Fault> {
        ArrayView2::from_shape((self.rows.len(), self.n_features), &self.values).map_err(fault)
    }

    /// The matrix, with a column of zeros if it has none.
    fn matrix_of_at_least_one(&self) -> Result<Array2<f64>, Fault> {
        match self.n_features {
            0 => Ok(Array2::zeros((self.rows.len(), 1))),
            _ => Ok(self.matrix()?.to_owned()),
        }
    }

    /// A value for each row again: none where a row is no vector.
    fn spread<T>(&self, values: impl IntoIterator<Item = T>) -> impl Iterator<Item = Option<T>> {
        let mut vectors = self.rows.iter().zip(values).peekable();
        (0..self.n_rows).map(move |row| vectors.next_if(|it| *it.0 == row).map(|it| it.1))
    }
}
