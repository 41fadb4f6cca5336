"""Results are msticpy's, with its names, parameters and defaults."""

from __future__ import annotations

import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

eventcluster = pytest.importorskip("msticpy.analysis.eventcluster", exc_type=ImportError)
timeseries = pytest.importorskip("msticpy.analysis.timeseries", exc_type=ImportError)

from oddsift import msticpy as ours

FEATURES = ["pathScore", "commandlineTokensFull", "isSystemSession"]


@pytest.fixture
def events(processes) -> pd.DataFrame:
    return pd.read_csv(processes, parse_dates=["TimeGenerated"])


@pytest.fixture
def points(time_series) -> pd.DataFrame:
    return pd.read_csv(time_series, parse_dates=["TimeGenerated"])


def parameters(function):
    """Those that are msticpy's; ours are keyword-only ones behind them."""
    known = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in known if p.name not in ("compat", "max_count")]


def theirs_of(module, item):
    found = getattr(module, item.__name__)
    return getattr(found, "__wrapped__", found)


@pytest.mark.parametrize("name", ours.INSTALLED)
def test_signatures_are_theirs(name):
    module = pytest.importorskip(name, exc_type=ImportError)
    for item in ours.INSTALLED[name]:
        if item.__module__.startswith("oddsift.msticpy."):
            assert parameters(item) == parameters(theirs_of(module, item)), item.__name__


def test_all_that_modules_have_is_there():
    """What a module exports is ours, but for what docs/python.md leaves to msticpy."""
    left = {"MsticpyTimeSeriesAccessor", "identify_outliers_rrcf", "RobustRandomCutForest", "timeseries_anomalies_stl"}
    for name, items in ours.INSTALLED.items():
        module = pytest.importorskip(name, exc_type=ImportError)
        own = {it for it, value in vars(module).items() if getattr(value, "__module__", None) == name}
        public = {it for it in own if not it.startswith("_")}
        assert public - left <= {it.__name__ for it in items}, name


@pytest.mark.parametrize("separator", [None, "\\", "/"])
def test_process_features_are_theirs(events, separator):
    found = ours.add_process_features(events, path_separator=separator)
    expected = eventcluster.add_process_features(events, path_separator=separator)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_like=True)
    assert list(found.columns) == list(expected.columns)


def test_process_features_that_are_there_stay(events):
    events = events.assign(pathScore=1)
    assert (ours.add_process_features(events)["pathScore"] == 1).all()
    assert (ours.add_process_features(events, force=True)["pathScore"] > 1).all()


def test_texts_are_measured_as_theirs(events):
    for name in ("delim_count", "delim_hash", "char_ord_score", "token_count", "crc32_hash"):
        for text in ("", "cmd.exe /c dir", "ü €\t'x'"):
            assert getattr(ours, name)(text) == getattr(eventcluster, name)(text), name
    for name in ("delim_count_df", "char_ord_score_df", "token_count_df", "crc32_hash_df"):
        found = getattr(ours, name)(events, "CommandLine")
        expected = getattr(eventcluster, name)(events, "CommandLine")
        pd.testing.assert_series_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("time", ["TimeGenerated", "TimeCreatedUtc"])
def test_clusters_are_theirs(events, index, time):
    if time != "TimeGenerated":
        events = events.drop(columns=time, errors="ignore").rename(columns={"TimeGenerated": time})
    data = eventcluster.add_process_features(events)
    data = data.set_index(pd.Index(range(1000, 1000 + len(data)))) if index else data
    options = {"cluster_columns": FEATURES, "time_column": time, "max_cluster_distance": 0.0001}
    found, model, scaled = ours.dbcluster_events(data, **options)
    expected, their_model, their_scaled = eventcluster.dbcluster_events(data, **options)
    pd.testing.assert_frame_equal(found, expected)
    np.testing.assert_array_equal(model.labels_, their_model.labels_)
    np.testing.assert_array_equal(scaled, their_scaled)


