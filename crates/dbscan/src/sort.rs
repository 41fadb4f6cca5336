//! Sorting by the keys of grid cells.

/// Bits that one pass sorts by.
const DIGIT: u32 = 11;
/// Below this the library's sort is as fast.
const FEW: usize = 4096;

/// The keys in ascending order, and the place that each had before; equal keys keep their order.
///
/// `bits` is how many low bits of the keys are in use.
pub(crate) fn sorted(keys: Vec<u64>, bits: u32) -> (Vec<u64>, Vec<u32>) {
    let mut pairs: Vec<(u64, u32)> = keys.into_iter().zip(0..).collect();
    if pairs.len() < FEW {
        pairs.sort_unstable();
    } else {
        let mut other = vec![(0, 0); pairs.len()];
        for shift in (0..bits).step_by(DIGIT as usize) {
            pass(&pairs, &mut other, shift);
            std::mem::swap(&mut pairs, &mut other);
        }
    }
    pairs.into_iter().unzip()
}

/// One pass of a least-significant-digit radix sort: stable.
fn pass(from: &[(u64, u32)], to: &mut [(u64, u32)], shift: u32) {
    let digit = |key: u64| (key >> shift) as usize & ((1 << DIGIT) - 1);
    let mut next = [0_usize; 1 << DIGIT];
    for pair in from {
        next[digit(pair.0)] += 1;
    }
    let mut start = 0;
    for slot in &mut next {
        start += std::mem::replace(slot, start);
    }
    for &pair in from {
        let slot = &mut next[digit(pair.0)];
        to[*slot] = pair;
        *slot += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_and_few_keys_come_out_sorted_with_their_places() {
        for n in [0, 1, 100, FEW as u64, 20_000] {
            let keys: Vec<u64> =
                (0..n).map(|i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 30) & !7).collect();
            let (sorted, places) = sorted(keys.clone(), 34);
            assert!(sorted.is_sorted());
            assert!(sorted.iter().zip(&places).all(|(&key, &place)| keys[place as usize] == key));
            let stable = |i: usize| sorted[i] < sorted[i + 1] || places[i] < places[i + 1];
            assert!((0..places.len().saturating_sub(1)).all(stable));
        }
    }
}
