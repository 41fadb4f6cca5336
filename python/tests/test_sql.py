"""Functions in SQL: the same values in every engine, and as the package itself gives them."""

from __future__ import annotations

import binascii
import os
import pathlib
import re
import shutil
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest

import oddsift
from oddsift._sql import FUNCTIONS, columns_to_column, type_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEATURES = ["pathScore", "commandlineTokensFull"]


@pytest.fixture(scope="module")
def events() -> pa.Table:
    as_text = pyarrow.csv.ConvertOptions(column_types={"SubjectLogonId": pa.string()})
    table = pyarrow.csv.read_csv("testdata/processes_on_host.csv", convert_options=as_text)
    columns = ["NewProcessName", "ParentProcessName", "CommandLine", "SubjectLogonId", "TimeGenerated"]
    table = table.select(columns).rename_columns(["path", "parent", "line", "session", "time"])
    times = pd.to_datetime(table["time"].to_pandas(), utc=True)
    table = table.set_column(4, "time", pa.array(times, pa.timestamp("us", "UTC")))
    return table.append_column("row", pa.array(np.arange(len(table))))


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    paths = {name: str(folder / f"{name}.json") for name in ("clusters", "forest", "rarity")}
    processes = "testdata/processes_on_host.csv"
    oddsift.cluster(processes, features=FEATURES, eps=0.0001, save_model=paths["clusters"])
    oddsift.outliers(processes, features=FEATURES, save_model=paths["forest"])
    oddsift.outliers(processes, save_model=paths["rarity"])
    return paths


@pytest.fixture(scope="module")
def datafusion(events):
    """A query's columns by DataFusion."""
    pytest.importorskip("datafusion")
    import datafusion

    import oddsift.datafusion

    ctx = datafusion.SessionContext()
    oddsift.datafusion.register(ctx)
    ctx.register_record_batches("events", [events.to_batches(max_chunksize=100)])
    return ctx


@pytest.fixture(scope="module")
def duck(events):
    pytest.importorskip("duckdb")
    import duckdb

    import oddsift.duckdb

    connection = duckdb.connect()
    oddsift.duckdb.register(connection)
    connection.register("events", events)
    return connection


@pytest.fixture(scope="module")
def spark(events):
    pytest.importorskip("pyspark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark takes Java, which is not installed")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    import oddsift.spark

    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    oddsift.spark.register(session)
    session.createDataFrame(events.to_pandas()).createOrReplaceTempView("events")
    yield session
    session.stop()


#: What every engine is asked, of columns of the events.
ASKED = {
    "char_ord_score": "char_ord_score(line)",
    "crc32_hash": "crc32_hash(line)",
    "delim_count": "delim_count(line)",
    "delim_hash": "delim_hash(line)",
    "token_count": "token_count(line)",
    "mask": "mask(line)",
    "program_of": "program_of(path)",
    "features": "process_features(path, line, session)",
}


def expected(events: pa.Table) -> dict[str, list[object]]:
    """The values by this package, without an engine."""
    of = {name: events[name] for name in events.column_names}
    call = {name: columns_to_column(name) for name in FUNCTIONS}
    found = {name: call[name](of["path" if name == "program_of" else "line"]) for name in ASKED if name != "features"}
    found["features"] = call["process_features"](of["path"], of["line"], of["session"])
    return {name: column.to_pylist() for name, column in found.items()}


def query() -> str:
    return f"SELECT {', '.join(f'{call} AS {name}' for name, call in ASKED.items())} FROM events ORDER BY row"


def test_text_functions_are_those_of_the_package(events):
    found = expected(events)
    lines = [line or "" for line in events["line"].to_pylist()]
    assert found["crc32_hash"] == [binascii.crc32(line.encode()) for line in lines]
    assert found["char_ord_score"] == [sum(map(ord, line)) for line in lines]
    assert found["token_count"] == [len(line.split(" ")) for line in lines]


def test_process_features_are_those_of_the_verb(events, processes):
    found = pa.Table.from_pylist(expected(events)["features"])
    wide = oddsift.features(processes).to_arrow()
    for name in found.column_names:
        assert found[name].to_pylist() == wide[name].to_pylist(), name


def test_datafusion_gives_the_same(events, datafusion):
    assert datafusion.sql(query()).to_pydict() == expected(events)


