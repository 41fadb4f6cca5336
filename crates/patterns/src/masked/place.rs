//! Parts that are known by where they stand.

use super::class::{BLANK, CLASS, NAME_END, URL_END, len_before};
use super::{Masker, Word, chance};

/// Directories of all users, and paths that name none.
const SHARED: [&str; 6] = ["public", "default", "default user", "all users", ".", ".."];

/// A name of more words is taken for arguments of a command.
const MAX_WORDS: usize = 3;

impl Masker<'_> {
    /// Masks the name of a user after a word that leads to it, and returns how far it came.
    pub(super) fn user(&mut self, word: Word<'_>, slash: u8) -> usize {
        if !self.leads_to_users(word) {
            return word.end;
        }
        let rest = &self.text.as_bytes()[word.end..];
        let start = word.end + rest.iter().take_while(|&&b| is_slash(b)).count();
        let name = &self.text[start..start + name_len(&self.text.as_bytes()[start..], slash)];
        let is_shared = SHARED.iter().any(|shared| name.eq_ignore_ascii_case(shared));
        if name.is_empty() || is_shared || name.starts_with(['%', '$']) {
            return word.end;
        }
        self.replace(start, start + name.len(), "<user>");
        self.copied
    }

    /// Looks at the masked text, in which blanks are one space already.
    fn leads_to_users(&mut self, word: Word<'_>) -> bool {
        let directory: &[u8] = match word.bytes {
            [b'h' | b'H', _, _, _] => b"home",
            [b'u' | b'U', _, _, _, _] => b"users",
            [b's' | b'S', .., b's' | b'S'] => b"documents and settings",
            _ => return false,
        };
        let mut words = directory.rsplit(|&byte| byte == b' ');
        if !words.next().is_some_and(|last| last.eq_ignore_ascii_case(word.bytes)) {
            return false;
        }
        self.copy(word.end);
        let (_, masked) = self.masked.as_bytes().split_at(self.start);
        let Some((before, found)) =
            masked.split_at_checked(masked.len().wrapping_sub(directory.len()))
        else {
            return false;
        };
        found.eq_ignore_ascii_case(directory) && before.last().is_some_and(|&b| is_slash(b))
    }

    /// Finds the end of a URL that begins with the word.
    pub(super) fn begin_url(&mut self, word: Word<'_>) {
        let (before, rest) = self.text.as_bytes().split_at(word.end);
        if word.end < self.url_end || !rest.starts_with(b"://") {
            return;
        }
        let ends_with = |scheme: &[u8]| {
            let at = before.len().saturating_sub(scheme.len());
            before[at..].eq_ignore_ascii_case(scheme)
        };
        if ends_with(b"http") || ends_with(b"https") {
            self.url_end = word.end + len_before(rest, URL_END);
        }
    }

    /// Masks the query of a URL, at its question mark.
    pub(super) fn query(&mut self, at: usize) -> usize {
        let start = at + 1;
        if start >= self.url_end {
            return start;
        }
        self.replace(start, self.url_end, "<query>");
        self.url_end
    }

    /// Masks a run of base64 characters that begins with the word.
    pub(super) fn base64(&mut self, word: Word<'_>, joint: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let goes_on = matches!(joint, b'+' | b'/');
        let is_candidate = goes_on || word.bytes.len() >= chance::MIN_BASE64;
        if !is_candidate || word.start < self.no_base64_before {
            return None;
        }
        let run = &bytes[word.start..];
        let run = &run[..run.iter().take_while(|&&b| chance::is_base64_byte(b)).count()];
        let end = word.start + run.len();
        if !chance::is_base64(run) {
            self.no_base64_before = end;
            return None;
        }
        let n_padding = bytes[end..].iter().take(2).take_while(|&&b| b == b'=').count();
        self.replace(word.start, end + n_padding, "<base64>");
        Some(self.copied)
    }
}

/// The length of the name that a text begins with. On Windows it may be of several words if the
/// path goes on behind it.
fn name_len(text: &[u8], slash: u8) -> usize {
    let first = len_before(text, NAME_END);
    let mut end = first;
    for _ in 1..MAX_WORDS {
        if slash != b'\\' || !text.get(end).is_some_and(|&b| is_blank(b)) {
            break;
        }
        end += text[end..].iter().take_while(|&&b| is_blank(b)).count();
        let word = len_before(&text[end..], NAME_END);
        if word == 0 {
            return first;
        }
        end += word;
    }
    if text.get(end) == Some(&b'\\') { end } else { first }
}

fn is_slash(byte: u8) -> bool {
    matches!(byte, b'\\' | b'/')
}

fn is_blank(byte: u8) -> bool {
    CLASS[usize::from(byte)] & BLANK != 0
}
