"""Functions of ``msticpy.analysis.eventcluster``: features of process events, and clusters."""

from __future__ import annotations

import math
import re
from binascii import crc32
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import Normalizer

from .. import _oddsift
from .._page import Page
from .._verbs import features
from ..sklearn import DBSCAN, metric_of

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
    found = exemplars(data, model.labels_, time_column, compat)
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


def exemplars(data: pd.DataFrame, labels: np.ndarray, time_column: str, compat: bool) -> pd.DataFrame:
    """Returns noise events in their order, then the first event of each cluster, with size and times."""
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
    kind = "datetime64[ns, UTC]" if getattr(times.iloc[0], "tz", None) else "datetime64[ns]"
    added = {
        "Clustered": is_clustered,
        "ClusterId": labels[rows].astype(np.int64),
        "ClusterSize": np.where(is_clustered, sizes[place], 1).astype(np.int64),
    }
    if compat:
        added["TimeGenerated"] = first_time.astype(kind).array
    added |= {"FirstEventTime": first_time.astype(kind).array, "LastEventTime": last_time.astype(kind).array}
    return data.iloc[rows].assign(**added)


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
    if compat:
        found = _as_msticpy(output, path_separator)
    else:
        roles = {"path": "NewProcessName", "command_line": "CommandLine", "session": "SubjectLogonId"}
        table = features(output[sources], path_separator=path_separator, map=roles if len(sources) == 3 else {}).to_arrow()
        found = {name: table[name] for name in wanted}
    # All at once: each column that is added by itself costs as much as a search for its place.
    return output.assign(**{name: found[name].to_numpy(zero_copy_only=False) for name in wanted})


def _as_msticpy(events: pd.DataFrame, path_separator: str | None) -> dict[str, Any]:
    """Returns the features of all events, by name; what is no text becomes one, as in msticpy."""
    import pyarrow as pa

    def texts(name: str) -> Any:
        if name not in events:
            return pa.nulls(len(events), pa.large_string())
        return pa.array(events[name].astype(str), pa.large_string())

    path, command_line, session = texts("NewProcessName"), texts("CommandLine"), texts("SubjectLogonId")
    found = pa.array(_oddsift.process_features(path, command_line, session, path_separator))
    return {field.name: found.field(place) for place, field in enumerate(found.type)}


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


def plot_cluster(
    db_cluster: Any,
    data: pd.DataFrame,
    x_predict: np.ndarray,
    plot_label: str | None = None,
    plot_features: tuple[int, int] = (0, 1),
    verbose: bool = False,
    cut_off: int = 3,
    xlabel: str | None = None,
    ylabel: str | None = None,
) -> Page:
    """Draws clusters over two features; msticpy's picture is one of matplotlib.

    Noise and small clusters are set apart, and areas, not diameters, are by the rows.

    Parameters
    ----------
    db_cluster : DBSCAN
        A fitted model, of :class:`oddsift.sklearn.DBSCAN` or scikit-learn's, with a distance that oddsift has.
    data : pandas.DataFrame
        The events.
    x_predict : numpy.ndarray, shape (n_rows, n_features)
        What the model was fitted to: the third result of :func:`dbcluster_events`.
    plot_label : str, optional
        Column of ``data`` whose text is beside the marks.
    plot_features : tuple of two int
        The features on the axes, by their places.
    verbose : bool
        Print the numbers of clusters and noise events.
    cut_off : int, default 3
        Clusters of fewer events are set apart.
    xlabel, ylabel : str, optional
        Labels of the axes.

    Returns
    -------
    Page
        A notebook shows it where a cell ends in it; else pass it to ``display``. ``.save("found.svg")`` writes it.

    Raises
    ------
    ValueError
        For features that are not there or are one, and for rows that the model was not fitted to.
    """
    x = np.asarray(x_predict, dtype=np.float64)
    last = x.shape[1] - 1
    if not all(0 <= feature <= last for feature in plot_features) or plot_features[0] == plot_features[1]:
        raise ValueError(f"plot_features must be two different values from 0 to {last}")
    labels = np.asarray(db_cluster.labels_, dtype=np.int64)
    metric = metric_of(db_cluster)
    if metric is None:
        raise ValueError(f"clusters by metric={db_cluster.metric!r} cannot be drawn; oddsift lacks it")
    if verbose:
        print(f"Estimated number of clusters: {labels.max(initial=-1) + 1}")
        print(f"Estimated number of noise points: {(labels == -1).sum()}")
    args = {
        "eps": float(db_cluster.eps),
        "min_samples": int(db_cluster.min_samples),
        "metric": metric,
        "names": [str(name) for name in getattr(x_predict, "columns", [f"feature {nth}" for nth in range(last + 1)])],
        "features": tuple(plot_features),
        "texts": _texts(data, plot_label),
        "cut_off": cut_off,
        "xlabel": xlabel,
        "ylabel": ylabel,
    }
    return Page(*_oddsift.plot_clusters(x, labels, args))


def _texts(data: Any, column: str | None) -> list[str | None] | None:
    if column is None or not isinstance(data, pd.DataFrame) or column not in data:
        return None
    return [None if pd.isna(text) else str(text) for text in data[column]]
