//! What a model does not know: a line for each pattern, with its id, its count and reasons.

use std::path::{Path, PathBuf};

use oddsift::pipeline::{Input, LineId, Model, NewLines, PrintedNewLine, Role, Seen, Timestamp};

use super::ScoreArgs;
use super::checks::{Found, FoundLines};
use crate::cells::{process_cell, text_cell};
use crate::columns::Columns;
use crate::failure::Failure;
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{counted, say, say_intake, warn, warn_line};
use crate::side_files::save_json;
use crate::table::TextCell;

/// The lines that earlier runs told, and those of this one.
pub(super) struct Memory {
    path: PathBuf,
    seen: Seen,
    met: Vec<LineId>,
}

impl Memory {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let seen = Seen::read(path)?;
        if seen.is_none() {
            warn_line(&format!("{}: no such file yet; it begins with this run", path.display()));
        }
        Ok(Self { path: path.to_owned(), seen: seen.unwrap_or_default(), met: Vec::new() })
    }

    /// Adds the lines of this run, forgets old ones, and writes the file.
    pub(super) fn save(
        mut self,
        args: &ScoreArgs,
        now: Timestamp,
        inputs: &[&Path],
    ) -> Result<(), Failure> {
        for id in &self.met {
            self.seen.note(*id, now);
        }
        let (n_aged, n_past) = self.seen.forget(args.forget_after, now);
        let name = self.path.display();
        if n_aged > 0 {
            let ids = counted(n_aged as u64, "id", "ids");
            let what = format!("{ids} forgotten, met by no run for {}", args.forget_after);
            say(&args.output.talk, &format!("{name}: {what}"));
        }
        if n_past > 0 {
            let (ids, most) = (counted(n_past as u64, "id", "ids"), Seen::MOST);
            warn_line(&format!(
                "{name}: {ids} more than the {most} that are kept; the oldest went"
            ));
        }
        save_json(&self.path, &self.seen, inputs)
    }
}

/// Prints the lines that no earlier run told.
pub(super) fn print_new(
    args: &ScoreArgs,
    model: &Model,
    input: Input,
    destination: Destination,
    memory: &mut Option<Memory>,
    bar: &Bar,
) -> Result<Found, Failure> {
    let mut new = model.new_lines(&args.model.display().to_string(), input)?;
    bar.finish();
    let new_lines = new.len();
    if let Some(memory) = memory {
        memory.met = new.ids().collect();
        new.retain(|id| !memory.seen.contains(id));
    }
    let lines = FoundLines { new_lines, seen_before: new_lines - new.len(), printed: new.len() };
    say_new(args, &new, lines);
    let form = args.output.reason_form();
    let rows = new.lines().map(|line| Ok(PrintedNewLine::new(line, form)));
    columns(&new).print(&args.output, destination, new.len(), rows)?;
    Ok(Found { n_rows: new.n_rows, n_new_rows: new.n_new_rows, lines: Some(lines), read: new.read })
}

fn say_new(args: &ScoreArgs, new: &NewLines<'_>, lines: FoundLines) {
    let talk = &args.output.talk;
    say_intake(talk, &new.intake, None, new.n_rows, &new.read);
    warn(talk, &new.read);
    let rows = counted(new.n_rows, "row", "rows");
    let found = counted(lines.new_lines as u64, "line", "lines");
    let before = match (&args.seen, lines.seen_before) {
        (Some(path), n) => format!(", {n} of them told before, by {}", path.display()),
        (None, _) => String::new(),
    };
    say(talk, &format!("{rows}; {} new to the model in {found}{before}", new.n_new_rows));
}

/// For people: how often, why, what and when; the id last.
fn columns<'n>(new: &'n NewLines<'_>) -> Columns<'n, PrintedNewLine<'n>> {
    let layout = &new.layout;
    let mut columns = Columns::new()
        .table("Row", |it: &PrintedNewLine<'_>| TextCell::number(&it.line.row))
        .table("Count", |it| TextCell::number(&it.line.count))
        .table("Reasons", |it| TextCell::text(&it.reasons));
    if layout.roles.get(Role::Path).is_some() {
        columns = columns
            .table("Process", move |it: &PrintedNewLine<'_>| process_cell(layout, it.line.record));
    }
    let known = [Role::CommandLine, Role::Time].into_iter();
    for place in known.filter_map(|role| layout.roles.get(role)) {
        let name = layout.columns.get(place).cloned().unwrap_or_default();
        columns = columns.table(name, move |it| text_cell(it.cell(place)));
    }
    columns.table("Id", |it| TextCell::whole(it.id.clone())).files(new.columns(), |_| false)
}
