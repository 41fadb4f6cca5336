use crate::measure::Measure;
use crate::recipe::{Source, role_of};
use crate::{Delimiters, Error, FeatureOptions, Recipe, SessionRule};
use std::collections::HashMap;

/// A recipe as it is stored: columns by their names, nothing derived.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    features: Vec<SavedFeature>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<SavedFeature>,
    path_separator: Option<String>,
    delimiters: Delimiters,
    token_delimiter: String,
    ord_scale: f64,
    session_rule: SessionRule,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedFeature {
    name: String,
    column: String,
    measure: Measure,
}

impl From<Recipe> for Saved {
    fn from(recipe: Recipe) -> Self {
        let columns = &recipe.columns;
        let feature = |(name, step): (String, &crate::recipe::Step)| SavedFeature {
            name,
            column: columns[step.column].name.clone(),
            measure: step.measure,
        };
        let category = |category: crate::category::Category| SavedFeature {
            column: columns[category.column].name.clone(),
            name: category.name,
            measure: category.measure,
        };
        Self {
            categories: recipe.categories.into_iter().map(category).collect(),
            features: recipe.names.into_iter().zip(&recipe.steps).map(feature).collect(),
            path_separator: recipe.path_separator,
            delimiters: recipe.scanner.delimiters().clone(),
            token_delimiter: recipe.scanner.token_delimiter().to_owned(),
            ord_scale: recipe.ord_scale,
            session_rule: recipe.session_rule,
        }
    }
}

impl TryFrom<Saved> for Recipe {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        let mut recipe = Self::without_features(&FeatureOptions {
            path_separator: saved.path_separator,
            delimiters: saved.delimiters,
            token_delimiter: saved.token_delimiter,
            ord_scale: saved.ord_scale,
            force: false,
            session_rule: saved.session_rule,
        })?;
        let mut places = HashMap::new();
        if let Some(wrong) = saved.features.iter().find(|it| it.measure.is_category()) {
            return Err(Error::Category(wrong.name.clone()));
        }
        if let Some(wrong) = saved.categories.iter().find(|it| !it.measure.is_category()) {
            return Err(Error::NoCategory(wrong.name.clone()));
        }
        let all = saved.features.into_iter().chain(saved.categories);
        for SavedFeature { name, column, measure } in all {
            // As if the file had just these columns, until it is bound to one.
            let index = recipe.columns.len();
            let role = role_of(&name, measure);
            let source = Source { column: &column, index, others: &[], role };
            recipe.push(name, &source, measure, &mut places);
        }
        Ok(recipe)
    }
}
