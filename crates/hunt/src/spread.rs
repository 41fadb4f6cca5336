use hashbrown::HashMap;
use oddsift_rarity::TailCounts;

use crate::Error;
use crate::lens::Lens;
use crate::reason::Spread;
use crate::table::LineId;
use crate::trees::{Forest, Node};

/// How many different lines the parent of each node started, beside other processes of its name.
pub(crate) fn spreads(nodes: &[Node], forest: &Forest, lens: &Lens) -> Result<Vec<Spread>, Error> {
    let n_lines = |children: &[u32]| {
        let line = |child: &u32| Some(lens.line(LineId(nodes.get(*child as usize)?.entry)));
        let mut lines: Vec<u32> = children.iter().filter_map(line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.len() as u64
    };
    let of_families: Vec<u64> =
        forest.families.iter().map(|(_, children)| n_lines(children)).collect();
    let mut of_name: TailCounts<u32> = TailCounts::new();
    for ((name, _), n_lines) in forest.families.iter().zip(&of_families) {
        of_name.add(*name, *n_lines, 1).map_err(|_| Error::TooManyRows)?;
    }
    let mut spreads = vec![Spread::default(); nodes.len()];
    let mut known: HashMap<(u32, u64), Spread> = HashMap::new();
    for ((name, children), n_lines) in forest.families.iter().zip(&of_families) {
        let spread = *known.entry((*name, *n_lines)).or_insert_with(|| Spread {
            // One line is no spread.
            bits: if *n_lines > 1 { of_name.bits(name, *n_lines) } else { 0.0 },
            n_lines: *n_lines,
            n_others: of_name.total(name).saturating_sub(1),
            most_of_others: of_name.largest_other(name, *n_lines).unwrap_or_default(),
        });
        for child in children {
            if let Some(slot) = spreads.get_mut(*child as usize) {
                *slot = spread;
            }
        }
    }
    Ok(spreads)
}
