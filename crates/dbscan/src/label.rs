//! The label of one sample.

use std::fmt;

/// The cluster of one sample, or noise.
///
/// Four bytes. Labels are ordered by cluster number, noise *after* every cluster, so that the lowest
/// label of several is the first cluster among them.
///
/// ```
/// use oddsift_dbscan::Label;
///
/// assert!(Label::NOISE.is_noise());
/// assert_eq!(Label::NOISE.cluster(), None);
/// assert_eq!(Label::NOISE.to_i64(), -1);
/// assert_eq!(Label::NOISE.to_string(), "-1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u32);

impl Label {
    /// The label of a sample that belongs to no cluster.
    ///
    /// ```
    /// # use oddsift_dbscan::Label;
    /// assert_eq!(Label::NOISE.cluster(), None);
    /// ```
    pub const NOISE: Self = Self(u32::MAX);

    pub(crate) const fn new(cluster: u32) -> Self {
        Self(cluster)
    }

    /// Whether the sample belongs to no cluster.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let model = Dbscan::params().min_samples(2).fit(&array![[0.0], [0.1], [9.0]])?;
    /// assert!(!model.labels()[0].is_noise());
    /// assert!(model.labels()[2].is_noise());
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub const fn is_noise(self) -> bool {
        self.0 == u32::MAX
    }

    /// The number of the cluster, counted from 0; `None` for noise.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let model = Dbscan::params().min_samples(1).fit(&array![[0.0], [9.0]])?;
    /// assert_eq!(model.labels()[1].cluster(), Some(1));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub const fn cluster(self) -> Option<u32> {
        if self.is_noise() { None } else { Some(self.0) }
    }

    /// The label as tables write it: the number of the cluster, -1 for noise.
    ///
    /// ```
    /// # use oddsift_dbscan::Label;
    /// assert_eq!(Label::NOISE.to_i64(), -1);
    /// ```
    pub const fn to_i64(self) -> i64 {
        if self.is_noise() { -1 } else { self.0 as i64 }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_i64(), f)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Label {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.to_i64())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Label {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        match u32::try_from(number) {
            _ if number == -1 => Ok(Self::NOISE),
            Ok(cluster) if cluster != u32::MAX => Ok(Self(cluster)),
            _ => Err(serde::de::Error::custom(format_args!(
                "{number} is no label, it must be -1 to 4294967294"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_minus_one_only_where_it_is_written() {
        assert_eq!((Label::NOISE.to_i64(), Label::NOISE.to_string()), (-1, "-1".to_owned()));
        assert_eq!((Label::new(7).to_i64(), Label::new(7).to_string()), (7, "7".to_owned()));
    }

    #[test]
    fn noise_sorts_after_every_cluster() {
        assert!(Label::new(0) < Label::new(1) && Label::new(u32::MAX - 1) < Label::NOISE);
    }

    #[test]
    fn padding_applies_to_the_number() {
        assert_eq!(format!("{:>4}|{:<3}", Label::NOISE, Label::new(12)), "  -1|12 ");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_labels_read_back_and_others_are_refused() {
        let labels = [Label::NOISE, Label::new(0), Label::new(u32::MAX - 1)];
        let text = serde_json::to_string(&labels).unwrap();
        assert_eq!(text, "[-1,0,4294967294]");
        assert_eq!(serde_json::from_str::<[Label; 3]>(&text).unwrap(), labels);
        assert!(serde_json::from_str::<Label>("-2").is_err());
        assert!(serde_json::from_str::<Label>("4294967295").is_err());
    }
}
