use crate::{
    Figure,
    figure::Table,
    text::{LONG, SHORT, clean},
};

/// What stands in the place of a figure without anything in it.
pub(crate) const NOTHING: &str = "Nothing to draw.";

/// A report as one HTML file: facts, text, tables, findings and interactive figures, in the order in
/// which they are added.
///
/// The file needs nothing else and asks no network for anything; its policy forbids that, and any
/// script but its own two. What data say is text in it and nothing more, markup is shown as it is
/// written. Without JavaScript there are no figures; all else can be read. The same page gives the
/// same bytes; some 4.7 MB of them are plotly.js, whose axes end at ±1.79e304 and with the years 1 and
/// 9999. What lies beyond is not drawn; larger values are in SVG.
///
/// ```
/// use oddsift_plot::{DistancePlot, Page};
///
/// let distances = [(0.1, 90.0), (0.2, 8.0), (3.0, 2.0)];
/// let page = Page::new("Processes of one day")
///     .facts(&[("Rows", "100"), ("Source", "events.csv")])
///     .heading("Which eps?")
///     .paragraph("Rows past the knee are far from all others.")
///     .figure(DistancePlot::of_curve(&distances).eps(Some(0.2)).figure());
/// let html = page.to_html();
/// assert!(html.starts_with("<!DOCTYPE html>"));
/// assert!(html.contains("<dt>Rows</dt><dd>100</dd>"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Facts(Vec<(String, String)>),
    Heading(String),
    Paragraph(String),
    Table(Table),
    Finding(Finding),
    Figure(Figure),
}

/// Entries under a title.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) entries: Vec<Entry>,
}

/// A line to read and why it is worth reading, as [`Page::finding`] shows it.
///
/// ```
/// use oddsift_plot::Entry;
///
/// let entry = Entry { text: "nc -l 4444".to_owned(), ..Entry::default() };
/// assert!(entry.notes.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// What stands in front of it, such as its rank.
    pub mark: String,
    /// The line; of a long one the start is seen, and the whole on demand.
    pub text: String,
    /// What else is to be said of it; empty for nothing.
    pub about: String,
    /// Notes below it, each a short mark, such as a number, and a text.
    pub notes: Vec<(String, String)>,
}

impl Page {
    /// A page with a title and nothing below it.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// assert!(Page::new("<b>").to_html().contains("<title>&lt;b&gt;</title>"));
    /// ```
    pub fn new(title: &str) -> Self {
        Self { title: clean(title, SHORT), blocks: Vec::new() }
    }

    /// Adds a list of facts, each a name and a value.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// let html = Page::new("Run").facts(&[("Rows", 12.to_string())]).to_html();
    /// assert!(html.contains("<dt>Rows</dt><dd>12</dd>"));
    /// ```
    #[must_use]
    pub fn facts<N: AsRef<str>, V: AsRef<str>>(self, facts: &[(N, V)]) -> Self {
        let clean = |(name, value): &(N, V)| (clean(name.as_ref(), SHORT), long(value));
        self.with(Block::Facts(facts.iter().map(clean).collect()))
    }

    /// Adds a heading.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// assert!(Page::new("Run").heading("Clusters").to_html().contains("<h2>Clusters</h2>"));
    /// ```
    #[must_use]
    pub fn heading(self, text: &str) -> Self {
        self.with(Block::Heading(clean(text, SHORT)))
    }

    /// Adds a paragraph.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// assert!(Page::new("Run").paragraph("a < b").to_html().contains("<p>a &lt; b</p>"));
    /// ```
    #[must_use]
    pub fn paragraph(self, text: &str) -> Self {
        self.with(Block::Paragraph(long(&text)))
    }

    /// Adds a table with a title above it; columns that are `numeric` are aligned to the right.
    ///
    /// A row may be shorter or longer than the header, and `numeric` may be, too; what is missing is
    /// empty, or not numeric.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// let rows = [["cmd.exe /c whoami", "3"], ["ls", "1"]];
    /// let html = Page::new("Run").table("Rare", &["command", "rows"], &[false, true], &rows).to_html();
    /// assert!(html.contains("<td>cmd.exe /c whoami</td><td class=\"number\">3</td>"));
    /// ```
    #[must_use]
    pub fn table<H: AsRef<str>, R: AsRef<[C]>, C: AsRef<str>>(
        self,
        title: &str,
        header: &[H],
        numeric: &[bool],
        rows: &[R],
    ) -> Self {
        self.with(Block::Table(Table {
            title: clean(title, SHORT),
            header: header.iter().map(|name| clean(name.as_ref(), SHORT)).collect(),
            numeric: numeric.to_vec(),
            rows: rows.iter().map(|row| row.as_ref().iter().map(long).collect()).collect(),
        }))
    }

