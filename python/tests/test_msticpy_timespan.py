"""Spans of time are msticpy's, or the right ones."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pandas as pd
import pytest

msticpy = pytest.importorskip("msticpy.common.timespan", exc_type=ImportError)

import oddsift
from oddsift.msticpy import TimeSpan

DAY = datetime(2024, 3, 1, tzinfo=timezone.utc)
STARTS = [None, "2024-03-01", "2024-03-01T00:00:00+01:00", "03/04/2024", DAY, pd.Timestamp(DAY), "foo", 5]
ENDS = [None, "2024-02-01", "2024-03-02 10:00", DAY + timedelta(days=2), "bar"]
PERIODS = [None, "1D", "2h 30min", "-1h", "0s", timedelta(hours=5), timedelta(0), "some length", 1]


def outcome(span, **parts):
    """Start, end and period, or the error."""
    try:
        made = span(**parts)
        return [made.start, made.end, made.period]
    except (ValueError, TypeError) as error:
        return [type(error), *error.args]


def is_near(found, expected):
    """Whether they are equal, but for the time between two calls of what depends on now."""
    if found == expected or not isinstance(found, (datetime, timedelta)):
        return found == expected
    return type(found) is type(expected) and abs(found - expected) < timedelta(minutes=1)


@pytest.mark.parametrize("start", STARTS)
def test_spans_are_theirs(start):
    for end, period in itertools.product(ENDS, PERIODS):
        parts = {"start": start, "end": end, "period": period}
        pairs = zip(outcome(TimeSpan, **parts), outcome(msticpy.TimeSpan, **parts), strict=True)
        assert all(is_near(*pair) for pair in pairs), parts


@pytest.mark.parametrize(
    "args",
    [
        (("2024-03-01", "2024-03-02"),),
        ("2024-03-01", "2024-03-02"),
        (DAY, DAY + timedelta(days=1)),
        (DAY, 5),
        (SimpleNamespace(start=DAY, end="2024-03-03", period=None),),
        (SimpleNamespace(start=DAY, period="2D"),),
        (msticpy.TimeSpan(start=DAY, period="1h"),),
        (SimpleNamespace(start=DAY),),
        (),
    ],
)
def test_arguments_without_names_are_theirs(args):
    made = []
    for span in (TimeSpan, msticpy.TimeSpan):
        try:
            made.append(repr(span(*args)))
        except (ValueError, TypeError) as error:
            made.append(str(error))
    assert made[0] == made[1]


def test_equal_spans_are_one():
    span = TimeSpan(start=DAY, period="1h")
    assert span == TimeSpan(span) and hash(span) == hash(TimeSpan(timespan=span))
    assert span != TimeSpan(start=DAY, period="2h") and span != "span"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"start": "2024-03-01", "end": "2024-03-02"}, (DAY, DAY + timedelta(days=1))),
        ({"start": DAY, "period": "90min"}, (DAY, DAY + timedelta(minutes=90))),
        ({"end": "2024-03-01T01:00+01:00", "period": timedelta(hours=1)}, (DAY - timedelta(hours=1), DAY)),
        ({"start": DAY, "end": DAY + timedelta(hours=1), "period": "1h"}, (DAY, DAY + timedelta(hours=1))),
        ({"start": DAY, "period": "0s"}, (DAY, DAY)),
        ({"start": DAY.timestamp().__str__(), "period": "1h"}, (DAY, DAY + timedelta(hours=1))),
    ],
)
def test_right_spans(parts, expected):
    span = TimeSpan(**parts, compat=False)
    assert (span.start, span.end) == expected and span.period == expected[1] - expected[0]


def test_period_alone_ends_now():
    span = TimeSpan(period="1D", compat=False)
    assert span.period == timedelta(days=1) and abs(span.end - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert TimeSpan(DAY, timedelta(days=1), compat=False).end == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "start"),
        ({"start": DAY}, "period"),
        ({"start": "03/04/2024", "period": "1h"}, "start: .*03/04/2024"),
        ({"start": DAY, "end": DAY - timedelta(1)}, "before"),
        ({"start": DAY, "end": DAY + timedelta(1), "period": "1h"}, "1h"),
        ({"start": "2024-03-01", "end": DAY}, "zone"),
        ({"period": "some length"}, "period: "),
    ],
)
def test_parts_that_make_no_span_are_an_error(parts, message):
    with pytest.raises(oddsift.Error, match=message):
        TimeSpan(**parts, compat=False)
