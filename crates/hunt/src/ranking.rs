//! What the order is made of: rows with their bits, and the trees that they are part of.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use crate::Error;
use crate::hunt::TreeRow;
use crate::lens::Lens;
use crate::reason::{Reason, Spread, text};
use crate::shape::Shape;
use crate::spread::spreads;
use crate::table::{LineId, LineTable};
use crate::trees::{Forest, Node};

/// A row that takes part, with its bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) bits: f64,
    pub(crate) row: u64,
    /// Its node.
    pub(crate) at: u32,
}

impl Scored {
    /// The order of a list: the most surprising first, then by row.
    pub(crate) fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bits.total_cmp(&self.bits).then(self.row.cmp(&other.row))
    }
}

/// All that the order is made of.
#[derive(Debug, Clone)]
pub(crate) struct Ranking {
    pub(crate) table: LineTable,
    pub(crate) lens: Lens,
    pub(crate) nodes: Vec<Node>,
    pub(crate) forest: Forest,
    spreads: Vec<Spread>,
    /// The bits of each node; `None` where its line is left out.
    pub(crate) scored: Vec<Option<Scored>>,
    /// The most surprising row of each line.
    pub(crate) best: Vec<Option<Scored>>,
    /// The bits of the median line: with fewer a line stands for no finding.
    pub(crate) median: f64,
    /// The bits that one line in ten has: with fewer a line adds nothing to a stronger one.
    pub(crate) bar: f64,
    /// On how many hosts each program was seen.
    program_hosts: HashMap<u32, u64>,
    all: bool,
}

impl Ranking {
    pub(crate) fn new(table: LineTable, all: bool) -> Result<Self, Error> {
        let lens = Lens::new(&table)?;
        let nodes = nodes(&table, &lens);
        let forest = Forest::plant(&nodes);
        let spreads = spreads(&nodes, &forest, &lens)?;
        let mut program_hosts: HashMap<u32, u64> = HashMap::new();
        for (program, _) in table.hosts_of(|id| lens.names(&table, id).0) {
            let count = program_hosts.entry(program).or_default();
            *count = count.saturating_add(1);
        }
        let (scored, best, median, bar) = (Vec::new(), Vec::new(), 0.0, 0.0);
        let mut ranking = Self {
            table,
            lens,
            nodes,
            forest,
            spreads,
            scored,
            best,
            median,
            bar,
            program_hosts,
            all,
        };
        ranking.score();
        ranking.grow();
        Ok(ranking)
    }

    fn grow(&mut self) {
        let Self { scored, bar, nodes, forest, .. } = self;
        let bits = |at: u32| scored.get(at as usize).copied().flatten().map(|it| it.bits);
        forest.grow(nodes, |at| bits(at).is_some_and(|bits| bits >= *bar));
    }

    pub(crate) fn is_left_out(&self, id: LineId) -> bool {
        !self.all && self.lens.is_known(id)
    }

    fn score(&mut self) {
        self.best = vec![None; self.lens.n_lines(&self.table)];
        // Rows of one entry differ in the spread of their parent alone, and are beside each other.
        let mut last = (u32::MAX, None);
        for ((node, spread), at) in self.nodes.iter().zip(&self.spreads).zip(0..) {
            let id = LineId(node.entry);
            if last.0 != node.entry {
                let is_in = !self.is_left_out(id);
                last = (node.entry, is_in.then(|| self.lens.bits(&self.table, id)));
            }
            let scored = last.1.map(|bits| {
                let bits = bits + self.lens.spread_bits(*spread);
                Scored { bits, row: node.seen.row, at }
            });
            self.scored.push(scored);
            let line = self.lens.line(id);
            if let (Some(scored), Some(slot)) = (scored, self.best.get_mut(line as usize)) {
                let is_better = slot.is_none_or(|best| scored.cmp(&best).is_lt());
                *slot = if is_better { Some(scored) } else { *slot };
            }
        }
        let mut bits: Vec<f64> = self.best.iter().flatten().map(|best| best.bits).collect();
        bits.sort_unstable_by(f64::total_cmp);
        let last = bits.len().saturating_sub(1);
        let at = |place: usize| bits.get(place).copied().unwrap_or_default();
        (self.median, self.bar) = (at(last / 2), at(last.saturating_mul(9) / 10));
    }

