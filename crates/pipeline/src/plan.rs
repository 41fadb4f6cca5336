//! What is taken from each row: its feature vector and its time, by the rules for bad and missing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};

use oddsift_features::{
    Field, Recipe, Role, Roles, SchemaChoice, Scratch, ValueError, ValueErrorKind, fills,
};
use oddsift_outliers::{ProcessLine, ProcessRarity};
use oddsift_records::{BadRows, Batch, Cell, FieldKind, Position, Record, Row, SkipLog};
use oddsift_timespan::{ParsedTime, TimeParser, Timestamp};

use crate::error::{RowFault, ValueFault, excerpt};
use crate::layout::{Head, find_roles};
use crate::texts::Texts;
use crate::time_column::{TimeColumns, TimeParsers, is_of_portal};
use crate::{Error, Input, Missing, RowTimes};

/// The plan for a row.
pub(crate) struct RowPlan {
    name: String,
    /// The plan for the columns that the first rows have.
    bound: Bound,
    /// How roles are found where later rows bring columns.
    schema: SchemaChoice,
    map: Vec<(String, String)>,
    /// Rows that are no starts of programs are left out.
    starts_only: bool,
    /// The categories of the recipe, each a number behind the features.
    categories: Vec<Category>,
    /// Makes the weight of a row; without it every row weighs 1.
    lines: LinePlan,
    weight: Option<Recipe>,
    time: Option<TimePlan>,
    missing: Missing,
    bad_rows: BadRows,
    /// A value that is missing is NaN, and no fault.
    has_gaps: bool,
    /// Values must be in the range of `f32`.
    is_single: bool,
    /// When the run began.
    now: Timestamp,
}

/// What a plan has of one header. Where records name their own fields, later ones may bring columns.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    columns: Arc<[String]>,
    pub(crate) recipe: Recipe,
    pub(crate) roles: Roles,
    texts: Vec<usize>,
    times: Vec<usize>,
}

impl Bound {
    fn new(columns: Arc<[String]>, recipe: Recipe, roles: Roles) -> Self {
        let texts = text_columns(&columns, &recipe);
        Self { columns, recipe, roles, texts, times: Vec::new() }
    }
}

/// Paths, command lines and the columns of text features must be text in JSON, too.
fn text_columns(columns: &[String], recipe: &Recipe) -> Vec<usize> {
    let is_text = |(column, role): &(usize, Option<Role>)| {
        let name = columns.get(*column).map_or("", String::as_str);
        let is_feature_of =
            |feature: &String| feature.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        matches!(role, Some(Role::Path | Role::CommandLine))
            || recipe.names().iter().any(is_feature_of)
    };
    recipe.bound().filter(is_text).map(|(column, _)| column).collect()
}

/// The distinct values of a category, numbered in the order in which threads meet them.
#[derive(Default)]
struct Category(RwLock<Texts>);

impl Category {
    /// Each thread knows so many numbers without asking for them.
    const KNOWN: usize = 1 << 12;

    /// The number of a value; `known` is of one thread.
    fn number(&self, value: &str, known: &mut Texts, numbers: &mut Vec<u32>) -> f64 {
        let place = known.number(value).map(|place| place as usize);
        let number = place.and_then(|place| numbers.get(place).copied()).unwrap_or_else(|| {
            let number = self.shared_number(value);
            if numbers.len() < Self::KNOWN {
                known.find_or_insert(value);
                numbers.push(number);
            }
            number
        });
        f64::from(number)
    }

    fn shared_number(&self, value: &str) -> u32 {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).number(value);
        known.unwrap_or_else(|| {
            self.0.write().unwrap_or_else(PoisonError::into_inner).find_or_insert(value)
        })
    }

    fn into_values(self) -> Texts {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).frozen()
    }
}

/// What the values of a row are.
#[derive(Default)]
enum LineValues {
    /// Those of the recipe.
    #[default]
    Recipe,
    /// The rarity of the parts of its process.
    Rarity(Arc<ProcessRarity>),
    /// None.
    Nothing,
}

