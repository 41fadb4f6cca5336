//! Whether two scorings rank the rows alike.

use anyhow::Result;

use crate::algorithm::Compared;
use crate::numbers;

/// Spearman's rank correlation of the scores.
pub(crate) fn compare(Compared { reference, result, .. }: Compared<'_>) -> Result<String> {
    let (one, other) = numbers::read_both(reference, result, f64::from_le_bytes)?;
    Ok(format!("{:.4}", correlation(&ranks(&one), &ranks(&other))))
}

/// The rank of each value, from 0; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut begin = 0;
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let mean = begin as f64 + (tied.len() - 1) as f64 / 2.0;
        for &row in tied {
            ranks[row] = mean;
        }
        begin += tied.len();
    }
    ranks
}

/// Pearson's; NaN if either is constant.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - x_mean, y - y_mean);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    xy / (xx * yy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spearman(x: &[f64], y: &[f64]) -> f64 {
        correlation(&ranks(x), &ranks(y))
    }

    #[test]
    fn equal_values_share_their_mean_rank() {
        assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.2]), [2.5, 0.0, 2.5, 1.0]);
        assert!(ranks(&[]).is_empty());
    }

    #[test]
    fn only_the_order_counts() {
        let x = [-0.9, -0.5, -0.4, -0.1];
        assert!((spearman(&x, &x.map(f64::exp)) - 1.0).abs() < 1e-12);
        assert!((spearman(&x, &x.map(|x| -x)) + 1.0).abs() < 1e-12);
        assert!(spearman(&x, &[1.0; 4]).is_nan());
    }

    #[test]
    fn a_known_value() {
        // 1 - 6 * (1 + 1) / (4 * 15), for one swap of neighbours.
        assert!((spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0]) - 0.8).abs() < 1e-12);
    }
}
