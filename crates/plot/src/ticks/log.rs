//! Decades, and parts of them where there are few.

use super::{
    Tick,
    decimal::{Decimal, labels},
    linear,
};

/// Powers of ten; with 2 and 5 times these where there are fewer than three; steps that are even where
/// those are too few.
pub(super) fn ticks(from: f64, to: f64, room: usize) -> Vec<Tick> {
    let decades = every_so_many(from, to, room);
    let finer = multiples(from, to, &[1, 2, 5], 1);
    let numbers = match decades.len() {
        ..3 if finer.len() > decades.len() && finer.len() <= room => finer,
        _ => decades,
    };
    if numbers.len() < 3 {
        let even = linear::ticks(from, to, room);
        // Even steps crowd at the upper end, which is no harm in a short range.
        if even.len() >= 3 && to / from < EVEN_BELOW {
            return even;
        }
        if numbers.len() < 2 {
            return linear::ticks(from, to, 2);
        }
    }
    let texts = labels(&numbers, false);
    numbers.iter().zip(texts).map(|(number, text)| Tick::new(number.value(), text)).collect()
}

/// Up to this ratio of its ends a range may have even steps.
const EVEN_BELOW: f64 = 12.0;

/// Powers of ten, every one or as many apart as needs be.
fn every_so_many(from: f64, to: f64, room: usize) -> Vec<Decimal> {
    let tries = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300];
    let found = tries.into_iter().map(|apart| multiples(from, to, &[1], apart));
    found.into_iter().find(|found| found.len() <= room).unwrap_or_default()
}

/// Digits times powers of ten whose exponents are multiples of `apart`, inside a range.
fn multiples(from: f64, to: f64, digits: &[i64], apart: i32) -> Vec<Decimal> {
    let (first, last) = (from.log10().floor() as i32 - 1, to.log10().ceil() as i32 + 1);
    let exponents = (first..=last).filter(|exponent| exponent % apart == 0);
    let all = exponents
        .flat_map(|exponent| digits.iter().map(move |&digits| Decimal { digits, exponent }));
    all.filter(|number| (from..=to).contains(&number.value())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: f64, to: f64, room: usize) -> Vec<String> {
        ticks(from, to, room).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn many_decades_are_told_by_some() {
        assert_eq!(texts(0.5, 2e6, 8), ["1", "10", "100", "1k", "10k", "100k", "1M"]);
        assert_eq!(texts(0.5, 2e6, 5), ["1", "100", "10k", "1M"]);
        assert_eq!(texts(5e-324, f64::MAX, 8).first().map(String::as_str), Some("10⁻³⁰⁰"));
    }

    #[test]
    fn few_decades_have_their_parts() {
        assert_eq!(texts(1.5, 60.0, 8), ["2", "5", "10", "20", "50"]);
        assert_eq!(texts(1.5, 700.0, 8), ["2", "5", "10", "20", "50", "100", "200", "500"]);
        assert_eq!(texts(1.5, 700.0, 7), ["10", "100"]);
        assert_eq!(texts(0.9, 700.0, 5), ["1", "10", "100"]);
    }

    #[test]
    fn less_than_a_decade_has_even_steps() {
        assert_eq!(texts(3.1, 4.9, 5), ["3.5", "4.0", "4.5"]);
    }
}
