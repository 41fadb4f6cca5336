//! How rare each part of a start of a program is: counts of the log at hand and of its history.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use oddsift_rarity::{Counts, Error as CountError, GivenCounts, TailCounts, surprisal};

use crate::Error;
use crate::process::{COMMAND_LINE, PARENT, PATH, folder, program_name};
use crate::shape::{Shape, TRAITS, words};
use crate::table::{LineId, LineTable};
use crate::texts::Texts;

/// Sums of bits are compared in steps of this part of a bit.
const STEPS: f64 = 1024.0;

/// The part of an event whose rarity is counted.
///
/// ```
/// use oddsift_hunt::View;
///
/// assert_eq!(View::ALL.iter().map(|view| view.weight()).sum::<f64>(), 10.5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum View {
    /// The name of the program.
    Program,
    /// The program, among those that its parent starts and all others.
    ParentChild,
    /// The masked command line of the program.
    Line,
    /// The masked command line, among those of its program.
    LineOfProgram,
    /// The rarity of the traits of its shape, together.
    Shape,
    /// The number of its words that are nowhere else.
    Words,
    /// The number of different lines that its parent process started.
    Spread,
    /// The folder of the program, among those of its name.
    Folder,
    /// The length of the masked command line, among those of its program.
    Length,
    /// A value of a column.
    Value(u16),
    /// A number of a column, how large it is.
    Number(u16),
    /// The combination of all values.
    Combination,
}

impl View {
    /// The views of process events, in the order of reasons of equal bits.
    pub const ALL: [Self; 9] = [
        Self::Line,
        Self::Shape,
        Self::Words,
        Self::ParentChild,
        Self::Program,
        Self::LineOfProgram,
        Self::Spread,
        Self::Folder,
        Self::Length,
    ];

    /// What it is about: how often it is, where it comes from, what it looks like.
    pub(crate) fn kind(self) -> u8 {
        match self {
            Self::Line | Self::LineOfProgram | Self::Program | Self::Combination => 0,
            Self::ParentChild | Self::Spread | Self::Folder | Self::Value(_) => 1,
            Self::Shape | Self::Words | Self::Length | Self::Number(_) => 2,
        }
    }

    /// Returns the factor of the view's bits in the sum, found by measurement: see the crate's docs.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::View::Line.weight(), 3.0);
    /// ```
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Line => 3.0,
            Self::Shape => 2.0,
            Self::Folder | Self::Length => 0.25,
            _ => 1.0,
        }
    }
}

/// Counts of a table of process events, and what they say of each of its lines.
pub(crate) struct Views {
    pub(crate) programs: Counts<u32>,
    pub(crate) pairs: Counts<(u32, u32)>,
    pub(crate) children: GivenCounts<u32, u32>,
    pub(crate) lines: Counts<u32>,
    pub(crate) folders: GivenCounts<u32, u32>,
    pub(crate) lengths: TailCounts<u32>,
    shapes: TailCounts<()>,
    unseen: TailCounts<()>,
    traits: [u64; TRAITS.len()],
    pub(crate) names: Texts,
    pub(crate) folder_names: Texts,
    pub(crate) of_entry: Vec<Facts>,
    /// By the number of a line's text.
    pub(crate) of_text: Vec<TextFacts>,
    /// Rows counted, those of the history included.
    pub(crate) n_rows: u64,
}

/// What is known of a line of the table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    /// Which program and masked command line, whatever the parent.
    pub(crate) line: u32,
    pub(crate) name: u32,
    pub(crate) parent: u32,
    pub(crate) folder: u32,
    pub(crate) is_known: bool,
}

/// What is known of a program with a masked command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextFacts {
    pub(crate) shape: Shape,
    pub(crate) shape_bits: u64,
    pub(crate) length: u64,
    /// Its words that are nowhere else.
    pub(crate) unseen: Vec<Box<str>>,
}

