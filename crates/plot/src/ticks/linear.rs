//! Steps of 1, 2 or 5 times a power of ten.

use super::{
    Tick,
    decimal::{Decimal, labels},
};

/// Multiples of the finest step that gives no more than `room`; both ends where no step fits, because
/// there are hardly any numbers between them.
pub(super) fn ticks(from: f64, to: f64, room: usize) -> Vec<Tick> {
    let tries = steps(from, to, room).into_iter().filter_map(|step| multiples(from, to, step));
    let found = tries.into_iter().find(|found| found.len() <= room).unwrap_or_default();
    if found.len() < 2 {
        return ends(from, to);
    }
    let numbers: Vec<Decimal> = found.iter().map(|(number, _)| *number).collect();
    let ticks = found.iter().zip(labels(&numbers, true));
    ticks.map(|((_, at), label)| Tick::new(*at, label)).collect()
}

/// Steps from one that gives too many ticks to one that gives one.
fn steps(from: f64, to: f64, room: usize) -> [Decimal; 12] {
    let room = room as f64;
    // In two halves, so that the widest range does not overflow.
    let ideal = to / room - from / room;
    let exponent = ideal.max(f64::from_bits(1)).log10().floor() as i32 - 1;
    std::array::from_fn(|nth| Decimal {
        digits: [1, 2, 5][nth % 3],
        exponent: exponent + i32::try_from(nth / 3).unwrap_or(0),
    })
}

/// The multiples of a step in a range, with their values; none if the step is too fine for
/// these to differ.
fn multiples(from: f64, to: f64, step: Decimal) -> Option<Vec<(Decimal, f64)>> {
    // The least numbers have few digits, so a step among them is not exact.
    let (raised, scale) = if step.exponent < -290 { (30, 1e30) } else { (0, 1.0) };
    let size = Decimal { exponent: step.exponent + raised, ..step }.value();
    let (first, last) = (from * scale / size, to * scale / size);
    if first.abs().max(last.abs()) > LARGEST {
        return None;
    }
    // One more at each end: a quotient is rounded.
    let (first, last) = (first.ceil() as i64 - SLACK, last.floor() as i64 + SLACK);
    let found: Vec<(Decimal, f64)> = (first..=last)
        .map(|nth| Decimal { digits: nth * step.digits, exponent: step.exponent })
        .map(|number| (number, number.value()))
        .filter(|(_, at)| from <= *at && *at <= to)
        .collect();
    found.windows(2).all(|two| two[0].1 < two[1].1).then_some(found)
}

/// Multiples up to this times 5 are whole numbers of 64 bits.
const LARGEST: f64 = 1e18;
/// By how many steps a quotient near `LARGEST` may be wrong, in ticks that are apart.
const SLACK: i64 = 2;

fn ends(from: f64, to: f64) -> Vec<Tick> {
    let text = |value: f64| match value.abs() {
        size if size == 0.0 || (1e-4..1e15).contains(&size) => format!("{value}"),
        _ => format!("{value:e}"),
    };
    [from, to].map(|at| Tick::new(at, text(at).replace('-', "\u{2212}"))).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: f64, to: f64, room: usize) -> Vec<String> {
        ticks(from, to, room).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn steps_are_one_two_or_five() {
        assert_eq!(texts(-0.5, 10.5, 6), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(texts(0.0, 1.0, 10), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(0.0, 2_100_000.0, 5), ["0", "0.5M", "1M", "1.5M", "2M"]);
    }

    #[test]
    fn zero_is_exact() {
        assert_eq!(ticks(-0.3, 0.3, 10)[3].at.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn neighbours_are_told_apart() {
        assert_eq!(
            texts(1.0, 1.0 + 1e-15, 10),
            ["1.0000000000000000", "1.0000000000000005", "1.0000000000000010"]
        );
        assert_eq!(ticks(1e300, 1e300_f64.next_up(), 10).len(), 2);
    }
}
