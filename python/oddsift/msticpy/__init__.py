"""Functions of msticpy with its names, parameters, defaults and returns, computed by oddsift.

They are those of ``msticpy.analysis.{eventcluster,outliers,timeseries,cluster_auditd}``,
``msticpy.transform.auditdextract`` and ``msticpy.common.timespan``. By default they do as msticpy does, defects included, so
that a notebook gives what it gave; ``compat=False`` gives the right results. :func:`install` puts them into msticpy, for a
notebook that changes nothing else.

>>> import oddsift.msticpy
>>> oddsift.msticpy.delim_count("cmd.exe /c dir")
4
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from ..sklearn import DBSCAN, IsolationForest
from ..statsmodels import STL
from .auditdextract import (
    extract_events_to_df,
    generate_process_tree,
    get_event_subset,
    read_from_file,
    unpack_auditd,
)
from .cluster_auditd import cluster_auditd_processes
from .eventcluster import (
    add_process_features,
    char_ord_score,
    char_ord_score_df,
    crc32_hash,
    crc32_hash_df,
    dbcluster_events,
    delim_count,
    delim_count_df,
    delim_hash,
    plot_cluster,
    token_count,
    token_count_df,
)
from .outliers import identify_outliers, plot_outlier_results, remove_common_items
from .timeseries import (
    create_time_period_kqlfilter,
    extract_anomaly_periods,
    find_anomaly_periods,
    set_new_anomaly_threshold,
    timeseries_anomalies_stl,
    ts_anomalies_stl,
)
from .timespan import TimeSpan

__all__ = [
    "TimeSpan",
    "add_process_features",
    "char_ord_score",
    "char_ord_score_df",
    "cluster_auditd_processes",
    "crc32_hash",
    "crc32_hash_df",
    "create_time_period_kqlfilter",
    "dbcluster_events",
    "delim_count",
    "delim_count_df",
    "delim_hash",
    "extract_anomaly_periods",
    "extract_events_to_df",
    "find_anomaly_periods",
    "generate_process_tree",
    "get_event_subset",
    "identify_outliers",
    "install",
    "plot_cluster",
    "plot_outlier_results",
    "read_from_file",
    "remove_common_items",
    "set_new_anomaly_threshold",
    "timeseries_anomalies_stl",
    "token_count",
    "token_count_df",
    "ts_anomalies_stl",
    "unpack_auditd",
]

#: What :func:`install` puts into each module of msticpy.
INSTALLED: dict[str, tuple[Callable[..., Any] | type, ...]] = {
    "msticpy.common.timespan": (TimeSpan,),
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
        plot_cluster,
        token_count,
        token_count_df,
    ),
    "msticpy.analysis.outliers": (IsolationForest, identify_outliers, plot_outlier_results, remove_common_items),
    "msticpy.analysis.timeseries": (
        STL,
        create_time_period_kqlfilter,
        extract_anomaly_periods,
        find_anomaly_periods,
        set_new_anomaly_threshold,
        ts_anomalies_stl,
    ),
    "msticpy.analysis.cluster_auditd": (cluster_auditd_processes,),
    "msticpy.transform.auditdextract": (
        extract_events_to_df,
        generate_process_tree,
        get_event_subset,
        read_from_file,
        unpack_auditd,
    ),
}


def install() -> list[str]:
    """Puts these functions into the modules of msticpy that are installed, and returns the names of those modules.

    Where other modules of msticpy took one by name, it is replaced there, too. A module of which msticpy lacks a requirement
    (``rrcf``, for outliers) is left as it is.
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
        is_theirs = theirs is not None and getattr(other, "__dict__", {}).get(name) is theirs
        if is_theirs and other_name.split(".")[0] == "msticpy":
            setattr(other, name, ours)
