use std::fmt::Write;

/// A column of a row, as a recipe takes it.
///
/// ```
/// use oddsift_features::Field;
///
/// assert_eq!(Field::from(Some("cmd.exe")), Field::Text("cmd.exe"));
/// assert_eq!(Field::from(None), Field::Missing);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// No value.
    Missing,
    /// Text, which may be that of a number.
    Text(&'a str),
    /// A number of a source that has numbers, not their text. NaN is missing.
    Number(f64),
}

impl<'a> From<Option<&'a str>> for Field<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Missing, Self::Text)
    }
}

impl<'a> Field<'a> {
    /// The text, that of a number printed to `room`; empty where it is missing.
    pub(crate) fn text<'r>(self, room: &'r mut String) -> &'r str
    where
        'a: 'r,
    {
        match self {
            Self::Missing => "",
            Self::Text(text) => text,
            Self::Number(number) => {
                room.clear();
                // Writing to a string cannot fail. A whole number has no `.0`, as in a log.
                let _ = write!(room, "{number}");
                room
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_has_the_text_that_a_log_has() {
        let mut room = String::new();
        for (number, text) in [(999.0, "999"), (-1.0, "-1"), (0.5, "0.5")] {
            assert_eq!(Field::Number(number).text(&mut room), text);
        }
    }
}
