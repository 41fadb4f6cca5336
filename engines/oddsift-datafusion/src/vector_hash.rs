use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, FixedSizeBinaryBuilder, Float64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarFunctionArgs;
use sha2::{Digest, Sha256};

use crate::arguments::Kind;
use crate::function::RowFunction;
use crate::texts::Texts;
use crate::{Error, calls};

const NAME: &str = "vector_hash";

/// 128 bits.
const N_BYTES: i32 = 16;

/// The hash of a vector of numbers and categories, by which labels are joined back to rows.
///
/// It is cryptographic, since rows are written by attackers: vectors that collide would share a label.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct VectorHash;

impl RowFunction for VectorHash {
    fn name(&self) -> &'static str {
        NAME
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        if found.is_empty() {
            let takes = "(feature, ..)".to_owned();
            return Err(Error::ArgumentCount { function: NAME, takes, found: 0 });
        }
        let each = found.iter().enumerate();
        each.map(|(at, found)| Kind::Feature.coerce(NAME, &format!("feature {}", at + 1), found))
            .collect()
    }

    fn returns(&self, _passed: &[DataType]) -> Result<DataType, Error> {
        Ok(DataType::FixedSizeBinary(N_BYTES))
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let columns = calls::arrays(&args.args, args.number_rows)?;
        hashes(&columns, args.number_rows)
    }
}

/// A column of a vector.
enum Values {
    Numbers(Float64Array),
    Texts(Texts),
}

impl Values {
    fn new(column: &ArrayRef) -> Result<Self, Error> {
        match column.data_type() {
            DataType::Float64 => Ok(Self::Numbers(column.as_primitive().clone())),
            _ => Texts::new(column).map(Self::Texts),
        }
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

fn hashes(columns: &[ArrayRef], n_rows: usize) -> Result<ArrayRef, Error> {
    let columns = columns.iter().map(Values::new).collect::<Result<Vec<_>, _>>()?;
    let mut halves = FixedSizeBinaryBuilder::with_capacity(n_rows, N_BYTES);
    for row in 0..n_rows {
        let mut hasher = Sha256::new();
        for column in &columns {
            column.hash(row, &mut hasher);
        }
        let hash: [u8; 32] = hasher.finalize().into();
        halves.append_value(hash.first_chunk::<16>().map_or(&[][..], |half| half))?;
    }
    Ok(Arc::new(halves.finish()))
}
