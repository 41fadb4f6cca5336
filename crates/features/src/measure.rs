use crate::scan::{TextFeatures, TextParts};

/// What a step of a recipe takes from its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub(crate) enum Measure {
    /// The cell as a number.
    Number,
    /// The logarithm of the cell as a number.
    Log,
    Len,
    LogLen,
    Score,
    LogScore,
    Tokens,
    Delims,
    DelimHash,
    Crc32,
    /// Parts of a path, split at the path separator.
    PathTokens,
    /// Whether the cell is the system's session.
    SystemSession,
    /// The path of a program, compared by value.
    Program,
    /// The text of the cell, compared by value.
    Value,
}

impl Measure {
    /// The measure that `<Column>.suffix` asks for.
    pub(crate) fn from_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            "len" => Some(Self::Len),
            "score" => Some(Self::Score),
            "tokens" => Some(Self::Tokens),
            "delims" => Some(Self::Delims),
            "delimHash" => Some(Self::DelimHash),
            "crc32" => Some(Self::Crc32),
            "value" => Some(Self::Value),
            _ => None,
        }
    }

    /// Whether it is no number: values are equal or not, and nothing else.
    pub(crate) fn is_category(self) -> bool {
        matches!(self, Self::Program | Self::Value)
    }

    /// What a scan of the column's text must find.
    pub(crate) fn parts(self) -> TextParts {
        match self {
            Self::Number
            | Self::Log
            | Self::PathTokens
            | Self::SystemSession
            | Self::Program
            | Self::Value => TextParts::NONE,
            Self::Len | Self::LogLen | Self::Score | Self::LogScore => TextParts::CHARS,
            Self::Tokens => TextParts::TOKENS,
            Self::Delims => TextParts::DELIMS,
            Self::DelimHash => TextParts::DELIM_HASH,
            Self::Crc32 => TextParts::CRC32,
        }
    }

    /// The number that a scan gives; 0 where the measure needs no scan.
    pub(crate) fn of_text(self, found: &TextFeatures, ord_scale: f64) -> f64 {
        match self {
            Self::Number
            | Self::Log
            | Self::PathTokens
            | Self::SystemSession
            | Self::Program
            | Self::Value => 0.0,
            Self::Len => found.len as f64,
            Self::LogLen => log_or_zero(found.len as f64),
            Self::Score => scaled(found.ord_sum, ord_scale),
            Self::LogScore => log_or_zero(scaled(found.ord_sum, ord_scale)),
            Self::Tokens => found.tokens as f64,
            Self::Delims => found.delims as f64,
            Self::DelimHash => f64::from(found.delim_hash),
            Self::Crc32 => f64::from(found.crc32),
        }
    }
}

/// A sum of code points divided by `ord_scale` and floored.
pub(crate) fn scaled(ord_sum: u64, ord_scale: f64) -> f64 {
    (ord_sum as f64 / ord_scale).floor()
}

/// Base 10; 0 for 0, as in msticpy.
pub(crate) fn log_or_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.log10() }
}
