"""A function for each verb of the tool."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import _oddsift
from ._page import Page
from ._reading import Data, DataWarning, PathLike, names, other, reading
from ._table import Table, table

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
    return table(_oddsift.read(reading(data, options)), data)


class Scan:
    """Rows that are read while they are taken, in bounded memory.

    ``pyarrow.RecordBatchReader.from_stream(scan)``, ``polars.DataFrame(scan)``, ``pyarrow.table(scan)`` and DuckDB take it, each
    time from the beginning where the source can be read again. Kinds of columns are told by the first 8,192 rows.
    """

    __slots__ = ("_scan",)

    def __init__(self, scan: _oddsift.Scan) -> None:
        self._scan = scan

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._scan.__arrow_c_stream__(requested_schema)

    @property
    def warnings(self) -> list[str]:
        """What the last read that came to its end left out."""
        return self._scan.warnings()


def scan(data: Data, *, text: str | Iterable[str] | None = None, **options: Unpack[Reading]) -> Scan:
    """Reads rows as :func:`read` does, while they are taken: for files that do not fit into memory.

    Parameters
    ----------
    data : path, list of paths, or table
    text : list of str, optional
        Columns that are text, whatever their first rows hold.
    **options
        See :class:`Reading`; ``progress`` is not called.

    Returns
    -------
    Scan
        What hands over a stream of Arrow. An error of the input ends the stream, with the words of :class:`Error`; so
        does a value that does not fit its column: name the column in ``text``.

    Raises
    ------
    Error
        For parameters that cannot be used.

    Examples
    --------
    >>> import pyarrow
    >>> stream = pyarrow.RecordBatchReader.from_stream(scan("testdata/processes_on_host.csv"))
    >>> sum(batch.num_rows for batch in stream)
    363
    """
    return Scan(_oddsift.scan(reading(data, options), names(text)))


def schemas() -> Table:
    """Returns the layouts of events that are known, and the column of each role in them.

    Returns
    -------
    Table
        ``schema``, ``about``, a column for each role, ``source``.

    Examples
    --------
    >>> "sysmon" in schemas().to_arrow()["schema"].to_pylist()
    True
    """
    return table(_oddsift.schemas())


def auditd(
    logs: PathLike | Iterable[PathLike],
    *,
    emit: str = "events",
    app: str | None = None,
    app_regex: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    records: bool = False,
    compat: str | None = None,
    time_format: str | None = None,
    time_zone: str | None = None,
    threads: int | None = None,
    progress: Callable[[str, int, int], object] | None = None,
) -> Table:
    """Reads Linux audit logs: events as rows, or their processes in clusters.

    Parameters
    ----------
    logs : path or list of paths
        Audit logs, raw or enriched, plain, gzip or zstd, in any order.
    emit : {"events", "clusters"}, default "events"
        One row an event; or one row a cluster of processes, and each process that is like no other by itself.
    app, app_regex : str, optional
        Only processes whose program's path holds the text, or in whose path the regular expression is found.
    since, until : str or datetime, optional
        Only events at or after, and before.
    records : bool, default False
        All fields of all records as JSON, in the column ``records``.
    compat : "msticpy", optional
        Do as msticpy does where it differs: its reader with its losses, its features.
    time_format, time_zone : str, optional
        How ``since`` and ``until`` are read [default: ISO 8601, UTC].
    threads, progress
        See :class:`Reading`.

    Returns
    -------
    Table
        Of events ``TimeGenerated``, ``Node``, ``EventType``, ``Serial``, who and what ran; of clusters msticpy's columns, then
        ``ClusterId``, ``FirstEventTime``, ``LastEventTime``, ``Template``, ``ParentCommandLine``, ``Node``, ``auid``, ``ses``,
        ``success``.

    Raises
    ------
    Error
        For a log that cannot be read, and parameters that cannot be used.

    Examples
    --------
    >>> len(auditd("testdata/auditd_log.txt")), len(auditd("testdata/auditd_log.txt", emit="clusters"))
    (830, 14)
    """
    args = {
        "logs": [os.fspath(logs)] if isinstance(logs, (str, os.PathLike)) else [os.fspath(path) for path in logs],
        "app": app,
        "app_regex": app_regex,
        "since": _time(since),
        "until": _time(until),
        "time_format": time_format,
        "time_zone": time_zone,
        "emit": emit,
        "records": records,
        "compat": compat,
        "threads": threads,
        "progress": progress,
    }
    return table(_oddsift.auditd(args))


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
        The columns of the input, then the features; a data frame of pandas keeps its index if no row is left out.

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
    return table(_oddsift.features(reading(data, options), recipe, names(text)), data, row_by_row=True)


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
    return table(_oddsift.hunt(reading(data, options), args), data)


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
    space = _space(scale, min_samples, metric, weight, eps, work_limit, time_column, count_distinct, template)
    args = {"emit": emit, "with_input": with_input, "save_model": _path(save_model)}
    recipe = _recipe(features, path_separator, force, delimiters, token_delimiter, ord_scale, compat)
    return table(_oddsift.cluster(reading(data, options), recipe, space, args), data)


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
    return table(_oddsift.outliers(reading(data, options), recipe, args), data)


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
    return table(_oddsift.stack(reading(data, options), args), data)


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
    return table(_oddsift.series(reading(data, options), args, stl), data)


def eps(
    data: Data,
    *,
    features: str | Iterable[str] | None = None,
    min_samples: int = 2,
    scale: str | None = None,
    metric: str = "euclidean",
    weight: str | None = None,
    path_separator: str | None = None,
    force: bool = False,
    delimiters: str | None = None,
    token_delimiter: str | None = None,
    ord_scale: float = 1.0,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Returns the distances to the ``min_samples``-th neighbour, and the one that their knee proposes for ``cluster``.

    Parameters
    ----------
    data : path, list of paths, or table
    features, min_samples, scale, metric, weight, path_separator, force, delimiters, token_delimiter, ord_scale, compat
        As of :func:`cluster`.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        ``rank``, the number of rows with this distance or a smaller one, and ``distance``; ``.eps`` is the proposal, or
        ``None`` where the distances have no knee.

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> found = eps("testdata/processes_on_host.csv", scale="robust", features=["commandlineLen", "pathScore"])
    >>> found.columns, found.eps > 0
    (['rank', 'distance'], True)
    """
    space = _space(scale, min_samples, metric, weight)
    recipe = _recipe(features, path_separator, force, delimiters, token_delimiter, ord_scale, compat)
    return table(_oddsift.eps(reading(data, options), recipe, space), data)


