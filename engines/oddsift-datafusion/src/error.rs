use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

/// The reason why a function was not registered, not planned, or failed on a row.
///
/// In a query it is wrapped in [`DataFusionError::External`], from which it can be downcast.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use datafusion::prelude::SessionContext;
///
/// let ctx = SessionContext::new();
/// oddsift_datafusion::register(&ctx).unwrap();
/// let error = ctx.sql("SELECT mask(17)").await.unwrap_err().to_string();
/// assert!(error.contains("mask: argument `text` is Int64, it takes text"), "{error}");
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A call with too few or too many arguments.
    #[error("{function}: takes {takes}, got {found} arguments")]
    ArgumentCount {
        /// The function.
        function: &'static str,
        /// Its arguments.
        takes: String,
        /// The number of arguments of the call.
        found: usize,
    },
    /// An argument of a type that the function does not take.
    #[error("{function}: argument `{argument}` is {found}, it takes {takes}; cast it")]
    ArgumentType {
        /// The function.
        function: &'static str,
        /// The name of the argument.
        argument: String,
        /// Its type in the call.
        found: DataType,
        /// The types that are taken.
        takes: &'static str,
    },
    /// An argument that must be one value for all rows, and is a column.
    #[error(
        "{function}: argument `{argument}` is a column, it takes one value for all rows; write a literal"
    )]
    Constant {
        /// The function.
        function: &'static str,
        /// The name of the argument.
        argument: &'static str,
    },
    /// A value that the function cannot work with.
    #[error("{function}: argument `{argument}`: {reason}")]
    Value {
        /// The function.
        function: &'static str,
        /// The name of the argument.
        argument: &'static str,
        /// The reason, with its remedy.
        reason: String,
    },
    /// A model that cannot be found or read.
    #[error("model {path}: {reason}")]
    Model {
        /// Its path or URL.
        path: String,
        /// The reason, with its remedy.
        reason: String,
    },
    /// Bytes of a state that are not what a function of this version wrote.
    #[error("state of {of}: {reason}; aggregate the rows anew")]
    State {
        /// What the state is of: a template, or counts.
        of: &'static str,
        /// The reason.
        reason: String,
    },
    /// A crate below refused a row or a parameter.
    #[error("{function}: {reason}")]
    Compute {
        /// The function.
        function: &'static str,
        /// What the crate said.
        reason: String,
    },
    /// A job that cannot be done as it was asked for.
    #[error("{reason}")]
    Job {
        /// The reason, with its remedy.
        reason: String,
    },
    /// A result that cannot be written; nothing is at its place that was not there before.
    #[error("{url}: not written: {reason}")]
    Output {
        /// The path or URL.
        url: String,
        /// The reason.
        reason: String,
    },
    /// The engine refused a function, or failed.
    #[error(transparent)]
    Engine(Box<DataFusionError>),
}

impl Error {
    /// An error of a crate below, in a function.
    pub(crate) fn compute(function: &'static str) -> impl Fn(&dyn std::error::Error) -> Self {
        move |error| Self::Compute { function, reason: error.to_string() }
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(Box::new(error))
    }
}

impl From<datafusion::arrow::error::ArrowError> for Error {
    fn from(error: datafusion::arrow::error::ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}

impl From<Error> for DataFusionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Engine(error) => *error,
            error => Self::External(Box::new(error)),
        }
    }
}
