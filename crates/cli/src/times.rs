//! Which column holds the times, and what is said of those that could not be read.

use oddsift::features::SchemaChoice;
use oddsift::records::{Position, SkipLog};

use crate::args::FeatureArgs;
use crate::failure::Failure;
use crate::input::{Input, warn_line};

/// The time columns of process schemas, where none is named.
const TIME_COLUMNS: [&str; 4] = ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"];

/// The column that is named, else that of a schema or mapping that is given, else the first known.
pub(crate) fn time_column(
    input: &Input,
    named: Option<&str>,
    recipe: Option<&FeatureArgs>,
) -> Result<Option<usize>, Failure> {
    if let Some(name) = named {
        return input.column("--time-column", name).map(Some);
    }
    let is_mapped = |(role, _): &(String, String)| TIME_COLUMNS.contains(&role.as_str());
    let is_given = recipe.is_some_and(|recipe| {
        recipe.schema != SchemaChoice::Auto || recipe.map.iter().any(is_mapped)
    });
    if is_given && input.roles.time.is_some() {
        return Ok(input.roles.time);
    }
    let named = |name: &&str| input.columns.iter().position(|column| column == name);
    Ok(TIME_COLUMNS.iter().find_map(named))
}

/// As [`time_column`], where nothing can be done without.
pub(crate) fn need_time_column(input: &Input, named: Option<&str>) -> Result<usize, Failure> {
    time_column(input, named, None)?.ok_or_else(|| {
        let what = "no known column of times; name one by --time-column";
        Failure::data(format!("{}:1: {what}; columns: {}", input.name, input.column_list()))
    })
}

/// Says which times of a column that nobody named were not read.
pub(crate) fn warn_of_times(name: &str, unread: &SkipLog) {
    let Some(first) = unread.first() else { return };
    let place = Position::new(name, first.line, first.column);
    let count = unread.count();
    let times = if count == 1 { "1 time is" } else { &format!("{count} times are") };
    warn_line(&format!(
        "{place}: {times} left out, the first: {}; name the column by --time-column to be strict",
        first.reason
    ));
}
