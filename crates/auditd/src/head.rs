use std::ops::Range;

use jiff::Timestamp;

use crate::LineFault;

/// What stands in a line before its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) time: Timestamp,
    pub(crate) serial: u64,
    pub(crate) places: Places,
}

/// Where the parts of a line stand. Kept for every record, and so small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places {
    kind_start: u32,
    kind_end: u32,
    body: u32,
}

/// The last second that a [`Timestamp`] holds.
const LAST_SECOND: i64 = 253_402_207_199;

impl Head {
    /// Reads `[node=N ]type=T msg=audit(SECONDS[.FRACTION]:SERIAL):`; else the byte that is wrong,
    /// from 0.
    ///
    /// The kernel writes three digits of the fraction; further ones are dropped.
    #[inline]
    pub(crate) fn parse(line: &[u8]) -> Result<Self, (usize, LineFault)> {
        let mut cursor = Cursor { line, at: 0 };
        if cursor.skip(b"node=") {
            cursor.host().ok_or((cursor.at, LineFault::Type))?;
        }
        if !cursor.skip(b"type=") {
            return Err((cursor.at, LineFault::Type));
        }
        let kind = cursor.word().ok_or((cursor.at, LineFault::Type))?;
        if !cursor.skip(b"msg=audit(") {
            return Err((cursor.at, LineFault::Header));
        }
        let time = cursor.time()?;
        let at = cursor.at;
        if !cursor.skip(b":") {
            return Err((at, LineFault::Time));
        }
        let serial = cursor.digits().ok_or((at, LineFault::Serial))?;
        if !cursor.skip(b"):") {
            return Err((cursor.at, LineFault::Colon));
        }
        let limit = u32::MAX as usize;
        let place = |at| u32::try_from(at).map_err(|_| (at, LineFault::TooLong { limit }));
        let (kind_start, kind_end) = (place(kind.start)?, place(kind.end)?);
        let places = Places { kind_start, kind_end, body: place(cursor.at)? };
        Ok(Self { time, serial, places })
    }
}

impl Places {
    /// The host, of a line that begins with `node=HOST type=`.
    #[inline]
    pub(crate) fn node(self, line: &str) -> Option<&str> {
        let end = (self.kind_start as usize).checked_sub(" type=".len())?;
        line.get("node=".len()..end)
    }

    /// The type.
    #[inline]
    pub(crate) fn kind(self, line: &str) -> &str {
        line.get(self.kind_start as usize..self.kind_end as usize).unwrap_or_default()
    }

    /// The fields.
    #[inline]
    pub(crate) fn body(self, line: &str) -> &str {
        line.get(self.body as usize..).unwrap_or_default()
    }

    /// What stands between the type and the fields.
    pub(crate) fn stamp(self, line: &str) -> &str {
        line.get(self.kind_end as usize..self.body as usize).unwrap_or_default()
    }
}

