use std::fmt;

use crate::Mask;
use crate::skeleton::Skeleton;
use crate::token::{begins_at_delimiter, ends_at_delimiter};

/// The common text of a pattern's rows: literal text, masks, and at most one gap.
///
/// It matches every text it was made of. A token that is equal in all of them is kept, where it
/// stands at the same place from the beginning behind the same delimiters, or from the end before
/// the same; unless both ends overlap in the shortest text: then most literal text is kept. And no
/// mask is there in vain: with a text's own words in its place, another of the texts would not
/// match.
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
    /// Any text, of whole tokens, that may be empty; printed as `*`.
    Gap,
}

impl Template {
    pub(crate) fn new(head: Skeleton, tail: Option<Skeleton>) -> Self {
        Self { head, tail }
    }

    /// The parts in their order; unlike the printed form this tells a mask from text that looks
    /// like one.
    ///
    /// ```
    /// use oddsift_patterns::{Mask, Part, TemplateState};
    ///
    /// // A star that was typed, and one that stands for what differs.
    /// let mut state = TemplateState::new("del * /s");
    /// state.add("del * /q");
    /// let template = state.template();
    /// assert_eq!(template.to_string(), "del * /*");
    /// assert!(template.parts().eq([Part::Literal("del * /"), Part::Mask(Mask::Any)]));
    /// ```
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let tail = self
            .tail
            .iter()
            .flat_map(|tail| std::iter::once(Part::Gap).chain(tail.parts().map(part)));
        self.head.parts().map(part).chain(tail)
    }

    /// Whether the text could be one of the template. Costs about a comparison.
    ///
    /// ```
    /// use oddsift_patterns::TemplateState;
    ///
    /// let mut state = TemplateState::new("svchost.exe -k net");
    /// state.add("svchost.exe -k net -p");
    /// let template = state.template();
    /// assert_eq!(template.to_string(), "svchost.exe -k net*");
    /// assert!(template.matches("svchost.exe -k net -s x"));
    /// assert!(!template.matches("svchost.exe -k network")); // another token
    /// ```
    pub fn matches(&self, text: &str) -> bool {
        self.strip(text, |_| (), |_| ()).is_some()
    }

    /// What stands in the text at each mask and at the gap, in their order; none if the text does
    /// not match.
    ///
    /// ```
    /// use oddsift_patterns::TemplateState;
    ///
    /// let mut state = TemplateState::new("ssh root@10.0.0.1 -p 22");
    /// state.add("ssh root@10.0.0.9 -p 2222 -v");
    /// let template = state.template();
    /// assert_eq!(template.to_string(), "ssh * -p <num>*");
    /// assert_eq!(template.captures("ssh bob@web -p 80"), Some(vec!["bob@web", "80", ""]));
    /// assert_eq!(template.captures("ssh bob@web -p x"), None);
    /// ```
    pub fn captures<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (mut found, mut in_tail) = (Vec::new(), Vec::new());
        let gap = self.strip(text, |token| found.push(token), |token| in_tail.push(token))?;
        found.extend(self.tail.is_some().then_some(gap));
        found.extend(in_tail.into_iter().rev());
        Some(found)
    }

    /// Matches the text and gives what stands at the gap; what stands at each mask goes to
    /// `in_head`, and to `in_tail`, the last first.
    fn strip<'t>(
        &self,
        text: &'t str,
        in_head: impl FnMut(&'t str),
        in_tail: impl FnMut(&'t str),
    ) -> Option<&'t str> {
        let rest = self.head.strip_front(text, in_head)?;
        let Some(tail) = &self.tail else { return rest.is_empty().then_some(rest) };
        let gap = tail.strip_back(rest, in_tail)?;
        let (after_token, before_token) = (self.head.ends_in_token(), tail.begins_in_token());
        let is_whole = (!after_token || begins_at_delimiter(gap))
            && (!before_token || ends_at_delimiter(gap))
            && !(after_token && before_token && gap.is_empty());
        is_whole.then_some(gap)
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

    fn template_of(a: &str, b: &str) -> Template {
        let mut state = TemplateState::new(a);
        state.add(b);
        state.template()
    }

    #[test]
    fn a_mask_matches_one_token_and_a_gap_matches_more() {
        assert!(!template_of("a x c", "a y c").matches("a x y c"));
        assert_eq!(template_of("a x c", "a y z c").captures("a u v w c"), Some(vec!["u v w"]));
        let template = template_of("a x c", "a c");
        assert_eq!(template.to_string(), "a *c");
        for (text, gap) in [("a x y z c", "x y z "), ("a  c", " "), ("a c", "")] {
            assert_eq!(template.captures(text), Some(vec![gap]));
        }
        for text in ["a", "a ", "ac", "a xc", "ax c"] {
            assert!(!template.matches(text), "{text}");
        }
    }

    #[test]
    fn a_gap_is_of_whole_tokens() {
        let bare = template_of("a b", "a/b");
        assert_eq!(bare.to_string(), "a*b");
        for (text, matches) in [("a,b", true), ("a x b", true), ("ab", false), ("a xb", false)] {
            assert_eq!(bare.matches(text), matches, "{text}");
        }
        let typed = template_of("1/a", "12 b c");
        assert_eq!(typed.to_string(), "<num>*");
        assert_eq!(typed.captures("7 x"), Some(vec!["7", " x"]));
        assert!(typed.matches("7") && !typed.matches("7x"));
    }

    #[test]
    fn text_that_looks_like_a_mask_is_text() {
        let template = TemplateState::new("del <num> *").template();
        assert_eq!(template.to_string(), "del <num> *");
        assert!(template.parts().eq([Part::Literal("del <num> *")]));
        assert!(!template.matches("del 1 2"));
    }
}
