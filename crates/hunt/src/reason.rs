//! Why a line is where it is: counts of the log, in words.

use crate::lens::Lens;
use crate::process::{PARENT, PATH};
use crate::table::{Kind, LineId, LineTable};
use crate::views::{View, Views};

/// Words that a reason names.
const MOST_NAMED: usize = 5;

/// Why a line is where it is: a view, its bits, and what was counted.
///
/// ```
/// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
///
/// let mut lines = ProcessLines::new();
/// for row in 0..100 {
///     let path = if row == 7 { "nc.exe" } else { "svchost.exe" };
///     lines.add(&ProcessEvent { path, ..ProcessEvent::new(row) })?;
/// }
/// let hunt = HuntParams::new().rank(lines.into_table())?;
/// let reason = &hunt.reasons(&hunt.lines()[0])[0];
/// assert_eq!(reason.text, "nc.exe ran 1 time of 100 events, always with this command line");
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reason {
    /// The view.
    pub view: View,
    /// Its bits with its weight: the sum over all views is the line's.
    pub bits: f64,
    /// What was counted.
    pub text: String,
}

/// The process that started a row, and how many different lines it and others of its name started.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    pub(crate) bits: f64,
    pub(crate) n_lines: u64,
    pub(crate) n_others: u64,
    pub(crate) most_of_others: u64,
}

/// What is told of a line in a view.
pub(crate) fn text(
    table: &LineTable,
    lens: &Lens,
    id: LineId,
    spread: Spread,
    n_hosts: (u64, u64),
    view: View,
) -> String {
    match lens {
        Lens::Process(views) => of_process(table, views, id, spread, n_hosts, view),
        Lens::Values(combinations) => {
            let all = combinations.n_rows;
            let rows = |place| combinations.rows_with(table, id, place);
            let name =
                |place: u16| table.columns().get(usize::from(place)).map_or("", String::as_str);
            let value = |place: u16| shown(table.value(id, usize::from(place)));
            match view {
                View::Value(place) => {
                    format!("{} {}: {} of {}", name(place), value(place), rows(place), events(all))
                }
                View::Number(place) => {
                    let (name, value, rows) = (name(place), value(place), rows(place));
                    format!("{name} of {value} or more: {rows} of {}", events(all))
                }
                _ => format!("this combination: {} of {}", table.count_with_known(id), events(all)),
            }
        }
    }
}

