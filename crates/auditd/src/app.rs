use regex::Regex;

use crate::Error;

/// Which programs are meant.
///
/// ```
/// use oddsift_auditd::AppFilter;
///
/// let filter = AppFilter::contains("/bin/");
/// assert!(filter.matches(Some("/usr/bin/sudo")) && !filter.matches(None));
/// assert!(AppFilter::regex("sed|ip$")?.matches(Some("/sbin/ip")));
/// assert!(AppFilter::All.matches(None));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum AppFilter {
    /// Every process.
    #[default]
    All,
    /// Those whose program's path holds the text.
    Contains(String),
    /// Those in whose program's path the pattern is found, as msticpy does.
    Regex(Regex),
}

impl AppFilter {
    /// Programs with this text in their path.
    ///
    /// ```
    /// assert!(!oddsift_auditd::AppFilter::contains("sudo").matches(Some("/bin/ls")));
    /// ```
    pub fn contains(text: impl Into<String>) -> Self {
        Self::Contains(text.into())
    }

    /// Programs in whose path this pattern is found.
    ///
    /// # Errors
    ///
    /// [`Error::AppPattern`] for a pattern that the `regex` crate does not take.
    ///
    /// ```
    /// assert!(oddsift_auditd::AppFilter::regex("(").is_err());
    /// ```
    pub fn regex(pattern: &str) -> Result<Self, Error> {
        let regex = Regex::new(pattern).map_err(|error| Error::AppPattern {
            pattern: pattern.chars().take(100).collect(),
            reason: last_line(&error.to_string()),
        })?;
        Ok(Self::Regex(regex))
    }

    /// Whether a process with this program is meant; without a program only [`All`](Self::All) is.
    ///
    /// ```
    /// assert!(oddsift_auditd::AppFilter::All.matches(Some("/bin/ls")));
    /// ```
    pub fn matches(&self, exe: Option<&str>) -> bool {
        match (self, exe) {
            (Self::All, _) => true,
            (_, None) => false,
            (Self::Contains(text), Some(exe)) => exe.contains(text),
            (Self::Regex(regex), Some(exe)) => regex.is_match(exe),
        }
    }
}

/// The message of the regex crate draws the pattern over several lines; the last says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().next_back().unwrap_or_default();
    line.trim_start_matches("error: ").chars().take(200).collect()
}
