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

/// The place of each byte in [`RARE`]: letters in either case, digits, and all other bytes.
const KIND: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut i = 0;
    while i < 26 {
        table[(b'a' + i) as usize] = i;
        table[(b'A' + i) as usize] = i;
        i += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = DIGITS;
        digit += 1;
    }
    table
};
const DIGITS: u8 = 26;
const OTHER: u8 = 27;
const LETTERS: u32 = (1 << 26) - 1;

/// A bit for each kind that seldom follows a kind.
const RARE: [u32; 28] = {
    let mut table = [0; 28];
    let mut i = 0;
    while i < 26 {
        // A letter that repeats is padding or a stuck key, but not chance.
        table[i] = (LETTERS | 1 << DIGITS) & !(1 << i);
        let letters = FOLLOWERS[i].as_bytes();
        let mut j = 0;
        while j < letters.len() {
            table[i] &= !(1 << (letters[j] - b'a'));
            j += 1;
        }
        i += 1;
    }
    table[DIGITS as usize] = LETTERS;
    table
};

/// Whether a word is no word of a language and no name that a person gives.
///
/// Two of five pairs of neighbours are rare ones in a word of letters; half in one with digits,
/// where a letter beside a digit is a rare pair.
pub(super) fn is_random(word: &[u8], has_digits: bool) -> bool {
    let n_pairs = word.len().saturating_sub(1);
    if has_digits {
        word.len() >= 10 && 2 * n_rare_pairs(word) >= n_pairs
    } else {
        word.len() >= super::LONG && 5 * n_rare_pairs(word) >= 2 * n_pairs
    }
}

fn n_rare_pairs(word: &[u8]) -> usize {
    let kinds = word.iter().map(|&byte| KIND[usize::from(byte)]);
    let pairs = kinds.clone().zip(kinds.skip(1));
    pairs.map(|(a, b)| (RARE[usize::from(a)] >> b & 1) as usize).sum()
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