def test_clusters_without_compat_keep_times(events):
    data = ours.add_process_features(events)
    options = {"cluster_columns": FEATURES, "time_column": "TimeGenerated", "max_cluster_distance": 0.0001}
    found, _, _ = ours.dbcluster_events(data, compat=False, **options)
    noise = found[~found["Clustered"]]
    assert (noise["FirstEventTime"] == noise["TimeGenerated"]).all()
    assert (noise["TimeGenerated"] == data.loc[noise.index, "TimeGenerated"]).all()


def test_outliers_have_their_shape():
    random = np.random.default_rng(0)
    x = np.vstack([random.normal(size=(300, 4)), random.uniform(-9, 9, size=(10, 4))])
    model, rows, predicted = ours.identify_outliers(x, x)
    assert predicted.shape == (310,) and set(predicted) == {-1, 1}
    np.testing.assert_array_equal(rows, x[predicted == -1])
    assert model.max_samples_ == 100 and model.max_features == 2
    assert (predicted[-10:] == -1).sum() >= 8


@pytest.mark.parametrize("options", [{}, {"score_threshold": 2.0}, {"seasonal": 13, "period": 168}])
def test_anomalies_are_theirs(points, options):
    data = points[["TimeGenerated", "TotalBytesSent"]]
    for frame, more in [(data, {"time_column": "TimeGenerated"}), (data.set_index("TimeGenerated"), {})]:
        found = ours.ts_anomalies_stl(frame, **options, **more)
        expected = timeseries.ts_anomalies_stl(frame, **options, **more)
        # A whole number can differ by one where a part is a hair beside it.
        parts = ["residual", "trend", "seasonal", "weights", "baseline"]
        assert (found[parts] - expected[parts]).abs().max().max() <= 1
        pd.testing.assert_frame_equal(found.drop(columns=parts), expected.drop(columns=parts), rtol=1e-6, atol=1e-6)


def test_anomalies_without_compat_have_dips(points):
    found = ours.ts_anomalies_stl(points, time_column="TimeGenerated", data_column="TotalBytesSent", compat=False)
    assert found["anomalies"].value_counts().to_dict() == {0: 832, -1: 5, 1: 3}


@pytest.mark.parametrize("pos_only", [True, False])
@pytest.mark.parametrize("period", ["1h", "30min", "7h"])
def test_periods_are_theirs(points, pos_only, period):
    options = {"period": period, "pos_only": pos_only}
    data = timeseries.ts_anomalies_stl(points, time_column="TimeGenerated", data_column="TotalBytesSent", score_threshold=1.5)
    found = ours.extract_anomaly_periods(data, **options)
    assert found == timeseries.extract_anomaly_periods(data, **options)
    assert ours.create_time_period_kqlfilter(found) == timeseries.create_time_period_kqlfilter(found)
    theirs = timeseries.find_anomaly_periods(data, **options)
    assert [str(it) for it in ours.find_anomaly_periods(data, **options)] == [str(it) for it in theirs]


@pytest.mark.parametrize("low", [None, 0, 1.0, 3])
def test_new_threshold_is_theirs(points, low):
    found = ours.set_new_anomaly_threshold(points, 2, low)
    pd.testing.assert_frame_equal(found, timeseries.set_new_anomaly_threshold(points, 2, low))


def test_common_items_are_removed():
    frame = pd.DataFrame({"user": ["a"] * 11 + ["b"] * 3, "host": ["x"] * 13 + ["y"]})
    assert ours.remove_common_items(frame, ["user", "host"])["host"].tolist() == ["y"]


@pytest.fixture
def clustered(events):
    data = ours.add_process_features(events)
    options = {"cluster_columns": FEATURES, "time_column": "TimeGenerated", "max_cluster_distance": 0.0001}
    return data, *ours.dbcluster_events(data, **options)[1:]


