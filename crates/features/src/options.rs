use crate::{Delimiters, Error, SessionRule};

/// How text becomes numbers. The default is msticpy's, but for the session rule.
///
/// ```
/// use oddsift_features::FeatureOptions;
///
/// let options = FeatureOptions { ord_scale: 10.0, ..FeatureOptions::default() };
/// assert!(options.check().is_ok());
/// assert!(FeatureOptions { ord_scale: 0.0, ..options }.check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureOptions {
    /// What splits a path into its parts; default `None`: found from the first
    /// ten paths by [`guess_path_separator`](crate::guess_path_separator).
    pub path_separator: Option<String>,
    /// What is counted and hashed as a delimiter; default [`Delimiters::default`].
    pub delimiters: Delimiters,
    /// What splits a text into tokens; default one space.
    pub token_delimiter: String,
    /// What character sums are divided by before they are floored; default 1.
    pub ord_scale: f64,
    /// Compute process and text features although the file has columns of
    /// their names; default `false`.
    pub force: bool,
    /// Which session ids are the system's; default [`SessionRule::Number`].
    pub session_rule: SessionRule,
}

impl Default for FeatureOptions {
    fn default() -> Self {
        Self {
            path_separator: None,
            delimiters: Delimiters::default(),
            token_delimiter: " ".to_owned(),
            ord_scale: 1.0,
            force: false,
            session_rule: SessionRule::default(),
        }
    }
}

impl FeatureOptions {
    /// Whether every option can be used.
    ///
    /// # Errors
    ///
    /// [`Error::OrdScale`], [`Error::EmptyTokenDelimiter`] or
    /// [`Error::EmptyPathSeparator`].
    ///
    /// ```
    /// # use oddsift_features::{Error, FeatureOptions};
    /// let options = FeatureOptions { token_delimiter: String::new(), ..FeatureOptions::default() };
    /// assert_eq!(options.check(), Err(Error::EmptyTokenDelimiter));
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        if !(self.ord_scale.is_finite() && self.ord_scale > 0.0) {
            return Err(Error::OrdScale(self.ord_scale));
        }
        if self.token_delimiter.is_empty() {
            return Err(Error::EmptyTokenDelimiter);
        }
        if self.path_separator.as_ref().is_some_and(String::is_empty) {
            return Err(Error::EmptyPathSeparator);
        }
        Ok(())
    }
}
