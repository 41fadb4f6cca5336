use std::{borrow::Cow, sync::Arc};

use crate::{
    Batch,
    batch::RowMark,
    buffer::Buffer,
    json_envelope::Envelope,
    json_flat::{Flat, Flattener, ObjectText},
    json_frames::{Found, Frame, Frames},
    reader::{Stop, Tally},
};

/// Records and bytes that are read before the first batch is asked for: their columns are known then.
const SAMPLE_RECORDS: usize = 1000;
const SAMPLE_BYTES: usize = 8 << 20;

/// The records of JSON in any form.
pub(crate) struct JsonRows {
    frames: Frames,
    flattener: Flattener,
    /// The records that were read first.
    sample: Option<Batch>,
    /// Whether an envelope, a wrapper was told.
    told: (bool, bool),
}

impl JsonRows {
    /// Reads the first records, and so their columns.
    pub(crate) fn open(
        buffer: Buffer,
        limit: usize,
        tally: &mut Tally<'_>,
    ) -> Result<(Self, Vec<String>), Stop> {
        let frames = Frames::new(buffer, limit)?;
        let flattener = Flattener::default();
        let mut rows = Self { frames, flattener, sample: None, told: (false, false) };
        let mut sample = Batch::new();
        rows.read(&mut sample, tally, |batch, n_bytes| {
            batch.len() >= SAMPLE_RECORDS || n_bytes >= SAMPLE_BYTES
        })?;
        if tally.is_untouched() {
            return Err(Stop::Empty);
        }
        let columns = rows.flattener.columns.shared();
        sample.set_columns(columns);
        let names = columns.to_vec();
        rows.sample = Some(sample).filter(|sample| !sample.is_empty());
        Ok((rows, names))
    }

    /// Adds columns behind those that are known.
    pub(crate) fn expect(&mut self, names: &[String]) -> Arc<[String]> {
        self.flattener.columns.expect_all(names);
        Arc::clone(self.flattener.columns.shared())
    }

    /// Fills the batch; it stays empty at the end of the input only.
    pub(crate) fn fill(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let filled = match self.sample.take() {
            Some(sample) => {
                batch.take_rows(sample);
                Ok(())
            }
            None => self.read(batch, tally, Batch::is_full_at),
        };
        batch.set_columns(self.flattener.columns.shared());
        filled
    }

    fn read(
        &mut self,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
        is_enough: impl Fn(&Batch, usize) -> bool,
    ) -> Result<(), Stop> {
        let mut n_bytes = 0_usize;
        while !is_enough(batch, n_bytes) {
            match self.frames.next() {
                Ok(Found::Record(frame)) => {
                    n_bytes = n_bytes.saturating_add(frame.end);
                    self.take(&frame, batch, tally)?;
                }
                Ok(Found::Envelope(name)) => self.tell_envelope(name, tally),
                Ok(Found::Passed) => {}
                Ok(Found::End) => break,
                Err(bad) => {
                    tally.number();
                    tally.bad(bad)?;
                }
            }
        }
        Ok(())
    }

    /// Appends the record of a frame, which may be bad or hold records.
    fn take(
        &mut self,
        frame: &Frame,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
    ) -> Result<(), Stop> {
        let bytes = self.frames.text(frame);
        // Most are valid, and the plain check is several times as fast.
        let text =
            str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        let is_replaced = matches!(text, Cow::Owned(_));
        let line = self.frames.line_number();
        let mark = RowMark { row: tally.next_number(), line, start: batch.text.len() };
        let object = ObjectText { text: &text, is_last: frame.is_last, may_hold: frame.may_hold };
        match self.flattener.push(object, mark, batch) {
            Ok(Flat { envelope: Some(envelope), .. }) => {
                let at = raw_offset(self.frames.text(frame), envelope.at);
                self.frames.enter(Envelope { at, ..envelope });
                self.tell_envelope(envelope.name, tally);
                return Ok(());
            }
            Ok(flat) => {
                tally.number();
                if is_replaced || flat.replaced {
                    tally.replaced(line);
                }
                self.tell(flat, line, tally);
            }
            Err((offset, fault)) => {
                let (line, column) = self.frames.place(raw_offset(self.frames.text(frame), offset));
                tally.number();
                tally.bad(Stop::Bad { line, column: Some(column), fault })?;
            }
        }
        self.frames.pass(frame);
        Ok(())
    }

    fn tell(&mut self, flat: Flat, line: u64, tally: &mut Tally<'_>) {
        if let Some(key) = flat.dropped {
            tally.dropped(line, key);
        }
        if let Some(wrapper) = flat.wrapper.filter(|_| !self.told.1) {
            self.told.1 = true;
            tally.unwrapped(wrapper);
        }
    }

    fn tell_envelope(&mut self, name: &str, tally: &mut Tally<'_>) {
        if !std::mem::replace(&mut self.told.0, true) {
            tally.unwrapped(name);
        }
    }
}

/// The place in bytes of a place in their text, in which U+FFFD stands for what is no UTF-8.
fn raw_offset(bytes: &[u8], mut offset: usize) -> usize {
    let mut n_bytes = 0_usize;
    for chunk in bytes.utf8_chunks() {
        if offset < chunk.valid().len() {
            break;
        }
        let n_read = chunk.valid().len().saturating_add(chunk.invalid().len());
        n_bytes = n_bytes.saturating_add(n_read);
        let n_written =
            usize::from(!chunk.invalid().is_empty()).saturating_mul('\u{fffd}'.len_utf8());
        offset = offset.saturating_sub(chunk.valid().len().saturating_add(n_written));
    }
    n_bytes.saturating_add(offset).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_of_a_text_is_found_in_its_bytes() {
        let bytes = b"a\xffb\xc3\xffc";
        let text = String::from_utf8_lossy(bytes);
        for c in ['a', 'b', 'c'] {
            let place = raw_offset(bytes, text.find(c).unwrap());
            assert_eq!(bytes.get(place).copied(), Some(c as u8));
        }
        assert_eq!(raw_offset(bytes, 99), bytes.len());
    }
}
