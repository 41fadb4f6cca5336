mod choice; // which features the axes show
mod marks; // what is drawn of patterns and clusters
mod rows; // what a click lists

use std::fmt;

use oddsift_eventcluster::EventClusters;
use oddsift_patterns::PatternId;

use crate::{
    Figure, Labels,
    figure::{Axis, Layer, Panel, Scale, View},
    shown::Shown,
    text::{clean, count, counted, number},
};

/// The text of a pattern's first row, such as its command line.
pub type TextOf<'a> = dyn Fn(PatternId) -> Option<&'a str> + 'a;

/// Clusters as discs over two features, the area of each by its rows; noise and small clusters are set
/// apart.
///
/// A disc stands where its cluster's first pattern is, the further patterns are dots. Equal rows are
/// one mark, so a picture of a million rows is as light as one of their patterns; past 5,000 of a kind,
/// marks that lie together on all axes are one. With more than two features HTML has a choice of pairs
/// of the six with most values, and SVG the pair that shows most. Axes are logarithmic where all
/// values are positive and span two decades.
///
/// msticpy's `plot_cluster`; its `plot_features`, `plot_label`, `cut_off`, `xlabel` and `ylabel` are
/// [`features`](Self::features), [`texts`](Self::texts), [`cut_off`](Self::cut_off) and
/// [`labels`](Self::labels), and what its `verbose` prints is in the line below the title.
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
#[derive(Clone)]
pub struct ClusterPlot<'a> {
    found: &'a EventClusters,
    names: Vec<&'a str>,
    features: Option<(usize, usize)>,
    texts: Option<&'a TextOf<'a>>,
    cut_off: u64,
    note: Option<&'a str>,
    labels: Labels<'a>,
}

