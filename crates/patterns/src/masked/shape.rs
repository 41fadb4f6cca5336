//! Parts of several words with a form of their own. All but the SIDs that stay hold a digit and
//! are known by hex digits alone, so that masking a masked text finds no new one.

use std::net::Ipv6Addr;

use super::Word;
use super::class::{CLASS, LETTER, WORD};
use crate::token::{is_guid, is_ip};

const GUID_LEN: usize = 36;
const MAC_LEN: usize = 17;
const MAX_IP_LEN: usize = 15;
const MAX_IPV6_LEN: usize = 45;

/// The end and the mask of what begins with the word; no mask for a well-known SID.
pub(super) fn shape(text: &str, word: Word<'_>) -> Option<(usize, Option<&'static str>)> {
    let (rest, joint) = (&text.as_bytes()[word.start..], *text.as_bytes().get(word.end)?);
    if let (b'-', [b's' | b'S']) = (joint, word.bytes) {
        let (len, is_known) = sid(rest)?;
        return Some((word.start + len, (!is_known).then_some("<sid>")));
    }
    if word.seen & LETTER != 0 {
        return None;
    }
    // What follows a colon or point is not the first part of an address.
    let is_first = text.as_bytes()[..word.start].last() != Some(&joint);
    let (len, mask) = match (joint, word.bytes.len()) {
        (b'-', 8) => (guid(rest)?, "<guid>"),
        (b'-', 4) => (date(rest)?, "<time>"),
        (b'-', 2) => (mac(rest)?, "<mac>"),
        (b':', ..=4) => after_colon(text, word, is_first)?,
        (b'.', ..=3) if is_first => (ip(text, word)?, "<ip>"),
        _ => return None,
    };
    Some((word.start + len, Some(mask)))
}

fn after_colon(text: &str, word: Word<'_>, is_first: bool) -> Option<(usize, &'static str)> {
    let rest = &text.as_bytes()[word.start..];
    // A drive, an option and the like.
    if !text.as_bytes().get(word.end + 1).is_some_and(|&b| b == b':' || b.is_ascii_hexdigit()) {
        return None;
    }
    let mac = mac(rest).map(|len| (len, "<mac>"));
    let time = || Some((time_of_day(rest)?, "<time>"));
    let ip = || Some((ipv6(text, word).filter(|_| is_first)?, "<ip>"));
    mac.or_else(time).or_else(ip)
}

/// A word does not go on at the place.
fn ends(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|&byte| CLASS[usize::from(byte)] & WORD == 0)
}

fn guid(text: &[u8]) -> Option<usize> {
    let guid = text.get(..GUID_LEN)?;
    let found = is_guid(guid) && guid.iter().any(u8::is_ascii_digit) && ends(text, GUID_LEN);
    found.then_some(GUID_LEN)
}

fn mac(text: &[u8]) -> Option<usize> {
    let (mac, joint) = (text.get(..MAC_LEN)?, text[2]);
    let mut groups = mac.chunks(3);
    let is_mac = groups.all(|group| match group {
        [a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [a, b, c] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit() && *c == joint,
        _ => false,
    });
    (is_mac && mac.iter().any(u8::is_ascii_digit) && ends(text, MAC_LEN)).then_some(MAC_LEN)
}

fn ip(text: &str, word: Word<'_>) -> Option<usize> {
    let rest = &text.as_bytes()[word.start..];
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let len = rest.iter().take(MAX_IP_LEN + 1).take_while(is_part).count();
    // The full stop of a sentence.
    let len = len - usize::from(rest[..len].ends_with(b"."));
    (is_ip(&text[word.start..word.start + len]) && ends(rest, len)).then_some(len)
}

fn ipv6(text: &str, word: Word<'_>) -> Option<usize> {
    let rest = &text.as_bytes()[word.start..];
    let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let len = rest.iter().take(MAX_IPV6_LEN + 1).take_while(is_part).count();
    let found = &text[word.start..word.start + len];
    let has_digit = rest[..len].iter().any(u8::is_ascii_digit);
    (has_digit && ends(rest, len) && found.parse::<Ipv6Addr>().is_ok()).then_some(len)
}

/// The length of a SID, and whether it is the same on all machines: at most two numbers follow
/// the authority.
fn sid(text: &[u8]) -> Option<(usize, bool)> {
    let (mut len, mut n_parts) = (1, 0);
    while text.get(len) == Some(&b'-') {
        let digits = text[len + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        len += 1 + digits;
        n_parts += 1;
    }
    let is_sid = text[1..].starts_with(b"-1-") && n_parts >= 3 && ends(text, len);
    is_sid.then_some((len, n_parts <= 4))
}

/// `2024-03-04`, with a time of day or without.
fn date(text: &[u8]) -> Option<usize> {
    let len = fits(text, b"9999-19-39")?;
    let time = match text[len..].first() {
        Some(b't' | b'T') => time_of_day(&text[len + 1..]).map(|time| len + 1 + time),
        _ => None,
    };
    time.or_else(|| ends(text, len).then_some(len))
}

/// `12:34:56`, with a fraction and a zone or without.
fn time_of_day(text: &[u8]) -> Option<usize> {
    let mut len = fits(text, b"29:59:69")?;
    if let Some(b'.' | b',') = text.get(len) {
        let digits = text[len + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        len += if digits > 0 { 1 + digits } else { 0 };
    }
    len += match text[len..].first() {
        Some(b'z' | b'Z') => 1,
        Some(b'+' | b'-') => fits(&text[len + 1..], b"29:59").map_or(0, |zone| 1 + zone),
        _ => 0,
    };
    ends(text, len).then_some(len)
}

/// The length of the pattern if the text begins like it: a digit of it stands for all up to it.
fn fits(text: &[u8], pattern: &[u8]) -> Option<usize> {
    let fits = text.len() >= pattern.len()
        && text.iter().zip(pattern).all(|(byte, most)| match most {
            b'0'..=b'9' => byte.is_ascii_digit() && byte <= most,
            _ => byte == most,
        });
    fits.then_some(pattern.len())
}
