//! Which columns hold the times.

use oddsift_features::{Role, SchemaChoice, find_time_column, time_columns};
use oddsift_timespan::TimeParser;

use crate::{Error, Input, Layout, Parameter, error::Lacking};

pub(crate) const TIME_COLUMN: Parameter = Parameter("time_column");

/// So many of the known columns of times come before those of a schema that was found, as event
/// clustering documents them.
const DOCUMENTED: usize = 4;

/// Columns of times; a row's own is the first one that it fills.
#[derive(Debug, Clone)]
pub(crate) struct TimeColumns {
    pub(crate) all: Vec<usize>,
    /// The time of the day beside a first column of dates, as in W3C's logs.
    pub(crate) clock: Option<usize>,
    /// Whether somebody named the column.
    pub(crate) is_named: bool,
}

impl TimeColumns {
    /// The column that is named, else those of a schema or mapping that is given, else the first known one
    /// and behind it those of the schemas that were found.
    pub(crate) fn find(
        layout: &Layout,
        named: Option<&str>,
        roles_of: Option<&Input>,
    ) -> Result<Option<Self>, Error> {
        if let Some(name) = named {
            let column = layout.column(TIME_COLUMN, name)?;
            return Ok(Some(Self { all: vec![column], clock: None, is_named: true }));
        }
        let of_roles = layout.roles.all(Role::Time).to_vec();
        let known = time_columns();
        let is_mapped =
            |(role, _): &(String, String)| role == "time" || known.contains(&role.as_str());
        let is_given = roles_of.is_some_and(|input| {
            input.schema != SchemaChoice::Auto || input.map.iter().any(is_mapped)
        });
        let documented = known.iter().take(DOCUMENTED);
        let mut documented =
            documented.filter_map(|name| layout.columns.iter().position(|c| c == name));
        let mut all = Vec::new();
        if !is_given {
            all.extend(documented.next());
        }
        if all.is_empty() && of_roles.is_empty() {
            let first = find_time_column(&layout.columns);
            all.extend(first.map_err(|error| layout.header_error(error))?);
        }
        all.extend(of_roles.into_iter().filter(|column| !all.contains(column)).collect::<Vec<_>>());
        let place = |name: &str| layout.columns.iter().position(|column| column == name);
        let is_of_dates = all.first().is_some_and(|first| Some(*first) == place("date"));
        let clock = place("time").filter(|_| is_of_dates);
        if clock.is_some() {
            all.retain(|column| Some(*column) != clock);
        }
        Ok((!all.is_empty()).then_some(Self { all, clock, is_named: false }))
    }

    /// As [`find`](Self::find), where nothing can be done without.
    pub(crate) fn need(layout: &Layout, named: Option<&str>) -> Result<Self, Error> {
        Self::find(layout, named, None)?.ok_or_else(|| layout.lacks(Lacking::Time))
    }

    /// Takes the first column alone, and that as if it were named: what is no time there is a fault.
    pub(crate) fn name_first(&mut self) {
        self.all.truncate(1);
        self.is_named = true;
    }

    /// The first column.
    pub(crate) fn first(&self) -> usize {
        self.all.first().copied().unwrap_or_default()
    }

    /// What reads their times.
    pub(crate) fn parsers(input: &Input) -> Result<TimeParsers, Error> {
        let usual = input.time_parser()?;
        Ok(TimeParsers { of_portals: usual.clone().month_first(true), usual })
    }
}

/// What reads times, by column.
pub(crate) struct TimeParsers {
    usual: TimeParser,
    of_portals: TimeParser,
}

impl TimeParsers {
    /// The portals of Sentinel and Defender append the zone to the name, and write the month first.
    pub(crate) fn of(&self, is_of_portal: bool) -> &TimeParser {
        if is_of_portal { &self.of_portals } else { &self.usual }
    }
}

/// Whether a column has a name as portals make them.
pub(crate) fn is_of_portal(name: &str) -> bool {
    let name = name.trim_end();
    name.ends_with("[UTC]") || name.ends_with("[Local Time]")
}