/// What is taken of the masked texts of process events.
#[derive(Default)]
struct LinePlan {
    values: LineValues,
    /// Tells lines apart. It differs from plan to plan, so that nobody can make lines that it takes for
    /// one.
    hasher: RandomState,
    /// Whether rows have a value more, the key of their line.
    has_key: bool,
}

/// Columns of times, each of which all name their zone, or all do not.
struct TimePlan {
    /// Columns of the first rows, whether their times name a zone, where one is known, and whether they
    /// are of a portal.
    zones: Vec<(usize, Option<bool>, bool)>,
    parsers: TimeParsers,
    /// A column of dates, and the one with the time of the day beside it.
    clock: Option<(usize, usize)>,
    /// A column that nobody named may hold what is no time: the row then has none.
    is_named: bool,
    /// A blank is no time, and no fault.
    may_lack: bool,
}

/// Room that is used again for each row.
#[derive(Default)]
pub(crate) struct RowRoom {
    /// Which of several inputs the present batch is of, and its name.
    number: Option<u32>,
    input: Arc<str>,
    /// The plan for the columns of the present batch, where they are more than the first rows had.
    bound: Option<Box<Bound>>,
    scratch: Scratch,
    zeros: Vec<usize>,
    /// Of each category values that this thread met, and their numbers.
    known: Vec<(Texts, Vec<u32>)>,
    pub(crate) line: ProcessLine,
    /// Events repeat: the values of the first so many lines.
    line_values: HashMap<u64, [f64; 4]>,
    pub(crate) values: Vec<f64>,
    pub(crate) skipped: SkipLog,
    /// Rows that are no starts of programs.
    pub(crate) others: SkipLog,
    /// Times that could not be read, of a column that nobody named.
    pub(crate) unread_times: SkipLog,
    pub(crate) times: RowTimes,
    /// The number of rows taken of each input.
    pub(crate) n_taken: Vec<u64>,
    /// Where the first rows held no time: the first line whose time names no zone, and the first
    /// whose time does.
    pub(crate) first_zones: [Option<u64>; 2],
}

impl RowRoom {
    /// What was noted in all rooms.
    pub(crate) fn merged<'a>(rooms: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for room in rooms {
            all.merge(room);
        }
        all
    }

    /// The rarity of the line that was taken.
    fn values_of_line(&mut self, rarity: &ProcessRarity, key: u64) -> [f64; 4] {
        /// So many are kept by each thread.
        const MOST: usize = 1 << 16;
        if let Some(values) = self.line_values.get(&key) {
            return *values;
        }
        // Counts of fewer than 2^64 events always have bits.
        let values = rarity.values(&self.line).unwrap_or_default();
        if self.line_values.len() < MOST {
            self.line_values.insert(key, values);
        }
        values
    }

    /// Which of several inputs the present batch is of.
    fn place(&self) -> Option<(&Arc<str>, u32)> {
        self.number.map(|number| (&self.input, number))
    }

    fn note_taken(&mut self, time: Option<Timestamp>, now: Timestamp) {
        let place = self.number.unwrap_or_default() as usize;
        if self.n_taken.len() <= place {
            self.n_taken.resize(place + 1, 0);
        }
        if let Some(count) = self.n_taken.get_mut(place) {
            *count += 1;
        }
        if let Some(time) = time {
            self.times.add(time, now);
        }
    }

    pub(crate) fn note_skipped(&mut self, line: u64, column: Option<u64>, reason: impl Display) {
        let input = self.number.map(|number| (&self.input, number));
        self.skipped.note_in(input, line, column, reason);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.skipped.merge(&other.skipped);
        self.others.merge(&other.others);
        self.unread_times.merge(&other.unread_times);
        self.times.merge(other.times);
        if self.n_taken.len() < other.n_taken.len() {
            self.n_taken.resize(other.n_taken.len(), 0);
        }
        for (ours, theirs) in self.n_taken.iter_mut().zip(&other.n_taken) {
            *ours += theirs;
        }
        for (ours, theirs) in self.first_zones.iter_mut().zip(other.first_zones) {
            *ours = [*ours, theirs].into_iter().flatten().min();
        }
    }
}

