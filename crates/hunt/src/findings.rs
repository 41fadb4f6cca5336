//! Lines to one order: rows are joined to trees, trees of the same lines are one finding, and findings are
//! ranked by their most surprising lines.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};
use oddsift_patterns::Timestamp;
use oddsift_rarity::TailCounts;
use rayon::slice::ParallelSliceMut;

use crate::Error;
use crate::hunt::{Finding, Hunt, Line};
use crate::params::HuntParams;
use crate::ranking::{Ranking, Scored};
use crate::table::{LineTable, join_times};

/// Lines of a finding that come before the next finding.
const MOST_LEADS: usize = 5;

/// A line in a finding: its most surprising row there, and the lines that are variants of it.
#[derive(Clone, Copy)]
struct Lead {
    line: u32,
    best: Scored,
    variants: u64,
}

/// A tree, or trees of the same lines. What it has many of lies in [`Groups`].
#[derive(Clone, Copy)]
struct Group {
    bits: f64,
    first_row: u64,
    nodes: Span,
    leads: Span,
    /// Its lines, sorted: groups of the same ones are alike.
    lines: Span,
    n_alike: u64,
}

/// A part of an array.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start..self.end).unwrap_or_default()
    }

    fn len(self) -> u64 {
        self.end.saturating_sub(self.start) as u64
    }
}

/// The groups and what they have, in flat arrays: most groups are one row.
#[derive(Default)]
struct Groups {
    ranked: Vec<Group>,
    nodes: Vec<u32>,
    leads: Vec<Lead>,
    lines: Vec<u32>,
}

/// A line in the order.
struct Place {
    line: u32,
    best: Scored,
    finding: u32,
    variants: u64,
    is_lead: bool,
}

/// Ranks the lines of a table.
pub(crate) fn rank(mut table: LineTable, params: &HuntParams) -> Result<Hunt, Error> {
    table.count_starts();
    let ranking = Ranking::new(table, params.all)?;
    let mut groups = Groups::new(&ranking)?;
    let mut of_node = groups.fold_alike(ranking.nodes.len());
    let mut order = groups.order(&ranking);
    groups.renumber(&mut order, &mut of_node);
    let lines = lines(&ranking, &order);
    let (line_of, n_known_lines, n_known_seen) = left_out(&ranking, &order);
    let rows = rows_apart(&ranking, &lines, &line_of, &of_node);
    let finding = |(group, number): (&Group, u32)| Finding {
        number,
        bits: group.bits,
        n_lines: group.lines.len(),
        n_alike: group.n_alike,
        nodes: (group.nodes.start, group.nodes.end),
    };
    let findings = groups.ranked.iter().zip(1..).map(finding).collect();
    let nodes = groups.nodes;
    Ok(Hunt { lines, findings, ranking, nodes, n_known_lines, n_known_seen, line_of, rows })
}

impl Groups {
    /// The trees of all rows, the most surprising first.
    fn new(ranking: &Ranking) -> Result<Self, Error> {
        let mut of_tree: Vec<(u32, u32)> = ranking.forest.tree.iter().copied().zip(0..).collect();
        of_tree.par_sort_unstable();
        let mut groups =
            Self { nodes: of_tree.iter().map(|(_, at)| *at).collect(), ..Self::default() };
        let mut start = 0_usize;
        let mut room = Vec::new();
        for tree in of_tree.chunk_by(|a, b| a.0 == b.0) {
            let end = start.saturating_add(tree.len());
            groups.add(ranking, Span { start, end }, &mut room);
            start = end;
        }
        groups.count_company(ranking.bar)?;
        groups.ranked.par_sort_unstable_by(|a, b| {
            b.bits.total_cmp(&a.bits).then(a.first_row.cmp(&b.first_row))
        });
        Ok(groups)
    }

    /// Adds a tree, unless all its lines are left out.
    fn add(&mut self, ranking: &Ranking, nodes: Span, room: &mut Vec<(u32, Scored)>) {
        room.clear();
        for at in nodes.of(&self.nodes) {
            let scored = ranking.scored.get(*at as usize).copied().flatten();
            room.extend(scored.map(|scored| (ranking.line_at(*at), scored)));
        }
        // Of each line the most surprising row.
        room.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        room.dedup_by_key(|(line, _)| *line);
        let (first_line, first_lead) = (self.lines.len(), self.leads.len());
        self.lines.extend(room.iter().map(|(line, _)| *line));
        room.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        let mut variants: HashMap<_, usize> = HashMap::new();
        let is_single = room.len() == 1;
        for (line, best) in room.iter().copied() {
            let lead = Lead { line, best, variants: 0 };
            if is_single {
                self.leads.push(lead);
                continue;
            }
            let place = *variants.entry(ranking.variant_at(best.at)).or_insert(self.leads.len());
            match self.leads.get_mut(place) {
                Some(lead) => lead.variants = lead.variants.saturating_add(1),
                None => self.leads.push(lead),
            }
        }
        let lines = Span { start: first_line, end: self.lines.len() };
        let leads = Span { start: first_lead, end: self.leads.len() };
        let first_row = leads.of(&self.leads).iter().map(|lead| lead.best.row).min();
        let Some(first_row) = first_row else { return };
        let bits = bits_together(leads.of(&self.leads), ranking.bar);
        self.ranked.push(Group { bits, first_row, nodes, leads, lines, n_alike: 0 });
    }

