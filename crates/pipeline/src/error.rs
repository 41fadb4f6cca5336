use std::fmt;

use oddsift_records::Position;

/// Why a job could not be done.
///
/// A message begins with its place where it has one, and says what would mend it; it knows no flag of
/// any tool. A caller that has flags finds the one that mends it by the variant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input cannot be read, or a result cannot be written.
    #[error(transparent)]
    Records(#[from] oddsift_records::Error),
    /// A header lacks a column, has two of a name, or the like.
    #[error("{name}:1: {source}{}", DelimiterHint(columns))]
    Header {
        /// The input.
        name: String,
        /// Its columns.
        columns: Vec<String>,
        /// What is wrong.
        source: Box<oddsift_features::Error>,
    },
    /// A parameter names a column that the input lacks, or that it has under a name in other case.
    #[error("{name}:1: {parameter}: {source}")]
    Column {
        /// The input.
        name: String,
        /// The parameter that names it.
        parameter: Parameter,
        /// What is wrong.
        source: Box<oddsift_features::Error>,
    },
    /// A parameter is out of its range or names something twice.
    #[error("{parameter} {what}")]
    Parameter {
        /// The parameter.
        parameter: Parameter,
        /// What is wrong with it, and what to do.
        what: Box<ParameterFault>,
    },
    /// A schema was asked for that the input does not have.
    #[error(
        "{name}:1: schema {schema} has {}, which the file lacks; take another schema, or say which column \
         is the path; columns: {}",
        oddsift_features::column_list(needed),
        oddsift_features::column_list(columns)
    )]
    Schema {
        /// The input.
        name: String,
        /// The schema.
        schema: String,
        /// The columns by which it is known and that are missing.
        needed: Vec<String>,
        /// The input's columns.
        columns: Vec<String>,
    },
    /// A result cannot be written as Parquet.
    #[cfg(feature = "columnar")]
    #[error(transparent)]
    Parquet(#[from] oddsift_columnar::WriteError),
    /// A folder or a pattern stands for no file.
    #[error("{name}: {what}; name files that are there")]
    NoFiles {
        /// The folder or pattern.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A schema that was asked for by name or file is none.
    #[error("{name}: {what}")]
    SchemaFile {
        /// The name or file.
        name: String,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// No feature was named, and among the columns of numbers are such whose distances mean nothing.
    #[error(
        "{name}:1: {} {} a thing or a moment and no measure; name the features{}; columns: {}",
        oddsift_features::column_list(envelope),
        if envelope.len() == 1 { "names" } else { "name" },
        Candidates(others),
        oddsift_features::column_list(columns)
    )]
    Envelope {
        /// The input.
        name: String,
        /// Columns of ids, times, ports and the like.
        envelope: Vec<String>,
        /// The other columns of numbers.
        others: Vec<String>,
        /// The input's columns.
        columns: Vec<String>,
    },
    /// The input has a header and nothing else.
    #[error("{name}: there are no data rows; give at least one")]
    NoRows {
        /// The input.
        name: String,
    },
    /// Every data row was left out.
    #[error("{place}: all data rows were skipped; there are none left{}", Reason(reason))]
    AllSkipped {
        /// The first row that was skipped, or the input.
        place: Place,
        /// Why it was.
        reason: String,
    },
    /// No column that could be taken.
    #[error("{name}:1: {what}; columns: {}", oddsift_features::column_list(columns))]
    NothingToTake {
        /// The input.
        name: String,
        /// What is lacking.
        what: Lacking,
        /// The input's columns.
        columns: Vec<String>,
    },
    /// A bare forest names no features, and the input has not as many numeric columns as it has.
    #[error(
        "{name}:1: {found} numeric columns for the {expected} features of {model}, which names none; \
         give a file with those columns, or add feature_names to the model"
    )]
    ModelColumns {
        /// The input.
        name: String,
        /// Numeric columns of the input.
        found: usize,
        /// Features of the model.
        expected: usize,
        /// The file of the model.
        model: String,
    },
    /// A row has no value where one is needed.
    #[error("{position}: {column} has no value; leave such rows out or count them as 0")]
    Missing {
        /// Where.
        position: Position,
        /// The column's name.
        column: String,
    },
    /// A row has a value that cannot be used.
    #[error("{position}: {column}: {fault}{}", Remedy(fault.remedy()))]
    Value {
        /// Where.
        position: Position,
        /// The column's name.
        column: String,
        /// What is wrong with it.
        fault: Box<ValueFault>,
    },
    /// A row cannot be taken.
    #[error("{position}: {what}{}", Remedy(what.remedy()))]
    Row {
        /// Where.
        position: Position,
        /// What is wrong with it.
        what: Box<RowFault>,
    },
    /// Times that name their zone and times that do not are in one column.
    #[error(
        "{position}: {column}: the time names a zone or names none, unlike earlier ones; say what the \
         latter are in"
    )]
    MixedZones {
        /// Where the second kind begins.
        position: Position,
        /// The column's name.
        column: String,
    },
    /// A scaling takes the numbers of a feature out of the range of `f64`.
    #[error("{name}: {feature} leaves the range of f64 under scaling {scaling}; use none")]
    ScaleRange {
        /// The input.
        name: String,
        /// The feature.
        feature: String,
        /// The scaling.
        scaling: oddsift_eventcluster::Scaling,
    },
    /// Weights that cannot be added up.
    #[error("{name}: the weights sum to more than can be held; divide the column of weights")]
    WeightRange {
        /// The input.
        name: String,
    },
    /// Negative weights that make noise of a pattern whose rows were not kept.
    #[error(
        "{name}: negative weights make noise of rows that were not kept; leave such rows out, or ask for labels"
    )]
    NoiseNotKept {
        /// The input.
        name: String,
    },
    /// A proposed distance would tell nothing apart, or everything.
    #[error("{name}: the knee of the distances is at {eps:?}, by which {}; give a distance", .why.share_text())]
    KneeRefused {
        /// The input.
        name: String,
        /// The proposal.
        eps: f64,
        /// What is wrong with it.
        why: oddsift_dbscan::Warning,
    },
    /// The curve of distances proposes no eps.
    #[error(
        "{name}: the distances have no knee that proposes an eps; look at the curve, give an eps"
    )]
    NoKnee {
        /// The input.
        name: String,
    },
    /// The input was another when it was read once more.
    #[error("{name}: the file changed while it was read; try again on a copy")]
    Changed {
        /// The input.
        name: String,
    },
    /// What can be read but once could not be kept for a second reading.
    #[error("{name}: cannot be kept for a second reading: {source}; give a file")]
    Spool {
        /// The input.
        name: String,
        /// What went wrong.
        source: std::io::Error,
    },
    /// Patterns could not be made of the rows.
    #[error(transparent)]
    Patterns(#[from] oddsift_patterns::Error),
    /// Clusters could not be found.
    #[error("{name}: {source}")]
    Cluster {
        /// The input.
        name: String,
        /// What went wrong.
        source: Box<oddsift_eventcluster::Error>,
    },
    /// A forest could not be grown, or rows not be scored by it.
    #[error("{name}: {source}")]
    Outliers {
        /// The input.
        name: String,
        /// What went wrong.
        source: Box<oddsift_outliers::Error>,
    },
    /// Rows could not be ranked.
    #[error("{name}: {source}")]
    Hunt {
        /// The input.
        name: String,
        /// What went wrong.
        source: oddsift_hunt::Error,
    },
    /// A forest could not score.
    #[error(transparent)]
    Forest(#[from] oddsift_iforest::Error),
    /// A series could not be made or taken apart.
    #[error("{place}: {}{source}", Group(group))]
    Series {
        /// The input, with the line of the point at fault where it is known.
        place: Place,
        /// The series of this group, where there are several.
        group: Option<String>,
        /// What went wrong.
        source: Box<oddsift_timeseries::Error>,
    },
    /// A time that a query language cannot write.
    #[error("{name}: {source}")]
    Query {
        /// The input.
        name: String,
        /// What is wrong.
        source: Box<oddsift_timespan::Error>,
    },
    /// A time, a format of times or a zone is none.
    #[error(transparent)]
    Time(Box<oddsift_timespan::Error>),
    /// A model cannot be read.
    #[error("{name}:{}{fault}", JsonPlace(fault))]
    Model {
        /// The file.
        name: String,
        /// What is wrong with it.
        fault: Box<ModelFault>,
    },
    /// An audit log cannot be read on.
    #[error("{place}: cannot be read: {source}; check that the log is whole")]
    Log {
        /// Where.
        place: Place,
        /// What went wrong.
        source: std::io::Error,
    },
    /// An audit log, or what was made of it, has nothing to cluster or cannot be understood.
    #[error("{name}: {source}")]
    Audit {
        /// The file that was written last.
        name: String,
        /// What went wrong.
        source: Box<oddsift_auditd::Error>,
    },
    /// The system gives no more threads.
    #[error("no threads can be started: {source}; ask for fewer")]
    Threads {
        /// What the system says.
        source: rayon::ThreadPoolBuildError,
    },
    /// Vectors that do not make a matrix, which no input can bring about.
    #[error("the vectors make no matrix: {0}")]
    Shape(#[from] ndarray::ShapeError),
    /// The callback of progress asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// Returns whether an input has no rows at all: an empty file, or a header and nothing else. A job that
    /// runs unattended tells it apart from data that cannot be read and from an all-clear.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Input};
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let input = Input::rows("empty", || {
    ///     Ok(Box::new(Reader::new("empty", &b"Image,CommandLine\n"[..], ReadOptions::new())?))
    /// });
    /// assert!(ClusterParams::new().fit(input).unwrap_err().is_without_rows());
    /// ```
    #[must_use]
    pub fn is_without_rows(&self) -> bool {
        match self {
            Self::NoRows { .. } => true,
            Self::Records(error) => matches!(error, oddsift_records::Error::Empty { .. }),
            _ => false,
        }
    }
}

impl From<oddsift_timespan::Error> for Error {
    fn from(error: oddsift_timespan::Error) -> Self {
        Self::Time(Box::new(error))
    }
}

/// A parameter of a job, named as its field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter(pub &'static str);

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// An input, with line and column where they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The input.
    pub name: String,
    /// The physical line, from 1.
    pub line: Option<u64>,
    /// The column, from 1.
    pub column: Option<u64>,
}

impl Place {
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), line: None, column: None }
    }

    pub(crate) fn line(name: &str, line: u64) -> Self {
        Self { line: Some(line), ..Self::of(name) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            None => f.write_str(&self.name),
            Some(line) => write!(f, "{}", Position::new(&self.name, line, self.column)),
        }
    }
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterFault {
    /// A list names something twice, which would count twice.
    #[error("names {0:?} twice; name it once")]
    Repeated(String),
    /// A column to be changed that is not among those that are used.
    #[error("names {name:?}, which is not in {list}; name it there, too")]
    NotListed {
        /// The column.
        name: String,
        /// The parameter that lists the columns.
        list: Parameter,
    },
    /// A period of no length, and the like.
    #[error("cannot be: {0}")]
    Series(oddsift_timeseries::Error),
    /// What a forest cannot be grown by.
    #[error("cannot be: {0}")]
    Forest(oddsift_iforest::Error),
    /// A column that a query cannot name.
    #[error("cannot be: {0}")]
    Query(oddsift_timespan::Error),
}

/// What an input lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lacking {
    /// A feature.
    #[error("no numeric column to take for a feature; name features")]
    Feature,
    /// A column of times.
    #[error("no known column of times; name one")]
    Time,
    /// A column of values.
    #[error("no column of numbers; name one, or count rows")]
    Value,
    /// A column whose values repeat.
    #[error("no column holds values that repeat or numbers; name some")]
    Category,
    /// A column of a process or a command line.
    #[error(
        "no column holds a process or a command line (NewProcessName, CommandLine and the like); \
         name them, or columns of text"
    )]
    Process,
}

