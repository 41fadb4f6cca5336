"""Results as data frames of pandas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import polars
    import pyarrow

    from ._page import Page
    from ._table import Table


class PandasTable(pd.DataFrame):
    """A result as a data frame of pandas, for what came in as one; what is made of it is a plain data frame.

    It has what a :class:`~oddsift.Table` has: ``notes``, ``warnings``, ``labels``, ``eps``, ``query``, ``counts``,
    ``to_arrow()``, ``to_polars()`` and ``to_pandas()``; ``plot()`` draws ours, ``to_pandas().plot`` that of pandas.
    """

    _metadata = ["_result", "counts", "eps", "labels", "notes", "query", "warnings"]  # noqa: RUF012 - pandas asks for a list

    def __init__(self, result: Table, index: pd.Index | None = None) -> None:
        frame = result.to_pandas()
        super().__init__(frame if index is None else frame.set_axis(index), copy=False)  # type: ignore[call-arg]
        self._result = result
        for name in ("counts", "eps", "labels", "notes", "query", "warnings"):
            setattr(self, name, getattr(result, name))

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    @property
    def plot(self) -> Callable[..., Page]:  # type: ignore[override]
        return self._result.plot

    def to_pandas(self) -> pd.DataFrame:
        """Returns the plain data frame; its values are not copied."""
        return pd.DataFrame(self, copy=False)

    def to_arrow(self) -> pyarrow.Table:
        """Returns the result as it was found, as a table of pyarrow; nothing is copied."""
        return self._result.to_arrow()

    def to_polars(self) -> polars.DataFrame:
        """Returns the result as it was found, as a data frame of polars; nothing is copied."""
        return self._result.to_polars()

    def __reduce__(self) -> Any:
        return self.to_pandas().__reduce__()
