//! Words that look drawn by chance.

/// The shortest run that is taken for base64.
pub(super) const MIN_BASE64: usize = 40;

/// The letters that may follow each letter, from `a` on. These pairs are the ones with at least
/// 0.08 % of all pairs in the words and names of 100 MB of English documentation and source code.
const FOLLOWERS: [&str; 26] = [
    "abcdfgiklmnprstuvwxy",
    "abceijlorsuy",
    "acdehiklorstu",
    "abcdefilorsu",
    "abcdefghiklmnopqrstvwxy",
    "adefilorstu",
    "aeghilnorsu",
    "aehiortu",
    "abcdefgiklmnoprstvz",
    "aejou",
    "aeikos",
    "adeilostuy",
    "abeilmopsu",
    "acdefgiklnopstuv",
    "abcdfgiklmnoprstuvw",
    "aehiloprstuy",
    "qu",
    "acdefgiklmnoprstuvy",
    "acefhiklmnoprstuy",
    "acdefhilmnoprstuy",
    "abcdefilmnprstu",
    "aeiv",
    "aehiorw",
    "eptx",
    "anpsty",
    "eiz",
];

/// A bit for each letter that may follow a letter.
const MAY_FOLLOW: [u32; 26] = {
    let mut table = [0; 26];
    let mut i = 0;
    while i < 26 {
        let letters = FOLLOWERS[i].as_bytes();
        let mut j = 0;
        while j < letters.len() {
            table[i] |= 1 << (letters[j] - b'a');
            j += 1;
        }
        // A letter that repeats is padding or a stuck key, but not chance.
        table[i] |= 1 << i;
        i += 1;
    }
    table
};

/// Whether a word is no word of a language and no name that a person gives.
///
/// Two of five pairs of neighbours are rare ones in a word of letters; half in one with digits,
/// where a letter beside a digit is a rare pair.
pub(super) fn is_random(word: &[u8], has_digits: bool) -> bool {
    let n_pairs = word.len().saturating_sub(1);
    match has_digits {
        true => word.len() >= 10 && 2 * n_rare_pairs(word) >= n_pairs,
        false => word.len() >= super::LONG && 5 * n_rare_pairs(word) >= 2 * n_pairs,
    }
}

fn n_rare_pairs(word: &[u8]) -> usize {
    word.windows(2).filter(|pair| is_rare(pair[0], pair[1])).count()
}

fn is_rare(a: u8, b: u8) -> bool {
    match (letter(a), letter(b)) {
        (Some(a), Some(b)) => MAY_FOLLOW[a] >> b & 1 == 0,
        (None, None) => false,
        (Some(_), None) => b.is_ascii_digit(),
        (None, Some(_)) => a.is_ascii_digit(),
    }
}

fn letter(byte: u8) -> Option<usize> {
    byte.is_ascii_alphabetic().then(|| usize::from((byte | 0x20) - b'a'))
}

pub(super) fn is_base64_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether a run of base64 characters is no path, no name and no hash in hex digits.
///
/// It has both cases, so that a masked text has none. One in 32 characters of base64 is `/` or
/// `+`; paths have more. UTF-16, as `PowerShell` takes it, is known by its many `A`, the zero bytes.
pub(super) fn is_base64(run: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| run.iter().filter(|&byte| is(byte)).count();
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    let has_both_cases = || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_hex = || run.iter().all(u8::is_ascii_hexdigit);
    let is_path = || 16 * count(|byte| matches!(byte, b'+' | b'/')) > run.len() + 16;
    let is_utf16 = || 4 * count(|&byte| byte == b'A') >= run.len();
    let is_mixed = || has(u8::is_ascii_digit) && 5 * n_rare_pairs(run) >= 2 * run.len();
    run.len() >= MIN_BASE64
        && has_both_cases()
        && !is_hex()
        && !is_path()
        && (is_utf16() || is_mixed())
}
