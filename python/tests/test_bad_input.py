"""Whatever comes in gives the right result, or an exception with words; nothing ends the process."""

from __future__ import annotations

import concurrent.futures
import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import oddsift
import oddsift.sklearn
import oddsift.statsmodels

VERBS = {
    "read": oddsift.read,
    "hunt": oddsift.hunt,
    "cluster": oddsift.cluster,
    "outliers": oddsift.outliers,
    "series": lambda data: oddsift.series(data, count=True, time_column="a"),
    "stack": lambda data: oddsift.stack(data, by="a"),
    "features": lambda data: oddsift.features(data, text="a"),
    "periods": lambda data: oddsift.periods(data, time_column="a", anomalies_column="b"),
    "eps": oddsift.eps,
    "report": oddsift.report,
    "scan": lambda data: pa.table(oddsift.scan(data)),
}

TABLES = {
    "no rows": pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.int64())}),
    "no columns": pa.table({}),
    "all null": pa.table({"a": pa.nulls(3), "b": pa.nulls(3)}),
    "NaN and infinity": pa.table({"a": [float("nan")] * 3, "b": [float("inf"), -float("inf"), 0.0]}),
    "one name twice": pa.Table.from_arrays([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"]),
    "no name": pa.table({"": [1, 2], "b": [1, 2]}),
    "a name that is hostile": pa.table({"a\x00\x1b[31m\n": [1, 2], "b": ["x", "\ud7ff\uffff"]}),
    "unsigned": pa.table({"a": pa.array([2**64 - 1, 0], pa.uint64()), "b": [1, 2]}),
    "decimals": pa.table({"a": pa.array([decimal.Decimal("1e37"), None], pa.decimal128(38, 0)), "b": [1, 2]}),
    "wide decimals": pa.table({"a": pa.array([decimal.Decimal("1e75"), None], pa.decimal256(76, 0)), "b": [1, 2]}),
    "half floats": pa.table({"a": np.array([1, 2], np.float16), "b": [1, 2]}),
    "bytes that are no text": pa.table({"a": pa.array([b"\xff\xfe", b"x"]), "b": [1, 2]}),
    "lists": pa.table({"a": [[1], [2, 3]], "b": [1, 2]}),
    "records": pa.table({"a": [{"x": 1}, {"x": None}], "b": [1, 2]}),
    "maps": pa.table({"a": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), "b": [1, 2]}),
    "dates": pa.table({"a": [datetime.date(1, 1, 1), datetime.date(9999, 12, 31)], "b": [1, 2]}),
    "times of day": pa.table({"a": [datetime.time(1), None], "b": [1, 2]}),
    "durations": pa.table({"a": [datetime.timedelta(1), None], "b": [1, 2]}),
    "far times": pa.table({"a": pa.array([2**62, -(2**62)], pa.timestamp("s")), "b": [1, 2]}),
    "dictionaries": pa.table({"a": pa.array(["x", None, "x"]).dictionary_encode(), "b": [1, 2, 3]}),
    "runs": pa.table({"a": pa.RunEndEncodedArray.from_arrays([1, 3], ["x", "y"]), "b": [1, 2, 3]}),
    "sliced": pa.table({"a": ["x", "y", "z"] * 9, "b": range(27)}).slice(5, 7),
    "many chunks": pa.table({"a": pa.chunked_array([["x"]] * 50), "b": pa.chunked_array([[1]] * 50)}),
}


@pytest.mark.filterwarnings("ignore::oddsift.DataWarning")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", VERBS)
def test_odd_tables_give_a_result_or_words(verb, table):
    try:
        found = VERBS[verb](TABLES[table])
    except (oddsift.Error, pa.ArrowException) as error:
        assert len(str(error)) > 20 and "panicked" not in str(error)
        assert "\x1b" not in str(error)
    else:
        assert isinstance(found, (oddsift.Table, oddsift.Page, pa.Table))


