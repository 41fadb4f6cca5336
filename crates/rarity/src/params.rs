use crate::model::{Named, Table};
use crate::{Error, Rarity, View};

/// The views of a [`Rarity`], and how its texts were masked.
///
/// ```
/// use oddsift_rarity::{Rarity, View};
///
/// let model = Rarity::params("digits 1").view("program", View::Value).build()?;
/// assert!(model.views().eq([("program", View::Value)]));
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RarityParams {
    pub(crate) masks: String,
    pub(crate) views: Vec<(String, View)>,
}

impl RarityParams {
    /// Adds a view, with a name that no other view has; a row has one value for each, in their order.
    ///
    /// ```
    /// use oddsift_rarity::{Rarity, View};
    ///
    /// let params = Rarity::params("none").view("child given parent", View::Given);
    /// assert!(params.build().is_ok());
    /// ```
    #[must_use]
    pub fn view(mut self, name: impl Into<String>, view: View) -> Self {
        self.views.push((name.into(), view));
        self
    }

    /// Makes a model without rows.
    ///
    /// # Errors
    ///
    /// [`Error::NoViews`] without a view, [`Error::RepeatedView`] where two have one name.
    ///
    /// ```
    /// use oddsift_rarity::{Error, Rarity};
    ///
    /// assert_eq!(Rarity::params("none").build(), Err(Error::NoViews));
    /// ```
    pub fn build(&self) -> Result<Rarity, Error> {
        self.check()?;
        let named =
            |(name, view): &(String, View)| Named { name: name.clone(), table: Table::new(*view) };
        let views = self.views.iter().map(named).collect();
        Ok(Rarity { masks: self.masks.clone(), n_rows: 0, views })
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.views.is_empty() {
            return Err(Error::NoViews);
        }
        let mut names: Vec<&str> = self.views.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::RepeatedView(pair[0].to_owned())),
            None => Ok(()),
        }
    }
}
