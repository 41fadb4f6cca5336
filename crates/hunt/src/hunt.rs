use hashbrown::HashMap;
use oddsift_patterns::Timestamp;

use crate::ranking::Ranking;
use crate::reason::{grouped, template};
use crate::{LineId, LineTable, Reason};

/// What a hunt found: lines in their order, and the findings that they are part of.
///
/// ```
/// use oddsift_hunt::{HuntParams, LineTable, Sighting};
///
/// let mut table = LineTable::new(["user"]);
/// for row in 0..10 {
///     table.add(&Sighting::new(row, if row == 3 { &["eve"] } else { &["anna"] }))?;
/// }
/// let hunt = HuntParams::new().rank(table)?;
/// assert_eq!(hunt.lines().len(), 2);
/// assert_eq!(hunt.findings()[0].number, hunt.lines()[0].finding);
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hunt {
    pub(crate) lines: Vec<Line>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) ranking: Ranking,
    /// The nodes of all findings.
    pub(crate) nodes: Vec<u32>,
    pub(crate) n_known_lines: u64,
    pub(crate) n_known_seen: u64,
    /// By the entry of the table: the place in `lines`.
    pub(crate) line_of: Vec<Option<u32>>,
    /// Finding and bits of the rows that are elsewhere than their line.
    pub(crate) rows: HashMap<u64, (u32, f64)>,
}

/// Rows that have all in common but what was masked: one line of the list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// The place in the list, from 1.
    pub rank: u32,
    /// The finding that it is part of.
    pub finding: u32,
    /// Whether it is one of the few lines that stand for its finding; the others come behind all findings.
    pub is_lead: bool,
    /// The row that stands for it: the most surprising one in its finding.
    pub row: u64,
    /// The number of rows.
    pub count: u64,
    /// Further lines of its finding that are alike: the same program, parent and shape.
    pub variants: u64,
    /// The hosts on which it was seen; 0 where rows name none.
    pub hosts: u64,
    /// The users who were seen with it; 0 where rows name none.
    pub users: u64,
    /// How surprising it is: the sum of the bits of its views.
    pub bits: f64,
    /// The times of its first and last row.
    pub times: Option<(Timestamp, Timestamp)>,
    pub(crate) node: u32,
}

/// Rows that belong together: a process tree, or what happened in a session within a short time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The place among findings, from 1: first those for which lines stand, then those whose lines are all
    /// shown with others.
    pub number: u32,
    /// The bits of its strongest line, and what the next four have above the line that one in ten
    /// reaches.
    pub bits: f64,
    /// The number of its lines.
    pub n_lines: u64,
    /// Further findings with the same lines, which are folded into it.
    pub n_alike: u64,
    pub(crate) nodes: (usize, usize),
}

/// A row of a finding's tree.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TreeRow {
    /// The row.
    pub row: u64,
    /// The number of its ancestors in the tree.
    pub depth: u32,
    /// Its bits.
    pub bits: f64,
    /// The rank of its line; `None` where the line is known and was left out.
    pub rank: Option<u32>,
}

/// Where a row of the log is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Placed {
    /// The finding that the row is part of.
    pub finding: u32,
    /// The rank of its line.
    pub rank: u32,
    /// Its bits.
    pub bits: f64,
}

