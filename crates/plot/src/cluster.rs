use oddsift_eventcluster::{Cluster, EventClusters};
use oddsift_patterns::{PatternId, Timestamp};

use crate::{
    Figure,
    figure::{Axis, Cloud, Layer, Panel, Role, Scale, Table, View},
    labels::{Labels, axis_label},
    text::{clean, count, counted, number},
    thin::thin,
};

/// The text of a pattern's first row, such as its command line.
pub type TextOf<'a> = dyn Fn(PatternId) -> Option<&'a str> + 'a;

/// Clusters as discs over two features, the area of each by its rows; noise and small clusters are set
/// apart.
///
/// A disc stands where its cluster's first pattern is, the further patterns are dots. Equal rows are
/// one mark, so a picture of a million rows is as light as one of their patterns; past 5,000 of a kind,
/// marks that fall together are merged. With more than two features HTML has a choice of pairs, and SVG
/// the pair that shows most. Axes are logarithmic where all values are positive and span two decades.
///
/// msticpy's `plot_cluster`; its `plot_features`, `plot_label`, `cut_off`, `xlabel` and `ylabel` are
/// [`features`](Self::features), [`texts`](Self::texts), [`cut_off`](Self::cut_off),
/// [`x_label`](Self::x_label) and [`y_label`](Self::y_label), and what its `verbose` prints is in the
/// line below the title.
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::EventClusters;
/// use oddsift_plot::ClusterPlot;
///
/// let x = array![[10.0, 1.0], [10.0, 1.0], [90.0, 9.0], [1.0, 9.0]];
/// let found = EventClusters::params().eps(0.01).fit(&x)?;
/// let figure = ClusterPlot::new(&found, &["pathScore", "commandlineTokensFull"]).figure();
/// assert_eq!(figure.title(), "1 cluster, 1 noise row");
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[doc(alias = "plot_cluster")]
pub struct ClusterPlot<'a> {
    found: &'a EventClusters,
    names: Vec<&'a str>,
    features: Option<(usize, usize)>,
    texts: Option<&'a TextOf<'a>>,
    cut_off: u64,
    note: Option<&'a str>,
    labels: Labels<'a>,
}

/// Marks of a kind that are drawn at most.
const MOST_MARKS: usize = 5000;
/// Clusters of which a click lists rows.
const MOST_LISTED: usize = 1000;
/// Rows that it lists.
const LISTED_ROWS: usize = 10;
/// Words beside marks.
const MOST_LABELS: usize = 40;
/// Pairs of features to choose from.
const MOST_VIEWS: usize = 15;
/// Diameters in pixels.
const SMALLEST: f64 = 7.0;
const LARGEST: f64 = 46.0;
const DOT: f64 = 4.0;

impl<'a> ClusterPlot<'a> {
    /// Of clusters of patterns with these features.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// let found = EventClusters::params().fit(&array![[1.0], [1.0]])?;
    /// let plot = ClusterPlot::new(&found, &["pathScore"]);
    /// # let _ = plot;
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn new<S: AsRef<str>>(found: &'a EventClusters, names: &'a [S]) -> Self {
        let names = names.iter().map(AsRef::as_ref).take(found.patterns().n_features()).collect();
        Self {
            found,
            names,
            features: None,
            texts: None,
            cut_off: 3,
            note: None,
            labels: Labels::default(),
        }
    }

    /// Sets which features the axes show, by their places; without it there is a choice.
    #[must_use]
    #[doc(alias = "plot_features")]
    pub fn features(mut self, features: Option<(usize, usize)>) -> Self {
        self.features = features;
        self
    }

    /// Sets what is written beside a mark, shown where it is pointed at, and listed by a click.
    #[must_use]
    #[doc(alias = "plot_label")]
    pub fn texts(mut self, texts: &'a TextOf<'a>) -> Self {
        self.texts = Some(texts);
        self
    }

    /// Sets from how many rows on a cluster counts as common; default 3. Smaller ones are drawn as
    /// squares.
    #[must_use]
    pub fn cut_off(mut self, cut_off: u64) -> Self {
        self.cut_off = cut_off;
        self
    }

    /// Adds to the line below the title, such as the parameters of the fit.
    #[must_use]
    pub fn note(mut self, note: Option<&'a str>) -> Self {
        self.note = note;
        self
    }

    /// Sets the title; without, it tells how many clusters and noise rows there are.
    #[must_use]
    pub fn title(mut self, title: Option<&'a str>) -> Self {
        self.labels.title = title;
        self
    }

    /// Sets the label of the x axis; without, it is the feature's name.
    #[must_use]
    #[doc(alias = "xlabel")]
    pub fn x_label(mut self, label: Option<&'a str>) -> Self {
        self.labels.x = label;
        self
    }

    /// Sets the label of the y axis.
    #[must_use]
    #[doc(alias = "ylabel")]
    pub fn y_label(mut self, label: Option<&'a str>) -> Self {
        self.labels.y = label;
        self
    }

