//! What is taken from each row: its feature vector and its time, by the rules for bad and missing.

use oddsift::features::{Recipe, Scratch, ValueError, ValueErrorKind};
use oddsift::records::{BadRows, FieldKind, Record, Row, SkipLog};
use oddsift::timespan::{ParsedTime, TimeParser, Timestamp};

use crate::args::{InputArgs, Missing};
use crate::failure::Failure;
use crate::input::Input;

/// The plan for a row.
pub(crate) struct RowPlan {
    name: String,
    columns: Vec<String>,
    pub(crate) recipe: Recipe,
    /// Makes the weight of a row; without it every row weighs 1.
    weight: Option<Recipe>,
    texts: Vec<usize>,
    time: Option<TimePlan>,
    missing: Missing,
    bad_rows: BadRows,
    /// A value that is missing is NaN, and no fault.
    has_gaps: bool,
    /// Values must be in the range of `f32`.
    is_single: bool,
}

/// A column of times that all name their zone, or all do not.
struct TimePlan {
    column: usize,
    parser: TimeParser,
    zoned: Option<bool>,
    /// A column that nobody named may hold what is no time: the row then has none.
    is_named: bool,
    /// A blank is no time, and no fault.
    may_lack: bool,
}

/// Room that is used again for each row.
#[derive(Default)]
pub(crate) struct RowRoom {
    scratch: Scratch,
    zeros: Vec<usize>,
    pub(crate) values: Vec<f64>,
    pub(crate) skipped: SkipLog,
    /// Times that could not be read, of a column that nobody named.
    pub(crate) unread_times: SkipLog,
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

    pub(crate) fn merge(&mut self, other: &Self) {
        self.skipped.merge(&other.skipped);
        self.unread_times.merge(&other.unread_times);
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
    Bad { column: usize, reason: String },
}

impl RowPlan {
    /// Paths, command lines and the columns of text features must be text in JSON, too.
    pub(crate) fn new(input: &Input, args: &InputArgs, recipe: Recipe) -> Self {
        let is_text = |column: &usize| {
            let is_role = [input.roles.path, input.roles.command_line].contains(&Some(*column));
            let name = input.columns.get(*column).map_or("", String::as_str);
            let is_feature_of = |feature: &String| {
                feature.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
            };
            recipe.columns().any(|used| used == name)
                && (is_role || recipe.names().iter().any(is_feature_of))
        };
        let texts = (0..input.columns.len()).filter(is_text).collect();
        Self {
            name: input.name.clone(),
            columns: input.columns.clone(),
            recipe,
            weight: None,
            texts,
            time: None,
            missing: args.missing,
            bad_rows: args.bad_rows,
            has_gaps: false,
            is_single: false,
        }
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
        self.time.as_ref().is_some_and(|time| time.zoned == Some(true))
    }

    /// Reads times from `column`; whether times name their zone is found from the first rows.
    pub(crate) fn with_time(
        mut self,
        input: &Input,
        args: &InputArgs,
        column: usize,
        is_named: bool,
    ) -> Result<Self, Failure> {
        let parser = time_parser(args)?;
        let first = input.head.iter().find_map(|row| parser.parse(row.text(column)?).ok());
        let zoned = first.map(|time| time.zoned);
        let may_lack = args.missing == Missing::Zero;
        self.time = Some(TimePlan { column, parser, zoned, is_named, may_lack });
        Ok(self)
    }

    /// Computes the vector of a row and its time.
    pub(crate) fn take(&self, row: Row<'_>, room: &mut RowRoom) -> Result<Taken, Failure> {
        let read = self.texts_are_text(row).and_then(|()| self.evaluate(row, room));
        let read = read.and_then(|()| self.values_fit(room));
        let read = read.and_then(|()| self.weight_of(row, room));
        let read =
            read.and_then(|weight| Ok(Taken::Row { time: self.time_of(row, room)?, weight }));
        let trouble = match read {
            Ok(taken) => return Ok(taken),
            Err(trouble) => trouble,
        };
        let (column, reason, may_skip) = self.describe(trouble);
        if may_skip {
            room.skipped.note(row.line(), Some(column as u64 + 1), reason);
            return Ok(Taken::Skipped);
        }
        Err(Failure::data(format!("{}:{}:{}: {reason}", self.name, row.line(), column + 1)))
    }

    /// Refuses a value of the row, or counts the row as skipped where bad rows are.
    pub(crate) fn refuse(
        &self,
        row: Row<'_>,
        room: &mut RowRoom,
        reason: String,
    ) -> Result<(), Failure> {
        if self.bad_rows == BadRows::Skip {
            room.skipped.note(row.line(), None, reason);
            return Ok(());
        }
        Err(self.failure(row, &format!("{reason}; correct it, or skip bad rows (--bad-rows skip)")))
    }

    /// What cannot be done with a row.
    pub(crate) fn failure(&self, row: Row<'_>, error: &dyn std::fmt::Display) -> Failure {
        Failure::data(format!("{}:{}: {error}", self.name, row.line()))
    }

    fn describe(&self, trouble: Trouble) -> (usize, String, bool) {
        let named = |column: usize| self.columns.get(column).map_or("", String::as_str);
        match trouble {
            Trouble::Missing { column } => {
                let reason = format!(
                    "{} has no value; leave such rows out (--missing skip) or count them as 0 (--missing zero)",
                    named(column)
                );
                (column, reason, self.missing == Missing::Skip)
            }
            Trouble::Bad { column, reason } => {
                let reason = format!("{}: {reason}", named(column));
                (column, reason, self.bad_rows == BadRows::Skip)
            }
        }
    }

