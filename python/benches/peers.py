"""msticpy's functions and ours, side by side on the same data: time, memory, and rows in from every library.

usage: peers.py --events SAMPLE.csv GENERATED.csv --series SAMPLE.csv --audit SAMPLE.txt GENERATED.log [--pairs N]
       peers.py --large EVENTS.csv

`cargo xtask peers python` makes the data and calls it. The tables are Markdown. Times: both sides run in turn in one
process, as often as --pairs says or until they have taken a minute, and the ratio is the median of those of the pairs.
Memory: each side in a process of its own, the most that is resident above what it is with the data loaded.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FEATURES = ["pathScore", "commandlineTokensFull", "isSystemSession"]
BUDGET_S = 60
PACKAGES = ("oddsift", "msticpy", "scikit-learn", "statsmodels", "pandas", "pyarrow", "polars", "numpy")

Call = Callable[[], Any]


def read_events(path: str) -> pd.DataFrame:
    events = pd.read_csv(path)
    time_column = next(name for name in ("TimeGenerated", "TimeCreatedUtc") if name in events)
    return events.assign(TimeGenerated=pd.to_datetime(events[time_column]))


def read_series(path: str) -> pd.DataFrame:
    if path.isdigit():
        return made_series(int(path))
    points = pd.read_csv(path, parse_dates=["TimeGenerated"])[["TimeGenerated", "TotalBytesSent"]]
    return points.set_index("TimeGenerated")


def made_series(n_points: int) -> pd.DataFrame:
    """A day's season, a trend, noise and a few spikes."""
    random = np.random.default_rng(1)
    hours = np.arange(n_points)
    values = 1e6 + 5 * hours + 2e5 * np.sin(2 * np.pi * hours / 24) + random.normal(0, 3e4, n_points)
    values[random.choice(n_points, n_points // 1_000, replace=False)] += 1e6
    times = pd.date_range("2024-01-01", periods=n_points, freq="h", name="TimeGenerated")
    return pd.DataFrame({"TotalBytesSent": values}, index=times)


def features_of(path: str) -> pd.DataFrame:
    import oddsift.msticpy

    return oddsift.msticpy.add_process_features(read_events(path))


def matrix_of(path: str) -> np.ndarray:
    return features_of(path)[FEATURES].to_numpy(dtype=np.float64)


def clusters(data: pd.DataFrame) -> dict[str, Call]:
    import msticpy.analysis.eventcluster as theirs

    import oddsift
    from oddsift import msticpy as ours

    named = {"cluster_columns": FEATURES, "time_column": "TimeGenerated", "max_cluster_distance": 0.0001}
    return {
        "msticpy": lambda: theirs.dbcluster_events(data, **named),
        "oddsift": lambda: ours.dbcluster_events(data, **named),
        "verb": lambda: oddsift.cluster(data, features=FEATURES, eps=0.0001).to_pandas(),
    }


def process_features(data: pd.DataFrame) -> dict[str, Call]:
    import msticpy.analysis.eventcluster as theirs

    import oddsift
    from oddsift import msticpy as ours

    return {
        "msticpy": lambda: theirs.add_process_features(data),
        "oddsift": lambda: ours.add_process_features(data),
        "verb": lambda: oddsift.features(data).to_pandas(),
    }


def outliers(data: np.ndarray) -> dict[str, Call]:
    import msticpy.analysis.outliers as theirs

    import oddsift
    from oddsift import msticpy as ours

    frame = pd.DataFrame(data, columns=FEATURES)
    return {
        "msticpy": lambda: theirs.identify_outliers(data, data),
        "oddsift": lambda: ours.identify_outliers(data, data),
        "verb": lambda: oddsift.outliers(frame, features=FEATURES, all_rows=True).to_pandas(),
    }


def series(data: pd.DataFrame) -> dict[str, Call]:
    import msticpy.analysis.timeseries as theirs

    import oddsift
    from oddsift import msticpy as ours

    rows = data.reset_index()
    return {
        "msticpy": lambda: theirs.ts_anomalies_stl(data),
        "oddsift": lambda: ours.ts_anomalies_stl(data),
        "verb": lambda: oddsift.series(rows, value_column="TotalBytesSent", period=24, every_point=True).to_pandas(),
    }


def audit(path: str) -> dict[str, Call]:
    import msticpy.transform.auditdextract as theirs

    import oddsift
    from oddsift import msticpy as ours

    return {
        "msticpy": lambda: theirs.read_from_file(path),
        "oddsift": lambda: ours.read_from_file(path),
        "verb": lambda: oddsift.auditd(path).to_pandas(),
    }


#: A function, what it is given, and the sides to it.
JOBS: dict[str, tuple[str, Callable[[str], Any], Callable[[Any], dict[str, Call]]]] = {
    "add_process_features": ("events", read_events, process_features),
    "dbcluster_events": ("events", features_of, clusters),
    "identify_outliers": ("events", matrix_of, outliers),
    "ts_anomalies_stl": ("series", read_series, series),
    "read_from_file": ("audit", str, audit),
}
VERBS = {
    "add_process_features": "features",
    "dbcluster_events": "cluster",
    "identify_outliers": "outliers",
    "ts_anomalies_stl": "series",
    "read_from_file": "auditd",
}


def sides_of(job: str, path: str) -> tuple[Any, dict[str, Call]]:
    _, load, sides = JOBS[job]
    data = load(path)
    return data, sides(data)


def timed(call: Call) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def times(job: str, path: str, pairs: str) -> dict[str, Any]:
    """Runs all sides in turn, after a run of each that does not count."""
    data, sides = sides_of(job, path)
    for name in ("oddsift", "verb"):
        sides[name]()
    first = timed(sides["msticpy"])
    n_pairs = max(1, min(int(pairs), int(BUDGET_S / max(first, 1e-9))))
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(n_pairs):
        for name, call in sides.items():
            found[name].append(timed(call))
    return {"rows": len(data) if not isinstance(data, str) else count_lines(data), "times": found}


def count_lines(path: str) -> int:
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def resident() -> int:
    """The bytes that are resident now."""
    if Path("/proc/self/statm").exists():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return peak()


def peak() -> int:
    """The most bytes that were resident."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def grown(call: Call) -> tuple[int, Any]:
    """The bytes by which a call made the most that is resident grow above what is resident before it."""
    # The most so far is forgotten, where the system lets it be: loading may have taken more than the data.
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")
    before = resident()
    found = call()
    if clear.exists():
        status = Path("/proc/self/status").read_text()
        most = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    else:
        most = peak()
    return max(0, most - before), found


def memory(job: str, path: str, side: str) -> int:
    import polars  # noqa: F401  what either side imports when it is first called is no cost of the call
    import pyarrow.pandas_compat  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import statsmodels.tsa.seasonal  # noqa: F401

    _, sides = sides_of(job, path)
    return grown(sides[side])[0]


def in_own_process(*arguments: object) -> Any:
    command = [sys.executable, __file__, *map(str, arguments)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout.splitlines()[-1])


def compare(data: dict[str, list[str]], pairs: int, jobs: list[str]) -> None:
    sides = "msticpy, s | ours, s | times faster | verb, s | times faster | pairs | MB: msticpy | ours | verb"
    print(f"| function | rows | {sides} |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for job in jobs:
        for path in data[JOBS[job][0]]:
            found = in_own_process("times", job, path, pairs)
            mb = {side: in_own_process("memory", job, path, side) / 1e6 for side in ("msticpy", "oddsift", "verb")}
            took = found["times"]
            median = {name: statistics.median(values) for name, values in took.items()}
            ratio = {
                name: statistics.median(a / b for a, b in zip(took["msticpy"], took[name], strict=True))
                for name in ("oddsift", "verb")
            }
            print(
                f"| `{job}` | {found['rows']:,} | {median['msticpy']:.4g} | {median['oddsift']:.3g} | {ratio['oddsift']:.0f} "
                f"| `{VERBS[job]}` {median['verb']:.3g} | {ratio['verb']:.0f} | {len(took['msticpy'])} "
                f"| {mb['msticpy']:.0f} | {mb['oddsift']:.0f} | {mb['verb']:.0f} |",
                flush=True,
            )


#: Where the rows of a table can be when a verb gets them.
SOURCES = ("path", "pyarrow", "polars", "pandas")


def rows_in(path: str, source: str) -> Any:
    import polars
    import pyarrow.csv

    readers: dict[str, Callable[[str], Any]] = {
        "path": str,
        "pyarrow": pyarrow.csv.read_csv,
        "polars": polars.read_csv,
        "pandas": read_events,
    }
    return readers[source](path)


def nbytes(data: Any) -> int:
    if isinstance(data, str):
        return 0
    if isinstance(data, pd.DataFrame):
        return int(data.memory_usage(deep=True).sum())
    return int(data.estimated_size() if hasattr(data, "estimated_size") else data.nbytes)


def labels_in(path: str, source: str) -> dict[str, Any]:
    """Clusters the events of a file that a library has in memory."""
    import hashlib

    import oddsift

    data = rows_in(path, source)
    blocks = sys.getallocatedblocks()
    bytes_grown, found = grown(lambda: oddsift.cluster(data))
    blocks = sys.getallocatedblocks() - blocks
    took = statistics.median(timed(lambda: oddsift.cluster(data)) for _ in range(3))
    return {
        "rows": len(found.labels),
        "labels": hashlib.sha256(found.labels.tobytes()).hexdigest(),
        "data": nbytes(data),
        "grown": bytes_grown,
        "blocks": blocks,
        "seconds": took,
    }


def numbers_in(n: str, source: str) -> dict[str, Any]:
    """Clusters a table of numbers that a library has in memory: eight columns, few distinct rows."""
    import polars
    import pyarrow as pa

    import oddsift

    n_rows = int(n)
    random = np.random.default_rng(1)
    columns = {f"x{place}": random.integers(0, 2, n_rows).astype(float) for place in range(8)}
    makers = {"pyarrow": pa.table, "polars": polars.DataFrame, "pandas": pd.DataFrame}
    data = makers[source](columns)
    del columns
    blocks = sys.getallocatedblocks()
    bytes_grown, found = grown(lambda: oddsift.cluster(data, eps=0.1))
    return {
        "rows": len(found.labels),
        "data": nbytes(data),
        "grown": bytes_grown - found.labels.nbytes,
        "blocks": sys.getallocatedblocks() - blocks,
    }


def large(path: str) -> None:
    """Rows in from every library: the labels are equal, and what is in memory is not copied."""
    print("| rows from | rows | data, MB | grown, MB | objects of Python | s |\n|---|--:|--:|--:|--:|--:|")
    labels = set()
    for source in SOURCES:
        found = in_own_process("labels", path, source)
        labels.add(found["labels"])
        print(
            f"| {source}: events | {found['rows']:,} | {found['data'] / 1e6:.0f} | {found['grown'] / 1e6:.0f} "
            f"| {found['blocks']:,} | {found['seconds']:.2f} |",
            flush=True,
        )
    for source in SOURCES[1:]:
        found = in_own_process("numbers", count_lines(path) - 1, source)
        print(
            f"| {source}: numbers | {found['rows']:,} | {found['data'] / 1e6:.0f} | {found['grown'] / 1e6:.0f} "
            f"| {found['blocks']:,} | |",
            flush=True,
        )
    if len(labels) != 1:
        raise SystemExit("error: labels differ by where the rows come from")
    print("\nLabels are equal wherever the rows come from.")


def versions() -> str:
    named = (f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return f"{', '.join(named)}; Python {platform.python_version()}, {os.cpu_count()} cores"


def main() -> None:
    steps: dict[str, Callable[..., Any]] = {"times": times, "memory": memory, "labels": labels_in, "numbers": numbers_in}
    if len(sys.argv) > 1 and sys.argv[1] in steps:
        step, *words = sys.argv[1:]
        print(json.dumps(steps[step](*words)))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", nargs="+", default=[], metavar="CSV")
    parser.add_argument("--series", nargs="+", default=[], metavar="CSV", help="a file, or a number of points to make up")
    parser.add_argument("--audit", nargs="+", default=[], metavar="LOG")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--job", nargs="+", choices=JOBS, default=list(JOBS))
    parser.add_argument("--large", metavar="CSV")
    args = parser.parse_args()
    print(f"{versions()}\n")
    compare({"events": args.events, "series": args.series, "audit": args.audit}, args.pairs, args.job)
    if args.large:
        print()
        large(args.large)


if __name__ == "__main__":
    main()