impl fmt::Debug for ClusterPlot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plot = f.debug_struct("ClusterPlot");
        plot.field("names", &self.names).field("features", &self.features);
        plot.field("cut_off", &self.cut_off).field("note", &self.note);
        plot.field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl<'a> ClusterPlot<'a> {
    /// Of clusters of patterns with these features.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// let found = EventClusters::params().fit(&array![[1.0], [1.0]])?;
    /// let figure = ClusterPlot::new(&found, &["pathScore"]).figure();
    /// assert_eq!(figure.title(), "1 cluster, 0 noise rows");
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
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let svg = ClusterPlot::new(&found, &names).features(Some((0, 2))).figure().to_svg();
    /// assert!(svg.contains(">bytes</text>") && !svg.contains("commandlineLen"));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "plot_features")]
    pub fn features(mut self, features: Option<(usize, usize)>) -> Self {
        self.features = features;
        self
    }

    /// Sets what is written beside a mark, shown where it is pointed at, and listed by a click.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let lines = ["ping web", "reg save"]; // of the two distinct patterns
    /// let text_of = |pattern: oddsift_patterns::PatternId| lines.get(pattern.index()).copied();
    /// let svg = ClusterPlot::new(&found, &names).texts(&text_of).figure().to_svg();
    /// assert!(svg.contains(">reg save</text>"));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "plot_label")]
    pub fn texts(mut self, texts: &'a TextOf<'a>) -> Self {
        self.texts = Some(texts);
        self
    }

    /// Sets from how many rows on a cluster counts as common; default 3. Smaller ones are drawn as
    /// squares.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let plot = ClusterPlot::new(&found, &names); // its one cluster has 2 rows
    /// assert_ne!(plot.cut_off(2).figure(), ClusterPlot::new(&found, &names).cut_off(3).figure());
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn cut_off(mut self, cut_off: u64) -> Self {
        self.cut_off = cut_off;
        self
    }

    /// Adds to the line below the title, such as the parameters of the fit.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let plot = ClusterPlot::new(&found, &names).note(Some("min_samples 2"));
    /// assert!(plot.figure().to_svg().contains("min_samples 2"));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn note(mut self, note: Option<&'a str>) -> Self {
        self.note = note;
        self
    }

    /// Sets title and labels of the axes; of several pairs of features those of the first.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::{ClusterPlot, Labels};
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let labels = Labels { title: Some("Host 7"), x: Some("the path"), y: None };
    /// let figure = ClusterPlot::new(&found, &names).features(Some((0, 1))).labels(labels).figure();
    /// assert_eq!(figure.title(), "Host 7");
    /// assert!(figure.to_svg().contains(">the path</text>"));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn labels(mut self, labels: Labels<'a>) -> Self {
        self.labels = labels;
        self
    }

    /// What is to be drawn. Time and memory are linear in the patterns.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_plot::ClusterPlot;
    /// # let found = EventClusters::params().fit(&array![[1.0, 2.0, 7.0], [1.0, 2.0, 7.0], [1.0, 9.0, 3.0]])?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let figure = ClusterPlot::new(&found, &names).figure();
    /// assert_eq!(figure.title(), "1 cluster, 1 noise row");
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn figure(&self) -> Figure {
        let shown = self.shown();
        let told = self.told(&shown);
        let (clouds, n_merged) = self.clouds(&shown, &told);
        let pairs = self.pairs(&shown).into_iter();
        let views = pairs.enumerate().map(|(nth, pair)| {
            // Words for two axes are for those that are seen first.
            let labels = if nth == 0 { self.labels } else { Labels::default() };
            self.view(&shown, pair, labels, clouds.len())
        });
        let (title, facts) = self.labels.heading(self.counts(), self.facts(n_merged));
        Figure { title, facts, views: views.collect(), clouds, details: self.details(&told) }
    }

    fn counts(&self) -> String {
        let clusters = counted(self.found.clusters().len() as u64, "cluster", "clusters");
        let noise = counted(self.found.n_noise_rows(), "noise row", "noise rows");
        format!("{clusters}, {noise}")
    }

    fn facts(&self, n_merged: usize) -> String {
        let table = self.found.patterns();
        let rows = counted(table.n_rows(), "row", "rows");
        let note = self.note.map(|note| format!("; {}", clean(note, 120))).unwrap_or_default();
        let eps = number(self.found.model().eps());
        let n_distinct = table.len();
        let drawn = match n_merged {
            0 => String::new(),
            n => format!("; {} of them drawn, those apart", count((n_distinct - n) as u64)),
        };
        let areas = match self.least_scaled() {
            0..=2 => "areas by rows".to_owned(),
            rows => format!("areas by rows, from {} on", count(rows)),
        };
        format!("{rows}, {} distinct{drawn}; eps {eps}{note}; {areas}", count(n_distinct as u64))
    }

    fn value(&self, pattern: PatternId, feature: usize) -> f64 {
        self.found.patterns().values(pattern).get(feature).copied().unwrap_or(0.0)
    }

    fn name(&self, feature: usize) -> &'a str {
        self.names.get(feature).copied().unwrap_or("feature")
    }

    fn view(
        &self,
        shown: &Shown,
        (x, y): (usize, usize),
        labels: Labels<'_>,
        n_clouds: usize,
    ) -> View {
        let mut y_axis = shown.axis(y, labels.y);
        if x == y {
            y_axis = Axis::new("", Scale::Linear, y_axis.range);
        }
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: shown.axis(x, labels.x),
            y: y_axis,
            layers: (0..n_clouds).map(|cloud| Layer::Points { cloud, x, y }).collect(),
        };
        let name = |place: usize| clean(self.name(shown.feature(place)), 40);
        let chosen_by = format!("{} and {}", name(x), name(y));
        View { name: chosen_by, n_columns: 1, panels: vec![panel] }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::{
        marks::{LARGEST, MOST_MARKS},
        *,
    };
    use crate::figure::Role;

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
    fn many_features_are_a_choice_of_few() {
        let n_features = 300;
        let x =
            Array2::from_shape_fn((40, n_features), |(row, column)| (row % (column + 2)) as f64);
        let found = EventClusters::params().fit(&x).unwrap();
        let names: Vec<String> = (0..n_features).map(|column| format!("f{column}")).collect();
        let figure = ClusterPlot::new(&found, &names).figure();
        assert_eq!(figure.views.len(), 15);
        assert_eq!(figure.views[0].name, "f38 and f39"); // the first ones with forty values
        assert!(figure.clouds.iter().all(|cloud| cloud.columns.len() == 6));
        let one = ClusterPlot::new(&found, &names).features(Some((299, 7))).figure();
        assert_eq!(one.views[0].panels[0].x.label, "f299");
        let texts = one.clouds.iter().flat_map(|cloud| &cloud.texts);
        assert!(texts.clone().all(|text| text.contains("f299 ") && text.lines().count() < 12));
        assert!(one.details.iter().all(|table| table.header.len() < 12));
    }

    #[test]
    fn labels_of_axes_are_for_the_first_pair() {
        let labels = Labels { x: Some("the path"), ..Labels::default() };
        let found = found(9);
        let figure = ClusterPlot::new(&found, &NAMES).labels(labels).figure();
        let labels_of = figure.views.iter().map(|view| view.panels[0].x.label.as_str());
        let own = ["pathScore (sum of character codes)", "commandlineTokensFull (delimiters)"];
        assert_eq!(labels_of.collect::<Vec<_>>(), ["the path", own[0], own[1]]);
        let pair = ClusterPlot::new(&found, &NAMES).labels(labels).features(Some((2, 0))).figure();
        assert_eq!(pair.views[0].panels[0].x.label, "the path");
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
        let drawn = count(figure.clouds[0].sizes.len() as u64);
        let facts = format!("20\u{202f}000 distinct; {drawn} of them drawn, those apart;");
        assert!(figure.facts.contains(&facts), "{}", figure.facts);
    }
}
