"""Estimators with the signatures and attributes of scikit-learn.

>>> from oddsift.sklearn import DBSCAN, IsolationForest
>>> DBSCAN(eps=3, min_samples=2).fit([[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]]).labels_
array([ 0,  0,  0,  1,  1, -1])
"""

from __future__ import annotations

import numbers
import warnings
from typing import Any

import numpy as np
import sklearn.cluster
import sklearn.ensemble
from scipy import sparse
from sklearn.base import BaseEstimator, OutlierMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from . import _oddsift

__all__ = ["DBSCAN", "IsolationForest", "dbscan"]

#: scikit-learn's names of the metrics that oddsift has.
METRICS = {
    "euclidean": "euclidean",
    "l2": "euclidean",
    "manhattan": "manhattan",
    "cityblock": "manhattan",
    "l1": "manhattan",
    "chebyshev": "chebyshev",
}


class DBSCAN(sklearn.cluster.DBSCAN):
    """scikit-learn's DBSCAN, computed by oddsift: the same labels, number for number, in linear memory.

    Parameters, attributes and defaults are those of :class:`sklearn.cluster.DBSCAN`. Euclidean, Manhattan, Chebyshev and
    Minkowski distances of dense arrays are oddsift's; ``algorithm``, ``leaf_size`` and ``n_jobs`` are without effect there.
    Other metrics, ``"precomputed"``, ``metric_params`` and sparse matrices are left to scikit-learn.

    Examples
    --------
    >>> DBSCAN(eps=0.5, min_samples=2).fit_predict([[0.0], [0.1], [9.0]])
    array([ 0,  0, -1])
    """

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> DBSCAN:
        """Clusters the rows of ``X``, of shape (n_samples, n_features); see :meth:`sklearn.cluster.DBSCAN.fit`."""
        metric = metric_of(self)
        if metric is None or sparse.issparse(X):
            return super().fit(X, sample_weight=sample_weight)
        X = validate_data(self, X, accept_sparse="csr")
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        labels, cores = _oddsift.dbscan(_doubles(X), sample_weight, float(self.eps), int(self.min_samples), metric)
        self.labels_ = labels.astype(np.intp, copy=False)
        self.core_sample_indices_ = cores.astype(np.intp, copy=False)
        self.components_ = X[self.core_sample_indices_].copy()
        return self


def metric_of(model: Any) -> str | None:
    """Returns our name of the metric of a DBSCAN, or None if we lack it."""
    if model.metric_params or not isinstance(model.metric, str):
        return None
    if model.metric != "minkowski":
        return METRICS.get(model.metric)
    p = 2.0 if model.p is None else float(model.p)
    return f"minkowski:{p}" if p >= 1.0 and np.isfinite(p) else None


def dbscan(
    X: Any,
    eps: float = 0.5,
    *,
    min_samples: int = 5,
    metric: Any = "minkowski",
    metric_params: dict[str, Any] | None = None,
    algorithm: str = "auto",
    leaf_size: int = 30,
    p: float | None = 2,
    sample_weight: Any = None,
    n_jobs: int | None = None,
) -> tuple[Any, Any]:
    """Returns the core samples and the labels, as :func:`sklearn.cluster.dbscan` does.

    >>> dbscan([[0.0], [0.1], [9.0]], min_samples=2)
    (array([0, 1]), array([ 0,  0, -1]))
    """
    model = DBSCAN(
        eps=eps,
        min_samples=min_samples,
        metric=metric,
        metric_params=metric_params,
        algorithm=algorithm,
        leaf_size=leaf_size,
        p=p,
        n_jobs=n_jobs,
    )
    model.fit(X, sample_weight=sample_weight)
    return model.core_sample_indices_, model.labels_


class Tree:
    """What is known of a tree of a forest.

    Attributes
    ----------
    max_depth : int
        The most edges from the root to a leaf.
    n_nodes : int
        The number of nodes.
    """

    __slots__ = ("max_depth", "n_nodes")

    def __init__(self, max_depth: int, n_nodes: int) -> None:
        self.max_depth = max_depth
        self.n_nodes = n_nodes