/// The columns that may be features.
struct Candidates<'a>(&'a [String]);

impl fmt::Display for Candidates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            names => write!(f, ", for example {}", names.join(",")),
        }
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ValueFault {
    /// Text where a number is needed.
    #[error("{0:?} is not a number")]
    NotANumber(String),
    /// A number past the range of `f64`.
    #[error("{0:?} gives no finite number")]
    NotFinite(String),
    /// Something else that makes no number.
    #[error("{text:?} {kind}")]
    Other {
        /// The beginning of the text.
        text: String,
        /// What is wrong with it.
        kind: oddsift_features::ValueErrorKind,
    },
    /// A number past the range of `f32`, where that is asked for.
    #[error("{feature} is {value:e}, past single precision")]
    PastSingle {
        /// The feature.
        feature: String,
        /// Its value.
        value: f64,
    },
    /// A number, an array or the like where text is needed.
    #[error("expected text, found {}", kind_name(*.0))]
    NotText(oddsift_records::FieldKind),
    /// Text that is no time.
    #[error("{0}")]
    Time(oddsift_timespan::Error),
    /// A time that names its zone where earlier ones do not, or the other way around.
    #[error("{text:?} {}", zone_name(*.zoned))]
    Zone {
        /// The time.
        text: String,
        /// Whether it names its zone.
        zoned: bool,
    },
}

