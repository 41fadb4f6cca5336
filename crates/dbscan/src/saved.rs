//! A model as it is written, and the checks of what is read: anybody may have written that.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{DbscanModel, DbscanParams, Error, Label, Metric, distinct};

/// The fields of a stored model. Lists grow with what is read and not with what a number claims.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<Labels, Groups, Values> {
    metric: Metric,
    eps: f64,
    min_samples: usize,
    n_features: usize,
    core_labels: Labels,
    /// Empty without groups.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    core_groups: Option<Groups>,
    /// Row-major.
    core_points: Values,
}

impl Serialize for DbscanModel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let saved = Saved {
            metric: self.params.metric,
            eps: self.params.eps,
            min_samples: self.params.min_samples,
            n_features: self.n_features,
            core_labels: self.core_labels.as_slice(),
            core_groups: (!self.core_groups.is_empty()).then_some(self.core_groups.as_slice()),
            core_points: self.core_points.as_slice(),
        };
        saved.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DbscanModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::<Vec<Label>, Vec<u32>, Vec<f64>>::deserialize(deserializer)?;
        saved.checked().map_err(D::Error::custom)
    }
}

impl Saved<Vec<Label>, Vec<u32>, Vec<f64>> {
    fn checked(self) -> Result<DbscanModel, Error> {
        let params =
            DbscanParams::default().eps(self.eps).min_samples(self.min_samples).metric(self.metric);
        params.check()?;
        self.check_size()?;
        let n_clusters = self.check_labels()?;
        self.check_points()?;
        let Self { n_features, core_labels, core_points, core_groups, .. } = self;
        let core_groups = core_groups.unwrap_or_default();
        Ok(DbscanModel { params, n_features, n_clusters, core_points, core_labels, core_groups })
    }

    fn check_size(&self) -> Result<(), Error> {
        let (n_values, n_labels) = (self.core_points.len(), self.core_labels.len());
        if self.n_features == 0 {
            return Err(Error::NoColumns);
        }
        if n_labels >= u32::MAX as usize - 1 {
            return Err(Error::TooManySamples(n_labels));
        }
        if let Some(n_groups) = self.core_groups.as_ref().map(Vec::len)
            && n_groups != n_labels
        {
            return Err(Error::GroupsLength { n_groups, n_samples: n_labels });
        }
        if n_labels.checked_mul(self.n_features) == Some(n_values) {
            return Ok(());
        }
        Err(Error::ModelSize { n_values, n_labels, n_features: self.n_features })
    }

    /// How many clusters the labels name, which must be all from 0 on.
    fn check_labels(&self) -> Result<usize, Error> {
        let mut seen = vec![false; self.core_labels.len()];
        for label in &self.core_labels {
            // One of those too large is past the first that is missing, too.
            let place = label.cluster().and_then(|cluster| seen.get_mut(cluster as usize));
            if let Some(seen) = place {
                *seen = true;
            }
        }
        let missing = seen.iter().take_while(|seen| **seen).count() as u32;
        match self.core_labels.iter().max() {
            Some(&largest) if largest >= Label::new(missing) => {
                Err(Error::ModelLabels { missing, largest })
            }
            _ => Ok(missing as usize),
        }
    }

    fn check_points(&self) -> Result<(), Error> {
        if let Some(at) = self.core_points.iter().position(|value| !value.is_finite()) {
            let (point, column) = (at / self.n_features, at % self.n_features);
            return Err(Error::ModelNonFinite { point, column });
        }
        let grouped = self.core_groups.as_ref().map(|groups| {
            // Equal points of different groups differ.
            let points = self.core_points.chunks_exact(self.n_features).zip(groups);
            let points =
                points.flat_map(|(point, group)| point.iter().copied().chain([f64::from(*group)]));
            points.collect::<Vec<f64>>()
        });
        let repeat = match &grouped {
            Some(points) => distinct::first_repeat(points, self.n_features + 1),
            None => distinct::first_repeat(&self.core_points, self.n_features),
        };
        match repeat {
            Some((first, second)) => Err(Error::ModelRepeats { first, second }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Dbscan;

    const GOOD: &str = r#"{"metric":"euclidean","eps":0.5,"min_samples":2,"n_features":2,"core_labels":[0,1,0],"core_points":[0.0,1.0,5.0,5.5,0.1,1.0]}"#;

    fn read(text: &str) -> Result<DbscanModel, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// What is said about the good model with one part replaced.
    fn fault(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from));
        read(&GOOD.replace(from, to)).unwrap_err()
    }

    #[test]
    fn a_saved_model_reads_back_and_is_saved_the_same() {
        let model = read(GOOD).unwrap();
        assert_eq!(serde_json::to_string(&model).unwrap(), GOOD);
        assert_eq!((model.n_clusters(), model.n_core_points()), (2, 3));
        let none = Dbscan::params().fit(&array![[1.0]]).unwrap().into_model();
        let text = serde_json::to_string(&none).unwrap();
        assert_eq!(read(&text).unwrap(), none);
    }

    #[test]
    fn parameters_are_checked() {
        assert!(fault("0.5,", "0.0,").contains("eps must be positive"));
        assert!(fault("0.5,", "-1,").contains("eps must be positive"));
        assert!(fault("\"min_samples\":2", "\"min_samples\":0").contains("min_samples"));
        assert!(fault("\"euclidean\"", "{\"minkowski\":0.5}").contains("minkowski"));
        assert!(fault("\"euclidean\"", "\"cosine\"").contains("unknown variant"));
        assert!(fault("\"eps\"", "\"epsilon\"").contains("unknown field"));
    }

    #[test]
    fn sizes_must_agree() {
        assert!(fault("\"n_features\":2", "\"n_features\":0").contains("no columns"));
        let message = "6 values for 3 core points of 3 features";
        assert!(fault("\"n_features\":2", "\"n_features\":3").contains(message));
        assert!(
            fault("\"n_features\":2", &format!("\"n_features\":{}", usize::MAX))
                .contains("6 values for 3 core points")
        );
        assert!(fault("[0,1,0]", "[0,1]").contains("6 values for 2 core points"));
        assert!(fault("[0,1,0]", "[]").contains("6 values for 0 core points"));
    }

    #[test]
    fn labels_must_be_dense_and_no_noise() {
        assert!(fault("[0,1,0]", "[0,2,0]").contains("label 1, though labels go up to 2"));
        assert!(fault("[0,1,0]", "[0,4294967294,1]").contains("label 2, though"));
        assert!(fault("[0,1,0]", "[1,1,1]").contains("label 0, though labels go up to 1"));
        assert!(fault("[0,1,0]", "[0,-1,1]").contains("label 2, though labels go up to -1"));
        assert!(fault("[0,1,0]", "[0,-2,1]").contains("no label"));
    }

    #[test]
    fn core_points_must_be_finite_and_distinct() {
        assert!(fault("5.5", "1e999").contains("out of range"));
        assert!(fault("5.0,5.5", "0.0,1.0").contains("core points 0 and 1"));
        assert!(fault("0.1,1.0]", "-0.0,1.0]").contains("core points 0 and 2"));
        assert!(fault("5.5", "null").contains("null"));
    }

    #[test]
    fn values_without_a_distance_are_refused_where_a_format_has_them() {
        let saved = Saved {
            metric: Metric::Euclidean,
            eps: 1.0,
            min_samples: 1,
            n_features: 2,
            core_labels: vec![Label::new(0)],
            core_groups: None,
            core_points: vec![0.0, f64::INFINITY],
        };
        assert_eq!(saved.checked(), Err(Error::ModelNonFinite { point: 0, column: 1 }));
    }
}
