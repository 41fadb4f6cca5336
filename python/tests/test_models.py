"""Saved models, and the nightly job."""

from __future__ import annotations

import json
import os
import pickle

import pandas as pd
import pytest

import oddsift

DAY = "testdata/processes_on_host.csv"


@pytest.fixture
def halves(processes, tmp_path) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.read_csv(processes)
    return frame.iloc[:200], frame.iloc[200:]


def test_model_tells_what_it_was_made_of(processes, tmp_path):
    path = tmp_path / "model.json"
    oddsift.cluster(processes, save_model=path)
    model = oddsift.load(path)
    assert model.facts["kind"] == "clusters, for `score`" and model.facts["rows"] == "363"
    assert model.facts["tool"].startswith("oddsift for Python") and len(model.facts["sha256"]) == 64
    assert os.fspath(model) == str(path)
    assert pickle.loads(pickle.dumps(model)).facts == model.facts


def test_model_labels_its_own_rows_as_it_was_fitted(processes, tmp_path):
    path = tmp_path / "model.json"
    found = oddsift.cluster(processes, features=["commandlineLen", "pathScore"], save_model=path)
    scored = oddsift.score(path, processes)
    core = oddsift.cluster(processes, features=["commandlineLen", "pathScore"], emit="labels").to_arrow()["IsCore"]
    assert all(a == b for a, b, is_core in zip(scored.labels, found.labels, core.to_pylist(), strict=True) if is_core)
    assert scored.counts.rows == 363 and scored.counts.new_rows == int((scored.labels == -1).sum())


def test_nightly_job_tells_each_line_once(halves, tmp_path):
    model, seen = tmp_path / "model.json", tmp_path / "seen.json"
    first, second = halves
    oddsift.cluster(first, save_model=model)
    night = oddsift.load(model).score(second, only="new", seen=seen)
    assert len(night) > 0 and night.counts.newest is not None
    assert json.loads(seen.read_text())["format"] == "oddsift-seen"
    again = oddsift.load(model).score(second, only="new", seen=seen)
    assert len(again) == 0 and again.counts.new_rows == night.counts.new_rows
    assert len(oddsift.load(model).score(second, only="new")) == len(night)


def test_seen_stays_as_it_is_where_a_call_fails(halves, tmp_path):
    model, seen = tmp_path / "model.json", tmp_path / "seen.json"
    oddsift.cluster(halves[0], save_model=model)
    oddsift.score(model, halves[1], only="new", seen=seen)
    before = seen.read_bytes()
    with pytest.raises(oddsift.Error):
        oddsift.score(model, pd.DataFrame({"other": [1]}), only="new", seen=seen)
    assert seen.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"only": "old"}, 'only: "old" is not known'),
        ({"seen": "s.json"}, "seen: goes with only='new'"),
        ({"only": "new", "with_input": True}, "with_input: goes without"),
        ({"only": "new", "seen": "s.json", "forget_after": "0s"}, "forget_after"),
    ],
)
def test_parameters_that_do_not_go_together_are_errors(processes, tmp_path, options, match):
    oddsift.cluster(processes, save_model=tmp_path / "model.json")
    with pytest.raises(oddsift.Error, match=match):
        oddsift.score(tmp_path / "model.json", processes, **options)
    assert not os.path.exists("s.json")


def test_merged_history_knows_both_days(halves, processes, tmp_path):
    days = [tmp_path / "monday.json", tmp_path / "tuesday.json"]
    for day, half in zip(days, halves, strict=True):
        oddsift.hunt(half, save_model=day)
    week = oddsift.merge([oddsift.load(days[0]), days[1]], tmp_path / "week.json", forget=10_000)
    assert week.facts["rows of the lines"] == "363"
    assert len(oddsift.hunt(processes, known=week)) == 0
    assert len(oddsift.hunt(processes, known=days[0])) > 0
    with pytest.raises(oddsift.Error, match="gives no scores"):
        week.score(processes)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "oddsift-clusters", "version": 99}', "\x00\xff"])
def test_what_is_no_model_is_an_error(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(oddsift.Error, match=r"model\.json"):
        oddsift.load(path)
    with pytest.raises(oddsift.Error, match=r"model\.json"):
        oddsift.merge([path], tmp_path / "week.json")
    assert not (tmp_path / "week.json").exists()


def test_model_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(oddsift.Error, match=r"none.json.*cannot be read"):
        oddsift.load(tmp_path / "none.json")
