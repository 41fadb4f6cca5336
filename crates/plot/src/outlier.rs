mod choice; // which features, and where the others are held
mod panels; // surfaces, and the line of one feature

use ndarray::{ArrayRef2, ArrayView2};
use oddsift_iforest::IsolationForest;
use oddsift_outliers::OutlierDetector;

use crate::{
    Error, Figure, Labels,
    figure::{Axis, Cloud, Panel, Role, View},
    labels::axis_label,
    text::{clean, counted, number},
    thin::thin,
};

/// How odd a forest finds each place of two features, as a surface, with the rows that it was fitted to
/// and the outliers.
///
/// With more than two features a grid of pairs is drawn, of the four features that isolate the
/// outliers most. The other features are held at their median: there rows are. (msticpy holds them at
/// zero, where often none is, and so draws what the forest thinks of nowhere.) With one feature the
/// score is a line over it.
///
/// msticpy's `plot_outlier_results`; its `feature_columns` are the names, `plt_title` is
/// [`Labels::title`].
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::IsolationForest;
/// use oddsift_outliers::OutlierDetector;
/// use oddsift_plot::OutlierPlot;
///
/// let x = array![[1.0, 2.0], [1.1, 2.1], [0.9, 1.9], [1.0, 2.2], [9.0, 7.0]];
/// let detector = OutlierDetector::fit(&IsolationForest::params(), &x)?;
/// let odd = array![[9.0, 7.0]];
/// let plot = OutlierPlot::new(&detector, &["pathScore", "commandlineLen"]);
/// let figure = plot.training(&x, None).outliers(&odd, &["cmd /c mshta".to_owned()]).figure()?;
/// assert_eq!(figure.title(), "1 outlier among 5 rows");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "plot_outlier_results")]
#[derive(Debug, Clone)]
pub struct OutlierPlot<'a> {
    forest: &'a IsolationForest,
    names: Vec<&'a str>,
    usual: Option<ArrayView2<'a, f64>>,
    weights: Option<&'a [f64]>,
    odd: Option<ArrayView2<'a, f64>>,
    texts: &'a [String],
    counts: Option<(u64, u64)>,
    border: f64,
    features: Option<(usize, usize)>,
    labels: Labels<'a>,
}

/// Rows of a kind that are drawn at most.
const MOST_USUAL: usize = 3000;
const MOST_ODD: usize = 2000;
/// Words beside outliers.
const MOST_LABELS: usize = 12;
/// Diameters in pixels.
const USUAL_SIZE: f64 = 4.0;
const ODD_SIZE: f64 = 9.0;

