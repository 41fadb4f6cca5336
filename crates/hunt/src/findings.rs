//! Lines to one order: rows are joined to trees, trees of the same lines are one finding, and findings are
//! ranked by their most surprising lines.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use oddsift_rarity::TailCounts;

use crate::Error;
use crate::hunt::{Finding, Hunt, Line, TreeRow};
use crate::lens::{Lens, sum};
use crate::params::HuntParams;
use crate::reason::{Reason, Spread, template, text};
use crate::spread::spreads;
use crate::table::{Entry, LineId, LineTable};
use crate::trees::{Forest, Node, grow};

/// Lines of a finding that come before the next finding.
const MOST_LEADS: usize = 5;

/// A row that takes part, with its bits.
#[derive(Clone, Copy)]
struct Scored {
    bits: f64,
    row: u64,
    at: u32,
}

impl Scored {
    /// The more surprising of two rows, the first one where they are equal.
    fn stronger(self, other: Self) -> Self {
        if self.cmp(&other).is_le() { self } else { other }
    }

    /// The order of a list: the most surprising first, then by row.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bits.total_cmp(&self.bits).then(self.row.cmp(&other.row))
    }
}

/// A line in a finding: its most surprising row there, and the lines that are variants of it.
struct Lead {
    line: u32,
    best: Scored,
    variants: u64,
}

/// A tree, or trees of the same lines.
struct Group {
    bits: f64,
    first_row: u64,
    nodes: Vec<u32>,
    leads: Vec<Lead>,
    n_lines: u64,
    n_alike: u64,
    signature: Vec<u32>,
}

/// Ranks the lines of a table.
pub(crate) fn rank(table: LineTable, params: &HuntParams) -> Result<Hunt, Error> {
    let lens = Lens::new(&table)?;
    let ranking = Ranking::new(&table, &lens, params)?;
    let (groups, mut group_of_node) = ranking.groups()?;
    let mut order = ranking.order(&groups);
    let groups = renumber(groups, &mut order, &mut group_of_node);
    let lines = ranking.lines(&order);
    let mut line_of = vec![None; table.n_lines()];
    let places: HashMap<u32, u32> = order.iter().map(|place| place.line).zip(0..).collect();
    let (mut known_lines, mut n_known_seen) = (HashSet::new(), 0_u64);
    for (id, entry) in table.lines().filter(|(_, entry)| entry.count > 0) {
        if ranking.is_left_out(id) {
            known_lines.insert(lens.line(id));
            n_known_seen = n_known_seen.saturating_add(entry.count);
        } else if let Some(slot) = line_of.get_mut(id.index()) {
            *slot = places.get(&lens.line(id)).copied();
        }
    }
    let findings = ranking.findings(&groups, &line_of);
    let rows = ranking.scored.iter().zip(&group_of_node).filter_map(|(scored, group)| {
        let (number, scored) = ((*group)?, (*scored)?);
        Some((scored.row, (number, scored.bits)))
    });
    let rows = rows.collect();
    drop(ranking);
    // A line may be known of one parent and new of another.
    let is_left_out = |line: &&u32| !places.contains_key(*line);
    let n_known_lines = known_lines.iter().filter(is_left_out).count() as u64;
    Ok(Hunt { lines, findings, table, n_known_lines, n_known_seen, line_of, rows })
}

/// Numbers the findings for which lines stand first, without gaps; others have none that is not shown
/// elsewhere.
fn renumber(
    groups: Vec<Group>,
    order: &mut [Place],
    group_of_node: &mut [Option<u32>],
) -> Vec<Group> {
    let leading: HashSet<u32> =
        order.iter().filter(|place| place.is_lead).map(|place| place.finding).collect();
    let (first, rest): (Vec<_>, Vec<_>) =
        groups.into_iter().zip(1_u32..).partition(|(_, number)| leading.contains(number));
    let groups: Vec<(Group, u32)> = first.into_iter().chain(rest).collect();
    let names: HashMap<u32, u32> = groups.iter().map(|(_, number)| *number).zip(1..).collect();
    let rename = |number: &mut u32| *number = names.get(number).copied().unwrap_or_default();
    order.iter_mut().for_each(|place| rename(&mut place.finding));
    group_of_node.iter_mut().flatten().for_each(rename);
    groups.into_iter().map(|(group, _)| group).collect()
}

