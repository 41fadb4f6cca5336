//! Ids of lines that stay the same from night to night.

use std::fmt;
use std::str::FromStr;

use oddsift_patterns::{MASKS, mask_into};
use sha2::{Digest, Sha256};

/// The id of what is one line for a reader: a program with its masked command line, or a combination of
/// values. It does not depend on the model, the file or the host, so that a case is opened once.
///
/// It is the first half of a SHA-256: nobody can write a line that passes for another one, other than by
/// what [masks](oddsift_patterns::masked()) leave out.
///
/// ```
/// use oddsift_pipeline::LineId;
///
/// let id = LineId::of_process(r"C:\Windows\System32\cmd.exe", "cmd /k 17");
/// assert_eq!(id, LineId::of_process(r"c:\windows\system32\CMD.exe", "cmd /k 4711"));
/// assert_ne!(id, LineId::of_process(r"C:\Temp\cmd.exe", "cmd /k 17"));
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId([u8; 16]);

impl LineId {
    /// Returns the name of the rule by which ids are made; ids of another one are of other lines.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::LineId::scheme(), "oddsift-lines-1, oddsift-masks-1");
    /// ```
    #[must_use]
    pub fn scheme() -> String {
        format!("oddsift-lines-1, {MASKS}")
    }

    /// Returns the id of the start of a program.
    #[must_use]
    pub fn of_process(path: &str, command_line: &str) -> Self {
        let (mut program, mut line) = (String::new(), String::new());
        mask_into(path, &mut program);
        mask_into(command_line, &mut line);
        Self::of_parts("process", [program.as_bytes(), line.as_bytes()])
    }

    /// Returns the id of a combination of values, each beside the name of its feature.
    ///
    /// ```
    /// use oddsift_pipeline::LineId;
    ///
    /// let id = LineId::of_values(["bytes", "packets"], &[1e6, 3.0]);
    /// assert_ne!(id, LineId::of_values(["bytes", "packets"], &[1e6, 4.0]));
    /// ```
    #[must_use]
    pub fn of_values<'n>(names: impl IntoIterator<Item = &'n str>, values: &[f64]) -> Self {
        // Minus zero is zero.
        let parts = names.into_iter().zip(values);
        let parts: Vec<String> =
            parts.map(|(name, value)| format!("{name}={}", value + 0.0)).collect();
        Self::of_parts("values", parts.iter().map(String::as_bytes))
    }

    fn of_parts<'p>(kind: &str, parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut hash = Sha256::new();
        // Lengths keep the bounds of parts apart, whatever they hold.
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(Self::scheme().as_bytes());
        add(kind.as_bytes());
        parts.into_iter().for_each(add);
        let mut id = [0; 16];
        for (byte, of_hash) in id.iter_mut().zip(hash.finalize()) {
            *byte = of_hash;
        }
        Self(id)
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no id: 32 digits of base 16 make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no id of a line: 32 digits of base 16 are")]
pub struct NoLineId;

impl FromStr for LineId {
    type Err = NoLineId;

    fn from_str(text: &str) -> Result<Self, NoLineId> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(NoLineId);
        }
        u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| NoLineId)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_recorded_and_stay() {
        let id = LineId::of_process(r"C:\Windows\System32\cmd.exe", "cmd /k 17");
        assert_eq!(id.to_string(), "c849eb75ba0233eda1c89791b6a51986");
    }

    #[test]
    fn bounds_of_parts_count() {
        assert_ne!(LineId::of_process("ab", "c"), LineId::of_process("a", "bc"));
        assert_ne!(LineId::of_values(["a"], &[1.0]), LineId::of_values(["a=1", "b"], &[1.0]));
    }

    proptest! {
        #[test]
        fn a_printed_id_is_read_back(bytes: [u8; 16]) {
            let id = LineId(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn other_texts_are_no_ids(text in "[0-9A-Fa-f+ -]{0,33}") {
            let is_id = text.len() == 32 && text.bytes().all(|b| b"0123456789abcdef".contains(&b));
            prop_assert_eq!(text.parse::<LineId>().is_ok(), is_id);
        }
    }
}
