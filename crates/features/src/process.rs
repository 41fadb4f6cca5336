use crate::listing::nearest;
use crate::measure::{Measure, log_or_zero, scaled};
use crate::text::count_parts;
use crate::{Error, FeatureOptions, Role, SessionRule, TextParts, TextScanner};

/// A feature of a process event, by msticpy's name.
///
/// Logarithms are to base 10, and 0 for 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProcessFeature {
    /// `processName`: the path's last part. The only one that is text.
    ProcessName,
    /// `processNameLen`: length of the whole path.
    ProcessNameLen,
    /// `processNameTokens`: parts of the whole path, split at the path separator.
    ProcessNameTokens,
    /// `pathScore`: sum of the path's code points, scaled and floored.
    PathScore,
    /// `pathLogScore`: logarithm of `pathScore`.
    PathLogScore,
    /// `pathHash`: CRC-32 of the path.
    PathHash,
    /// `commandlineLen`: length of the command line.
    CommandlineLen,
    /// `commandlineLogLen`: logarithm of `commandlineLen`.
    CommandlineLogLen,
    /// `commandlineTokens`: parts of the command line, split at the token delimiter.
    CommandlineTokens,
    /// `commandlineTokensFull`: number of delimiters in the command line.
    CommandlineTokensFull,
    /// `commandlineTokensHash`: CRC-32 of those delimiters.
    CommandlineTokensHash,
    /// `commandlineScore`: sum of the command line's code points, scaled and floored.
    CommandlineScore,
    /// `commandlineLogScore`: logarithm of `commandlineScore`.
    CommandlineLogScore,
    /// `isSystemSession`: 1 if the session is the system's, else 0.
    IsSystemSession,
}

impl ProcessFeature {
    /// All, in the order of output columns.
    pub const ALL: [Self; 14] = [
        Self::ProcessName,
        Self::ProcessNameLen,
        Self::ProcessNameTokens,
        Self::PathScore,
        Self::PathLogScore,
        Self::PathHash,
        Self::CommandlineLen,
        Self::CommandlineLogLen,
        Self::CommandlineTokens,
        Self::CommandlineTokensFull,
        Self::CommandlineTokensHash,
        Self::CommandlineScore,
        Self::CommandlineLogScore,
        Self::IsSystemSession,
    ];

    /// The column's name, which [`FromStr`](std::str::FromStr) reads.
    ///
    /// ```
    /// use oddsift_features::ProcessFeature;
    ///
    /// assert_eq!(ProcessFeature::PathLogScore.name(), "pathLogScore");
    /// assert_eq!("pathLogScore".parse(), Ok(ProcessFeature::PathLogScore));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::ProcessName => "processName",
            Self::ProcessNameLen => "processNameLen",
            Self::ProcessNameTokens => "processNameTokens",
            Self::PathScore => "pathScore",
            Self::PathLogScore => "pathLogScore",
            Self::PathHash => "pathHash",
            Self::CommandlineLen => "commandlineLen",
            Self::CommandlineLogLen => "commandlineLogLen",
            Self::CommandlineTokens => "commandlineTokens",
            Self::CommandlineTokensFull => "commandlineTokensFull",
            Self::CommandlineTokensHash => "commandlineTokensHash",
            Self::CommandlineScore => "commandlineScore",
            Self::CommandlineLogScore => "commandlineLogScore",
            Self::IsSystemSession => "isSystemSession",
        }
    }

    /// Where the feature comes from.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::ProcessName
            | Self::ProcessNameLen
            | Self::ProcessNameTokens
            | Self::PathScore
            | Self::PathLogScore
            | Self::PathHash => Role::Path,
            Self::IsSystemSession => Role::Session,
            _ => Role::CommandLine,
        }
    }

    /// What is taken from there; `None` for the name, which is no number.
    pub(crate) fn measure(self) -> Option<Measure> {
        Some(match self {
            Self::ProcessName => return None,
            Self::ProcessNameLen | Self::CommandlineLen => Measure::Len,
            Self::CommandlineLogLen => Measure::LogLen,
            Self::ProcessNameTokens => Measure::PathTokens,
            Self::PathScore | Self::CommandlineScore => Measure::Score,
            Self::PathLogScore | Self::CommandlineLogScore => Measure::LogScore,
            Self::PathHash => Measure::Crc32,
            Self::CommandlineTokens => Measure::Tokens,
            Self::CommandlineTokensFull => Measure::Delims,
            Self::CommandlineTokensHash => Measure::DelimHash,
            Self::IsSystemSession => Measure::SystemSession,
        })
    }

    /// The feature whose logarithm this one is.
    pub(crate) fn log_of(self) -> Option<Self> {
        match self {
            Self::PathLogScore => Some(Self::PathScore),
            Self::CommandlineLogLen => Some(Self::CommandlineLen),
            Self::CommandlineLogScore => Some(Self::CommandlineScore),
            _ => None,
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }
}

