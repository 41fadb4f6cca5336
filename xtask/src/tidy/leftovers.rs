//! Marks of unfinished work.

// In two halves, so that this file does not breach its own rule.
const WORDS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const MACROS: [&str; 3] =
    [concat!("todo", "!"), concat!("unimplemented", "!"), concat!("dbg", "!")];

/// The lines that hold such a mark, each as `line: what it is`.
pub(crate) fn check(text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let marks =
            WORDS.iter().map(|mark| (mark, true)).chain(MACROS.iter().map(|mark| (mark, false)));
        for (mark, _) in marks.filter(|(mark, is_word)| holds(text, mark, *is_word)) {
            breaches
                .push(format!("{line}: `{mark}` marks unfinished work; finish it or leave it out"));
        }
    }
    breaches
}

/// Whether the mark stands in the line, not as a part of a longer word.
fn holds(line: &str, mark: &str, is_word: bool) -> bool {
    line.match_indices(mark).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + mark.len()..].chars().next();
        !(before.is_some_and(is_part) || is_word && after.is_some_and(is_part))
    })
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found() {
        for mark in WORDS.iter().chain(&MACROS) {
            let found = check(&format!("fine\n    // {mark}(x): later"));
            assert!(found.len() == 1 && found[0].starts_with("2:"), "{mark}: {found:?}");
        }
    }

    #[test]
    fn longer_words_are_no_marks() {
        assert!(check("MASTODONTODOS my_dbg!(x) METODO").is_empty());
    }
}
