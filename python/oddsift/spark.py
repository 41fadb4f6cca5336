"""The functions of oddsift in the SQL of `Spark <https://pypi.org/project/pyspark/>`_ 4.1 or later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._sql import FUNCTIONS, columns_to_column, type_in_sql, type_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["register"]

_SCALARS = {
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.binary(): "binary",
    pa.timestamp("us", "UTC"): "timestamp",
}


def register(session: SparkSession) -> None:
    """Registers the functions of a row on a session, as functions over Arrow.

    They have the names, arguments and values of those of the crate ``oddsift-datafusion``. Spark has no unsigned numbers, so
    counts and hashes are ``bigint``. The package must be installed where the workers are, and a model that a query names
    must lie there, at the same path.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        Functions of these names that it has are replaced.

    Examples
    --------
    In a session ``spark``::

        oddsift.spark.register(spark)
        spark.sql("SELECT mask('ping -n 4 10.0.0.7')").show()
    """
    from pyspark.sql.functions import arrow_udf

    over_arrow: Any = arrow_udf  # its types know no function of any number of columns that is not written out
    for name in FUNCTIONS:
        kind = in_spark(type_of(name))
        returns = type_in_sql(kind, _SCALARS, "struct<{}>", "{name}: {type}", "array<{}>")
        session.udf.register(name, over_arrow(_cast(columns_to_column(name), kind), returns))


def in_spark(kind: pa.DataType) -> pa.DataType:
    """Returns the type of Arrow that Spark has for a type: signed numbers, small strings, microseconds."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(in_spark(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(in_spark(kind.value_type))
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC")
    return {pa.large_string(): pa.string(), pa.binary(16): pa.binary()}.get(kind, kind)


def _cast(function: Callable[..., Any], kind: pa.DataType) -> Any:
    def cast(*columns: pa.Array) -> pa.Array:
        return function(*columns).cast(kind)

    return cast
