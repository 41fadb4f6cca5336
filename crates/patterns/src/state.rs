use serde::{Deserialize, Serialize};

use crate::skeleton::{Pieces, Skeleton};
use crate::{Error, Fault, Template};

/// What is known of the texts of a pattern: as much as their [`Template`] needs.
///
/// It depends on the *set* of texts alone: adding a text again changes nothing, and adding and
/// merging in any order give equal states. Memory is at most about that of the shortest text and of
/// another one.
///
/// Texts are cut into tokens at white space and at each of `" ' / \ : = , ; | & ( ) [ ] { } < >`.
/// Texts with the same delimiters join token by token: equal tokens stay, others become the lowest
/// [`Mask`](crate::Mask) that matches them. Texts with different delimiters keep what they have in
/// common at both ends.
///
/// ```
/// use oddsift_patterns::TemplateState;
///
/// let mut state = TemplateState::new("net user anna /add");
/// state.add("net user bob /add");
/// assert_eq!(state.template().to_string(), "net user * /add");
/// state.add("net localgroup /add");
/// assert_eq!(state.template().to_string(), "net * /add");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct TemplateState {
    /// All of the text where there is one shape; else the common beginning, up to a delimiter.
    head: Skeleton,
    rest: Option<Rest>,
}

/// What texts of several shapes have beside their common beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    /// The common end, from a delimiter on. It may overlap the beginning in short texts.
    tail: Skeleton,
    /// Tokens of the shortest text, but no more than beginning, end and one token between have:
    /// more makes no difference, and so need not be counted.
    n_tokens: usize,
}

impl TemplateState {
    /// The state of one text, which may be empty.
    pub fn new(text: &str) -> Self {
        Self { head: Skeleton::new(text), rest: None }
    }

    /// Adds a text. Costs a comparison where the template matches it already, and no memory;
    /// else time in proportion to the text.
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
    pub fn template(&self) -> Template {
        let Some(rest) = &self.rest else { return Template::new(self.head.clone(), None) };
        let (head, tail) = (self.head.pieces(), rest.tail.pieces());
        let room = rest.n_tokens.saturating_sub(1);
        let in_head = share_of_head(&head, &tail, room);
        let tail = last_pieces(&tail, room - in_head);
        Template::new(first_pieces(&head, in_head), Some(tail))
    }

    /// Whether adding the text would change nothing.
    fn holds(&self, text: &str) -> bool {
        let Some(rest) = &self.rest else {
            return self.head.strip_front(text, |_| ()) == Some("");
        };
        let after_head = self.head.strip_front(text, |_| ());
        let before_tail = rest.tail.strip_back(text, |_| ());
        let (Some(after), Some(before)) = (after_head, before_tail) else { return false };
        // Without an overlap there is a token between, and so as many as are ever asked for.
        text.len() - after.len() <= before.len() || n_tokens(text) >= rest.n_tokens
    }

    fn join(&self, other: &Self) -> Self {
        let (ours, theirs) = (self.head.pieces(), other.head.pieces());
        if self.rest.is_none() && other.rest.is_none() && ours.delimiters == theirs.delimiters {
            return Self { head: join_all(ours, &theirs), rest: None };
        }
        let n_tokens = self.n_tokens().min(other.n_tokens());
        let (head, in_head) = join_heads(&ours, &theirs);
        let (tail, in_tail) = join_tails(&self.tail_pieces(), &other.tail_pieces());
        let n_tokens = n_tokens.min(in_head + in_tail + 1);
        Self { head, rest: Some(Rest { tail, n_tokens }) }
    }

    fn n_tokens(&self) -> usize {
        self.rest.as_ref().map_or_else(|| self.head.pieces().tokens.len(), |rest| rest.n_tokens)
    }

    fn tail_pieces(&self) -> Pieces<'_> {
        self.rest.as_ref().map_or(&self.head, |rest| &rest.tail).pieces()
    }
}

fn n_tokens(text: &str) -> usize {
    Skeleton::new(text).pieces().tokens.len()
}

fn join_all(ours: Pieces<'_>, theirs: &Pieces<'_>) -> Skeleton {
    let tokens = ours.tokens.iter().zip(&theirs.tokens).map(|(a, b)| a.join(*b)).collect();
    Pieces { tokens, delimiters: ours.delimiters }.into_skeleton()
}

/// The common delimiters at the beginning, each with the token before it, and their number.
fn join_heads(ours: &Pieces<'_>, theirs: &Pieces<'_>) -> (Skeleton, usize) {
    let pairs = ours.delimiters.iter().zip(&theirs.delimiters);
    let n = pairs.take_while(|(a, b)| a == b).count();
    let mut head = Skeleton::default();
    for ((a, b), delimiter) in ours.tokens.iter().zip(&theirs.tokens).zip(&ours.delimiters[..n]) {
        head.push(a.join(*b));
        head.push_delimiter(delimiter);
    }
    (head, n)
}

