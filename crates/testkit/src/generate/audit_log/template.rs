//! Events of the sample with places for what changes.

use std::fmt::Write;

/// What changes from event to event.
pub(crate) struct Facts {
    /// Milliseconds since 1970.
    pub(crate) time: u64,
    pub(crate) serial: u64,
    pub(crate) pid: u32,
    pub(crate) ppid: u32,
}

/// An event of the sample.
#[derive(Debug)]
pub(crate) struct Template {
    stamp: String,
    lines: Vec<Line>,
}

/// A line: its type, and the text after its header.
#[derive(Debug)]
struct Line {
    kind: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Pid,
    Ppid,
}

/// The events of a log, in its order.
pub(crate) fn of_log(log: &str) -> Vec<Template> {
    let mut templates: Vec<Template> = Vec::new();
    for line in log.lines() {
        let Some((stamp, line)) = parse(line) else { continue };
        // Events of the sample are not far apart.
        match templates.iter_mut().rev().take(16).find(|template| template.stamp == stamp) {
            Some(template) => template.lines.push(line),
            None => templates.push(Template { stamp: stamp.to_owned(), lines: vec![line] }),
        }
    }
    templates
}

fn parse(line: &str) -> Option<(&str, Line)> {
    let (kind, rest) = line.strip_prefix("type=")?.split_once(" msg=audit(")?;
    let (stamp, body) = rest.split_once("):")?;
    Some((stamp, Line { kind: kind.to_owned(), parts: parts(body) }))
}

fn parts(body: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    for (place, word) in body.split(' ').enumerate() {
        text.push_str(if place > 0 { " " } else { "" });
        let part = match word.split_once('=') {
            Some((key @ "pid", _)) => Some((key, Part::Pid)),
            Some((key @ "ppid", _)) => Some((key, Part::Ppid)),
            _ => None,
        };
        match part {
            Some((key, part)) => {
                text.push_str(key);
                text.push('=');
                parts.extend([Part::Text(std::mem::take(&mut text)), part]);
            }
            None => text.push_str(word),
        }
    }
    parts.push(Part::Text(text));
    parts
}

impl Template {
    /// The lines with their ends.
    pub(crate) fn lines(&self, facts: &Facts) -> Vec<String> {
        self.lines.iter().map(|line| line.text(facts)).collect()
    }
}

impl Line {
    fn text(&self, facts: &Facts) -> String {
        let Facts { time, serial, pid, ppid } = facts;
        let (seconds, millis) = (time / 1000, time % 1000);
        let mut text = format!("type={} msg=audit({seconds}.{millis:03}:{serial}):", self.kind);
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                Part::Text(part) => text.write_str(part),
                Part::Pid => write!(text, "{pid}"),
                Part::Ppid => write!(text, "{ppid}"),
            };
        }
        text.push('\n');
        text
    }
}
