"""Functions of ``msticpy.transform.auditdextract``: Linux audit logs as frames."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow

from .. import _oddsift, _verbs
from .._reading import DataWarning

#: Fields whose text may be hexadecimal, by the type of the record.
ENCODED = {"EXECVE": ("a0", "a1", "a2", "a3", "arch"), "PROCTITLE": ("proctitle",), "USER_CMD": ("cmd",)}

_PROGRAM = "pid# uid# auid# ses# msg acct exe hostname addr terminal res"
#: The fields that msticpy takes of known types, in its order; those with a # are whole numbers.
_KNOWN = {
    "SYSCALL": "success ppid# pid# auid# uid# gid# euid# egid# ses# exe com",
    "CWD": "cwd",
    "PROCTITLE": "proctitle",
    "LOGIN": "pid# uid# tty old-ses# ses# res",
    "EXECVE": "argc# a0 a1 a2",
    "USER_END": _PROGRAM,
    "CRED_DISP": _PROGRAM,
    "USER_ACCT": _PROGRAM,
    "CRED_ACQ": _PROGRAM,
    "USER_CMD": "pid# uid# auid# ses# msg cmd terminal res",
}
KNOWN = {kind: [(name.rstrip("#"), name.endswith("#")) for name in fields.split()] for kind, fields in _KNOWN.items()}
#: What the kernel writes where there is no login user or session.
UNSET = 4294967295

Records = Iterable[Mapping[str, Iterable[str]]]


def read_from_file(
    filepath: str,
    event_type: str | None = None,
    verbose: bool = False,
    dummy_sep: str = "\t",
    *,
    compat: bool = True,
) -> pd.DataFrame:
    """Reads the events of an audit log.

    Parameters
    ----------
    filepath : str
    event_type : str, optional
        The events of this type only, such as ``"SYSCALL_EXECVE"``.
    verbose : bool
        Print the number of events.
    dummy_sep : str
        Without effect: lines are read whole.
    compat : bool, default True
        As msticpy: events are told apart by their time alone, so that events of one millisecond become one, and of the
        arguments of a program three stay. Else the rows and columns of :func:`oddsift.auditd`, with times as times.

    Returns
    -------
    pandas.DataFrame
        One row for each event, with ``EventType``, ``mssg_id``, ``TimeGenerated`` and a column for each field; with
        ``compat=False`` ``TimeGenerated``, ``EventType``, ``Node``, ``Serial``, ``auid``, ``uid``, ``ses``, ``pid``,
        ``ppid``, ``exe``, ``comm``, ``cwd``, ``cmdline``, ``success``, ``key``. Fields are in the order of their names, also
        where msticpy has another: where all events of the frame have the same.

    Raises
    ------
    Error
        For a log that cannot be read. A line that is no record is left out, with a :class:`oddsift.DataWarning`.

    Examples
    --------
    >>> len(read_from_file("testdata/auditd_log.txt", event_type="SYSCALL_EXECVE"))
    39
    >>> len(read_from_file("testdata/auditd_log.txt", compat=False))
    830
    """
    if compat:
        columns, rows, lost = _oddsift.auditd_as_msticpy(filepath, event_type)
        _warn(lost)
        events = dict(columns)
        last = {name: events.pop(name) for name in ("EventType", "mssg_id")}
        cells = {name: events[name] for name in sorted(events)} | last | {"TimeGenerated": _times(last["mssg_id"])}
        index = None if event_type is None else pd.Index(rows)
        found = pd.DataFrame({name: cells[name] for name in _in_msticpys_order(list(cells))}, index=index, copy=False)
    else:
        found = _verbs.auditd(filepath).to_pandas()
        found = found if event_type is None else found[found["EventType"] == event_type]
    return _told(found, verbose)


def extract_events_to_df(
    data: pd.DataFrame,
    input_column: str = "AuditdMessage",
    event_type: str | None = None,
    verbose: bool = False,
    *,
    compat: bool = True,
) -> pd.DataFrame:
    """Makes a frame of the fields of audit events, which are in one column.

    Parameters
    ----------
    data : pandas.DataFrame
        With ``mssg_id`` (the time in seconds, then perhaps ``:`` and the serial number) and the records of each event; what
        other columns it has are kept, but for ``TimeGenerated``, which is when the event was stored.
    input_column : str
        Column of the records: a list of ``{type: ["key=value", ...]}``, or the text of a line of the log, for which
        msticpy raises an exception; its time needs no ``mssg_id``.
    event_type : str, optional
        The events of this type only, such as ``"SYSCALL_EXECVE"``.
    verbose : bool
        Print the number of events.
    compat : bool, default True
        As msticpy: a record of a known type ends at the first field of its list that is missing or empty, of the arguments
        of a program three stay, and of records of one type the last one. Else the columns of :func:`oddsift.auditd`.

    Returns
    -------
    pandas.DataFrame
        One row for each event, with its time in ``TimeGenerated``.

    Examples
    --------
    >>> records = [{"LOGIN": ["pid=7", "uid=0", "tty=pts0", "old-ses=4294967295", "ses=3", "res=1"]}]
    >>> events = pd.DataFrame({"mssg_id": ["1.5:9"], "AuditdMessage": [records]})
    >>> extract_events_to_df(events)[["EventType", "pid", "old-ses"]].values.tolist()
    [['LOGIN', 7, -1]]
    """
    if compat:
        data = _with_records(data, input_column)
        events = [_event(unpack_auditd(records)) for records in data[input_column]]
        is_wanted = [event_type in (None, kind) for kind, _ in events]
        fields = _fields_of([event for event, wanted in zip(events, is_wanted, strict=True) if wanted])
        found = _joined(fields.set_index(data.index[is_wanted]), data.drop(columns=[input_column]))
    else:
        found = _events_of(data, input_column)
        found = found if event_type is None else found[found["EventType"] == event_type]
    return _told(found, verbose)


def unpack_auditd(audit_str: Records, *, compat: bool = True) -> Mapping[str, Mapping[str, Any]]:
    """Returns the fields of the records of an event.

    Parameters
    ----------
    audit_str : list of ``{type: ["key=value", ...]}``
    compat : bool, default True
        As msticpy: of records of one type the last one stays, and hexadecimal text is decoded in a few fields. Else a
        further record of a type is ``TYPE#2``, text is decoded wherever the kernel encodes it, a field that a program
        reported has the name ``msg.KEY``, and ``(null)`` is None.

    Returns
    -------
    dict of dict
        The fields by the type of their record; a word without a value has None.

    Examples
    --------
    >>> unpack_auditd([{"PROCTITLE": ["proctitle=6C73202D6C"]}])
    {'PROCTITLE': {'proctitle': 'ls -l'}}
    """
    unpacked: dict[str, dict[str, Any]] = {}
    for record in audit_str:
        for kind, parts in record.items():
            if compat:
                unpacked[kind] = dict(_field(kind, part) for part in parts)
            else:
                n_before = sum(name.split("#")[0] == kind for name in unpacked)
                name = f"{kind}#{n_before + 1}" if n_before else kind
                unpacked[name] = dict(_oddsift.auditd_fields(_line(kind, "0.0:0", parts)))
    return unpacked


def get_event_subset(data: pd.DataFrame, event_type: str) -> pd.DataFrame:
    """Returns the events of a type, without the columns that are empty for all of them."""
    return data[data["EventType"] == event_type].dropna(axis=1, how="all").infer_objects()


def generate_process_tree(
    audit_data: pd.DataFrame,
    branch_depth: int = 4,
    processes: pd.DataFrame | None = None,
    *,
    compat: bool = True,
) -> pd.DataFrame:
    """Returns the processes as the tree that msticpy's other functions take; msticpy itself builds it.

    Parameters
    ----------
    audit_data : pandas.DataFrame
        Starts of processes, as :func:`get_event_subset` has them.
    branch_depth, processes
        Without effect, as in msticpy.
    compat : bool, default True
        Programs that could not be run are in the tree, and may be parents, as in msticpy; else they are left out.
    """
    from msticpy.transform.proc_tree_builder import build_process_tree

    if not compat and "success" in audit_data:
        audit_data = audit_data[audit_data["success"] != "no"]
    return build_process_tree(audit_data)


def _field(kind: str, part: str) -> tuple[str, str | None]:
    """Returns name and value of a field, as msticpy decodes it."""
    name, separator, value = part.partition("=")
    if not separator:
        return name, None
    if name not in ENCODED.get(kind, ()) or value.startswith('"'):
        return name, value.strip('"')
    try:
        return name, bytes.fromhex(value).decode()
    except ValueError:
        return name, value


def _event(records: Mapping[str, Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Joins the records of an event: its type and its fields, as msticpy has them."""
    event: dict[str, Any] = {}
    if "SYSCALL" in records and "EXECVE" in records:
        for kind in ("SYSCALL", "CWD", "EXECVE", "PROCTITLE"):
            if kind in records:
                _take(kind, records[kind], event)
            if kind == "EXECVE":
                # Those that the list of fields lacks are empty, and leave their spaces.
                n_present = sum(re.match(r"a\d", name) is not None for name in records[kind])
                n_arguments = min(int(event.get("argc", 1)), max(n_present, 1))
                event["cmdline"] = " ".join(event.get(f"a{nth}", "") for nth in range(n_arguments))
        return "SYSCALL_EXECVE", event
    for kind, fields in records.items():
        if kind in KNOWN:
            _take(kind, fields, event)
        else:
            event.update(fields)
    return next(iter(records), ""), event