def report(
    data: Data,
    *,
    features: str | Iterable[str] | None = None,
    known: Data | None = None,
    eps: float | str | None = None,
    min_samples: int = 2,
    scale: str | None = None,
    metric: str = "euclidean",
    weight: str | None = None,
    work_limit: int | None = None,
    time_column: str | None = None,
    count_distinct: str | Iterable[str] | None = None,
    template: str | None = None,
    seed: int | None = None,
    title: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    cut_off: int | None = None,
    plot_features: Iterable[str] | None = None,
    plot_label: str | None = None,
    path_separator: str | None = None,
    force: bool = False,
    delimiters: str | None = None,
    token_delimiter: str | None = None,
    ord_scale: float = 1.0,
    **options: Unpack[Reading],
) -> Page:
    """Makes an offline page about rows: what to read first, clusters, outliers and times.

    Parameters
    ----------
    data : path, list of paths, or table
    known : path or table, optional
        What was seen before, which is left out of what to read first: a log, or a model of :func:`hunt`.
    features, eps, min_samples, scale, metric, weight, work_limit, time_column, count_distinct, template, \
    path_separator, force, delimiters, token_delimiter, ord_scale
        As of :func:`cluster`.
    seed : int, optional
        Seed of the forest of outliers.
    title, xlabel, ylabel : str, optional
        Title of the page [default: it names the input], labels of the axes.
    cut_off : int, optional
        Clusters of fewer rows are set apart in the picture [default: 3].
    plot_features : two names, optional
        The features on the axes of pictures.
    plot_label : str, optional
        Column whose text tells what an event is.
    **options
        See :class:`Reading`.

    Returns
    -------
    Page
        Shows itself in a notebook; ``.save("report.html")`` writes it.

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> "What to read first" in report("testdata/processes_on_host.csv").html
    True
    """
    space = _space(scale, min_samples, metric, weight, eps, work_limit, time_column, count_distinct, template)
    recipe = _recipe(features, path_separator, force, delimiters, token_delimiter, ord_scale, None)
    look = {
        "title": title,
        "xlabel": xlabel,
        "ylabel": ylabel,
        "features": names(plot_features),
        "label": plot_label,
        "cut_off": cut_off,
    }
    page, said = _oddsift.report(reading(data, options), recipe, space, {"known": other(known), "seed": seed}, look)
    for warning in said:
        warnings.warn(warning, DataWarning, stacklevel=2)
    return Page(page)


