//! Which features, how they are computed, and the space in which rows have distances.

use oddsift_eventcluster::Scaling;
use oddsift_features::{FeatureOptions, Recipe, Role, is_envelope};

use crate::error::{Lacking, ParameterFault};
use crate::intake::{FeatureOrigin, Intake};
use crate::layout::Head;
use crate::{Error, Parameter};

/// The features of process events that are numbers alone, msticpy's example.
///
/// ```
/// assert_eq!(oddsift_pipeline::OF_PROCESS.len(), 3);
/// ```
pub const OF_PROCESS: [&str; 3] = ["pathScore", "commandlineTokensFull", "isSystemSession"];
/// The features by which process events are clustered: events of a program, with as many words and
/// delimiters.
///
/// ```
/// assert_eq!(oddsift_pipeline::OF_PROGRAM[0], "program");
/// ```
pub const OF_PROGRAM: [&str; 3] = ["program", "commandlineTokens", "commandlineTokensFull"];
/// Those of events without command lines: which program it is, and nothing else tells them apart.
const OF_PATH: [&str; 2] = ["pathHash", "isSystemSession"];
const OF_PATH_ALONE: [&str; 2] = ["program", "isSystemSession"];
/// Those of events without paths.
const OF_COMMAND_LINE: [&str; 3] =
    ["commandlineTokensFull", "commandlineTokensHash", "isSystemSession"];
/// The distance for numbers of processes alone, under which that example shows what is unusual.
const PROCESS_EPS: f64 = 0.0001;
/// The largest distance of neighbours by features that are named.
///
/// ```
/// assert_eq!(oddsift_pipeline::DEFAULT_EPS, 0.01);
/// ```
pub const DEFAULT_EPS: f64 = 0.01;
/// The largest distance of neighbours by [`OF_PROGRAM`]: of whole numbers, apart by less than 1 is equal.
///
/// ```
/// assert_eq!(oddsift_pipeline::WHOLE_EPS, 0.5);
/// ```
pub const WHOLE_EPS: f64 = 0.5;

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

/// The features of a job, planned.
pub(crate) struct FeaturePlan {
    pub(crate) recipe: Recipe,
    /// The features that the input does not have, with their places.
    pub(crate) computed: Vec<(usize, String)>,
    pub(crate) usual_eps: f64,
    /// The scaling that these features need, where nobody asks for one.
    pub(crate) usual_scaling: Scaling,
    /// Rows without a value are left out where no flag says otherwise: a schema's numbers may be unset.
    pub(crate) is_lenient: bool,
    pub(crate) intake: Intake,
}

/// Features that nobody named.
struct Usual {
    names: Vec<String>,
    eps: f64,
    scaling: Scaling,
    origin: FeatureOrigin,
}

impl FeaturePlan {
    /// Plans the features of `choice`, by default the usual ones of the input; a column of weights is none.
    /// All are numbers.
    pub(crate) fn new(
        head: &Head,
        choice: &FeatureChoice,
        weight: Option<&str>,
    ) -> Result<Self, Error> {
        let plan = Self::with_categories(head, choice, weight, false)?;
        plan.recipe.need_numbers().map_err(|source| Error::Header {
            name: head.layout.name.clone(),
            columns: head.layout.columns.clone(),
            source: Box::new(source),
        })?;
        Ok(plan)
    }

    /// As [`new`](Self::new), where features may be categories; the usual ones are, if `by_program`.
    pub(crate) fn with_categories(
        head: &Head,
        choice: &FeatureChoice,
        weight: Option<&str>,
        by_program: bool,
    ) -> Result<Self, Error> {
        head.need_rows()?;
        let usual = match choice.names.as_slice() {
            [] => usual_features(head, weight, by_program)?,
            names => Usual {
                names: names.to_vec(),
                eps: DEFAULT_EPS,
                scaling: Scaling::Unit,
                origin: FeatureOrigin::Given,
            },
        };
        let names = usual.names;
        refuse_repeated(FEATURES, &names)?;
        let is_computed =
            |name: &String| choice.options.force || !head.layout.columns.contains(name);
        let recipe = head.layout.recipe(&names, &choice.options)?;
        let numbers = recipe.names().iter().cloned().enumerate();
        let computed = numbers.filter(|(_, name)| is_computed(name)).collect();
        Ok(Self {
            recipe,
            computed,
            usual_eps: usual.eps,
            usual_scaling: usual.scaling,
            is_lenient: usual.origin == FeatureOrigin::Schema,
            intake: Intake::new(&head.layout, names, usual.origin),
        })
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

/// Process features where the input is known for process events, the numbers of a known schema, else all
/// numeric columns, if none of them is one of an envelope.
fn usual_features(head: &Head, weight: Option<&str>, by_program: bool) -> Result<Usual, Error> {
    let roles = &head.layout.roles;
    let has = |role| roles.get(role).is_some();
    let of_process = |names: &[&str], eps, scaling| {
        let there = roles.features();
        let is_there = |name: &&&str| {
            **name == "program" || there.iter().any(|feature| feature.name() == **name)
        };
        let names = names.iter().filter(is_there).map(|name| (*name).to_owned()).collect();
        Ok(Usual { names, eps, scaling, origin: FeatureOrigin::Process })
    };
    match (has(Role::Path), has(Role::CommandLine)) {
        (true, true) if by_program => return of_process(&OF_PROGRAM, WHOLE_EPS, Scaling::None),
        (true, true) => return of_process(&OF_PROCESS, PROCESS_EPS, Scaling::Unit),
        // Without the other, directions tell nothing: all points lie on one line or two.
        (true, false) if roles.schema().is_some() && by_program => {
            return of_process(&OF_PATH_ALONE, WHOLE_EPS, Scaling::None);
        }
        (true, false) if roles.schema().is_some() => {
            return of_process(&OF_PATH, DEFAULT_EPS, Scaling::None);
        }
        (false, true) if roles.schema().is_some() => {
            return of_process(&OF_COMMAND_LINE, DEFAULT_EPS, Scaling::None);
        }
        _ => {}
    }
    let of_schema = features_of_schema(head);
    if !of_schema.is_empty() {
        let (eps, scaling) = (DEFAULT_EPS, Scaling::Unit);
        return Ok(Usual { names: of_schema, eps, scaling, origin: FeatureOrigin::Schema });
    }
    let mut names = head.numeric_columns();
    names.retain(|name| Some(name.as_str()) != weight);
    if names.is_empty() {
        return Err(head.layout.lacks(Lacking::Feature));
    }
    let (envelope, others): (Vec<String>, Vec<String>) =
        names.iter().cloned().partition(|name| is_envelope(name));
    if !envelope.is_empty() {
        let (name, columns) = (head.layout.name.clone(), head.layout.columns.clone());
        return Err(Error::Envelope { name, envelope, others, columns });
    }
    Ok(Usual { names, eps: DEFAULT_EPS, scaling: Scaling::Unit, origin: FeatureOrigin::Numbers })
}

/// The features of the schema that was found whose columns are there.
fn features_of_schema(head: &Head) -> Vec<String> {
    let columns = &head.layout.columns;
    let is_column = |name: &str| columns.iter().any(|column| column == name);
    let is_there = |name: &&String| {
        is_column(name) || name.rsplit_once('.').is_some_and(|(column, _)| is_column(column))
    };
    let schema = head.layout.roles.schema();
    let features = schema.map_or(&[][..], |schema| schema.features.as_slice());
    features.iter().filter(is_there).cloned().collect()
}
