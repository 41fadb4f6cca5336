//! An isolation forest of one tree, in the layout of the stored models.

use std::io::{self, Write};

use super::Chunks;

/// Writes a tree in which every even node but the last splits, its left child is a leaf, and its
/// right child is the next even node. A point at the origin goes right all the way down.
pub(super) fn write_chain(n_nodes: u64, out: &mut dyn Write) -> io::Result<()> {
    let last = n_nodes - 1;
    let n_leaves = n_nodes / 2 + 1;
    let splits = |node: u64| node.is_multiple_of(2) && node != last;
    let mut chunks = Chunks::new(out);
    let head = format!(
        "{{\n \"format\": \"isolation-forest\",\n \"version\": 1,\n \"n_features\": 2,\n \
         \"max_samples\": {n_leaves},\n \"offset\": -0.5,\n \"feature_names\": [\"f1\", \"f2\"],\n \
         \"trees\": [\n  {{\n   \"n_nodes\": {n_nodes}"
    );
    chunks.push(|chunk| chunk.extend_from_slice(head.as_bytes()))?;
    let arrays: [(&str, &dyn Fn(u64) -> i128); 5] = [
        ("feature", &|node| if splits(node) { i128::from(node / 2 % 2) } else { -1 }),
        ("threshold", &|node| if splits(node) { -1 } else { 0 }),
        ("left", &|node| if splits(node) { i128::from(node) + 1 } else { -1 }),
        ("right", &|node| if splits(node) { i128::from(node) + 2 } else { -1 }),
        ("n_samples", &|node| if splits(node) { i128::from(n_leaves - node / 2) } else { 1 }),
    ];
    for (name, value) in arrays {
        chunks.push(|chunk| {
            chunk.extend_from_slice(format!(",\n   \"{name}\": [").as_bytes());
        })?;
        for node in 0..n_nodes {
            let comma = if node == 0 { "" } else { "," };
            let item = format!("{comma}\n    {}", value(node));
            chunks.push(|chunk| chunk.extend_from_slice(item.as_bytes()))?;
        }
        chunks.push(|chunk| chunk.extend_from_slice(b"\n   ]"))?;
    }
    chunks.push(|chunk| chunk.extend_from_slice(b"\n  }\n ]\n}\n"))?;
    chunks.flush()
}