def _take(kind: str, fields: Mapping[str, Any], event: dict[str, Any]) -> None:
    """Adds the fields of a known type, up to the first that is missing or empty."""
    for name, is_number in KNOWN[kind]:
        value = fields.get(name)
        if not value:
            return
        if is_number:
            value = int(value)
            value = -1 if value == UNSET else value
        event[f"{name}_{kind}" if name in event else name] = value


def _fields_of(events: list[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    """Returns the fields by name, or in their own order where all events have the same, as pandas has them; then the type."""
    orders = {tuple(event) for _, event in events}
    names = list(*orders) if len(orders) == 1 else sorted({name for order in orders for name in order})
    fields = {name: _objects([event.get(name, np.nan) for _, event in events]) for name in names}
    return pd.DataFrame({**fields, "EventType": _objects([kind for kind, _ in events])})


def _joined(fields: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Joins fields, of which the type is the last column, with the other columns and the times."""
    found = fields.infer_objects().merge(others, left_index=True, right_index=True)
    if not found.empty:
        found = found.dropna(axis=1, how="all")
    found = found.drop(columns="TimeGenerated", errors="ignore")
    found["TimeGenerated"] = pd.Series(_times(found["mssg_id"]), index=found.index)
    return found[_in_msticpys_order(list(found.columns))]


def _in_msticpys_order(names: list[str]) -> list[str]:
    """Returns the names, the last five first."""
    return [*names[-5:], *names[:-5]]


def _times(mssg_ids: Iterable[str]) -> pd.DatetimeIndex:
    """Returns the times of identifiers such as ``1521757638.392:262332``, to the microsecond."""
    seconds = np.array([float(text.split(":")[0]) for text in mssg_ids])
    parts, whole = np.modf(seconds)
    # As datetime.fromtimestamp rounds.
    micros = whole.astype(np.int64) * 1_000_000 + np.rint(parts * 1e6).astype(np.int64)
    return pd.DatetimeIndex((micros * 1000).view("datetime64[ns]"), tz="UTC")


def _objects(values: list[Any]) -> np.ndarray:
    """Returns an array of the values as they are."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _told(found: pd.DataFrame, verbose: bool) -> pd.DataFrame:
    if verbose:
        print(f"Complete. {len(found)} output rows")
    return found


def _has_lines(data: pd.DataFrame, input_column: str) -> bool:
    return not data.empty and isinstance(data[input_column].iloc[0], str)


def _with_records(data: pd.DataFrame, input_column: str) -> pd.DataFrame:
    """Returns the frame with lists of records in the place of lines, and the times of the lines."""
    if not _has_lines(data, input_column):
        return data
    heads = [re.match(r"type=(\S+) msg=audit\(([^)]*)\): ?(.*)", line.strip()) for line in data[input_column]]
    is_record = [head is not None for head in heads]
    if not all(is_record):
        _warn([f"{input_column}: {is_record.count(False)} lines hold no audit record and were left out"])
    parts = [head.groups() for head in heads if head is not None]
    records = [[{kind: body.split(" ")}] for kind, _, body in parts]
    return data[is_record].assign(**{"mssg_id": [time for _, time, _ in parts], input_column: records})


def _events_of(data: pd.DataFrame, input_column: str) -> pd.DataFrame:
    """Returns the events as :func:`oddsift.auditd` has them, with the other columns of their first rows."""
    has_lines = _has_lines(data, input_column)
    if has_lines:
        groups = [data[input_column].tolist()]
    else:
        of_rows = zip(data["mssg_id"], data[input_column], strict=True)
        groups = [[_line(kind, time, parts) for record in records for kind, parts in record.items()] for time, records in of_rows]
    frame, lost = _oddsift.auditd_events(groups)
    _warn(lost)
    events = pyarrow.table(frame).to_pandas()
    rows = events["line" if has_lines else "group"]
    events = events.drop(columns=["group", "line"])
    others = data.drop(columns=[input_column, *events.columns], errors="ignore").iloc[rows]
    return pd.concat([events.set_index(others.index), others], axis=1)


def _line(kind: str, time: str, parts: Iterable[str]) -> str:
    """Returns the line of a record; a time without a serial number has 0."""
    time = time if ":" in time else f"{time}:0"
    return f"type={kind} msg=audit({time}): {' '.join(parts)}"


def _warn(lost: list[str]) -> None:
    for what in lost:
        warnings.warn(what, DataWarning, stacklevel=3)
