//! Random numbers: one stream a tree, the same on every platform.
//!
//! What is made of the generator's bits is written out here, since a library's ways of doing so may
//! change from version to version, and logarithms are `libm`'s and not the platform's.

use std::sync::LazyLock;

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

/// A stream of xoshiro256++ (Blackman and Vigna, ACM Trans. Math. Softw. 2021).
#[derive(Debug, Clone)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The part of a tree's stream that draws its sample.
    pub(crate) fn for_sample(seed: u64, tree: usize) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(seed ^ mix(tree as u64))))
    }

    /// The part of a tree's stream that grows it: 2^128 numbers later, so that it does not depend on
    /// how many rows the sample was drawn from.
    pub(crate) fn for_growth(seed: u64, tree: usize) -> Self {
        let mut random = Self::for_sample(seed, tree);
        random.0.jump();
        random
    }

    /// In [0, 1), a multiple of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        unit(self.0.next_u64())
    }

    /// Below `n`, each with the same probability; 0 for an `n` of 0. After Lemire, "Fast random
    /// integer generation in an interval", ACM Trans. Model. Comput. Simul. 2019, algorithm 5.
    #[inline(always)]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let mut product = u128::from(self.0.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.0.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as usize
    }

    /// From the exponential distribution with mean 1: at least 0 and finite.
    #[inline(always)]
    pub(crate) fn exponential(&mut self) -> f64 {
        minus_log((self.0.next_u64() >> 11) + 1)
    }

    /// From the standard normal distribution, by Marsaglia's polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (a, b) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                return a * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }
}

/// The numbers of one slot of one tree: eight bytes, for there may be very many slots. `SplitMix64`
/// (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(crate) struct SlotRandom(u64);

impl SlotRandom {
    pub(crate) fn new(seed: u64, tree: usize, slot: usize) -> Self {
        Self(mix(mix(seed ^ mix(tree as u64)) ^ slot as u64))
    }

    /// In (0, 1].
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        1.0 - unit(mix(self.0))
    }
}

/// Mantissas that share an entry of the table differ by less than one in so many.
const N_LOGS: usize = 128;

/// For each of so many parts of [1, 2) the reciprocal of its middle and the logarithm of that.
static LOGS: LazyLock<[(f64, f64); N_LOGS]> = LazyLock::new(|| {
    std::array::from_fn(|part| {
        let inverse = 1.0 / (1.0 + (part as f64 + 0.5) / N_LOGS as f64);
        (inverse, libm::log(inverse))
    })
});

/// `-ln(n / 2^53)` for `n` of 1 to 2^53, by a table and five terms of the series around its entry: most
/// of what a fit costs is drawing samples, and most of that logarithms.
#[inline(always)]
fn minus_log(n: u64) -> f64 {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = (n as f64).to_bits();
    let exponent = (bits >> MANTISSA) as i32 - 1023;
    let mantissa = f64::from_bits((bits & ((1 << MANTISSA) - 1)) | (1023 << MANTISSA));
    let (inverse, log_of_inverse) = LOGS[(bits >> (MANTISSA - 7)) as usize % N_LOGS];
    let r = mantissa * inverse - 1.0;
    let series = r * (1.0 - r * (1.0 / 2.0 - r * (1.0 / 3.0 - r * (1.0 / 4.0 - r * (1.0 / 5.0)))));
    (f64::from(53 - exponent) * std::f64::consts::LN_2 + log_of_inverse - series).max(0.0)
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (0.5 / (1_u64 << 52) as f64)
}

/// The finaliser of `SplitMix64`: one to one, and every bit of the input moves half of the output.
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> Random {
        Random::for_sample(7, 3)
    }

    #[test]
    fn the_streams_of_trees_and_of_their_parts_differ() {
        let first = |mut random: Random| random.0.next_u64();
        let all = [
            first(Random::for_sample(0, 0)),
            first(Random::for_sample(0, 1)),
            first(Random::for_sample(1, 0)),
            first(Random::for_growth(0, 0)),
        ];
        assert!((0..4).all(|i| (0..i).all(|j| all[i] != all[j])), "{all:?}");
    }

    #[test]
    fn the_stream_is_the_same_in_every_version() {
        let mut random = Random::for_sample(42, 0);
        let found = [random.0.next_u64(), random.0.next_u64()];
        assert_eq!(found, STREAM_OF_SEED_42);
    }

    const STREAM_OF_SEED_42: [u64; 2] = [16_022_262_741_338_017_731, 11_992_476_375_684_980_331];

    #[test]
    fn numbers_below_n_are_even() {
        let mut random = random();
        let mut counts = [0; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        assert_eq!((random.below(1), random.below(0)), (0, 0));
    }

    #[test]
    fn logarithms_are_those_of_the_library() {
        let mut random = random();
        let check = |n: u64| {
            let expected = -libm::log(n as f64 / (1_u64 << 53) as f64);
            assert!((minus_log(n) - expected).abs() < 1e-13 * expected.max(1.0), "{n}");
        };
        (0..=53).for_each(|power| check(1 << power));
        (0..10_000).for_each(|_| check((random.0.next_u64() >> 11) + 1));
        assert!((1..100).all(|n| minus_log((1 << 53) - n) >= 0.0));
    }

    #[test]
    fn distributions_have_their_moments() {
        let mut random = random();
        let n = 100_000;
        let mut moments = |draw: fn(&mut Random) -> f64| {
            let values: Vec<f64> = (0..n).map(|_| draw(&mut random)).collect();
            let mean = values.iter().sum::<f64>() / f64::from(n);
            (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n))
        };
        for (draw, mean, variance) in [
            (Random::unit as fn(&mut Random) -> f64, 0.5, 1.0 / 12.0),
            (Random::exponential, 1.0, 1.0),
            (Random::normal, 0.0, 1.0),
        ] {
            let found = moments(draw);
            assert!(
                (found.0 - mean).abs() < 0.02 && (found.1 - variance).abs() < 0.03,
                "{found:?}"
            );
        }
    }
}
