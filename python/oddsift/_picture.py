"""A picture of a result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._oddsift import Picture as Drawn


class Picture:
    """A picture, which a notebook shows as SVG; no element, style or script in it comes from data.

    Attributes
    ----------
    title : str
        What stands above it.
    """

    __slots__ = ("_drawn",)

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn

    @property
    def title(self) -> str:
        return self._drawn.title

    def to_svg(self) -> str:
        """Returns the picture as SVG."""
        return self._drawn.to_svg()

    def to_html(self) -> str:
        """Returns an interactive page, which needs no network."""
        return self._drawn.to_html()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the picture: SVG, or an interactive page where the name ends in ``.html``."""
        path = Path(path)
        text = self.to_html() if path.suffix.lower() in (".html", ".htm") else self.to_svg()
        path.write_text(text, encoding="utf-8")

    def _repr_html_(self) -> str:
        return self.to_svg()

    def __repr__(self) -> str:
        return f"<oddsift.Picture: {self.title}>"
