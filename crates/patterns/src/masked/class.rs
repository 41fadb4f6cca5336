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
/// A byte that may join words to something that is masked as a whole.
pub(super) const JOINT: u8 = 1 << 4;
/// A question mark.
pub(super) const QUERY: u8 = 1 << 5;
/// A byte that ends a URL (what RFC 3986 does not allow, and `'`).
pub(super) const URL_END: u8 = 1 << 6;
/// A byte that ends the name of a user.
pub(super) const NAME_END: u8 = 1 << 7;

/// The classes of each byte. The bytes of other characters than ASCII have none.
pub(super) const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    add(&mut table, b"0123456789", DIGIT);
    add(&mut table, b"abcdefABCDEF", HEX);
    add(&mut table, b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", LETTER);
    add(&mut table, b" \t\n\x0b\x0c\r", BLANK | URL_END | NAME_END);
    add(&mut table, b"-:+/\\", JOINT);
    add(&mut table, b"?", QUERY | NAME_END);
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

/// The length of what comes before a byte of one of the classes.
pub(super) fn len_before(bytes: &[u8], classes: u8) -> usize {
    let found = bytes.iter().position(|&byte| CLASS[usize::from(byte)] & classes != 0);
    found.unwrap_or(bytes.len())
}
