//! Results in files.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Two files of numbers, as many in one as in the other.
pub(crate) fn read_both<T>(
    one: &Path,
    other: &Path,
    number: fn([u8; 8]) -> T,
) -> Result<(Vec<T>, Vec<T>)> {
    let (first, second) = (read(one, number)?, read(other, number)?);
    let (n, m) = (first.len(), second.len());
    ensure!(n == m, "{} holds {n} numbers and {} {m}", one.display(), other.display());
    Ok((first, second))
}

/// The numbers of a file, 8 bytes each.
pub(crate) fn read<T>(file: &Path, number: fn([u8; 8]) -> T) -> Result<Vec<T>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (numbers, rest) = bytes.as_chunks();
    ensure!(rest.is_empty(), "{} ends within a number", file.display());
    Ok(numbers.iter().map(|&bytes| number(bytes)).collect())
}
