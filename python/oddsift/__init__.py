"""Finds unusual security events: ranked lists, clusters, outliers, rare combinations and time series.

Every verb of the tool ``oddsift`` is a function here, with the flags of the verb as keyword arguments. Rows come from
files of any format that the tool reads, or from anything that hands over Arrow: pandas, polars, pyarrow, a DuckDB
relation. Results are a :class:`Table`, which any of these libraries takes.

>>> import oddsift
>>> found = oddsift.hunt("testdata/processes_on_host.csv", top=3)
>>> len(found), found.columns[:3]
(3, ['finding', 'rank', 'row'])
"""

from ._model import Model, load, merge, score
from ._oddsift import Error, __version__
from ._page import Page
from ._reading import DataWarning, Reading
from ._table import Counts, Table
from ._verbs import (
    Scan,
    auditd,
    cluster,
    eps,
    features,
    hunt,
    outliers,
    periods,
    read,
    report,
    scan,
    schemas,
    series,
    stack,
)

__all__ = [
    "Counts",
    "DataWarning",
    "Error",
    "Model",
    "Page",
    "Reading",
    "Scan",
    "Table",
    "__version__",
    "auditd",
    "cluster",
    "eps",
    "features",
    "hunt",
    "load",
    "merge",
    "outliers",
    "periods",
    "read",
    "report",
    "scan",
    "schemas",
    "score",
    "series",
    "stack",
]