impl Hunt {
    /// Returns the lines in their order.
    ///
    /// First come, finding by finding, the few lines that stand for each; then all others by their bits.
    ///
    /// ```
    /// # use oddsift_hunt::{HuntParams, LineTable};
    /// assert!(HuntParams::new().rank(LineTable::new(["a"]))?.lines().is_empty());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns the findings, the strongest first.
    ///
    /// ```
    /// # use oddsift_hunt::{HuntParams, LineTable};
    /// assert!(HuntParams::new().rank(LineTable::new(["a"]))?.findings().is_empty());
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns why a line is where it is, the strongest first: all views that add bits.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
    ///
    /// let mut lines = ProcessLines::new();
    /// lines.add(&ProcessEvent { path: "a.exe", command_line: "a.exe -x", ..ProcessEvent::new(0) })?;
    /// let hunt = HuntParams::new().rank(lines.into_table())?;
    /// let line = &hunt.lines()[0];
    /// let sum: f64 = hunt.reasons(line).iter().map(|reason| reason.bits).sum();
    /// assert!((sum - line.bits).abs() < 1e-9);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn reasons(&self, line: &Line) -> Vec<Reason> {
        self.ranking.reasons(line.node)
    }

    /// Returns the reasons of a line by what they are about, three at most, the strongest first: how often
    /// it is, where it comes from and what it looks like. Each has its bits; their sum is the line's.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
    ///
    /// let mut lines = ProcessLines::new();
    /// lines.add(&ProcessEvent { path: "a.exe", command_line: "a.exe -x", ..ProcessEvent::new(0) })?;
    /// let hunt = HuntParams::new().rank(lines.into_table())?;
    /// let line = &hunt.lines()[0];
    /// let sum: f64 = hunt.grouped_reasons(line).iter().map(|(bits, _)| bits).sum();
    /// assert!((sum - line.bits).abs() < 1e-9);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn grouped_reasons(&self, line: &Line) -> Vec<(f64, String)> {
        grouped(&self.reasons(line))
    }

    /// Returns the masked text of a line.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
    ///
    /// let mut lines = ProcessLines::new();
    /// lines.add(&ProcessEvent { command_line: "PING 10.0.0.7", ..ProcessEvent::new(0) })?;
    /// let hunt = HuntParams::new().rank(lines.into_table())?;
    /// assert_eq!(hunt.template(&hunt.lines()[0]), "ping <ip>");
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn template(&self, line: &Line) -> String {
        template(&self.ranking.table, self.ranking.entry_at(line.node))
    }

    /// Returns the rows of a finding that were kept, parents before their children, siblings by time.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
    ///
    /// let mut lines = ProcessLines::new();
    /// let start = |row, path, pid, parent_pid| ProcessEvent {
    ///     path,
    ///     pid: Some(pid),
    ///     parent_pid: Some(parent_pid),
    ///     ..ProcessEvent::new(row)
    /// };
    /// lines.add(&start(0, "word.exe", 10, 1))?;
    /// lines.add(&start(1, "cmd.exe", 11, 10))?;
    /// let hunt = HuntParams::new().rank(lines.into_table())?;
    /// let tree = hunt.tree(&hunt.findings()[0]);
    /// assert_eq!(tree.iter().map(|it| (it.row, it.depth)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn tree(&self, finding: &Finding) -> Vec<TreeRow> {
        let nodes = self.nodes.get(finding.nodes.0..finding.nodes.1).unwrap_or_default();
        self.ranking.tree(nodes, &self.line_of)
    }

    /// Returns the finding, rank and bits of a row, by the line that [`LineTable::add`] gave it; `None`
    /// where the line is known and was left out.
    ///
    /// Of a line that repeats, rows behind the first sixteen have the finding of the line.
    ///
    /// ```
    /// use oddsift_hunt::{HuntParams, LineTable, Sighting};
    ///
    /// let mut table = LineTable::new(["a"]);
    /// let (line, _) = table.add(&Sighting::new(0, &["x"]))?;
    /// let hunt = HuntParams::new().rank(table)?;
    /// assert_eq!(hunt.place(line, 0).map(|place| place.rank), Some(1));
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn place(&self, line: LineId, row: u64) -> Option<Placed> {
        let place = self.line_of.get(line.index()).copied().flatten()?;
        let line = self.lines.get(place as usize)?;
        let of_row = self.rows.get(&row);
        let (finding, bits) = of_row.copied().unwrap_or((line.finding, line.bits));
        Some(Placed { finding, rank: line.rank, bits })
    }

    /// Returns the number of lines that the history knows and that were left out.
    ///
    /// ```
    /// # use oddsift_hunt::{HuntParams, LineTable};
    /// assert_eq!(HuntParams::new().rank(LineTable::new(["a"]))?.n_known_lines(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn n_known_lines(&self) -> u64 {
        self.n_known_lines
    }

    /// Returns the number of rows that the history knows and that were left out.
    ///
    /// ```
    /// # use oddsift_hunt::{HuntParams, LineTable};
    /// assert_eq!(HuntParams::new().rank(LineTable::new(["a"]))?.n_known_seen(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn n_known_seen(&self) -> u64 {
        self.n_known_seen
    }

    /// Returns the lines as they were counted, with those of the history.
    ///
    /// ```
    /// # use oddsift_hunt::{HuntParams, LineTable};
    /// assert_eq!(HuntParams::new().rank(LineTable::new(["a"]))?.table().n_rows(), 0);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    #[must_use]
    pub fn table(&self) -> &LineTable {
        &self.ranking.table
    }
}
