//! Rows to trees: processes by their numbers, else what happened in one session within a short time.

use hashbrown::HashMap;

use crate::occurrence::{NONE, Occurrence};
use crate::shape::Shape;

/// A parent with more children is a hub, such as a service or the shell of a session: its children are
/// no finding together.
pub(crate) const MOST_CHILDREN: usize = 12;
/// Rows of a session that are further apart are not joined, in seconds.
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
}

/// A process that started others.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Starter {
    Node(u32),
    /// A process whose start is not there: host, number, name, and the process that had the number before.
    Unseen(u32, u64, u32, Option<u32>),
}

/// Joins nodes to trees. They depend on times, and on row numbers where times are equal or missing.
pub(crate) fn grow(nodes: &[Node]) -> Forest {
    let mut order: Vec<u32> = (0..).take(nodes.len()).collect();
    order.sort_unstable_by_key(|at| node(nodes, *at).map(|node| (node.seen.time, node.seen.row)));
    let mut forest = Forest { parent: vec![None; nodes.len()], ..Forest::default() };
    let mut sets = Sets::new(nodes.len());
    find_families(nodes, &order, &mut forest);
    for children in forest.families.chunk_by(|a, b| a.0 == b.0) {
        let child = |(_, child): &(u32, u32)| *child;
        if children.len() > MOST_CHILDREN {
            join_alike(nodes, children.iter().map(child), &mut sets);
        } else {
            let first = children.first().map(child);
            let parent = first.and_then(|first| *forest.parent.get(first as usize)?);
            join_all(parent.into_iter().chain(children.iter().map(child)), &mut sets);
        }
    }
    join_sessions(nodes, &order, &mut sets);
    forest.tree = (0..).take(nodes.len()).map(|at| sets.find(at)).collect();
    forest
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
    forest.families.sort_by_key(|(place, _)| *place);
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

/// Rows without numbers of processes are joined by session and time.
fn join_sessions(nodes: &[Node], order: &[u32], sets: &mut Sets) {
    let mut spans: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    let mut closed: Vec<Vec<u32>> = Vec::new();
    for at in order {
        let Some(one) = node(nodes, *at) else { continue };
        let Some(time) = one.seen.time.filter(|_| one.seen.parent_pid.is_none()) else { continue };
        if one.seen.host == NONE && one.seen.session == NONE {
            continue;
        }
        let span = spans.entry((one.seen.host, one.seen.session)).or_default();
        let last = span.last().and_then(|last| node(nodes, *last)?.seen.time);
        let is_near = |last: oddsift_patterns::Timestamp| {
            time.as_second().saturating_sub(last.as_second()) <= SHORT_SPAN
        };
        if last.is_some_and(|last| !is_near(last)) {
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