/// What came of a row.
pub(crate) enum Taken {
    /// Its vector is in [`RowRoom::values`].
    Row { time: Option<Timestamp>, weight: f64 },
    /// It was left out and counted.
    Skipped,
}

/// Why a row cannot be used.
enum Trouble {
    Missing { column: usize },
    Bad { column: usize, fault: ValueFault },
}

impl RowPlan {
    pub(crate) fn new(head: &Head, input: &Input, recipe: Recipe) -> Self {
        let layout = &head.layout;
        let categories = recipe.categories().map(|_| Category::default()).collect();
        Self {
            name: layout.name.clone(),
            bound: Bound::new(layout.columns.as_slice().into(), recipe, layout.roles.clone()),
            schema: input.schema.clone(),
            map: input.map.clone(),
            starts_only: false,
            categories,
            lines: LinePlan::default(),
            weight: None,
            time: None,
            missing: input.missing,
            bad_rows: input.bad_rows,
            has_gaps: false,
            is_single: false,
            now: Timestamp::now(),
        }
    }

    /// The name of the input.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Leaves out rows that are no starts of programs, where features of such are asked for.
    pub(crate) fn with_starts_only(mut self) -> Self {
        let is_process = |role| matches!(role, Some(Role::Path | Role::CommandLine));
        let is_of_role = self.bound.recipe.bound().any(|(_, role)| is_process(role));
        // Features that were computed before are columns of the file, and mean the same.
        let of_process = self.bound.roles.features();
        let is_named = |name: &String| of_process.iter().any(|feature| feature.name() == name);
        self.starts_only = is_of_role || self.bound.recipe.names().iter().any(is_named);
        self
    }

    /// Leaves out rows that are no starts of programs, or not.
    pub(crate) fn starts_only(mut self, starts_only: bool) -> Self {
        self.starts_only = starts_only;
        self
    }

    /// Leaves out rows that lack a value, where no flag says otherwise.
    pub(crate) fn lenient(mut self, is_lenient: bool) -> Self {
        if is_lenient && self.missing == Missing::Fail {
            self.missing = Missing::Skip;
        }
        self
    }

    /// The recipe, as of the first rows, and the values of its categories by their numbers.
    pub(crate) fn into_parts(self) -> (Recipe, Vec<Texts>) {
        let values = self.categories.into_iter().map(Category::into_values).collect();
        (self.bound.recipe, values)
    }

    /// Takes up the columns of a batch; to be called before its rows.
    pub(crate) fn follow(&self, batch: &Batch, room: &mut RowRoom) -> Result<(), Error> {
        room.number = batch.input_number();
        if room.number.is_some() && *room.input != *batch.name() {
            room.input = batch.name().into();
        }
        let columns = batch.columns();
        let known = room.bound.as_ref().map_or(&self.bound.columns, |bound| &bound.columns);
        if Arc::ptr_eq(known, columns) || known.len() == columns.len() {
            return Ok(());
        }
        // Columns are only ever appended, and what a row has not is missing.
        if columns.len() <= self.bound.columns.len() {
            room.bound = None;
            return Ok(());
        }
        let failed = |source| Error::Header {
            name: self.name.clone(),
            columns: columns.to_vec(),
            source: Box::new(source),
        };
        let roles = find_roles(columns, &self.schema, &self.map).map_err(failed)?;
        let roles = self.bound.roles.extended(&roles);
        let recipe = self.bound.recipe.rebind(columns, &roles).map_err(failed)?;
        let mut bound = Bound::new(Arc::clone(columns), recipe, roles);
        bound.times.clone_from(&self.bound.times);
        if self.time.as_ref().is_some_and(|time| !time.is_named) {
            let more = bound.roles.all(Role::Time).iter();
            bound.times.extend(more.filter(|column| !self.bound.times.contains(column)));
        }
        room.bound = Some(Box::new(bound));
        Ok(())
    }

