use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::token::{
    Mask, Token, begins_at_delimiter, ends_at_delimiter, split_delimiter, split_first_token,
    split_last_token,
};

/// A text in which some tokens have given way to masks.
///
/// `text` holds the literal tokens and all delimiters, `masks` the position in `text` at which each
/// mask stands; so a text is matched piece by piece between masks, and one without masks by one
/// comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Skeleton {
    text: Box<str>,
    masks: Box<[(usize, Mask)]>,
}

/// The tokens of a skeleton and the delimiters between them, one fewer.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    pub(crate) delimiters: Vec<&'a str>,
}

/// A token or a delimiter. They take turns in a text: a token first, a token last.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Symbol<'a> {
    Token(Token<'a>),
    Delimiter(&'a str),
}

impl Skeleton {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.into(), masks: Box::default() }
    }

    /// The text, if there is no mask in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        self.masks.is_empty().then_some(&self.text)
    }

    /// Matches the beginning of `text` and gives the rest; `found` gets what stood at each mask.
    #[inline]
    pub(crate) fn strip_front<'t>(
        &self,
        mut text: &'t str,
        mut found: impl FnMut(&'t str),
    ) -> Option<&'t str> {
        let mut from = 0;
        for &(at, mask) in &*self.masks {
            let (token, rest) = split_first_token(text.strip_prefix(&self.text[from..at])?);
            if !mask.matches_token(token) {
                return None;
            }
            found(token);
            (from, text) = (at, rest);
        }
        text.strip_prefix(&self.text[from..])
    }

    /// Matches the end of `text` and gives what is before; `found` gets what stood at each mask,
    /// the last first.
    #[inline]
    pub(crate) fn strip_back<'t>(
        &self,
        mut text: &'t str,
        mut found: impl FnMut(&'t str),
    ) -> Option<&'t str> {
        let mut to = self.text.len();
        for &(at, mask) in self.masks.iter().rev() {
            let (rest, token) = split_last_token(text.strip_suffix(&self.text[at..to])?);
            if !mask.matches_token(token) {
                return None;
            }
            found(token);
            (to, text) = (at, rest);
        }
        text.strip_suffix(&self.text[..to])
    }

    pub(crate) fn pieces(&self) -> Pieces<'_> {
        let mut pieces = Pieces::default();
        let mut masks = self.masks.iter().peekable();
        let mut rest = &*self.text;
        loop {
            let at = self.text.len() - rest.len();
            let (token, after) = split_first_token(rest);
            let mask = masks.next_if(|mask| mask.0 == at);
            pieces.tokens.push(mask.map_or(Token::Literal(token), |mask| Token::Mask(mask.1)));
            let Some((delimiter, after)) = split_delimiter(after) else { return pieces };
            pieces.delimiters.push(delimiter);
            rest = after;
        }
    }

    /// Literal stretches and masks in their order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Result<&str, Mask>> {
        let starts = std::iter::once(0).chain(self.masks.iter().map(|mask| mask.0));
        let ends = self.masks.iter().map(|mask| mask.0).chain([self.text.len()]);
        let masks = self.masks.iter().map(|mask| Some(mask.1)).chain([None]);
        let stretches = starts.zip(ends).map(|(start, end)| &self.text[start..end]);
        stretches.zip(masks).flat_map(|(stretch, mask)| {
            let literal = (!stretch.is_empty()).then_some(Ok(stretch));
            literal.into_iter().chain(mask.map(Err))
        })
    }

    fn of<'a>(symbols: impl IntoIterator<Item = Symbol<'a>>) -> Self {
        let (mut text, mut masks) = (String::new(), Vec::new());
        for symbol in symbols {
            match symbol {
                Symbol::Token(Token::Literal(piece)) | Symbol::Delimiter(piece) => {
                    text.push_str(piece);
                }
                Symbol::Token(Token::Mask(mask)) => masks.push((text.len(), mask)),
            }
        }
        Self { text: text.into(), masks: masks.into() }
    }

    /// Whether there is a mask or some text of a token at the beginning.
    pub(crate) fn begins_in_token(&self) -> bool {
        self.masks.first().is_some_and(|mask| mask.0 == 0) || !begins_at_delimiter(&self.text)
    }

    /// Whether there is a mask or some text of a token at the end.
    pub(crate) fn ends_in_token(&self) -> bool {
        let last_mask = self.masks.last();
        last_mask.is_some_and(|mask| mask.0 == self.text.len()) || !ends_at_delimiter(&self.text)
    }

    /// The first mask that does not stand where a token has room, after the one before.
    pub(crate) fn misplaced_mask(&self) -> Option<usize> {
        let mut free = 0;
        let mut rest = &*self.text;
        loop {
            let at = self.text.len() - rest.len();
            let (token, after) = split_first_token(rest);
            if token.is_empty() && self.masks.get(free).is_some_and(|mask| mask.0 == at) {
                free += 1;
            }
            match split_delimiter(after) {
                Some((_, after)) => rest = after,
                None => return (free < self.masks.len()).then_some(free),
            }
        }
    }
}

