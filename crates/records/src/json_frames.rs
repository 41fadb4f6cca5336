use memchr::{memchr, memchr_iter, memrchr};

use crate::{
    Fault,
    buffer::Buffer,
    json_envelope::{Envelope, Seek, Sought},
    json_form::Form,
    json_walk::Nest,
    reader::Stop,
};

/// Cuts an input into the texts of its records; memory follows the longest one.
pub(crate) struct Frames {
    buffer: Buffer,
    limit: usize,
    form: Form,
    at: At,
    /// Line and column of the first byte of the window, from 1.
    line: u64,
    column: u64,
}

/// Where the window begins.
#[derive(Debug, Clone)]
enum At {
    /// Outside of all records and envelopes.
    Outside,
    /// In an array of records, which began there; behind it the envelope goes on.
    Records { line: u64, column: u64, envelope: Option<Envelope> },
    /// Behind the records of an envelope.
    Behind(Seek),
    /// In a line that is passed over.
    BadLine,
    /// In a value that is passed over; back then to the array that it is in.
    BadValue { nest: Nest, back: Box<At> },
}

/// The text of a record at the beginning of the window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// Where it ends, and where the rest begins.
    pub(crate) end: usize,
    next: usize,
    /// Whether the input ends with it, without a line feed.
    pub(crate) is_last: bool,
    /// Whether it may hold records.
    pub(crate) may_hold: bool,
}

/// What stands at the beginning of the window.
pub(crate) enum Found {
    Record(Frame),
    /// Records of an envelope follow.
    Envelope(&'static str),
    /// Nothing to report.
    Passed,
    End,
}

impl Frames {
    pub(crate) fn new(mut buffer: Buffer, limit: usize) -> Result<Self, Stop> {
        let form = Form::of(&mut buffer)?;
        Ok(Self { buffer, limit, form, at: At::Outside, line: 1, column: 1 })
    }

    /// The next thing; after a fault the one behind it.
    pub(crate) fn next(&mut self) -> Result<Found, Stop> {
        match &self.at {
            At::Outside if self.form == Form::Lines => self.line(),
            At::Outside => self.outside(),
            At::Records { .. } => self.in_array(),
            At::Behind(_) => self.behind(),
            At::BadLine => self.pass_line(),
            At::BadValue { .. } => self.pass_value(),
        }
    }

    /// The bytes of a record.
    pub(crate) fn text(&self, frame: &Frame) -> &[u8] {
        self.buffer.window().get(..frame.end).unwrap_or_default()
    }

    /// The line where the window begins.
    pub(crate) fn line_number(&self) -> u64 {
        self.line
    }

    /// Line and column of a byte of the window.
    pub(crate) fn place(&self, offset: usize) -> (u64, u64) {
        let window = self.buffer.window();
        let before = window.get(..offset).unwrap_or(window);
        match memrchr(b'\n', before) {
            None => (self.line, self.column.saturating_add(offset as u64)),
            Some(last) => {
                let n_lines = memchr_iter(b'\n', before).count() as u64;
                (self.line.saturating_add(n_lines), offset.saturating_sub(last) as u64)
            }
        }
    }

    /// Goes on behind a record.
    pub(crate) fn pass(&mut self, frame: &Frame) {
        if self.form == Form::Lines && matches!(self.at, At::Outside) {
            self.buffer.consume(frame.next);
            (self.line, self.column) = (self.line.saturating_add(1), 1);
        } else {
            self.consume(frame.next);
        }
    }

    /// Goes on with the records in what was taken for one.
    pub(crate) fn enter(&mut self, envelope: Envelope) {
        let (line, column) = self.place(envelope.at);
        self.consume(envelope.at);
        self.at = At::Records { line, column, envelope: Some(envelope) };
    }

    fn consume(&mut self, n_bytes: usize) {
        (self.line, self.column) = self.place(n_bytes);
        self.buffer.consume(n_bytes);
    }

    fn bad_here(&self, fault: Fault) -> Stop {
        Stop::Bad { line: self.line, column: Some(self.column), fault }
    }