    /// What is to be drawn. Time and memory are linear in the patterns.
    pub fn figure(&self) -> Figure {
        let pairs = self.pairs();
        let clouds = self.clouds(pairs.first().copied().unwrap_or((0, 0)));
        let views = pairs.iter().map(|pair| self.view(*pair, &clouds)).collect();
        let counts = self.counts();
        let (title, facts) = match self.labels.title {
            Some(title) => (clean(title, 120), format!("{counts}; {}", self.facts())),
            None => (counts, self.facts()),
        };
        Figure { title, facts, clouds, views, details: self.details() }
    }

    fn counts(&self) -> String {
        let clusters = counted(self.found.clusters().len() as u64, "cluster", "clusters");
        let noise = counted(self.found.n_noise_rows(), "noise row", "noise rows");
        format!("{clusters}, {noise}")
    }

    fn facts(&self) -> String {
        let table = self.found.patterns();
        let rows = counted(table.n_rows(), "row", "rows");
        let note = self.note.map(|note| format!("; {}", clean(note, 120))).unwrap_or_default();
        let eps = number(self.found.model().eps());
        format!("{rows}, {} distinct; eps {eps}{note}; areas by rows", count(table.len() as u64))
    }

    fn value(&self, pattern: PatternId, feature: usize) -> f64 {
        self.found.patterns().values(pattern).get(feature).copied().unwrap_or(0.0)
    }

