mod choice; // which features, and where the others are held
mod panels; // surfaces, and the line of one feature
mod points; // rows of the training and outliers

use ndarray::{ArrayRef2, ArrayView2};
use oddsift_iforest::IsolationForest;
use oddsift_outliers::OutlierDetector;

use crate::{
    Error, Figure, Labels,
    figure::View,
    text::{count, counted, number, rounded},
};
use points::Points;

/// How odd a forest finds each place of two features, as a surface, with the rows that it was fitted to
/// and the outliers.
///
/// With more than two features a grid of pairs is drawn, of the four features that isolate the
/// outliers most. The other features are held at their median: there rows are. (msticpy holds them at
/// zero, where often none is, and so draws what the forest thinks of nowhere.) With one feature the
/// score is a line over it. Of the training 3,000 marks are drawn at most, one of those that lie
/// together on all axes, and of the outliers the 2,000 oddest; what is left out is told.
///
/// msticpy's `plot_outlier_results`; its `feature_columns` are the names, `plt_title` is
/// [`Labels::title`].
///
/// ```
/// use ndarray::array;
/// use oddsift_outliers::OutlierDetector;
/// use oddsift_plot::OutlierPlot;
///
/// let x = array![[1.0, 2.0], [1.1, 2.1], [0.9, 1.9], [1.0, 2.2], [9.0, 7.0]];
/// let detector = OutlierDetector::params().fit(&x)?;
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
    odd_weights: Option<&'a [f64]>,
    texts: &'a [String],
    counts: Option<(u64, u64)>,
    is_selection: bool,
    features: Option<(usize, usize)>,
    labels: Labels<'a>,
}

