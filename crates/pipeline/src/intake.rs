//! What was taken of an input, to be told.

use oddsift_features::{Recipe, Role};

use crate::Layout;

/// What was taken of an input: which schema, which features, which times. A caller tells it, since what
/// is taken by default decides what is found.
///
/// ```
/// use oddsift_pipeline::ClusterParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ClusterParams::new().fit(path)?;
/// assert!(found.intake.text().starts_with("win4688 process events; features program, "));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intake {
    /// The schemas that were given or found, by name.
    pub schemas: Vec<String>,
    /// The features.
    pub features: Vec<String>,
    /// Where the features come from.
    pub origin: FeatureOrigin,
    /// The columns of times, the preferred first; `None` where times are of no use.
    pub times: Option<Vec<String>>,
    /// A role of process events that no column plays.
    pub lacks: Option<Role>,
    /// Columns that a model knows by another name: that name, and the one here.
    pub renamed: Vec<(String, String)>,
}

/// Why just these features were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeatureOrigin {
    /// They were named.
    Given,
    /// They are those of process events.
    Process,
    /// They are the numbers of the schema that was found.
    Schema,
    /// They are all numeric columns.
    Numbers,
    /// They are those of a model.
    Model,
}

impl Intake {
    pub(crate) fn new(layout: &Layout, features: Vec<String>, origin: FeatureOrigin) -> Self {
        let roles = &layout.roles;
        let schemas = roles.schemas().iter().map(|schema| schema.name.clone()).collect();
        let is_process = origin == FeatureOrigin::Process;
        let lacking = [Role::Path, Role::CommandLine, Role::Session].into_iter();
        let lacks = lacking.filter(|role| is_process && roles.get(*role).is_none());
        Self {
            schemas,
            features,
            origin,
            times: None,
            lacks: lacks.into_iter().next(),
            renamed: Vec::new(),
        }
    }

    /// With the schemas whose columns came late.
    pub(crate) fn grown(mut self, layout: &Layout) -> Self {
        let whole = Self::new(layout, Vec::new(), self.origin);
        (self.schemas, self.lacks) = (whole.schemas, whole.lacks);
        self
    }

    /// What a model takes of an input, by a recipe that is bound to its columns.
    pub(crate) fn of_model(layout: &Layout, recipe: &Recipe) -> Self {
        let names = recipe.categories().map(str::to_owned).chain(recipe.names().iter().cloned());
        let mut intake = Self::new(layout, names.collect(), FeatureOrigin::Model);
        intake.renamed = recipe
            .places()
            .filter_map(|(name, place)| Some((name.to_owned(), layout.columns.get(place)?.clone())))
            .filter(|(name, here)| name != here)
            .collect();
        intake
    }

    pub(crate) fn with_times(mut self, layout: &Layout, times: &[usize]) -> Self {
        let name = |column: &usize| layout.columns.get(*column).cloned();
        self.times = Some(times.iter().filter_map(name).collect());
        self
    }

    /// Returns it as one line, without the name of the input.
    #[must_use]
    pub fn text(&self) -> String {
        let schema = match self.schemas.as_slice() {
            [] => "no known schema".to_owned(),
            names => names.join(" and "),
        };
        let events = match self.origin {
            FeatureOrigin::Process => " process events",
            _ => "",
        };
        let why = match self.origin {
            FeatureOrigin::Numbers => " (all numeric columns)",
            FeatureOrigin::Schema => " (those of the schema)",
            FeatureOrigin::Model => " (those of the model)",
            _ => "",
        };
        let lacks = self.lacks.map_or_else(String::new, |role| {
            let role = if role == Role::CommandLine { "command line" } else { role.name() };
            format!(" without {role}")
        });
        let renamed =
            self.renamed.iter().map(|(name, here)| format!("; {here} is taken for {name}"));
        let renamed: String = renamed.collect();
        format!("{schema}{events}{lacks}; features {}{why}{renamed}", self.features.join(", "))
    }
}