def test_duckdb_gives_the_same(events, duck):
    found = duck.sql(query()).to_arrow_table()
    assert found.to_pydict() == expected(events)


def test_spark_gives_the_same(events, spark):
    found = [row.asDict(recursive=True) for row in spark.sql(query()).collect()]
    assert {name: [row[name] for row in found] for name in ASKED} == expected(events)


def test_options_are_arguments(duck):
    row = duck.sql("SELECT char_ord_score('abc', 2), delim_count('a-b_c', '[_-]'), token_count('/usr/bin', '/')").fetchall()[0]
    assert row == (147, 2, 3)
    assert duck.sql("SELECT mask(NULL), crc32_hash(NULL::VARCHAR), delim_count('a b', NULL)").fetchall()[0] == (None, None, 1)


def test_options_of_datafusion_are_given_when_they_are_registered(datafusion):
    from oddsift.datafusion import register_as

    register_as(datafusion, "half", "char_ord_score", scale=2)
    register_as(datafusion, "dashes", "delim_count", delimiters="[_-]")
    register_as(datafusion, "pair", "vector_hash", types=[pa.float64(), pa.string()])
    register_as(datafusion, "by_mad", "stl_anomalies", score="mad")
    found = datafusion.sql("SELECT half('abc') AS a, dashes('a-b_c') AS b, pair(0, 'x') = pair(-0.0, 'x') AS c").to_pydict()
    assert found == {"a": [147], "b": [2], "c": [True]}
    scores = [
        datafusion.sql(f"SELECT {name}(array_agg(row % 7 + row % 5 ORDER BY row), 7) AS x FROM events").to_pydict()["x"][0]
        for name in ("stl_anomalies", "by_mad")
    ]
    assert scores[0][3]["trend"] == scores[1][3]["trend"] and scores[0][3]["score"] != scores[1][3]["score"]


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        ("delim_counts", {}, "'delim_counts' is no function; known: char_ord_score"),
        ("mask", {"scale": 2}, "mask has no argument 'scale'; it has text"),
        ("iforest_score", {}, "iforest_score: model "),
        ("mask", {"text": "a"}, "is left no argument"),
    ],
)
def test_what_cannot_be_registered_is_said(datafusion, function, options, words):
    from oddsift.datafusion import register_as

    with pytest.raises(oddsift.Error, match=words):
        register_as(datafusion, "f", function, **options)


def test_models_score_rows(processes, models, duck, datafusion):
    from oddsift.datafusion import register_as

    labels = oddsift.cluster(processes, features=FEATURES, eps=0.0001).labels.tolist()
    scores = oddsift.outliers(processes, features=FEATURES, all_rows=True).to_arrow()
    by_row = dict(zip(scores["row"].to_pylist(), scores["score"].to_pylist(), strict=True))
    register_as(datafusion, "odd", "iforest_score", model=models["forest"])
    register_as(datafusion, "grouped", "cluster_of", model=models["clusters"])
    register_as(datafusion, "rare", "process_rarity", model=models["rarity"])
    features = "f['pathScore'], f['commandlineTokensFull']"
    inner = "(SELECT *, process_features(path, line, session) AS f FROM events)"
    of_datafusion = datafusion.sql(
        f"SELECT odd({features}) AS s, grouped({features}) AS c, rare(path, parent, line) AS r FROM {inner} ORDER BY row"
    ).to_pydict()
    of_duck = duck.sql(
        f"SELECT iforest_score('{models['forest']}', {features}) AS s, cluster_of('{models['clusters']}', {features}) AS c, "
        f"process_rarity('{models['rarity']}', path, parent, line) AS r FROM {inner} ORDER BY row"
    ).to_arrow_table()
    assert of_datafusion == of_duck.to_pydict()
    assert of_datafusion["c"] == labels
    found = {row: of_datafusion["s"][row] for row in by_row}
    assert len(by_row) > 50 and found == pytest.approx(by_row, abs=1e-12)
    assert list(of_datafusion["r"][0]) == ["programRarity", "parentRarity", "wordsRarity", "argumentsRarity"]


def test_rows_without_a_feature_have_no_score(duck, models):
    assert duck.sql(f"SELECT iforest_score('{models['forest']}', 1.5, NULL)").fetchall()[0] == (None,)