impl std::fmt::Display for ProcessFeature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for ProcessFeature {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::from_name(name).ok_or_else(|| Error::UnknownProcessFeature {
            name: name.to_owned(),
            nearest: nearest(name, Self::ALL.into_iter().map(Self::name)),
        })
    }
}

/// All features of one process event; [`ProcessFeature`] says what each means.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the enum of the same names documents each")]
pub struct ProcessFeatures<'a> {
    pub process_name: &'a str,
    pub process_name_len: u64,
    pub process_name_tokens: u64,
    pub path_score: f64,
    pub path_log_score: f64,
    pub path_hash: u32,
    pub commandline_len: u64,
    pub commandline_log_len: f64,
    pub commandline_tokens: u64,
    pub commandline_tokens_full: u64,
    pub commandline_tokens_hash: u32,
    pub commandline_score: f64,
    pub commandline_log_score: f64,
    pub is_system_session: bool,
}

impl ProcessFeatures<'_> {
    /// The feature as a number; `None` for the name, which is text.
    ///
    /// ```
    /// use oddsift_features::{FeatureOptions, ProcessFeature, ProcessScanner};
    ///
    /// let event = ProcessScanner::new(&FeatureOptions::default())?.scan(Some("ab"), None, None);
    /// assert_eq!(event.number(ProcessFeature::PathScore), Some(195.0));
    /// assert_eq!(event.number(ProcessFeature::IsSystemSession), Some(0.0));
    /// assert_eq!(event.number(ProcessFeature::ProcessName), None);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn number(&self, feature: ProcessFeature) -> Option<f64> {
        Some(match feature {
            ProcessFeature::ProcessName => return None,
            ProcessFeature::ProcessNameLen => self.process_name_len as f64,
            ProcessFeature::ProcessNameTokens => self.process_name_tokens as f64,
            ProcessFeature::PathScore => self.path_score,
            ProcessFeature::PathLogScore => self.path_log_score,
            ProcessFeature::PathHash => f64::from(self.path_hash),
            ProcessFeature::CommandlineLen => self.commandline_len as f64,
            ProcessFeature::CommandlineLogLen => self.commandline_log_len,
            ProcessFeature::CommandlineTokens => self.commandline_tokens as f64,
            ProcessFeature::CommandlineTokensFull => self.commandline_tokens_full as f64,
            ProcessFeature::CommandlineTokensHash => f64::from(self.commandline_tokens_hash),
            ProcessFeature::CommandlineScore => self.commandline_score,
            ProcessFeature::CommandlineLogScore => self.commandline_log_score,
            ProcessFeature::IsSystemSession => f64::from(u8::from(self.is_system_session)),
        })
    }
}

/// Computes the features of process events one by one.
///
/// ```
/// use oddsift_features::{FeatureOptions, ProcessScanner};
///
/// let scanner = ProcessScanner::new(&FeatureOptions::default())?;
/// let event = scanner.scan(Some(r"C:\Windows\System32\net.exe"), Some("net user"), Some("0x3e7"));
/// assert_eq!(event.process_name, "net.exe");
/// assert_eq!((event.process_name_len, event.process_name_tokens), (27, 4));
/// assert_eq!((event.commandline_len, event.commandline_tokens_full), (8, 1));
/// assert!(event.is_system_session);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessScanner {
    scanner: TextScanner,
    path_separator: String,
    ord_scale: f64,
    session_rule: SessionRule,
}

