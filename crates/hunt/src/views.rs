//! How rare each part of a start of a program is: counts of the log at hand and of its history.

use hashbrown::{HashMap, HashSet};
use oddsift_rarity::{Counts, Error as CountError, TailCounts, surprisal};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use crate::Error;
use crate::process::{COMMAND_LINE, PARENT, PATH, place, program_name};
use crate::shape::{Shape, TRAITS, each_word};
use crate::table::{LineId, LineTable};
use crate::texts::Texts;

/// Sums of bits are compared in steps of this part of a bit.
const STEPS: f64 = 1024.0;

/// The part of an event whose rarity is counted.
///
/// ```
/// use oddsift_hunt::View;
///
/// assert!(View::ALL.iter().all(|view| view.weight() <= View::Line.weight()));
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
    /// The place of the program: where its folder begins.
    Place,
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
        Self::Place,
        Self::Length,
    ];

    /// What it is about: how often it is, where it comes from, what it looks like.
    pub(crate) fn kind(self) -> u8 {
        match self {
            Self::Line | Self::LineOfProgram | Self::Program | Self::Combination => 0,
            Self::ParentChild | Self::Spread | Self::Place | Self::Value(_) => 1,
            Self::Shape | Self::Words | Self::Length | Self::Number(_) => 2,
        }
    }

    /// Returns the factor of the view's bits in the sum, found by measurement: see the crate's docs.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::View::Line.weight(), 4.0);
    /// ```
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Line => 4.0,
            Self::Program | Self::LineOfProgram | Self::Spread => 1.5,
            Self::Shape => 1.25,
            Self::Place => 0.5,
            Self::Length => 0.1,
            _ => 1.0,
        }
    }
}

/// Counts of a table of process events, and what they say of each of its lines.
#[derive(Debug, Clone)]
pub(crate) struct Views {
    pub(crate) programs: Counts<u32>,
    pub(crate) pairs: Counts<(u32, u32)>,
    pub(crate) parents: Counts<u32>,
    pub(crate) lines: Counts<u32>,
    pub(crate) places: Counts<u32>,
    pub(crate) lengths: TailCounts<u32>,
    shapes: TailCounts<()>,
    unseen: TailCounts<()>,
    words: Words,
    traits: [u64; TRAITS.len()],
    pub(crate) names: Texts,
    pub(crate) place_names: Texts,
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
    pub(crate) place: u32,
    pub(crate) is_known: bool,
}