    /// The text of a row in a role.
    pub(crate) fn text_of<'a>(
        &self,
        role: Role,
        row: Row<'a>,
        room: &RowRoom,
    ) -> Option<Cow<'a, str>> {
        let roles = room.bound.as_ref().map_or(&self.bound.roles, |bound| &bound.roles);
        text_by(roles, role, row)
    }

    /// The numbers of a row's process and of the one that started it. In a file of several schemas one
    /// column may hold either; in a row it holds one of them.
    pub(crate) fn process_numbers<'a>(
        &self,
        row: Row<'a>,
        room: &RowRoom,
    ) -> [Option<Cow<'a, str>>; 2] {
        let roles = room.bound.as_ref().map_or(&self.bound.roles, |bound| &bound.roles);
        let pid = roles.all(Role::Pid).iter().find(|column| has(row, **column)).copied();
        let is_other = |column: &&usize| Some(**column) != pid;
        let mut of_parent = roles.all(Role::ParentPid).iter().filter(is_other);
        let parent = of_parent.find_map(|column| filled(row, *column));
        [pid.and_then(|pid| filled(row, pid)), parent]
    }

    /// The number of values in a row's vector.
    pub(crate) fn n_values(&self) -> usize {
        let own = match self.lines.values {
            LineValues::Recipe => self.bound.recipe.names().len(),
            LineValues::Rarity(_) => ProcessRarity::NAMES.len(),
            LineValues::Nothing => 0,
        };
        own + self.categories.len() + usize::from(self.lines.has_key)
    }

    /// Takes the weight of each row by a recipe of one value.
    pub(crate) fn with_weight(mut self, weight: Option<Recipe>) -> Self {
        self.weight = weight;
        self
    }

    /// Takes only values in the range of single precision.
    pub(crate) fn with_single_precision(mut self, is_single: bool) -> Self {
        self.is_single = is_single;
        self
    }

    /// Takes a value that is missing for NaN, where no flag says otherwise.
    pub(crate) fn with_gaps(mut self) -> Self {
        self.has_gaps = self.missing == Missing::Fail;
        self
    }

    /// Whether the first time of the input names its zone.
    pub(crate) fn is_zoned(&self) -> bool {
        let zones = self.time.as_ref().map_or(&[][..], |time| &time.zones);
        zones.first().is_some_and(|(_, zoned, _)| *zoned == Some(true))
    }

    /// Reads times from columns, that of a row from the first one that it fills; whether times name their
    /// zone is found from the first rows.
    pub(crate) fn with_time(
        mut self,
        head: &Head,
        input: &Input,
        columns: &TimeColumns,
    ) -> Result<Self, Error> {
        let parsers = TimeColumns::parsers(input)?;
        let clock = columns.clock.map(|clock| (columns.first(), clock));
        let zone = |column: usize| {
            let name = head.layout.columns.get(column).map_or("", String::as_str);
            let is_of_portal = is_of_portal(name);
            let parser = parsers.of(is_of_portal);
            let clock = clock.filter(|(date, _)| *date == column);
            let first = head.first_rows().find_map(|row| match clock {
                Some((date, clock)) => dated(row, date, clock, parser)?.ok(),
                None => parsed(row, column, parser)?.ok(),
            });
            (column, first.map(|time| time.zoned), is_of_portal)
        };
        let zones = columns.all.iter().copied().map(zone).collect();
        let may_lack = input.missing == Missing::Zero;
        self.bound.times.clone_from(&columns.all);
        self.time = Some(TimePlan { zones, parsers, clock, is_named: columns.is_named, may_lack });
        Ok(self)
    }

    /// Reads times from the columns that are known to hold some, where there are such; a row may lack one.
    pub(crate) fn with_known_time(self, head: &Head, input: &Input) -> Result<Self, Error> {
        match TimeColumns::find(&head.layout, None, None)? {
            Some(times) => self.with_time(head, input, &times),
            None => Ok(self),
        }
    }

    /// Computes the vector of a row and its time. Batches are [followed](Self::follow) first.
    pub(crate) fn take(&self, row: Row<'_>, room: &mut RowRoom) -> Result<Taken, Error> {
        // Taken out so that the room can be written to meanwhile.
        let own = room.bound.take();
        let bound = own.as_deref().unwrap_or(&self.bound);
        let taken = self.take_bound(bound, row, room);
        room.bound = own;
        taken
    }

    fn take_bound(&self, bound: &Bound, row: Row<'_>, room: &mut RowRoom) -> Result<Taken, Error> {
        if self.starts_only && !is_start(bound, row) {
            let input = room.number.map(|number| (&room.input, number));
            room.others.note_in(input, row.line(), None, "no start of a program");
            return Ok(Taken::Skipped);
        }
        let read = texts_are_text(bound, row).and_then(|()| self.evaluate(bound, row, room));
        let read = read.and_then(|()| self.values_fit(bound, room));
        let RowRoom { scratch, values, known, .. } = &mut *room;
        for (place, category) in self.categories.iter().enumerate() {
            let value = bound.recipe.category(place, |column| field(row, column), scratch);
            if known.len() <= place {
                known.resize_with(place + 1, Default::default);
            }
            let (texts, numbers) = &mut known[place];
            values.push(category.number(value.unwrap_or_default(), texts, numbers));
        }
        if read.is_ok() {
            self.take_line(bound, row, room);
        }
        let read = read.and_then(|()| self.weight_of(row, room));
        let read = read
            .and_then(|weight| Ok(Taken::Row { time: self.time_of(bound, row, room)?, weight }));
        let trouble = match read {
            Ok(taken) => {
                if let Taken::Row { time, .. } = taken {
                    room.note_taken(time, self.now);
                }
                return Ok(taken);
            }
            Err(trouble) => trouble,
        };
        let (column, may_skip) = match trouble {
            Trouble::Missing { column } => (column, self.missing == Missing::Skip),
            Trouble::Bad { column, .. } => (column, self.bad_rows == BadRows::Skip),
        };
        let position = self.position(row, Some(column), room);
        let column = bound.columns.get(column).cloned().unwrap_or_default();
        if may_skip {
            let reason = match trouble {
                Trouble::Missing { .. } => format!("{column} has no value"),
                Trouble::Bad { fault, .. } => format!("{column}: {fault}"),
            };
            room.note_skipped(row.line(), position.column, reason);
            return Ok(Taken::Skipped);
        }
        Err(match trouble {
            Trouble::Missing { .. } => Error::Missing { position, column },
            Trouble::Bad { fault, .. } => Error::Value { position, column, fault: Box::new(fault) },
        })
    }

    /// Refuses a row, or counts it as skipped where bad rows are.
    pub(crate) fn refuse(
        &self,
        row: Row<'_>,
        room: &mut RowRoom,
        what: RowFault,
    ) -> Result<(), Error> {
        if self.bad_rows == BadRows::Skip {
            room.note_skipped(row.line(), None, what);
            return Ok(());
        }
        Err(self.row_error(row, what, room))
    }

    /// What cannot be done with a row.
    pub(crate) fn row_error(&self, row: Row<'_>, what: RowFault, room: &RowRoom) -> Error {
        Error::Row { position: self.position(row, None, room), what: Box::new(what) }
    }

    fn position(&self, row: Row<'_>, column: Option<usize>, room: &RowRoom) -> Position {
        let column = column.map(|column| (column as u64).saturating_add(1));
        let name = room.place().map_or(self.name.as_str(), |(name, _)| name);
        Position::new(name, row.line(), column)
    }

    /// Takes the masked texts of a process event, its values by their rarity, and their hashes.
    fn take_line(&self, bound: &Bound, row: Row<'_>, room: &mut RowRoom) {
        if matches!(self.lines.values, LineValues::Recipe) && !self.lines.has_key {
            return;
        }
        let text = |role| text_by(&bound.roles, role, row).unwrap_or_default();
        let [path, parent, command_line] =
            [Role::Path, Role::ParentPath, Role::CommandLine].map(text);
        room.line.set(&path, &parent, &command_line);
        let key = self.lines.hasher.hash_one(&room.line);
        match &self.lines.values {
            LineValues::Recipe => {}
            LineValues::Rarity(rarity) => {
                let values = room.values_of_line(rarity, key);
                room.values.clear();
                room.values.extend(values);
            }
            LineValues::Nothing => room.values.clear(),
        }
        if self.lines.has_key {
            room.values.push(key_value(key));
        }
    }

    /// Whether rows are starts of programs.
    pub(crate) fn is_of_processes(&self) -> bool {
        self.starts_only
    }

    /// With the rarity of processes as values.
    pub(crate) fn with_rarity(mut self, rarity: Option<Arc<ProcessRarity>>) -> Self {
        self.lines.values = rarity.map_or(LineValues::Recipe, LineValues::Rarity);
        self
    }

    /// With the key of the line as the only value.
    pub(crate) fn with_line_key_alone(mut self) -> Self {
        (self.lines.values, self.lines.has_key) = (LineValues::Nothing, true);
        self
    }

    /// With a value more, which tells lines of process events apart.
    pub(crate) fn with_line_key(mut self, has_key: bool) -> Self {
        self.lines.has_key = has_key;
        self
    }

    fn values_fit(&self, bound: &Bound, room: &RowRoom) -> Result<(), Trouble> {
        #[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
        let is_past = |value: &f64| self.is_single && !(*value as f32).is_finite();
        let Some(place) = room.values.iter().position(is_past) else { return Ok(()) };
        let feature = bound.recipe.names().get(place).cloned().unwrap_or_default();
        let value = room.values.get(place).copied().unwrap_or_default();
        let column = bound.columns.iter().position(|name| *name == feature).unwrap_or_default();
        Err(Trouble::Bad { column, fault: ValueFault::PastSingle { feature, value } })
    }

    fn evaluate(&self, bound: &Bound, row: Row<'_>, room: &mut RowRoom) -> Result<(), Trouble> {
        room.values.resize(bound.recipe.names().len(), 0.0);
        let RowRoom { scratch, zeros, values, .. } = room;
        self.evaluate_by(&bound.recipe, row, scratch, zeros, values)
    }

    fn weight_of(&self, row: Row<'_>, room: &mut RowRoom) -> Result<f64, Trouble> {
        let Some(recipe) = &self.weight else { return Ok(1.0) };
        let mut weight = [1.0];
        self.evaluate_by(recipe, row, &mut room.scratch, &mut room.zeros, &mut weight)?;
        Ok(weight[0])
    }

    fn evaluate_by(
        &self,
        recipe: &Recipe,
        row: Row<'_>,
        scratch: &mut Scratch,
        zeros: &mut Vec<usize>,
        values: &mut [f64],
    ) -> Result<(), Trouble> {
        zeros.clear();
        loop {
            let get = |column| {
                if zeros.contains(&column) { Field::Text("0") } else { field(row, column) }
            };
            let Err(error) = recipe.evaluate(get, scratch, values) else { return Ok(()) };
            let is_new = !zeros.contains(&error.column);
            match error.kind {
                ValueErrorKind::Missing if self.missing == Missing::Zero && is_new => {
                    zeros.push(error.column);
                }
                ValueErrorKind::Missing if self.has_gaps => {
                    // Such a plan has one value.
                    values.fill(f64::NAN);
                    return Ok(());
                }
                _ => return Err(value_trouble(error, row)),
            }
        }
    }

    fn time_of(
        &self,
        bound: &Bound,
        row: Row<'_>,
        room: &mut RowRoom,
    ) -> Result<Option<Timestamp>, Trouble> {
        let Some(plan) = &self.time else { return Ok(None) };
        let column = match bound.times.as_slice() {
            [] => return Ok(None),
            [column] => *column,
            [first, ..] => {
                let mut columns = bound.times.iter();
                columns.find(|column| has(row, **column)).copied().unwrap_or(*first)
            }
        };
        let zone = plan.zones.iter().find(|(known, ..)| *known == column);
        let of_name = || is_of_portal(bound.columns.get(column).map_or("", String::as_str));
        let (zoned, is_of_portal) = zone
            .map_or_else(|| (None, of_name()), |(_, zoned, is_of_portal)| (*zoned, *is_of_portal));
        let parser = plan.parsers.of(is_of_portal);
        let time = match plan.clock {
            Some((date, clock)) if date == column => dated(row, date, clock, parser),
            _ => parsed(row, column, parser),
        };
        let time = checked_time(row, column, time, zoned, plan.may_lack);
        if let (None, Ok(Some(time))) = (zoned, &time) {
            let first = &mut room.first_zones[usize::from(time.zoned)];
            *first = Some(first.map_or(row.line(), |first| first.min(row.line())));
        }
        let time = time.map(|time| time.map(|time| time.timestamp));
        if plan.is_named {
            return time;
        }
        if let Err(Trouble::Bad { column, fault }) = &time {
            let place = self.position(row, Some(*column), room).column;
            let input = room.number.map(|number| (&room.input, number));
            room.unread_times.note_in(input, row.line(), place, fault);
        }
        Ok(time.ok().flatten())
    }

    /// An error where times that name a zone and times that do not were both met.
    pub(crate) fn need_one_kind_of_time(&self, room: &RowRoom) -> Result<(), Error> {
        let (Some(plan), [Some(naive), Some(zoned)]) = (&self.time, room.first_zones) else {
            return Ok(());
        };
        if !plan.is_named {
            return Ok(());
        }
        let line = naive.max(zoned);
        let column = plan.zones.first().map_or(0, |(column, ..)| *column);
        Err(Error::MixedZones {
            position: Position::new(&self.name, line, Some((column as u64).saturating_add(1))),
            column: self.bound.columns.get(column).cloned().unwrap_or_default(),
        })
    }
}

