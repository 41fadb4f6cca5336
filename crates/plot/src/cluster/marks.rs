use oddsift_eventcluster::Cluster;
use oddsift_patterns::PatternId;

use super::{ClusterPlot, rows::span};
use crate::{
    figure::{Cloud, Role},
    shown::Shown,
    text::{clean, count, counted, number, rounded},
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
    /// Noise, small clusters, the others and their further patterns, as far as they are there; and how
    /// many marks are not drawn, as they lie together with one that is.
    pub(super) fn clouds(&self, shown: &Shown, told: &[usize]) -> (Vec<Cloud>, usize) {
        let clusters = self.found.clusters();
        let largest = self.largest() as f64;
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
        let mut n_merged = 0;
        let kinds = kinds.into_iter().filter(|marks| !marks.points.is_empty());
        let clouds = kinds.map(|mut marks| {
            let value = |mark: &Mark, nth: usize| self.value(mark.pattern, shown.feature(nth));
            let more = thin(&mut marks.points, MOST_MARKS, &shown.axes, value);
            n_merged += more.iter().sum::<usize>();
            self.cloud(marks, &more, shown, told)
        });
        let clouds = clouds.collect();
        (clouds, n_merged)
    }

    fn largest(&self) -> u64 {
        self.found.clusters().iter().map(Cluster::size).max().unwrap_or(1).max(1)
    }

    /// From how many rows on the area of a cluster's mark is by its rows; smaller ones are alike.
    pub(super) fn least_scaled(&self) -> u64 {
        rounded((self.largest() as f64 * (SMALLEST / LARGEST).powi(2)).ceil())
    }

    fn cloud(&self, marks: Marks, more: &[usize], shown: &Shown, told: &[usize]) -> Cloud {
        let is_small = marks.points.first().is_some_and(|mark| mark.size <= DOT);
        let column = |feature: &usize| {
            marks.points.iter().map(|it| self.value(it.pattern, *feature)).collect::<Vec<f64>>()
        };
        let texts = marks.points.iter().zip(more).map(|(mark, more)| self.text(mark, *more, told));
        // Noise has none; of the clusters all have a number, and the last of very many list nothing.
        let listed = |mark: &Mark| Some(u32::try_from(mark.cluster?).unwrap_or(u32::MAX));
        Cloud {
            name: marks.name,
            role: marks.role,
            columns: shown.features.iter().map(column).collect(),
            sizes: marks.points.iter().map(|mark| mark.size).collect(),
            texts: texts.collect(),
            labels: if is_small { Vec::new() } else { self.labels_of(&marks.points) },
            details: marks.points.iter().map_while(listed).collect(),
        }
    }

    /// What is shown of a mark; of a dot, of which there are many, less.
    fn text(&self, mark: &Mark, n_merged: usize, told: &[usize]) -> String {
        let is_dot = mark.size <= DOT;
        let table = self.found.patterns();
        let rows = table.count(mark.pattern);
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
        let told = if is_dot { &[] } else { told };
        lines.extend(told.iter().map(|feature| {
            let value = number(self.value(mark.pattern, *feature));
            format!("{} {value}", clean(self.name(*feature), 40))
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
            None => self.found.patterns().count(mark.pattern),
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
