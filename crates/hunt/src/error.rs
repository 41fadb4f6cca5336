/// Why events cannot be hunted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are more distinct values than numbers for them.
    #[error("more than {} distinct values of {what}; hunt in parts of the log", u32::MAX - 1)]
    TooManyValues {
        /// The values of what.
        what: String,
    },
    /// There are more rows than a number can count.
    #[error("more than {} rows; hunt in parts of the log", u64::MAX)]
    TooManyRows,
    /// Two tables fold by different columns.
    #[error(
        "one counts {} and the other {}; only counts of the same columns can be joined",
        ours.join(", "),
        theirs.join(", ")
    )]
    OtherColumns {
        /// The columns of the first table.
        ours: Vec<String>,
        /// The columns of the other.
        theirs: Vec<String>,
    },
    /// A saved history was masked by other rules.
    #[error(
        "the history was masked by {found:?} and this version masks by {ours:?}; make it anew from its log"
    )]
    OtherMasks {
        /// The rules of the history.
        found: String,
        /// Those of this version.
        ours: String,
    },
    /// A saved history has a version that is not known.
    #[error("version {found} of the history is not known, {ours} is; make it anew from its log")]
    OtherVersion {
        /// The version of the history.
        found: u64,
        /// That of this library.
        ours: u64,
    },
    /// A saved history is damaged.
    #[error("{field} of the history: entry {position} {fault}; make it anew from its log")]
    Damaged {
        /// The part of the history.
        field: &'static str,
        /// The position in it, from 0.
        position: usize,
        /// The fault there.
        fault: &'static str,
    },
    /// Saved lines are damaged, or of another version.
    #[error("{field} of the saved lines: entry {position} {fault}; count the rows anew")]
    DamagedLines {
        /// The part of the table.
        field: &'static str,
        /// The position in it, from 0.
        position: usize,
        /// The fault there.
        fault: &'static str,
    },
    /// A row of another number of values than the table has columns.
    #[error("a row of {found} values for {expected} columns")]
    Width {
        /// The number of columns.
        expected: usize,
        /// The number of values.
        found: usize,
    },
}
