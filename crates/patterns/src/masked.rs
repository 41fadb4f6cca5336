mod chance; // words that are drawn by chance: random names, base64
mod class; // what a byte may be part of
mod place; // parts known by where they stand: user names, queries of URLs
mod shape; // parts of several words: GUIDs, addresses, SIDs, times

use class::{BLANK, CLASS, DIGIT, HEX, IN_WORD, LETTER, LOOK, WORD};

/// The version of the rules of masking, for models that hold masked texts.
///
/// It changes whenever a text may be masked in another way than before.
///
/// ```
/// assert_eq!(oddsift_patterns::MASKS, "oddsift-masks-1");
/// ```
pub const MASKS: &str = "oddsift-masks-1";

/// Shorter words of letters are never taken for random ones.
const LONG: usize = 12;
/// Shorter words of hex digits are numbers.
const LONG_HEX: usize = 8;

/// Returns the masked form of a text: one key for all texts that differ only in what varies from
/// run to run.
///
/// - ASCII letters become lower case, as Windows ignores case. Runs of ASCII blanks become one
///   space, those at the ends go.
/// - `<num>` is a run of digits, inside of a word, too, and a word of fewer than eight hex digits of
///   which one is 0 to 9. Words that end in 16, 32, 64 or 86 for an architecture keep it: `rundll32`,
///   `x64`.
/// - `<hex>` is a longer word of hex digits, or one that begins with `0x`.
/// - `<guid>`, `<ip>` (version 4, and 6 if it begins with a digit or letter), `<mac>`, `<time>`
///   (ISO dates, with or without a time, and `12:34:56`) and `<sid>` are what they are called.
///   Well-known SIDs (`S-1-5-18`) stay.
/// - `<base64>` is a run of forty or more characters that look like it, `<random>` a long word of
///   letters and digits as no language has them.
/// - `<user>` is the directory below `\Users`, `/home` or `\Documents and Settings`, unless all
///   users share it (`Public`).
/// - `<query>` is what follows the `?` of an `http` or `https` URL.
///
/// Masking a masked text changes nothing. The result is a key and no proof: a text that holds
/// `<num>` literally has the mask of texts with a number there. One pass, time and memory linear in
/// the text: the result is at most five times as long, and a few bytes.
///
/// ```
/// use oddsift_patterns::masked;
///
/// assert_eq!(masked(r"C:\Users\Bob\AppData\tmp12.exe  -p 4711"), r"c:\users\<user>\appdata\tmp<num>.exe -p <num>");
/// assert_eq!(masked(r"C:\Windows\System32\rundll32.exe"), r"c:\windows\system32\rundll32.exe");
/// assert_eq!(masked("curl https://example.test/a?token=x1"), "curl https://example.test/a?<query>");
/// ```
#[must_use]
pub fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    mask_into(text, &mut masked);
    masked
}

/// Appends the [masked](masked()) form of a text.
///
/// Takes no memory but that of the result.
///
/// ```
/// let mut key = String::from("cmd: ");
/// oddsift_patterns::mask_into("PING 10.0.0.7", &mut key);
/// assert_eq!(key, "cmd: ping <ip>");
/// ```
pub fn mask_into(text: &str, masked: &mut String) {
    let start = masked.len();
    let mut pass = Masker { text, masked, start, copied: 0, url_end: 0, no_base64_before: 0 };
    pass.run();
    // All at once: the compiler takes many bytes at a time. Masks are in lower case already.
    masked[start..].make_ascii_lowercase();
}

/// One pass over a text. What needs no mask is copied in long spans.
struct Masker<'a> {
    text: &'a str,
    masked: &'a mut String,
    /// Where the masked text begins in `masked`.
    start: usize,
    /// All before it is in `masked`.
    copied: usize,
    /// The end of the last URL that has begun. It is looked for once a URL, lest URLs in URLs take
    /// quadratic time.
    url_end: usize,
    /// The same for runs of base64 characters that turned out to be none.
    no_base64_before: usize,
}

/// A run of ASCII letters and digits.
#[derive(Clone, Copy)]
struct Word<'a> {
    start: usize,
    end: usize,
    bytes: &'a [u8],
    /// The classes of its bytes.
    seen: u8,
}

