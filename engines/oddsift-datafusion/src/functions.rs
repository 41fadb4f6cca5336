use std::sync::Arc;

use datafusion::execution::FunctionRegistry;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::function::RowFunction;
use crate::hunt_lines::HuntLines;
use crate::merging::MergingFunction;
use crate::pattern::PatternUdaf;
use crate::process::ProcessFeaturesOf;
use crate::process_rarity::ProcessRarityUdf;
use crate::rarity::RarityCounts;
use crate::score::{ModelUdf, OfModel};
use crate::series::StlAnomalies;
use crate::template::TemplateText;
use crate::text::OfText;
use crate::time_bucket::TimeBucket;
use crate::value_hashes::ValueHashes;
use crate::vector_hash::VectorHash;
use crate::{Error, Models};

/// Registers all functions on a session; models are read from its object stores.
///
/// Functions of these names that the session has are replaced.
///
/// # Errors
///
/// None with the session's own registry of functions.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> datafusion::error::Result<()> {
/// use datafusion::assert_batches_eq;
/// use datafusion::prelude::SessionContext;
///
/// let ctx = SessionContext::new();
/// oddsift_datafusion::register(&ctx)?;
/// let found = ctx.sql("SELECT mask('ping -n 4 10.0.0.7') AS masked").await?.collect().await?;
/// assert_batches_eq!(
///     ["+--------------------+", "| masked             |", "+--------------------+",
///      "| ping -n <num> <ip> |", "+--------------------+"],
///     &found
/// );
/// # Ok(())
/// # }
/// ```
pub fn register(ctx: &SessionContext) -> Result<(), Error> {
    let functions = Functions::new(Arc::clone(&ctx.runtime_env().object_store_registry));
    functions.scalar.into_iter().for_each(|function| ctx.register_udf(function.as_ref().clone()));
    functions.aggregate.into_iter().for_each(|it| ctx.register_udaf(it.as_ref().clone()));
    Ok(())
}

/// Returns the settings with which a struct is evaluated once, whatever number of its fields is asked for.
///
/// The engine finds the call that the fields share, but then moves each field towards the table, and the call
/// with it: `process_features(..)['pathScore']` and `process_features(..)['pathHash']` would be computed in two
/// passes (apache/datafusion#23655). Results are the same without.
///
/// ```
/// use datafusion::prelude::{SessionConfig, SessionContext};
///
/// let config = oddsift_datafusion::configured(SessionConfig::new());
/// assert!(!config.options().optimizer.enable_leaf_expression_pushdown);
/// let ctx = SessionContext::new_with_config(config);
/// oddsift_datafusion::register(&ctx)?;
/// # Ok::<(), oddsift_datafusion::Error>(())
/// ```
#[must_use]
pub fn configured(mut config: SessionConfig) -> SessionConfig {
    config.options_mut().optimizer.enable_leaf_expression_pushdown = false;
    config
}

/// All functions, for registries other than a session's: those of a scheduler or an executor.
///
/// ```
/// use datafusion::prelude::SessionContext;
/// use oddsift_datafusion::Functions;
///
/// let ctx = SessionContext::new();
/// let functions = Functions::new(ctx.runtime_env().object_store_registry.clone());
/// let names: Vec<&str> = functions.scalar.iter().map(|function| function.name()).collect();
/// assert!(names.contains(&"process_features") && names.contains(&"iforest_score"));
/// let mut state = ctx.state();
/// functions.register(&mut state)?;
/// # Ok::<(), oddsift_datafusion::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Functions {
    /// The functions of a row.
    pub scalar: Vec<Arc<ScalarUDF>>,
    /// The functions of a group of rows.
    pub aggregate: Vec<Arc<AggregateUDF>>,
}

impl Functions {
    /// Creates the functions; they read models from `stores`.
    ///
    /// ```
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::Functions};
    /// let stores = SessionContext::new().runtime_env().object_store_registry.clone();
    /// assert_eq!(Functions::new(stores).aggregate.len(), 4);
    /// ```
    #[must_use]
    pub fn new(stores: Arc<dyn ObjectStoreRegistry>) -> Self {
        let models = Arc::new(Models::new(stores));
        let of_model = |of| ScalarUDF::new_from_impl(ModelUdf::new(of, Arc::clone(&models)));
        let mut scalar = OfText::ALL.map(RowFunction::into_udf).to_vec();
        scalar.extend([OfModel::IforestScore, OfModel::ClusterOf].map(of_model));
        scalar.push(ScalarUDF::new_from_impl(ProcessRarityUdf::new(Arc::clone(&models))));
        scalar.extend([
            ProcessFeaturesOf.into_udf(),
            VectorHash.into_udf(),
            StlAnomalies.into_udf(),
            TemplateText.into_udf(),
            TimeBucket.into_udf(),
        ]);
        let pattern = AggregateUDF::new_from_impl(PatternUdaf::new());
        let merging = [RarityCounts.into_udaf(), HuntLines.into_udaf(), ValueHashes.into_udaf()];
        let aggregate = std::iter::once(pattern).chain(merging).map(Arc::new).collect();
        Self { scalar: scalar.into_iter().map(Arc::new).collect(), aggregate }
    }

    /// Adds all functions to a registry.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the registry takes none.
    ///
    /// ```
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::Functions};
    /// use datafusion::execution::FunctionRegistry;
    ///
    /// let ctx = SessionContext::new();
    /// let mut state = ctx.state();
    /// Functions::new(ctx.runtime_env().object_store_registry.clone()).register(&mut state)?;
    /// assert!(state.udaf("pattern").is_ok());
    /// # Ok::<(), oddsift_datafusion::Error>(())
    /// ```
    pub fn register(&self, registry: &mut dyn FunctionRegistry) -> Result<(), Error> {
        for function in &self.scalar {
            registry.register_udf(Arc::clone(function))?;
        }
        for function in &self.aggregate {
            registry.register_udaf(Arc::clone(function))?;
        }
        Ok(())
    }
}