impl ValueFault {
    /// Returns what would mend it; empty where the fault says so itself.
    ///
    /// ```
    /// use oddsift_pipeline::ValueFault;
    ///
    /// let fault = ValueFault::NotANumber("many".to_owned());
    /// assert_eq!(fault.remedy(), "write digits and a point, or skip bad rows");
    /// ```
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotANumber(_) => "write digits and a point, or skip bad rows",
            Self::NotFinite(_) => "correct it (or the scale of character sums), or skip bad rows",
            Self::Other { .. } => "correct it, or skip bad rows",
            Self::PastSingle { .. } => "use double precision, or skip bad rows",
            Self::NotText(_) => "correct the line, or skip bad rows",
            Self::Zone { .. } => "say what such times are in",
            Self::Time(_) => "",
        }
    }
}

/// A remedy, behind a semicolon.
struct Remedy(&'static str);

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "; {}", self.0) }
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// It cannot become a pattern.
    #[error("{0}")]
    Pattern(oddsift_patterns::Error),
    /// It cannot be counted.
    #[error("{0}")]
    Stack(oddsift_outliers::Error),
    /// It cannot be folded to a line.
    #[error("{0}")]
    Hunt(oddsift_hunt::Error),
    /// It cannot be put into a series.
    #[error("{0}")]
    Series(oddsift_timeseries::Error),
    /// A flag that is none.
    #[error("{column} is {value}, and a flag is -1, 0 or 1")]
    Flag {
        /// The column.
        column: String,
        /// Its value.
        value: f64,
    },
}