impl<'a> Masker<'a> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = unusual(bytes, 0);
        while let Some(&byte) = bytes.get(at) {
            let class = CLASS[usize::from(byte)];
            let end = if class & WORD != 0 {
                self.word(at)
            } else if class & BLANK != 0 {
                self.blanks(at)
            } else {
                self.query(at)
            };
            at = unusual(bytes, end);
        }
        // A single space at the end is not unusual before the end is seen.
        let has_space = self.copied < bytes.len() && bytes.ends_with(b" ");
        self.copy(bytes.len() - usize::from(has_space));
    }

    fn word(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let classes = bytes[start..].iter().map(|&byte| CLASS[usize::from(byte)]);
        let (mut end, mut seen) = (start, 0);
        for class in classes.take_while(|class| class & WORD != 0) {
            seen |= class;
            end += 1;
        }
        self.unusual_word(Word { start, end, bytes: &bytes[start..end], seen })
    }

    fn unusual_word(&mut self, word: Word<'a>) -> usize {
        let joint = self.text.as_bytes().get(word.end).copied().unwrap_or_default();
        let end = match joint {
            b'-' | b':' | b'.' => self.shape(word),
            _ => None,
        };
        if let Some(end) = end.or_else(|| self.base64(word, joint)) {
            return end;
        }
        if joint == b':' {
            self.begin_url(word);
        }
        if word.seen & DIGIT != 0 || word.bytes.len() >= LONG {
            self.mask_word(word);
        }
        if matches!(joint, b'\\' | b'/') { self.user(word, joint) } else { word.end }
    }

    fn shape(&mut self, word: Word<'_>) -> Option<usize> {
        let (end, mask) = shape::shape(self.text, word)?;
        if let Some(mask) = mask {
            self.replace(word.start, end, mask);
        }
        Some(end)
    }

    fn mask_word(&mut self, word: Word<'a>) {
        let has_digit = word.seen & DIGIT != 0;
        let mask = if word.seen == DIGIT {
            "<num>"
        } else if let Some(mask) = hex_mask(word) {
            mask
        } else if chance::is_random(word.bytes, has_digit) {
            "<random>"
        } else if has_digit && !names_architecture(word) {
            return self.mask_runs(word);
        } else {
            return;
        };
        self.replace(word.start, word.end, mask);
    }

    /// Masks the runs of digits in a word, and the runs of letters that would be masked as words.
    fn mask_runs(&mut self, word: Word<'a>) {
        let mut start = word.start;
        for run in word.bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
            let end = start + run.len();
            if run[0].is_ascii_digit() {
                self.replace(start, end, "<num>");
            } else if chance::is_random(run, false) {
                self.replace(start, end, "<random>");
            }
            start = end;
        }
    }

    /// Passes over blanks. A single space inside of the text is copied with the rest.
    fn blanks(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        // The first of several spaces was not unusual.
        let start = at - usize::from(at > self.copied && bytes[at - 1] == b' ');
        let is_blank =
            |at: usize| bytes.get(at).is_some_and(|&b| CLASS[usize::from(b)] & BLANK != 0);
        let mut end = at + 1;
        while is_blank(end) {
            end += 1;
        }
        let (first, last) = (start == 0, end == bytes.len());
        if first || last || end - start > 1 || bytes[start] != b' ' {
            self.replace(start, end, if first || last { "" } else { " " });
        }
        end
    }

    fn copy(&mut self, end: usize) {
        self.replace(end, end, "");
    }

    /// Copies what is before the part, and puts the mask in its place.
    fn replace(&mut self, start: usize, end: usize, mask: &str) {
        self.masked.push_str(&self.text[self.copied..start]);
        self.masked.push_str(mask);
        self.copied = end;
    }
}

/// The place of the next byte or word, at `at` or later, that may need a mask.
///
/// Most bytes need none: this is the only code that most of them see.
fn unusual(bytes: &[u8], at: usize) -> usize {
    // One bit, at the number of letters right before the byte.
    let mut n_letters = 1_u16;
    let found = bytes[at..].iter().position(|&byte| {
        let look = LOOK[usize::from(byte)];
        let found = look & n_letters != 0;
        if !found {
            n_letters = if look & IN_WORD != 0 { n_letters << 1 } else { 1 };
        }
        found
    });
    found.map_or(bytes.len(), |found| at + found - n_letters.trailing_zeros() as usize)
}

/// The mask of a word of hex digits alone, of which one is 0 to 9: a short one is a number, whichever its
/// base, so that `1f02`, `c02` and `4711` are one. Else they would be as many as there are places for
/// letters.
fn hex_mask(word: Word<'_>) -> Option<&'static str> {
    if let [b'0', b'x' | b'X', _, ..] = word.bytes {
        return crate::token::is_hex(word.bytes).then_some("<hex>");
    }
    let is_hex = word.seen & LETTER == 0 && word.seen & DIGIT != 0 && word.seen & HEX != 0;
    is_hex.then_some(if word.bytes.len() >= LONG_HEX { "<hex>" } else { "<num>" })
}

/// Letters and the number of an architecture. One of them is no hex digit: so the digits that a
/// mask leaves are in no word that looks like hex, and masking it again finds nothing.
fn names_architecture(word: Word<'_>) -> bool {
    let Some((letters, number)) = word.bytes.split_last_chunk::<2>() else { return false };
    let is_number = [b"16", b"32", b"64", b"86"].contains(&number);
    is_number && word.seen & LETTER != 0 && letters.iter().all(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests;