    /// The pairs of features to look at, the one that shows most first.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.names.len();
        if let Some((x, y)) = self.features {
            return vec![(x.min(n.saturating_sub(1)), y.min(n.saturating_sub(1)))];
        }
        if n < 2 {
            return vec![(0, 0)];
        }
        let n_distinct: Vec<usize> = (0..n).map(|feature| self.n_distinct(feature)).collect();
        let mut pairs: Vec<(usize, usize)> =
            (0..n).flat_map(|x| (x + 1..n).map(move |y| (x, y))).collect();
        let shows = |&(x, y): &(usize, usize)| n_distinct.get(x).min(n_distinct.get(y)).copied();
        pairs.sort_by_key(|pair| std::cmp::Reverse(shows(pair)));
        pairs.truncate(MOST_VIEWS);
        pairs
    }

    fn n_distinct(&self, feature: usize) -> usize {
        let table = self.found.patterns();
        let mut values: Vec<u64> =
            table.ids().map(|id| self.value(id, feature).to_bits()).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    }

    /// Noise, small clusters, the others and their further patterns, as far as they are there.
    fn clouds(&self, (x, y): (usize, usize)) -> Vec<Cloud> {
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

    fn text_of(&self, pattern: PatternId) -> Option<&'a str> {
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

    fn view(&self, (x, y): (usize, usize), clouds: &[Cloud]) -> View {
        let name = |feature: usize| self.names.get(feature).copied().unwrap_or("feature");
        let axis = |feature: usize, label: Option<&str>| {
            let values = clouds.iter().filter_map(|cloud| cloud.columns.get(feature)).flatten();
            Axis::of_values(label.unwrap_or(&axis_label(name(feature))), values.copied())
        };
        let points = |cloud| Layer::Points { cloud, x, y };
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: axis(x, self.labels.x),
            y: if x == y {
                Axis::new("", Scale::Linear, axis(y, None).range)
            } else {
                axis(y, self.labels.y)
            },
            layers: (0..clouds.len()).map(points).collect(),
        };
        let chosen_by = format!("{} and {}", clean(name(x), 40), clean(name(y), 40));
        View { name: chosen_by, n_columns: 1, panels: vec![panel] }
    }

    /// The heaviest patterns of each cluster.
    fn details(&self) -> Vec<Table> {
        let table = self.found.patterns();
        let has_times = table.ids().next().is_some_and(|id| table.times(id).is_some());
        let of_cluster = |cluster: &Cluster| {
            let mut patterns = cluster.patterns().to_vec();
            patterns.sort_by_key(|id| (std::cmp::Reverse(table.weight(*id)), table.first_row(*id)));
            patterns.truncate(LISTED_ROWS);
            let rows =
                patterns.into_iter().map(|pattern| self.detail(pattern, has_times)).collect();
            Table {
                title: format!(
                    "Cluster {}: {}, {}",
                    cluster.label(),
                    counted(cluster.size(), "row", "rows"),
                    counted(cluster.patterns().len() as u64, "pattern", "patterns"),
                ),
                header: self.detail_header(has_times),
                numeric: self.detail_numeric(has_times),
                rows,
            }
        };
        self.found.clusters().iter().take(MOST_LISTED).map(of_cluster).collect()
    }

    fn detail_header(&self, has_times: bool) -> Vec<String> {
        let mut header = vec!["Rows".to_owned(), "First row".to_owned()];
        header.extend(
            has_times
                .then(|| ["First (UTC)", "Last (UTC)"].map(str::to_owned))
                .into_iter()
                .flatten(),
        );
        header.extend(self.texts.map(|_| "Example".to_owned()));
        header.extend(self.names.iter().map(|name| clean(name, 40)));
        header
    }

    fn detail_numeric(&self, has_times: bool) -> Vec<bool> {
        let n_text = if has_times { 2 } else { 0 } + usize::from(self.texts.is_some());
        let mut numeric = vec![true; 2];
        numeric.extend(std::iter::repeat_n(false, n_text));
        numeric.extend(std::iter::repeat_n(true, self.names.len()));
        numeric
    }

    fn detail(&self, pattern: PatternId, has_times: bool) -> Vec<String> {
        let table = self.found.patterns();
        let mut cells = vec![count(table.weight(pattern)), count(table.first_row(pattern))];
        if has_times {
            let (first, last) = table.times(pattern).unzip();
            cells.extend([first, last].map(|time| time.map(short_time).unwrap_or_default()));
        }
        if self.texts.is_some() {
            cells.push(clean(self.text_of(pattern).unwrap_or(""), 200));
        }
        cells.extend((0..self.names.len()).map(|feature| number(self.value(pattern, feature))));
        cells
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

fn span(first: Timestamp, last: Timestamp) -> String {
    if first == last {
        return format!("{} UTC", short_time(first));
    }
    format!("{} to {} UTC", short_time(first), short_time(last))
}

fn short_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    const NAMES: [&str; 3] = ["pathScore", "commandlineTokensFull", "isSystemSession"];

    /// Clusters of 1, 2, .. rows at 10, 20, .. and a noise row, in a feature that tells all and two that
    /// tell less.
    fn found(n_clusters: usize) -> EventClusters {
        let rows: Vec<[f64; 3]> = (2..n_clusters + 2)
            .flat_map(|size| vec![[10.0 * size as f64, (size % 5) as f64, 1.0]; size])
            .chain([[5.0, 1.0, 0.0]])
            .collect();
        let x = Array2::from_shape_fn((rows.len(), 3), |(row, column)| rows[row][column]);
        EventClusters::params()
            .scaling(oddsift_eventcluster::Scaling::None)
            .eps(0.1)
            .fit(&x)
            .unwrap()
    }

    #[test]
    fn first_view_is_of_the_features_that_tell_most() {
        let figure = ClusterPlot::new(&found(9), &NAMES).figure();
        let names: Vec<&str> = figure.views.iter().map(|view| view.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "pathScore and commandlineTokensFull",
                "pathScore and isSystemSession",
                "commandlineTokensFull and isSystemSession"
            ]
        );
        let one = ClusterPlot::new(&found(9), &NAMES).features(Some((2, 0))).figure();
        assert_eq!(one.views.len(), 1);
        assert_eq!(one.views[0].panels[0].x.label, "isSystemSession (0 no, 1 yes)");
    }

    #[test]
    fn noise_and_small_clusters_are_set_apart() {
        let found = found(9);
        let figure = ClusterPlot::new(&found, &NAMES).cut_off(4).figure();
        let kinds: Vec<(&str, Role, usize)> =
            figure.clouds.iter().map(|it| (it.name.as_str(), it.role, it.sizes.len())).collect();
        assert_eq!(
            kinds,
            [
                ("clusters", Role::Common, 7),
                ("clusters under 4", Role::Rare, 2),
                ("noise", Role::Odd, 1)
            ]
        );
        // Ten rows are drawn largest, and an area is by the rows.
        let sizes = &figure.clouds[0].sizes;
        assert!((sizes[6] - LARGEST).abs() < 1e-9);
        assert!((sizes[0] / sizes[6] - (4.0_f64 / 10.0).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn click_lists_rows_of_clusters_and_none_of_noise() {
        let found = found(3);
        let text = |_: PatternId| Some("cmd\u{1b}<b>");
        let figure = ClusterPlot::new(&found, &NAMES).texts(&text).figure();
        let noise = figure.clouds.iter().find(|cloud| cloud.role == Role::Odd).unwrap();
        assert!(noise.details.is_empty());
        let common = figure.clouds.iter().find(|cloud| cloud.role == Role::Common).unwrap();
        let table = &figure.details[common.details[0] as usize];
        assert_eq!(table.title, "Cluster 1: 3 rows, 1 pattern");
        assert_eq!(table.rows[0][..3], ["3", "2", "cmd␛<b>"]);
        assert_eq!(table.header.len(), table.rows[0].len());
        assert_eq!(table.header.len(), table.numeric.len());
    }

    #[test]
    fn very_many_odd_rows_are_bounded_and_counted() {
        let x =
            Array2::from_shape_fn((20_000, 2), |(row, column)| (row * (column + 3)) as f64 * 7.0);
        let params = EventClusters::params().scaling(oddsift_eventcluster::Scaling::None).eps(0.1);
        let found = params.fit(&x).unwrap();
        let figure = ClusterPlot::new(&found, &["a", "b"]).figure();
        assert_eq!(figure.title, "0 clusters, 20\u{202f}000 noise rows");
        assert!(figure.clouds[0].sizes.len() <= MOST_MARKS);
        assert!(figure.clouds[0].texts[0].contains(" more beside it"));
    }
}
