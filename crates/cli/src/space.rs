//! Which features, how they are computed, and the space in which rows have distances.

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
    pub(crate) features: FeaturePlan,
    /// Makes the weight of a row, where rows have one.
    pub(crate) weight: Option<Recipe>,
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
        let weight = args.weight.as_deref();
        let features = FeaturePlan::new(input, &args.features, weight, recipe, session_rule)?;
        let weight = match weight {
            None => None,
            Some(weight) => {
                input.column("--weight", weight)?;
                let options = feature_options(recipe, session_rule);
                Some(input.recipe(&[weight.to_owned()], &options)?)
            }
        };
        let usual_eps = if features.is_usual { PROCESS_EPS } else { DEFAULT_EPS };
        Ok(Self { features, weight, usual_eps })
    }
}

/// What makes the feature vector of a row.
pub(crate) struct FeaturePlan {
    pub(crate) recipe: Recipe,
    /// The features that are no column of the file, by their place in the vector.
    pub(crate) computed: Vec<(usize, String)>,
    /// Whether they are the usual ones of process events.
    is_usual: bool,
}

impl FeaturePlan {
    pub(crate) fn new(
        input: &Input,
        requested: &[String],
        weight: Option<&str>,
        recipe: &FeatureArgs,
        session_rule: SessionRule,
    ) -> Result<Self, Failure> {
        input.need_rows()?;
        let (names, is_usual) = match requested {
            [] => default_features(input, weight)?,
            requested => (requested.to_vec(), false),
        };
        refuse_repeated("--features", &names)?;
        let is_computed = |name: &String| recipe.force || !input.columns.contains(name);
        let computed = names.iter().cloned().enumerate().filter(|(_, name)| is_computed(name));
        let computed = computed.collect();
        let recipe = input.recipe(&names, &feature_options(recipe, session_rule))?;
        Ok(Self { recipe, computed, is_usual })
    }
}

/// A name that stands twice would count twice.
pub(crate) fn refuse_repeated(flag: &str, names: &[String]) -> Result<(), Failure> {
    match repeated(names) {
        Some(name) => Err(Failure::usage(format!("{flag} names {name:?} twice; name it once"))),
        None => Ok(()),
    }
}

/// The first name that stands there before.
pub(crate) fn repeated(names: &[String]) -> Option<&String> {
    let is_repeated =
        |(place, name): &(usize, &String)| names.iter().take(*place).any(|n| n == *name);
    names.iter().enumerate().find(is_repeated).map(|(_, name)| name)
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
fn default_features(input: &Input, weight: Option<&str>) -> Result<(Vec<String>, bool), Failure> {
    let roles = &input.roles;
    if roles.path.is_some() && roles.command_line.is_some() {
        let there = roles.features();
        let known = PROCESS_FEATURES.iter().filter(|feature| there.contains(feature));
        let names = known.map(|feature| feature.name().to_owned());
        return Ok((names.collect(), true));
    }
    let mut numeric = input.numeric_columns();
    numeric.retain(|name| Some(name.as_str()) != weight);
    if numeric.is_empty() {
        let columns = input.column_list();
        let what = "no numeric column to take for a feature; name features by --features";
        return Err(Failure::data(format!("{}:1: {what}; columns: {columns}", input.name)));
    }
    Ok((numeric, false))
}
