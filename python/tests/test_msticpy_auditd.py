"""Audit logs become msticpy's frames, or the right ones."""

from __future__ import annotations

import pandas as pd
import pytest

theirs = pytest.importorskip("msticpy.transform.auditdextract", exc_type=ImportError)
cluster_auditd = pytest.importorskip("msticpy.analysis.cluster_auditd", exc_type=ImportError)

import oddsift
from oddsift import msticpy as ours

PROCESS = "SYSCALL_EXECVE"


@pytest.fixture(scope="module")
def their_events(audit_log) -> pd.DataFrame:
    return theirs.read_from_file(audit_log)


@pytest.fixture(scope="module")
def stored(audit_log) -> pd.DataFrame:
    """The log as Log Analytics has it: a row for each event, its records in a column."""
    rows: dict[str, list[dict[str, list[str]]]] = {}
    with open(audit_log) as lines:
        for line in lines:
            head, _, body = line.strip().partition("): ")
            kind, _, time = head.removeprefix("type=").partition(" msg=audit(")
            rows.setdefault(time, []).append({kind: body.split(" ")})
    frame = pd.DataFrame({"mssg_id": list(rows), "AuditdMessage": list(rows.values())})
    return frame.assign(Computer="web", TimeGenerated="2019-03-02", uid="of the frame")


@pytest.fixture(scope="module")
def some(stored) -> pd.DataFrame:
    return stored[::4].reset_index(drop=True)


def types(frame):
    return [type(cell) for cell in frame.to_numpy().flat]


def test_events_of_a_log_are_theirs(audit_log, their_events):
    found = ours.read_from_file(audit_log)
    pd.testing.assert_frame_equal(found, their_events)
    assert types(found) == types(their_events)


@pytest.mark.parametrize("event_type", [PROCESS, "USER_CMD", "LOGIN"])
def test_events_of_a_type_are_theirs_by_name(audit_log, event_type):
    found = ours.read_from_file(audit_log, event_type=event_type)
    expected = theirs.read_from_file(audit_log, event_type=event_type)
    pd.testing.assert_frame_equal(found, expected, check_like=True)
    assert types(found) == types(expected[found.columns])


@pytest.mark.parametrize("event_type", [None, PROCESS, "LOGIN"])
def test_events_of_a_frame_are_theirs(some, event_type):
    before = some.copy(deep=True)
    found = ours.extract_events_to_df(some, event_type=event_type)
    pd.testing.assert_frame_equal(some, before)
    expected = theirs.extract_events_to_df(some, event_type=event_type)
    pd.testing.assert_frame_equal(found, expected)
    assert types(found) == types(expected)


def test_records_are_unpacked_as_theirs(stored, capsys):
    for records in stored["AuditdMessage"]:
        assert ours.unpack_auditd(records) == theirs.unpack_auditd(records)


@pytest.mark.parametrize("field", ["a0=6C7", "a0=zz", "a0=FFFE", "a0=", "a0", '=""', "a9=6C73"])
def test_fields_that_cannot_be_decoded_stay_as_theirs(field, capsys):
    records = [{"EXECVE": ["argc=1", field]}]
    assert ours.unpack_auditd(records) == theirs.unpack_auditd(records)


def test_records_without_compat_lose_nothing():
    records = [{"PATH": ["name=2F746D70", "item=0"]}, {"PATH": ["name=(null)"]}, {"USER_CMD": ["msg='cmd=6964", "res=1'"]}]
    assert ours.unpack_auditd(records, compat=False) == {
        "PATH": {"name": "/tmp", "item": "0"},
        "PATH#2": {"name": None},
        "USER_CMD": {"msg.cmd": "id", "msg.res": "1"},
    }


def test_claimed_arguments_cost_nothing():
    records = [{"SYSCALL": ["success=yes"]}, {"EXECVE": ["argc=4294967294", 'a0="ls"']}]
    events = pd.DataFrame({"mssg_id": ["1.0:1"], "AuditdMessage": [records]})
    assert ours.extract_events_to_df(events)["cmdline"].tolist() == ["ls"]


def test_log_without_compat_is_that_of_auditd(audit_log):
    found = ours.read_from_file(audit_log, compat=False)
    expected = oddsift.auditd(audit_log).to_pandas()
    times = pd.to_datetime(expected["TimeGenerated"], utc=True, format="ISO8601")
    pd.testing.assert_frame_equal(found, expected.assign(TimeGenerated=times))
    processes = ours.read_from_file(audit_log, event_type=PROCESS, compat=False)
    assert len(processes) == 72 and set(processes["EventType"]) == {PROCESS}