impl RowFault {
    /// Returns what would mend it; empty where the fault says so itself.
    ///
    /// ```
    /// use oddsift_pipeline::RowFault;
    ///
    /// let fault = RowFault::Flag { column: "anomalies".to_owned(), value: 7.0 };
    /// assert_eq!(fault.remedy(), "correct it, or skip bad rows");
    /// ```
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Flag { .. } => "correct it, or skip bad rows",
            _ => "",
        }
    }
}

/// What is wrong with the file of a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFault {
    /// It cannot be read.
    #[error("cannot be read: {0}; check the path")]
    Read(std::io::Error),
    /// It is no JSON, or not that of a model.
    #[error("{what}{}", if what.contains("save the model") { "" } else { "; save the model anew" })]
    Json {
        /// The line, from 1; 0 where it is the whole that is wrong.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// It names no format.
    #[error("no model: it names no format; {known} can be read")]
    NoFormat {
        /// The formats that can be read.
        known: String,
    },
    /// It names a format of others.
    #[error("a model of format {format:?}; {known} can be read")]
    Format {
        /// The format.
        format: String,
        /// The formats that can be read.
        known: String,
    },
    /// It is of another version.
    #[error(
        "version {found} of {format}; version {expected} can be read: make the model anew and save it"
    )]
    Version {
        /// Its version, or `none`.
        found: String,
        /// Its format.
        format: &'static str,
        /// The version that can be read.
        expected: u64,
    },
    /// A forest of scikit-learn that is none.
    #[error("{0}")]
    Forest(oddsift_iforest::Error),
    /// It names a feature twice.
    #[error("feature_names has {0:?} twice; name each feature once")]
    RepeatedFeature(String),
    /// It knows which lines were seen, and no score.
    #[error("a history of lines gives no scores; hunt for what is new beside it")]
    NoScores,
    /// It is no sum of counts.
    #[error("{0} cannot be merged; fit anew on all logs")]
    NoMerge(&'static str),
    /// It remembers lines by ids that are made in another way.
    #[error("its ids are of {found}, this version's of {ours}; move the file away to begin anew")]
    OtherIds {
        /// Its way.
        found: String,
        /// The present way.
        ours: String,
    },
    /// What stands for a line is no id.
    #[error(
        "lines[{position}]: {text:.40?} is no id of 32 digits of base 16; restore the file, or move it away"
    )]
    NoId {
        /// The place among the lines, from 0.
        position: usize,
        /// What is there.
        text: String,
    },
    /// No model was named.
    #[error("no model to merge; name one or more")]
    NoModel,
}

