"""A function for each verb of the tool."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import _oddsift
from ._reading import Data, DataWarning, PathLike, names, other, reading
from ._table import Table

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Unpack

    from ._reading import Reading


def read(data: Data, **options: Unpack[Reading]) -> Table:
    """Reads rows as they are, of any format: CSV, JSON, Zeek, W3C, Linux audit logs, EVTX, Parquet, Arrow.

    Parameters
    ----------
    data : path, list of paths, or table
        Files, folders or patterns (gzip and zstd, too), read as one stream; or a table in memory.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        All columns of the input. A column whose values differ in kind is text.

    Raises
    ------
    Error
        For a file that cannot be read, and for the first bad row unless ``bad_rows="skip"``.

    Examples
    --------
    >>> len(read("testdata/processes_on_host.csv"))
    363
    """
    return _table(_oddsift.read(reading(data, options)))


def features(
    data: Data,
    *,
    text: str | Iterable[str] | None = None,
    path_separator: str | None = None,
    force: bool = False,
    delimiters: str | None = None,
    token_delimiter: str | None = None,
    ord_scale: float = 1.0,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    r"""Adds features of process events, and of texts, to rows.

    Parameters
    ----------
    data : path, list of paths, or table
    text : list of str, optional
        Columns to make text features of: ``<COLUMN>.len``, ``.score``, ``.tokens``, ``.delims``, ``.delimHash``, ``.crc32``.
    path_separator : str, optional
        Separator of the parts of a path [default: ``/`` if one of the first ten paths has it, else ``\\``].
    force : bool
        Recompute features even where the input has columns of their names.
    delimiters : str, optional
        Regular expression of the delimiters that are counted and hashed.
    token_delimiter : str, optional
        Text between tokens [default: one space].
    ord_scale : float
        Divisor of the character sums.
    compat : "msticpy", optional
        Do as msticpy does where it differs.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        The columns of the input, then the features.

    Raises
    ------
    Error
        For rows without a process, a command line and ``text``.

    Examples
    --------
    >>> "commandlineLen" in features("testdata/processes_on_host.csv").columns
    True
    """
    recipe = _recipe(None, path_separator, force, delimiters, token_delimiter, ord_scale, compat)
    return _table(_oddsift.features(reading(data, options), recipe, names(text)))


def hunt(
    data: Data,
    *,
    known: Data | None = None,
    all: bool = False,
    by: str | Iterable[str] | None = None,
    mask: str | Iterable[str] | None = None,
    top: int | None = None,
    emit: str = "lines",
    time_column: str | None = None,
    save_model: PathLike | None = None,
    forget: int | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Ranks events so that the first lines are worth reading, each with its reasons, which are counts.

    Parameters
    ----------
    data : path, list of paths, or table
        Process events of any known layout, or any table.
    known : path or table, optional
        What was seen before, which is left out: a log, or a file that ``save_model`` wrote.
    all : bool, default False
        Rank what is known, too.
    by, mask : list of str, optional
        Columns whose combinations are ranked, and those of them whose texts are masked [default: starts of programs where
        the input has such, else columns whose values repeat and numbers].
    top : int, optional
        The first lines only.
    emit : {"lines", "rows"}, default "lines"
        One row a line, or the place of every row of the input.
    time_column : str, optional
        Column of the time [default: the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime].
    save_model : path, optional
        File to write what was seen to, for ``known``.
    forget : int, optional
        Drop from the model what was seen once and more than this many days before the newest event.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        ``finding``, ``rank`` (from 1), ``row`` (from 0), ``count``, ``hosts``, ``users``, ``bits`` (of surprise), ``reasons``,
        columns of the input, ``template``, ``first``, ``last``, ``variants``; by ``emit="rows"`` ``row``, ``finding``,
        ``rank``, ``bits``.

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> found = hunt("testdata/processes_on_host.csv")
    >>> len(found)
    150
    """
    args = {
        "known": other(known),
        "all": all,
        "by": names(by),
        "mask": names(mask),
        "top": top,
        "emit": emit,
        "time_column": time_column,
        "save_model": _path(save_model),
        "forget": forget,
    }
    return _table(_oddsift.hunt(reading(data, options), args))


