"""Where rows come from, and how they are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, TypeGuard, Union

from ._oddsift import Error

if TYPE_CHECKING:
    import pandas


class ArrowStream(Protocol):
    """What hands over its rows by Arrow's C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


PathLike = Union[str, "os.PathLike[str]"]
#: Files, folders or patterns, or rows in memory.
Data = Union[PathLike, Iterable[PathLike], ArrowStream, "pandas.DataFrame"]


class DataWarning(UserWarning):
    """Rows that were left out, or a result that is dubious."""


class Reading(TypedDict, total=False):
    """The keyword arguments that every verb takes: how rows are read.

    Attributes
    ----------
    format
        ``"csv"``, ``"ndjson"``, ``"json"``, ``"zeek"``, ``"w3c"``, ``"auditd"``, ``"evtx"``, ``"parquet"`` or ``"arrow"``
        [default: the one that the content shows].
    delimiter
        Separator of CSV fields, one character or ``"tab"`` [default: found by the header].
    bad_rows
        What a row that cannot be read does: ``"fail"`` ends the call, ``"skip"`` leaves it out with a
        :class:`DataWarning` [default: ``"fail"``].
    missing
        What a blank or NaN in a feature does: ``"fail"``, ``"skip"`` the row, or count as ``"zero"`` [default: ``"fail"``].
    time_format
        Format of times that can be read in several ways, as strptime's: ``"%d/%m/%Y %H:%M"``.
    time_zone
        Zone of times that name none, such as ``"Europe/Berlin"`` [default: UTC].
    threads
        Number of threads, at most 256 [default: all cores]. It changes no result.
    schema
        Layout of the events: ``"auto"``, a name that ``oddsift schemas`` lists, or a file ``FILE.toml`` [default: ``"auto"``].
    map
        Columns that play a role of another: ``{"command_line": "cmd"}``.
    progress
        A function that is called with the step, what is done and the total (0 where it is not known), some 20 times a
        second. An exception in it ends the call and is raised.
    """

    format: str | None
    delimiter: str | None
    bad_rows: str
    missing: str
    time_format: str | None
    time_zone: str | None
    threads: int | None
    schema: PathLike
    map: Mapping[str, str]
    progress: Callable[[str, int, int], object] | None


def reading(data: Data, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the rows, and how they are read, as the Rust side takes them."""
    unknown = options.keys() - Reading.__annotations__.keys()
    if unknown:
        raise TypeError(f"unexpected keyword argument {sorted(unknown)[0]!r}")
    defaults = dict.fromkeys(Reading.__annotations__)
    defaults |= {"bad_rows": "fail", "missing": "fail", "schema": "auto", "map": {}}
    given = {**defaults, **options}
    given["schema"] = os.fspath(given["schema"])
    given["map"] = list(given["map"].items())
    return {"data": source(data), **given}


def source(data: Data) -> Any:
    """Returns a list of paths, or an object that hands over a stream of Arrow."""
    if isinstance(data, (str, os.PathLike)):
        return [os.fspath(data)]
    if is_pandas(data):
        return arrow_of_pandas(data)
    if hasattr(data, "__arrow_c_stream__"):
        return data
    if isinstance(data, (list, tuple)) and all(isinstance(it, (str, os.PathLike)) for it in data):
        return [os.fspath(path) for path in data]
    kind = type(data).__name__
    raise TypeError(f"{kind} holds no rows; give a path, a list of paths, or a table of pandas, polars, pyarrow or DuckDB")


def other(data: Data | None) -> Any:
    """Returns a second input: one path, or an object that hands over a stream of Arrow."""
    if data is None or isinstance(data, (str, os.PathLike)):
        return data
    return source(data)


def is_pandas(data: object) -> TypeGuard[pandas.DataFrame]:
    """Tells whether it is a data frame of pandas, which need not be installed."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def arrow_of_pandas(frame: Any) -> Any:
    """Returns the columns of a data frame in Arrow: numbers as they are, objects by their values; no index."""
    import pyarrow

    try:
        return pyarrow.Table.from_pandas(frame, preserve_index=False)
    except (pyarrow.ArrowException, TypeError, ValueError, OverflowError) as error:
        what = "; ".join(str(part) for part in error.args)
        raise Error(f"<DataFrame>: {what}; make the column one type, such as by .astype(str)") from error


def names(value: str | Iterable[str] | None) -> list[str]:
    """Returns a list of names; a text is one."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