    /// Adds a finding: a title that is a link to itself, a line about it, and what is to be read. The nth
    /// finding of a page has the anchor `#finding-n`.
    ///
    /// ```
    /// # use oddsift_plot::{Entry, Page};
    /// let entry = Entry {
    ///     mark: "1".to_owned(),
    ///     text: "whoami /all".to_owned(),
    ///     notes: vec![("21".to_owned(), "ran 1 time of 363 events".to_owned())],
    ///     ..Entry::default()
    /// };
    /// let html = Page::new("Run").finding("Finding 1", "21 bits", &[entry]).to_html();
    /// assert!(html.contains("<a href=\"#finding-1\">Finding 1</a>"));
    /// ```
    #[must_use]
    pub fn finding(self, title: &str, about: &str, entries: &[Entry]) -> Self {
        self.with(Block::Finding(Finding {
            title: clean(title, SHORT),
            about: long(&about),
            entries: entries.iter().map(Entry::clean).collect(),
        }))
    }

    /// Adds a figure.
    ///
    /// ```
    /// # use oddsift_plot::{DistancePlot, Page};
    /// let figure = DistancePlot::of_curve(&[(0.5, 1.0)]).figure();
    /// let html = Page::new("Run").figure(figure).to_html();
    /// assert!(html.contains("<h2>Distances to the neighbours</h2>"));
    /// ```
    #[must_use]
    pub fn figure(self, figure: Figure) -> Self {
        self.with(Block::Figure(figure))
    }

    /// The whole file.
    ///
    /// ```
    /// # use oddsift_plot::Page;
    /// assert!(Page::new("Run").to_html().contains("default-src 'none'"));
    /// ```
    pub fn to_html(&self) -> String {
        crate::html::document(self)
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Entry {
    fn clean(&self) -> Self {
        Self {
            mark: clean(&self.mark, SHORT),
            text: long(&self.text),
            about: long(&self.about),
            notes: self.notes.iter().map(|(mark, text)| (clean(mark, SHORT), long(text))).collect(),
        }
    }
}

impl Figure {
    /// The figure as a page of its own, see [`Page`].
    ///
    /// ```
    /// # use oddsift_plot::DistancePlot;
    /// let html = DistancePlot::of_curve(&[(0.5, 1.0)]).figure().to_html();
    /// assert!(html.contains("<h1>Distances to the neighbours</h1>"));
    /// ```
    pub fn to_html(&self) -> String {
        Page::new(&self.title).figure(self.clone()).to_html()
    }
}

fn long(text: &impl AsRef<str>) -> String {
    clean(text.as_ref(), LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        let text = || text.to_owned();
        Entry { mark: text(), text: text(), about: text(), notes: vec![(text(), text())] }
    }

    #[test]
    fn what_acts_on_a_reader_is_seen_in_every_text() {
        let hostile = "a\u{202e}b\u{1b}[2J";
        let page = Page::new(hostile)
            .facts(&[(hostile, hostile)])
            .heading(hostile)
            .paragraph(hostile)
            .table(hostile, &[hostile], &[], &[[hostile]])
            .finding(hostile, hostile, &[entry(hostile)]);
        let shown = format!("{page:?}");
        assert_eq!(shown.matches("a[U+202E]b␛[2J").count(), 15);
        assert!(!shown.contains(['\u{202e}', '\u{1b}']) && !shown.contains("\\u{"));
    }

    #[test]
    fn texts_have_an_end() {
        let page = Page::new(&"x".repeat(9_999)).paragraph(&"y".repeat(99_999));
        assert_eq!(page.title.chars().count(), SHORT + 1);
        assert!(matches!(&page.blocks[..], [Block::Paragraph(text)] if text.ends_with("y…")));
    }
}