/// What is known of a program with a masked command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextFacts {
    pub(crate) shape: Shape,
    pub(crate) shape_bits: u64,
    pub(crate) length: u64,
    /// The number of its words that are nowhere else.
    pub(crate) n_unseen: u64,
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
            parents: Counts::new(),
            lines: Counts::new(),
            places: Counts::new(),
            lengths: TailCounts::new(),
            shapes: TailCounts::new(),
            unseen: TailCounts::new(),
            words: Words::default(),
            traits: [0; TRAITS.len()],
            names: Texts::default(),
            place_names: Texts::default(),
            of_entry: Vec::new(),
            of_text: Vec::new(),
            n_rows: 0,
        }
    }

    /// Numbers programs, places and lines.
    fn number(&mut self, table: &LineTable) -> Result<(), Error> {
        let too_many = || Error::TooManyValues { what: "programs".to_owned() };
        let mut of_paths = Vec::new();
        for path in table.values_of(PATH) {
            let name = self.names.intern(program_name(path)).ok_or_else(too_many)?;
            let place = self.place_names.intern(place(path)).ok_or_else(too_many)?;
            of_paths.push((name, place));
        }
        let parents: Option<Vec<u32>> =
            table.values_of(PARENT).map(|parent| self.names.intern(parent)).collect();
        let parents = parents.ok_or_else(too_many)?;
        let mut lines: HashMap<(u32, u32), u32> = HashMap::new();
        for (id, _) in table.lines() {
            let [path, parent, command_line] = table.key(id) else { continue };
            let next = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let line = *lines.entry((*path, *command_line)).or_insert(next);
            let (name, place) = of_paths.get(*path as usize).copied().unwrap_or_default();
            let parent = parents.get(*parent as usize).copied().unwrap_or_default();
            self.of_entry.push(Facts { line, name, parent, place, is_known: false });
        }
        self.of_text.resize(lines.len(), TextFacts::default());
        Ok(())
    }

    fn count(&mut self, table: &LineTable) -> Result<(), CountError> {
        let mut known_lines = HashSet::new();
        let mut known_pairs = HashSet::new();
        for ((id, entry), facts) in table.lines().zip(&self.of_entry) {
            let n_rows = entry.starts.saturating_add(entry.known);
            self.programs.add(facts.name, n_rows)?;
            self.pairs.add((facts.parent, facts.name), n_rows)?;
            self.parents.add(facts.parent, n_rows)?;
            self.lines.add(facts.line, n_rows)?;
            self.places.add(facts.place, n_rows)?;
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
        self.look_at_shapes(table, &texts)?;
        self.look_at_words(table, &texts, table.n_known_rows() > 0)
    }

    fn look_at_shapes(&mut self, table: &LineTable, texts: &[Text]) -> Result<(), CountError> {
        self.of_text.par_iter_mut().zip(texts).for_each(|(facts, text)| {
            let command_line = table.value(text.id, COMMAND_LINE);
            facts.shape = Shape::of(command_line);
            facts.length = command_line.len() as u64;
        });
        for (facts, text) in self.of_text.iter_mut().zip(texts) {
            for place in facts.shape.traits() {
                if let Some(rows) = self.traits.get_mut(place) {
                    *rows = rows.saturating_add(text.starts.saturating_add(text.known));
                }
            }
        }
        for (facts, text) in self.of_text.iter_mut().zip(texts) {
            let bits = |place| trait_bits(&self.traits, place, self.n_rows);
            facts.shape_bits = in_steps(facts.shape.traits().map(bits).sum());
            self.shapes.add((), facts.shape_bits, text.starts)?;
        }
        Ok(())
    }

    /// Finds the words that no other line has; with a history, those that none of its lines has.
    fn look_at_words(
        &mut self,
        table: &LineTable,
        texts: &[Text],
        has_history: bool,
    ) -> Result<(), CountError> {
        // The words of all lines, one behind the other.
        let (mut words, mut ends) = (Vec::new(), Vec::with_capacity(texts.len()));
        for text in texts {
            self.words.arguments(table, *text, &mut words);
            ends.push(words.len());
        }
        let starts = || std::iter::once(0).chain(ends.iter().copied());
        let of_line = |start: usize, end: usize| words.get(start..end).unwrap_or_default();
        for (text, (start, end)) in texts.iter().zip(starts().zip(ends.iter().copied())) {
            if !has_history || text.known > 0 {
                for word in of_line(start, end) {
                    self.words.count(*word);
                }
            }
        }
        // A line of the log is one of those that have its words.
        self.words.most_unseen = u64::from(!has_history);
        let lines = texts.iter().zip(starts().zip(ends.iter().copied()));
        for (facts, (text, (start, end))) in self.of_text.iter_mut().zip(lines) {
            if text.known == 0 || !has_history {
                let words = of_line(start, end).iter();
                facts.n_unseen = words.filter(|word| self.words.is_unseen(**word)).count() as u64;
            }
            self.unseen.add((), facts.n_unseen, text.starts)?;
        }
        Ok(())
    }

    /// The texts of each line, its rows in the log and in the history.
    fn texts_of_lines(&self, table: &LineTable) -> Vec<Text> {
        let mut texts = vec![Text::default(); self.of_text.len()];
        for ((id, entry), facts) in table.lines().zip(&self.of_entry) {
            if let Some(text) = texts.get_mut(facts.line as usize) {
                text.id = id;
                text.starts = text.starts.saturating_add(entry.starts);
                text.known = text.known.saturating_add(entry.known);
            }
        }
        texts
    }

    /// The words of a line that are nowhere else, sorted.
    pub(crate) fn unseen_words<'t>(&self, table: &'t LineTable, id: LineId) -> Vec<&'t str> {
        self.words.unseen(table.value(id, PATH), table.value(id, COMMAND_LINE))
    }

    /// The sum of the bits of a line, with their weights, without those of its rows' parents.
    pub(crate) fn sum(&self, facts: Facts) -> f64 {
        View::ALL.iter().map(|view| self.bits(*view, facts) * view.weight()).sum()
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
            View::Place => self.places.bits(&facts.place),
            View::Shape => text
                .filter(|text| text.shape_bits > 0)
                .map_or(0.0, |text| self.shapes.bits(&(), text.shape_bits)),
            View::Words => text
                .filter(|text| text.n_unseen > 0)
                .map_or(0.0, |text| self.unseen.bits(&(), text.n_unseen)),
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
        self.text(facts).map_or(0, |text| self.unseen.at_least(&(), text.n_unseen))
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

/// A program with its masked command line.
#[derive(Clone, Copy)]
struct Text {
    /// A line of the table that has it.
    id: LineId,
    /// Starts in the log.
    starts: u64,
    /// Rows of the history.
    known: u64,
}

impl Default for Text {
    fn default() -> Self {
        Self { id: LineId(u32::MAX), starts: 0, known: 0 }
    }
}

/// The words of command lines, and in how many lines each is.
#[derive(Debug, Clone, Default)]
struct Words {
    texts: Texts,
    n_lines: Vec<u64>,
    /// A word of more lines is seen elsewhere.
    most_unseen: u64,
}

impl Words {
    /// Appends the distinct words of a command line without those of the program's path: how rare that is,
    /// is a view of its own.
    fn arguments(&mut self, table: &LineTable, text: Text, words: &mut Vec<u32>) {
        let start = words.len();
        let path = table.value(text.id, PATH);
        each_word(table.value(text.id, COMMAND_LINE), |word| {
            // Most words are no part of the path, and most paths are short.
            if !has_word(path, word) {
                words.extend(self.texts.intern(word));
            }
        });
        let of_line = words.get_mut(start..).unwrap_or_default();
        of_line.sort_unstable();
        let mut len = start;
        for at in start..words.len() {
            let word = words.get(at).copied();
            if at == start || word != words.get(len.saturating_sub(1)).copied() {
                if let (Some(word), Some(slot)) = (word, words.get_mut(len)) {
                    *slot = word;
                }
                len = len.saturating_add(1);
            }
        }
        words.truncate(len);
        self.n_lines.resize(self.texts.len(), 0);
    }

    fn count(&mut self, word: u32) {
        if let Some(n_lines) = self.n_lines.get_mut(word as usize) {
            *n_lines = n_lines.saturating_add(1);
        }
    }

    fn is_unseen(&self, word: u32) -> bool {
        self.n_lines.get(word as usize).copied().unwrap_or_default() <= self.most_unseen
    }

    fn unseen<'w>(&self, path: &str, command_line: &'w str) -> Vec<&'w str> {
        let mut unseen = Vec::new();
        each_word(command_line, |word| {
            let is_unseen = self.texts.find(word).is_none_or(|word| self.is_unseen(word));
            if is_unseen && !has_word(path, word) {
                unseen.push(word);
            }
        });
        unseen.sort_unstable();
        unseen.dedup();
        unseen
    }
}

/// Whether a text has a word, as a whole.
fn has_word(text: &str, word: &str) -> bool {
    let mut has = false;
    if text.contains(word) {
        each_word(text, |other| has |= other == word);
    }
    has
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most 64 bits of 64 traits"
)]
fn in_steps(bits: f64) -> u64 {
    (bits * STEPS) as u64
}

fn trait_bits(traits: &[u64], place: usize, n_rows: u64) -> f64 {
    surprisal(traits.get(place).copied().unwrap_or(n_rows), n_rows)
}