impl Views {
    pub(crate) fn new(table: &LineTable) -> Result<Self, Error> {
        let mut views = Self::empty();
        views.number(table)?;
        views.count(table).map_err(|_: CountError| Error::TooManyRows)?;
        views.look_at_texts(table).map_err(|_: CountError| Error::TooManyRows)?;
        Ok(views)
    }

    fn empty() -> Self {
        Self {
            programs: Counts::new(),
            pairs: Counts::new(),
            children: GivenCounts::new(),
            lines: Counts::new(),
            folders: GivenCounts::new(),
            lengths: TailCounts::new(),
            shapes: TailCounts::new(),
            unseen: TailCounts::new(),
            traits: [0; TRAITS.len()],
            names: Texts::default(),
            folder_names: Texts::default(),
            of_entry: Vec::new(),
            of_text: Vec::new(),
            n_rows: 0,
        }
    }

    /// Numbers programs, folders and lines.
    fn number(&mut self, table: &LineTable) -> Result<(), Error> {
        let too_many = || Error::TooManyValues { what: "programs".to_owned() };
        let mut lines: HashMap<(u32, u32), u32> = HashMap::new();
        for (id, _) in table.lines() {
            let path = table.value(id, PATH);
            let key = table.key(id);
            let number = |column: usize| key.get(column).copied().unwrap_or(u32::MAX);
            let next = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let line = *lines.entry((number(PATH), number(COMMAND_LINE))).or_insert(next);
            let name = self.names.intern(program_name(path)).ok_or_else(too_many)?;
            let parent = self.names.intern(table.value(id, PARENT)).ok_or_else(too_many)?;
            let folder = self.folder_names.intern(folder(path)).ok_or_else(too_many)?;
            self.of_entry.push(Facts { line, name, parent, folder, is_known: false });
        }
        self.of_text.resize(lines.len(), TextFacts::default());
        Ok(())
    }

    fn count(&mut self, table: &LineTable) -> Result<(), CountError> {
        let mut known_lines = HashSet::new();
        let mut known_pairs = HashSet::new();
        for ((id, entry), facts) in table.lines().zip(&self.of_entry) {
            let n_rows = entry.count.saturating_add(entry.known);
            self.programs.add(facts.name, n_rows)?;
            self.pairs.add((facts.parent, facts.name), n_rows)?;
            self.children.add(facts.parent, facts.name, n_rows)?;
            self.lines.add(facts.line, n_rows)?;
            self.folders.add(facts.name, facts.folder, n_rows)?;
            let length = table.value(id, COMMAND_LINE).len() as u64;
            self.lengths.add(facts.name, length, n_rows)?;
            if entry.known > 0 {
                known_lines.insert(facts.line);
                known_pairs.insert((facts.parent, facts.name));
            }
        }
        self.n_rows = self.programs.total();
        for facts in &mut self.of_entry {
            facts.is_known = known_lines.contains(&facts.line)
                && known_pairs.contains(&(facts.parent, facts.name));
        }
        Ok(())
    }

