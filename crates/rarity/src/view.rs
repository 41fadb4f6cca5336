use std::fmt;

/// A way in which a [`Rarity`](crate::Rarity) looks at a row: the kind of its counts.
///
/// ```
/// use oddsift_rarity::View;
///
/// assert_eq!(View::WordsGiven.to_string(), "words given a value");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum View {
    /// A value, by [`Counts`](crate::Counts).
    Value,
    /// A value given another, by [`GivenCounts`](crate::GivenCounts).
    Given,
    /// A bag of words, by [`WordCounts`](crate::WordCounts); its bits are those of the rarest word.
    Words,
    /// A bag of words given a value, by [`GivenWordCounts`](crate::GivenWordCounts); its bits are those
    /// of the rarest word.
    WordsGiven,
    /// A number given a category, large ones being rare, by [`TailCounts`](crate::TailCounts).
    Tail,
}

/// What one view sees of a row.
///
/// ```
/// use oddsift_rarity::Seen;
///
/// let row = [Seen::Value("cmd.exe"), Seen::Words(&["/c", "whoami"]), Seen::Missing];
/// assert_eq!(row[2], Seen::Missing);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen<'a> {
    /// Nothing: the row is not counted by the view and has 0 bits.
    Missing,
    /// A value.
    Value(&'a str),
    /// A context, and a value given it: a parent, and its child.
    Given(&'a str, &'a str),
    /// Words; a repeated word counts once.
    Words(&'a [&'a str]),
    /// A context, and words given it: a program, and the words of its command line.
    WordsGiven(&'a str, &'a [&'a str]),
    /// A category, and a number of it.
    Tail(&'a str, u64),
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "a value",
            Self::Given => "a value given another",
            Self::Words => "words",
            Self::WordsGiven => "words given a value",
            Self::Tail => "a number given a category",
        })
    }
}

impl Seen<'_> {
    /// The view that counts it; any does where nothing is seen.
    pub(crate) fn kind(self) -> Option<View> {
        match self {
            Self::Missing => None,
            Self::Value(_) => Some(View::Value),
            Self::Given(..) => Some(View::Given),
            Self::Words(_) => Some(View::Words),
            Self::WordsGiven(..) => Some(View::WordsGiven),
            Self::Tail(..) => Some(View::Tail),
        }
    }
}
