use std::{io::BufRead, ops::ControlFlow};

use crate::{
    Assembler, Error, Event, Options, Summary,
    lines::{Line, Lines},
};

/// The events of a log that is read as it is needed.
///
/// Takes any [`BufRead`], and so bytes, too; a larger buffer than the usual 8 KiB makes it faster.
/// Compressed logs are for the caller to unpack. Memory is bounded by [`Options`], whatever the log
/// holds.
///
/// ```
/// use oddsift_auditd::{EventReader, Options};
///
/// let log = "type=CWD msg=audit(1.0:1): cwd=\"/\"\ntype=CWD msg=audit(1.0:2): cwd=\"/tmp\"\n";
/// let mut reader = EventReader::new(log.as_bytes(), Options::new());
/// let mut serials = Vec::new();
/// for event in &mut reader {
///     serials.push(event?.serial());
/// }
/// assert_eq!(serials, [1, 2]);
/// assert_eq!(reader.summary().skipped, 0);
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    lines: Lines<R>,
    assembler: Assembler,
    /// What is told once the open events are given out.
    failed: Option<Error>,
}

impl<R: BufRead> EventReader<R> {
    /// Reads nothing yet.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// assert!(EventReader::new(&b""[..], Options::new()).next().is_none());
    /// ```
    pub fn new(reader: R, options: Options) -> Self {
        Self {
            lines: Lines::new(reader, options.longest_line()),
            assembler: Assembler::new(options),
            failed: None,
        }
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the reader fails, after the events that are open by then.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let mut reader = EventReader::new(&b"type=EOE msg=audit(1.0:1):"[..], Options::new());
    /// assert!(reader.next_event()?.is_some() && reader.next_event()?.is_none());
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        self.next_event_of(|_, _| Ok(false))
    }

    /// The next event of a reader that may go on where it ended: `go_on` says so, once all lines so far
    /// are in the summary.
    pub(crate) fn next_event_of(
        &mut self,
        mut go_on: impl FnMut(&mut R, &Summary) -> Result<bool, Error>,
    ) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.assembler.next_event() {
                return Ok(Some(event));
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            let Self { lines, assembler, .. } = self;
            let pushed = lines.next(|line| match line {
                Line::Whole(line) => assembler.push_line(line),
                Line::TooLong => assembler.push_too_long(),
            });
            match pushed {
                Ok(Some(())) => {}
                Ok(None) if assembler.is_finished() => return Ok(None),
                Ok(None) => match go_on(lines.reader(), assembler.summary()) {
                    Ok(true) => {}
                    Ok(false) => assembler.finish(),
                    Err(error) => self.fail(error),
                },
                Err(error) => self.fail(error),
            }
        }
    }

    /// Keeps an error until the open events are given out.
    fn fail(&mut self, error: Error) {
        self.failed = Some(error);
        self.assembler.finish();
    }

    /// Gives back an event that is no longer needed, so that its memory is used again.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let mut reader = EventReader::new(&b"type=EOE msg=audit(1.0:1):"[..], Options::new());
    /// while let Some(event) = reader.next_event()? {
    ///     reader.recycle(event);
    /// }
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn recycle(&mut self, event: Event) {
        self.assembler.recycle(event);
    }

    /// What was read and left out so far.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// assert_eq!(EventReader::new(&b""[..], Options::new()).summary().lines, 0);
    /// ```
    pub fn summary(&self) -> &Summary {
        self.assembler.summary()
    }
}

impl<R: BufRead> Iterator for EventReader<R> {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_event().transpose()
    }
}

/// The events of a log, as an iterator: [`EventReader::new`] by another name.
///
/// ```
/// use oddsift_auditd::{Options, read_events};
///
/// let log = &b"type=SYSCALL msg=audit(1.0:1): pid=7\ntype=SYSCALL msg=audit(1.0:2): pid=8\n"[..];
/// for (event, serial) in read_events(log, Options::new()).zip(1..) {
///     assert_eq!(event?.serial(), serial);
/// }
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[doc(alias = "read_from_file")]
pub fn read_events<R: BufRead>(reader: R, options: Options) -> EventReader<R> {
    EventReader::new(reader, options)
}

/// Calls `take` with each event of a log, until it breaks off.
///
/// Faster than the iterator of [`read_events`], since the memory of an event is used again.
///
/// # Errors
///
/// [`Error::Read`] if the reader fails.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use oddsift_auditd::{Options, for_each_event};
///
/// let log = &b"type=SYSCALL msg=audit(1.0:1): pid=7\ntype=SYSCALL msg=audit(1.0:2): pid=8\n"[..];
/// let mut pids = Vec::new();
/// let summary = for_each_event(log, Options::new(), |event| {
///     pids.extend(event.syscall().and_then(|call| call.pid?.number()));
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!((pids, summary.events), (vec![7, 8], 2));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
pub fn for_each_event<R: BufRead>(
    reader: R,
    options: Options,
    mut take: impl FnMut(&Event) -> ControlFlow<()>,
) -> Result<Summary, Error> {
    let mut reader = EventReader::new(reader, options);
    while let Some(event) = reader.next_event()? {
        let go_on = take(&event);
        reader.recycle(event);
        if go_on.is_break() {
            break;
        }
    }
    Ok(reader.summary().clone())
}
