"""Functions of ``msticpy.analysis`` with msticpy's names, parameters, defaults and returns, computed by oddsift.

By default they do as msticpy does, defects included, so that a notebook gives what it gave; ``compat=False`` gives the
right results. :func:`install` puts them into msticpy, for a notebook that changes nothing else.

>>> import oddsift.msticpy
>>> oddsift.msticpy.delim_count("cmd.exe /c dir")
4
"""

from __future__ import annotations

import importlib
import math
import re
import sys
from binascii import crc32
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import Normalizer

from ._reading import names
from ._verbs import features
from .sklearn import DBSCAN, IsolationForest
from .statsmodels import STL

__all__ = [
    "add_process_features",
    "char_ord_score",
    "char_ord_score_df",
    "crc32_hash",
    "crc32_hash_df",
    "create_time_period_kqlfilter",
    "dbcluster_events",
    "delim_count",
    "delim_count_df",
    "delim_hash",
    "extract_anomaly_periods",
    "find_anomaly_periods",
    "identify_outliers",
    "install",
    "remove_common_items",
    "set_new_anomaly_threshold",
    "timeseries_anomalies_stl",
    "token_count",
    "token_count_df",
    "ts_anomalies_stl",
]

DELIMITERS = r'[\s\-\\/\.,"\'|&:;%$()]'

#: The features of msticpy, by the column that they are made of.
PATH_FEATURES = ("processName", "pathScore", "pathLogScore", "pathHash")
COMMAND_LINE_FEATURES = (
    "commandlineLen",
    "commandlineLogLen",
    "commandlineTokensFull",
    "commandlineScore",
    "commandlineTokensHash",
)


def dbcluster_events(
    data: Any,
    cluster_columns: list[Any] | None = None,
    verbose: bool = False,
    normalize: bool = True,
    time_column: str = "TimeCreatedUtc",
    max_cluster_distance: float = 0.01,
    min_cluster_samples: int = 2,
    *,
    compat: bool = True,
    **kwargs: Any,
) -> tuple[pd.DataFrame, DBSCAN, np.ndarray]:
    """Clusters events, and returns an exemplar of each cluster and every noise event.

    Parameters
    ----------
    data : pandas.DataFrame or numpy.ndarray, shape (n_rows, n_columns)
    cluster_columns : list, optional
        Features: names of columns of a frame, indexes of an array [default: all].
    verbose : bool
        Print what was found.
    normalize : bool
        Scale each row to the Euclidean norm 1.
    time_column : str
        Column of the time, of a frame.
    max_cluster_distance, min_cluster_samples
        ``eps`` and ``min_samples`` of DBSCAN.
    compat : bool, default True
        All noise events have the first and last time of all of them, and ``TimeGenerated`` is overwritten by the first
        time of the cluster, as in msticpy; else each noise event has its own time, and no column of the input changes.
    **kwargs
        Passed to DBSCAN.

    Returns
    -------
    tuple of pandas.DataFrame, DBSCAN, numpy.ndarray
        Exemplars with ``Clustered``, ``ClusterId``, ``ClusterSize``, ``FirstEventTime``, ``LastEventTime``; the model; the
        scaled features, shape (n_rows, n_features).
    """
    x_input = _features_of(data, cluster_columns)
    model = DBSCAN(eps=max_cluster_distance, min_samples=min_cluster_samples, **kwargs)
    x_norm = Normalizer().fit_transform(x_input) if normalize else x_input
    model.fit(x_norm)
    if not isinstance(data, pd.DataFrame):
        raise TypeError("exemplars are rows of a pandas DataFrame; give one in place of the array")
    found = _exemplars(data, model.labels_, time_column, compat)
    if verbose:
        _, counts = np.unique(model.labels_, return_counts=True)
        print("Clustering for set size ", len(x_norm), " - ", len(counts), " clusters")
        print("Individual cluster sizes: ", ", ".join(str(count) for count in counts))
        print("Cluster output rows: ", len(found))
    return found, model, x_norm


def _features_of(data: Any, cluster_columns: list[Any] | None) -> np.ndarray:
    if isinstance(data, pd.DataFrame):
        return (data if cluster_columns is None else data[cluster_columns]).values
    if isinstance(data, np.ndarray):
        return data if cluster_columns is None else data[:, cluster_columns]
    raise ValueError(
        f"Input data not in expected format.\n{type(data)} is not one of allowed types: {np.ndarray}, {pd.DataFrame}"
    )


