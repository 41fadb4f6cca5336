"""Functions of ``msticpy.analysis.outliers``."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from .. import _oddsift
from .._page import Page
from .._reading import names
from ..sklearn import IsolationForest


def identify_outliers(
    x: np.ndarray,
    x_predict: np.ndarray,
    contamination: float = 0.05,
    max_features: int | float | None = None,
    max_samples: int | float | None = None,
) -> tuple[IsolationForest, np.ndarray, np.ndarray]:
    """Fits an isolation forest to the rows of ``x``, and returns it, the outliers of ``x_predict`` and its predictions.

    Parameters
    ----------
    x, x_predict : numpy.ndarray, shapes (n_rows, n_features) and (n_new, n_features)
    contamination : float, default 0.05
        Share of outliers to expect.
    max_features : int or float, optional
        Features of a tree [default: the square root of their number, rounded down].
    max_samples : int or float, optional
        Rows of a tree [default: 100, or all].

    Returns
    -------
    tuple of IsolationForest, numpy.ndarray, numpy.ndarray
        The model; the rows of ``x_predict`` that are outliers; -1 for an outlier and 1 for another row, shape (n_new,).
    """
    n_rows, n_features = x.shape
    if max_samples is None:
        n_samples = min(100, n_rows)
    elif isinstance(max_samples, float) and 0 < max_samples < 1:
        n_samples = int(max_samples * n_rows)
    else:
        n_samples = int(min(max_samples, n_rows))
    model = IsolationForest(
        max_samples=n_samples,
        max_features=max_features or math.isqrt(n_features),
        random_state=42,
        contamination=contamination,
    )
    model.fit(x)
    predicted = model.predict(x_predict)
    return model, x_predict[predicted == -1], predicted


def remove_common_items(data: pd.DataFrame, columns: list[str], *, max_count: int = 10) -> pd.DataFrame:
    """Returns the rows of which no value of the named columns occurs more than ``max_count`` times.

    msticpy's function of this name raises an exception for every frame.
    """
    is_rare = np.ones(len(data), dtype=bool)
    for name in names(columns):
        counts = data.groupby(name, dropna=False)[name].transform("size")
        is_rare &= counts.to_numpy() <= max_count
    return data[is_rare]


def plot_outlier_results(
    clf: IsolationForest,
    x: np.ndarray,
    x_predict: np.ndarray,
    x_outliers: np.ndarray,
    feature_columns: list[int],
    plt_title: str,
) -> Page:
    """Draws how unusual a forest finds each place, with the rows that it was fitted to and the outliers.

    msticpy's picture is one of matplotlib, holds the features that are not drawn at zero, where often no row is, and shows
    the rows of ``x_predict``, too. Here it is pairs of the features that isolate the outliers, the others at their median.

    Parameters
    ----------
    clf : oddsift.sklearn.IsolationForest
        The fitted forest.
    x, x_predict, x_outliers : numpy.ndarray, shape (n, n_features)
        The rows that it was fitted to, those that it judged, and the outliers among these.
    feature_columns : list
        The names of the features, at least two; if they are two, the first two features are drawn.
    plt_title : str
        Title.

    Returns
    -------
    Page
        A notebook shows it where a cell ends in it; else pass it to ``display``. ``.save("found.svg")`` writes it.

    Raises
    ------
    ValueError
        For fewer than two features, and for rows of another width than the forest's.
    """
    if len(feature_columns) < 2:
        raise ValueError("plot_outlier_results needs at least two features")
    if not isinstance(clf, IsolationForest):
        raise TypeError(f"{type(clf).__name__} cannot be drawn; give a forest of oddsift, as identify_outliers returns it")
    n_features = clf.n_features_in_
    x, odd = (np.asarray(rows, dtype=np.float64) for rows in (x, x_outliers))
    if x.shape[1] != n_features or odd.shape[1] != n_features:
        raise ValueError(f"the rows have {x.shape[1]} and {odd.shape[1]} columns, the forest has {n_features} features")
    odd = odd[np.argsort(clf.score_samples(odd), kind="stable")] if len(odd) else odd
    labels = [str(name) for name in feature_columns]
    labels += [f"feature {nth}" for nth in range(len(labels), n_features)]
    args = {
        "n_rows": len(x_predict),
        "names": labels,
        # Two names are those of the first two columns, as in msticpy.
        "features": (0, 1) if len(feature_columns) == 2 else None,
        "title": plt_title,
    }
    return Page(*_oddsift.plot_outliers(clf._forest, x, odd, args))
