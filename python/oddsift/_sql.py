"""The functions that SQL engines are given, with their arguments and the types of their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ._oddsift import sql_function

#: The types in which an engine with fixed types passes an argument.
TEXT, NUMBER, TIME = pa.string_view(), pa.float64(), pa.timestamp("ns", "UTC")


@dataclass(frozen=True)
class Function:
    """A function of a row: its arguments, and how many of them a call must have.

    ``is_open`` functions take any number of further features.
    """

    arguments: dict[str, pa.DataType]
    n_required: int
    is_open: bool = False


FUNCTIONS: dict[str, Function] = {
    "char_ord_score": Function({"text": TEXT, "scale": NUMBER}, 1),
    "cluster_of": Function({"model": TEXT}, 1, is_open=True),
    "crc32_hash": Function({"text": TEXT}, 1),
    "delim_count": Function({"text": TEXT, "delimiters": TEXT}, 1),
    "delim_hash": Function({"text": TEXT, "delimiters": TEXT}, 1),
    "iforest_score": Function({"model": TEXT}, 1, is_open=True),
    "mask": Function({"text": TEXT}, 1),
    "process_features": Function({"path": TEXT, "command_line": TEXT, "session": TEXT, "path_separator": TEXT}, 3),
    "process_rarity": Function({"model": TEXT, "path": TEXT, "parent_path": TEXT, "command_line": TEXT}, 4),
    "program_of": Function({"path": TEXT}, 1),
    "stl_anomalies": Function({"values": pa.list_(NUMBER), "period": TEXT, "threshold": NUMBER, "score": TEXT}, 2),
    "time_bucket": Function({"time": TIME, "bucket": TEXT}, 2),
    "token_count": Function({"text": TEXT, "delimiter": TEXT}, 1),
    "vector_hash": Function({}, 0, is_open=True),
}


def type_of(name: str) -> pa.DataType:
    """Returns the type of the values of a function: that of no rows."""
    function = FUNCTIONS[name]
    kinds = list(function.arguments.values())[: function.n_required] or [NUMBER]
    return columns_to_column(name)(*(pa.array([], kind) for kind in kinds)).type


def columns_to_column(name: str) -> Callable[..., Any]:
    """Returns the function over arrays of pyarrow, one a column, which gives an array."""

    def function(*columns: Any) -> Any:
        return pa.array(sql_function(name, list(columns)))

    function.__name__ = name
    return function


def type_in_sql(kind: pa.DataType, scalars: dict[pa.DataType, str], struct: str, field: str, listed: str) -> str:
    """Returns the name of a type of Arrow in the words of an engine."""
    words = (scalars, struct, field, listed)
    if pa.types.is_struct(kind):
        fields = (field.format(name=item.name, type=type_in_sql(item.type, *words)) for item in kind)
        return struct.format(", ".join(fields))
    if pa.types.is_list(kind):
        return listed.format(type_in_sql(kind.value_type, *words))
    return scalars[kind]
