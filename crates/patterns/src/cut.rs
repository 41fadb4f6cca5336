use std::cmp::Reverse;

use crate::Mask;
use crate::skeleton::{Pieces, Skeleton, Symbol};
use crate::token::Token;

/// What of both ends is in the template, when the shortest text has `n_tokens` tokens.
///
/// Both ends may overlap in the shortest text. Of the ways to part it between them this is the one
/// that keeps most bytes of literal text; of several the one with fewest `*`; of these the one with
/// the longest beginning. Costs time and memory in proportion to the ends.
pub(crate) fn ends_of_shortest(
    head: &Pieces<'_>,
    tail: &Pieces<'_>,
    n_tokens: usize,
) -> (Skeleton, Skeleton) {
    let room = (2 * n_tokens).saturating_sub(1);
    let heads = ends(head.symbols(0..head.n_symbols()));
    let tails = ends(tail.symbols(0..tail.n_symbols()).rev());
    let with_tail = |head: &End| (*head, tails[(room - head.n_symbols).min(tails.len() - 1)]);
    let pairs = heads.iter().filter(|head| head.n_symbols <= room).map(with_tail);
    let best = pairs.max_by_key(|(head, tail)| {
        (head.literal + tail.literal, Reverse(head.n_stars + tail.n_stars), head.n_symbols)
    });
    let (in_head, in_tail) = best.map_or((0, 0), |(head, tail)| (head.n_symbols, tail.n_symbols));
    let from = tail.n_symbols() - in_tail;
    (head.skeleton(0..in_head), tail.skeleton(from..tail.n_symbols()))
}

/// So many symbols at the beginning, or at the end, and what they keep.
#[derive(Debug, Clone, Copy, Default)]
struct End {
    n_symbols: usize,
    /// Bytes of literal text.
    literal: usize,
    n_stars: usize,
}

impl End {
    fn with(self, symbol: Symbol<'_>) -> Self {
        let (literal, n_stars) = match symbol {
            Symbol::Delimiter(text) | Symbol::Token(Token::Literal(text)) => (text.len(), 0),
            Symbol::Token(Token::Mask(mask)) => (0, usize::from(mask == Mask::Any)),
        };
        Self {
            n_symbols: self.n_symbols + 1,
            literal: self.literal + literal,
            n_stars: self.n_stars + n_stars,
        }
    }
}

/// For each number of symbols, from 0 on: the end of at most so many.
fn ends<'a>(symbols: impl Iterator<Item = Symbol<'a>>) -> Vec<End> {
    let (mut end, mut kept) = (End::default(), End::default());
    let next = symbols.map(|symbol| {
        end = end.with(symbol);
        // A `*` or nothing, beside the gap, would not show and says no more than the gap does.
        if !matches!(symbol, Symbol::Token(Token::Mask(Mask::Any) | Token::Literal(""))) {
            kept = end;
        }
        kept
    });
    std::iter::once(End::default()).chain(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(head: &str, tail: &str, n_tokens: usize) -> String {
        let (head, tail) = (Skeleton::new(head), Skeleton::new(tail));
        let ends = ends_of_shortest(&head.pieces(), &tail.pieces(), n_tokens);
        let text = |end: &Skeleton| end.literal().unwrap().to_owned();
        format!("{}~{}", text(&ends.0), text(&ends.1))
    }

    #[test]
    fn ends_with_room_for_both_stay_whole() {
        assert_eq!(parted("a b", "c d", 4), "a b~c d");
        assert_eq!(parted("", "", 2), "~");
    }

    #[test]
    fn an_overlap_goes_to_the_longer_text_and_in_doubt_to_the_beginning() {
        assert_eq!(parted("a b", "a b", 2), "a b~");
        assert_eq!(parted("a b", "a b", 3), "a b~ b");
        assert_eq!(parted("a b", "xyz", 2), "a ~xyz");
        assert_eq!(parted("a b", "b xyz", 2), "a ~xyz");
        assert_eq!(parted("a", "xyz", 1), "~xyz");
    }

    #[test]
    fn an_empty_token_takes_no_room() {
        assert_eq!(parted("a ", "b", 2), "a ~b");
        assert_eq!(parted("a ", " b", 2), "a ~b");
    }
}