/// All that the order is made of.
struct Ranking<'t> {
    table: &'t LineTable,
    lens: &'t Lens,
    all: bool,
    nodes: Vec<Node>,
    forest: Forest,
    spreads: Vec<Spread>,
    /// The bits of each node; `None` where its line is left out.
    scored: Vec<Option<Scored>>,
    /// The bits of the median line.
    median: f64,
}

/// A line in the order.
struct Place {
    line: u32,
    best: Scored,
    finding: u32,
    variants: u64,
    is_lead: bool,
}

impl<'t> Ranking<'t> {
    fn new(table: &'t LineTable, lens: &'t Lens, params: &HuntParams) -> Result<Self, Error> {
        let nodes = nodes(table, lens);
        let forest = grow(&nodes);
        let spreads = spreads(&nodes, &forest, lens)?;
        let mut ranking = Self {
            table,
            lens,
            all: params.all,
            nodes,
            forest,
            spreads,
            scored: Vec::new(),
            median: 0.0,
        };
        ranking.scored = ranking.score();
        ranking.median = ranking.median();
        Ok(ranking)
    }

    fn is_left_out(&self, id: LineId) -> bool {
        !self.all && self.lens.is_known(id)
    }

    fn score(&self) -> Vec<Option<Scored>> {
        // Rows of one entry differ in the spread of their parent alone.
        let mut last: Option<(u32, Vec<(crate::View, f64)>)> = None;
        let mut scored = Vec::with_capacity(self.nodes.len());
        for ((node, spread), at) in self.nodes.iter().zip(&self.spreads).zip(0..) {
            let id = LineId(node.entry);
            if self.is_left_out(id) {
                scored.push(None);
                continue;
            }
            if last.as_ref().is_none_or(|(entry, _)| *entry != node.entry) {
                last = Some((node.entry, self.lens.parts(self.table, id, Spread::default())));
            }
            let Some((_, parts)) = &mut last else { continue };
            let is_process = matches!(self.lens, Lens::Process(_));
            for (view, bits) in parts.iter_mut().filter(|_| is_process) {
                if *view == crate::View::Spread {
                    *bits = spread.bits * view.weight();
                }
            }
            scored.push(Some(Scored { bits: sum(parts), row: node.seen.row, at }));
        }
        scored
    }

    /// The most surprising row of each line.
    fn best(&self) -> BTreeMap<u32, Scored> {
        let mut best: BTreeMap<u32, Scored> = BTreeMap::new();
        for scored in self.scored.iter().flatten() {
            let line = self.line_at(scored.at);
            let slot = best.entry(line).or_insert(*scored);
            *slot = slot.stronger(*scored);
        }
        best
    }

    fn line_at(&self, at: u32) -> u32 {
        self.nodes.get(at as usize).map_or(u32::MAX, |node| self.lens.line(LineId(node.entry)))
    }

    fn median(&self) -> f64 {
        let mut bits: Vec<f64> = self.best().values().map(|best| best.bits).collect();
        bits.sort_unstable_by(f64::total_cmp);
        bits.get(bits.len().saturating_sub(1) / 2).copied().unwrap_or_default()
    }