struct Cursor<'a> {
    line: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at = self.at.saturating_add(text.len());
        }
        found
    }

    /// Printable ASCII characters up to a space, which is passed.
    fn word(&mut self) -> Option<Range<usize>> {
        self.up_to_space(u8::is_ascii_graphic)
    }

    /// As a word, of any script.
    fn host(&mut self) -> Option<Range<usize>> {
        self.up_to_space(|byte| byte.is_ascii_graphic() || !byte.is_ascii())
    }

    fn up_to_space(&mut self, is_part: impl Fn(&u8) -> bool) -> Option<Range<usize>> {
        let n = self.rest().iter().position(|byte| !is_part(byte))?;
        let end = self.at.checked_add(n).filter(|end| *end > self.at)?;
        let word = self.at..end;
        self.at = end;
        self.skip(b" ").then_some(word)
    }

    /// `None` without digits, or if they are too many.
    fn digits(&mut self) -> Option<u64> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit());
        let mut number = None;
        let mut n = 0_usize;
        for digit in digits {
            let digit = u64::from(digit.wrapping_sub(b'0'));
            number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(digit)?);
            n = n.saturating_add(1);
        }
        self.at = self.at.saturating_add(n);
        number
    }

    fn time(&mut self) -> Result<Timestamp, (usize, LineFault)> {
        let start = self.at;
        let seconds = self.digits().and_then(|seconds| i64::try_from(seconds).ok());
        let seconds = seconds.ok_or((start, LineFault::Time))?;
        if matches!(self.rest().first(), Some(b'/' | b'-')) {
            return Err((start, LineFault::Interpreted));
        }
        let millis = if self.skip(b".") { self.millis() } else { Some(0) };
        let millis = millis.ok_or((start, LineFault::Time))?;
        if seconds > LAST_SECOND {
            return Err((start, LineFault::Time));
        }
        let time = seconds.checked_mul(1000).and_then(|all| all.checked_add(millis));
        time.and_then(|time| Timestamp::from_millisecond(time).ok()).ok_or((start, LineFault::Time))
    }

    fn millis(&mut self) -> Option<i64> {
        let n = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut digits = self.rest().get(..n.min(3)).unwrap_or_default().iter();
        let mut place = || digits.next().map_or(0, |digit| i64::from(digit.wrapping_sub(b'0')));
        let (tenths, hundredths, rest) = (place(), place(), place());
        self.at = self.at.saturating_add(n);
        let parts = [tenths.checked_mul(100)?, hundredths.checked_mul(10)?, rest];
        (n > 0).then(|| parts.into_iter().fold(0, i64::saturating_add))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fraction_is_cut_to_milliseconds() {
        let time = |text: &str| {
            let line = format!("type=A msg=audit({text}:1):");
            Head::parse(line.as_bytes()).map(|head| head.time.as_millisecond())
        };
        assert_eq!(time("1"), Ok(1000));
        assert_eq!(time("1.5"), Ok(1500));
        assert_eq!(time("1.0049999"), Ok(1004));
        assert_eq!(time("253402207199.999"), Ok(253_402_207_199_999));
        for bad in ["", ".5", "1.", "-1", "NaN", "1e3", "253402207200", "99999999999999999999"] {
            assert_eq!(time(bad).map_err(|(_, fault)| fault), Err(LineFault::Time), "{bad}");
        }
    }

    #[test]
    fn host_may_be_of_any_script() {
        let line = "node=bücher type=EOE msg=audit(1.0:7): a=b";
        let places = Head::parse(line.as_bytes()).unwrap().places;
        assert_eq!((places.node(line), places.kind(line)), (Some("bücher"), "EOE"));
        assert_eq!(places.body(line), " a=b");
        let torn =
            crate::RecordBuf::parse(b"node=b\xff type=EOE msg=audit(1.0:7): a=b", 1).unwrap();
        assert_eq!(torn.record().to_string(), "node=b\u{fffd} type=EOE msg=audit(1.000:7): a=b");
    }

    #[test]
    fn each_part_of_the_header_is_told() {
        let fault = |line: &str| Head::parse(line.as_bytes());
        for (line, at, expected) in [
            ("garbage", 0, LineFault::Type),
            ("type=", 5, LineFault::Type),
            ("type=X", 5, LineFault::Type),
            ("node= type=X", 5, LineFault::Type),
            ("type=X \tmsg=audit(1.0:1):", 7, LineFault::Header),
            ("type=X msg=audit(03/02/2019 00:10:05.594:7) : a=b", 17, LineFault::Interpreted),
            ("type=X msg=audit(1.0:x):", 20, LineFault::Serial),
            ("type=X msg=audit(1.0:18446744073709551616):", 20, LineFault::Serial),
            ("type=X msg=audit(1.0:1", 22, LineFault::Colon),
        ] {
            assert_eq!(fault(line), Err((at, expected)), "{line}");
        }
    }
}
