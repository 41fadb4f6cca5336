//! The space in which rows have distances: which features, and how they are computed.

use oddsift::features::{FeatureOptions, ProcessFeature, Recipe, SessionRule};

use crate::args::{FeatureArgs, SpaceArgs};
use crate::failure::Failure;
use crate::input::Input;

/// What process events are clustered by where no features are named: msticpy's own example.
const PROCESS_FEATURES: [ProcessFeature; 3] = [
    ProcessFeature::PathScore,
    ProcessFeature::CommandlineTokensFull,
    ProcessFeature::IsSystemSession,
];
/// The distance for them, under which that example shows what is odd, and the one for others.
const PROCESS_EPS: f64 = 0.0001;
const DEFAULT_EPS: f64 = 0.01;

/// The features of a run.
pub(crate) struct Space {
    /// Makes the feature vector, and of weighted rows the weight behind it.
    pub(crate) recipe: Recipe,
    /// Makes the feature vector alone: what a model keeps.
    pub(crate) features: Recipe,
    pub(crate) is_weighted: bool,
    /// The features that are no column of the file, by their place in the vector.
    pub(crate) computed: Vec<(usize, String)>,
    /// The distance where none is given.
    pub(crate) usual_eps: f64,
}

impl Space {
    pub(crate) fn plan(
        input: &Input,
        args: &SpaceArgs,
        recipe: &FeatureArgs,
        session_rule: SessionRule,
    ) -> Result<Self, Failure> {
        input.need_rows()?;
        let (mut names, usual_eps) = match args.features.as_slice() {
            [] => default_features(input, args.weight.as_deref())?,
            named => (named.to_vec(), DEFAULT_EPS),
        };
        refuse_repeated("--features", &names)?;
        let is_computed = |name: &String| recipe.force || !input.columns.contains(name);
        let computed = names.iter().cloned().enumerate().filter(|(_, name)| is_computed(name));
        let computed = computed.collect();
        let options = feature_options(recipe, session_rule);
        let features = input.recipe(&names, &options)?;
        let recipe = match &args.weight {
            None => features.clone(),
            Some(weight) => {
                input.column("--weight", weight)?;
                names.push(weight.clone());
                input.recipe(&names, &options)?
            }
        };
        Ok(Self { recipe, features, is_weighted: args.weight.is_some(), computed, usual_eps })
    }
}

/// A name that stands twice would count twice.
pub(crate) fn refuse_repeated(flag: &str, names: &[String]) -> Result<(), Failure> {
    let is_repeated =
        |(place, name): &(usize, &String)| names.iter().take(*place).any(|n| n == *name);
    match names.iter().enumerate().find(is_repeated) {
        Some((_, name)) => {
            Err(Failure::usage(format!("{flag} names {name:?} twice; name it once")))
        }
        None => Ok(()),
    }
}

pub(crate) fn feature_options(args: &FeatureArgs, session_rule: SessionRule) -> FeatureOptions {
    let defaults = FeatureOptions::default();
    FeatureOptions {
        path_separator: args.path_separator.clone(),
        delimiters: args.delimiters.clone().unwrap_or(defaults.delimiters),
        token_delimiter: args.token_delimiter.clone().unwrap_or(defaults.token_delimiter),
        ord_scale: args.ord_scale,
        force: args.force,
        session_rule,
    }
}

/// Process features where the file is known for process events, else its numeric columns.
fn default_features(input: &Input, weight: Option<&str>) -> Result<(Vec<String>, f64), Failure> {
    let roles = &input.roles;
    if roles.path.is_some() && roles.command_line.is_some() {
        let there = roles.features();
        let known = PROCESS_FEATURES.iter().filter(|feature| there.contains(feature));
        let names = known.map(|feature| feature.name().to_owned());
        return Ok((names.collect(), PROCESS_EPS));
    }
    let mut numeric = input.numeric_columns();
    numeric.retain(|name| Some(name.as_str()) != weight);
    if numeric.is_empty() {
        let columns = input.column_list();
        let what = "no numeric column to cluster by; name features by --features";
        return Err(Failure::data(format!("{}:1: {what}; columns: {columns}", input.name)));
    }
    Ok((numeric, DEFAULT_EPS))
}
