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
    pub(crate) fn parse(line: &[u8]) -> Result<Self, (usize, LineFault)> {
        let mut cursor = Cursor { line, rest: line };
        if cursor.skip(b"node=") {
            cursor.host().ok_or((cursor.at(), LineFault::Type))?;
        }
        if !cursor.skip(b"type=") {
            return Err((cursor.at(), LineFault::Type));
        }
        let kind = cursor.word().ok_or((cursor.at(), LineFault::Type))?;
        if !cursor.skip(b"msg=audit(") {
            return Err((cursor.at(), LineFault::Header));
        }
        let time = cursor.time()?;
        let at = cursor.at();
        if !cursor.skip(b":") {
            return Err((at, LineFault::Time));
        }
        let serial = cursor.digits().ok_or((at, LineFault::Serial))?;
        if !cursor.skip(b"):") {
            return Err((cursor.at(), LineFault::Colon));
        }
        let limit = u32::MAX as usize;
        let place = |at| u32::try_from(at).map_err(|_| (at, LineFault::TooLong { limit }));
        let (kind_start, kind_end) = (place(kind.start)?, place(kind.end)?);
        let places = Places { kind_start, kind_end, body: place(cursor.at())? };
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

    /// Whether the type is a number.
    #[inline]
    pub(crate) fn is_numbered(self, line: &[u8]) -> bool {
        line.get(self.kind_start as usize).is_some_and(u8::is_ascii_digit)
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
    rest: &'a [u8],
}

impl Cursor<'_> {
    #[inline]
    fn at(&self) -> usize {
        self.line.len().wrapping_sub(self.rest.len())
    }

    #[inline]
    fn pass(&mut self, n: usize) {
        self.rest = self.rest.get(n..).unwrap_or_default();
    }

    #[inline]
    fn skip<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        let found = self.rest.first_chunk::<N>() == Some(text);
        if found {
            self.pass(N);
        }
        found
    }

    /// Printable ASCII characters up to a space, which is passed.
    #[inline]
    fn word(&mut self) -> Option<Range<usize>> {
        self.up_to_space(n_graphic(self.rest))
    }

    /// As a word, of any script.
    #[cold]
    fn host(&mut self) -> Option<Range<usize>> {
        let is_part = |byte: &u8| byte.is_ascii_graphic() || !byte.is_ascii();
        self.up_to_space(self.rest.iter().position(|byte| !is_part(byte))?)
    }

    #[inline]
    fn up_to_space(&mut self, n: usize) -> Option<Range<usize>> {
        let word = self.at()..self.at().saturating_add(n);
        if n == 0 || n == self.rest.len() {
            return None;
        }
        self.pass(n);
        self.skip(b" ").then_some(word)
    }

    /// `None` without digits, or if they are too many.
    #[inline]
    fn digits(&mut self) -> Option<u64> {
        let (mut number, mut is_any) = (0_u64, false);
        loop {
            let (value, n) = first_digits(self.rest);
            is_any |= n > 0;
            self.pass(n);
            let power = POWERS.get(n)?;
            number = number.checked_mul(*power)?.checked_add(value)?;
            if n < 8 {
                return is_any.then_some(number);
            }
        }
    }

    #[inline]
    fn time(&mut self) -> Result<Timestamp, (usize, LineFault)> {
        if let Some((time, n)) = usual_time(self.rest) {
            self.pass(n);
            return Ok(time);
        }
        let start = self.at();
        let fault = (start, LineFault::Time);
        let seconds = self.digits().and_then(|seconds| i64::try_from(seconds).ok()).ok_or(fault)?;
        let millis = match self.rest.first() {
            Some(b'.') => {
                self.pass(1);
                self.millis().ok_or(fault)?
            }
            Some(b'/' | b'-') => return Err((start, LineFault::Interpreted)),
            _ => 0,
        };
        if seconds > LAST_SECOND {
            return Err(fault);
        }
        Timestamp::new(seconds, millis.wrapping_mul(1_000_000)).map_err(|_| fault)
    }

    /// The first three digits of a fraction; all are passed.
    #[inline]
    fn millis(&mut self) -> Option<i32> {
        let (value, n) = first_digits(self.rest);
        let millis = match n {
            0 => return None,
            1..=3 => value.wrapping_mul(*POWERS.get(3_usize.wrapping_sub(n))?),
            _ => value.checked_div(*POWERS.get(n.wrapping_sub(3))?)?,
        };
        let more = self.rest.iter().skip(n).take_while(|byte| byte.is_ascii_digit());
        self.pass(n.saturating_add(more.count()));
        i32::try_from(millis).ok()
    }
}

/// A time of ten digits, a point, three digits and a colon, as the kernel has written it since 2001,
/// and how many bytes it has before the colon.
#[inline]
fn usual_time(bytes: &[u8]) -> Option<(Timestamp, usize)> {
    let [_, _, _, _, _, _, _, _, tens, ones, b'.', tenths, hundredths, thousandths, b':'] =
        bytes.first_chunk()?
    else {
        return None;
    };
    let (value, n) = first_digits(bytes);
    let ends = [tens, ones, tenths, hundredths, thousandths].map(|byte| byte.wrapping_sub(b'0'));
    if n < 8 || ends.iter().any(|digit| *digit > 9) {
        return None;
    }
    let [tens, ones, tenths, hundredths, thousandths] = ends;
    let ends = i64::from(tens.wrapping_mul(10).wrapping_add(ones));
    let seconds = i64::try_from(value).ok()?.wrapping_mul(100).wrapping_add(ends);
    let hundreds = i32::from(tenths).wrapping_mul(100);
    let ends = i32::from(hundredths.wrapping_mul(10).wrapping_add(thousandths));
    let millis = hundreds.wrapping_add(ends);
    let time = Timestamp::new(seconds, millis.wrapping_mul(1_000_000)).ok()?;
    Some((time, 14))
}

const POWERS: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first eight bytes, with zeros where there are fewer.
#[inline]
fn word_of(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// How many bytes of a word are digits, before one that is none.
#[inline]
fn n_digits(word: u64) -> u32 {
    // What is a digit is less than 10 without the bits of `0`.
    let value = word ^ LOW.wrapping_mul(b'0'.into());
    let too_large = (value & !HIGH).wrapping_add(LOW.wrapping_mul(0x80 - 10)) | value;
    (too_large & HIGH).trailing_zeros() / 8
}

/// The number of up to eight digits, and how many they are.
///
/// Pairs are joined, then fours, then all: Johnny Lee's "Fast numeric string to int" (2016), as
/// Lemire has it in "Quickly parsing eight digits" (2018).
#[inline]
fn first_digits(bytes: &[u8]) -> (u64, usize) {
    let word = word_of(bytes);
    let n = n_digits(word);
    if n == 0 {
        return (0, 0);
    }
    // Zeros before, so that there are eight.
    let n_missing = 8_u32.wrapping_sub(n).wrapping_mul(8);
    let digits = word.wrapping_shl(n_missing) & LOW.wrapping_mul(0x0f);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let all = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    (all, n as usize)
}

/// How many printable ASCII characters without spaces a text begins with.
#[inline]
fn n_graphic(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut n = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let is_blank = !(word | HIGH).wrapping_sub(LOW.wrapping_mul(b'!'.into()));
        let is_delete = (word & !HIGH).wrapping_add(LOW);
        let other = (word | is_blank | is_delete) & HIGH;
        if other != 0 {
            return n.wrapping_add((other.trailing_zeros() / 8) as usize);
        }
        n = n.wrapping_add(8);
    }
    n.wrapping_add(rest.iter().take_while(|byte| byte.is_ascii_graphic()).count())
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