impl<'a> OutlierPlot<'a> {
    /// Of a detector and its features, at its own offset.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// let detector = OutlierDetector::fit(&IsolationForest::params(), &array![[1.0], [2.0]])?;
    /// let svg = OutlierPlot::new(&detector, &["pathScore"]).figure()?.to_svg();
    /// assert!(svg.contains("pathScore"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<S: AsRef<str>>(detector: &'a OutlierDetector, names: &'a [S]) -> Self {
        let forest = detector.forest();
        Self {
            forest,
            names: names.iter().map(AsRef::as_ref).take(forest.n_features()).collect(),
            usual: None,
            weights: None,
            odd: None,
            texts: &[],
            counts: None,
            border: forest.offset(),
            features: None,
            labels: Labels::default(),
        }
    }

    /// Draws rows that the forest was fitted to; each may stand for several.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// // The first row stands for ten.
    /// let plot = OutlierPlot::new(&detector, &names).training(&x, Some(&[10.0, 1.0, 1.0]));
    /// assert_eq!(plot.figure()?.title(), "0 outliers among 3 rows");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn training(mut self, x: &'a ArrayRef2<f64>, weights: Option<&'a [f64]>) -> Self {
        self.usual = Some(x.view());
        self.weights = weights;
        self
    }

    /// Draws the outliers, the oddest first, each with the text that is told of it; no text at all
    /// will do, too.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let odd = array![[9.0, 7.0, 7.2]];
    /// let texts = ["cmd /c mshta".to_owned()];
    /// let figure = OutlierPlot::new(&detector, &names).outliers(&odd, &texts).figure()?;
    /// assert!(figure.to_svg().contains("cmd /c mshta"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn outliers(mut self, x: &'a ArrayRef2<f64>, texts: &'a [String]) -> Self {
        self.odd = Some(x.view());
        self.texts = texts;
        self
    }

    /// Sets how many outliers there are, of which the oddest are drawn, and among how many rows;
    /// without, those that are drawn and those of the training, where each counts once.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let plot = OutlierPlot::new(&detector, &names).counts(30, 500);
    /// assert_eq!(plot.figure()?.title(), "30 outliers among 500 rows");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn counts(mut self, n_outliers: u64, n_rows: u64) -> Self {
        self.counts = Some((n_outliers, n_rows));
        self
    }

    /// Sets the score below which a row is an outlier, where that is not the forest's offset: the
    /// score of the last one, if a number of outliers was asked for.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let plot = OutlierPlot::new(&detector, &names).border(-0.7);
    /// assert!(plot.figure()?.to_svg().contains("-0.7"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn border(mut self, score: f64) -> Self {
        self.border = score;
        self
    }

    /// Sets which features the axes show, by their places.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let svg = OutlierPlot::new(&detector, &names).features(Some((0, 2))).figure()?.to_svg();
    /// assert!(svg.contains(">bytes</text>") && !svg.contains("commandlineLen"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "plot_features")]
    pub fn features(mut self, features: Option<(usize, usize)>) -> Self {
        self.features = features;
        self
    }

    /// Sets title and labels of the axes.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::{Labels, OutlierPlot};
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let labels = Labels { title: Some("Host 7"), x: Some("the path"), y: Some("length") };
    /// let figure = OutlierPlot::new(&detector, &names).features(Some((0, 1))).labels(labels).figure()?;
    /// assert_eq!(figure.title(), "Host 7");
    /// let svg = figure.to_svg();
    /// assert!(svg.contains(">the path</text>") && svg.contains(">length</text>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn labels(mut self, labels: Labels<'a>) -> Self {
        self.labels = labels;
        self
    }

    /// What is to be drawn. At most six surfaces of 4,096 places are scored.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for rows of another width than the forest's, [`Error::Length`] if there is
    /// not one weight or text for each row, [`Error::Forest`] for rows that are no numbers.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_iforest::IsolationForest;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(20), &x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// # use oddsift_plot::Error;
    /// let narrow = array![[1.0, 2.0]];
    /// let error = OutlierPlot::new(&detector, &names).training(&narrow, None).figure().unwrap_err();
    /// assert_eq!(error, Error::Columns { expected: 3, found: 2 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn figure(&self) -> Result<Figure, Error> {
        self.check()?;
        let medians = self.medians();
        let features = self.chosen()?;
        let pairs = pairs(&features);
        let mut clouds = self.clouds(pairs.first().copied().unwrap_or((0, 0)));
        let panels: Result<Vec<Panel>, Error> = match features[..] {
            [only] => self.curve(only, &mut clouds).map(|panel| vec![panel]),
            _ => pairs.iter().map(|pair| self.surface(*pair, &medians, &clouds)).collect(),
        };
        let panels = panels?;
        let n_columns = match panels.len() {
            0..=2 => panels.len().max(1),
            4 => 2,
            _ => 3,
        };
        let counts = self.counted();
        let (title, facts) = match self.labels.title {
            Some(title) => (clean(title, 120), format!("{counts}; {}", self.facts())),
            None => (counts, self.facts()),
        };
        let view = View { name: String::new(), n_columns, panels };
        Ok(Figure::of_view(title, facts, clouds, view))
    }

    fn check(&self) -> Result<(), Error> {
        let expected = self.forest.n_features();
        for x in [self.usual, self.odd].into_iter().flatten() {
            if x.ncols() != expected {
                return Err(Error::Columns { expected, found: x.ncols() });
            }
        }
        let n_usual = self.usual.map_or(0, |x| x.nrows());
        let n_odd = self.odd.map_or(0, |x| x.nrows());
        if let Some(weights) = self.weights.filter(|weights| weights.len() != n_usual) {
            return Err(Error::Length { what: "weights", expected: n_usual, found: weights.len() });
        }
        if !self.texts.is_empty() && self.texts.len() != n_odd {
            return Err(Error::Length { what: "texts", expected: n_odd, found: self.texts.len() });
        }
        Ok(())
    }

    fn counted(&self) -> String {
        let n_odd = self.odd.map_or(0, |x| x.nrows() as u64);
        let n_usual = self.usual.map(|x| x.nrows() as u64);
        let (n_odd, rows) = self.counts.map_or((n_odd, n_usual), |(odd, rows)| (odd, Some(rows)));
        let among = rows.map(|n| format!(" among {}", counted(n, "row", "rows")));
        format!("{}{}", counted(n_odd, "outlier", "outliers"), among.unwrap_or_default())
    }

    fn facts(&self) -> String {
        let border = number(self.border);
        if self.forest.n_features() <= 2 {
            return format!("outliers score below {border}");
        }
        format!(
            "outliers score below {border}; of each pair the other features are at their median"
        )
    }

    fn name(&self, feature: usize) -> &'a str {
        self.names.get(feature).copied().unwrap_or("feature")
    }

    /// The usual rows and the outliers, as far as they are there.
    fn clouds(&self, (x, y): (usize, usize)) -> Vec<Cloud> {
        let usual = self.usual.filter(|x| x.nrows() > 0);
        let odd = self.odd.filter(|x| x.nrows() > 0);
        let mut clouds = Vec::new();
        if let Some(rows) = usual {
            let mut kept: Vec<usize> = (0..rows.nrows()).collect();
            let value = |row: usize, column: usize| rows.get((row, column)).copied().unwrap_or(0.0);
            thin(&mut kept, MOST_USUAL, |row| (value(*row, x), value(*row, y)));
            clouds.push(cloud("rows of the training", Role::Common, &rows, &kept, USUAL_SIZE));
        }
        if let Some(rows) = odd {
            let kept: Vec<usize> = (0..rows.nrows().min(MOST_ODD)).collect();
            let mut odd = cloud("outliers", Role::Odd, &rows, &kept, ODD_SIZE);
            let words = self.texts.iter().take(MOST_ODD).enumerate();
            odd.labels = words
                .filter(|(_, text)| !text.is_empty())
                .map(|(row, text)| (row, clean(text.lines().next().unwrap_or(""), 30)))
                .take(MOST_LABELS)
                .collect();
            odd.texts = kept.iter().map(|row| self.text(&rows, *row)).collect();
            clouds.push(odd);
        }
        clouds
    }

    fn text(&self, rows: &ArrayView2<'_, f64>, row: usize) -> String {
        let given = self.texts.get(row).map_or("", String::as_str);
        let mut lines: Vec<String> = given.lines().map(|line| clean(line, 160)).collect();
        let values = self.names.iter().zip(rows.row(row)).take(8);
        lines.extend(values.map(|(name, value)| format!("{} {}", clean(name, 40), number(*value))));
        lines.join("\n")
    }

    fn axis(&self, feature: usize, label: Option<&str>, clouds: &[Cloud]) -> Axis {
        let values = clouds.iter().filter_map(|cloud| cloud.columns.get(feature)).flatten();
        let given = self.features.is_some() || self.forest.n_features() <= 2;
        let label = label.filter(|_| given);
        Axis::of_values(label.unwrap_or(&axis_label(self.name(feature))), values.copied())
    }
}