impl<'a> OutlierPlot<'a> {
    /// Of a detector and its features, at its own offset.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// let detector = OutlierDetector::params().fit(&array![[1.0], [2.0]])?;
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
            odd_weights: None,
            texts: &[],
            counts: None,
            is_selection: false,
            features: None,
            labels: Labels::default(),
        }
    }

    /// Draws rows that the forest was fitted to; each may stand for several.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
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
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
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
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
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

    /// Sets for how many rows each outlier stands; without, for one.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let odd = array![[9.0, 7.0, 7.2]];
    /// let plot = OutlierPlot::new(&detector, &names).training(&x, None).outliers(&odd, &[]);
    /// assert_eq!(plot.outlier_weights(&[2.0]).figure()?.title(), "2 outliers among 3 rows");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn outlier_weights(mut self, weights: &'a [f64]) -> Self {
        self.odd_weights = Some(weights);
        self
    }

    /// Sets that the outliers are those that were asked for, such as the thirty oddest, whether or not
    /// they score below the forest's offset.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// let odd = array![[9.0, 7.0, 7.2]];
    /// let plot = OutlierPlot::new(&detector, &names).outliers(&odd, &[]).counts(1, 3);
    /// assert_eq!(plot.selection(true).figure()?.title(), "The oddest row of 3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn selection(mut self, is_selection: bool) -> Self {
        self.is_selection = is_selection;
        self
    }

    /// Sets which features the axes show, by their places.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
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

    /// Sets title and labels of the axes; those of the axes where one pair is drawn.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::{Labels, OutlierPlot};
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
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
    /// # use oddsift_outliers::OutlierDetector;
    /// # use oddsift_plot::OutlierPlot;
    /// # let x = array![[1.0, 2.0, 7.0], [1.1, 2.1, 7.0], [9.0, 7.0, 7.2]];
    /// # let detector = OutlierDetector::params().n_trees(20).fit(&x)?;
    /// # let names = ["pathScore", "commandlineLen", "bytes"];
    /// # use oddsift_plot::Error;
    /// let narrow = array![[1.0, 2.0]];
    /// let error = OutlierPlot::new(&detector, &names).training(&narrow, None).figure().unwrap_err();
    /// assert!(matches!(error, Error::Columns { expected: 3, found: 2 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn figure(&self) -> Result<Figure, Error> {
        self.check()?;
        let shown = self.shown()?;
        let mut points = self.points(&shown);
        let panels = self.panels(&shown, &mut points.clouds)?;
        let n_columns = match panels.len() {
            0..=2 => panels.len().max(1),
            4 => 2,
            _ => 3,
        };
        let (title, facts) = self.labels.heading(self.counted(), self.facts(&points));
        let view = View { name: String::new(), n_columns, panels };
        Ok(Figure::of_view(title, facts, points.clouds, view))
    }

    fn check(&self) -> Result<(), Error> {
        let expected = self.forest.n_features();
        for x in [self.usual, self.odd].into_iter().flatten() {
            if x.ncols() != expected {
                return Err(Error::Columns { expected, found: x.ncols() });
            }
        }
        let n_rows = |x: Option<ArrayView2<'_, f64>>| x.map_or(0, |x| x.nrows());
        let texts = (!self.texts.is_empty()).then_some(self.texts.len());
        let lengths = [
            ("weights", self.usual, self.weights.map(<[f64]>::len)),
            ("weights of outliers", self.odd, self.odd_weights.map(<[f64]>::len)),
            ("texts", self.odd, texts),
        ];
        for (what, x, found) in lengths {
            let expected = n_rows(x);
            if let Some(found) = found.filter(|found| *found != expected) {
                return Err(Error::Length { what, expected, found });
            }
        }
        Ok(())
    }

    fn n_odd_rows(&self, n_marks: usize) -> u64 {
        match self.odd_weights.and_then(|weights| weights.get(..n_marks)) {
            Some(weights) => rounded(weights.iter().sum()),
            None => n_marks as u64,
        }
    }

    fn counted(&self) -> String {
        let n_odd = self.n_odd_rows(self.odd.map_or(0, |x| x.nrows()));
        let n_usual = self.usual.map(|x| x.nrows() as u64);
        let (n_odd, rows) = self.counts.map_or((n_odd, n_usual), |(odd, rows)| (odd, Some(rows)));
        if self.is_selection {
            let oddest = match n_odd {
                1 => "The oddest row".to_owned(),
                n => format!("The {} oddest rows", count(n)),
            };
            let of = rows.map(|n| format!(" of {}", count(n)));
            return oddest + &of.unwrap_or_default();
        }
        let among = rows.map(|n| format!(" among {}", counted(n, "row", "rows")));
        format!("{}{}", counted(n_odd, "outlier", "outliers"), among.unwrap_or_default())
    }

    fn facts(&self, points: &Points) -> String {
        let border = number(self.forest.offset());
        let mut facts = vec![if self.is_selection {
            format!("to the forest, outliers score below {border}")
        } else {
            format!("outliers score below {border}")
        }];
        if self.forest.n_features() > 2 {
            facts.push("of each pair the other features are at their median".to_owned());
        }
        let n_odd = self.odd.map_or(0, |x| x.nrows());
        let n_all = self.counts.map_or(self.n_odd_rows(n_odd), |(n_odd, _)| n_odd);
        let n_drawn = self.n_odd_rows(points.n_odd);
        if n_drawn < n_all && points.n_odd > 0 {
            facts.push(format!("the {} oddest drawn", count(n_drawn)));
        }
        let n_usual = self.usual.map_or(0, |x| x.nrows());
        if points.n_usual < n_usual {
            let (drawn, all) = (count(points.n_usual as u64), count(n_usual as u64));
            facts.push(format!("{drawn} of {all} distinct training rows drawn, those apart"));
        }
        facts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis as Dimension};

    use super::{panels::GRID, *};
    use crate::figure::Layer;
    use oddsift_iforest::Precision;

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
        OutlierDetector::params().n_trees(20).fit(x).unwrap()
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
    fn labels_of_axes_are_for_one_pair() {
        let (x, odd) = data(3);
        let detector = detector(&x);
        let labels = Labels { x: Some("the path"), y: Some("length"), ..Labels::default() };
        let plot = OutlierPlot::new(&detector, &NAMES).outliers(&odd, &[]).labels(labels);
        for panel in &plot.figure().unwrap().views[0].panels {
            assert!(["a", "b", "c"].contains(&panel.x.label.as_str()), "{}", panel.x.label);
        }
        let panels = &plot.features(Some((2, 0))).figure().unwrap().views[0].panels;
        assert_eq!(
            (panels[0].x.label.as_str(), panels[0].y.label.as_str()),
            ("the path", "length")
        );
    }

    #[test]
    fn what_was_asked_for_is_no_verdict() {
        let (x, odd) = data(2);
        let detector = detector(&x);
        let plot = OutlierPlot::new(&detector, &NAMES).training(&x, None).outliers(&odd, &[]);
        let plot = plot.outlier_weights(&[30.0]).counts(30, 500).selection(true);
        let figure = plot.figure().unwrap();
        assert_eq!(figure.title(), "The 30 oddest rows of 500");
        assert_eq!(figure.facts, "to the forest, outliers score below -0.5");
        assert_eq!(figure.clouds[1].name, "the oddest");
    }

    #[test]
    fn what_is_left_out_is_told() {
        let (x, _) = data(2);
        let detector = detector(&x);
        let many = Array2::from_shape_fn((5000, 2), |(row, column)| (row * (column + 3)) as f64);
        let figure = OutlierPlot::new(&detector, &NAMES)
            .training(&many, None)
            .outliers(&many, &[])
            .counts(9000, 20_000)
            .figure()
            .unwrap();
        let drawn = figure.clouds[0].sizes.len() as u64;
        assert_eq!(figure.clouds[1].sizes.len(), 2000);
        let facts = format!(
            "outliers score below -0.5; the 2\u{202f}000 oddest drawn; {} of 5\u{202f}000 distinct training rows \
             drawn, those apart",
            count(drawn)
        );
        assert_eq!(figure.facts, facts);
    }

    #[test]
    fn axes_may_go_on_where_single_precision_has_no_numbers() {
        let x =
            Array2::from_shape_fn((20, 2), |(row, _)| if row == 0 { 3.3e38 } else { row as f64 });
        let params = IsolationForest::params().precision(Precision::F32);
        let detector = OutlierDetector::params().forest(params).fit(&x).unwrap();
        assert!(OutlierPlot::new(&detector, &NAMES).training(&x, None).figure().is_ok());
        let x = Array2::from_shape_fn((20, 2), |(row, _)| if row == 0 { -3.3e38 } else { 3.3e38 });
        let detector = OutlierDetector::params().forest(params).fit(&x).unwrap();
        assert!(OutlierPlot::new(&detector, &NAMES).training(&x, None).figure().is_ok());
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let (x, odd) = data(2);
        let detector = detector(&x);
        let plot = || OutlierPlot::new(&detector, &NAMES);
        let wide = Array2::zeros((1, 3));
        assert!(matches!(
            plot().outliers(&wide, &[]).figure(),
            Err(Error::Columns { expected: 2, found: 3 })
        ));
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
