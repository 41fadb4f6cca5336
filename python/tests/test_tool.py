"""The columns and cells of a result are those that the tool prints by ``-t csv``."""

from __future__ import annotations

import csv
import datetime
import io
import os
import pathlib
import subprocess
import tempfile

import pyarrow as pa
import pytest

import oddsift

TOOL = os.environ.get("ODDSIFT_BIN")
pytestmark = pytest.mark.skipif(TOOL is None, reason="ODDSIFT_BIN names no tool")

PROCESSES = "testdata/processes_on_host.csv"
SERIES = "testdata/time_series.csv"
FEATURES = ["pathScore", "commandlineLen", "commandlineTokensFull"]
FLOWS = "testdata/az_net_flows.csv"


def tool(*args: str) -> list[list[str]]:
    command = [TOOL, *args, "-t", "csv", "--raw", "-q"]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    return list(csv.reader(io.StringIO(run.stdout)))


def text(value: object, written: str) -> str:
    """Returns a value as the tool writes it; one that reads back to the same is the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return written if float(written) == value else repr(value)
    if isinstance(value, datetime.datetime):
        read = datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))
        read = read if value.tzinfo else read.replace(tzinfo=None)
        return written if read == value.replace(microsecond=value.microsecond) else value.isoformat()
    return str(value)


AUDIT = "testdata/auditd_log.txt"


def found_points() -> str:
    """The points of a series, written by the tool, for `periods`."""
    path = f"{tempfile.mkdtemp()}/found.csv"
    command = [TOOL, "series", SERIES, "--value-column", "TotalBytesSent", "-t", "csv", "--raw", "-q", "-o", path]
    subprocess.run(command, check=True, cwd=pathlib.Path(__file__).parents[2])
    return path


POINTS = found_points() if TOOL else ""

CASES = [
    (["hunt", PROCESSES], lambda: oddsift.hunt(PROCESSES)),
    (["hunt", PROCESSES, "--emit", "rows"], lambda: oddsift.hunt(PROCESSES, emit="rows")),
    (
        ["hunt", FLOWS, "--by", "L7Protocol,FlowDirection,AllExtIPs", "--top", "5"],
        lambda: oddsift.hunt(FLOWS, by=["L7Protocol", "FlowDirection", "AllExtIPs"], top=5),
    ),
    (["cluster", PROCESSES], lambda: oddsift.cluster(PROCESSES)),
    (
        ["cluster", PROCESSES, "--features", ",".join(FEATURES), "--eps", "0.001", "--count-distinct", "Account"],
        lambda: oddsift.cluster(PROCESSES, features=FEATURES, eps=0.001, count_distinct=["Account"]),
    ),
    (
        ["cluster", PROCESSES, "--eps", "0.3", "--metric", "manhattan", "--scale", "standard"],
        lambda: oddsift.cluster(PROCESSES, eps=0.3, metric="manhattan", scale="standard"),
    ),
    (
        ["cluster", PROCESSES, "--eps", "auto", "--min-samples", "3"],
        lambda: oddsift.cluster(PROCESSES, eps="auto", min_samples=3),
    ),
    (["cluster", PROCESSES, "--compat", "msticpy"], lambda: oddsift.cluster(PROCESSES, compat="msticpy")),
    (["cluster", PROCESSES, "--emit", "labels"], lambda: oddsift.cluster(PROCESSES, emit="labels")),
    (
        ["cluster", PROCESSES, "--emit", "labels", "--with-input"],
        lambda: oddsift.cluster(PROCESSES, emit="labels", with_input=True),
    ),
    (["outliers", PROCESSES], lambda: oddsift.outliers(PROCESSES)),
    (
        ["outliers", PROCESSES, "--features", ",".join(FEATURES), "--top", "10", "--seed", "3", "--max-samples", "0.5"],
        lambda: oddsift.outliers(PROCESSES, features=FEATURES, top=10, seed=3, max_samples=0.5),
    ),
    (["outliers", PROCESSES, "--emit", "scores"], lambda: oddsift.outliers(PROCESSES, emit="scores")),
    (
        ["outliers", PROCESSES, "--train", PROCESSES, "--emit", "scores", "--with-input", "--max-samples", "100"],
        lambda: oddsift.outliers(PROCESSES, train=PROCESSES, emit="scores", with_input=True, max_samples=100),
    ),
    (
        ["features", PROCESSES, "--text", "Account", "--ord-scale", "2"],
        lambda: oddsift.features(PROCESSES, text="Account", ord_scale=2),
    ),
    (
        ["stack", PROCESSES, "--by", "NewProcessName,Account", "--max-count", "2"],
        lambda: oddsift.stack(PROCESSES, by=["NewProcessName", "Account"], max_count=2),
    ),
    (
        ["stack", PROCESSES, "--by", "CommandLine", "--mask", "CommandLine"],
        lambda: oddsift.stack(PROCESSES, by="CommandLine", mask="CommandLine"),
    ),
    (
        ["series", SERIES, "--value-column", "TotalBytesSent", "--period", "24"],
        lambda: oddsift.series(SERIES, value_column="TotalBytesSent", period=24),
    ),
    (
        ["series", SERIES, "--value-column", "TotalBytesSent", "--every-point", "--score", "mad", "--robust"],
        lambda: oddsift.series(SERIES, value_column="TotalBytesSent", every_point=True, score="mad", robust=True),
    ),
    (
        ["series", SERIES, "--value-column", "TotalBytesSent", "--compat", "msticpy"],
        lambda: oddsift.series(SERIES, value_column="TotalBytesSent", compat="msticpy"),
    ),
    (
        ["series", PROCESSES, "--count", "--bucket", "1min", "--by", "Account"],
        lambda: oddsift.series(PROCESSES, count=True, bucket="1min", by="Account"),
    ),
    (["auditd", AUDIT], lambda: oddsift.auditd(AUDIT)),
    (["auditd", AUDIT, "--emit", "clusters"], lambda: oddsift.auditd(AUDIT, emit="clusters")),
    (["auditd", AUDIT, "--compat", "msticpy"], lambda: oddsift.auditd([AUDIT], compat="msticpy")),
    (
        ["auditd", AUDIT, "--emit", "clusters", "--compat", "msticpy"],
        lambda: oddsift.auditd(AUDIT, emit="clusters", compat="msticpy"),
    ),
    (
        ["auditd", AUDIT, "--app-regex", "bin/(ls|cat)", "--since", "2019-05-01"],
        lambda: oddsift.auditd(AUDIT, app_regex="bin/(ls|cat)", since=datetime.datetime(2019, 5, 1)),
    ),
    (["eps", PROCESSES, "--scale", "robust"], lambda: oddsift.eps(PROCESSES, scale="robust")),
    (["schemas"], oddsift.schemas),
    (["periods", POINTS], lambda: oddsift.periods(POINTS)),
    (["periods", POINTS, "--both", "--merge", "7h"], lambda: oddsift.periods(POINTS, both=True, merge="7h")),
    (["periods", POINTS, "--threshold", "1.5"], lambda: oddsift.periods(POINTS, threshold=1.5)),
]


def assert_cells(found: oddsift.Table, header: list[str], rows: list[list[str]]) -> None:
    assert found.columns == header
    assert len(found) == len(rows)
    for at, column in enumerate(pa.table(found).columns):
        written = [row[at] for row in rows]
        values = column.cast(pa.timestamp("us", column.type.tz)) if pa.types.is_timestamp(column.type) else column
        cells = [text(value, of_tool) for value, of_tool in zip(values.to_pylist(), written, strict=True)]
        assert cells == written, header[at]


@pytest.mark.filterwarnings("ignore::oddsift.DataWarning")
@pytest.mark.parametrize(("args", "ours"), CASES, ids=[" ".join(args) for args, _ in CASES])
def test_cells_are_those_of_the_tool(args, ours):
    header, *rows = tool(*args)
    assert_cells(ours(), header, rows)


@pytest.mark.parametrize("language", ["kql", "spl", "sql"])
def test_queries_are_those_of_the_tool(language):
    command = [TOOL, "periods", POINTS, "--query", language, "--query-column", "seen"]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    assert oddsift.periods(POINTS, query=language, query_column="seen").query == run.stdout.rstrip("\n")


@pytest.mark.parametrize("verb", ["cluster", "outliers"])
@pytest.mark.parametrize("flags", [[], ["--with-input"], ["--only", "new"]])
def test_models_judge_as_the_tool(verb, flags, tmp_path):
    rows = open(PROCESSES).read().splitlines()
    half = tmp_path / "half.csv"
    half.write_text("\n".join(rows[:150]) + "\n")
    model = tmp_path / "model.json"
    getattr(oddsift, verb)(half, save_model=model)
    header, *expected = tool("score", str(model), PROCESSES, *flags)
    options = {"with_input": True} if flags == ["--with-input"] else {"only": "new"} if flags else {}
    found = oddsift.load(model).score(PROCESSES, **options)
    assert expected
    assert_cells(found, header, expected)


def test_report_is_that_of_the_tool(tmp_path):
    path = tmp_path / "report.html"
    subprocess.run([TOOL, "report", PROCESSES, "--title", "host 1", "-q", "-o", path], check=True)
    ours = oddsift.report(PROCESSES, title="host 1")
    assert ours.html == path.read_text()


@pytest.mark.parametrize(
    ("args", "ours"),
    [
        (
            ["cluster", PROCESSES, "--title", "a<b", "--cut-off", "5"],
            lambda: oddsift.cluster(PROCESSES).plot(title="a<b", cut_off=5),
        ),
        (["outliers", PROCESSES, "--top", "20"], lambda: oddsift.outliers(PROCESSES, top=20).plot()),
        (
            ["outliers", PROCESSES, "--features", ",".join(FEATURES), "--plot-features", "pathScore,commandlineLen"],
            lambda: oddsift.outliers(PROCESSES, features=FEATURES).plot(features=["pathScore", "commandlineLen"]),
        ),
        (
            ["series", SERIES, "--value-column", "TotalBytesSent", "--ylabel", "bytes"],
            lambda: oddsift.series(SERIES, value_column="TotalBytesSent").plot(ylabel="bytes"),
        ),
        (["eps", PROCESSES], lambda: oddsift.eps(PROCESSES).plot()),
    ],
    ids=["cluster", "outliers", "outliers by two features", "series", "eps"],
)
@pytest.mark.parametrize("form", ["svg", "html"])
def test_pictures_are_those_of_the_tool(args, ours, form, tmp_path):
    drawn, saved = tmp_path / f"tool.{form}", tmp_path / f"ours.{form}"
    subprocess.run([TOOL, *args, "--plot", drawn, "-q", "-o", os.devnull, "-t", "csv"], check=True)
    ours().save(saved)
    assert saved.read_text() == drawn.read_text()
