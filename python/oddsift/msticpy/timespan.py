"""``TimeSpan`` of ``msticpy.common.timespan``."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from numbers import Number
from typing import Any

import pandas as pd

from .. import _oddsift

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class TimeSpan:
    """A span of time, made of any two of start, end and period, or of a period that ends now.

    Parameters
    ----------
    *args
        A span, as ``timespan``; or a start, and an end or a period.
    timespan : TimeSpan, tuple of start and end, or object, optional
        An object has at least two of the attributes ``start``, ``end`` and ``period``.
    start, end : datetime or str, optional
        A start alone lasts until now.
    period : timedelta or str, optional
        Such as ``"1D"``, ``"2h 30min"``.
    compat : bool, default True
        As msticpy: pandas reads the texts and guesses what is ambiguous, the period overrides an end that is given with a
        start, a period of zero counts as none, and the end may be before the start. Else what is ambiguous or
        contradictory is an error, a start alone is one, too, and times are in UTC, which a time without a zone is taken for.

    Raises
    ------
    ValueError
        For parts that make no span; with ``compat=False`` it is an :class:`oddsift.Error`, which names the part.

    Examples
    --------
    >>> TimeSpan(start="2024-03-01 10:00", period="1h").end
    Timestamp('2024-03-01 11:00:00')
    >>> TimeSpan(start="2024-03-01 10:00", period="1h", compat=False).end
    datetime.datetime(2024, 3, 1, 11, 0, tzinfo=datetime.timezone.utc)
    """

    __slots__ = ("_end", "_period", "_start")

    def __init__(
        self,
        *args: Any,
        timespan: TimeSpan | tuple[Any, Any] | Any | None = None,
        start: datetime | str | None = None,
        end: datetime | str | None = None,
        period: timedelta | str | None = None,
        compat: bool = True,
    ) -> None:
        if len(args) == 1:
            timespan = args[0]
        elif len(args) == 2:
            start, second = args
            if isinstance(second, (str, datetime)):
                end = second
            elif isinstance(second, (Number, timedelta) if not compat else Number):
                period = second  # type: ignore[assignment]
        if timespan:
            start, end, period = _parts_of(timespan, start, end, period)
        self._period: timedelta | None = None
        if compat:
            self._resolve(start, end, period)
        else:
            self._start, self._end = _strict(start, end, period)

    def _resolve(self, start: Any, end: Any, period: Any) -> None:
        """Takes the parts by msticpy's rules."""
        if not start and not period:
            raise ValueError("start, period", "At least one of 'start' or 'period' must be specified.")
        length = _length(period) if period else None
        self._end, self._start = _time(end, "end"), _time(start, "start")
        if self._start and length:
            self._end = self._start + length
        if self._end is None:
            self._end = datetime.now(timezone.utc)
        if self._start is None and length:
            self._start = self._end - length
        self._period = length

    @property
    def start(self) -> datetime:
        """The first time of the span."""
        return self._start

    @property
    def end(self) -> datetime:
        """The first time after the span."""
        return self._end

    @property
    def period(self) -> timedelta:
        """The time from start to end."""
        if not self._period:
            self._period = self.end - self.start
        return self._period

    def __eq__(self, value: object) -> bool:
        return isinstance(value, TimeSpan) and (self.start, self.end) == (value.start, value.end)

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(start={self.start}, end={self.end}, period={self.period})"


def _parts_of(timespan: Any, start: Any, end: Any, period: Any) -> tuple[Any, Any, Any]:
    """Returns start, end and period with what a span, a tuple or another object adds to them."""
    parts = [getattr(timespan, name, None) for name in ("start", "end", "period")]
    if sum(hasattr(timespan, name) for name in ("start", "end", "period")) >= 2:
        return start or parts[0], end or parts[1], period or parts[2]
    if isinstance(timespan, tuple):
        return timespan[0], timespan[1], period
    return start, end, period


def _time(value: Any, name: str) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return pd.to_datetime(value)
        except ValueError:
            pass
    raise ValueError(f"'{name}' must be a datetime or a datetime string.")


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        try:
            return pd.Timedelta(value).to_pytimedelta()
        except ValueError:
            pass
    raise ValueError("'period' must be a pandas-compatible time period string", " or Python timedelta.")


def _strict(start: Any, end: Any, period: Any) -> tuple[datetime, datetime]:
    """Returns start and end of a span whose parts agree."""
    if isinstance(period, timedelta):
        period = f"{period // timedelta(microseconds=1)}us"
    now = datetime.now(timezone.utc).isoformat()
    span = _oddsift.time_span(_text(start), _text(end), period, now)
    first, last = (EPOCH + timedelta(microseconds=microseconds) for microseconds in span)
    return first, last


def _text(time: Any) -> Any:
    if not isinstance(time, datetime):
        return time
    return (time if time.tzinfo is None else time.astimezone(timezone.utc)).isoformat()
