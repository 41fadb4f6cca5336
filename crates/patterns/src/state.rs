use serde::{Deserialize, Serialize};

use crate::cut::ends_of_shortest;
use crate::skeleton::{Pieces, Skeleton};
use crate::token::{Token, begins_at_delimiter, ends_at_delimiter, has_tokens};
use crate::{Error, Fault, Template};

/// What is known of the texts of a pattern: as much as their [`Template`] needs.
///
/// It depends on the *set* of texts alone: adding a text again changes nothing, and adding and
/// merging in any order give equal states. Memory is in proportion to the shortest text.
///
/// Texts are cut into tokens at white space and at each of `" ' / \ : = , ; | & ( ) [ ] { } < >`.
/// Texts with the same delimiters join token by token: equal tokens stay, others become the lowest
/// [`Mask`](crate::Mask) that matches them. Texts with different delimiters keep what they have in
/// common at both ends: the delimiters that are the same from the beginning on, with the tokens
/// before and after each, and likewise from the end. What lies between is one gap, printed as `*`.
///
/// ```
/// use oddsift_patterns::TemplateState;
///
/// let mut state = TemplateState::new("net user anna /add");
/// state.add("net user bob /add");
/// assert_eq!(state.template().to_string(), "net user * /add");
/// state.add("net localgroup /add");
/// assert_eq!(state.template().to_string(), "net * /add");
///
/// let mut state = TemplateState::new("svchost.exe -k netsvcs -s BITS");
/// state.add("svchost.exe -k netsvcs -p -s BITS");
/// assert_eq!(state.template().to_string(), "svchost.exe -k netsvcs *-s BITS");
/// state.add("svchost.exe -k netsvcs");
/// assert_eq!(state.template().to_string(), "svchost.exe -k netsvcs*");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct TemplateState {
    /// All of the text where there is one shape; else the common beginning: the delimiters that all
    /// begin with, the token before each, and the one after the last.
    head: Skeleton,
    rest: Option<Box<Rest>>,
}

/// What texts of several shapes have beside their common beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    /// The common end, from a token to a token. It may overlap the beginning in short texts.
    tail: Skeleton,
    /// Tokens of the shortest text, but no more than beginning and end have: more makes no
    /// difference, and so need not be counted.
    n_tokens: usize,
}

impl TemplateState {
    /// The state of one text, which may be empty.
    ///
    /// ```
    /// # use oddsift_patterns::TemplateState;
    /// assert_eq!(TemplateState::new("whoami /all").template().to_string(), "whoami /all");
    /// ```
    pub fn new(text: &str) -> Self {
        Self { head: Skeleton::new(text), rest: None }
    }

    /// Adds a text. Costs a comparison where the template matches it already, and no memory;
    /// else time in proportion to the text.
    ///
    /// ```
    /// # use oddsift_patterns::TemplateState;
    /// let mut state = TemplateState::new("kill 17");
    /// state.add("kill 4711");
    /// assert_eq!(state.template().to_string(), "kill <num>");
    /// let before = state.clone();
    /// state.add("kill 5"); // matches already
    /// assert_eq!(state, before);
    /// ```
    #[inline]
    pub fn add(&mut self, text: &str) {
        if !self.holds(text) {
            *self = self.join(&Self::new(text));
        }
    }

    /// Adds all texts of another state.
    ///
    /// ```
    /// use oddsift_patterns::TemplateState;
    ///
    /// let mut state = TemplateState::new("ping 10.0.0.1");
    /// state.merge(&TemplateState::new("ping 10.0.0.2"));
    /// assert_eq!(state.template().to_string(), "ping <ip>");
    /// ```
    pub fn merge(&mut self, other: &Self) {
        if let (None, Some(text)) = (&other.rest, other.head.literal()) {
            self.add(text);
        } else if self != other {
            *self = self.join(other);
        }
    }

    /// The common text of all that was added.
    ///
    /// ```
    /// # use oddsift_patterns::TemplateState;
    /// let mut state = TemplateState::new("id=6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    /// state.add("id=6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    /// assert_eq!(state.template().to_string(), "id=<guid>");
    /// ```
    pub fn template(&self) -> Template {
        let Some(rest) = &self.rest else { return Template::new(self.head.clone(), None) };
        let ends = ends_of_shortest(&self.head.pieces(), &rest.tail.pieces(), rest.n_tokens);
        Template::new(ends.0, Some(ends.1))
    }

