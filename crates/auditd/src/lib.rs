#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod app; // AppFilter: which programs
mod assembler; // Assembler: lines to events
mod audit_rows; // AuditRows: events as rows of a table
mod cluster; // cluster_auditd_processes
mod error; // Error, LineError, LineFault
mod event; // Event: the records of one node, time and serial
mod execve; // Execve, Arg: arguments, split and encoded ones
mod fields; // Fields, Field: what a record's text holds
mod given; // events that were given out last
mod head; // the part of a line up to its fields
mod id; // Id: a number, or the text that is none
mod json; // lines of JSON as trees
mod kind; // types of records: their names, and which are events by themselves
mod laurel; // events as LAUREL writes them
mod lines; // lines of a reader, none kept that is too long
mod log; // AuditLog: log files, one behind the other
mod looks; // Looks: what a text without records seems to be
mod objects; // events and records in lines of JSON
mod process; // ProcessEvent
mod reader; // EventReader, read_events, for_each_event: over any BufRead
mod record; // Record, RecordBuf, parse_record
mod records; // records made of what others write
mod rotated; // log files from the oldest to the newest
mod row; // EventRow: the same columns for every event
mod scan; // searches in short texts
mod store; // the lines of open events
mod summary; // Summary: what was left out
mod syslog; // headers before a record
mod tokens; // keys and values of a text
mod tree; // ProcessTree: who started whom
mod typed; // Typed, Syscall, PathName and others
mod user; // User: what programs report
mod value; // Value, Hex
mod window; // events that are still open

// A module, since its names are those of another program.
pub mod msticpy;

pub use {
    app::AppFilter,
    assembler::{Assembler, Options},
    audit_rows::{AuditRows, is_audit_log},
    cluster::{
        ClusterFeatures, ClusterOptions, ProcessCluster, ProcessClusters, cluster_auditd_processes,
    },
    error::{Error, LineError, LineFault},
    event::Event,
    execve::{Arg, Execve},
    fields::{Field, Fields},
    id::Id,
    jiff::Timestamp,
    log::AuditLog,
    looks::Looks,
    oddsift_eventcluster::{Label, NoiseTimes},
    process::ProcessEvent,
    reader::{EventReader, for_each_event, read_events},
    record::{Record, RecordBuf, parse_record},
    rotated::sort_rotated,
    row::EventRow,
    summary::Summary,
    tree::ProcessTree,
    typed::{Cwd, PathName, Proctitle, Syscall, Typed},
    user::User,
    value::{Hex, Value},
};
