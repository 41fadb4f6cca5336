use ndarray::{Array2, ArrayRef2, Axis};
use oddsift_patterns::{Observation, PatternId, PatternTable, Timestamp};

use crate::Error;

/// A column of [`Events`], by name or by position.
///
/// ```
/// use oddsift_eventcluster::Column;
///
/// assert_eq!(Column::from("pathScore"), Column::Name("pathScore".to_owned()));
/// assert_eq!(Column::from(2), Column::Index(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The column with this name.
    Name(String),
    /// The column at this position, counted from 0.
    Index(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<usize> for Column {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Events as numbers, with what else is known of each: names of columns, times, texts, weights.
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::{EventClusters, Events};
///
/// let x = array![[1.0, 10.0, 0.5], [1.0, 10.0, 0.7], [9.0, 1.0, 0.1]];
/// let events = Events::new(&x)
///     .names(&["pathScore", "commandlineTokensFull", "other"])?
///     .columns(&["pathScore", "commandlineTokensFull"])?
///     .texts(&[Some("ping host-1"), Some("ping host-2"), Some("whoami")])?;
/// let found = EventClusters::params().fit_events(&events)?;
/// assert_eq!(found.clusters()[0].template().unwrap().to_string(), "ping *");
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Events<'a> {
    x: &'a ArrayRef2<f64>,
    names: Vec<String>,
    columns: Option<Vec<usize>>,
    times: Option<&'a [Option<Timestamp>]>,
    texts: Option<&'a [Option<&'a str>]>,
    weights: Option<&'a [f64]>,
}

impl<'a> Events<'a> {
    /// Events from `x` of shape `(n_rows, n_columns)`; every column is a feature until
    /// [`columns`](Self::columns) chooses.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// assert_eq!(Events::new(&array![[1.0], [2.0]]).n_rows(), 2);
    /// ```
    pub fn new(x: &'a ArrayRef2<f64>) -> Self {
        Self { x, names: Vec::new(), columns: None, times: None, texts: None, weights: None }
    }

    /// The number of events.
    ///
    /// ```
    /// # use ndarray::Array2;
    /// # use oddsift_eventcluster::Events;
    /// assert_eq!(Events::new(&Array2::zeros((0, 3))).n_rows(), 0);
    /// ```
    pub fn n_rows(&self) -> usize {
        self.x.nrows()
    }

    /// Names the columns.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one name a column.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// assert!(Events::new(&array![[1.0, 2.0]]).names(&["a", "b"]).is_ok());
    /// assert!(Events::new(&array![[1.0, 2.0]]).names(&["a"]).is_err());
    /// ```
    pub fn names<S: AsRef<str>>(mut self, names: &[S]) -> Result<Self, Error> {
        check_length("names", names.len(), self.x.ncols())?;
        self.names = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(self)
    }

    /// Chooses the feature columns, in this order.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`] for a name or position that is not there.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// let x = array![[1.0, 2.0]];
    /// assert!(Events::new(&x).columns(&[1]).is_ok());
    /// assert!(Events::new(&x).columns(&["pathScore"]).is_err());
    /// ```
    #[doc(alias = "cluster_columns")]
    pub fn columns<C: Clone + Into<Column>>(mut self, columns: &[C]) -> Result<Self, Error> {
        let found: Result<Vec<usize>, Error> =
            columns.iter().map(|column| self.position(&column.clone().into())).collect();
        self.columns = Some(found?);
        Ok(self)
    }

    fn position(&self, column: &Column) -> Result<usize, Error> {
        let position = match column {
            Column::Name(name) => self.names.iter().position(|known| known == name),
            Column::Index(index) => Some(*index).filter(|index| *index < self.x.ncols()),
        };
        position.ok_or_else(|| Error::UnknownColumn {
            name: match column {
                Column::Name(name) => format!("{name:?}"),
                Column::Index(index) => index.to_string(),
            },
            columns: if self.names.is_empty() {
                (0..self.x.ncols()).map(|column| column.to_string()).collect()
            } else {
                self.names.clone()
            },
        })
    }

    /// Gives the time of each event; clusters then have a first and a last time.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one entry a row.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// assert!(Events::new(&array![[1.0]]).times(&[None]).is_ok());
    /// ```
    #[doc(alias = "time_column")]
    pub fn times(mut self, times: &'a [Option<Timestamp>]) -> Result<Self, Error> {
        check_length("times", times.len(), self.n_rows())?;
        self.times = Some(times);
        Ok(self)
    }

    /// Gives the text of each event; clusters then have a template.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one entry a row.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// assert!(Events::new(&array![[1.0]]).texts(&[Some("cmd /c dir")]).is_ok());
    /// ```
    pub fn texts(mut self, texts: &'a [Option<&'a str>]) -> Result<Self, Error> {
        check_length("texts", texts.len(), self.n_rows())?;
        self.texts = Some(texts);
        Ok(self)
    }

    /// Gives the weight of each event, as scikit-learn's `sample_weight`; without, each weighs 1.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one weight a row.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::Events;
    /// assert!(Events::new(&array![[1.0]]).weights(&[2.5]).is_ok());
    /// ```
    #[doc(alias = "sample_weight")]
    pub fn weights(mut self, weights: &'a [f64]) -> Result<Self, Error> {
        check_length("weights", weights.len(), self.n_rows())?;
        self.weights = Some(weights);
        Ok(self)
    }

    pub(crate) fn time(&self, row: usize) -> Option<Timestamp> {
        self.times.and_then(|times| times.get(row).copied().flatten())
    }

    /// The feature columns of `x`.
    pub(crate) fn features(&self) -> Array2<f64> {
        match &self.columns {
            Some(columns) => self.x.select(Axis(1), columns),
            None => self.x.to_owned(),
        }
    }

    /// Collapses the events to patterns; gives each row's pattern, too.
    pub(crate) fn collapse(&self) -> Result<(PatternTable, Vec<PatternId>), Error> {
        let features = self.features();
        let n_features = features.ncols();
        let mut table = PatternTable::new(n_features).with_templates(self.texts.is_some());
        let mut patterns = Vec::with_capacity(self.n_rows());
        let mut values = Vec::with_capacity(n_features);
        for (row, features) in features.rows().into_iter().enumerate() {
            values.clear();
            values.extend(features);
            patterns.push(table.add(&values, &self.observation(row))?);
        }
        Ok((table, patterns))
    }

    fn observation(&self, row: usize) -> Observation<'a> {
        Observation {
            weight: self.weights.and_then(|weights| weights.get(row)).copied().unwrap_or(1.0),
            time: self.time(row),
            text: self.texts.and_then(|texts| texts.get(row).copied().flatten()),
            ..Observation::new(row as u64)
        }
    }
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}
