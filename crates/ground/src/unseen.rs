/// Whether a character is not seen but can act on a terminal or deceive a reader: control characters,
/// line and paragraph separators, marks of direction, joiners, soft hyphens, selectors of variants,
/// tags and the like.
///
/// To Unicode those are `Cc`, `Zl`, `Zp`, `Default_Ignorable_Code_Point` and `Cf`, but for the signs
/// that enclose a number. Spaces of any width are none of them. This is the one rule for text of data
/// that people are shown, on a terminal or in a picture.
///
/// ```
/// use oddsift_ground::is_unseen;
///
/// assert!(['\u{1b}', '\u{202e}', '\u{200b}', '\n'].into_iter().all(is_unseen));
/// assert!(!"e\u{301} שלום 漢\u{3000}字".chars().any(is_unseen));
/// ```
#[inline]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_that_of_unicode() {
        let rule = r"[\p{Cc}\p{Zl}\p{Zp}[[\p{Cf}\p{DI}]--\p{Prepended_Concatenation_Mark}]]";
        let rule = regex::Regex::new(rule).unwrap();
        for c in '\0'..=char::MAX {
            assert_eq!(is_unseen(c), rule.is_match(&c.to_string()), "U+{:04X}", c as u32);
        }
    }
}
