"""The functions of oddsift in the SQL of `DataFusion <https://pypi.org/project/datafusion/>`_.

>>> import datafusion, oddsift.datafusion
>>> ctx = datafusion.SessionContext()
>>> oddsift.datafusion.register(ctx)
>>> ctx.sql("SELECT mask('ping -n 4 10.0.0.7') AS masked").to_pydict()
{'masked': ['ping -n <num> <ip>']}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._oddsift import Error, sql_model
from ._sql import FUNCTIONS, NUMBER, TEXT, columns_to_column, type_of

if TYPE_CHECKING:
    from datafusion import SessionContext

__all__ = ["register", "register_as"]


def register(ctx: SessionContext) -> None:
    """Registers the functions of a row on a session.

    They have the names, arguments and values of those of the crate ``oddsift-datafusion``. This package's functions of
    Python have a fixed number of arguments, each of a fixed type: options are left out, and functions of any number of
    features are not there; :func:`register_as` registers these under a name of your own.

    Parameters
    ----------
    ctx : datafusion.SessionContext
        Functions of these names that it has are replaced.

    Examples
    --------
    >>> import datafusion, oddsift.datafusion
    >>> ctx = datafusion.SessionContext()
    >>> oddsift.datafusion.register(ctx)
    >>> ctx.sql("SELECT token_count('cmd.exe /c dir') AS n").to_pydict()
    {'n': [3]}
    """
    for name, function in FUNCTIONS.items():
        if not function.is_open:
            types = list(function.arguments.values())[: function.n_required]
            _register(ctx, name, columns_to_column(name), types, type_of(name))


def register_as(ctx: SessionContext, name: str, function: str, *, types: list[pa.DataType] | None = None, **options: Any) -> None:
    """Registers a function under a name of your own, with some of its arguments given here.

    Parameters
    ----------
    ctx : datafusion.SessionContext
    name : str
        Name in SQL.
    function : str
        ``"iforest_score"``, ``"cluster_of"``, ``"delim_count"`` or another name of the functions of a row.
    types : list of pyarrow.DataType, optional
        Of ``vector_hash``: the types of its features, ``float64`` or ``string`` [default: one number].
    **options
        Arguments by name, such as ``model``, ``scale``, ``delimiters``. A ``model`` is read now, and its content is the one
        that queries use: if the file is another when a further process reads it, the query fails.

    Raises
    ------
    oddsift.Error
        For a function or an argument that is not known, and for a model that cannot be read.

    Examples
    --------
    >>> import datafusion, oddsift.datafusion
    >>> ctx = datafusion.SessionContext()
    >>> oddsift.datafusion.register_as(ctx, "n_parts", "token_count", delimiter="/")
    >>> ctx.sql("SELECT n_parts('/usr/bin/ls') AS n").to_pydict()
    {'n': [4]}
    """
    known = FUNCTIONS.get(function)
    if known is None:
        raise Error(f"{function!r} is no function; known: {', '.join(FUNCTIONS)}")
    unknown = options.keys() - known.arguments.keys()
    if unknown:
        raise Error(f"{function} has no argument {sorted(unknown)[0]!r}; it has {', '.join(known.arguments) or 'features'}")
    # One row, which counts for all; None where the query gives the column. NULL is the default of an option.
    fixed: list[pa.Array | None] = []
    asked: list[pa.DataType] = []
    features = list(types or [NUMBER]) if function == "vector_hash" else []
    for place, (argument, kind) in enumerate(known.arguments.items()):
        if argument == "model":
            pinned, taken = sql_model(function, str(options.get(argument, "")))
            features = [TEXT if is_text else NUMBER for _, is_text in taken] if known.is_open else []
            fixed.append(pa.array([pinned], kind))
        elif argument in options:
            value = options[argument]
            fixed.append(pa.array([str(value) if kind == TEXT else value], kind))
        elif place < known.n_required:
            fixed.append(None)
            asked.append(kind)
        else:
            fixed.append(pa.nulls(1, kind))
    if not asked and not features:
        raise Error(f"{function} is left no argument; leave one to the query")
    compute = columns_to_column(function)

    def call(*columns: Any) -> Any:
        given = iter(columns)
        ordered = [next(given) if column is None else column for column in fixed]
        return compute(*ordered, *given)

    _register(ctx, name, call, [*asked, *features], type_of(function))


def _register(ctx: SessionContext, name: str, function: Any, types: list[pa.DataType], returns: pa.DataType) -> None:
    from datafusion import udf

    ctx.register_udf(udf(function, types, returns, "stable", name))