impl ModelFault {
    /// The error of a file that has this fault.
    pub(crate) fn of(self, name: &str) -> Error {
        Error::Model { name: name.to_owned(), fault: Box::new(self) }
    }
}

fn kind_name(kind: oddsift_records::FieldKind) -> &'static str {
    use oddsift_records::FieldKind;
    match kind {
        FieldKind::Number => "a number",
        FieldKind::Bool => "true or false",
        FieldKind::Nested => "an array or object",
        FieldKind::Time => "a time",
        FieldKind::Text => "text",
        FieldKind::Missing => "nothing",
    }
}

fn zone_name(zoned: bool) -> &'static str {
    if zoned {
        "names a zone, while earlier times name none"
    } else {
        "names no zone, while earlier times do"
    }
}

/// The reason of a row, behind a colon.
struct Reason<'a>(&'a str);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// A group's name, before a colon.
struct Group<'a>(&'a Option<String>);

impl fmt::Display for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(group) = self.0 else { return Ok(()) };
        write!(f, "group {:?}: ", excerpt(group))
    }
}

/// Line and column of a model's file, where it is not the whole that is wrong.
struct JsonPlace<'a>(&'a ModelFault);

impl fmt::Display for JsonPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ModelFault::Json { line, column, .. } if *line > 0 => write!(f, "{line}:{column}: "),
            _ => f.write_str(" "),
        }
    }
}

/// What would mend a header of one column that was split by the wrong delimiter.
struct DelimiterHint<'a>(&'a [String]);

impl fmt::Display for DelimiterHint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match likely_delimiter(self.0) {
            Some(delimiter) => write!(f, "; try the delimiter {delimiter:?}"),
            None => Ok(()),
        }
    }
}

/// The delimiter that a header of one column holds, which was split by another.
///
/// ```
/// use oddsift_pipeline::likely_delimiter;
///
/// assert_eq!(likely_delimiter(&["Image;CommandLine".to_owned()]), Some(';'));
/// assert_eq!(likely_delimiter(&["Image".to_owned()]), None);
/// ```
#[must_use]
pub fn likely_delimiter(columns: &[String]) -> Option<char> {
    let [only] = columns else { return None };
    [';', '\t', '|'].into_iter().find(|delimiter| only.contains(*delimiter))
}

/// The beginning of a text of data, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}