    fn texts_are_text(&self, row: Row<'_>) -> Result<(), Trouble> {
        for &column in &self.texts {
            let found = match row.kind(column) {
                FieldKind::Text | FieldKind::Missing => continue,
                FieldKind::Number => "a number",
                FieldKind::Bool => "true or false",
                FieldKind::Nested => "an array or object",
            };
            let reason = format!(
                "expected text, found {found}; correct the line, or skip bad rows (--bad-rows skip)"
            );
            return Err(Trouble::Bad { column, reason });
        }
        Ok(())
    }

    fn values_fit(&self, room: &RowRoom) -> Result<(), Trouble> {
        #[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
        let is_past = |value: &f64| self.is_single && !(*value as f32).is_finite();
        let Some(place) = room.values.iter().position(is_past) else { return Ok(()) };
        let feature = self.recipe.names().get(place).map_or("", String::as_str);
        let value = room.values.get(place).copied().unwrap_or_default();
        let column = self.columns.iter().position(|name| name == feature).unwrap_or_default();
        let reason = format!(
            "{feature} is {value:e}, past single precision; use --precision f64, or skip bad rows (--bad-rows skip)"
        );
        Err(Trouble::Bad { column, reason })
    }

    fn evaluate(&self, row: Row<'_>, room: &mut RowRoom) -> Result<(), Trouble> {
        room.values.resize(self.recipe.names().len(), 0.0);
        let RowRoom { scratch, zeros, values, .. } = room;
        self.evaluate_by(&self.recipe, row, scratch, zeros, values)
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
            let get = |column| if zeros.contains(&column) { Some("0") } else { row.text(column) };
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

    fn time_of(&self, row: Row<'_>, room: &mut RowRoom) -> Result<Option<Timestamp>, Trouble> {
        let Some(plan) = &self.time else { return Ok(None) };
        let time = read_time(row, plan);
        if let (None, Ok(Some(time))) = (plan.zoned, &time) {
            let first = &mut room.first_zones[usize::from(time.zoned)];
            *first = Some(first.map_or(row.line(), |first| first.min(row.line())));
        }
        let time = time.map(|time| time.map(|time| time.timestamp));
        if plan.is_named {
            return time;
        }
        if let Err(Trouble::Bad { column, reason }) = &time {
            room.unread_times.note(row.line(), Some(*column as u64 + 1), reason);
        }
        Ok(time.ok().flatten())
    }

    /// An error where times that name a zone and times that do not were both met.
    pub(crate) fn need_one_kind_of_time(&self, room: &RowRoom) -> Result<(), Failure> {
        let (Some(plan), [Some(naive), Some(zoned)]) = (&self.time, room.first_zones) else {
            return Ok(());
        };
        if !plan.is_named {
            return Ok(());
        }
        let what = "names a zone or names none, unlike earlier ones; say what the latter are in (--time-zone UTC)";
        let (line, column) = (naive.max(zoned), plan.column);
        let named = self.columns.get(column).map_or("", String::as_str);
        Err(Failure::data(format!("{}:{line}:{}: {named}: the time {what}", self.name, column + 1)))
    }
}

pub(crate) fn time_parser(args: &InputArgs) -> Result<TimeParser, Failure> {
    TimeParser::new()
        .time_zone(args.time_zone.as_deref())
        .and_then(|parser| parser.format(args.time_format.as_deref()))
        .map_err(Failure::usage)
}

fn read_time(row: Row<'_>, plan: &TimePlan) -> Result<Option<ParsedTime>, Trouble> {
    let column = plan.column;
    let text = row.text(column).unwrap_or("");
    if text.trim().is_empty() {
        return if plan.may_lack { Ok(None) } else { Err(Trouble::Missing { column }) };
    }
    let time = plan
        .parser
        .parse(text)
        .map_err(|error| Trouble::Bad { column, reason: time_reason(&error) })?;
    if plan.zoned.is_some_and(|zoned| zoned != time.zoned) {
        let kinds = if time.zoned {
            "names a zone, while earlier times name none"
        } else {
            "names no zone, while earlier times do"
        };
        let reason = format!("{text:?} {kinds}; say what such times are in (--time-zone UTC)");
        return Err(Trouble::Bad { column, reason });
    }
    Ok(Some(time))
}

fn time_reason(error: &oddsift::timespan::Error) -> String {
    let flag = match error {
        oddsift::timespan::Error::Shape { .. } => " (--time-format)",
        _ => "",
    };
    format!("{error}{flag}")
}

fn value_trouble(error: ValueError, row: Row<'_>) -> Trouble {
    let column = error.column;
    let text = row.text(column).unwrap_or("");
    let shown: String = text.chars().take(60).collect();
    let reason = match error.kind {
        ValueErrorKind::Missing => return Trouble::Missing { column },
        ValueErrorKind::NotANumber => format!(
            "{shown:?} is not a number; write digits and a point, or skip bad rows (--bad-rows skip)"
        ),
        ValueErrorKind::NotFinite => format!(
            "{shown:?} gives no finite number; correct it (or --ord-scale), or skip bad rows (--bad-rows skip)"
        ),
        other => format!("{shown:?} {other}; correct it, or skip bad rows (--bad-rows skip)"),
    };
    Trouble::Bad { column, reason }
}