    /// Adds how rare it is that so many surprising lines are in one tree.
    fn count_company(&mut self, bar: f64) -> Result<(), Error> {
        let Self { ranked: groups, leads, .. } = self;
        let n_leads = |group: &Group| {
            let is_surprising = |lead: &&Lead| lead.best.bits >= bar;
            group.leads.of(leads).iter().filter(is_surprising).count() as u64
        };
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

    /// Folds groups of the same lines into the first of them. Gives the number of the finding of each node.
    fn fold_alike(&mut self, n_nodes: usize) -> Vec<Option<u32>> {
        let Self { ranked: groups, nodes, lines, .. } = self;
        let hasher = DefaultHashBuilder::default();
        let mut folded: Vec<Group> = Vec::with_capacity(groups.len());
        let mut firsts: HashTable<u32> = HashTable::with_capacity(groups.len());
        let mut of_node = vec![None; n_nodes];
        for group in groups.iter() {
            let of_group = group.lines.of(lines);
            let of = |number: u32| {
                folded.get(number as usize).map_or(&[][..], |group: &Group| group.lines.of(lines))
            };
            let hash = hasher.hash_one(of_group);
            let known = firsts.find(hash, |number| of(*number) == of_group).copied();
            let number = known.unwrap_or(u32::try_from(folded.len()).unwrap_or(u32::MAX));
            for node in group.nodes.of(nodes) {
                if let Some(slot) = of_node.get_mut(*node as usize) {
                    *slot = Some(number.saturating_add(1));
                }
            }
            if known.is_some() {
                if let Some(first) = folded.get_mut(number as usize) {
                    first.n_alike = first.n_alike.saturating_add(1);
                }
            } else {
                firsts.insert_unique(hash, number, |number| hasher.hash_one(of(*number)));
                folded.push(*group);
            }
        }
        self.ranked = folded;
        of_node
    }

    /// The order of all lines. A line stands where its first finding is.
    fn order(&self, ranking: &Ranking) -> Vec<Place> {
        let n_lines = ranking.best.len();
        let mut order = Vec::with_capacity(n_lines);
        let mut is_placed = vec![false; n_lines];
        let mut home = vec![0_u32; n_lines];
        for (group, number) in self.ranked.iter().zip(1_u32..) {
            for line in group.lines.of(&self.lines) {
                if let Some(home) = home.get_mut(*line as usize).filter(|home| **home == 0) {
                    *home = number;
                }
            }
            let mut n_leads = 0_usize;
            for Lead { line, best, variants } in group.leads.of(&self.leads).iter().copied() {
                let Some(is_placed) = is_placed.get_mut(line as usize) else { continue };
                let bar = if n_leads == 0 { ranking.median } else { ranking.bar };
                if n_leads == MOST_LEADS || best.bits < bar || *is_placed {
                    continue;
                }
                *is_placed = true;
                n_leads = n_leads.saturating_add(1);
                order.push(Place { line, best, finding: number, variants, is_lead: true });
            }
        }
        let first_of_rest = order.len();
        for ((line, best), is_placed) in (0_u32..).zip(&ranking.best).zip(is_placed) {
            if let Some(best) = best.filter(|_| !is_placed) {
                let finding = home.get(line as usize).copied().unwrap_or_default();
                order.push(Place { line, best, finding, variants: 0, is_lead: false });
            }
        }
        let rest = order.get_mut(first_of_rest..).unwrap_or_default();
        rest.sort_unstable_by(|a, b| a.best.cmp(&b.best));
        order
    }

    /// Numbers the findings for which lines stand first, without gaps.
    fn renumber(&mut self, order: &mut [Place], of_node: &mut [Option<u32>]) {
        let leading: HashSet<u32> =
            order.iter().filter(|place| place.is_lead).map(|place| place.finding).collect();
        let groups = std::mem::take(&mut self.ranked).into_iter().zip(1_u32..);
        let (first, rest): (Vec<_>, Vec<_>) =
            groups.partition(|(_, number)| leading.contains(number));
        let mut names = vec![0_u32; first.len().saturating_add(rest.len()).saturating_add(1)];
        for ((group, number), name) in first.into_iter().chain(rest).zip(1_u32..) {
            if let Some(slot) = names.get_mut(number as usize) {
                *slot = name;
            }
            self.ranked.push(group);
        }
        let rename = |number: &mut u32| *number = names.get(*number as usize).copied().unwrap_or(0);
        for number in order.iter_mut().map(|place| &mut place.finding) {
            rename(number);
        }
        for number in of_node.iter_mut().flatten() {
            rename(number);
        }
    }
}

/// The bits of the strongest line and what the next ones have above the bar: company that is as usual
/// makes nothing more surprising.
fn bits_together(leads: &[Lead], bar: f64) -> f64 {
    let above = |lead: &Lead| (lead.best.bits - bar).max(0.0);
    let first = leads.first().map_or(0.0, |lead| lead.best.bits);
    first + leads.iter().take(MOST_LEADS).skip(1).map(above).sum::<f64>()
}

/// The lines in their order.
fn lines(ranking: &Ranking, order: &[Place]) -> Vec<Line> {
    let totals = totals(ranking);
    let line = |(place, rank): (&Place, u32)| {
        let total = totals.get(place.line as usize).copied().unwrap_or_default();
        Line {
            rank,
            finding: place.finding,
            is_lead: place.is_lead,
            row: place.best.row,
            count: total.count,
            variants: place.variants,
            hosts: total.hosts,
            users: total.users,
            bits: place.best.bits,
            times: total.times,
            node: place.best.at,
        }
    };
    order.iter().zip(1..).map(line).collect()
}

/// The place of each entry in the order, and how many lines and rows are known and left out.
fn left_out(ranking: &Ranking, order: &[Place]) -> (Vec<Option<u32>>, u64, u64) {
    let mut places: Vec<Option<u32>> = vec![None; ranking.best.len()];
    for (place, number) in order.iter().zip(0..) {
        if let Some(slot) = places.get_mut(place.line as usize) {
            *slot = Some(number);
        }
    }
    let mut line_of = vec![None; ranking.table.n_lines()];
    let mut known_lines = HashSet::new();
    let mut n_known_seen = 0_u64;
    for ((id, entry), slot) in ranking.table.lines().zip(&mut line_of) {
        let line = ranking.lens.line(id);
        let place = places.get(line as usize).copied().flatten();
        if entry.count == 0 {
            continue;
        }
        if ranking.is_left_out(id) {
            n_known_seen = n_known_seen.saturating_add(entry.count);
            // A line may be known of one parent and new of another.
            known_lines.extend(place.is_none().then_some(line));
        } else {
            *slot = place;
        }
    }
    (line_of, known_lines.len() as u64, n_known_seen)
}

/// Finding and bits of the rows that are elsewhere than their line.
fn rows_apart(
    ranking: &Ranking,
    lines: &[Line],
    line_of: &[Option<u32>],
    of_node: &[Option<u32>],
) -> HashMap<u64, (u32, f64)> {
    let mut rows = HashMap::new();
    for ((node, scored), number) in ranking.nodes.iter().zip(&ranking.scored).zip(of_node) {
        let (Some(scored), Some(number)) = (scored, number) else { continue };
        let place = line_of.get(node.entry as usize).copied().flatten();
        let line = place.and_then(|place| lines.get(place as usize));
        let is_there = line.is_some_and(|line| {
            line.finding == *number && line.bits.to_bits() == scored.bits.to_bits()
        });
        if !is_there {
            rows.insert(scored.row, (*number, scored.bits));
        }
    }
    rows
}

/// What the entries of a line have together.
#[derive(Clone, Copy, Default)]
struct Total {
    count: u64,
    hosts: u64,
    users: u64,
    times: Option<(Timestamp, Timestamp)>,
}

/// What the entries of each line have together.
fn totals(ranking: &Ranking) -> Vec<Total> {
    let Ranking { table, lens, .. } = ranking;
    let mut totals = vec![Total::default(); ranking.best.len()];
    for (id, entry) in table.lines().filter(|(_, entry)| entry.count > 0) {
        let Some(total) = totals.get_mut(lens.line(id) as usize) else { continue };
        total.count = total.count.saturating_add(entry.count);
        total.times = join_times(total.times, entry.times);
    }
    let (hosts, users) =
        rayon::join(|| table.hosts_of(|id| lens.line(id)), || table.users_of(|id| lens.line(id)));
    for (line, _) in hosts {
        if let Some(total) = totals.get_mut(line as usize) {
            total.hosts = total.hosts.saturating_add(1);
        }
    }
    for (line, _) in users {
        if let Some(total) = totals.get_mut(line as usize) {
            total.users = total.users.saturating_add(1);
        }
    }
    totals
}
