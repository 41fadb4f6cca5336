use crate::Role;
use crate::listing::{listed, nearest_hint, quoted};

/// What can be wrong with a parameter, a name or a saved recipe.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The divisor of a character score is zero, NaN or infinite.
    #[error("scale must be finite and not zero, got {0}")]
    Scale(f64),
    /// A character score does not fit into `i64`.
    #[error("character sum {sum} divided by scale {scale} does not fit into 64 bits")]
    ScoreRange {
        /// Sum of the code points.
        sum: u64,
        /// The divisor.
        scale: f64,
    },
    /// `ord_scale` of the options is zero, negative or not finite.
    #[error("ord scale must be positive and finite, got {0}")]
    OrdScale(f64),
    /// The token delimiter is the empty text.
    #[error("token delimiter must not be empty")]
    EmptyTokenDelimiter,
    /// The path separator is the empty text.
    #[error("path separator must not be empty")]
    EmptyPathSeparator,
    /// The delimiter pattern is not a regular expression.
    #[error(
        "delimiter pattern {} is not a regular expression: {reason} at character {position}",
        quoted(pattern)
    )]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong, in the words of the regex parser.
        reason: String,
        /// Where, counted in characters from 1.
        position: usize,
    },
    /// The delimiter pattern compiles to more than the regex library allows.
    #[error(
        "delimiter pattern {} compiles to more than {limit} bytes; make its repetitions smaller",
        quoted(pattern)
    )]
    PatternSize {
        /// The pattern as given.
        pattern: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The delimiter pattern has more than one capture group.
    #[error(
        "delimiter pattern {} has {groups} capture groups; use at most one, `(?:..)` groups without capturing",
        quoted(pattern)
    )]
    PatternGroups {
        /// The pattern as given.
        pattern: String,
        /// How many groups it has.
        groups: usize,
    },
    /// A category where only numbers can be taken.
    #[error("feature {} is a category and no number; only clusters compare by value", quoted(.0))]
    Category(String),
    /// A number of a saved recipe that is said to be a category.
    #[error("feature {} is a number and no category; save the model anew", quoted(.0))]
    NoCategory(String),
    /// A delimiter pattern that Python, whose reading counts, reads in another way.
    #[error(
        "delimiter pattern {} has {what} at character {position}, which Python reads in another way; write it \
         with escapes or without",
        quoted(pattern)
    )]
    PatternPython {
        /// The pattern as given.
        pattern: String,
        /// What it has.
        what: &'static str,
        /// Where, counted in characters from 1.
        position: usize,
    },
    /// A schema's name is unknown.
    #[error("unknown schema {}; use auto, {} or a file FILE.toml", quoted(name), known.join(", "))]
    UnknownSchema {
        /// The name that was given.
        name: String,
        /// The known ones.
        known: Vec<String>,
    },
    /// A feature's column is missing, and so is every other that plays its role.
    #[error(
        "feature {} needs column {} or another that is the {role}, and none is there; columns: {}",
        quoted(feature),
        quoted(missing),
        listed(present)
    )]
    MissingRole {
        /// The feature.
        feature: String,
        /// The role.
        role: Role,
        /// The column that played it where the features were planned.
        missing: String,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// A name of no role.
    #[error("unknown role {}", quoted(.0))]
    UnknownRole(String),
    /// A process feature's name is unknown.
    #[error("unknown process feature {}{}", quoted(name), nearest_hint(nearest.as_deref()))]
    UnknownProcessFeature {
        /// The name as given.
        name: String,
        /// The known name that looks most like it.
        nearest: Option<String>,
    },
    /// A requested name is neither a column nor a feature.
    #[error("{} is neither a column nor a feature{}; columns: {}", quoted(name), nearest_hint(nearest.as_deref()), listed(available))]
    UnknownFeature {
        /// The name as given.
        name: String,
        /// The columns present.
        available: Vec<String>,
        /// The column or feature that looks most like it.
        nearest: Option<String>,
    },
    /// A named column is not there.
    #[error("no column {}{}; columns: {}", quoted(name), nearest_hint(nearest.as_deref()), listed(available))]
    UnknownColumn {
        /// The name as given.
        name: String,
        /// The columns present.
        available: Vec<String>,
        /// The column that looks most like it.
        nearest: Option<String>,
    },
    /// A feature that is text was requested as a number.
    #[error("feature {} is text and not a number; its length, tokens or hash can be used", quoted(.0))]
    TextFeature(String),
    /// The column that a feature is computed from is absent.
    #[error(
        "feature {} needs column {}, which is missing; columns: {}",
        quoted(feature),
        quoted(missing),
        listed(present)
    )]
    MissingColumn {
        /// The requested feature.
        feature: String,
        /// The absent column.
        missing: String,
        /// The columns present.
        present: Vec<String>,
    },
    /// A column that is needed occurs more than once.
    #[error("column {} occurs more than once; rename all but one", quoted(.0))]
    RepeatedColumn(String),
    /// A mapping's key is no role's name.
    #[error("cannot map {}; use one of {}", quoted(key), allowed.join(", "))]
    MapKey {
        /// The key as given.
        key: String,
        /// All keys.
        allowed: Vec<&'static str>,
    },
    /// A mapping names an absent column.
    #[error("cannot map {key} to {}, which is no column{}; columns: {}", quoted(column), nearest_hint(nearest.as_deref()), listed(present))]
    MapColumn {
        /// The key.
        key: String,
        /// The absent column.
        column: String,
        /// The columns present.
        present: Vec<String>,
        /// The column that looks most like it.
        nearest: Option<String>,
    },
    /// Two mappings are for the same role.
    #[error("{key} is mapped to both {} and {}; keep one", quoted(first), quoted(second))]
    MapRepeated {
        /// The second mapping's key.
        key: String,
        /// The first column.
        first: String,
        /// The second column.
        second: String,
    },
}

/// Why a row gives no feature vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("column {column} {kind}")]
pub struct ValueError {
    /// Index of the column in the file, from 0.
    pub column: usize,
    /// What is wrong with the value.
    pub kind: ValueErrorKind,
}

/// What is wrong with a value in a numeric column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// Absent, blank, or a word for nothing: `NaN`, `NA`, `N/A`, `null`, `None` in any case.
    #[error("has no value")]
    Missing,
    /// Text that is no number.
    #[error("is not a number")]
    NotANumber,
    /// An infinity, a number past `f64`, or one whose logarithm or score is not finite.
    #[error("is not finite")]
    NotFinite,
}