def test_model_that_changed_is_refused(duck, models, tmp_path):
    path = tmp_path / "model.json"
    shutil.copy(models["forest"], path)
    pinned, _ = oddsift._oddsift.sql_model("iforest_score", str(path))
    assert pinned.startswith(f"{path}#sha256=")
    other = pinned[:-4] + ("0000" if not pinned.endswith("0000") else "1111")
    with pytest.raises(Exception, match="its SHA-256 is"):
        duck.sql(f"SELECT iforest_score('{other}', 1, 2)").fetchall()
    path.write_text("{}")
    with pytest.raises(Exception, match="no model"):
        duck.sql(f"SELECT iforest_score('{path}', 1, 2)").fetchall()
    # It is kept by its content.
    assert duck.sql(f"SELECT iforest_score('{pinned}', 1, 2)").fetchall()[0][0] < 0


def test_buckets_are_those_of_series(events, datafusion):
    found = datafusion.sql("SELECT time_bucket(time, '1h') AS b FROM events ORDER BY row").to_pydict()["b"]
    times = pd.to_datetime(events["time"].to_pandas())
    assert [time.floor("h") for time in times] == [pd.Timestamp(bucket) for bucket in found]


def test_series_within_a_query(duck, time_series):
    points = duck.sql(
        f"""SELECT stl_anomalies(list(TotalBytesSent ORDER BY TimeGenerated), 24) AS points
            FROM read_csv('{time_series}')"""
    ).fetchall()[0][0]
    expected = oddsift.series(time_series, value_column="TotalBytesSent", period=24, every_point=True).to_arrow()
    flags = [flag != 0 for flag in expected["anomalies"].to_pylist()]
    assert [point["is_anomaly"] for point in points] == flags and sum(flags) == 8
    assert duck.sql("SELECT stl_anomalies([1, 2, 3], 24)").fetchall()[0] == (None,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("mask(17)", "mask: argument `text` is Int32, it takes text; cast it"),
        ("mask('a', 'b')", r"mask: takes \(text\), got 2 arguments"),
        ("delim_count('a', path)", "argument `delimiters` is a column, it takes one value for all rows"),
        ("delim_count('a', '[')", "delim_count: "),
        ("iforest_score('no.json', 1)", "iforest_score: model no.json"),
        ("stl_anomalies([1.0], '1h')", "argument `period`: `1h` is none; give a number of points"),
    ],
)
def test_wrong_calls_fail_with_words(duck, call, words):
    with pytest.raises(Exception, match=words):
        duck.sql(f"SELECT {call} FROM events").fetchall()


def test_text_of_every_type_is_taken():
    texts = ["a b", None, "c", "a b"]
    mask = columns_to_column("token_count")
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        assert mask(pa.array(texts, kind)).to_pylist() == [2, None, 1, 2]
    coded = pa.array(texts).dictionary_encode()
    assert mask(coded).to_pylist() == mask(pa.chunked_array([coded])).to_pylist() == [2, None, 1, 2]
    assert mask(pa.chunked_array([["a b"], ["c"]])).to_pylist() == [2, 1]
    assert mask(pa.array([], pa.string())).to_pylist() == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_type_of_no_rows_is_known(name):
    assert type_of(name) is not None


def test_recipes_for_spark_in_the_docs_run(spark, events):
    [recipe] = re.findall(r"```py\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.S)
    scope = {"frame": spark.sql("SELECT *, session AS host FROM events")}
    exec(compile(recipe, "docs/python.md", "exec"), scope)
    found = {row["row"]: row["tokens"] for row in scope["tokens"].collect()}
    assert found == dict(enumerate(columns_to_column("token_count")(events["line"]).to_pylist()))
    table = events.group_by(["session", "path"]).aggregate([("row", "count")])
    rare = sorted((row["path"], row["row_count"]) for row in table.to_pylist() if row["row_count"] <= 2)
    assert sorted((row["path"], row["count"]) for row in scope["rare"].collect()) == rare and rare


def test_no_objects_for_rows(duck):
    """Columns stay Arrow: a call allocates no object of Python for a row."""
    column = pa.array([f"cmd.exe /c {row}" for row in range(50_000)])
    mask = columns_to_column("mask")
    mask(column)
    before = sys.getallocatedblocks()
    found = mask(column)
    assert sys.getallocatedblocks() - before < 1_000 and len(found) == 50_000
