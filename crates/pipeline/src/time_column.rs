//! Which column holds the times.

use oddsift_features::{SchemaChoice, time_columns};

use crate::{Error, Input, Layout, Parameter, error::Lacking};

pub(crate) const TIME_COLUMN: Parameter = Parameter("time_column");

/// The column that is named, else that of a schema or mapping that is given, else the first known.
pub(crate) fn time_column(
    layout: &Layout,
    named: Option<&str>,
    roles_of: Option<&Input>,
) -> Result<Option<usize>, Error> {
    if let Some(name) = named {
        return layout.column(TIME_COLUMN, name).map(Some);
    }
    let known = time_columns();
    let is_mapped = |(role, _): &(String, String)| known.contains(&role.as_str());
    let is_given = roles_of
        .is_some_and(|input| input.schema != SchemaChoice::Auto || input.map.iter().any(is_mapped));
    if is_given && layout.roles.time.is_some() {
        return Ok(layout.roles.time);
    }
    let named = |name: &&str| layout.columns.iter().position(|column| column == name);
    Ok(known.iter().find_map(named))
}

/// As [`time_column`], where nothing can be done without.
pub(crate) fn need_time_column(layout: &Layout, named: Option<&str>) -> Result<usize, Error> {
    time_column(layout, named, None)?.ok_or_else(|| layout.lacks(Lacking::Time))
}