    fn look_at_texts(&mut self, table: &LineTable) -> Result<(), CountError> {
        let texts = self.texts_of_lines(table);
        let has_history = table.n_known_rows() > 0;
        for (facts, (text, ..)) in self.of_text.iter_mut().zip(&texts) {
            facts.shape = Shape::of(text);
            facts.length = text.len() as u64;
        }
        for (facts, (_, count, known)) in self.of_text.iter().zip(&texts) {
            for place in facts.shape.traits() {
                if let Some(rows) = self.traits.get_mut(place) {
                    *rows = rows.saturating_add(count.saturating_add(*known));
                }
            }
        }
        // In how many lines each word is; with a history, in how many of its lines.
        let mut in_lines: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
        for (line, (text, _, known)) in (0..).zip(&texts) {
            if has_history && *known == 0 {
                continue;
            }
            for word in words(text) {
                let seen = in_lines.entry(word).or_insert((u32::MAX, 0));
                if seen.0 != line {
                    *seen = (line, seen.1.saturating_add(1));
                }
            }
        }
        for (facts, (text, count, known)) in self.of_text.iter_mut().zip(&texts) {
            let is_unseen = |word: &&str| {
                let n_lines = in_lines.get(word).map_or(0, |seen| seen.1);
                if has_history { n_lines == 0 } else { n_lines == 1 }
            };
            if !has_history || *known == 0 {
                let mut unseen: Vec<&str> = words(text).filter(is_unseen).collect();
                unseen.sort_unstable();
                unseen.dedup();
                facts.unseen = unseen.into_iter().map(Box::from).collect();
            }
            let sum: f64 = facts
                .shape
                .traits()
                .map(|place| trait_bits(&self.traits, place, self.n_rows))
                .sum();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at most 64 bits of 64 traits"
            )]
            let steps = (sum * STEPS) as u64;
            facts.shape_bits = steps;
            self.shapes.add((), steps, *count)?;
            self.unseen.add((), facts.unseen.len() as u64, *count)?;
        }
        Ok(())
    }

    /// The masked command line of each line, its rows in the log and in the history.
    fn texts_of_lines<'t>(&self, table: &'t LineTable) -> Vec<(&'t str, u64, u64)> {
        let mut texts = vec![("", 0_u64, 0_u64); self.of_text.len()];
        for ((id, entry), facts) in table.lines().zip(&self.of_entry) {
            if let Some(text) = texts.get_mut(facts.line as usize) {
                text.0 = table.value(id, COMMAND_LINE);
                text.1 = text.1.saturating_add(entry.count);
                text.2 = text.2.saturating_add(entry.known);
            }
        }
        texts
    }

    pub(crate) fn facts(&self, id: LineId) -> Facts {
        self.of_entry.get(id.index()).copied().unwrap_or_default()
    }

    pub(crate) fn text(&self, facts: Facts) -> Option<&TextFacts> {
        self.of_text.get(facts.line as usize)
    }

    /// The bits of a line in a view, without its weight. The spread of a parent is of a row.
    pub(crate) fn bits(&self, view: View, facts: Facts) -> f64 {
        let text = self.text(facts);
        match view {
            View::Program => self.programs.bits(&facts.name),
            View::ParentChild => self.pairs.bits(&(facts.parent, facts.name)),
            View::Line => self.lines.bits(&facts.line),
            View::LineOfProgram => {
                surprisal(self.lines.count(&facts.line), self.programs.count(&facts.name))
            }
            View::Folder => self.folders.bits(&facts.name, &facts.folder),
            View::Shape => text
                .filter(|text| text.shape_bits > 0)
                .map_or(0.0, |text| self.shapes.bits(&(), text.shape_bits)),
            View::Words => text
                .filter(|text| !text.unseen.is_empty())
                .map_or(0.0, |text| self.unseen.bits(&(), text.unseen.len() as u64)),
            View::Length => text.map_or(0.0, |text| self.lengths.bits(&facts.name, text.length)),
            _ => 0.0,
        }
    }

    /// Rows of the log whose shapes are as rare together.
    pub(crate) fn rows_of_such_shape(&self, facts: Facts) -> u64 {
        self.text(facts).map_or(0, |text| self.shapes.at_least(&(), text.shape_bits))
    }

    /// Rows of the log with as many words that are nowhere else.
    pub(crate) fn rows_of_such_words(&self, facts: Facts) -> u64 {
        self.text(facts).map_or(0, |text| self.unseen.at_least(&(), text.unseen.len() as u64))
    }

    /// The traits of a line, the rarest first, each with the rows that have it.
    pub(crate) fn rarest_traits(&self, facts: Facts) -> Vec<(&'static str, u64)> {
        let shape = self.text(facts).map(|text| text.shape).unwrap_or_default();
        let with_rows = |place: usize| Some((TRAITS.get(place)?.0, *self.traits.get(place)?));
        let mut traits: Vec<_> = shape.traits().filter_map(with_rows).collect();
        traits.sort_by_key(|(_, rows)| *rows);
        traits
    }
}

fn trait_bits(traits: &[u64], place: usize, n_rows: u64) -> f64 {
    surprisal(traits.get(place).copied().unwrap_or(n_rows), n_rows)
}