class IsolationForest(OutlierMixin, BaseEstimator):
    """An isolation forest with the signature of :class:`sklearn.ensemble.IsolationForest`.

    Scores have scikit-learn's conventions; other random numbers grow other trees, so they agree as two seeds do. Numbers
    are ``float64``. ``n_jobs`` and ``verbose`` are without effect: all cores are used, and threads change no result.
    NaN is refused. A sparse matrix is made dense.

    Attributes
    ----------
    offset_ : float
        The score below which a row is an outlier.
    max_samples_ : int
        The number of rows that each tree was grown from.
    estimators_ : list of Tree
    estimators_samples_ : list of numpy.ndarray of int64
        The rows of each tree; not of forests with sample weights.
    estimators_features_ : list of numpy.ndarray
        All features, for each tree: a tree that has fewer chooses among them by itself.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> forest = IsolationForest(random_state=0).fit([[-1.1], [0.3], [0.5], [100]])
    >>> forest.predict([[0.1], [0], [90]])
    array([ 1,  1, -1])
    """

    _parameter_constraints = sklearn.ensemble.IsolationForest._parameter_constraints

    def __init__(
        self,
        *,
        n_estimators: int = 100,
        max_samples: Any = "auto",
        contamination: Any = "auto",
        max_features: Any = 1.0,
        bootstrap: bool = False,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: int = 0,
        warm_start: bool = False,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.contamination = contamination
        self.max_features = max_features
        self.bootstrap = bootstrap
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> IsolationForest:
        """Grows the forest from the rows of ``X``, of shape (n_samples, n_features).

        ``sample_weight`` (n_samples,) says how often a row is drawn in proportion to others; a row of weight 0 never is.
        """
        X = _dense(validate_data(self, X, accept_sparse=["csc", "csr"], dtype=np.float64))
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        grown = getattr(self, "_forest", None) if self.warm_start else None
        if grown is None:
            self._forest = _oddsift.Forest.fit(_doubles(X), sample_weight, self._args(X, sample_weight))
            self.estimators_: list[Tree] = []
        else:
            self._grow(grown, X)
        self._describe(X)
        return self

    def _grow(self, grown: Any, X: np.ndarray) -> None:
        """Adds trees to those of the last fit."""
        n_more = self.n_estimators - len(self.estimators_)
        if n_more < 0:
            n_trees = len(self.estimators_)
            raise ValueError(
                f"n_estimators={self.n_estimators} must be larger or equal to len(estimators_)={n_trees} when warm_start==True"
            )
        if n_more == 0:
            warnings.warn("Warm-start fitting without increasing n_estimators does not fit new trees.", stacklevel=3)
        else:
            self._forest = grown.grow(self.n_estimators, _doubles(X), self._contamination())

    def _contamination(self) -> str | float:
        return self.contamination if isinstance(self.contamination, str) else float(self.contamination)

    def _args(self, X: np.ndarray, sample_weight: np.ndarray | None) -> dict[str, Any]:
        """Returns the parameters as the Rust side takes them."""
        n_rows, n_features = X.shape
        max_samples = self.max_samples
        if isinstance(max_samples, numbers.Integral):
            if max_samples > n_rows:
                warnings.warn(
                    f"max_samples ({max_samples}) is greater than the total number of samples ({n_rows}). max_samples "
                    "will be set to n_samples for estimation.",
                    stacklevel=4,
                )
            max_samples = min(int(max_samples), n_rows)
        elif not isinstance(max_samples, str):
            max_samples = max(1, int(max_samples * n_rows))
        max_features = self.max_features
        if isinstance(max_features, numbers.Integral):
            max_features = int(max_features)
            if not 1 <= max_features <= n_features:
                raise ValueError("max_features must be in (0, n_features]")
        else:
            max_features = max(1, int(max_features * n_features))
        return {
            "n_trees": int(self.n_estimators),
            "max_samples": max_samples,
            "max_features": max_features,
            "contamination": self._contamination(),
            "bootstrap": bool(self.bootstrap),
            "seed": int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max)),
            "extended": False,
        }

    def _describe(self, X: np.ndarray) -> None:
        """Sets the attributes of a fitted forest."""
        self.offset_ = self._forest.offset
        self.max_samples_ = self._max_samples = self._forest.max_samples
        depth = int(np.ceil(np.log2(max(self.max_samples_, 2))))
        known = len(self.estimators_)
        self.estimators_ += [Tree(depth, n_nodes) for n_nodes in self._forest.n_nodes()[known:]]
        self.estimators_features_ = [np.arange(X.shape[1])] * len(self.estimators_)
        self._n_samples = X.shape[0]

    @property
    def estimators_samples_(self) -> list[np.ndarray]:
        check_is_fitted(self)
        samples = self._forest.samples(self._n_samples)
        if samples is None:
            raise AttributeError("a forest with sample weights does not keep which rows it drew")
        return samples

    def score_samples(self, X: Any) -> np.ndarray:
        """Returns the score of each row, of shape (n_samples,): in [-1, 0), lower is more unusual."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=np.float64, reset=False)
        return self._forest.score_samples(_doubles(_dense(X)))

    def decision_function(self, X: Any) -> np.ndarray:
        """Returns the score less ``offset_``, of shape (n_samples,): below 0 for an outlier."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> np.ndarray:
        """Returns -1 for each outlier and 1 for each other row, of shape (n_samples,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if "_forest" in state:
            state = {**state, "_forest": state["_forest"].to_json()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_forest" in state:
            state = {**state, "_forest": _oddsift.Forest.from_json(state["_forest"])}
        super().__setstate__(state)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_forest")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _dense(X: Any) -> np.ndarray:
    return X.toarray() if sparse.issparse(X) else X


def _doubles(X: np.ndarray) -> np.ndarray:
    """Returns the array itself where it holds ``float64``."""
    return np.asarray(X, dtype=np.float64)
