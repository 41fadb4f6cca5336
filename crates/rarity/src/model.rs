use crate::counts::add_rows;
use crate::{
    Counts, Error, GivenCounts, GivenWordCounts, RarityParams, Seen, TailCounts, View, WordCounts,
};

/// A model of what is usual: counts of rows by named views, and the bits by which a row surprises each.
///
/// Models of parts of the data merge in any order. Memory grows with the distinct values of each view,
/// and with the distinct pairs where one is given the other.
///
/// Texts that hold times, counters or names of temporary files are all new and hence all rare; mask
/// them first. The model keeps what the caller says of the masks, and models whose masks differ do not
/// merge.
///
/// With the feature `serde` a model is written as one JSON object, its keys sorted, and read back as
/// untrusted input: every count is checked, and memory grows with what is read and not with what a
/// number claims. What is written, read and written again is the same to the byte.
///
/// ```
/// use oddsift_rarity::{Rarity, Seen, View};
///
/// let mut model = Rarity::params("lower case 1")
///     .view("program", View::Value)
///     .view("child given parent", View::Given)
///     .view("words", View::Words)
///     .view("length", View::Tail)
///     .build()?;
/// let row = |parent, words, length| {
///     [Seen::Value("cmd.exe"), Seen::Given(parent, "cmd.exe"), Seen::Words(words), Seen::Tail("cmd.exe", length)]
/// };
/// model.add(&row("explorer.exe", &["/k"], 2), 63)?;
/// model.add(&row("winword.exe", &["/c", "whoami"], 9), 1)?;
///
/// let bits = model.surprisals(&row("winword.exe", &["/c", "whoami"], 9))?;
/// assert!(bits[0] < 0.02); // cmd.exe is usual
/// assert_eq!(bits[1..], [1.0, 7.0, 7.0]); // one row tells little of a parent; log2(2 * 64)
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rarity {
    pub(crate) masks: String,
    /// At least the rows of each view, so that where this sum fits all do.
    pub(crate) n_rows: u64,
    pub(crate) views: Vec<Named>,
}

/// A view with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) table: Table,
}

/// The counts of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub(crate) enum Table {
    Value(Counts<Box<str>>),
    Given(GivenCounts<Box<str>, Box<str>>),
    Words(WordCounts<Box<str>>),
    WordsGiven(GivenWordCounts<Box<str>, Box<str>>),
    Tail(TailCounts<Box<str>>),
}

impl Rarity {
    /// The name of the stored format.
    pub const FORMAT: &str = "oddsift-rarity";
    /// The version of the stored format that is written, and the only one that is read.
    pub const VERSION: u64 = 1;

    /// Begins the parameters of a model, with a name and version of how its texts were masked.
    ///
    /// ```
    /// use oddsift_rarity::{Rarity, View};
    ///
    /// let model = Rarity::params("guids, numbers 2").view("program", View::Value).build()?;
    /// assert_eq!(model.masks(), "guids, numbers 2");
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn params(masks: impl Into<String>) -> RarityParams {
        RarityParams { masks: masks.into(), views: Vec::new() }
    }

    /// Returns the name and version of how the texts were masked.
    ///
    /// ```
    /// # use oddsift_rarity::{Rarity, View};
    /// let model = Rarity::params("none").view("program", View::Value).build()?;
    /// assert_eq!(model.masks(), "none");
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn masks(&self) -> &str {
        &self.masks
    }

