use std::io;

use crate::{
    buffer::Buffer,
    json_envelope::{Seek, Sought},
    json_walk::Nest,
};

/// How JSON records stand in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One object a line.
    Lines,
    /// Arrays, or objects one after the other, over lines or not.
    Values,
    /// One document, which may hold the records.
    Document,
}

/// The bytes that tell the form.
const HEAD: usize = 1 << 20;

impl Form {
    /// Looks at the first bytes, which stay in the buffer.
    pub(crate) fn of(buffer: &mut Buffer) -> io::Result<Self> {
        let mut looked = 0_usize;
        loop {
            let window = buffer.window();
            let head = window.get(..HEAD).unwrap_or(window);
            let n_bytes = head.len();
            // Only at twice as much, or the work would be the square of the bytes where few come at once.
            if n_bytes >= looked.saturating_mul(2).min(HEAD) {
                looked = n_bytes;
                if let Some(form) = Self::seen(head, n_bytes >= HEAD) {
                    return Ok(form);
                }
            }
            if n_bytes >= HEAD {
                return Ok(Form::Lines);
            }
            if !buffer.refill()? {
                return Ok(Self::seen(buffer.window(), true).unwrap_or(Form::Lines));
            }
        }
    }

    /// The form, if the head is enough to tell; it is where no more of it comes.
    fn seen(head: &[u8], is_all: bool) -> Option<Self> {
        let start = head.iter().position(|byte| !byte.is_ascii_whitespace());
        let text = head.get(start?..).unwrap_or_default();
        match text.first() {
            Some(b'[') => return Some(Form::Values),
            Some(b'{') => {}
            _ => return Some(Form::Lines),
        }
        let line_feed = text.iter().position(|byte| *byte == b'\n');
        let line = text.get(..line_feed.unwrap_or(text.len())).unwrap_or_default();
        let mut nest = Nest::default();
        if let Some(end) = nest.feed(line) {
            return Self::behind_object(text.get(end..).unwrap_or_default(), false, is_all);
        }
        match line_feed {
            Some(at) => Self::over_lines(nest, line, text.get(at..).unwrap_or_default(), is_all),
            None => is_all.then(|| Self::one_long_line(text)),
        }
    }

    /// An object whose first line does not hold all of it: over lines, or cut off.
    fn over_lines(mut nest: Nest, line: &[u8], rest: &[u8], is_all: bool) -> Option<Self> {
        if nest.in_string {
            return Some(Form::Lines);
        }
        let Some(first) = rest.iter().find(|byte| !byte.is_ascii_whitespace()) else {
            return is_all.then_some(Form::Lines);
        };
        // No member begins with a bracket: the first line is bad, the next one is a record.
        if *first == b'{' && nest.depth == 1 && !line.trim_ascii_end().ends_with(b":") {
            return Some(Form::Lines);
        }
        match nest.feed(rest) {
            Some(end) => Self::behind_object(rest.get(end..).unwrap_or_default(), true, is_all),
            None => is_all.then_some(Form::Document),
        }
    }

    /// What follows the first object tells whether there are more.
    fn behind_object(rest: &[u8], over_lines: bool, is_all: bool) -> Option<Self> {
        let line_feed = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        match rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
            None => is_all.then_some(Form::Document),
            Some(_) if over_lines => Some(Form::Values),
            Some(0) if rest.first() == Some(&b'{') => Some(Form::Values),
            Some(at) if at < line_feed && rest.get(at) == Some(&b',') => Some(Form::Values),
            Some(_) => Some(Form::Lines),
        }
    }

    /// A line longer than the head: a record, unless records are in it.
    fn one_long_line(text: &[u8]) -> Self {
        match Seek::default().feed(text) {
            Some(Sought::Records(_)) => Form::Document,
            _ => Form::Lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::of(&mut Buffer::new(Box::new(std::io::Cursor::new(text.to_owned())))).unwrap()
    }

    #[test]
    fn form_is_seen_on_the_first_bytes() {
        use Form::{Document, Lines, Values};

        for (text, expected) in [
            ("", Lines),
            ("x", Lines),
            (" \n[", Values),
            ("{\"a\":1}", Document),
            ("{\"a\":1}\n\n", Document),
            ("{\"a\":1}\n{\"a\":2}", Lines),
            ("{\"a\":1} x", Lines),
            ("{\"a\":1}}", Lines),
            ("{\"a\":1} {\"a\":2}", Lines),
            ("{\"a\":1}{\"a\":2}", Values),
            ("{\"a\":1},\n{\"a\":2}", Values),
            ("{\n\"a\":1}", Document),
            ("{\n\"a\":1}\n{\n\"a\":2}", Values),
            ("{\"a\":1,\n\"b\":2", Document),
            ("{\"a\":1,\n{\"a\":2}", Lines),
            ("{\"a\":\n{\"a\":2}}", Document),
            ("{\"Records\":[{},\n{\"a\":2}]}", Document),
            ("{\"a\":\"x\n{\"a\":2}", Lines),
            ("{\"a\":1", Lines),
        ] {
            assert_eq!(form(text), expected, "{text}");
        }
    }

    #[test]
    fn long_line_is_a_record_unless_records_are_in_it() {
        let filler = "x".repeat(2 * HEAD);
        assert_eq!(form(&format!("{{\"a\":\"{filler}\"}}")), Form::Lines);
        assert_eq!(
            form(&format!("{{\"b\":1,\"Records\":[{{\"a\":\"{filler}\"}}]}}")),
            Form::Document
        );
        assert_eq!(form(&format!("{{\n\"a\":\"{filler}\"}}")), Form::Document);
    }
}
