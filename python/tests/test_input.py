"""Rows of files and of tables in memory give the same results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import oddsift

FEATURES = ["pathScore", "commandlineLen", "commandlineTokensFull"]


def sources(path: str) -> dict[str, object]:
    import duckdb

    table = pyarrow.csv.read_csv(path)
    frame = pd.read_csv(path)
    categories = frame.assign(Account=frame["Account"].astype("category"))
    large = table.cast(pa.schema([(f.name, pa.large_string() if f.type == pa.string() else f.type) for f in table.schema]))
    views = table.cast(pa.schema([(f.name, pa.string_view() if f.type == pa.string() else f.type) for f in table.schema]))
    return {
        "pyarrow": table,
        "batches": pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=50)),
        "large strings": large,
        "string views": views,
        "dictionaries": table.set_column(
            table.schema.get_field_index("Account"), "Account", table["Account"].dictionary_encode()
        ),
        "pandas": frame,
        "pandas with arrow": pd.read_csv(path, dtype_backend="pyarrow"),
        "pandas with categories": categories,
        "pandas with index": frame.set_index(np.arange(len(frame))[::-1]),
        "polars": pl.read_csv(path),
        "duckdb": duckdb.sql(f"select * from read_csv('{path}')"),
        "ours": oddsift.read(path),
        "list": [path],
    }


NAMES = (
    "pyarrow, batches, large strings, string views, dictionaries, pandas, pandas with arrow, pandas with categories, "
    "pandas with index, polars, duckdb, ours, list"
).split(", ")


@pytest.mark.parametrize("name", NAMES)
def test_every_source_gives_the_same_labels_and_lines(processes, name):
    expected = oddsift.cluster(processes)
    source = sources(processes)[name]
    found = oddsift.cluster(source)
    assert found.labels.tolist() == expected.labels.tolist()
    assert found.to_arrow()["ClusterSize"].equals(expected.to_arrow()["ClusterSize"])
    if name != "batches":  # it is read once
        of_file, lines = oddsift.hunt(processes).to_arrow(), oddsift.hunt(source).to_arrow()
        assert lines["rank"].equals(of_file["rank"]) and lines["bits"].equals(of_file["bits"])
        assert lines["reasons"].equals(of_file["reasons"])


def test_forest_needs_two_passes_over_a_stream(processes):
    table = pyarrow.csv.read_csv(processes)
    stream = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    found = oddsift.outliers(stream, features=FEATURES, top=5).to_arrow()
    assert found["score"].equals(oddsift.outliers(processes, features=FEATURES, top=5).to_arrow()["score"])


def test_read_keeps_rows_and_kinds(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pa.table(
        {
            "text": ["a", None, "ü\x1b[31m"],
            "whole": pa.array([1, None, 2**53 + 1]),
            "number": [0.5, float("nan"), -1.0],
            "truth": [True, False, None],
            "time": pa.array([0, 1, None], pa.timestamp("ns", "UTC")),
        }
    )
    pyarrow.parquet.write_table(table, path)
    found = oddsift.read(path).to_arrow()
    assert found.column_names == table.column_names
    for name in ("text", "whole", "truth", "time"):
        assert found[name].to_pylist() == table[name].to_pylist(), name
    assert found["number"].to_pylist() == [0.5, None, -1.0]


def test_result_goes_to_every_library(processes):
    import duckdb

    found = oddsift.stack(processes, by=["Account"], max_count=1000)
    counted = pa.table(found)
    assert counted.num_rows == len(found) and counted.column_names == found.columns
    assert found.to_polars().shape == pl.DataFrame(found).shape == (len(found), 5)
    assert found.to_pandas()["count"].sum() == 363
    relation = duckdb.sql("select sum(count) from counted")
    assert relation.fetchall() == [(363,)]
    assert oddsift.read(found).to_arrow().equals(counted)


def test_frame_of_pandas_3_takes_it(processes):
    if not hasattr(pd.DataFrame, "from_arrow"):
        pytest.skip("pandas before 3 has no DataFrame.from_arrow")
    found = oddsift.stack(processes, by=["Account"], max_count=1000)
    assert len(pd.DataFrame.from_arrow(found)) == len(found)


def test_table_in_a_notebook_is_escaped(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("host,<b>\n<script>alert(1)</script>,\x1b[31m\n")
    page = oddsift.read(path)._repr_html_()
    assert "&lt;script&gt;" in page and "<script>" not in page and "\x1b" not in page and "<th>&lt;b&gt;</th>" in page
    assert "1 rows" in repr(oddsift.read(path))


def test_rows_left_out_are_warned_of(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("bytes,packets\n1,2\n2,many\n3,4\n")
    with pytest.warns(oddsift.DataWarning, match="many"):
        found = oddsift.cluster(path, features=["bytes", "packets"], bad_rows="skip")
    assert found.warnings and len(found.labels) == 2


def test_object_column_of_mixed_kinds_is_an_error():
    frame = pd.DataFrame({"bytes": [1, 2], "what": ["a", 3]})
    with pytest.raises(oddsift.Error, match=r"what.*make the column one type"):
        oddsift.cluster(frame)


def test_huge_numbers_are_an_error():
    frame = pd.DataFrame({"bytes": [1, 10**30]})
    with pytest.raises(oddsift.Error):
        oddsift.cluster(frame)


@pytest.mark.parametrize("source", [3, None, {"a": [1]}, [1, 2], np.zeros((2, 2)), pl.Series([1, 2])])
def test_what_holds_no_rows_is_an_error(source):
    with pytest.raises((TypeError, oddsift.Error)):
        oddsift.cluster(source)


def test_no_rows_are_an_error_with_words():
    with pytest.raises(oddsift.Error, match="<Table>: there are no data rows; give at least one"):
        oddsift.cluster(pa.table({"bytes": pa.array([], pa.int64())}))


def test_missing_values_fail_or_count_as_asked():
    frame = pd.DataFrame({"bytes": [1.0, float("nan"), 1.0], "packets": [1, 1, 1]})
    with pytest.raises(oddsift.Error, match="bytes has no value"):
        oddsift.cluster(frame, features=["bytes", "packets"])
    assert len(oddsift.cluster(frame, features=["bytes", "packets"], missing="zero").labels) == 3


def test_bytes_that_are_no_text_are_replaced_or_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"user,host\n\xff\xfe\xfd,a\nb,c\n")
    try:
        assert len(oddsift.read(path)) == 2
    except oddsift.Error as error:
        assert "rows.csv" in str(error)


def test_known_lines_are_left_out_by_model_and_by_frame(processes, tmp_path):
    model = tmp_path / "known.json"
    oddsift.hunt(processes, save_model=model)
    assert len(oddsift.hunt(processes, known=model)) == 0
    assert len(oddsift.hunt(processes, known=pd.read_csv(processes))) == 0
    assert len(oddsift.hunt(processes, known=model, all=True)) == 150


def test_series_by_period_and_span(time_series):
    found = oddsift.series(time_series, value_column="TotalBytesSent", period=24, every_point=True)
    assert sum(flag != 0 for flag in found.to_arrow()["anomalies"].to_pylist()) == 8
    some = oddsift.series(time_series, value_column="TotalBytesSent", period=24, since="2019-05-10", until="2019-05-20")
    assert 0 < len(some) < len(found)