    /// Whether adding the text would change nothing.
    fn holds(&self, text: &str) -> bool {
        let Some(rest) = &self.rest else {
            return self.head.strip_front(text, |_| ()) == Some("");
        };
        let after_head = self.head.strip_front(text, |_| ());
        let before_tail = rest.tail.strip_back(text, |_| ());
        let (Some(after), Some(before)) = (after_head, before_tail) else { return false };
        if !begins_at_delimiter(after) || !ends_at_delimiter(before) {
            return false;
        }
        // Without an overlap there are all tokens of both ends, and no more are ever asked for.
        text.len() - after.len() < before.len() || has_tokens(text, rest.n_tokens)
    }

    fn join(&self, other: &Self) -> Self {
        let (ours, theirs) = (self.head.pieces(), other.head.pieces());
        if self.rest.is_none() && other.rest.is_none() && ours.delimiters == theirs.delimiters {
            return Self { head: join_heads(&ours, &theirs).into_skeleton(), rest: None };
        }
        let head = join_heads(&ours, &theirs);
        let tail = join_tails(&self.tail_pieces(), &other.tail_pieces());
        let n_tokens = self.n_tokens().min(other.n_tokens());
        let n_tokens = n_tokens.min(head.tokens.len() + tail.tokens.len());
        let rest = Rest { tail: tail.into_skeleton(), n_tokens };
        Self { head: head.into_skeleton(), rest: Some(Box::new(rest)) }
    }

    fn n_tokens(&self) -> usize {
        self.rest.as_ref().map_or_else(|| self.head.pieces().tokens.len(), |rest| rest.n_tokens)
    }

    fn tail_pieces(&self) -> Pieces<'_> {
        self.rest.as_ref().map_or(&self.head, |rest| &rest.tail).pieces()
    }
}

/// The common delimiters at the beginning, and the tokens before and after each.
fn join_heads<'a>(ours: &Pieces<'a>, theirs: &Pieces<'a>) -> Pieces<'a> {
    let pairs = ours.delimiters.iter().zip(&theirs.delimiters);
    let n = pairs.take_while(|(a, b)| a == b).count();
    let tokens = join_tokens(&ours.tokens[..=n], &theirs.tokens[..=n]);
    Pieces { tokens, delimiters: ours.delimiters[..n].to_vec() }
}

/// The common delimiters at the end, and the tokens before and after each.
fn join_tails<'a>(ours: &Pieces<'a>, theirs: &Pieces<'a>) -> Pieces<'a> {
    let pairs = ours.delimiters.iter().rev().zip(theirs.delimiters.iter().rev());
    let n = pairs.take_while(|(a, b)| a == b).count();
    let (from, other_from) = (ours.delimiters.len() - n, theirs.delimiters.len() - n);
    let tokens = join_tokens(&ours.tokens[from..], &theirs.tokens[other_from..]);
    Pieces { tokens, delimiters: ours.delimiters[from..].to_vec() }
}

fn join_tokens<'a>(ours: &[Token<'a>], theirs: &[Token<'a>]) -> Vec<Token<'a>> {
    ours.iter().zip(theirs).map(|(a, b)| a.join(*b)).collect()
}

/// A state as read, not yet believed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    head: Skeleton,
    rest: Option<Box<Rest>>,
}

impl TryFrom<Saved> for TemplateState {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        check_masks("head", &saved.head)?;
        if let Some(rest) = &saved.rest {
            check_masks("tail", &rest.tail)?;
            check_n_tokens(&saved.head, rest)?;
        }
        Ok(Self { head: saved.head, rest: saved.rest })
    }
}

fn check_masks(field: &'static str, skeleton: &Skeleton) -> Result<(), Error> {
    skeleton.misplaced_mask().map_or(Ok(()), |position| {
        Err(Error::SavedEntry { field, position, fault: Fault::NoToken })
    })
}

