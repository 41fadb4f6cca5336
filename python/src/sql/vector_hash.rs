use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::{Array, ArrayRef, Float64Array};
use sha2::{Digest, Sha256};

use super::Fault;
use super::arguments::{Arguments, Texts, is_text, numbers};

/// 128 bits.
const N_BYTES: i32 = 16;

/// The hash of a vector of numbers and categories, by which labels are joined back to rows.
///
/// It is cryptographic, since rows are written by attackers: vectors that collide would share a label.
pub(super) fn hashes(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(1, usize::MAX, "(feature, ..)")?;
    let columns = args.columns_from(0)?;
    let columns = columns.iter().zip(1..).map(|(column, at)| Values::new(column, at));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut halves = FixedSizeBinaryBuilder::with_capacity(args.n_rows(), N_BYTES);
    for row in 0..args.n_rows() {
        let mut hasher = Sha256::new();
        for column in &columns {
            column.hash(row, &mut hasher);
        }
        let hash: [u8; 32] = hasher.finalize().into();
        halves.append_value(hash.first_chunk::<16>().map_or(&[][..], |half| half))?;
    }
    Ok(Arc::new(halves.finish()))
}

/// A column of a vector.
enum Values {
    Numbers(Float64Array),
    Texts(Texts),
}

impl Values {
    fn new(column: &ArrayRef, place: usize) -> Result<Self, Fault> {
        let name = format!("feature {place}");
        if is_text(column.data_type()) {
            return Texts::new(&name, column).map(Self::Texts);
        }
        numbers(&name, column).map(Self::Numbers)
    }

    /// Adds a value. Each begins with its kind, and a text with its length, so that different vectors are
    /// different bytes.
    fn hash(&self, row: usize, hasher: &mut Sha256) {
        match self {
            Self::Numbers(numbers) if numbers.is_valid(row) => {
                // As a table of patterns, which takes -0 for 0.
                hasher.update([1]);
                hasher.update((numbers.value(row) + 0.0).to_le_bytes());
            }
            Self::Numbers(_) => hasher.update([0]),
            Self::Texts(texts) => match texts.get(row) {
                Some(text) => {
                    hasher.update([2]);
                    hasher.update((text.len() as u64).to_le_bytes());
                    hasher.update(text);
                }
                None => hasher.update([0]),
            },
        }
    }
}