def _exemplars(data: pd.DataFrame, labels: np.ndarray, time_column: str, compat: bool) -> pd.DataFrame:
    """Returns noise events in their order, then the first event of each cluster."""
    clusters, first, of_row, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    noise = np.flatnonzero(labels == -1)
    rows = np.concatenate([noise, first[clusters != -1]])
    times = data[time_column].reset_index(drop=True)
    of_cluster = times.groupby(of_row)
    earliest, latest = of_cluster.min(), of_cluster.max()
    place = of_row[rows]
    is_clustered = labels[rows] != -1
    first_time = earliest.iloc[place].reset_index(drop=True)
    last_time = latest.iloc[place].reset_index(drop=True)
    if not compat:
        own = times.iloc[rows].reset_index(drop=True)
        first_time, last_time = first_time.where(is_clustered, own), last_time.where(is_clustered, own)
    found = data.iloc[rows].copy()
    kind = "datetime64[ns, UTC]" if getattr(data.iloc[0][time_column], "tz", None) else "datetime64[ns]"
    added = {
        "Clustered": is_clustered,
        "ClusterId": labels[rows].astype(np.int64),
        "ClusterSize": np.where(is_clustered, sizes[place], 1).astype(np.int64),
    }
    if compat:
        added["TimeGenerated"] = first_time.astype(kind).array
    added |= {"FirstEventTime": first_time.astype(kind).array, "LastEventTime": last_time.astype(kind).array}
    return found.assign(**added)


def add_process_features(
    input_frame: pd.DataFrame,
    path_separator: str | None = None,
    force: bool = False,
    *,
    compat: bool = True,
) -> pd.DataFrame:
    """Returns a copy of the frame with features of ``NewProcessName``, ``CommandLine`` and ``SubjectLogonId`` added.

    Parameters
    ----------
    input_frame : pandas.DataFrame
    path_separator : str, optional
        Separator of paths [default: ``/`` if one of the first ten paths has it, else a backslash].
    force : bool
        Recompute features even where the frame has columns of their names.
    compat : bool, default True
        Only the texts ``0x3e7`` and ``-1`` are sessions of the system, as in msticpy; else numbers and other forms, too.

    Returns
    -------
    pandas.DataFrame
        ``processName``, ``pathScore``, ``pathLogScore``, ``pathHash``, ``commandlineLen``, ``commandlineLogLen``,
        ``commandlineTokensFull``, ``commandlineScore``, ``commandlineTokensHash`` and ``isSystemSession`` are added.
    """
    output = input_frame.copy()
    texts = [name for name in ("NewProcessName", "CommandLine") if name in output]
    if len(texts) == 2:
        output[texts] = output[texts].fillna(value="")
    if not texts and "SubjectLogonId" not in output:
        return output
    sources = [*texts, *(["SubjectLogonId"] if "SubjectLogonId" in output else [])]
    wanted = [
        *(PATH_FEATURES if "NewProcessName" in output else ()),
        *(COMMAND_LINE_FEATURES if "CommandLine" in output else ()),
        *(("isSystemSession",) if "SubjectLogonId" in output else ()),
    ]
    wanted = [name for name in wanted if force or name not in output]
    if not wanted or output.empty:
        return output
    found = features(
        output[sources].astype(str) if compat else output[sources],
        path_separator=path_separator,
        compat="msticpy" if compat else None,
        map={"path": "NewProcessName", "command_line": "CommandLine", "session": "SubjectLogonId"} if len(sources) == 3 else {},
    ).to_pandas()
    for name in wanted:
        output[name] = found[name].to_numpy()
    return output


def delim_count(value: str, delim_list: str = DELIMITERS) -> int:
    """Returns the number of delimiters in a text."""
    return len(re.findall(delim_list, value))


def delim_hash(value: str, delim_list: str = DELIMITERS) -> int:
    """Returns the CRC-32 of the delimiters of a text."""
    return crc32("".join(re.findall(delim_list, value)).encode())


def char_ord_score(value: str, scale: int = 1) -> int:
    """Returns the sum of the code points of a text, divided by ``scale`` and rounded down."""
    return math.floor(sum(map(ord, value)) / scale)


def token_count(value: str, delimiter: str = " ") -> int:
    """Returns the number of parts of a text between delimiters."""
    return len(value.split(delimiter))


def crc32_hash(value: str) -> int:
    """Returns the CRC-32 of a text in UTF-8."""
    return crc32(value.encode())