def periods(
    data: Data,
    *,
    time_column: str | None = None,
    anomalies_column: str = "anomalies",
    threshold: float | None = None,
    threshold_low: float | None = None,
    merge: str = "1h",
    both: bool = False,
    query: str | None = None,
    query_column: str | None = None,
    compat: str | None = None,
    **options: Unpack[Reading],
) -> Table:
    """Joins the anomalies that ``series`` found to periods of time.

    Parameters
    ----------
    data : path, list of paths, or table
        A result of :func:`series`, or any table of times and flags.
    time_column : str, optional
        Column of the time [default: the first known one].
    anomalies_column : str, default "anomalies"
        Column that is 1 for a spike, -1 for a dip and 0 for neither.
    threshold, threshold_low : float, optional
        Judge by the column ``score`` and this threshold instead; that of dips, if it is another.
    merge : str, default "1h"
        Width of an anomaly, such as ``"30min"`` or ``"1D"``; those that are near each other are joined.
    both : bool, default False
        Dips, too.
    query : {"kql", "spl", "sql"}, optional
        A filter of a query language, in ``.query`` of the result.
    query_column : str, optional
        Column of the time in the query [default: that of the input; in SPL ``_time``, in seconds].
    compat : "msticpy", optional
        Do as msticpy does where it differs: a low threshold of 0 is none, its form of KQL.
    **options
        See :class:`Reading`.

    Returns
    -------
    Table
        ``start`` and ``end`` of each period, in the order of time.

    Raises
    ------
    Error
        For rows or parameters that cannot be used.

    Examples
    --------
    >>> points = series("testdata/time_series.csv", value_column="TotalBytesSent", period=24)
    >>> found = periods(points, query="kql")
    >>> found.columns, found.query.startswith("| where (TimeGenerated >= datetime(")
    (['start', 'end'], True)
    """
    args = {
        "time_column": time_column,
        "anomalies_column": anomalies_column,
        "threshold": threshold,
        "threshold_low": threshold_low,
        "merge": merge,
        "both": both,
        "query": query,
        "query_column": query_column,
        "compat": compat,
    }
    return table(_oddsift.periods(reading(data, options), args), data)


def _space(
    scale: str | None,
    min_samples: int,
    metric: str,
    weight: str | None,
    eps: float | str | None = None,
    work_limit: int | None = None,
    time_column: str | None = None,
    count_distinct: str | Iterable[str] | None = None,
    template: str | None = None,
) -> dict[str, Any]:
    return {
        "scale": scale,
        "min_samples": min_samples,
        "metric": metric,
        "weight": weight,
        "eps": eps,
        "work_limit": work_limit,
        "time_column": time_column,
        "count_distinct": names(count_distinct),
        "template": template,
    }


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
