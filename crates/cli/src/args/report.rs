//! What `report` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  oddsift report events.csv -o report.html
      4688, Sysmon, Defender and Linux process events need no flags
  oddsift report flows.csv --features bytes,packets --scale robust --eps auto -o flows.html
  zcat events.ndjson.gz | oddsift report - --time-column Timestamp --title 'host 7, May' -o host7.html";