def delim_count_df(data: pd.DataFrame, column: str, delim_list: str = DELIMITERS) -> pd.Series:
    """Returns the number of delimiters in each text of a column."""
    return _text_feature(data, column, "delims", delimiters=delim_list)


def char_ord_score_df(data: pd.DataFrame, column: str, scale: int = 1) -> pd.Series:
    """Returns the sum of the code points of each text of a column, divided by ``scale``."""
    return _text_feature(data, column, "score") / scale


def token_count_df(data: pd.DataFrame, column: str, delimiter: str = " ") -> pd.Series:
    """Returns the number of parts between delimiters of each text of a column."""
    return _text_feature(data, column, "tokens", token_delimiter=delimiter)


def crc32_hash_df(data: pd.DataFrame, column: str) -> pd.Series:
    """Returns the CRC-32 of each text of a column."""
    return _text_feature(data, column, "crc32")


def _text_feature(data: pd.DataFrame, column: str, feature: str, **options: Any) -> pd.Series:
    found = features(data[[column]], text=[column], **options).to_arrow()
    values = found[f"{column}.{feature}"].to_numpy()
    return pd.Series(values, index=data.index, name=column if feature == "delims" else None)


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


def ts_anomalies_stl(data: pd.DataFrame, *, compat: bool = True, **kwargs: Any) -> pd.DataFrame:
    """Takes a time series apart by STL, and flags what season and trend do not explain.

    Parameters
    ----------
    data : pandas.DataFrame
        Times as the index, or in ``time_column``; values in the first column, or in ``data_column``.
    compat : bool, default True
        As msticpy: parts are cut to whole numbers before they are scored, only scores above the threshold are flagged, and
        the flag has the sign of the season; else the score is of the remainder itself, and a dip is -1.
    seasonal : int, default 7
        Window of the season, odd.
    period : int, default 24
    score_threshold : float, default 3
        Number of standard deviations.
    time_column, data_column : str, optional

    Returns
    -------
    pandas.DataFrame
        Time, value, ``residual``, ``trend``, ``seasonal``, ``weights``, ``baseline``, ``score`` and ``anomalies`` (1, 0, -1), by
        time.
    """
    known = {"seasonal", "period", "score_threshold", "time_column", "data_column"}
    _check_names(kwargs, known)
    if not isinstance(data, pd.DataFrame):
        raise _msticpy_error("input data should be a pandas dataframe")
    if kwargs.get("time_column"):
        data = data.set_index(kwargs["time_column"])
    column = kwargs.get("data_column") or data.columns[0]
    result = data[[column]].copy()
    found = STL(result[column], seasonal=kwargs.get("seasonal", 7), period=kwargs.get("period", 24)).fit()
    result["residual"], result["trend"] = found.resid, found.trend
    result["seasonal"], result["weights"] = found.seasonal, found.weights
    result["baseline"] = result["seasonal"] + result["trend"]
    if compat:
        result = result.fillna(0).astype("int64")
    remainder = result["residual"]
    deviation = remainder.std(ddof=0)
    result["score"] = (remainder - remainder.mean()) / deviation if deviation or compat else 0.0
    result["anomalies"] = _flags(result, kwargs.get("score_threshold", 3.0), compat)
    return result.reset_index().sort_values(str(data.index.name or "index"), ascending=True)


def _flags(result: pd.DataFrame, threshold: float, compat: bool) -> np.ndarray:
    is_high = (result["score"] > threshold).to_numpy()
    if compat:
        return np.where(is_high, np.sign(result["seasonal"]), 0).astype("int64")
    return is_high.astype("int64") - (result["score"] < -threshold).to_numpy()


timeseries_anomalies_stl = ts_anomalies_stl


def extract_anomaly_periods(
    data: pd.DataFrame,
    time_column: str = "TimeGenerated",
    period: str = "1h",
    pos_only: bool = True,
    anomalies_column: str = "anomalies",
) -> dict[datetime, datetime]:
    """Returns the periods of anomalies, start and end; those less than two periods apart are joined.

    Parameters
    ----------
    data : pandas.DataFrame
        With times and flags.
    time_column, anomalies_column : str
    period : str, default "1h"
        The step of the series, as pandas has it.
    pos_only : bool, default True
        Spikes alone, no dips.
    """
    flags = [1] if pos_only else [1, -1]
    flagged = data[data[anomalies_column].isin(flags)].sort_values(time_column).set_index(time_column)
    counts = flagged.resample(period).size()
    step = pd.Timedelta(period)
    periods: dict[datetime, datetime] = {}
    start: Any = None
    last: Any = None
    for time in counts.index[counts > 0]:
        if last is None or time - last > 2 * step:
            start = time - step
        periods[start] = time + step
        last = time
    return periods


