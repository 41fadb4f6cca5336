//! A page about one input: what to read first, clusters, outliers and times.

mod clusters; // what is alike, and what is like no other
mod findings; // ReportParams, Findings: the findings of a page, by one call
mod first; // what to read first, by a hunt
mod outliers; // the most unusual patterns by a forest
mod times; // how many events were when

use oddsift_eventcluster::Cluster;
use oddsift_patterns::{PatternId, PatternTable};
use oddsift_pipeline::{Clusters, Hunted, Outliers, Role, process_name};
use oddsift_timespan::Timestamp;

pub use self::findings::{Findings, ReportParams};
use crate::{Error, Labels, Page};

/// Characters of a text in a table.
const LONGEST_TEXT: usize = 300;

/// A page about one input: what to read first, clusters, outliers and times.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, HuntParams, KeepRows, OutlierParams};
/// use oddsift_plot::Report;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let mut params = ClusterParams::new();
/// (params.keep, params.count_times) = (KeepRows::All, true);
/// let found = params.fit(path)?;
/// let outliers = OutlierParams::new().top(Report::MOST_OUTLIERS).find(path)?;
/// let first = HuntParams::new().rank(path)?;
/// let mut report = Report::new(&found, Some(&outliers));
/// report.hunted = Some(&first);
/// let html = report.page().unwrap().to_html();
/// assert!(html.contains("What to read first") && html.contains("Like no other"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report<'r> {
    /// The clusters, of rows that were kept, with the times counted.
    pub clusters: &'r Clusters,
    /// The most unusual rows; `None` where rows are weighted. Their picture shows all rows where the patterns
    /// of the forest were [kept](oddsift_pipeline::OutlierParams::keep_patterns).
    pub outliers: Option<&'r Outliers>,
    /// The lines of the same input in the order in which they are to be read, with which the page begins;
    /// none by default.
    pub hunted: Option<&'r Hunted>,
    /// The title of the page; by default it names the input.
    pub title: Option<String>,
    /// The features on the axes of pictures, by their places.
    pub features: Option<(usize, usize)>,
    /// The column whose text tells what an event is.
    pub label: Option<usize>,
    /// Clusters of fewer rows are set apart in the picture; 3 by default.
    pub cut_off: Option<u64>,
    /// The labels of the axes.
    pub labels: Labels<'r>,
    /// The program that made the page, with its version.
    pub program: String,
}

impl<'r> Report<'r> {
    /// The most patterns of outliers on a page.
    pub const MOST_OUTLIERS: usize = 30;
    /// The most reasons of each.
    pub const REASONS: usize = 3;

    /// A page with all defaults.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert!(oddsift_plot::Report::new(&found, None).title.is_none());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn new(clusters: &'r Clusters, outliers: Option<&'r Outliers>) -> Self {
        Self {
            clusters,
            outliers,
            hunted: None,
            title: None,
            features: None,
            label: clusters.template.or(clusters.layout.roles.get(Role::Path)),
            cut_off: None,
            labels: Labels::default(),
            program: concat!("oddsift ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Makes the page.
    ///
    /// # Errors
    ///
    /// [`Error`] for features that cannot be drawn.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert!(oddsift_plot::Report::new(&found, None).page().is_ok());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn page(&self) -> Result<Page, Error> {
        let name = &self.clusters.read.name;
        let title = self.title.clone().unwrap_or_else(|| format!("Odd ones in {name}"));
        let mut page = Page::new(&title).facts(&self.summary());
        page = match (self.hunted, &self.clusters.params.weight) {
            (Some(found), _) => first::on_page(page, found),
            (None, Some(weight)) => first::left_out(page, weight),
            (None, None) => page,
        };
        page = clusters::on_page(page, self);
        page = match (self.outliers, &self.clusters.params.weight) {
            (Some(found), _) => outliers::on_page(page, self, found)?,
            (None, Some(weight)) => outliers::left_out(page, weight),
            (None, None) => page,
        };
        page = times::on_page(page, self);
        Ok(page.heading("How this was made").facts(&self.parameters()))
    }

    fn patterns(&self) -> &'r PatternTable {
        self.clusters.events.patterns()
    }

    fn summary(&self) -> Vec<(&'static str, String)> {
        let (events, table) = (&self.clusters.events, self.patterns());
        let n_rows = table.n_rows();
        let share = |n: u64| format!("{n} ({:.1}%)", 100.0 * n as f64 / n_rows.max(1) as f64);
        let mut facts = vec![
            ("Rows", n_rows.to_string()),
            ("Distinct", table.len().to_string()),
            ("Clusters", events.clusters().len().to_string()),
            ("Like no other", share(events.n_noise_rows())),
        ];
        let n_left_out = self.clusters.read.n_left_out();
        if n_left_out > 0 {
            facts.push(("Rows left out", n_left_out.to_string()));
        }
        if let Some((first, last)) = self.clusters.read.times.span() {
            facts.push(("Time (UTC)", format!("{} to {}", minute(first), minute(last))));
        }
        facts
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let Clusters { events, params, read, .. } = self.clusters;
        let (clustering, sizes) = (params.clustering, events.clusters().iter());
        let numbers = self.clusters.features().iter().map(String::as_str);
        let features: Vec<&str> = self.clusters.categories().chain(numbers).collect();
        let mut facts = vec![
            ("File", read.name.clone()),
            ("Features", features.join(", ")),
            ("Scaling", clustering.scaling.to_string()),
            ("Distance", clustering.dbscan.metric.to_string()),
            ("Largest distance of neighbours (eps)", format!("{:?}", events.model().eps())),
            ("Rows that make a core (min-samples)", clustering.dbscan.min_samples.to_string()),
            ("Largest cluster", sizes.map(Cluster::size).max().unwrap_or(0).to_string()),
        ];
        facts.extend(self.hunted.map(|found| ("What to read first", found.intake_text())));
        facts.extend(params.weight.iter().map(|column| ("Weight of a row", column.clone())));
        facts.push(("Program", self.program.clone()));
        facts
    }

    /// What a pattern is: its process and its text.
    fn text(&self, id: PatternId) -> String {
        let layout = &self.clusters.layout;
        let record = self.clusters.first_record(id);
        let path = record.and_then(|record| layout.text_of(Role::Path, record));
        let process = path.map(|path| process_name(path, layout.path_separator));
        let text = self.label.and_then(|column| self.clusters.first_text(id, column));
        with_process(process, text.unwrap_or(""))
    }
}

/// A text, with the name of its process where it does not say it.
fn with_process(process: Option<&str>, text: &str) -> String {
    match process {
        Some(process) if !text.contains(process) => shortened(&format!("{process}: {text}")),
        _ => shortened(text),
    }
}

/// A text as it is, or its beginning.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
