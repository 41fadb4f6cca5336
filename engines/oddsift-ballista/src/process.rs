use std::path::Path;
use std::sync::Arc;

use ballista_core::extension::{
    SessionConfigExt, ballista_aggregate_functions, ballista_scalar_functions,
    ballista_window_functions,
};
use ballista_core::registry::BallistaFunctionRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{FunctionRegistry, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use oddsift_datafusion::{Functions, configured};

use crate::{Error, Stores};

/// The parts that scheduler, executor and client share: the object stores, and functions that read models from them.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    stores: Arc<Stores>,
    functions: Functions,
}

impl Process {
    pub(crate) fn new() -> Self {
        let stores = Arc::new(Stores::default());
        let functions = Functions::new(Arc::clone(&stores) as _);
        Self { stores, functions }
    }

    pub(crate) fn register(&self, registry: &mut dyn FunctionRegistry) -> Result<(), Error> {
        Ok(self.functions.register(registry)?)
    }

    /// The state of a session with Ballista's functions and ours.
    pub(crate) fn state(&self, config: SessionConfig) -> Result<SessionState, Error> {
        let mut state = SessionStateBuilder::new()
            .with_config(configured(config))
            .with_runtime_env(self.runtime(None)?)
            .with_default_features()
            .with_scalar_functions(ballista_scalar_functions())
            .with_aggregate_functions(ballista_aggregate_functions())
            .with_window_functions(ballista_window_functions())
            .build();
        self.register(&mut state)?;
        Ok(state)
    }

    /// The functions by name, as an executor looks them up.
    pub(crate) fn registry(&self) -> Result<BallistaFunctionRegistry, Error> {
        Ok(BallistaFunctionRegistry::from(&self.state(config())?))
    }

    /// The stores, and a place for what does not fit in memory.
    pub(crate) fn runtime(&self, spill: Option<&Path>) -> Result<Arc<RuntimeEnv>, Error> {
        let builder =
            RuntimeEnvBuilder::new().with_object_store_registry(Arc::clone(&self.stores) as _);
        let builder = match spill {
            Some(folder) => builder.with_temp_file_path(folder),
            None => builder,
        };
        Ok(builder.build_arc()?)
    }
}

/// The settings of a session on a cluster.
pub(crate) fn config() -> SessionConfig {
    configured(SessionConfig::new_with_ballista())
}