/// The common delimiters at the end, each with the token after it, and their number.
fn join_tails(ours: &Pieces<'_>, theirs: &Pieces<'_>) -> (Skeleton, usize) {
    let pairs = ours.delimiters.iter().rev().zip(theirs.delimiters.iter().rev());
    let n = pairs.take_while(|(a, b)| a == b).count();
    let last = |pieces: &Pieces<'_>| pieces.n_delimited() - n;
    let (from, other_from) = (last(ours), last(theirs));
    let mut tail = Skeleton::default();
    let tokens = ours.tokens[from + 1..].iter().zip(&theirs.tokens[other_from + 1..]);
    for (delimiter, (a, b)) in ours.delimiters[from..].iter().zip(tokens) {
        tail.push_delimiter(delimiter);
        tail.push(a.join(*b));
    }
    (tail, n)
}

/// How many of `room` tokens the beginning takes, the end taking the others.
///
/// Beginning and end overlap in the shortest text. Of the ways to part it between them this is the
/// one that keeps most literal text, and of several the one with the longest beginning.
fn share_of_head(head: &Pieces<'_>, tail: &Pieces<'_>, room: usize) -> usize {
    let most = head.n_delimited().min(room);
    let least = room.saturating_sub(tail.n_delimited());
    let (mut best, mut kept, mut most_kept) = (most, 0, 0);
    for share in (least..most).rev() {
        // One token less at the beginning is one more at the end.
        let lost = head.tokens[share].worth() + head.delimiters[share].len();
        let next = tail.n_delimited() - (room - share);
        let won = tail.tokens[next + 1].worth() + tail.delimiters[next].len();
        kept += won.cast_signed() - lost.cast_signed();
        if kept > most_kept {
            (best, most_kept) = (share, kept);
        }
    }
    best
}

/// The first `n` tokens, each with the delimiter after it.
fn first_pieces(pieces: &Pieces<'_>, n: usize) -> Skeleton {
    let mut head = Skeleton::default();
    for (token, delimiter) in pieces.tokens.iter().zip(&pieces.delimiters).take(n) {
        head.push(*token);
        head.push_delimiter(delimiter);
    }
    head
}

/// The last `n` tokens, each with the delimiter before it.
fn last_pieces(pieces: &Pieces<'_>, n: usize) -> Skeleton {
    let mut tail = Skeleton::default();
    let from = pieces.n_delimited().saturating_sub(n);
    for (delimiter, token) in pieces.delimiters.iter().zip(&pieces.tokens[1..]).skip(from) {
        tail.push_delimiter(delimiter);
        tail.push(*token);
    }
    tail
}

/// A state as read, not yet believed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    head: Skeleton,
    rest: Option<Rest>,
}

impl TryFrom<Saved> for TemplateState {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        check_masks("head", &saved.head)?;
        if let Some(rest) = &saved.rest {
            check_masks("tail", &rest.tail)?;
            check_ends(&saved.head, rest)?;
        }
        Ok(Self { head: saved.head, rest: saved.rest })
    }
}

fn check_masks(field: &'static str, skeleton: &Skeleton) -> Result<(), Error> {
    skeleton.misplaced_mask().map_or(Ok(()), |position| {
        Err(Error::SavedEntry { field, position, fault: Fault::NoToken })
    })
}

fn check_ends(head: &Skeleton, rest: &Rest) -> Result<(), Error> {
    use crate::token::Token;

    let refuse = |field, fault| Err(Error::SavedEntry { field, position: 0, fault });
    let (head, tail) = (head.pieces(), rest.tail.pieces());
    if head.tokens.last() != Some(&Token::Literal("")) {
        return refuse("head", Fault::NoDelimiter);
    }
    if tail.tokens.first() != Some(&Token::Literal("")) {
        return refuse("tail", Fault::NoDelimiter);
    }
    let (in_head, in_tail) = (head.n_delimited(), tail.n_delimited());
    if rest.n_tokens <= in_head.max(in_tail) || rest.n_tokens > in_head + in_tail + 1 {
        return refuse("n_tokens", Fault::OutOfRange);
    }
    Ok(())
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
    fn shapes_that_overlap_keep_most_literal_text() {
        assert_eq!(template_of(&["a b a b", "a b"]), "a *");
        assert_eq!(template_of(&["x a b", "x b", "x q r b"]), "x *");
        assert_eq!(template_of(&["a b c d e", "a b e"]), "a b *");
        assert_eq!(template_of(&["a b c d e", "a b z e"]), "a b * e");
        assert_eq!(template_of(&["a", "b c"]), "*");
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
            r#"{"head":{"text":"a","masks":[]},"rest":{"tail":{"text":"","masks":[]},"n_tokens":1}}"#,
            r#"{"head":{"text":"","masks":[]},"rest":{"tail":{"text":"a","masks":[]},"n_tokens":1}}"#,
            r#"{"head":{"text":"","masks":[]},"rest":{"tail":{"text":" ","masks":[]},"n_tokens":9}}"#,
            r#"{"head":{"text":" ","masks":[]},"rest":{"tail":{"text":" ","masks":[]},"n_tokens":1}}"#,
        ] {
            assert!(serde_json::from_str::<TemplateState>(bad).is_err(), "{bad}");
        }
    }
}
