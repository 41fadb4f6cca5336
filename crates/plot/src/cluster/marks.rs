use oddsift_eventcluster::Cluster;
use oddsift_patterns::PatternId;

use super::{ClusterPlot, rows::span};
use crate::{
    figure::{Cloud, Role},
    text::{clean, count, counted, number},
    thin::thin,
};

/// Marks of a kind that are drawn at most.
pub(super) const MOST_MARKS: usize = 5000;
/// Words beside marks.
const MOST_LABELS: usize = 40;
/// Diameters in pixels.
const SMALLEST: f64 = 7.0;
pub(super) const LARGEST: f64 = 46.0;
const DOT: f64 = 4.0;

impl<'a> ClusterPlot<'a> {
    /// Noise, small clusters, the others and their further patterns, as far as they are there.
    pub(super) fn clouds(&self, (x, y): (usize, usize)) -> Vec<Cloud> {
        let clusters = self.found.clusters();
        let largest = clusters.iter().map(Cluster::size).max().unwrap_or(1).max(1) as f64;
        let mut kinds = [
            Marks::new("further patterns", Role::Common),
            Marks::new("clusters", Role::Common),
            Marks::new(&format!("clusters under {}", self.cut_off), Role::Rare),
            Marks::new("noise", Role::Odd),
        ];
        let [further, common, rare, noise] = &mut kinds;
        for (place, cluster) in clusters.iter().enumerate() {
            let kind = if cluster.size() < self.cut_off { &mut *rare } else { &mut *common };
            let Some((first, others)) = cluster.patterns().split_first() else { continue };
            let share = cluster.size() as f64 / largest;
            let size = (LARGEST * share.sqrt()).max(SMALLEST);
            kind.push(*first, size, Some(place));
            for pattern in others {
                further.push(*pattern, DOT, Some(place));
            }
        }
        self.found.noise_patterns().for_each(|pattern| noise.push(pattern, 1.4 * SMALLEST, None));
        let kinds = kinds.into_iter().filter(|marks| !marks.points.is_empty());
        kinds.map(|marks| self.cloud(marks, (x, y))).collect()
    }

    fn cloud(&self, mut marks: Marks, (x, y): (usize, usize)) -> Cloud {
        let place = |mark: &Mark| (self.value(mark.pattern, x), self.value(mark.pattern, y));
        let n_merged = thin(&mut marks.points, MOST_MARKS, place);
        let is_small = marks.points.first().is_some_and(|mark| mark.size <= DOT);
        let column = |feature: usize| {
            marks.points.iter().map(|it| self.value(it.pattern, feature)).collect::<Vec<f64>>()
        };
        let texts = marks.points.iter().zip(&n_merged).map(|(mark, n)| self.text(mark, *n));
        // Noise has none; of the clusters all have a number, and the last of very many list nothing.
        let listed = |mark: &Mark| Some(u32::try_from(mark.cluster?).unwrap_or(u32::MAX));
        Cloud {
            name: marks.name,
            role: marks.role,
            columns: (0..self.names.len().max(1)).map(column).collect(),
            sizes: marks.points.iter().map(|mark| mark.size).collect(),
            texts: texts.collect(),
            labels: if is_small { Vec::new() } else { self.labels_of(&marks.points) },
            details: marks.points.iter().map_while(listed).collect(),
        }
    }

    /// What is shown of a mark; of a dot, of which there are many, less.
    fn text(&self, mark: &Mark, n_merged: usize) -> String {
        let is_dot = mark.size <= DOT;
        let table = self.found.patterns();
        let rows = table.weight(mark.pattern);
        let mut lines: Vec<String> = Vec::new();
        let length = if is_dot { 80 } else { 160 };
        lines.extend(self.text_of(mark.pattern).map(|text| clean(text, length)));
        let cluster = mark.cluster.and_then(|place| self.found.clusters().get(place));
        lines.push(match cluster {
            None => format!("noise, {}", counted(rows, "row", "rows")),
            Some(cluster) if !is_dot => format!(
                "cluster {}: {}, {}",
                cluster.label(),
                counted(cluster.size(), "row", "rows"),
                counted(cluster.patterns().len() as u64, "pattern", "patterns"),
            ),
            Some(cluster) => {
                format!("cluster {}, {}", cluster.label(), counted(rows, "row", "rows"))
            }
        });
        let template = cluster.filter(|_| !is_dot).and_then(Cluster::template);
        lines.extend(template.map(|template| clean(&template.to_string(), 160)));
        let times = match cluster {
            Some(cluster) if !is_dot => cluster.times(),
            _ => table.times(mark.pattern).filter(|_| !is_dot),
        };
        lines.extend(times.map(|(first, last)| span(first, last)));
        let n_values = if is_dot { 0 } else { 8 };
        let values = self.names.iter().enumerate().take(n_values);
        lines.extend(values.map(|(feature, name)| {
            format!("{} {}", clean(name, 40), number(self.value(mark.pattern, feature)))
        }));
        if n_merged > 0 {
            lines.push(format!("and {} more beside it", count(n_merged as u64)));
        }
        lines.join("\n")
    }

    pub(super) fn text_of(&self, pattern: PatternId) -> Option<&'a str> {
        self.texts.and_then(|text| text(pattern)).filter(|text| !text.is_empty())
    }

    /// Words for the smallest first: of what is rare one wants to know what it is.
    fn labels_of(&self, marks: &[Mark]) -> Vec<(usize, String)> {
        let mut order: Vec<usize> = (0..marks.len()).collect();
        let size = |mark: &Mark| match mark.cluster {
            Some(place) => self.found.clusters().get(place).map_or(0, Cluster::size),
            None => self.found.patterns().weight(mark.pattern),
        };
        order.sort_by_key(|nth| marks.get(*nth).map(size));
        let word = |nth: usize| Some((nth, clean(self.text_of(marks.get(nth)?.pattern)?, 36)));
        order.into_iter().filter_map(word).take(MOST_LABELS).collect()
    }
}

/// Marks of one kind.
struct Marks {
    name: String,
    role: Role,
    points: Vec<Mark>,
}

#[derive(Clone, Copy)]
struct Mark {
    pattern: PatternId,
    size: f64,
    /// The place of its cluster.
    cluster: Option<usize>,
}

impl Marks {
    fn new(name: &str, role: Role) -> Self {
        Self { name: name.to_owned(), role, points: Vec::new() }
    }

    fn push(&mut self, pattern: PatternId, size: f64, cluster: Option<usize>) {
        self.points.push(Mark { pattern, size, cluster });
    }
}
