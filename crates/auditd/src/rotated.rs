use std::{
    cmp::Reverse,
    collections::HashMap,
    path::{Component, Path, PathBuf},
};

/// Puts the names of a rotated log in the order of time: the oldest first, the one that is written
/// now last.
///
/// `audit.log.2.gz`, `audit.log.1`, `audit.log`: the number behind the name says how often a file was
/// rotated, whatever the compression. Eight digits or more behind a `.` or a `-` are a date, as
/// `logrotate` writes it with `dateext`; later dates are newer. Logs of other names stay in the order
/// in which they are given, each with its own rotated ones.
///
/// ```
/// use oddsift_auditd::sort_rotated;
///
/// let mut names = ["audit.log", "./audit.log.1", "audit.log.10", "audit.log.2.gz"];
/// sort_rotated(&mut names);
/// assert_eq!(names, ["audit.log.10", "audit.log.2.gz", "./audit.log.1", "audit.log"]);
///
/// let mut names = ["a.log", "a.log-20240302", "a.log-20240301.gz"];
/// sort_rotated(&mut names);
/// assert_eq!(names, ["a.log-20240301.gz", "a.log-20240302", "a.log"]);
/// ```
pub fn sort_rotated<P: AsRef<Path>>(names: &mut [P]) {
    let mut places = HashMap::new();
    for name in names.iter() {
        let place = places.len();
        places.entry(log_and_age(name.as_ref()).0).or_insert(place);
    }
    names.sort_by_cached_key(|name| {
        let (log, age) = log_and_age(name.as_ref());
        (places.get(&log).copied(), age)
    });
}

/// How old a file of a log is; the oldest is the least.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// The digits of a date, which may go on with a time of day.
    Dated(String),
    /// How often it was rotated.
    Rotated(Reverse<u64>),
    Live,
}

/// So many digits are a date.
const DATE_DIGITS: usize = 8;

/// The log's path without what rotation adds, and how old this file of it is.
fn log_and_age(path: &Path) -> (PathBuf, Age) {
    let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    // A name that is no Unicode has no parts that could be told.
    let Some(name) = plain.file_name().and_then(|name| name.to_str()) else {
        return (plain, Age::Live);
    };
    let packed = [".gz", ".zst"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
    let (log, age) = log_and_age_of_name(packed.unwrap_or(name));
    (plain.with_file_name(log), age)
}

fn log_and_age_of_name(name: &str) -> (&str, Age) {
    let log = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.get(log.len()..).unwrap_or_default();
    let is_date = digits.len() >= DATE_DIGITS;
    if let Some(log) = log.strip_suffix(['.', '-']).filter(|log| is_date && !log.is_empty()) {
        return (log, Age::Dated(digits.to_owned()));
    }
    match (log.strip_suffix('.'), digits.parse()) {
        (Some(log), Ok(number)) if !log.is_empty() => (log, Age::Rotated(Reverse(number))),
        _ => (name, Age::Live),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>(mut names: [&str; N], expected: [&str; N]) {
        sort_rotated(&mut names);
        assert_eq!(names, expected);
    }

    #[test]
    fn logs_of_other_folders_stay_together_in_the_order_given() {
        check(
            ["b/audit.log", "./a/audit.log", "b/audit.log.1", "a/audit.log.3", "a/x."],
            ["b/audit.log.1", "b/audit.log", "a/audit.log.3", "./a/audit.log", "a/x."],
        );
        check(["monday.log", "friday.log", "-"], ["monday.log", "friday.log", "-"]);
    }

    #[test]
    fn dates_are_older_than_the_log_that_is_written() {
        check(
            ["audit.log", "audit.log.20240302", "audit.log-2024030112", "audit.log-20240301.zst"],
            ["audit.log-20240301.zst", "audit.log-2024030112", "audit.log.20240302", "audit.log"],
        );
        // Fewer digits behind a hyphen are part of a host's name.
        check(["web-2", "web-1", ".1", "20240301"], ["web-2", "web-1", ".1", "20240301"]);
    }
}
