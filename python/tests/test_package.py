"""The package as such: version, errors, panics, interruption, threads, docs."""

from __future__ import annotations

import concurrent.futures
import doctest
import importlib
import importlib.resources
import pathlib
import pickle
import re
import signal
import threading
import time

import numpy as np
import pyarrow as pa
import pytest

import oddsift
from oddsift import _oddsift

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_version_is_that_of_the_workspace():
    manifest = (ROOT / "Cargo.toml").read_text()
    assert f'version = "{oddsift.__version__}"' in manifest


def test_package_is_typed():
    files = importlib.resources.files("oddsift")
    assert (files / "py.typed").is_file() and (files / "_oddsift.pyi").is_file()


def test_error_names_place_and_remedy(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("bytes,packets\n1,2\n2,many\n")
    with pytest.raises(oddsift.Error, match=r"flows.csv:3:\d+: .*many.* is not a number; ") as raised:
        oddsift.cluster(path, features=["bytes", "packets"])
    assert isinstance(raised.value, ValueError)
    assert pickle.loads(pickle.dumps(raised.value)).args == raised.value.args


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"emit": "all"}, "emit: \"all\" is not known; give 'exemplars' or 'labels'"),
        ({"eps": -1.0}, "eps must be positive"),
        ({"min_samples": 0}, "min_samples"),
        ({"metric": "cosine"}, "metric"),
        ({"features": "no"}, "no"),
        ({"compat": "splunk"}, "compat"),
        ({"bad_rows": "drop"}, "bad_rows"),
        ({"threads": 0}, "threads"),
        ({"delimiter": "ab"}, "delimiter"),
        ({"format": "xls"}, "format"),
        ({"schema": "nothing"}, "schema"),
    ],
)
def test_parameters_out_of_range_are_errors(processes, options, match):
    with pytest.raises(oddsift.Error, match=match):
        oddsift.cluster(processes, **options)


def test_unknown_keyword_is_a_type_error(processes):
    with pytest.raises(TypeError, match="unexpected keyword argument 'color'"):
        oddsift.hunt(processes, color=True)


@pytest.mark.parametrize("value", [10**30, "many", -1])
def test_counts_that_are_none_are_errors(processes, value):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        oddsift.hunt(processes, top=value)


def test_panic_is_an_exception():
    with pytest.raises(BaseException, match="as a test asked") as raised:
        _oddsift._panics()
    assert type(raised.value).__name__ == "PanicException"


def test_progress_is_told_and_its_exception_is_raised(processes):
    told = []
    oddsift.hunt(processes, progress=lambda *at: told.append(at))
    assert told and all(isinstance(step, str) and done >= 0 for step, done, _ in told)

    class Enough(Exception):
        pass

    def stop(*_):
        raise Enough

    with pytest.raises(Enough):
        oddsift.hunt(processes, progress=stop)


def big(n_rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    return pa.table({f"x{i}": random.normal(size=n_rows) for i in range(6)})


def test_keyboard_interrupt_ends_a_long_call():
    table = big(400_000)
    begun = time.monotonic()
    threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        oddsift.cluster(table, eps=0.9, scale="none", threads=1)
    assert time.monotonic() - begun < 20


def test_other_threads_run_during_a_call():
    table = big(100_000)
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.005):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.monotonic()
    oddsift.outliers(table, trees=200, all_rows=True, top=5, threads=1)
    took = time.monotonic() - begun
    stop.set()
    thread.join()
    assert len(ticks) > took / 0.005 / 10


def test_eight_threads_at_once_give_the_same(processes):
    expected = pa.table(oddsift.outliers(processes, top=20))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: pa.table(oddsift.outliers(processes, top=20)), range(16)))
    assert all(table.equals(expected) for table in found)


def test_examples_of_the_docs(monkeypatch):
    monkeypatch.chdir(ROOT)
    msticpy = [f".msticpy{name}" for name in ("", ".auditdextract", ".cluster_auditd", ".timespan")]
    for name in ("", "._model", "._page", "._table", "._verbs", *msticpy, ".datafusion", ".duckdb", ".sklearn", ".statsmodels"):
        try:
            module = importlib.import_module(f"oddsift{name}")
        except ImportError:
            assert name in msticpy  # where msticpy is not installed
            continue
        result = doctest.testmod(module)
        assert result.attempted > 0 and result.failed == 0, name


def test_every_python_block_of_the_docs_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    for path in ("README.md", "python/README.md", "docs/python.md"):
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / path).read_text(), re.S)
        assert blocks, path
        scope: dict[str, object] = {}
        for block in blocks:
            exec(compile(block, path, "exec"), scope)
