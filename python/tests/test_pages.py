"""Pictures, reports, and results as data frames of pandas."""

from __future__ import annotations

import html
import pickle

import numpy as np
import pandas as pd
import pytest

import oddsift


def test_picture_shows_itself_in_a_frame_of_its_own(processes):
    page = oddsift.cluster(processes).plot(title="</script><script>alert(1)</script>")
    shown = page._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and 'sandbox="allow-scripts"' in shown and shown.count("<") == 2
    assert html.unescape(shown.split('"')[1]) == page.html
    assert "<script>alert(1)" not in page.html and "<script>alert(1)" not in page.svg


def test_report_is_saved_as_a_page(processes, tmp_path):
    page = oddsift.report(processes, title="<b>host</b>", known=processes)
    page.save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text() == page.html
    assert "<b>host" not in page.html and "Like no other" in page.html
    with pytest.raises(oddsift.Error, match=r"report.svg: a report is a page; save it as .html"):
        page.save(tmp_path / "report.svg")
    with pytest.raises(oddsift.Error, match=r"no/report\.html"):
        page.save(tmp_path / "no" / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_report_of_weighted_rows_leaves_out_what_counts_rows():
    frame = pd.DataFrame({"bytes": [1, 2, 1, 900], "n": [5, 5, 5, 1]})
    page = oddsift.report(frame, features=["bytes"], weight="n", scale="none", eps=2.0)
    assert "Like no other" in page.html


@pytest.mark.parametrize(
    ("make", "look", "match"),
    [
        (lambda path: oddsift.hunt(path), {}, "has no picture"),
        (lambda path: oddsift.outliers(path, emit="scores"), {}, "has no picture"),
        (lambda path: oddsift.cluster(path), {"features": ["pathScore"]}, "takes two"),
        (lambda path: oddsift.cluster(path), {"features": ["commandlineTokensFull", "none"]}, 'features: "none" is not known'),
        (lambda path: oddsift.cluster(path), {"label": "none"}, "none"),
        (lambda path: oddsift.outliers(path, top=3), {"cut_off": 2}, "cut_off"),
        (lambda path: oddsift.eps(path), {"label": "Account"}, "a picture of distances has none"),
    ],
)
def test_picture_that_cannot_be_is_an_error(processes, make, look, match):
    with pytest.raises(oddsift.Error, match=match):
        make(processes).plot(**look)


def test_pandas_goes_out_where_pandas_came_in(processes):
    frame = pd.read_csv(processes)
    found, expected = oddsift.cluster(frame), oddsift.cluster(processes)
    assert isinstance(found, pd.DataFrame) and not isinstance(expected, pd.DataFrame)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found["ClusterSize"].tolist() == expected.to_pandas()["ClusterSize"].tolist()
    assert found.notes and found.to_arrow().num_rows == len(found)
    assert found.plot().svg.startswith("<svg")
    plain = found[found["ClusterSize"] > 1]
    assert type(plain) is type(found.to_pandas()) is pd.DataFrame
    assert type(pickle.loads(pickle.dumps(found))) is pd.DataFrame
    assert isinstance(oddsift.hunt(found.to_pandas()), pd.DataFrame)


def test_features_of_a_data_frame_keep_its_index(processes):
    frame = pd.read_csv(processes).sample(frac=1, random_state=0)
    found = oddsift.features(frame)
    assert found.index.equals(frame.index)
    assert (found["commandlineLen"] == frame["CommandLine"].str.len()).all()