def find_anomaly_periods(
    data: pd.DataFrame,
    time_column: str = "TimeGenerated",
    period: str = "1h",
    pos_only: bool = True,
    anomalies_column: str = "anomalies",
) -> list[Any]:
    """Returns the periods of :func:`extract_anomaly_periods` as msticpy's ``TimeSpan``."""
    from msticpy.common.timespan import TimeSpan

    periods = extract_anomaly_periods(data, time_column, period, pos_only, anomalies_column)
    return [TimeSpan(start=start, end=end) for start, end in periods.items()]


def create_time_period_kqlfilter(periods: dict[datetime, datetime]) -> str:
    """Returns a filter of KQL for the times in periods."""
    spans = (f"TimeGenerated between (datetime({start}) .. datetime({end}))" for start, end in periods.items())
    return f"| where {' or '.join(spans)}"


def set_new_anomaly_threshold(
    data: pd.DataFrame,
    threshold: float,
    threshold_low: float | None = None,
    anomalies_column: str = "anomalies",
    *,
    compat: bool = True,
) -> pd.DataFrame:
    """Returns the frame with anomalies by another threshold of ``score``.

    Parameters
    ----------
    data : pandas.DataFrame
    threshold : float
        A score of at least this is a spike.
    threshold_low : float, optional
        A score of at most its negative is a dip [default: ``threshold``].
    anomalies_column : str
    compat : bool, default True
        A ``threshold_low`` of 0 counts as none, as in msticpy.
    """
    if threshold_low is None or (compat and threshold_low == 0):
        threshold_low = threshold
    score = data["score"]
    flags = np.where(score <= -threshold_low, -1, np.where(score >= threshold, 1, 0))
    return data.drop(columns=[anomalies_column]).assign(**{anomalies_column: flags})


#: The functions that :func:`install` puts into each module of msticpy.
INSTALLED: dict[str, tuple[Callable[..., Any] | type, ...]] = {
    "msticpy.analysis.eventcluster": (
        DBSCAN,
        add_process_features,
        char_ord_score,
        char_ord_score_df,
        crc32_hash,
        crc32_hash_df,
        dbcluster_events,
        delim_count,
        delim_count_df,
        delim_hash,
        token_count,
        token_count_df,
    ),
    "msticpy.analysis.outliers": (IsolationForest, identify_outliers, remove_common_items),
    "msticpy.analysis.timeseries": (
        STL,
        create_time_period_kqlfilter,
        extract_anomaly_periods,
        find_anomaly_periods,
        set_new_anomaly_threshold,
        ts_anomalies_stl,
    ),
}


def install() -> list[str]:
    """Puts these functions into the modules of msticpy that are installed, and returns the names of those modules.

    A module of which msticpy lacks a requirement (``rrcf``, for outliers) is left as it is.
    """
    done = []
    for name, ours in INSTALLED.items():
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        for item in ours:
            _replace(module, item)
        done.append(name)
    timeseries = sys.modules.get("msticpy.analysis.timeseries")
    if timeseries is not None:
        vars(timeseries)["timeseries_anomalies_stl"] = ts_anomalies_stl
    return done


def _replace(module: Any, ours: Any) -> None:
    """Replaces an item of a module, and where other modules of msticpy took it by name."""
    name = ours.__name__
    theirs = getattr(module, name, None)
    setattr(module, name, ours)
    for other_name, other in list(sys.modules.items()):
        if other_name.startswith("msticpy.") and theirs is not None and getattr(other, name, None) is theirs:
            setattr(other, name, ours)


def _check_names(kwargs: dict[str, Any], known: set[str]) -> None:
    """Raises msticpy's error for a keyword that is not known."""
    try:
        from msticpy.common.utility import check_kwargs
    except ImportError:
        unknown = sorted(kwargs.keys() - known)
        if unknown:
            raise NameError(f"{unknown[0]} is not a recognized argument") from None
    else:
        check_kwargs(kwargs, list(known))


def _msticpy_error(message: str) -> Exception:
    try:
        from msticpy.common.exceptions import MsticpyException
    except ImportError:
        return TypeError(message)
    return MsticpyException(message)