/// A key as a value: nearly all bits of a number are free, but those of one without end or measure.
fn key_value(key: u64) -> f64 {
    const EXPONENT: u64 = 1 << 62;
    let value = f64::from_bits(key);
    if value.is_finite() { value } else { f64::from_bits(key & !EXPONENT) }
}

/// Whether a row is the start of a program. Most are, by the first column of paths and without a column
/// that tells the kind of an event.
#[inline]
fn is_start(bound: &Bound, row: Row<'_>) -> bool {
    let first = bound.roles.get(Role::Path);
    let is_plain = !bound.roles.tells_kinds() && first.is_some_and(|path| has(row, path));
    is_plain || bound.roles.is_start(|column| filled(row, column))
}

fn texts_are_text(bound: &Bound, row: Row<'_>) -> Result<(), Trouble> {
    if row.is_all_text() {
        return Ok(());
    }
    // Of a role's columns the first one that the row fills is used.
    let of_roles = [Role::Path, Role::CommandLine].map(|role| bound.roles.all(role));
    let used = of_roles.map(|all| all.iter().copied().find(|column| has(row, *column)));
    let is_used = |column: &usize| {
        used.contains(&Some(*column)) || !of_roles.iter().any(|all| all.contains(column))
    };
    for column in bound.texts.iter().copied().filter(is_used) {
        match row.kind(column) {
            FieldKind::Text | FieldKind::Missing => {}
            kind => return Err(Trouble::Bad { column, fault: ValueFault::NotText(kind) }),
        }
    }
    Ok(())
}

