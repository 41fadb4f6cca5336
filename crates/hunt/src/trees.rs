//! Rows to trees: processes by their numbers, else what happened in one session within a short time.

use hashbrown::HashMap;
use rayon::slice::ParallelSliceMut;

use crate::occurrence::{NONE, Occurrence};
use crate::shape::Shape;

/// A parent with more children is a hub, such as a service or the shell of a session: its children are
/// no finding together, but for those that are alike and surprising ones in a short span.
pub(crate) const MOST_CHILDREN: usize = 12;
/// Rows of a session, or of a hub, that are further apart are not joined, in seconds.
const SHORT_SPAN: i64 = 300;

/// A row that may be part of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// The number of its line in the table.
    pub(crate) entry: u32,
    pub(crate) seen: Occurrence,
    /// The name of the program.
    pub(crate) name: u32,
    /// The name of the parent as the row has it; `NONE` where it has none.
    pub(crate) parent: u32,
    /// Alike rows have the same program and shape.
    pub(crate) alike: (u32, Shape),
}

/// Which rows belong together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forest {
    /// The node that started each node, where the log has it.
    pub(crate) parent: Vec<Option<u32>>,
    /// The number of each node's tree.
    pub(crate) tree: Vec<u32>,
    /// The name of each process that started nodes, whether or not the log has its start.
    pub(crate) starters: Vec<u32>,
    /// Nodes with the place of the process that started them, sorted by it and by time.
    pub(crate) families: Vec<(u32, u32)>,
    /// The nodes by time.
    by_time: Vec<u32>,
}

/// A process that started others.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Starter {
    Node(u32),
    /// A process whose start is not there: host, number, name, and the process that had the number before.
    Unseen(u32, u64, u32, Option<u32>),
}

impl Forest {
    /// Finds the process that started each node, without joining any. It depends on times, and on row numbers
    /// where times are equal or missing.
    pub(crate) fn plant(nodes: &[Node]) -> Self {
        let mut by_time: Vec<u32> = (0..).take(nodes.len()).collect();
        by_time
            .par_sort_unstable_by_key(|at| node(nodes, *at).map(|it| (it.seen.time, it.seen.row)));
        let mut forest = Self { parent: vec![None; nodes.len()], ..Self::default() };
        find_families(nodes, &by_time, &mut forest);
        forest.by_time = by_time;
        forest
    }

    /// Joins nodes to trees.
    pub(crate) fn grow(&mut self, nodes: &[Node], is_surprising: impl Fn(u32) -> bool) {
        let mut sets = Sets::new(nodes.len());
        for family in self.families.chunk_by(|a, b| a.0 == b.0) {
            let children = || family.iter().map(|(_, child)| *child);
            if family.len() > MOST_CHILDREN {
                join_alike(nodes, children(), &mut sets);
                join_bursts(nodes, children().filter(|child| is_surprising(*child)), &mut sets);
            } else {
                let parent = |child: u32| *self.parent.get(child as usize)?;
                join_all(
                    children().next().and_then(parent).into_iter().chain(children()),
                    &mut sets,
                );
            }
        }
        join_sessions(nodes, &self.by_time, &mut sets);
        self.tree = (0..).take(nodes.len()).map(|at| sets.find(at)).collect();
    }
}

fn node(nodes: &[Node], at: u32) -> Option<&Node> {
    nodes.get(at as usize)
}

/// Finds the process that started each node.
fn find_families(nodes: &[Node], order: &[u32], forest: &mut Forest) {
    let mut running: HashMap<(u32, u64), u32> = HashMap::new();
    let mut places: HashMap<Starter, u32> = HashMap::new();
    for at in order {
        let Some(one) = node(nodes, *at) else { continue };
        if let Some(parent_pid) = one.seen.parent_pid {
            let before = running.get(&(one.seen.host, parent_pid)).copied();
            // Numbers are used again: a parent must have the name that the row gives it.
            let is_parent = |at: &u32| {
                let name = node(nodes, *at).map(|node| node.name);
                one.parent == NONE || name == Some(one.parent)
            };
            let starter = match before.filter(is_parent) {
                Some(parent) => Starter::Node(parent),
                None => Starter::Unseen(one.seen.host, parent_pid, one.parent, before),
            };
            if let (Starter::Node(parent), Some(slot)) =
                (starter, forest.parent.get_mut(*at as usize))
            {
                *slot = Some(parent);
            }
            let place = *places.entry(starter).or_insert_with(|| {
                forest.starters.push(one.parent);
                u32::try_from(forest.starters.len().saturating_sub(1)).unwrap_or(NONE)
            });
            forest.families.push((place, *at));
        }
        if let Some(pid) = one.seen.pid {
            running.insert((one.seen.host, pid), *at);
        }
    }
    // Stable: siblings stay in the order of time.
    forest.families.par_sort_by_key(|(place, _)| *place);
}

fn join_all(all: impl IntoIterator<Item = u32>, sets: &mut Sets) {
    let mut all = all.into_iter();
    let Some(first) = all.next() else { return };
    all.for_each(|other| sets.join(first, other));
}

/// Variants of one thing that a hub started again and again are one.
fn join_alike(nodes: &[Node], children: impl IntoIterator<Item = u32>, sets: &mut Sets) {
    let mut firsts: HashMap<(u32, Shape), u32> = HashMap::new();
    for child in children {
        let Some(one) = node(nodes, child) else { continue };
        sets.join(*firsts.entry(one.alike).or_insert(child), child);
    }
}

