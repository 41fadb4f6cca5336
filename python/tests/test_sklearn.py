"""Estimators behave as scikit-learn asks, and labels are scikit-learn's."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn.cluster
import sklearn.ensemble
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from oddsift.sklearn import DBSCAN, IsolationForest, dbscan

WEIGHTS = "weights say how often a row is drawn; a forest of drawn rows is not that of repeated ones (nor scikit-learn's)"
EXPECTED = {
    "IsolationForest": {
        "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
        "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
    },
}


def expected_failures(estimator):
    return EXPECTED.get(type(estimator).__name__, {})


@parametrize_with_checks([DBSCAN(), IsolationForest()], expected_failed_checks=expected_failures)
def test_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (DBSCAN, sklearn.cluster.DBSCAN),
        (IsolationForest, sklearn.ensemble.IsolationForest),
        (dbscan, sklearn.cluster.dbscan),
        (DBSCAN.fit, sklearn.cluster.DBSCAN.fit),
        (IsolationForest.fit, sklearn.ensemble.IsolationForest.fit),
        (IsolationForest.score_samples, sklearn.ensemble.IsolationForest.score_samples),
    ],
)
def test_signatures_are_theirs(ours, theirs):
    def names(it):
        return [(p.name, p.default, p.kind) for p in inspect.signature(it).parameters.values()]

    assert names(ours) == names(theirs)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "l1", "minkowski", "cosine", "canberra"])
@pytest.mark.parametrize("weighted", [False, True])
def test_labels_are_theirs(metric, weighted):
    random = np.random.default_rng(7)
    x = np.round(random.normal(size=(500, 3)), 1)
    weights = random.integers(1, 4, size=500).astype(float) if weighted else None
    p = 3 if metric == "minkowski" else None
    ours = DBSCAN(eps=0.3, min_samples=4, metric=metric, p=p).fit(x, sample_weight=weights)
    theirs = sklearn.cluster.DBSCAN(eps=0.3, min_samples=4, metric=metric, p=p).fit(x, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.core_sample_indices_, theirs.core_sample_indices_)
    np.testing.assert_array_equal(ours.components_, theirs.components_)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_read_as_they_lie(order):
    x = np.asarray(np.random.default_rng(1).normal(size=(100, 4)), order=order)
    expected = sklearn.cluster.DBSCAN(eps=1).fit_predict(x)
    np.testing.assert_array_equal(DBSCAN(eps=1).fit_predict(x), expected)
    np.testing.assert_array_equal(DBSCAN(eps=1).fit_predict(x[::2, 1:]), sklearn.cluster.DBSCAN(eps=1).fit_predict(x[::2, 1:]))


def test_forest_is_the_same_after_pickle_and_clone():
    x = pd.DataFrame(np.random.default_rng(2).normal(size=(300, 2)), columns=["bytes", "packets"])
    forest = IsolationForest(random_state=3, contamination=0.1, max_features=1).fit(x)
    again = pickle.loads(pickle.dumps(forest))
    np.testing.assert_array_equal(again.score_samples(x), forest.score_samples(x))
    assert again.offset_ == forest.offset_ and list(again.feature_names_in_) == ["bytes", "packets"]
    np.testing.assert_array_equal(clone(forest).fit(x).score_samples(x), forest.score_samples(x))
    assert (forest.predict(x) == -1).sum() == 30


def test_pickled_forest_is_checked():
    forest = IsolationForest(n_estimators=2).fit([[0.0], [1.0]])
    state = forest.__getstate__()
    with pytest.raises(ValueError):
        IsolationForest().__setstate__({**state, "_forest": state["_forest"].replace('"format"', '"fromat"')})


def test_samples_of_trees_are_those_they_were_grown_from():
    x = np.arange(1000.0)[:, None]
    forest = IsolationForest(n_estimators=5, max_samples=32, random_state=0).fit(x)
    samples = forest.estimators_samples_
    assert [len(set(sample)) for sample in samples] == [32] * 5
    alone = IsolationForest(n_estimators=5, max_samples=32, random_state=0).fit(x, sample_weight=np.ones(1000))
    with pytest.raises(AttributeError, match="weights"):
        _ = alone.estimators_samples_


def test_scores_agree_as_two_seeds_do():
    random = np.random.default_rng(4)
    x = np.vstack([random.normal(size=(500, 2)), random.uniform(-6, 6, size=(20, 2))])
    theirs = [sklearn.ensemble.IsolationForest(random_state=seed).fit(x).score_samples(x) for seed in (0, 1)]
    ours = IsolationForest(random_state=0).fit(x).score_samples(x)
    apart = np.abs(theirs[0] - theirs[1]).mean()
    assert np.abs(ours - theirs[0]).mean() < 1.5 * apart


def test_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        IsolationForest().fit([[0.0], [float("nan")]])
    with pytest.raises(ValueError, match="NaN"):
        DBSCAN().fit([[0.0], [float("nan")]])
