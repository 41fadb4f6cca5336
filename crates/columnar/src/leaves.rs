use std::collections::HashSet;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};

use crate::Error;

/// A column: a field of the schema, or one in a struct of it.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// `process.parent.name`.
    pub(crate) name: String,
    /// The places on the way to it, from the schema on.
    path: Vec<usize>,
}

impl Leaf {
    /// The column of the schema that it is in.
    pub(crate) fn root(&self) -> usize {
        self.path.first().copied().unwrap_or_default()
    }

    /// As a column of a table that has only these of the schema.
    pub(crate) fn within(&self, roots: &[usize]) -> Self {
        let mut leaf = self.clone();
        if let Some(root) = leaf.path.first_mut() {
            *root = roots.iter().position(|it| it == root).unwrap_or(usize::MAX);
        }
        leaf
    }

    /// Its array in a batch, and where it or a struct around it has no value.
    pub(crate) fn of(&self, batch: &RecordBatch) -> Option<(ArrayRef, Option<NullBuffer>)> {
        let (root, rest) = self.path.split_first()?;
        let mut array = batch.columns().get(*root)?.clone();
        let mut nulls = array.logical_nulls();
        for place in rest {
            array = array.as_any().downcast_ref::<StructArray>()?.columns().get(*place)?.clone();
            nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
        }
        Some((array, nulls))
    }
}

/// The columns of a schema in its order.
pub(crate) fn leaves(schema: &Schema) -> Result<Vec<Leaf>, Error> {
    let mut leaves = Vec::new();
    add(schema.fields(), &mut Vec::new(), "", &mut leaves);
    if leaves.is_empty() {
        return Err(Error::NoColumns);
    }
    let mut names = HashSet::new();
    match leaves.iter().find(|leaf| !names.insert(&leaf.name)) {
        Some(leaf) => Err(Error::DuplicateColumn { column: leaf.name.clone() }),
        None => Ok(leaves),
    }
}

/// Schemas are checked to be of a bounded depth before.
fn add(fields: &Fields, path: &mut Vec<usize>, above: &str, leaves: &mut Vec<Leaf>) {
    for (place, field) in fields.iter().enumerate() {
        path.push(place);
        let name = dotted(above, field);
        match field.data_type() {
            DataType::Struct(children) => add(children, path, &name, leaves),
            _ => leaves.push(Leaf { name, path: path.clone() }),
        }
        path.pop();
    }
}

fn dotted(above: &str, field: &Field) -> String {
    if above.is_empty() { field.name().clone() } else { format!("{above}.{}", field.name()) }
}
