"""Offline pages and pictures."""

from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING

from . import _oddsift
from ._oddsift import Error

if TYPE_CHECKING:
    from ._reading import PathLike


class Page:
    """An offline page; of a picture as SVG, too.

    A notebook shows the page in a frame of its own, so that nothing of it touches the notebook.

    Attributes
    ----------
    html : str
        The page, one file that loads nothing.
    svg : str or None
        The picture; ``None`` of a report.
    """

    __slots__ = ("html", "svg")

    def __init__(self, page: str, svg: str | None = None) -> None:
        self.html = page
        self.svg = svg

    def save(self, path: PathLike) -> None:
        """Writes the page, or to a path that ends in ``.svg`` the picture; whole or not at all.

        Parameters
        ----------
        path : path

        Raises
        ------
        Error
            For a file that cannot be written, and for SVG of a report.

        Examples
        --------
        >>> import oddsift, tempfile
        >>> page = oddsift.report("testdata/processes_on_host.csv")
        >>> page.save(f"{tempfile.mkdtemp()}/report.html")
        """
        is_svg = os.fspath(path).lower().endswith(".svg")
        if is_svg and self.svg is None:
            raise Error(f"{os.fspath(path)}: a report is a page; save it as .html")
        _oddsift.write_whole(os.fspath(path), self.svg if is_svg and self.svg else self.html)

    def __repr__(self) -> str:
        return f"<oddsift.Page: {len(self.html)} characters>"

    def _repr_html_(self) -> str:
        # Sandboxed: a script of the page runs, and sees nothing of the notebook.
        page = html.escape(self.html)
        return f'<iframe srcdoc="{page}" sandbox="allow-scripts" width="100%" height="640" style="border:0"></iframe>'