def test_clusters_are_drawn(clustered, capsys):
    data, model, x = clustered
    picture = ours.plot_cluster(model, data, x, "processName", (0, 1), verbose=True, xlabel="the <path>", ylabel="y")
    assert capsys.readouterr().out.split("\n")[0] == "Estimated number of clusters: 29"
    svg = picture.svg
    assert (
        svg.startswith("<svg")
        and "29 clusters, 33 noise rows" in svg
        and ">the &lt;path&gt;</text>" in svg
        and ".exe</text>" in svg
    )
    assert picture.html.startswith("<!DOCTYPE html>") and picture._repr_html_().startswith("<iframe")


def test_clusters_of_scikit_learn_are_drawn(clustered):
    from sklearn.cluster import DBSCAN

    data, model, x = clustered
    theirs = DBSCAN(eps=0.0001, min_samples=2).fit(x)
    assert ours.plot_cluster(theirs, data, x).svg == ours.plot_cluster(model, data, x).svg


def test_clusters_that_cannot_be_drawn_are_errors(clustered):
    data, model, x = clustered
    for features in ((0, 0), (0, 3), (3, 0), (-1, 0)):
        with pytest.raises(ValueError, match="0 to 2"):
            ours.plot_cluster(model, data, x, plot_features=features)
    with pytest.raises(ValueError, match="labels"):
        ours.plot_cluster(model, data, x[::-1])
    with pytest.raises(ValueError, match="cosine"):
        ours.plot_cluster(ours.DBSCAN(metric="cosine").fit(x), data, x)


@pytest.mark.parametrize(("n_features", "n_names"), [(2, 2), (3, 3), (4, 2)])
def test_outliers_are_drawn(n_features, n_names):
    columns = ["pathScore", "lines", "bytes"][:n_names]
    random = np.random.default_rng(0)
    x = np.vstack([random.normal(size=(300, n_features)), random.uniform(-9, 9, size=(10, n_features))])
    model, odd, _ = ours.identify_outliers(x, x)
    picture = ours.plot_outlier_results(model, x, x, odd, columns, "Host <7>")
    svg = picture.svg
    assert f"{len(odd)} outliers among 310 rows" in svg and "Host &lt;7&gt;" in svg and "lines" in svg
    assert "0 outliers among 310 rows" in ours.plot_outlier_results(model, x, x, odd[:0], columns, "None").svg


def test_outliers_that_cannot_be_drawn_are_errors():
    x = np.random.default_rng(0).normal(size=(50, 2))
    model, odd, _ = ours.identify_outliers(x, x)
    with pytest.raises(ValueError, match="two features"):
        ours.plot_outlier_results(model, x, x, odd, ["one"], "")
    with pytest.raises(ValueError, match="columns"):
        ours.plot_outlier_results(model, x[:, :1], x, odd, ["a", "b"], "")
    with pytest.raises(TypeError, match="int"):
        ours.plot_outlier_results(5, x, x, odd, ["a", "b"], "")


INSTALL = """
import importlib, sys
import msticpy.analysis.observationlist, msticpy.init.pivot
import oddsift.msticpy as ours
theirs = importlib.import_module("msticpy.common.timespan").TimeSpan
done = ours.install()
assert set(done) >= set(ours.INSTALLED) - {"msticpy.analysis.outliers"}, done
for name in done:
    for item in ours.INSTALLED[name]:
        assert getattr(sys.modules[name], item.__name__) is item, (name, item)
timeseries = sys.modules["msticpy.analysis.timeseries"]
assert timeseries.timeseries_anomalies_stl is ours.ts_anomalies_stl
for name, module in list(sys.modules.items()):
    if name.startswith("msticpy."):
        assert vars(module).get("TimeSpan") is not theirs, name
assert sys.modules["msticpy.init.pivot"].TimeSpan is ours.TimeSpan
"""


def test_install_puts_ours_into_msticpy():
    subprocess.run([sys.executable, "-c", INSTALL], check=True)
