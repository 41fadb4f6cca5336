//! Points as CSV.

use std::io::{self, Write};

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Chunks;

pub(super) fn columns(n_columns: usize) -> Vec<String> {
    (1..=n_columns).map(|column| format!("f{column}")).collect()
}

/// Writes points of which none is farther from the origin than `radius`.
pub(super) fn write_ball(
    n_rows: u64,
    n_columns: usize,
    radius: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    // The cube inside of the ball.
    let side = radius / (n_columns as f64).sqrt();
    let mut coordinate = || side * rng.random_range(-1.0..1.0);
    write(n_rows, n_columns, &mut coordinate, out)
}

/// Writes one point `n_rows` times.
pub(super) fn write_equal(n_rows: u64, n_columns: usize, out: &mut dyn Write) -> io::Result<()> {
    write(n_rows, n_columns, &mut || 0.5, out)
}

fn write(
    n_rows: u64,
    n_columns: usize,
    coordinate: &mut dyn FnMut() -> f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut chunks = Chunks::new(out);
    chunks
        .push(|chunk| chunk.extend_from_slice((columns(n_columns).join(",") + "\n").as_bytes()))?;
    for _ in 0..n_rows {
        let cells: Vec<String> = (0..n_columns).map(|_| coordinate().to_string()).collect();
        chunks.push(|chunk| chunk.extend_from_slice((cells.join(",") + "\n").as_bytes()))?;
    }
    chunks.flush()
}
