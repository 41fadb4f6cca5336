/// Stands before the name of a column of ours where the input has that name already.
pub const OWN_PREFIX: &str = "oddsift.";

/// Returns a name for a column of ours: another one where the input has that one already.
///
/// ```
/// use oddsift_pipeline::own_name;
///
/// let columns = ["row".to_owned(), "bytes".to_owned()];
/// assert_eq!(own_name(&columns, "row"), "oddsift.row");
/// assert_eq!(own_name(&columns, "score"), "score");
/// ```
#[must_use]
pub fn own_name(columns: &[String], name: &str) -> String {
    let mut own = name.to_owned();
    while columns.contains(&own) {
        own.insert_str(0, OWN_PREFIX);
    }
    own
}
