//! Which features, how they are computed, and the space in which rows have distances.

use oddsift_features::{FeatureOptions, ProcessFeature, Recipe};

use crate::error::{Lacking, ParameterFault};
use crate::layout::Head;
use crate::{Error, Parameter};

/// What process events are clustered by where no features are named: msticpy's own example.
const PROCESS_FEATURES: [ProcessFeature; 3] = [
    ProcessFeature::PathScore,
    ProcessFeature::CommandlineTokensFull,
    ProcessFeature::IsSystemSession,
];
/// The distance for them, under which that example shows what is unusual, and the one for others.
const PROCESS_EPS: f64 = 0.0001;
const DEFAULT_EPS: f64 = 0.01;

pub(crate) const FEATURES: Parameter = Parameter("features");

/// Which features of a row are taken, and how they are made of its text.
#[derive(Debug, Clone, Default)]
pub struct FeatureChoice {
    /// Columns of the input, or features of process events and of text columns.
    ///
    /// None (the default): those of process events where their columns are known, else all numeric
    /// columns.
    pub names: Vec<String>,
    /// How features are made of text, and whether those are computed anew that the input has as columns.
    pub options: FeatureOptions,
}

/// What makes the feature vector of a row.
pub(crate) struct FeaturePlan {
    pub(crate) recipe: Recipe,
    /// The features that are no column of the input, by their place in the vector.
    pub(crate) computed: Vec<(usize, String)>,
    /// The distance for them where none is given.
    pub(crate) usual_eps: f64,
}

impl FeaturePlan {
    pub(crate) fn new(
        head: &Head,
        choice: &FeatureChoice,
        weight: Option<&str>,
    ) -> Result<Self, Error> {
        head.need_rows()?;
        let (names, usual_eps) = match choice.names.as_slice() {
            [] => default_features(head, weight)?,
            names => (names.to_vec(), DEFAULT_EPS),
        };
        refuse_repeated(FEATURES, &names)?;
        let is_computed =
            |name: &String| choice.options.force || !head.layout.columns.contains(name);
        let computed = names.iter().cloned().enumerate().filter(|(_, name)| is_computed(name));
        let computed = computed.collect();
        let recipe = head.layout.recipe(&names, &choice.options)?;
        Ok(Self { recipe, computed, usual_eps })
    }
}

/// An error where a name stands twice, which would count twice.
pub(crate) fn refuse_repeated(parameter: Parameter, names: &[String]) -> Result<(), Error> {
    match repeated(names) {
        Some(name) => Err(Error::Parameter {
            parameter,
            what: Box::new(ParameterFault::Repeated(name.clone())),
        }),
        None => Ok(()),
    }
}

/// The first name that stands there before.
pub(crate) fn repeated(names: &[String]) -> Option<&String> {
    let is_repeated =
        |(place, name): &(usize, &String)| names.iter().take(*place).any(|n| n == *name);
    names.iter().enumerate().find(is_repeated).map(|(_, name)| name)
}

/// Process features where the input is known for process events, else its numeric columns.
fn default_features(head: &Head, weight: Option<&str>) -> Result<(Vec<String>, f64), Error> {
    let roles = &head.layout.roles;
    if roles.path.is_some() && roles.command_line.is_some() {
        let there = roles.features();
        let known = PROCESS_FEATURES.iter().filter(|feature| there.contains(feature));
        let names = known.map(|feature| feature.name().to_owned());
        return Ok((names.collect(), PROCESS_EPS));
    }
    let mut numeric = head.numeric_columns();
    numeric.retain(|name| Some(name.as_str()) != weight);
    if numeric.is_empty() {
        return Err(head.layout.lacks(Lacking::Feature));
    }
    Ok((numeric, DEFAULT_EPS))
}
