//! Errors in the words of a terminal: the flag that mends each.

use oddsift::pipeline::{
    Error, Lacking, ModelFault, Parameter, ParameterFault, RowFault, ValueFault, column_list,
    likely_delimiter,
};
use oddsift::{auditd, features, records, stl, timeseries, timespan};

const SKIP: &str = " (--bad-rows skip)";

/// Whether an error lies in what was asked for, not in the data.
pub(crate) fn is_usage(error: &Error) -> bool {
    match error {
        Error::Parameter { .. } | Error::Time(_) => true,
        Error::Header { source, .. } => {
            matches!(**source, features::Error::MapKey { .. } | features::Error::MapRepeated { .. })
        }
        Error::Series { source, .. } => match &**source {
            timeseries::Error::Stl(error) => !matches!(error, stl::Error::Infinite { .. }),
            _ => false,
        },
        _ => false,
    }
}

/// The message of an error, with the flag that mends it.
pub(crate) fn message(error: &Error) -> String {
    match error {
        Error::Records(error) => records_message(error),
        Error::Header { source, .. } if is_usage(error) => source.to_string(),
        Error::Header { name, columns, source } => {
            format!("{name}:1: {source}{}", delimiter_hint(columns))
        }
        Error::Column { name, parameter, source } => {
            format!("{name}:1: {}: {source}", flag(*parameter))
        }
        Error::Parameter { parameter, what } => match &**what {
            ParameterFault::Repeated(_) => format!("{} {what}", flag(*parameter)),
            ParameterFault::NotListed { name, list } => {
                let (parameter, list) = (flag(*parameter), flag(*list));
                format!("{parameter} names {name:?}, which is not in {list}; name it there, too")
            }
            ParameterFault::Series(error) => error.to_string(),
            ParameterFault::Forest(error) => error.to_string(),
            ParameterFault::Query(error) => format!("--query-column: {error}"),
            what => format!("{} {what}", flag(*parameter)),
        },
        Error::Schema { name, schema, needed, columns } => format!(
            "{name}:1: schema {schema} has {}, which the file lacks; give another --schema, or the column \
             by --map path=COLUMN; columns: {}",
            column_list(needed),
            column_list(columns)
        ),
        Error::Envelope { name, envelope, others, columns } => format!(
            "{name}:1: no known schema, and {} {} a thing or a moment and no measure; name the features by \
             --features{}, or path and command line by --map path=COLUMN; columns: {}",
            column_list(envelope),
            if envelope.len() == 1 { "names" } else { "name" },
            if others.is_empty() { String::new() } else { format!(" {}", others.join(",")) },
            column_list(columns)
        ),
        Error::NothingToTake { name, what, columns } => {
            format!("{name}:1: {}; columns: {}", lacking(*what, columns), column_list(columns))
        }
        Error::Missing { position, column } => format!(
            "{position}: {column} has no value; leave such rows out (--missing skip) or count them as \
             0 (--missing zero)"
        ),
        Error::Value { position, column, fault } => {
            format!("{position}: {column}: {}", value_message(fault))
        }
        Error::Row { what, .. } if matches!(**what, RowFault::Flag { .. }) => {
            format!("{error}{SKIP}")
        }
        Error::MixedZones { .. } => format!("{error} (--time-zone UTC)"),
        Error::ScaleRange { name, feature, scaling } => format!(
            "{name}: {feature} leaves the range of f64 under --scale {scaling}; use --scale none"
        ),
        Error::WeightRange { name } => {
            format!("{name}: the weights sum to more than can be held; divide --weight's column")
        }
        Error::NoiseNotKept { name } => {
            format!(
                "{name}: negative weights make noise of rows that were not kept; use --emit labels"
            )
        }
        Error::NoKnee { name } => format!(
            "{name}: the distances have no knee that proposes an eps; look at `oddsift eps`, give --eps"
        ),
        Error::Series { source, .. } if is_usage(error) => {
            format!("{source} (--period, --seasonal and the like)")
        }
        Error::Series { source, .. } => format!("{error}{}", series_flags(source)),
        Error::Model { name, fault } if matches!(**fault, ModelFault::NoScores) => format!(
            "{name}: a history of lines gives no scores; use `oddsift hunt FILE --known {name}`"
        ),
        Error::Threads { .. } => format!("{error} (-j 1)"),
        Error::Audit { name, source } => match **source {
            auditd::Error::NoProcesses { n_processes: 0 } => format!(
                "{name}: no event has a SYSCALL and an EXECVE record; audit rules must log execve, as \
                 `-a always,exit -F arch=b64 -S execve` does"
            ),
            _ => error.to_string(),
        },
        error => error.to_string(),
    }
}

/// The flag of a parameter.
fn flag(parameter: Parameter) -> String {
    format!("--{}", parameter.0.replace('_', "-"))
}

fn records_message(error: &records::Error) -> String {
    match error {
        records::Error::Data { fault, .. } if fault.can_be_skipped() => format!("{error}{SKIP}"),
        error => error.to_string(),
    }
}

fn value_message(fault: &ValueFault) -> String {
    let remedy = match fault {
        ValueFault::NotFinite(_) => "correct it (or --ord-scale), or skip bad rows",
        ValueFault::PastSingle { .. } => "use --precision f64, or skip bad rows",
        fault => fault.remedy(),
    };
    match fault {
        ValueFault::Time(
            timespan::Error::Shape { .. }
            | timespan::Error::DayOrMonth { .. }
            | timespan::Error::Number { .. },
        ) => format!("{fault} (--time-format)"),
        ValueFault::Time(timespan::Error::Repeated { .. } | timespan::Error::Skipped { .. }) => {
            format!("{fault} (--time-zone)")
        }
        ValueFault::Time(_) => fault.to_string(),
        ValueFault::Zone { .. } => format!("{fault}; {remedy} (--time-zone UTC)"),
        fault => format!("{fault}; {remedy}{SKIP}"),
    }
}

fn lacking(what: Lacking, columns: &[String]) -> String {
    match what {
        Lacking::Feature => {
            "no numeric column to take for a feature; name features by --features".to_owned()
        }
        Lacking::Time => "no known column of times; name one by --time-column".to_owned(),
        Lacking::Value => {
            "no column of numbers; name one by --value-column, or count rows by --count".to_owned()
        }
        Lacking::Process => format!(
            "no column holds a process or a command line (NewProcessName, CommandLine and the like); \
             name them by --map command_line=COLUMN, or columns of text by --text{}",
            delimiter_hint(columns),
        ),
        Lacking::Category => {
            "no column holds values that repeat or numbers; name some by --by".to_owned()
        }
        what => what.to_string(),
    }
}

/// A header of one column that holds another usual delimiter was split by the wrong one.
fn delimiter_hint(columns: &[String]) -> String {
    match likely_delimiter(columns) {
        Some('\t') => "; try --delimiter tab".to_owned(),
        Some(delimiter) => format!("; try --delimiter '{delimiter}'"),
        None => String::new(),
    }
}

/// The flags that mend a series.
fn series_flags(error: &timeseries::Error) -> &'static str {
    use timeseries::Error;
    match error {
        Error::Gap { .. } | Error::MissingValue { .. } => " (--fill zero, missing or linear)",
        Error::Duplicate { .. } | Error::OffGrid { .. } => {
            " (--agg sum, mean or max with --bucket)"
        }
        Error::NoStep { .. } => " (two whole periods are needed, see --period)",
        Error::TooShort { .. } | Error::NotWhole { .. } => " (--period)",
        Error::TooManyPoints { .. } => " (--bucket)",
        _ => "",
    }
}