def cluster(
    data: Data,
    *,
    features: str | Iterable[str] | None = None,
    eps: float | str | None = None,
    min_samples: int = 2,
    scale: str | None = None,
    metric: str = "euclidean",
    weight: str | None = None,
    work_limit: int | None = None,
    time_column: str | None = None,
    count_distinct: str | Iterable[str] | None = None,
    template: str | None = None,
    emit: str = "exemplars",
    with_input: bool = False,
    save_model: PathLike | None = None,
    path_separator: str | None = None,
    force: bool = False,
    delimiters: str | None = None,
    token_delimiter: str | None = None,
    ord_scale: float = 1.0,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Groups events: one exemplar for each cluster, and every event that is like no other by itself.

    Parameters
    ----------
    data : path, list of paths, or table
    features : list of str, optional
        Columns, or features of process events; ``program`` and ``COLUMN.value`` are categories [default: those of process
        events where they are known, else all numeric columns].
    eps : float or "auto", optional
        Largest distance of neighbours, after scaling [default: 0.01; 0.5 where process features are taken by default].
    min_samples : int, default 2
        Minimum number of rows within ``eps``, the row itself included, for it to be a core sample.
    scale : {"unit", "none", "standard", "robust", "minmax"}, optional
    metric : {"euclidean", "manhattan", "chebyshev", "minkowski:P"}
    weight : str, optional
        Column with the number of events that each row represents.
    work_limit : int, optional
        Stop with an error after so much work, counted in distances and tree nodes.
    time_column, template : str, optional
        Columns of the time, and of the text that makes a cluster's template.
    count_distinct : list of str, optional
        Columns whose distinct values are counted in each cluster.
    emit : {"exemplars", "labels"}
        One row a cluster and noise event, or a label for every row.
    with_input : bool
        With ``emit="labels"``: the columns of the input, too.
    save_model : path, optional
        File to write the model to, for ``oddsift score``.
    path_separator, force, delimiters, token_delimiter, ord_scale
        How features are made of text, as the tool's flags of these names.
    compat : "msticpy", optional
        Do as msticpy does where it differs.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        With ``labels``, one for each row, whatever is emitted.

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> found = cluster("testdata/processes_on_host.csv")
    >>> len(found), int(found.labels.max()) + 1, int((found.labels == -1).sum())
    (133, 24, 109)
    """
    args = {
        "scale": scale,
        "min_samples": min_samples,
        "metric": metric,
        "weight": weight,
        "eps": eps,
        "work_limit": work_limit,
        "save_model": _path(save_model),
        "time_column": time_column,
        "count_distinct": names(count_distinct),
        "template": template,
        "emit": emit,
        "with_input": with_input,
    }
    recipe = _recipe(features, path_separator, force, delimiters, token_delimiter, ord_scale, compat)
    return _table(_oddsift.cluster(reading(data, options), recipe, args))


def outliers(
    data: Data,
    *,
    features: str | Iterable[str] | None = None,
    train: Data | None = None,
    trees: int | None = None,
    max_samples: int | float | str | None = None,
    max_features: int | float | None = None,
    contamination: float | str | None = None,
    top: int | None = None,
    all_rows: bool = False,
    bootstrap: bool = False,
    extended: bool = False,
    precision: str = "f64",
    seed: int | None = None,
    emit: str = "outliers",
    with_input: bool = False,
    explain: int = 3,
    save_model: PathLike | None = None,
    path_separator: str | None = None,
    force: bool = False,
    delimiters: str | None = None,
    token_delimiter: str | None = None,
    ord_scale: float = 1.0,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Finds outliers by an isolation forest, each with its reasons, which are counts.

    Parameters
    ----------
    data : path, list of paths, or table
    features : list of str, optional
        Columns, or features of process events [default: how rare program, parent, words and arguments are where process
        events are known, else all numeric columns].
    train : path or table, optional
        Fit to these rows instead, and score those of ``data``.
    trees : int, optional
        Number of trees [default: 100].
    max_samples : int, float or "auto", optional
        Rows of a tree: a number, a share, or ``"auto"``: 256, or all [default: ``"auto"``].
    max_features : int or float, optional
        Features of a tree: a number, or a share [default: 1.0, all].
    contamination : float or "auto", optional
        Share of outliers to expect, up to 0.5 [default: ``"auto"``, a score below -0.5]. Not with ``top``.
    top : int, optional
        The most unusual lines only.
    all_rows : bool
        A line for each row; else process events of equal features are one line with their count.
    bootstrap, extended, precision, seed
        Draw rows with replacement; cut at any angle; ``"f64"`` or ``"f32"``; seed of the random numbers.
    emit : {"outliers", "scores"}
        The outliers, most unusual first, or the score of every row.
    with_input : bool
        With ``emit="scores"``: the columns of the input, too.
    explain : int, default 3
        Most reasons for each outlier.
    save_model : path, optional
        File to write the model to, for ``oddsift score``.
    path_separator, force, delimiters, token_delimiter, ord_scale
        How features are made of text, as the tool's flags of these names.
    compat : "msticpy", optional
        msticpy's defaults.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        ``row``, the input's columns, ``score`` (in [-1, 0), lower is more unusual), ``decision`` (below 0 for an outlier),
        where rows are folded ``count``, ``first``, ``last``, and ``reasons``; by ``emit="scores"`` ``row``, ``score``,
        ``decision``, ``outlier`` (-1 or 1).

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> found = outliers("testdata/processes_on_host.csv", top=10)
    >>> len(found)
    10
    """
    args = {
        "train": other(train),
        "trees": trees,
        "max_samples": max_samples,
        "max_features": max_features,
        "contamination": contamination,
        "top": top,
        "all_rows": all_rows,
        "bootstrap": bootstrap,
        "extended": extended,
        "precision": precision,
        "seed": seed,
        "emit": emit,
        "with_input": with_input,
        "explain": explain,
        "save_model": _path(save_model),
    }
    recipe = _recipe(features, path_separator, force, delimiters, token_delimiter, ord_scale, compat)
    return _table(_oddsift.outliers(reading(data, options), recipe, args))


def stack(
    data: Data,
    *,
    by: str | Iterable[str],
    mask: str | Iterable[str] | None = None,
    max_count: int = 10,
    time_column: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Counts combinations of values; the rare ones come first.

    Parameters
    ----------
    data : path, list of paths, or table
    by : list of str
        Columns whose combinations are counted.
    mask : list of str, optional
        Columns of ``by`` that are counted by their texts without what varies from run to run.
    max_count : int, default 10
        Combinations of at most so many rows are returned.
    time_column : str, optional
        Column of the time.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        The columns of ``by``, ``count``, ``first_time``, ``last_time``, ``first_row`` (from 0).

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> stack("testdata/processes_on_host.csv", by=["Account"], max_count=1000).columns
    ['Account', 'count', 'first_time', 'last_time', 'first_row']
    """
    args = {"by": names(by), "mask": names(mask), "max_count": max_count, "time_column": time_column}
    return _table(_oddsift.stack(reading(data, options), args))


def series(
    data: Data,
    *,
    time_column: str | None = None,
    value_column: str | None = None,
    agg: str | None = None,
    count: bool = False,
    distinct: str | None = None,
    by: str | None = None,
    bucket: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    fill: str | None = None,
    strict: bool = False,
    period: int | str | Iterable[int | str] | None = None,
    seasonal: int | None = None,
    trend: int | None = None,
    low_pass: int | None = None,
    seasonal_deg: int = 1,
    trend_deg: int = 1,
    low_pass_deg: int = 1,
    seasonal_jump: int = 1,
    trend_jump: int = 1,
    low_pass_jump: int = 1,
    inner: int | None = None,
    outer: int | None = None,
    robust: bool = False,
    score: str = "z",
    threshold: float | None = None,
    threshold_low: float | None = None,
    every_point: bool = False,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Takes time series apart, of values or of events counted in buckets, and flags what season and trend do not explain.

    Parameters
    ----------
    data : path, list of paths, or table
    time_column, value_column : str, optional
        Columns of the time and of the value [default: the first known time, the first column of numbers].
    agg : {"sum", "mean", "max"}, optional
        What becomes of the values in a bucket [default: rows are points, with ``bucket`` their sum].
    count : bool
        Count the rows in each bucket.
    distinct : str, optional
        Column whose distinct values are counted in each bucket.
    by : str, optional
        Column of which each value is a series.
    bucket : str, optional
        Length of a bucket, such as ``"1h"`` [default: 1 hour where rows are counted or joined].
    since, until : str or datetime, optional
        Only rows at or after, and before.
    fill : {"error", "zero", "missing", "linear"}, optional
        What becomes of a time or value that is missing.
    strict : bool
        Refuse rows that are no series as they stand.
    period : int, str or list of them, optional
        Points, or a time such as ``"24h"``, after which the series repeats, or ``"auto"``; several for MSTL.
    seasonal, trend, low_pass, seasonal_deg, trend_deg, low_pass_deg, seasonal_jump, trend_jump, low_pass_jump
        Windows (in points, odd), degrees (0 or 1) and jumps (in points) of STL.
    inner, outer, robust
        Passes within a round, rounds of robustness weights, and whether there are such rounds by default.
    score : {"z", "mad", "tukey", "ctukey"}
        How unusual a remainder is.
    threshold, threshold_low : float, optional
        Above the one a value is a spike, below the negative of the other a dip [default: 3; 3.5 for ``"mad"``].
    every_point : bool
        Flag and score every point, and not an episode once.
    compat : "msticpy", optional
        Do as msticpy does where it differs.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        Group, time, value, ``residual``, ``trend``, ``seasonal``, ``weights``, ``baseline``, ``score``, ``anomalies`` (1, 0, -1)
        and ``episode``.

    Raises
    ------
    Error
        For rows that are no series, and parameters that cannot be used.

    Examples
    --------
    >>> found = series("testdata/time_series.csv", value_column="TotalBytesSent", period=24)
    >>> len(found)
    840
    """
    args = {
        "time_column": time_column,
        "value_column": value_column,
        "agg": agg,
        "count": count,
        "distinct": distinct,
        "by": by,
        "bucket": bucket,
        "since": _time(since),
        "until": _time(until),
        "fill": fill,
        "strict": strict,
        "period": _several(period),
        "score": score,
        "threshold": threshold,
        "threshold_low": threshold_low,
        "every_point": every_point,
        "compat": compat,
        "time_zone": options.get("time_zone"),
    }
    stl = {
        "seasonal": seasonal,
        "trend": trend,
        "low_pass": low_pass,
        "seasonal_deg": seasonal_deg,
        "trend_deg": trend_deg,
        "low_pass_deg": low_pass_deg,
        "seasonal_jump": seasonal_jump,
        "trend_jump": trend_jump,
        "low_pass_jump": low_pass_jump,
        "inner": inner,
        "outer": outer,
        "robust": robust,
    }
    return _table(_oddsift.series(reading(data, options), args, stl))


def _table(found: dict[str, Any]) -> Table:
    for warning in found["warnings"]:
        warnings.warn(warning, DataWarning, stacklevel=3)
    return Table(found)


def _recipe(
    features: str | Iterable[str] | None,
    path_separator: str | None,
    force: bool,
    delimiters: str | None,
    token_delimiter: str | None,
    ord_scale: float,
    compat: str | None,
) -> dict[str, Any]:
    return {
        "features": names(features),
        "path_separator": path_separator,
        "force": force,
        "delimiters": delimiters,
        "token_delimiter": token_delimiter,
        "ord_scale": ord_scale,
        "compat": compat,
    }


def _path(path: PathLike | None) -> str | None:
    return None if path is None else os.fspath(path)


def _time(time: str | datetime | None) -> str | None:
    return time if time is None or isinstance(time, str) else time.isoformat()


def _several(value: int | str | Iterable[int | str] | None) -> list[int | str]:
    if value is None:
        return []
    return [value] if isinstance(value, (int, str)) else list(value)
