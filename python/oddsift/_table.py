"""The result of a verb."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas
    import polars
    import pyarrow

    from ._oddsift import Frame

#: The rows that a notebook shows.
SHOWN_ROWS = 50


class Table:
    """Rows of a result, in Arrow.

    ``pyarrow.table(t)``, ``polars.DataFrame(t)``, ``pandas.DataFrame.from_arrow(t)`` and DuckDB take it without a copy.
    The columns are those that the tool prints by ``-t csv``; whole numbers are ``int64``, others ``float64``, times
    ``timestamp[ns, UTC]``, texts ``string``, and what is missing is null.

    Attributes
    ----------
    columns : list of str
        The names of the columns.
    notes : list of str
        What was taken of the input, and what was found.
    warnings : list of str
        Rows that were left out, and what is dubious; each was a :class:`~oddsift.DataWarning`, too.
    labels : numpy.ndarray of int64, shape (n_rows,), or None
        Of ``cluster``: the cluster of each row that was not left out, -1 for noise.
    """

    __slots__ = ("_frame", "labels", "notes", "warnings")

    def __init__(self, found: dict[str, Any]) -> None:
        self._frame: Frame = found["frame"]
        self.notes: list[str] = found["notes"]
        self.warnings: list[str] = found["warnings"]
        self.labels: npt.NDArray[np.int64] | None = found["labels"]

    @property
    def columns(self) -> list[str]:
        return self._frame.columns

    def __len__(self) -> int:
        return len(self._frame)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> pyarrow.Table:
        """Returns a table of pyarrow; nothing is copied."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """Returns a data frame of pandas, by pyarrow."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """Returns a data frame of polars; nothing is copied."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        about = "".join(f"\n{note}" for note in self.notes)
        return f"<oddsift.Table: {len(self)} rows, columns {', '.join(self.columns)}>{about}"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        rows = [
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._frame.texts(SHOWN_ROWS)
        ]
        more = len(self) - len(rows)
        tail = f"<p>{more} more rows</p>" if more else ""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes + self.warnings)
        return f"{notes}<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{tail}"