/// Surprising children of a hub that started soon after each other are one: somebody at work in a shell. A
/// service starts such ones far apart.
fn join_bursts(nodes: &[Node], children: impl IntoIterator<Item = u32>, sets: &mut Sets) {
    let mut last: Option<u32> = None;
    for child in children {
        if let Some(last) = last.filter(|last| is_soon_after(nodes, *last, child)) {
            sets.join(last, child);
        }
        last = Some(child);
    }
}

/// Whether a node started within a short span after an earlier one.
fn is_soon_after(nodes: &[Node], earlier: u32, later: u32) -> bool {
    let second = |at| Some(node(nodes, at)?.seen.time?.as_second());
    let seconds = second(earlier).zip(second(later));
    seconds.is_some_and(|(earlier, later)| later.saturating_sub(earlier) <= SHORT_SPAN)
}

/// Rows without numbers of processes are joined by session and time.
fn join_sessions(nodes: &[Node], order: &[u32], sets: &mut Sets) {
    let mut spans: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    let mut closed: Vec<Vec<u32>> = Vec::new();
    for at in order {
        let Some(one) = node(nodes, *at) else { continue };
        if one.seen.time.is_none() || one.seen.parent_pid.is_some() {
            continue;
        }
        if one.seen.host == NONE && one.seen.session == NONE {
            continue;
        }
        let span = spans.entry((one.seen.host, one.seen.session)).or_default();
        if span.last().is_some_and(|last| !is_soon_after(nodes, *last, *at)) {
            closed.push(std::mem::take(span));
        }
        span.push(*at);
    }
    closed.extend(spans.into_values());
    for span in closed {
        if span.len() > MOST_CHILDREN {
            join_alike(nodes, span, sets);
        } else {
            join_all(span, sets);
        }
    }
}

/// Disjoint sets of nodes; the smallest node is the name of its set.
struct Sets(Vec<u32>);

impl Sets {
    fn new(len: usize) -> Self {
        Self((0..).take(len).collect())
    }

    fn find(&mut self, mut at: u32) -> u32 {
        loop {
            let up = self.0.get(at as usize).copied().unwrap_or(at);
            if up == at {
                return at;
            }
            // Halves the path: the sets stay flat.
            let above = self.0.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = self.0.get_mut(at as usize) {
                *slot = above;
            }
            at = above;
        }
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        if let Some(slot) = self.0.get_mut(one.max(other) as usize) {
            *slot = one.min(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(row: u64, pid: u64, parent_pid: u64, name: u32, parent: u32) -> Node {
        let time = oddsift_patterns::Timestamp::from_second(i64::try_from(row).unwrap()).ok();
        let (pid, parent_pid) = (Some(pid), Some(parent_pid));
        let seen = Occurrence { row, time, host: 0, user: NONE, session: NONE, pid, parent_pid };
        Node { entry: 0, seen, name, parent, alike: (name, Shape::default()) }
    }

    fn grow(nodes: &[Node]) -> Forest {
        let mut forest = Forest::plant(nodes);
        forest.grow(nodes, |_| false);
        forest
    }

    #[test]
    fn surprising_children_of_a_hub_are_joined_where_they_are_soon_after_each_other() {
        let starts = (0_u32..20).map(|n| {
            let row = u64::from(n) * if n < 10 { 300 } else { 301 };
            started(row, 100 + u64::from(n), 1, 10 + n, 3)
        });
        let nodes: Vec<Node> = starts.collect();
        let mut forest = Forest::plant(&nodes);
        forest.grow(&nodes, |at| at != 3 && at != 4);
        assert_eq!(forest.tree[..9], [0, 0, 0, 3, 4, 5, 5, 5, 5]);
        assert_eq!(forest.tree[11..], [11, 12, 13, 14, 15, 16, 17, 18, 19]);
    }

    #[test]
    fn a_child_joins_the_parent_that_ran_when_it_started() {
        let nodes = [
            started(0, 10, 1, 7, 6),
            started(1, 11, 10, 8, 7),
            started(2, 10, 2, 9, 5), // the number is used again
            started(3, 12, 10, 8, 9),
            started(4, 13, 10, 8, 7), // names a parent that is no more
        ];
        let forest = grow(&nodes);
        assert_eq!(forest.parent, [None, Some(0), None, Some(2), None]);
        assert_eq!(forest.tree, [0, 0, 2, 2, 4]);
    }

    #[test]
    fn children_of_a_parent_that_is_not_there_are_one_tree() {
        let forest = grow(&[started(0, 10, 1, 7, 6), started(1, 11, 1, 8, 6)]);
        assert_eq!(forest.tree, [0, 0]);
    }

    #[test]
    fn a_hub_does_not_join_its_children_but_variants() {
        let mut nodes = vec![started(0, 1, 0, 3, 2)];
        nodes
            .extend((1..20).map(|n| started(n, 100 + n, 1, u32::try_from(10 + n / 2).unwrap(), 3)));
        let forest = grow(&nodes);
        assert_eq!((forest.tree[0], forest.tree[2], forest.tree[3]), (0, 2, 2));
        assert_ne!(forest.tree[4], forest.tree[2]);
    }

    #[test]
    fn rows_without_numbers_are_joined_within_a_short_time() {
        let row = |row: u64, second: i64| {
            let time = oddsift_patterns::Timestamp::from_second(second).ok();
            let seen = Occurrence {
                row,
                time,
                host: 0,
                user: NONE,
                session: 1,
                pid: None,
                parent_pid: None,
            };
            Node { entry: 0, seen, name: 1, parent: 2, alike: (0, Shape::default()) }
        };
        let forest = grow(&[row(0, 0), row(1, 299), row(2, 600), row(3, 700)]);
        assert_eq!(forest.tree, [0, 0, 2, 2]);
    }
}
