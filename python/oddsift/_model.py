"""Saved models."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import _oddsift
from ._reading import Data, PathLike, reading
from ._table import Table, table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._reading import Reading


class Model:
    """A saved model, read from its file; a path to it wherever a path is taken.

    Attributes
    ----------
    path : str
        The file.
    facts : dict of str
        What the model is, and what it was made of: its kind, features, format, tool, sources, rows, times, the SHA-256 of
        the file. What a file says of its origin is as trustworthy as the file.
    """

    __slots__ = ("_loaded", "facts", "path")

    def __init__(self, path: PathLike) -> None:
        self.path = os.fspath(path)
        self._loaded = _oddsift.LoadedModel.read(self.path)
        self.facts: dict[str, str] = dict(self._loaded.facts())

    def score(
        self,
        data: Data,
        *,
        with_input: bool = False,
        only: str | None = None,
        seen: PathLike | None = None,
        forget_after: str = "90d",
        **options: Unpack[Reading],
    ) -> Table:
        """Judges rows by the model: each row, or as a nightly job what is new.

        Parameters
        ----------
        data : path, list of paths, or table
        with_input : bool, default False
            The columns of the input, too.
        only : "new", optional
            Only what the model does not know: a line for each pattern, with its count, an id and reasons.
        seen : path, optional
            With ``only="new"``: a file of ids; lines whose ids it holds are left out, the others are added. It is written
            last, and whole or not at all.
        forget_after : str, default "90d"
            Ids that no call met for so long are forgotten; at most 1,000,000 are kept.
        **options
            See :class:`Reading`.

        Returns
        -------
        Table
            By clusters ``row``, ``ClusterId`` (-1 is near no cluster), ``NearestCluster``, ``NearestTemplate``,
            ``NearestEps``, ``NearestFeature``, ``Reason``; by a forest ``row``, ``score``, ``decision``, ``outlier``; by
            ``only="new"`` ``id``, ``row``, columns of the input, how far it is, ``count``, ``first``, ``last``,
            ``reasons``. ``counts`` has what a nightly job checks.

        Raises
        ------
        Error
            For rows or a model that cannot be used; a history of ``hunt`` has no scores.

        Examples
        --------
        >>> import oddsift, tempfile
        >>> path, events = f"{tempfile.mkdtemp()}/model.json", "testdata/processes_on_host.csv"
        >>> _ = oddsift.cluster(events, save_model=path)
        >>> oddsift.load(path).score(events).counts.rows
        363
        """
        args = {
            "with_input": with_input,
            "only": only,
            "seen": None if seen is None else os.fspath(seen),
            "forget_after": forget_after,
        }
        return table(_oddsift.score(self._loaded, reading(data, options), args), data)

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"<oddsift.Model {self.path}: {self.facts['kind']}>"

    def __reduce__(self) -> tuple[type[Model], tuple[str]]:
        return Model, (self.path,)


def load(path: PathLike) -> Model:
    """Reads a model of ``cluster``, ``outliers`` or ``hunt``, of the tool, of a bare forest, or scikit-learn's export.

    Parameters
    ----------
    path : path
        A file that ``save_model`` wrote, here or in the tool. It is checked as if a stranger wrote it.

    Returns
    -------
    Model

    Raises
    ------
    Error
        For a file that is no model.

    Examples
    --------
    >>> import oddsift, tempfile
    >>> path = f"{tempfile.mkdtemp()}/model.json"
    >>> _ = oddsift.outliers("testdata/processes_on_host.csv", save_model=path)
    >>> load(path).facts["kind"]
    'outliers, for `score`'
    """
    return Model(path)


def score(model: Model | PathLike, data: Data, **options: object) -> Table:
    """Judges rows by a saved model: ``load(model).score(data, ...)``.

    Parameters
    ----------
    model : Model or path
    data : path, list of paths, or table
    **options
        See :meth:`Model.score`.

    Returns
    -------
    Table

    Raises
    ------
    Error
        As :func:`load` and :meth:`Model.score`.

    Examples
    --------
    >>> import oddsift, tempfile
    >>> path, events = f"{tempfile.mkdtemp()}/model.json", "testdata/processes_on_host.csv"
    >>> _ = oddsift.outliers(events, save_model=path)
    >>> score(path, events).columns
    ['row', 'score', 'decision', 'outlier']
    """
    loaded = model if isinstance(model, Model) else load(model)
    return loaded.score(data, **options)  # type: ignore[arg-type]


def merge(models: PathLike | Iterable[PathLike], save_model: PathLike, *, forget: int | None = None) -> Model:
    """Joins what several hunts saw to one model.

    Parameters
    ----------
    models : list of paths or models
        Files that ``hunt`` saved, of the same columns. Each counts as often as it is named.
    save_model : path
        File to write the model to, whole or not at all.
    forget : int, optional
        Drop what was seen once and more than this many days before the newest event of all.

    Returns
    -------
    Model
        The merged model, for ``hunt(known=..)``.

    Raises
    ------
    Error
        For models that cannot be read or merged.

    Examples
    --------
    >>> import oddsift, tempfile
    >>> folder, events = tempfile.mkdtemp(), "testdata/processes_on_host.csv"
    >>> days = [f"{folder}/monday.json", f"{folder}/tuesday.json"]
    >>> for day in days:
    ...     _ = oddsift.hunt(events, save_model=day)
    >>> week = merge(days, f"{folder}/week.json")
    >>> len(oddsift.hunt(events, known=week))
    0
    """
    paths = [os.fspath(models)] if isinstance(models, (str, os.PathLike)) else [os.fspath(path) for path in models]
    _oddsift.merge(paths, os.fspath(save_model), forget)
    return load(save_model)
