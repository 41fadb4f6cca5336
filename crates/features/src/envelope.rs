//! Numbers that name a thing or a moment, so that distances between them mean nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::{Role, Schema};

/// What the name of such a column ends in.
const LAST_WORDS: [&str; 41] = [
    "id",
    "ids",
    "pid",
    "ppid",
    "tid",
    "uid",
    "gid",
    "auid",
    "euid",
    "ses",
    "session",
    "sid",
    "guid",
    "port",
    "sport",
    "dport",
    "spt",
    "dpt",
    "time",
    "timestamp",
    "ts",
    "date",
    "datetime",
    "epoch",
    "version",
    "line",
    "lineno",
    "linenumber",
    "lnum",
    "row",
    "rownum",
    "record",
    "recordnumber",
    "index",
    "idx",
    "offset",
    "seq",
    "sequence",
    "serial",
    "opcode",
    "keywords",
];
/// Things whose `number` is one of a place.
const NUMBERED: [&str; 8] =
    ["record", "line", "row", "event", "sequence", "serial", "port", "process"];
/// Units that may stand behind.
const UNITS: [&str; 8] = ["ms", "us", "ns", "sec", "secs", "seconds", "utc", "local"];
/// Times that are no moments.
const SPANS: [&str; 14] = [
    "response",
    "elapsed",
    "taken",
    "cpu",
    "run",
    "wait",
    "idle",
    "user",
    "kernel",
    "round",
    "trip",
    "total",
    "mean",
    "processing",
];

static OF_ROLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let columns = Schema::all().iter().flat_map(|schema| &schema.columns);
    let columns = columns.filter(|(role, _)| role.is_envelope());
    columns.flat_map(|(_, names)| names).map(|name| name.to_ascii_lowercase()).collect()
});

/// Whether a column of numbers is by its name one of ids, moments, ports, versions or places in a file.
///
/// ```
/// use oddsift_features::is_envelope;
///
/// assert!(["EventID", "unixTime", "id.orig_p", "LineId", "dst_port"].into_iter().all(is_envelope));
/// assert!(!["bytes", "duration", "response_time", "width", "f1"].into_iter().any(is_envelope));
/// ```
#[must_use]
pub fn is_envelope(column: &str) -> bool {
    // Roles of processes are of everyday words, too: a `path` is no number, and a `parent` may be one.
    let bare = [Role::BytesIn, Role::BytesOut, Role::Duration];
    let is_measure = Schema::all().iter().any(|schema| {
        bare.iter().any(|role| schema.columns_of(*role).iter().any(|name| name == column))
    });
    if is_measure {
        return false;
    }
    let words = words(column);
    if OF_ROLES.contains(&column.to_ascii_lowercase()) || words.first().is_some_and(|w| w == "id") {
        return true;
    }
    if words
        .first()
        .is_some_and(|first| ["date", "timestartpos", "timeendpos"].contains(&first.as_str()))
    {
        return true;
    }
    let words: Vec<&String> =
        words.iter().rev().skip_while(|word| UNITS.contains(&word.as_str())).collect();
    let Some(last) = words.first() else { return false };
    if words.last().is_some_and(|first| ["is", "has"].contains(&first.as_str())) {
        return false;
    }
    if ["number", "num", "no", "nr"].contains(&last.as_str()) {
        return words.get(1).is_some_and(|of| NUMBERED.contains(&of.as_str()));
    }
    let is_span = last.as_str() == "time" && words.iter().any(|w| SPANS.contains(&w.as_str()));
    !is_span && LAST_WORDS.contains(&last.as_str())
}

/// `unixTime`, `unix_time` and `UNIX-Time` are `unix` and `time`; `EventID` is `event` and `id`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_an_envelope_are_known_by_their_names() {
        for name in [
            "EventID",
            "unixTime",
            "ProcessId",
            "pid",
            "LineId",
            "offset",
            "ts",
            "id.orig_p",
            "id.resp_p",
            "Event ID",
            "RecordNumber",
            "timestamp_ms",
            "schema_version",
            "uid",
            "winlog.record_id",
            "DestPort_d",
            "SourcePort",
        ] {
            assert!(is_envelope(name), "{name}");
        }
    }

    #[test]
    fn measures_are_none() {
        for name in [
            "bytes",
            "orig_bytes",
            "duration",
            "packets",
            "n",
            "value",
            "f1",
            "x",
            "count",
            "time-taken",
            "elapsed_time",
            "cpu_time",
            "pathScore",
            "isSystemSession",
            "commandlineLen",
            "score",
            "midpoint",
            "valid",
            "TotalBytesSent",
            "width",
        ] {
            assert!(!is_envelope(name), "{name}");
        }
    }
}