/// The text of a row in a role.
fn text_by<'a>(roles: &Roles, role: Role, row: Row<'a>) -> Option<Cow<'a, str>> {
    match roles.all(role) {
        [column] => row.to_text(*column),
        columns => columns.iter().find_map(|column| filled(row, *column)),
    }
}

/// The text of a field that is filled.
#[inline]
fn filled(row: Row<'_>, column: usize) -> Option<Cow<'_, str>> {
    row.to_text(column).filter(|text| fills(text))
}

#[inline]
fn has(row: Row<'_>, column: usize) -> bool {
    match row.text(column) {
        Some(text) => fills(text),
        None => !matches!(row.value(column), Cell::Missing),
    }
}

/// A column of a row, as features take it.
#[inline]
fn field(row: Row<'_>, column: usize) -> Field<'_> {
    // Most sources are text.
    row.text(column).map_or_else(|| typed_field(row, column), Field::Text)
}

fn typed_field(row: Row<'_>, column: usize) -> Field<'_> {
    match row.value(column) {
        Cell::Missing => Field::Missing,
        Cell::Text(text) | Cell::Json(text) => Field::Text(text),
        Cell::Int(number) => Field::Number(number as f64),
        Cell::UInt(number) => Field::Number(number as f64),
        Cell::Float(number) => Field::Number(number),
        Cell::Bool(true) => Field::Text("true"),
        Cell::Bool(false) => Field::Text("false"),
        // No feature takes a time; as text it is refused with its place.
        Cell::Time(_) | Cell::NaiveTime(_) => Field::Text("a time"),
    }
}

/// A time of a row, which some sources have as one; `None` where it is missing.
fn parsed(
    row: Row<'_>,
    column: usize,
    parser: &TimeParser,
) -> Option<Result<ParsedTime, oddsift_timespan::Error>> {
    let parse = |text: &str| (!text.trim().is_empty()).then(|| parser.parse(text));
    match row.text(column) {
        Some(text) => parse(text),
        None => match row.value(column) {
            Cell::Missing => None,
            Cell::Time(timestamp) => Some(Ok(ParsedTime { timestamp, zoned: true })),
            typed => parse(&typed.to_string()),
        },
    }
}

/// The time of a date and a time of the day; none where the date is missing.
fn dated(
    row: Row<'_>,
    date: usize,
    clock: usize,
    parser: &TimeParser,
) -> Option<Result<ParsedTime, oddsift_timespan::Error>> {
    let date = row.to_text(date).filter(|date| !date.trim().is_empty())?;
    let clock = row.to_text(clock).unwrap_or_default();
    let both = parser.parse(format!("{date} {clock}").trim_end());
    // The other column may be a whole time.
    Some(both.or_else(|error| parser.parse(&clock).map_err(|_| error)))
}

/// A time that was read, if it names its zone as those before it do.
fn checked_time(
    row: Row<'_>,
    column: usize,
    time: Option<Result<ParsedTime, oddsift_timespan::Error>>,
    zoned: Option<bool>,
    may_lack: bool,
) -> Result<Option<ParsedTime>, Trouble> {
    let Some(time) = time else {
        return if may_lack { Ok(None) } else { Err(Trouble::Missing { column }) };
    };
    let time = time.map_err(|error| Trouble::Bad { column, fault: ValueFault::Time(error) })?;
    if zoned.is_some_and(|zoned| zoned != time.zoned) {
        let text = row.to_text(column).unwrap_or_default().into_owned();
        let fault = ValueFault::Zone { text, zoned: time.zoned };
        return Err(Trouble::Bad { column, fault });
    }
    Ok(Some(time))
}

fn value_trouble(error: ValueError, row: Row<'_>) -> Trouble {
    let column = error.column;
    let text = || excerpt(&row.to_text(column).unwrap_or_default());
    let fault = match error.kind {
        ValueErrorKind::Missing => return Trouble::Missing { column },
        ValueErrorKind::NotANumber => ValueFault::NotANumber(text()),
        ValueErrorKind::NotFinite => ValueFault::NotFinite(text()),
        kind => ValueFault::Other { text: text(), kind },
    };
    Trouble::Bad { column, fault }
}