fn cloud(name: &str, role: Role, rows: &ArrayView2<'_, f64>, kept: &[usize], size: f64) -> Cloud {
    let column = |column: usize| {
        kept.iter().map(|row| rows.get((*row, column)).copied().unwrap_or(0.0)).collect()
    };
    Cloud {
        name: name.to_owned(),
        role,
        columns: (0..rows.ncols()).map(column).collect(),
        sizes: vec![size; kept.len()],
        texts: Vec::new(),
        labels: Vec::new(),
        details: Vec::new(),
    }
}

fn pairs(features: &[usize]) -> Vec<(usize, usize)> {
    let with = |(nth, x): (usize, &usize)| {
        let others = features.get(nth + 1..).unwrap_or_default();
        others.iter().map(|y| (*x, *y)).collect::<Vec<_>>()
    };
    match features {
        [only] => vec![(*only, *only)],
        _ => features.iter().enumerate().flat_map(with).collect(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis as Dimension};

    use super::{panels::GRID, *};
    use crate::figure::Layer;
    use oddsift_iforest::IsolationForest;

    /// Rows around (10, 10, ..), and one at (50, 10, ..).
    fn data(n_features: usize) -> (Array2<f64>, Array2<f64>) {
        let x = Array2::from_shape_fn((200, n_features), |(row, column)| {
            10.0 + ((row * (column + 7)) % 11) as f64 / 10.0
        });
        let mut odd = Array2::from_elem((1, n_features), 10.0);
        odd[[0, 0]] = 50.0;
        (x, odd)
    }

    fn detector(x: &Array2<f64>) -> OutlierDetector {
        OutlierDetector::fit(&IsolationForest::params().n_trees(20), x).unwrap()
    }

    const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    #[test]
    fn grid_is_of_the_features_that_isolate_most() {
        for (n_features, n_panels) in [(1, 1), (2, 1), (3, 3), (4, 6), (6, 6)] {
            let (x, odd) = data(n_features);
            let x = ndarray::concatenate![Dimension(0), x, odd];
            let detector = detector(&x);
            let plot = OutlierPlot::new(&detector, &NAMES).training(&x, None).outliers(&odd, &[]);
            let view = &plot.figure().unwrap().views[0];
            assert_eq!(view.panels.len(), n_panels);
            assert_eq!(view.panels[0].x.label, "a", "{n_features} features");
        }
    }

    #[test]
    fn surface_is_negative_where_rows_are_outliers() {
        let (x, odd) = data(2);
        let x = ndarray::concatenate![Dimension(0), x, odd];
        let detector = detector(&x);
        let figure = OutlierPlot::new(&detector, &NAMES).training(&x, None).figure().unwrap();
        let Layer::Surface { x, y, z, .. } = &figure.views[0].panels[0].layers[0] else { panic!() };
        assert_eq!((x.len(), y.len(), z.len()), (GRID, GRID, GRID * GRID));
        let near = |values: &[f64], wanted: f64| {
            let distance = |place: &usize| (values[*place] - wanted).abs();
            (0..values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap()
        };
        let at = |a: f64, b: f64| z[near(y, b) * x.len() + near(x, a)];
        assert!(at(50.0, 10.0) < 0.0 && at(10.5, 10.5) > 0.0);
    }

    #[test]
    fn other_features_are_held_at_their_weighted_median() {
        let (x, _) = data(3);
        let detector = detector(&x);
        let mut weights = vec![1.0; 200];
        weights[3] = 1000.0;
        let plot = OutlierPlot::new(&detector, &NAMES).training(&x, Some(&weights));
        assert_eq!(plot.medians(), x.row(3).to_vec());
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let (x, odd) = data(2);
        let detector = detector(&x);
        let plot = || OutlierPlot::new(&detector, &NAMES);
        let wide = Array2::zeros((1, 3));
        assert_eq!(
            plot().outliers(&wide, &[]).figure(),
            Err(Error::Columns { expected: 2, found: 3 })
        );
        let texts = ["one".to_owned(), "two".to_owned()];
        assert!(matches!(
            plot().outliers(&odd, &texts).figure(),
            Err(Error::Length { what: "texts", expected: 1, found: 2 })
        ));
        assert!(plot().training(&x, Some(&[1.0])).figure().is_err());
        let holes = Array2::from_elem((1, 2), f64::NAN);
        assert!(plot().training(&holes, None).figure().is_ok());
    }
}
