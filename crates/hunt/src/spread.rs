use hashbrown::HashMap;
use oddsift_rarity::TailCounts;

use crate::Error;
use crate::lens::Lens;
use crate::reason::Spread;
use crate::table::LineId;
use crate::trees::{Forest, Node};

/// How many different lines the parent of each node started, beside other processes of its name.
pub(crate) fn spreads(nodes: &[Node], forest: &Forest, lens: &Lens) -> Result<Vec<Spread>, Error> {
    let line = |(_, child): &(u32, u32)| {
        nodes.get(*child as usize).map(|node| lens.line(LineId(node.entry)))
    };
    let families = || forest.families.chunk_by(|a, b| a.0 == b.0);
    let mut lines: Vec<u32> = Vec::new();
    let mut n_lines: Vec<u64> = Vec::with_capacity(forest.starters.len());
    let mut of_name: TailCounts<u32> = TailCounts::new();
    for (children, name) in families().zip(&forest.starters) {
        lines.clear();
        lines.extend(children.iter().filter_map(line));
        lines.sort_unstable();
        lines.dedup();
        n_lines.push(lines.len() as u64);
        of_name.add(*name, lines.len() as u64, 1).map_err(|_| Error::TooManyRows)?;
    }
    let mut spreads = vec![Spread::default(); nodes.len()];
    let mut known: HashMap<(u32, u64), Spread> = HashMap::new();
    for ((children, name), n_lines) in families().zip(&forest.starters).zip(&n_lines) {
        let spread = *known.entry((*name, *n_lines)).or_insert_with(|| Spread {
            // One line is no spread.
            bits: if *n_lines > 1 { of_name.bits(name, *n_lines) } else { 0.0 },
            n_lines: *n_lines,
            n_others: of_name.total(name).saturating_sub(1),
            most_of_others: of_name.largest_other(name, *n_lines).unwrap_or_default(),
        });
        for (_, child) in children {
            if let Some(slot) = spreads.get_mut(*child as usize) {
                *slot = spread;
            }
        }
    }
    Ok(spreads)
}
