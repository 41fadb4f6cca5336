//! What can be wrong with counts, rows and models.

use crate::View;

/// Why rows could not be counted, measured or merged, or a saved model could not be believed.
///
/// ```
/// use oddsift_rarity::{Counts, Error};
///
/// let mut counts = Counts::new();
/// counts.add("a", u64::MAX)?;
/// let error = counts.add("a", 1).unwrap_err();
/// assert_eq!(error, Error::TooManyRows { total: u64::MAX, count: 1 });
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of rows would not fit `u64`.
    #[error(
        "{total} rows and {count} more are over {}, the most that are counted; start new counts",
        u64::MAX
    )]
    TooManyRows {
        /// The rows counted so far.
        total: u64,
        /// The rows to add.
        count: u64,
    },
    /// A model is to have no view.
    #[error("the model has no views, add at least one with `view`")]
    NoViews,
    /// Two views of a model have one name.
    #[error("two views are named {0:?}, give each a name of its own")]
    RepeatedView(String),
    /// A row has not one value for each view.
    #[error("the row has {n_seen} values for {n_views} views, pass one a view, in their order")]
    RowLength {
        /// The values of the row.
        n_seen: usize,
        /// The views of the model.
        n_views: usize,
    },
    /// A value is not of the kind that its view counts.
    #[error("view {view:?} counts {kind}, got {seen}; pass that, or `Seen::Missing`")]
    WrongKind {
        /// The name of the view.
        view: String,
        /// The kind that the view counts.
        kind: View,
        /// The kind of the value.
        seen: View,
    },
    /// The texts of two models were masked in different ways.
    #[error("texts masked by {ours:?} and by {theirs:?} cannot be merged, count one of them again")]
    Masks {
        /// The masks of the model that was to grow.
        ours: String,
        /// The masks of the other model.
        theirs: String,
    },
    /// Two models have different views.
    #[error("views {ours} and {theirs} cannot be merged, count one of them again")]
    Views {
        /// The views of the model that was to grow, with their kinds.
        ours: String,
        /// The views of the other model.
        theirs: String,
    },
    /// An entry of a saved table has no rows.
    #[error("entry {0} has no rows, save the model again")]
    SavedZero(usize),
    /// A saved table has a key twice.
    #[error("entry {0} repeats an earlier one, save the model again")]
    SavedRepeat(usize),
    /// The rows of a saved table do not fit `u64`.
    #[error("the counts add up to {0} rows, over {max}; save the model again", max = u64::MAX)]
    SavedTotal(u128),
    /// A saved word is in more rows than there are.
    #[error("a word is in {count} of {total} rows, save the model again")]
    SavedWord {
        /// The rows in which the word is.
        count: u64,
        /// All rows.
        total: u64,
    },
    /// A saved view has more rows than its model.
    #[error("view {view:?} has {count} of {total} rows, save the model again")]
    SavedView {
        /// The name of the view.
        view: String,
        /// The rows of the view.
        count: u64,
        /// The rows of the model.
        total: u64,
    },
}
