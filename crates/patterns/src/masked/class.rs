use super::LONG;

/// A digit.
pub(super) const DIGIT: u8 = 1;
/// One of `a` to `f`, in lower or upper case.
pub(super) const HEX: u8 = 1 << 1;
/// Another ASCII letter.
pub(super) const LETTER: u8 = 1 << 2;
/// A letter or digit.
pub(super) const WORD: u8 = DIGIT | HEX | LETTER;
/// An ASCII blank.
pub(super) const BLANK: u8 = 1 << 3;
/// A byte that ends a URL (what RFC 3986 does not allow, and `'`).
pub(super) const URL_END: u8 = 1 << 4;
/// A byte that ends the name of a user.
pub(super) const NAME_END: u8 = 1 << 5;

/// The classes of each byte. The bytes of other characters than ASCII have none.
pub(super) const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    add(&mut table, b"0123456789", DIGIT);
    add(&mut table, b"abcdefABCDEF", HEX);
    add(&mut table, b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", LETTER);
    add(&mut table, b" \t\n\x0b\x0c\r", BLANK | URL_END | NAME_END);
    add(&mut table, b"?", NAME_END);
    add(&mut table, b"\"'<>|", URL_END | NAME_END);
    add(&mut table, b"\\^`{}\0\x1b\x7f", URL_END);
    add(&mut table, b"\\/:*;,()&\0", NAME_END);
    table
};

const fn add(table: &mut [u8; 256], bytes: &[u8], class: u8) {
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] |= class;
        i += 1;
    }
}

/// The byte is a letter.
pub(super) const IN_WORD: u16 = 1 << 15;

/// When to look closer at a byte: bit `n` is for a byte right after `n` letters.
pub(super) const LOOK: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = look(byte);
        byte += 1;
    }
    table
};

const fn look(byte: u8) -> u16 {
    match byte {
        // The word is a long one.
        b'a'..=b'z' | b'A'..=b'Z' => IN_WORD | 1 << (LONG - 1),
        b'0'..=b'9' | b'?' | b'\t'..=b'\r' => ALL,
        // Another blank may be before it.
        b' ' => 1,
        // GUIDs, MACs and SIDs whose first part has no digit.
        b'-' => 1 << 8 | 1 << 2 | 1 << 1,
        // Addresses of that kind, URLs and base64.
        b':' | b'/' | b'+' => ALL & !1,
        // `documents and settings`, `users`, `home`.
        b'\\' => 1 << 8 | 1 << 5 | 1 << 4,
        _ => 0,
    }
}

/// After any number of letters.
const ALL: u16 = (1 << LONG) - 1;

/// The length of what comes before a byte of one of the classes.
pub(super) fn len_before(bytes: &[u8], classes: u8) -> usize {
    let found = bytes.iter().position(|&byte| CLASS[usize::from(byte)] & classes != 0);
    found.unwrap_or(bytes.len())
}
