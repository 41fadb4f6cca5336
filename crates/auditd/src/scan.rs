//! Searches in short texts, for which the set-up of a vector search costs more than it saves.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first place of one of two bytes; the length where neither is there.
///
/// Eight bytes at a time: a byte of a word is zero where borrowing from it sets its highest bit
/// (Mycroft's test); bits above the first one set may be wrong, and are not looked at.
#[inline]
pub(crate) fn find_either(bytes: &[u8], a: u8, b: u8) -> usize {
    let (all_a, all_b) = (LOW.wrapping_mul(a.into()), LOW.wrapping_mul(b.into()));
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ all_a) | zeros(word ^ all_b);
        if found != 0 {
            return at.wrapping_add((found.trailing_zeros() >> 3) as usize);
        }
        at = at.wrapping_add(8);
    }
    let place = rest.iter().position(|byte| *byte == a || *byte == b);
    at.wrapping_add(place.unwrap_or(rest.len()))
}

#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_that_of_a_loop() {
        for length in 0..30_usize {
            for place in 0..=length {
                let mut bytes: Vec<u8> = b"!\"#$%&'".repeat(5);
                bytes.truncate(length);
                bytes.iter_mut().skip(place).step_by(3).for_each(|byte| *byte = b' ');
                assert_eq!(find_either(&bytes, b'=', b' '), place, "{length}");
                assert_eq!(find_either(&bytes, b' ', b' '), place, "{length}");
            }
        }
        assert_eq!(find_either(&[0xff, 0x80, 0, 0x21, 0x1f, b'=', b' ', 0x20], b' ', b'='), 5);
    }
}
