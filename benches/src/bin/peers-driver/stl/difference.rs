//! How far components are from each other.

use anyhow::Result;

use crate::algorithm::Compared;
use crate::numbers;

/// The largest difference of any component at any place, relative to the largest value of the data.
pub(crate) fn compare(Compared { data, reference, result }: Compared<'_>) -> Result<String> {
    let y = numbers::read(data, f64::from_le_bytes)?;
    let (one, other) = numbers::read_both(reference, result, f64::from_le_bytes)?;
    Ok(match difference(&one, &other) / largest(y) {
        0.0 => "0".to_owned(),
        difference if difference.is_finite() => format!("{difference:.1e}"),
        _ => "not finite".to_owned(),
    })
}

fn difference(one: &[f64], other: &[f64]) -> f64 {
    largest(one.iter().zip(other).map(|(a, b)| a - b))
}

/// Of the absolute values; NaN if there is one among them.
fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(f64::abs).max_by(f64::total_cmp).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_counts_wherever_it_is() {
        assert_eq!(difference(&[1.0, 2.0, 3.0], &[1.0, 6.0, 2.0]).to_bits(), 4_f64.to_bits());
        assert!(difference(&[1.0, f64::NAN], &[9.0, 1.0]).is_nan());
    }

    #[test]
    fn the_difference_is_that_of_the_data_s_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, values: &[f64]| {
            let path = folder.path().join(name);
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let (data, one) = (file("y", &[4.0, -8.0]), file("one", &[1.0, 2.0, 3.0]));
        let compared = |name: &str, values: &[f64]| {
            let result = &file(name, values);
            compare(Compared { data: &data, reference: &one, result }).ok()
        };
        assert_eq!(compared("near", &[1.0, 2.5, 3.0]).unwrap(), "6.2e-2");
        assert_eq!(compared("same", &[1.0, 2.0, 3.0]).unwrap(), "0");
        assert_eq!(compared("nan", &[1.0, 2.5, f64::NAN]).unwrap(), "not finite");
        assert_eq!(compared("few", &[1.0, 2.5]), None);
    }
}