impl<'a> Pieces<'a> {
    pub(crate) fn n_symbols(&self) -> usize {
        self.tokens.len() + self.delimiters.len()
    }

    pub(crate) fn symbols(
        &self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = Symbol<'a>> {
        range.map(|i| match i % 2 {
            0 => Symbol::Token(self.tokens[i / 2]),
            _ => Symbol::Delimiter(self.delimiters[i / 2]),
        })
    }

    pub(crate) fn skeleton(&self, range: Range<usize>) -> Skeleton {
        Skeleton::of(self.symbols(range))
    }

    pub(crate) fn into_skeleton(self) -> Skeleton {
        self.skeleton(0..self.n_symbols())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skeleton() -> Skeleton {
        Skeleton::of([
            Symbol::Token(Token::Literal("run")),
            Symbol::Delimiter(" "),
            Symbol::Token(Token::Mask(Mask::Num)),
            Symbol::Delimiter("/"),
            Symbol::Token(Token::Mask(Mask::Any)),
        ])
    }

    #[test]
    fn pieces_and_skeleton_are_inverse() {
        assert_eq!(skeleton().pieces().into_skeleton(), skeleton());
        assert_eq!(skeleton().pieces().tokens.len(), 3);
    }

    #[test]
    fn both_directions_match_the_same() {
        for (text, matches) in
            [("run 12/x", true), ("run 12/", true), ("run x/x", false), ("run 12/x y", false)]
        {
            assert_eq!(skeleton().strip_front(text, |_| ()) == Some(""), matches, "{text}");
            assert_eq!(skeleton().strip_back(text, |_| ()) == Some(""), matches, "{text}");
        }
    }

    #[test]
    fn masks_and_text_are_of_a_token_and_delimiters_are_not() {
        let ends = |s: &Skeleton| (s.begins_in_token(), s.ends_in_token());
        assert_eq!(ends(&skeleton()), (true, true));
        for (text, expected) in [
            ("", (false, false)),
            (" ", (false, false)),
            ("a ", (true, false)),
            (" a", (false, true)),
        ] {
            assert_eq!(ends(&Skeleton::new(text)), expected, "{text:?}");
        }
        let mask = Skeleton { text: "".into(), masks: [(0, Mask::Any)].into() };
        assert_eq!(ends(&mask), (true, true));
    }

    #[test]
    fn misplaced_masks_are_found() {
        for (at, misplaced) in [(0, Some(0)), (1, Some(0)), (4, None), (9, Some(0))] {
            let skeleton = Skeleton { text: "run ".into(), masks: [(at, Mask::Any)].into() };
            assert_eq!(skeleton.misplaced_mask(), misplaced, "{at}");
        }
    }
}
