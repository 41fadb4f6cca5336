/// Which session ids are the operating system's own.
///
/// The system's session is `0x3e7` (999) on Windows and -1 on Linux, where a
/// 32-bit field without a sign holds it as 4294967295.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SessionRule {
    /// The number counts, however it is written: decimal, or hexadecimal in
    /// any case and with leading zeros.
    #[default]
    Number,
    /// Only the texts `0x3e7` and `-1` count, as in msticpy.
    ExactText,
}

impl SessionRule {
    /// Whether `session` is the system's. Missing text is not.
    ///
    /// ```
    /// use oddsift_features::SessionRule;
    ///
    /// assert!(SessionRule::Number.is_system(Some("0x00003E7")));
    /// assert!(SessionRule::Number.is_system(Some("4294967295")));
    /// assert!(!SessionRule::ExactText.is_system(Some("0x3E7")));
    /// assert!(!SessionRule::Number.is_system(None));
    /// ```
    pub fn is_system(self, session: Option<&str>) -> bool {
        let Some(text) = session else { return false };
        match self {
            Self::ExactText => matches!(text, "0x3e7" | "-1"),
            Self::Number => is_system_number(text.trim_ascii()),
        }
    }
}

fn is_system_number(text: &str) -> bool {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    if let Some(digits) = hex {
        let is_digits = digits.bytes().all(|b| b.is_ascii_hexdigit());
        return is_digits && matches!(u64::from_str_radix(digits, 16), Ok(999 | 0xffff_ffff));
    }
    // A data frame with a missing session writes the others as `999.0`.
    let text = text.strip_suffix(".0").unwrap_or(text);
    matches!(text.parse::<i64>(), Ok(999 | -1 | 0xffff_ffff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_counts_however_written() {
        for text in ["0x3e7", "0X3E7", "999", " 999 ", "999.0", "-1", "4294967295", "0xFFFFFFFF"] {
            assert!(SessionRule::Number.is_system(Some(text)), "{text}");
        }
        for text in ["", "0x", "0x+3e7", "3e7", "9990", "1", "-999", "0xfaac27", "0x3e70"] {
            assert!(!SessionRule::Number.is_system(Some(text)), "{text}");
        }
    }

    #[test]
    fn exact_text_counts_two_texts_alone() {
        for text in ["0x3e7", "-1"] {
            assert!(SessionRule::ExactText.is_system(Some(text)), "{text}");
        }
        for text in ["0X3e7", "999", " -1", "-1.0", "4294967295", ""] {
            assert!(!SessionRule::ExactText.is_system(Some(text)), "{text}");
        }
    }
}
