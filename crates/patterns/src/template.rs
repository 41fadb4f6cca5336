use std::fmt;

use crate::{Mask, skeleton::Skeleton};

/// The common text of a pattern's rows: literal text, masks, and at most one gap.
///
/// It matches every text it was made of; a token that is equal in all of them (in the same place of
/// the same shape) is kept; and no mask is there in vain: with a text's own words in its place,
/// another of the texts would not match.
///
/// ```
/// use oddsift_patterns::{Mask, Part, TemplateState};
///
/// let mut state = TemplateState::new("WerFault.exe -u -p 6060");
/// state.add("WerFault.exe -u -p 472");
/// let template = state.template();
/// assert_eq!(template.to_string(), "WerFault.exe -u -p <num>");
/// assert_eq!(
///     template.parts().collect::<Vec<_>>(),
///     [Part::Literal("WerFault.exe -u -p "), Part::Mask(Mask::Num)]
/// );
/// assert!(template.matches("WerFault.exe -u -p 1"));
/// assert!(!template.matches("WerFault.exe -u -p x"));
/// assert_eq!(template.captures("WerFault.exe -u -p 99"), Some(vec!["99"]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    head: Skeleton,
    tail: Option<Skeleton>,
}

/// A part of a [`Template`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part<'a> {
    /// Text that stands so in every text, delimiters included.
    Literal(&'a str),
    /// One token of this kind.
    Mask(Mask),
    /// One token or more, delimiters between them included; printed as `*`.
    Gap,
}

impl Template {
    pub(crate) fn new(head: Skeleton, tail: Option<Skeleton>) -> Self {
        Self { head, tail }
    }

    /// The parts in their order; unlike the printed form this tells a mask from text that looks
    /// like one.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let tail = self
            .tail
            .iter()
            .flat_map(|tail| std::iter::once(Part::Gap).chain(tail.parts().map(part)));
        self.head.parts().map(part).chain(tail)
    }

    /// Whether the text could be one of the template. Costs about a comparison.
    pub fn matches(&self, text: &str) -> bool {
        self.head.strip_front(text, |_| ()).is_some_and(|rest| match &self.tail {
            Some(tail) => tail.strip_back(rest, |_| ()).is_some(),
            None => rest.is_empty(),
        })
    }

    /// What stands in the text at each mask and at the gap, in their order; none if the text does
    /// not match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let mut found = Vec::new();
        let rest = self.head.strip_front(text, |token| found.push(token))?;
        let Some(tail) = &self.tail else { return rest.is_empty().then_some(found) };
        let mut in_tail = Vec::new();
        let gap = tail.strip_back(rest, |token| in_tail.push(token))?;
        found.push(gap);
        found.extend(in_tail.into_iter().rev());
        Some(found)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::Mask(mask) => mask.fmt(f),
            Part::Gap => f.write_str("*"),
        })
    }
}

fn part(part: Result<&str, Mask>) -> Part<'_> {
    part.map_or_else(Part::Mask, Part::Literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TemplateState;

    #[test]
    fn a_mask_matches_one_token_and_a_gap_matches_more() {
        let mut state = TemplateState::new("a x c");
        state.add("a y c");
        assert!(!state.template().matches("a x y c"));
        state.add("a x y z c");
        assert!(state.template().matches("a x y c"));
        assert!(state.template().matches("a  c"));
        assert!(!state.template().matches("a c"));
        assert_eq!(state.template().captures("a x y c"), Some(vec!["x y"]));
    }

    #[test]
    fn text_that_looks_like_a_mask_is_text() {
        let template = TemplateState::new("del <num> *").template();
        assert_eq!(template.to_string(), "del <num> *");
        assert!(template.parts().eq([Part::Literal("del <num> *")]));
        assert!(!template.matches("del 1 2"));
    }
}