    pub(crate) fn line_at(&self, at: u32) -> u32 {
        self.nodes.get(at as usize).map_or(u32::MAX, |node| self.lens.line(LineId(node.entry)))
    }

    /// What variants of one thing share: the program, its parent and the shape.
    pub(crate) fn variant_at(&self, at: u32) -> (u32, u32, Shape) {
        let node = self.nodes.get(at as usize);
        node.map_or_else(Default::default, |node| self.lens.variant_key(LineId(node.entry)))
    }

    pub(crate) fn entry_at(&self, at: u32) -> LineId {
        LineId(self.nodes.get(at as usize).map_or(u32::MAX, |node| node.entry))
    }

    /// All views that add bits to a row, the strongest first.
    pub(crate) fn reasons(&self, at: u32) -> Vec<Reason> {
        let id = self.entry_at(at);
        let spread = self.spreads.get(at as usize).copied().unwrap_or_default();
        let program = self.lens.names(&self.table, id).0;
        let on_hosts = self.program_hosts.get(&program).copied().unwrap_or_default();
        let n_hosts = (on_hosts, self.table.n_hosts() as u64);
        let mut parts = self.lens.parts(&self.table, id, spread);
        parts.retain(|(_, bits)| *bits > 0.0);
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let reason = |(view, bits)| {
            let text = text(&self.table, &self.lens, id, spread, n_hosts, view);
            Reason { view, bits, text }
        };
        parts.into_iter().map(reason).collect()
    }

    /// The rows of a tree, parents before their children.
    pub(crate) fn tree(&self, nodes: &[u32], line_of: &[Option<u32>]) -> Vec<TreeRow> {
        let inside: HashSet<u32> = nodes.iter().copied().collect();
        let parent = |at: u32| {
            let parent = self.forest.parent.get(at as usize).copied().flatten();
            parent.filter(|parent| inside.contains(parent))
        };
        let mut children: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
        for at in nodes {
            children.entry(parent(*at)).or_default().push(*at);
        }
        let when =
            |at: &u32| self.nodes.get(*at as usize).map(|node| (node.seen.time, node.seen.row));
        for siblings in children.values_mut() {
            siblings.sort_by_key(when);
        }
        let mut rows = Vec::with_capacity(nodes.len());
        let mut open: Vec<(u32, u32)> = Vec::new();
        let push_all = |open: &mut Vec<(u32, u32)>, of: Option<u32>, depth: u32| {
            let siblings = children.get(&of).into_iter().flatten().rev();
            open.extend(siblings.map(|at| (*at, depth)));
        };
        push_all(&mut open, None, 0);
        while let Some((at, depth)) = open.pop() {
            let Some(node) = self.nodes.get(at as usize) else { continue };
            let scored = self.scored.get(at as usize).copied().flatten();
            let place = line_of.get(node.entry as usize).copied().flatten();
            let known_bits = || self.lens.bits(&self.table, LineId(node.entry));
            rows.push(TreeRow {
                row: node.seen.row,
                depth,
                bits: scored.map_or_else(known_bits, |scored| scored.bits),
                rank: place.map(|place| place.saturating_add(1)),
            });
            push_all(&mut open, Some(at), depth.saturating_add(1));
        }
        rows
    }
}

/// The rows that were kept, by line and row.
fn nodes(table: &LineTable, lens: &Lens) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(table.n_lines());
    for (id, entry) in table.lines() {
        let (name, parent) = lens.names(table, id);
        let (program, _, shape) = lens.variant_key(id);
        let alike = (program, shape);
        for seen in entry.kept.as_slice() {
            nodes.push(Node { entry: id.0, seen: *seen, name, parent, alike });
        }
    }
    nodes
}