/// No text is shorter than one of its ends.
fn check_n_tokens(head: &Skeleton, rest: &Rest) -> Result<(), Error> {
    let (in_head, in_tail) = (head.pieces().tokens.len(), rest.tail.pieces().tokens.len());
    let possible = in_head.max(in_tail)..=in_head + in_tail;
    if possible.contains(&rest.n_tokens) {
        return Ok(());
    }
    Err(Error::SavedEntry { field: "n_tokens", position: 0, fault: Fault::OutOfRange })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template_of(texts: &[&str]) -> String {
        let mut state = TemplateState::new(texts[0]);
        for text in texts {
            state.add(text);
        }
        state.template().to_string()
    }

    #[test]
    fn one_text_is_its_own_template() {
        assert_eq!(template_of(&["a  <num> *"]), "a  <num> *");
        assert_eq!(template_of(&[""]), "");
    }

    #[test]
    fn typed_tokens_keep_their_type() {
        let guids =
            ["710dc858-9c96-4df5-bd9b-e932e7433077", "46fe7078-61bb-4bed-9430-7ac01d91c273"];
        let texts = [("web1", guids[0]), ("db.corp", guids[1])].map(|(host, guid)| {
            format!("install-update -hostname {host} -tmp:/tmp/{guid}/rollback")
        });
        let template = template_of(&[&texts[0], &texts[1]]);
        assert_eq!(template, "install-update -hostname * -tmp:/tmp/<guid>/rollback");
        assert_eq!(template_of(&["a 1", "a 0x1"]), "a <hex>");
        assert_eq!(template_of(&["a 10.0.0.1", "a 10.0.0.2"]), "a <ip>");
        assert_eq!(template_of(&["a 1", "a "]), "a *");
    }

    #[test]
    fn shapes_keep_what_they_have_in_common_at_both_ends() {
        assert_eq!(template_of(&["svc -k net", "svc -k net -p"]), "svc -k net*");
        assert_eq!(template_of(&["foo -a -b -c", "foo -a -c"]), "foo -a *-c");
        assert_eq!(template_of(&["foo bar", "foo bar "]), "foo bar*");
        assert_eq!(template_of(&["foo bar", "foo/bar"]), "foo*bar");
        assert_eq!(template_of(&["foo x/y bar", "foo bar baz bar"]), "foo * bar");
        assert_eq!(template_of(&["run 1 a", "run 2/a"]), "run <num>*a");
        assert_eq!(template_of(&["a a", "1 a/a"]), "* a*");
        assert_eq!(template_of(&["run 1 a", "run 22 b c"]), "run <num> *");
        assert_eq!(template_of(&["cat a b", "cat a/b"]), "cat a*b");
        assert_eq!(template_of(&["a", "b c"]), "*");
    }

    #[test]
    fn shapes_that_overlap_keep_most_literal_text() {
        assert_eq!(template_of(&["a b a b", "a b"]), "a b*");
        assert_eq!(template_of(&["x a b", "x b", "x q r b"]), "x *b");
        assert_eq!(template_of(&["a b c d e", "a b e"]), "a b *e");
        assert_eq!(template_of(&["a b c d e", "a b z e"]), "a b * e");
        assert_eq!(template_of(&["a long", "b a long"]), "*a long");
    }

    #[test]
    fn a_saved_state_must_be_one_that_can_be() {
        let mut state = TemplateState::new("a b c");
        state.add("a c");
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<TemplateState>(&text).unwrap(), state);
        for bad in [
            r#"{"head":{"text":"a","masks":[[0,"num"]]},"rest":null}"#,
            r#"{"head":{"text":"é","masks":[[1,"num"]]},"rest":null}"#,
            r#"{"head":{"text":"a","masks":[]},"rest":{"tail":{"text":"","masks":[]},"n_tokens":0}}"#,
            r#"{"head":{"text":"a","masks":[]},"rest":{"tail":{"text":" ","masks":[]},"n_tokens":4}}"#,
            r#"{"head":{"text":"","masks":[]},"rest":{"tail":{"text":"a","masks":[[0,"any"]]},"n_tokens":1}}"#,
            r#"{"head":{"text":" ","masks":[]},"rest":{"tail":{"text":" ","masks":[]},"n_tokens":1}}"#,
        ] {
            assert!(serde_json::from_str::<TemplateState>(bad).is_err(), "{bad}");
        }
    }
}