    fn line(&mut self) -> Result<Found, Stop> {
        let mut searched = 0;
        loop {
            let window = self.buffer.window();
            let found = memchr(b'\n', window.get(searched..).unwrap_or_default());
            let end = found.map_or(window.len(), |at| searched.saturating_add(at));
            if end > self.limit {
                self.at = At::BadLine;
                let fault = Fault::RecordTooLong { limit: self.limit, in_quote: false };
                return Err(Stop::Bad { line: self.line, column: None, fault });
            }
            searched = window.len();
            if found.is_none() && self.buffer.refill()? {
                continue;
            }
            if found.is_none() && end == 0 {
                return Ok(Found::End);
            }
            let next = end.saturating_add(usize::from(found.is_some()));
            let frame = Frame { end, next, is_last: found.is_none(), may_hold: true };
            if self.text(&frame).iter().all(u8::is_ascii_whitespace) {
                self.pass(&frame);
                return Ok(Found::Passed);
            }
            return Ok(Found::Record(frame));
        }
    }

    /// The first byte that is no blank or comma, which then begins the window.
    fn skip_blanks(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
            let window = self.buffer.window();
            let n_blank = window.iter().position(|byte| !is_blank(byte)).unwrap_or(window.len());
            self.consume(n_blank);
            if let Some(byte) = self.buffer.window().first() {
                return Ok(Some(*byte));
            }
            if !self.buffer.refill()? {
                return Ok(None);
            }
        }
    }

    fn outside(&mut self) -> Result<Found, Stop> {
        match self.skip_blanks()? {
            None => Ok(Found::End),
            Some(b'[') => {
                let (line, column) = (self.line, self.column);
                self.consume(1);
                self.at = At::Records { line, column, envelope: None };
                Ok(Found::Passed)
            }
            Some(b'{') if self.form == Form::Document => self.document(),
            Some(b'{') => self.value(true),
            Some(_) => {
                self.at = At::BadLine;
                Err(self.bad_here(Fault::TextAfterDocument))
            }
        }
    }

    fn in_array(&mut self) -> Result<Found, Stop> {
        match self.skip_blanks()? {
            Some(b'{') => self.value(false),
            Some(b']') => {
                self.consume(1);
                let At::Records { envelope, .. } = self.at else { return Ok(Found::Passed) };
                self.at =
                    envelope.map_or(At::Outside, |envelope| At::Behind(Seek::behind(envelope)));
                Ok(Found::Passed)
            }
            Some(byte) => {
                let bad = self.bad_here(no_object(byte));
                // A byte that begins no value is passed over by itself.
                self.consume(usize::from(!matches!(byte, b'"' | b'[')));
                self.pass_over(Nest::default());
                Err(bad)
            }
            None => {
                let At::Records { line, column, .. } = self.at else { return Ok(Found::End) };
                self.at = At::Outside;
                Err(Stop::Bad { line, column: Some(column), fault: Fault::UnclosedArray })
            }
        }
    }

    /// The object at the beginning of the window.
    fn value(&mut self, may_hold: bool) -> Result<Found, Stop> {
        let (mut nest, mut n_fed) = (Nest::default(), 0_usize);
        loop {
            let part = self.unread(n_fed);
            let (n_bytes, found) = (part.len(), nest.feed(part));
            let end = n_fed.saturating_add(found.unwrap_or(n_bytes));
            if end > self.limit {
                return Err(self.too_long(end, nest));
            }
            if found.is_some() {
                return Ok(Found::Record(Frame { end, next: end, is_last: false, may_hold }));
            }
            n_fed = end;
            if !self.buffer.refill()? {
                return Err(self.cut_off());
            }
        }
    }

