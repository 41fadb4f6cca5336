"""The functions of oddsift in the SQL of `DuckDB <https://pypi.org/project/duckdb/>`_.

>>> import duckdb, oddsift.duckdb
>>> connection = duckdb.connect()
>>> oddsift.duckdb.register(connection)
>>> connection.sql("SELECT mask('ping -n 4 10.0.0.7')").fetchall()
[('ping -n <num> <ip>',)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._sql import FUNCTIONS, columns_to_column, type_in_sql, type_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["register"]

_SCALARS = {
    pa.int64(): "BIGINT",
    pa.uint64(): "UBIGINT",
    pa.uint32(): "UINTEGER",
    pa.float64(): "DOUBLE",
    pa.large_string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.binary(16): "BLOB",
}


def register(connection: DuckDBPyConnection) -> None:
    """Registers the functions of a row on a connection, over Arrow.

    They have the names, arguments and values of those of the crate ``oddsift-datafusion``, ``time_bucket`` excepted, which
    is a function of DuckDB's own. Columns are handed over as Arrow, 2,048 rows at a time.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        It must not have functions of these names yet.

    Examples
    --------
    >>> import duckdb, oddsift.duckdb
    >>> connection = duckdb.connect()
    >>> oddsift.duckdb.register(connection)
    >>> connection.sql("SELECT delim_count('cmd.exe /c dir'), delim_count('a-b', '-')").fetchall()
    [(4, 1)]
    """
    create: Any = connection.create_function  # its types know no words, and are another's in each version
    for name in FUNCTIONS:
        if name != "time_bucket":
            returns = type_in_sql(type_of(name), _SCALARS, "STRUCT({})", '"{name}" {type}', "{}[]")
            # Without types, and with any number of arguments: the function itself says what it does not take.
            create(name, columns_to_column(name), None, returns, type="arrow", null_handling="special")