def test_frame_without_compat_is_that_of_the_log(audit_log, stored):
    found = ours.extract_events_to_df(stored, compat=False)
    expected = ours.read_from_file(audit_log, compat=False)
    columns = list(expected.columns)
    assert list(found.columns) == [*columns, "mssg_id", "Computer"]
    order = ["Serial", "TimeGenerated"]
    pd.testing.assert_frame_equal(
        found.sort_values(order)[columns].reset_index(drop=True), expected.sort_values(order).reset_index(drop=True)
    )
    assert (found["mssg_id"].str.split(":").str[1].astype(int) == found["Serial"]).all()


@pytest.mark.parametrize("compat", [True, False])
def test_lines_in_a_frame_are_read(audit_log, compat):
    with open(audit_log) as log:
        lines = log.read().splitlines()
    data = pd.DataFrame({"raw": lines, "Computer": "web"}, index=range(5, 5 + len(lines)))
    found = ours.extract_events_to_df(data, input_column="raw", compat=compat)
    # A row is a record with msticpy, which raises; events have several.
    assert len(found) == (len(lines) if compat else 830)
    assert (found["Computer"] == "web").all()


def test_lines_that_are_no_records_are_warned_of(tmp_path, stored):
    log = tmp_path / "audit.log"
    log.write_text('garbage\ntype=CWD msg=audit(1.0:1): cwd="/"\n')
    for compat in (True, False):
        with pytest.warns(oddsift.DataWarning, match="1 line was skipped"):
            assert len(ours.read_from_file(str(log), compat=compat)) == 1
    data = pd.DataFrame({"raw": log.read_text().splitlines()})
    for compat in (True, False):
        with pytest.warns(oddsift.DataWarning, match="1 line"):
            assert len(ours.extract_events_to_df(data, "raw", compat=compat)) == 1


def test_no_events_are_an_empty_frame(audit_log, stored):
    for compat in (True, False):
        for found in (
            ours.read_from_file(audit_log, event_type="NONE", compat=compat),
            ours.extract_events_to_df(stored, event_type="NONE", compat=compat),
            ours.extract_events_to_df(stored[:0], compat=compat),
        ):
            assert found.empty and {"EventType", "TimeGenerated"} <= set(found.columns)


def test_log_that_is_not_there_is_an_error():
    for compat in (True, False):
        with pytest.raises(oddsift.Error, match="nowhere"):
            ours.read_from_file("nowhere.log", compat=compat)


def test_subset_is_theirs(their_events):
    found = ours.get_event_subset(their_events, PROCESS)
    pd.testing.assert_frame_equal(found, theirs.get_event_subset(their_events, PROCESS))


@pytest.mark.parametrize("app", [None, "sudo", "/bin/(ba|da)sh$"])
def test_clusters_of_processes_are_theirs(their_events, app):
    processes = theirs.get_event_subset(their_events, PROCESS)
    found = ours.cluster_auditd_processes(processes, app)
    pd.testing.assert_frame_equal(found, cluster_auditd.cluster_auditd_processes(processes, app))


def test_clusters_without_compat_are_those_of_the_tool(audit_log):
    processes = ours.read_from_file(audit_log, event_type=PROCESS, compat=False)
    found = ours.cluster_auditd_processes(processes, compat=False)
    expected = oddsift.auditd(audit_log, emit="clusters").to_pandas()
    assert found["ClusterSize"].tolist() == expected["ClusterSize"].tolist()
    assert found["CommandLine"].tolist() == expected["CommandLine"].tolist()
    assert (found["TimeGenerated"] <= found["LastEventTime"]).all()


@pytest.fixture
def processes(stored) -> pd.DataFrame:
    return ours.extract_events_to_df(stored.drop(columns="uid"), event_type=PROCESS)


def test_tree_is_theirs(processes):
    pd.testing.assert_frame_equal(ours.generate_process_tree(processes), theirs.generate_process_tree(processes))


def test_tree_without_compat_has_no_program_that_could_not_be_run(processes):
    processes.loc[processes.index[0], "success"] = "no"
    with_all = ours.generate_process_tree(processes)
    found = ours.generate_process_tree(processes, compat=False)
    assert (with_all["success"] == "no").any() and not (found["success"] == "no").any()