fn of_process(
    table: &LineTable,
    views: &Views,
    id: LineId,
    spread: Spread,
    (on_hosts, n_hosts): (u64, u64),
    view: View,
) -> String {
    let facts = views.facts(id);
    let name = shown(views.names.get(facts.name));
    let (all, of_name) = (views.n_rows, views.programs.count(&facts.name));
    let of_line = views.lines.count(&facts.line);
    match view {
        View::Program => {
            let hosts = on_hosts_text(on_hosts, n_hosts);
            format!("{name} ran {} of {}{hosts}", times(of_name), events(all))
        }
        View::ParentChild => {
            let of_pair = views.pairs.count(&(facts.parent, facts.name));
            let of_parent = views.parents.count(&facts.parent);
            match table.value(id, PARENT) {
                "" => {
                    format!("{name} ran {of_pair} of {} without a named parent", times(of_parent))
                }
                parent => format!("{parent} started {name} {of_pair} of {}", times(of_parent)),
            }
        }
        View::Line => {
            let hosts = on_hosts_text(on_hosts, n_hosts);
            let ran = format!("{name} ran {} of {}{hosts}", times(of_name), events(all));
            match of_line {
                _ if of_line == of_name => format!("{ran}, always with this command line"),
                _ => format!("{ran}, {} with this command line", times(of_line)),
            }
        }
        View::LineOfProgram => {
            format!("{of_line} of {} of {name} {} this command line", starts(of_name), has(of_line))
        }
        View::Place => {
            let place = shown(views.place_names.get(facts.place));
            let rows = views.places.count(&facts.place);
            format!("{} of {} ran from {place}", rows, events(all))
        }
        View::Shape => {
            let traits = views.rarest_traits(facts);
            let named: Vec<String> =
                traits.iter().take(3).map(|(name, rows)| format!("{name} ({rows})")).collect();
            let rows = views.rows_of_such_shape(facts);
            format!(
                "{}: at least as rare together in {rows} of {}",
                named.join(", "),
                events(table.n_starts())
            )
        }
        View::Words => {
            let unseen = views.unseen_words(table, id);
            let named: Vec<&str> = unseen.iter().take(MOST_NAMED).copied().collect();
            let more = match unseen.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let rows = views.rows_of_such_words(facts);
            format!(
                "words seen nowhere else: {}{more}; {rows} of {} {} as many",
                named.join(", "),
                events(table.n_starts()),
                has(rows)
            )
        }
        View::Spread => {
            let Spread { n_lines, n_others, most_of_others, .. } = spread;
            let parent = match table.value(id, PARENT) {
                "" => "parent",
                parent => parent,
            };
            let others = match n_others {
                0 => String::new(),
                1 => format!(", the one other {most_of_others}"),
                others => format!(", no other of {others} more than {most_of_others}"),
            };
            format!("its {parent} started {n_lines} different command lines{others}")
        }
        View::Length => {
            let length = views.text(facts).map_or(0, |text| text.length);
            let longest = views.lengths.largest_other(&facts.name, length).unwrap_or_default();
            let others = counted(of_name.saturating_sub(1), "other start", "other starts");
            format!("{length} characters, masked; of {others} of {name} the longest has {longest}")
        }
        _ => String::new(),
    }
}

fn on_hosts_text(on_hosts: u64, n_hosts: u64) -> String {
    if n_hosts > 1 { format!(", on {on_hosts} of {n_hosts} hosts") } else { String::new() }
}

/// Reasons of one kind as one: as few as there are kinds, and their bits are still all of the line's.
pub(crate) fn grouped(reasons: &[Reason]) -> Vec<(f64, String)> {
    let mut groups: Vec<(f64, String)> = Vec::new();
    for kind in 0..3 {
        let of_kind = || reasons.iter().filter(move |reason| reason.view.kind() == kind);
        let Some(strongest) = of_kind().next() else { continue };
        let mut text = strongest.text.clone();
        // What is nearly as strong is told, too; how often a program ran is in the count of its line.
        let second = of_kind().nth(1).filter(|second| second.bits >= strongest.bits / 2.0);
        if let Some(second) = second.filter(|_| kind > 0) {
            text.push_str("; ");
            text.push_str(&second.text);
        }
        groups.push((of_kind().map(|reason| reason.bits).sum(), text));
    }
    groups.sort_by(|a, b| b.0.total_cmp(&a.0));
    groups
}

fn shown(text: &str) -> &str {
    if text.is_empty() { "(empty)" } else { text }
}

fn has(count: u64) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

fn times(count: u64) -> String {
    counted(count, "time", "times")
}

fn starts(count: u64) -> String {
    counted(count, "start", "starts")
}

fn events(count: u64) -> String {
    counted(count, "event", "events")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if count == 1 { one } else { many })
}

/// The columns of a line with their values, as its common text.
pub(crate) fn template(table: &LineTable, id: LineId) -> String {
    let last = table.columns().len().saturating_sub(1);
    match table.kind {
        Kind::Process => match table.value(id, last) {
            "" => table.value(id, PATH).to_owned(),
            command_line => command_line.to_owned(),
        },
        Kind::Values { .. } => {
            let named = table.columns().iter().enumerate();
            let named = named.map(|(place, name)| format!("{name}={}", table.value(id, place)));
            named.collect::<Vec<String>>().join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_are_grouped() {
        assert_eq!(
            (times(1), times(60_000), times(1_234_567)),
            ("1 time".into(), "60,000 times".into(), "1,234,567 times".into())
        );
    }
}
