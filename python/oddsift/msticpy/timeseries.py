"""Functions of ``msticpy.analysis.timeseries``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ..statsmodels import STL
from .timespan import TimeSpan


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
    found = STL(data[column], seasonal=kwargs.get("seasonal", 7), period=kwargs.get("period", 24)).fit()
    parts = {"residual": found.resid, "trend": found.trend, "seasonal": found.seasonal, "weights": found.weights}
    columns: dict[str, Any] = {name: np.asarray(part) for name, part in parts.items()}
    columns["baseline"] = columns["seasonal"] + columns["trend"]
    values = data[column]
    if compat:
        columns = {name: np.nan_to_num(part).astype("int64") for name, part in columns.items()}
        values = values.fillna(0).astype("int64")
    columns = {column: values, **columns}
    columns["score"] = score = _scores(pd.Series(columns["residual"]), compat)
    columns["anomalies"] = _flags(score, columns["seasonal"], kwargs.get("score_threshold", 3.0), compat)
    # In one piece: pandas copies a frame for each column that comes later.
    result = pd.DataFrame(columns, index=data.index, copy=False).reset_index()
    times = str(data.index.name or "index")
    return result if result[times].is_monotonic_increasing else result.sort_values(times, ascending=True)


def _scores(remainder: pd.Series, compat: bool) -> np.ndarray:
    """Returns how many standard deviations each value is from their mean; 0 where all are equal, in msticpy NaN."""
    deviation = remainder.std(ddof=0)
    if not deviation and not compat:
        return np.zeros(len(remainder))
    return ((remainder - remainder.mean()) / deviation).to_numpy()


def _flags(score: np.ndarray, season: np.ndarray, threshold: float, compat: bool) -> np.ndarray:
    is_high = score > threshold
    if compat:
        return np.where(is_high, np.sign(season), 0).astype("int64")
    return is_high.astype("int64") - (score < -threshold)


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
) -> list[TimeSpan]:
    """Returns the periods of :func:`extract_anomaly_periods`, each as a :class:`TimeSpan`."""
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