    /// An object that is a record, or holds them.
    fn document(&mut self) -> Result<Found, Stop> {
        let (mut seek, mut n_fed) = (Seek::default(), 0_usize);
        loop {
            let part = self.unread(n_fed);
            let n_bytes = part.len();
            let found = seek.feed(part);
            if let Some(Sought::Records(envelope)) = found {
                self.enter(Envelope { at: n_fed.saturating_add(envelope.at), ..envelope });
                return Ok(Found::Envelope(envelope.name));
            }
            let Some(Sought::End(end)) = found else {
                n_fed = n_fed.saturating_add(n_bytes);
                if n_fed > self.limit {
                    return Err(self.too_long(n_fed, seek.nest()));
                }
                if !self.buffer.refill()? {
                    return Err(self.cut_off());
                }
                continue;
            };
            let end = n_fed.saturating_add(end);
            if end > self.limit {
                return Err(self.too_long(end, Nest::default()));
            }
            return Ok(Found::Record(Frame { end, next: end, is_last: false, may_hold: false }));
        }
    }

    /// What was not fed of the window, up to a byte past the limit: a fault does not depend on how the
    /// bytes arrive.
    fn unread(&self, n_fed: usize) -> &[u8] {
        let window = self.buffer.window();
        let end = window.len().min(self.limit.saturating_add(1));
        window.get(n_fed..end).unwrap_or_default()
    }

    fn too_long(&mut self, n_bytes: usize, nest: Nest) -> Stop {
        let fault = Fault::RecordTooLong { limit: self.limit, in_quote: false };
        let bad = Stop::Bad { line: self.line, column: None, fault };
        self.consume(n_bytes);
        if nest.depth > 0 {
            self.pass_over(nest);
        }
        bad
    }

    /// The object at the beginning of the window does not end.
    fn cut_off(&mut self) -> Stop {
        let bad = self.bad_here(Fault::CutOff);
        self.consume(self.buffer.window().len());
        self.at = At::Outside;
        bad
    }

    fn behind(&mut self) -> Result<Found, Stop> {
        let At::Behind(seek) = &mut self.at else { return Ok(Found::Passed) };
        let window = self.buffer.window();
        let n_bytes = window.len();
        match seek.feed(window) {
            Some(Sought::Records(envelope)) if envelope.is_sure || self.form == Form::Document => {
                self.enter(envelope);
                return Ok(Found::Envelope(envelope.name));
            }
            Some(Sought::Records(other)) => self.consume(other.at),
            Some(Sought::End(end)) => {
                self.consume(end);
                self.at = At::Outside;
            }
            None => {
                self.consume(n_bytes);
                if !self.buffer.refill()? {
                    self.at = At::Outside;
                    return Err(self.bad_here(Fault::CutOff));
                }
            }
        }
        Ok(Found::Passed)
    }

    fn pass_line(&mut self) -> Result<Found, Stop> {
        let window = self.buffer.window();
        let line_feed = memchr(b'\n', window);
        let n_bytes = line_feed.map_or(window.len(), |at| at.saturating_add(1));
        self.consume(n_bytes);
        if line_feed.is_some() || !self.buffer.refill()? {
            self.at = At::Outside;
        }
        Ok(Found::Passed)
    }

    /// Passes over the rest of a value.
    fn pass_over(&mut self, nest: Nest) {
        let back = Box::new(std::mem::replace(&mut self.at, At::Outside));
        self.at = At::BadValue { nest, back };
    }

    fn pass_value(&mut self) -> Result<Found, Stop> {
        let At::BadValue { nest, .. } = &mut self.at else { return Ok(Found::Passed) };
        let window = self.buffer.window();
        let n_bytes = window.len();
        let end = nest.value_end(window);
        self.consume(end.unwrap_or(n_bytes));
        if (end.is_some() || !self.buffer.refill()?)
            && let At::BadValue { back, .. } = std::mem::replace(&mut self.at, At::Outside)
        {
            self.at = *back;
        }
        Ok(Found::Passed)
    }
}

fn no_object(byte: u8) -> Fault {
    match byte {
        b'[' => Fault::JsonArray,
        b'"' => Fault::NotAnObject { found: "a string" },
        b'-' | b'0'..=b'9' => Fault::NotAnObject { found: "a number" },
        _ => Fault::NotAnObject { found: "other text" },
    }
}
