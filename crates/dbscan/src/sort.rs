//! Sorting by the keys of grid cells.

/// Bits that one pass sorts by.
const DIGIT: u32 = 11;
/// Below this the library's sort is as fast.
const FEW: usize = 4096;

/// The keys in ascending order, and the place that each had before; equal keys keep their order.
///
/// `bits` is how many low bits of the keys are in use.
pub(crate) fn sorted(keys: Vec<u64>, bits: u32) -> (Vec<u64>, Vec<u32>) {
    let place_bits = (keys.len() as u64).checked_ilog2().map_or(0, |bit| bit + 1);
    if keys.len() < FEW || bits + place_bits > u64::BITS {
        let mut pairs: Vec<(u64, u32)> = keys.into_iter().zip(0..).collect();
        pairs.sort_unstable();
        return pairs.into_iter().unzip();
    }
    // Key and place in one number: half of what a pair moves.
    let mut packed = keys;
    packed.iter_mut().zip(0_u64..).for_each(|(key, place)| *key = *key << place_bits | place);
    let mut other = vec![0; packed.len()];
    for shift in (place_bits..place_bits + bits).step_by(DIGIT as usize) {
        pass(&packed, &mut other, shift);
        std::mem::swap(&mut packed, &mut other);
    }
    let places = packed.iter().map(|&packed| (packed & ((1 << place_bits) - 1)) as u32).collect();
    for packed in &mut packed {
        *packed >>= place_bits;
    }
    (packed, places)
}

/// One pass of a least-significant-digit radix sort: stable.
fn pass(from: &[u64], to: &mut [u64], shift: u32) {
    let digit = |packed: u64| (packed >> shift) as usize & ((1 << DIGIT) - 1);
    let mut next = [0_usize; 1 << DIGIT];
    for &packed in from {
        next[digit(packed)] += 1;
    }
    let mut start = 0;
    for slot in &mut next {
        start += std::mem::replace(slot, start);
    }
    for &packed in from {
        let slot = &mut next[digit(packed)];
        to[*slot] = packed;
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
            for bits in [34, 60] {
                let (sorted, places) = sorted(keys.clone(), bits);
                assert!(sorted.is_sorted());
                assert!(
                    sorted.iter().zip(&places).all(|(&key, &place)| keys[place as usize] == key)
                );
                let stable = |i: usize| sorted[i] < sorted[i + 1] || places[i] < places[i + 1];
                assert!((0..places.len().saturating_sub(1)).all(stable));
            }
        }
    }
}