FRAMES = {
    "objects of several kinds": pd.DataFrame({"a": ["x", 1, None, 2.5]}),
    "objects of no kind": pd.DataFrame({"a": [object(), object()]}),
    "huge numbers": pd.DataFrame({"a": [10**30, 1]}),
    "bytes that are no text": pd.DataFrame({"a": [b"\xff", "x"]}),
    "half a character": pd.DataFrame({"a": ["\ud800", "x"]}),
    "complex numbers": pd.DataFrame({"a": np.array([1j, 2])}),
    "columns that are numbers": pd.DataFrame([[1, 2], [3, 4]]),
    "columns on two levels": pd.DataFrame({("a", "x"): [1, 2], ("a", "y"): [1, 2]}),
    "one name twice": pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
    "no rows": pd.DataFrame({"a": []}),
    "nothing": pd.DataFrame(),
    "periods": pd.DataFrame({"a": pd.period_range("2020", periods=2, freq="D")}),
    "intervals": pd.DataFrame({"a": pd.interval_range(0, 2)}),
    "sparse": pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}),
}


@pytest.mark.filterwarnings("ignore::oddsift.DataWarning")
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("verb", [oddsift.read, oddsift.cluster, oddsift.hunt])
def test_odd_data_frames_give_a_result_or_words(verb, frame):
    try:
        assert isinstance(verb(FRAMES[frame]), pd.DataFrame)
    except oddsift.Error as error:
        assert len(str(error)) > 20 and "panicked" not in str(error)


class Lies:
    """Says that it hands over a stream of Arrow."""

    def __init__(self, stream: object) -> None:
        self.stream = stream

    def __arrow_c_stream__(self, requested_schema=None):
        if isinstance(self.stream, Exception):
            raise self.stream
        return self.stream


@pytest.mark.parametrize("stream", [None, 3, "x", ValueError("as a test asked"), object()])
def test_what_hands_over_no_stream_is_an_error(stream):
    with pytest.raises((oddsift.Error, TypeError, ValueError)) as raised:
        oddsift.cluster(Lies(stream))
    assert "panicked" not in str(raised.value)


def test_stream_that_fails_on_its_way_is_an_error():
    def batches():
        yield pa.record_batch({"a": [1]})
        raise ValueError("as a test asked")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("a", pa.int64())]), batches())
    with pytest.raises(oddsift.Error, match="as a test asked"):
        oddsift.cluster(reader)


def test_stream_is_read_once():
    table = pa.table({"a": [1, 2, 1]})
    stream = table.__arrow_c_stream__()
    oddsift.read(Lies(stream))
    with pytest.raises((oddsift.Error, ValueError)):
        oddsift.read(Lies(stream))


@pytest.mark.parametrize("X", [np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 2)), np.zeros((2, 0)), [["a"]], [[1j]], [[np.nan]]])
@pytest.mark.parametrize("model", [oddsift.sklearn.DBSCAN, oddsift.sklearn.IsolationForest])
def test_wrong_shapes_are_errors_of_models(model, X):
    with pytest.raises((ValueError, TypeError)):
        model().fit(X)


@pytest.mark.parametrize("y", [np.zeros((3, 3)), ["a", "b"], np.full(50, np.inf), None])
def test_wrong_shapes_are_errors_of_series(y):
    with pytest.raises((ValueError, TypeError, oddsift.Error)):
        oddsift.statsmodels.STL(y, period=12).fit()


def test_arrays_in_any_layout_give_the_same():
    X = np.random.default_rng(0).normal(size=(300, 4))
    expected = oddsift.sklearn.DBSCAN(eps=0.9).fit_predict(X)
    layouts = [np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], X.astype(">f8"), np.hstack([X, X])[:, :4], X[::-1][::-1]]
    for layout in layouts:
        np.testing.assert_array_equal(oddsift.sklearn.DBSCAN(eps=0.9).fit_predict(layout), expected)
    readonly = X.copy()
    readonly.flags.writeable = False
    np.testing.assert_array_equal(oddsift.sklearn.DBSCAN(eps=0.9).fit_predict(readonly), expected)


def test_all_sources_on_eight_threads_at_once(processes):
    frame, table = pd.read_csv(processes), oddsift.read(processes).to_arrow()
    sources = [processes, frame, table, pl.from_arrow(table)] * 4
    expected = oddsift.cluster(processes).labels.tolist()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for found in pool.map(oddsift.cluster, sources):
            assert found.labels.tolist() == expected
