"""Rows that are read while they are taken."""

from __future__ import annotations

import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest

import oddsift


def stream(*args: object, **options: object) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_stream(oddsift.scan(*args, **options))


def test_scan_gives_what_read_gives(processes):
    scan = oddsift.scan(processes)
    expected = oddsift.read(processes).to_arrow()
    assert pa.table(scan).equals(expected)
    assert pl.DataFrame(scan).shape == expected.shape  # once more, from the beginning
    assert oddsift.cluster(scan).labels.tolist() == oddsift.cluster(processes).labels.tolist()


def test_scan_is_in_parts(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "".join(f"{row},x\n" for row in range(100_000)))
    batches = list(stream(path))
    assert len(batches) > 10 and sum(batch.num_rows for batch in batches) == 100_000
    rows = [int(value) for batch in batches for value in batch["a"].to_pylist()]
    assert rows == list(range(100_000))


def test_scan_that_nobody_takes_ends(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a\n" + "1\n" * 300_000)
    reader = stream(path)
    assert reader.read_next_batch().num_rows > 0
    del reader
    path.unlink()


def test_error_ends_the_stream_with_its_place(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 50_000 + "1,2,3\n")
    reader = stream(path)
    with pytest.raises(pa.ArrowException, match=r"rows.csv:50002"):
        for _ in reader:
            pass
    scan = oddsift.scan(path, bad_rows="skip")
    assert pa.table(scan).num_rows == 50_000
    assert any("skipped" in warning or "1 row" in warning for warning in scan.warnings)
    with pytest.raises(oddsift.Error, match=r"none\.csv"):
        stream(tmp_path / "none.csv")


def test_value_that_does_not_fit_names_row_and_remedy(tmp_path):
    path = tmp_path / "rows.ndjson"
    rows = [{"n": row} for row in range(30_000)] + [{"n": "many"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(
        pa.ArrowException, match=r'row 30000 has text in column "n", which holds whole numbers; declare it as text'
    ):
        stream(path).read_all()
    whole = stream(path, text="n").read_all()
    assert whole["n"].to_pylist()[-2:] == ["29999", "many"]
    assert oddsift.read(path).to_arrow()["n"].to_pylist()[-2:] == ["29999", "many"]
    with pytest.raises(oddsift.Error, match='text: "m" is not known; give n'):
        stream(path, text=["m"])


def test_kinds_are_those_of_the_file(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pa.table({"n": [1, 2, None], "t": pa.array([1, 2, 3], pa.timestamp("ns", "UTC")), "b": [True, None, False]})
    pyarrow.parquet.write_table(table, path)
    assert stream(path).read_all().equals(table)
