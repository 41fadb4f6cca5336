//! Sorting by some bits of numbers, such as the keys of grid cells.

use std::ops::Range;

use oddsift_ground::threads;

/// Bits that one pass sorts by.
const DIGIT: u32 = 11;
/// Below this the library's sort is as fast.
const FEW: usize = 4096;
/// From here on it pays to sort halves at the same time.
const MANY: usize = 1 << 16;

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
    let mut packed = sorted_by(packed, place_bits..place_bits + bits);
    let places = packed.iter().map(|&packed| (packed & ((1 << place_bits) - 1)) as u32).collect();
    for packed in &mut packed {
        *packed >>= place_bits;
    }
    (packed, places)
}

/// As many numbers, ascending by some bits of them.
pub(crate) fn sorted_by(mut numbers: Vec<u64>, bits: Range<u32>) -> Vec<u64> {
    let mut other = vec![0; numbers.len()];
    // Each pass and each merging moves all to the other list; where that ends nothing needs a copy.
    let n_moves = bits.len().div_ceil(DIGIT as usize) + n_halvings(numbers.len(), threads::count());
    let move_on = n_moves % 2 == 1;
    sort(&mut numbers, &mut other, bits, move_on, threads::count());
    if move_on { other } else { numbers }
}

/// How often [`sort`] goes on in halves.
fn n_halvings(n: usize, n_threads: usize) -> usize {
    if n_threads == 1 || n < MANY { 0 } else { 1 + n_halvings(n / 2, n_threads.div_ceil(2)) }
}

/// Sorts by some bits, and maybe by others after those. The result comes to `to` if `move_on` says
/// so, else to `from`.
fn sort(from: &mut [u64], to: &mut [u64], bits: Range<u32>, move_on: bool, n_threads: usize) {
    if n_threads == 1 || from.len() < MANY {
        return sort_alone(from, to, bits, move_on);
    }
    let (middle, n_threads) = (from.len() / 2, n_threads.div_ceil(2));
    let (from_left, from_right) = from.split_at_mut(middle);
    let (to_left, to_right) = to.split_at_mut(middle);
    threads::join(
        true,
        || sort(from_left, to_left, bits.clone(), !move_on, n_threads),
        || sort(from_right, to_right, bits.clone(), !move_on, n_threads),
    );
    if move_on {
        merge(from_left, from_right, to);
    } else {
        merge(to_left, to_right, from);
    }
}

fn sort_alone<'a>(mut from: &'a mut [u64], mut to: &'a mut [u64], bits: Range<u32>, move_on: bool) {
    let mut moved = false;
    for shift in bits.step_by(DIGIT as usize) {
        pass(from, to, shift);
        std::mem::swap(&mut from, &mut to);
        moved = !moved;
    }
    if moved != move_on {
        to.copy_from_slice(from);
    }
}

/// Merges two sorted lists, each half of the result for itself.
fn merge(a: &[u64], b: &[u64], to: &mut [u64]) {
    let middle = to.len() / 2;
    let of_a = least_of(a, b, middle);
    let of_b = middle - of_a;
    let (left, right) = to.split_at_mut(middle);
    threads::join(
        true,
        || merge_alone(&a[..of_a], &b[..of_b], left),
        || merge_alone(&a[of_a..], &b[of_b..], right),
    );
}

/// How many of the `n` least are in `a`.
fn least_of(a: &[u64], b: &[u64], n: usize) -> usize {
    let (mut low, mut high) = (n.saturating_sub(b.len()), n.min(a.len()));
    while low < high {
        let middle = low.midpoint(high);
        if a[middle] < b[n - middle - 1] {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn merge_alone(a: &[u64], b: &[u64], to: &mut [u64]) {
    let (mut i, mut j) = (0, 0);
    for slot in to {
        // Past the end all is larger. Without a branch: which comes next is anyone's guess.
        let next = (a.get(i).copied().unwrap_or(u64::MAX), b.get(j).copied().unwrap_or(u64::MAX));
        let from_a = next.0 < next.1;
        *slot = if from_a { next.0 } else { next.1 };
        i += usize::from(from_a);
        j += usize::from(!from_a);
    }
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
        for n in [0, 1, 100, FEW as u64, 20_000, 300_001] {
            let keys: Vec<u64> =
                (0..n).map(|i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 30) & !7).collect();
            for bits in [34, 44, 60] {
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
