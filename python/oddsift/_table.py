"""The result of a verb."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ._oddsift import Error
from ._page import Page
from ._reading import DataWarning, is_pandas, names

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas
    import polars
    import pyarrow

    from ._oddsift import Frame, Picture

#: The rows that a notebook shows.
SHOWN_ROWS = 50


class Counts(NamedTuple):
    """What a nightly job checks.

    Attributes
    ----------
    rows, new_rows : int
        The rows, and those of them that are new to the model.
    newest : str or None
        The newest time of an event that is not in the future, as ISO 8601.
    """

    rows: int
    new_rows: int
    newest: str | None


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
        Of ``cluster`` and of ``score`` by clusters: the cluster of each row that was not left out, -1 for noise.
    eps : float or None
        Of ``eps``: the distance that the knee proposes, if there is one.
    query : str or None
        Of ``periods``: the filter of the query language that was asked for.
    counts : Counts or None
        Of ``score``: the numbers of rows, and the newest time.
    """

    __slots__ = ("_frame", "_picture", "counts", "eps", "labels", "notes", "query", "warnings")

    def __init__(self, found: dict[str, Any]) -> None:
        self._frame: Frame = found["frame"]
        self.notes: list[str] = found["notes"]
        self.warnings: list[str] = found["warnings"]
        self.labels: npt.NDArray[np.int64] | None = found["labels"]
        self.eps: float | None = found["eps"]
        self.query: str | None = found["query"]
        self.counts = None if found["counts"] is None else Counts(*found["counts"])
        self._picture: Picture | None = found["picture"]

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

    def plot(
        self,
        *,
        features: Iterable[str] | None = None,
        label: str | None = None,
        cut_off: int | None = None,
        title: str | None = None,
        xlabel: str | None = None,
        ylabel: str | None = None,
    ) -> Page:
        """Draws the result of ``cluster``, ``outliers``, ``series`` or ``eps``, as an offline page and as SVG.

        Parameters
        ----------
        features : two names, optional
            The features on the axes, of clusters and outliers [default: those that tell most].
        label : str, optional
            Column whose text is beside the points, of clusters and outliers.
        cut_off : int, optional
            Clusters of fewer rows are set apart [default: 3].
        title, xlabel, ylabel : str, optional
            Title of the picture, labels of its axes.

        Returns
        -------
        Page
            Shows itself in a notebook; ``.save("found.html")`` or ``.save("found.svg")`` writes it.

        Raises
        ------
        Error
            For a result without a picture, and for names that it has not.

        Examples
        --------
        >>> import oddsift
        >>> picture = oddsift.cluster("testdata/processes_on_host.csv").plot(title="host 1")
        >>> picture.svg[:4]
        '<svg'
        """
        if self._picture is None:
            raise Error("this result has no picture; cluster, series, eps and outliers (of emit='outliers') have one")
        look = {
            "features": names(features),
            "label": label,
            "cut_off": cut_off,
            "title": title,
            "xlabel": xlabel,
            "ylabel": ylabel,
        }
        svg, page = self._picture.draw(look)
        return Page(page, svg)

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


def table(found: dict[str, Any], data: object = None, *, row_by_row: bool = False) -> Table:
    """Returns a result of the Rust side, with its warnings given; as a data frame of pandas where one came in.

    ``row_by_row`` says that the result has the rows of the input, so that it takes their index unless some were left out.
    """
    for warning in found["warnings"]:
        warnings.warn(warning, DataWarning, stacklevel=3)
    result = Table(found)
    if is_pandas(data):
        from ._pandas import PandasTable

        index = data.index if row_by_row and len(data) == len(result) else None
        return PandasTable(result, index)  # type: ignore[return-value] # it has all that a Table has
    return result