    /// Findings by rank, and the number of the finding of each node.
    fn groups(&self) -> Result<(Vec<Group>, Vec<Option<u32>>), Error> {
        let mut trees: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (tree, at) in self.forest.tree.iter().zip(0..) {
            trees.entry(*tree).or_default().push(at);
        }
        let mut groups: Vec<Group> =
            trees.into_values().filter_map(|nodes| self.group(nodes)).collect();
        self.count_company(&mut groups)?;
        groups.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(a.first_row.cmp(&b.first_row)));
        let mut folded: Vec<Group> = Vec::new();
        let mut firsts: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut of_node = vec![None; self.nodes.len()];
        for group in groups {
            let next = u32::try_from(folded.len()).unwrap_or(u32::MAX);
            let number = *firsts.entry_ref(&group.signature).or_insert(next);
            for node in &group.nodes {
                if let Some(slot) = of_node.get_mut(*node as usize) {
                    *slot = Some(number.saturating_add(1));
                }
            }
            match folded.get_mut(number as usize) {
                Some(first) => first.n_alike = first.n_alike.saturating_add(1),
                None => folded.push(group),
            }
        }
        Ok((folded, of_node))
    }

    /// A tree as a finding; `None` where all its lines are left out.
    fn group(&self, nodes: Vec<u32>) -> Option<Group> {
        let mut lines: BTreeMap<u32, Scored> = BTreeMap::new();
        for at in &nodes {
            let Some(Some(scored)) = self.scored.get(*at as usize) else { continue };
            let slot = lines.entry(self.line_at(*at)).or_insert(*scored);
            *slot = slot.stronger(*scored);
        }
        let signature: Vec<u32> = lines.keys().copied().collect();
        let mut strongest: Vec<(u32, Scored)> = lines.into_iter().collect();
        strongest.sort_by(|a, b| a.1.cmp(&b.1));
        let mut leads: Vec<Lead> = Vec::new();
        let mut variants: HashMap<_, usize> = HashMap::new();
        for (line, best) in strongest {
            let node = self.nodes.get(best.at as usize)?;
            let place =
                *variants.entry(self.lens.variant_key(LineId(node.entry))).or_insert(leads.len());
            match leads.get_mut(place) {
                Some(lead) => lead.variants = lead.variants.saturating_add(1),
                None => leads.push(Lead { line, best, variants: 0 }),
            }
        }
        let first_row = leads.iter().map(|lead| lead.best.row).min()?;
        let n_lines = signature.len() as u64;
        let bits = self.bits_together(&leads);
        Some(Group { bits, first_row, nodes, leads, n_lines, n_alike: 0, signature })
    }

    /// The bits of the strongest line and what the next ones have above the median line: common company
    /// makes nothing more surprising.
    fn bits_together(&self, leads: &[Lead]) -> f64 {
        let above = |lead: &Lead| (lead.best.bits - self.median).max(0.0);
        let first = leads.first().map_or(0.0, |lead| lead.best.bits);
        first + leads.iter().take(MOST_LEADS).skip(1).map(above).sum::<f64>()
    }

    /// Adds how rare it is that so many surprising lines are in one tree.
    fn count_company(&self, groups: &mut [Group]) -> Result<(), Error> {
        let is_surprising = |lead: &&Lead| lead.best.bits >= self.median;
        let n_leads = |group: &Group| group.leads.iter().filter(is_surprising).count() as u64;
        let mut trees: TailCounts<()> = TailCounts::new();
        for group in groups.iter() {
            trees.add((), n_leads(group), 1).map_err(|_| Error::TooManyRows)?;
        }
        for group in groups {
            let n_leads = n_leads(group);
            if n_leads > 1 {
                group.bits += trees.bits(&(), n_leads);
            }
        }
        Ok(())
    }

    /// The order of all lines. A line stands where its first finding is.
    fn order(&self, groups: &[Group]) -> Vec<Place> {
        let mut order = Vec::new();
        let mut seen: HashSet<u32> = HashSet::new();
        let mut home: HashMap<u32, u32> = HashMap::new();
        for (group, number) in groups.iter().zip(1_u32..) {
            for line in &group.signature {
                home.entry(*line).or_insert(number);
            }
            let mut n_leads = 0_usize;
            for lead in &group.leads {
                if n_leads == MOST_LEADS || lead.best.bits < self.median || !seen.insert(lead.line)
                {
                    continue;
                }
                n_leads = n_leads.saturating_add(1);
                let Lead { line, best, variants } = *lead;
                order.push(Place { line, best, finding: number, variants, is_lead: true });
            }
        }
        let rest = self.best().into_iter().filter(|(line, _)| !seen.contains(line));
        let mut rest: Vec<(u32, Scored)> = rest.collect();
        rest.sort_by(|a, b| a.1.cmp(&b.1));
        order.extend(rest.into_iter().map(|(line, best)| Place {
            line,
            best,
            finding: home.get(&line).copied().unwrap_or_default(),
            variants: 0,
            is_lead: false,
        }));
        order
    }

    fn lines(&self, order: &[Place]) -> Vec<Line> {
        let totals = self.totals();
        let n_hosts = self.table.n_hosts() as u64;
        let line = |(place, rank): (&Place, u32)| {
            let total = totals.get(&place.line).copied().unwrap_or_default();
            let node = self.nodes.get(place.best.at as usize)?;
            let id = LineId(node.entry);
            let spread = self.spreads.get(place.best.at as usize).copied().unwrap_or_default();
            Some(Line {
                rank,
                finding: place.finding,
                is_lead: place.is_lead,
                row: place.best.row,
                count: total.count,
                variants: place.variants,
                hosts: total.hosts,
                users: total.users,
                bits: place.best.bits,
                reasons: self.reasons(id, spread, (total.program_hosts, n_hosts)),
                template: template(self.table, id),
                times: total.times,
            })
        };
        order.iter().zip(1..).filter_map(line).collect()
    }

    /// All views that add bits, the strongest first.
    fn reasons(&self, id: LineId, spread: Spread, n_hosts: (u64, u64)) -> Vec<Reason> {
        let mut parts = self.lens.parts(self.table, id, spread);
        parts.retain(|(_, bits)| *bits > 0.0);
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let reason = |(view, bits)| {
            let text = text(self.table, self.lens, id, spread, n_hosts, view);
            Reason { view, bits, text }
        };
        parts.into_iter().map(reason).collect()
    }

    /// What the entries of each line have together.
    fn totals(&self) -> HashMap<u32, Total> {
        let mut totals: HashMap<u32, Total> = HashMap::new();
        let line_of = |id| self.lens.line(id);
        for (id, entry) in self.table.lines().filter(|(_, entry)| entry.count > 0) {
            totals.entry(line_of(id)).or_default().add(entry);
        }
        for (line, _) in self.table.hosts_of(line_of) {
            let total = totals.entry(line).or_default();
            total.hosts = total.hosts.saturating_add(1);
        }
        for (line, _) in self.table.users_of(line_of) {
            let total = totals.entry(line).or_default();
            total.users = total.users.saturating_add(1);
        }
        self.count_program_hosts(&mut totals);
        totals
    }

    /// On how many hosts the program of each line was seen.
    fn count_program_hosts(&self, totals: &mut HashMap<u32, Total>) {
        let program = |id| self.lens.names(self.table, id).0;
        let mut hosts: HashMap<u32, u64> = HashMap::new();
        for (program, _) in self.table.hosts_of(program) {
            let count = hosts.entry(program).or_default();
            *count = count.saturating_add(1);
        }
        for (id, _) in self.table.lines() {
            if let Some(total) = totals.get_mut(&self.lens.line(id)) {
                total.program_hosts = hosts.get(&program(id)).copied().unwrap_or_default();
            }
        }
    }

    fn findings(&self, groups: &[Group], line_of: &[Option<u32>]) -> Vec<Finding> {
        let finding = |(group, number): (&Group, u32)| Finding {
            number,
            bits: group.bits,
            n_lines: group.n_lines,
            n_alike: group.n_alike,
            tree: self.tree(&group.nodes, line_of),
        };
        groups.iter().zip(1..).map(finding).collect()
    }

    /// The rows of a tree, parents before their children.
    fn tree(&self, nodes: &[u32], line_of: &[Option<u32>]) -> Vec<TreeRow> {
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
            rows.push(TreeRow {
                row: node.seen.row,
                depth,
                bits: scored.map_or_else(
                    || self.lens.bits(self.table, LineId(node.entry)),
                    |scored| scored.bits,
                ),
                rank: place.map(|place| place.saturating_add(1)),
            });
            push_all(&mut open, Some(at), depth.saturating_add(1));
        }
        rows
    }
}

/// What the entries of a line have together.
#[derive(Clone, Copy, Default)]
struct Total {
    count: u64,
    hosts: u64,
    users: u64,
    program_hosts: u64,
    times: Option<(oddsift_patterns::Timestamp, oddsift_patterns::Timestamp)>,
}

impl Total {
    fn add(&mut self, entry: &Entry) {
        self.count = self.count.saturating_add(entry.count);
        self.times = match (self.times, entry.times) {
            (Some((first, last)), Some((other_first, other_last))) => {
                Some((first.min(other_first), last.max(other_last)))
            }
            (one, other) => one.or(other),
        };
    }
}

/// The rows that were kept, by line and row.
fn nodes(table: &LineTable, lens: &Lens) -> Vec<Node> {
    let mut nodes = Vec::new();
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