impl ProcessScanner {
    /// A scanner; without a path separator in `options` it is `\`.
    ///
    /// # Errors
    ///
    /// Those of [`FeatureOptions::check`].
    ///
    /// ```
    /// # use oddsift_features::{Error, FeatureOptions, ProcessScanner};
    /// let options = FeatureOptions { ord_scale: -1.0, ..FeatureOptions::default() };
    /// assert_eq!(ProcessScanner::new(&options), Err(Error::OrdScale(-1.0)));
    /// ```
    pub fn new(options: &FeatureOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            scanner: TextScanner::new(options.delimiters.clone(), &options.token_delimiter)?,
            path_separator: options.path_separator.clone().unwrap_or_else(|| "\\".to_owned()),
            ord_scale: options.ord_scale,
            session_rule: options.session_rule,
        })
    }

    /// What splits paths from now on; the empty text splits nothing.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, ProcessScanner, guess_path_separator};
    /// let mut scanner = ProcessScanner::new(&FeatureOptions::default())?;
    /// assert_eq!(scanner.scan(Some("/bin/sh"), None, None).process_name, "/bin/sh");
    /// scanner.set_path_separator(guess_path_separator([Some("/bin/sh")]));
    /// assert_eq!(scanner.scan(Some("/bin/sh"), None, None).process_name, "sh");
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn set_path_separator(&mut self, separator: impl Into<String>) {
        self.path_separator = separator.into();
    }

    /// The features of one event, in one pass over each text. Missing text is the empty text.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, ProcessScanner};
    /// let scanner = ProcessScanner::new(&FeatureOptions::default())?;
    /// let event = scanner.scan(None, Some("cmd.exe /c whoami"), None);
    /// assert_eq!((event.commandline_tokens, event.commandline_tokens_full), (3, 4));
    /// assert_eq!((event.process_name, event.path_score), ("", 0.0)); // no path: the empty text
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn scan<'a>(
        &self,
        path: Option<&'a str>,
        command_line: Option<&str>,
        session: Option<&str>,
    ) -> ProcessFeatures<'a> {
        let path = path.unwrap_or("");
        let of_path = self.scanner.scan_parts(path, TextParts::CHARS.and(TextParts::CRC32));
        let parts = TextParts::CHARS.and(TextParts::TOKENS).and(TextParts::DELIM_HASH);
        let of_command = self.scanner.scan_parts(command_line.unwrap_or(""), parts);
        let path_score = scaled(of_path.ord_sum, self.ord_scale);
        let commandline_score = scaled(of_command.ord_sum, self.ord_scale);
        ProcessFeatures {
            process_name: process_name(path, &self.path_separator),
            process_name_len: of_path.len,
            process_name_tokens: count_parts(path, &self.path_separator),
            path_score,
            path_log_score: log_or_zero(path_score),
            path_hash: of_path.crc32,
            commandline_len: of_command.len,
            commandline_log_len: log_or_zero(of_command.len as f64),
            commandline_tokens: of_command.tokens,
            commandline_tokens_full: of_command.delims,
            commandline_tokens_hash: of_command.delim_hash,
            commandline_score,
            commandline_log_score: log_or_zero(commandline_score),
            is_system_session: self.session_rule.is_system(session),
        }
    }
}

/// The last part of `path` when split at `separator`, the feature `processName`.
///
/// An empty separator splits nothing.
///
/// ```
/// assert_eq!(oddsift_features::process_name("/usr/bin/id", "/"), "id");
/// ```
pub fn process_name<'a>(path: &'a str, separator: &str) -> &'a str {
    if separator.is_empty() {
        return path;
    }
    if let [byte] = separator.as_bytes() {
        let start = memchr::memrchr(*byte, path.as_bytes()).map_or(0, |found| found + 1);
        return &path[start..];
    }
    // From the front, as msticpy splits: `:::` has the parts `` and `:` by `::`.
    path.split(separator).last().unwrap_or(path)
}

/// `/` if one of the first ten paths has it, else `\`.
///
/// A missing path counts as one of the ten.
///
/// ```
/// use oddsift_features::guess_path_separator;
///
/// assert_eq!(guess_path_separator([Some("/bin/sh"), None]), "/");
/// assert_eq!(guess_path_separator([]), "\\");
/// ```
pub fn guess_path_separator<'a>(
    first_paths: impl IntoIterator<Item = Option<&'a str>>,
) -> &'static str {
    let has_slash = |path: Option<&str>| path.is_some_and(|path| path.contains('/'));
    if first_paths.into_iter().take(10).any(has_slash) { "/" } else { "\\" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back() {
        for feature in ProcessFeature::ALL {
            assert_eq!(feature.name().parse(), Ok(feature));
        }
    }

    #[test]
    fn unknown_name_proposes_the_nearest() {
        let error = "pathscore".parse::<ProcessFeature>().unwrap_err().to_string();
        assert!(error.contains("did you mean `pathScore`?"), "{error}");
    }

    #[test]
    fn missing_text_is_empty_text() {
        let scanner = ProcessScanner::new(&FeatureOptions::default()).unwrap();
        let missing = scanner.scan(None, None, None);
        assert_eq!(missing, scanner.scan(Some(""), Some(""), Some("")));
        assert_eq!((missing.path_log_score, missing.process_name_tokens), (0.0, 1));
    }

    #[test]
    fn eleventh_path_is_not_looked_at() {
        let paths = [Some("a"); 10].into_iter().chain([Some("/")]);
        assert_eq!(guess_path_separator(paths), "\\");
    }
}