    /// Returns the names and kinds of the views, in their order.
    ///
    /// ```
    /// # use oddsift_rarity::{Rarity, View};
    /// let model = Rarity::params("none").view("length", View::Tail).build()?;
    /// assert!(model.views().eq([("length", View::Tail)]));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn views(&self) -> impl ExactSizeIterator<Item = (&str, View)> {
        self.views.iter().map(|view| (view.name.as_str(), view.table.kind()))
    }

    /// Returns the number of rows that were added.
    ///
    /// ```
    /// # use oddsift_rarity::{Rarity, Seen, View};
    /// let mut model = Rarity::params("none").view("program", View::Value).build()?;
    /// model.add(&[Seen::Missing], 3)?;
    /// assert_eq!(model.n_rows(), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Adds `count` equal rows; `row` has one value for each view, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::RowLength`] or [`Error::WrongKind`] for a row that does not fit the views,
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::{Error, Rarity, Seen, View};
    /// let mut model = Rarity::params("none").view("program", View::Value).build()?;
    /// model.add(&[Seen::Value("cmd.exe")], 2)?;
    /// let error = model.add(&[Seen::Tail("cmd.exe", 7)], 2).unwrap_err();
    /// assert!(error.to_string().starts_with("view \"program\" counts a value, got a number"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn add(&mut self, row: &[Seen<'_>], count: u64) -> Result<(), Error> {
        self.check(row)?;
        self.n_rows = add_rows(self.n_rows, count)?;
        let mut pairs = self.views.iter_mut().zip(row);
        pairs.try_for_each(|(view, &seen)| view.table.add(seen, count))
    }

    /// Returns the bits by which a row surprises each view, in the order of the views: see
    /// [`surprisal`](crate::surprisal) and [`View`].
    ///
    /// What is missing has 0 bits, and so has a bag without words.
    ///
    /// # Errors
    ///
    /// [`Error::RowLength`] or [`Error::WrongKind`] for a row that does not fit the views.
    ///
    /// ```
    /// # use oddsift_rarity::{Rarity, Seen, View};
    /// let mut model = Rarity::params("none").view("words", View::Words).build()?;
    /// model.add(&[Seen::Words(&["a", "b"])], 1)?;
    /// model.add(&[Seen::Words(&["a"])], 3)?;
    /// assert_eq!(model.surprisals(&[Seen::Words(&["b", "a"])])?, [3.0]); // log2(2 * 4), that of "b"
    /// assert_eq!(model.surprisals(&[Seen::Missing])?, [0.0]);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn surprisals(&self, row: &[Seen<'_>]) -> Result<Vec<f64>, Error> {
        self.check(row)?;
        Ok(self.views.iter().zip(row).map(|(view, &seen)| view.table.bits(seen)).collect())
    }

    fn check(&self, row: &[Seen<'_>]) -> Result<(), Error> {
        if row.len() != self.views.len() {
            return Err(Error::RowLength { n_seen: row.len(), n_views: self.views.len() });
        }
        self.views.iter().zip(row).try_for_each(|(view, seen)| view.check(*seen))
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::Masks`] or [`Error::Views`] where masks, or names, kinds or order of the views differ,
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::{Rarity, Seen, View};
    /// let empty = Rarity::params("digits 1").view("program", View::Value).build()?;
    /// let (mut monday, mut tuesday) = (empty.clone(), empty);
    /// monday.add(&[Seen::Value("cmd.exe")], 2)?;
    /// tuesday.add(&[Seen::Value("cmd.exe")], 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.n_rows(), 3);
    ///
    /// let other = Rarity::params("digits 2").view("program", View::Value).build()?;
    /// let error = monday.merge(other).unwrap_err().to_string();
    /// assert!(error.starts_with("texts masked by \"digits 1\" and by \"digits 2\""));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        if self.masks != other.masks {
            return Err(Error::Masks { ours: self.masks.clone(), theirs: other.masks });
        }
        if !self.views().eq(other.views()) {
            return Err(Error::Views { ours: self.describe(), theirs: other.describe() });
        }
        self.n_rows = add_rows(self.n_rows, other.n_rows)?;
        let mut pairs = self.views.iter_mut().zip(other.views);
        pairs.try_for_each(|(view, other)| view.table.merge(other.table))
    }

    /// The views in words.
    fn describe(&self) -> String {
        let views: Vec<String> =
            self.views().map(|(name, kind)| format!("{name:?} ({kind})")).collect();
        views.join(", ")
    }
}

impl Named {
    fn check(&self, seen: Seen<'_>) -> Result<(), Error> {
        let kind = self.table.kind();
        match seen.kind() {
            Some(seen) if seen != kind => {
                Err(Error::WrongKind { view: self.name.clone(), kind, seen })
            }
            _ => Ok(()),
        }
    }
}

impl Table {
    pub(crate) fn new(view: View) -> Self {
        match view {
            View::Value => Self::Value(Counts::new()),
            View::Given => Self::Given(GivenCounts::new()),
            View::Words => Self::Words(WordCounts::new()),
            View::WordsGiven => Self::WordsGiven(GivenWordCounts::new()),
            View::Tail => Self::Tail(TailCounts::new()),
        }
    }

    pub(crate) fn kind(&self) -> View {
        match self {
            Self::Value(_) => View::Value,
            Self::Given(_) => View::Given,
            Self::Words(_) => View::Words,
            Self::WordsGiven(_) => View::WordsGiven,
            Self::Tail(_) => View::Tail,
        }
    }

    fn add(&mut self, seen: Seen<'_>, count: u64) -> Result<(), Error> {
        match (self, seen) {
            (Self::Value(counts), Seen::Value(value)) => counts.add_ref(value, count),
            (Self::Given(counts), Seen::Given(context, value)) => {
                counts.add_ref(context, value, count)
            }
            (Self::Words(counts), Seen::Words(words)) => {
                counts.add_ref(words.iter().copied(), count)
            }
            (Self::WordsGiven(counts), Seen::WordsGiven(context, words)) => {
                counts.add_ref(context, words.iter().copied(), count)
            }
            (Self::Tail(counts), Seen::Tail(category, value)) => {
                counts.add_ref(category, value, count)
            }
            _ => Ok(()), // missing: rows of another kind were refused
        }
    }

    fn bits(&self, seen: Seen<'_>) -> f64 {
        match (self, seen) {
            (Self::Value(counts), Seen::Value(value)) => counts.bits(value),
            (Self::Given(counts), Seen::Given(context, value)) => counts.bits(context, value),
            (Self::Words(counts), Seen::Words(words)) => {
                most(words.iter().map(|word| counts.bits(*word)))
            }
            (Self::WordsGiven(counts), Seen::WordsGiven(context, words)) => {
                most(words.iter().map(|word| counts.bits(context, *word)))
            }
            (Self::Tail(counts), Seen::Tail(category, value)) => counts.bits(category, value),
            _ => 0.0, // as in `add`
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        match (self, other) {
            (Self::Value(counts), Self::Value(other)) => counts.merge(other),
            (Self::Given(counts), Self::Given(other)) => counts.merge(other),
            (Self::Words(counts), Self::Words(other)) => counts.merge(other),
            (Self::WordsGiven(counts), Self::WordsGiven(other)) => counts.merge(other),
            (Self::Tail(counts), Self::Tail(other)) => counts.merge(other),
            _ => Ok(()), // views of other kinds were refused
        }
    }

    #[cfg(feature = "serde")]
    pub(crate) fn n_rows(&self) -> u64 {
        match self {
            Self::Value(counts) => counts.total(),
            Self::Given(counts) => counts.n_rows(),
            Self::Words(counts) => counts.total(),
            Self::WordsGiven(counts) => counts.n_rows(),
            Self::Tail(counts) => counts.n_rows(),
        }
    }
}

/// The bits of the rarest word.
fn most(bits: impl Iterator<Item = f64>) -> f64 {
    bits.fold(0.0, f64::max)
}
