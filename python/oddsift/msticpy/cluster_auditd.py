"""The function of ``msticpy.analysis.cluster_auditd``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..sklearn import DBSCAN
from .eventcluster import add_process_features, dbcluster_events, exemplars

#: msticpy's names of process events, by those of audit logs.
NAMES = {
    "acct": "SubjectUserName",
    "uid": "SubjectUserSid",
    "user": "SubjectUserName",
    "ses": "SubjectLogonId",
    "pid": "NewProcessId",
    "exe": "NewProcessName",
    "ppid": "ProcessId",
    "cmdline": "CommandLine",
}
NEEDED = ("cwd", *dict.fromkeys(NAMES.values()))
SHOWN = [
    "TimeGenerated",
    "NewProcessName",
    "CommandLine",
    "NewProcessId",
    "SubjectUserSid",
    "cwd",
    "ClusterSize",
    "ProcessId",
]


def cluster_auditd_processes(audit_data: pd.DataFrame, app: str | None = None, *, compat: bool = True) -> pd.DataFrame:
    """Clusters the processes of an audit log: one row for each that is like no other, and one for each cluster.

    Parameters
    ----------
    audit_data : pandas.DataFrame
        Starts of processes, as :func:`get_event_subset` has them, with ``TimeGenerated``, ``exe``, ``uid`` and what else of
        ``cmdline``, ``ses``, ``pid``, ``ppid`` and ``cwd`` is known.
    app : str, optional
        Only processes in whose program's path this regular expression is found.
    compat : bool, default True
        As msticpy: processes are alike by the sum of their path's characters and the user, scaled, so that all that root
        runs is one cluster. Else processes are alike that run the same program, with as many delimiters in the command
        line, as the same user, and both in a login session or both in none.

    Returns
    -------
    pandas.DataFrame
        ``TimeGenerated`` (the first time of the cluster), ``NewProcessName``, ``CommandLine``, ``pid``, ``SubjectUserSid``,
        ``cwd``, ``ClusterSize``, ``ppid``; with ``compat=False`` ``LastEventTime`` and ``ClusterId``, too.

    Examples
    --------
    >>> from oddsift.msticpy import get_event_subset, read_from_file
    >>> processes = get_event_subset(read_from_file("testdata/auditd_log.txt"), "SYSCALL_EXECVE")
    >>> len(cluster_auditd_processes(processes)), len(cluster_auditd_processes(processes, compat=False))
    (3, 12)
    """
    processes = audit_data if app is None else audit_data[audit_data["exe"].str.contains(app, na=False)]
    processes = processes.rename(columns=NAMES)
    processes = processes.assign(**{name: "" for name in NEEDED if name not in processes})
    data = add_process_features(processes, compat=compat)
    if compat:
        columns = ["pathScore", "SubjectUserSid"]
        found, _, _ = dbcluster_events(data, columns, time_column="TimeGenerated", max_cluster_distance=0.0001)
        shown = SHOWN
    else:
        found = _like_processes(data)
        shown = [*SHOWN, "LastEventTime", "ClusterId"]
    return found[shown].rename(columns={"NewProcessId": "pid", "ProcessId": "ppid"})


def _like_processes(data: pd.DataFrame) -> pd.DataFrame:
    """Clusters processes that are equal in program, delimiters, user and kind of session."""
    # Programs and users are numbered: a sum of characters or a hash could be forged.
    numbered = [pd.factorize(data[name])[0] for name in ("NewProcessName", "SubjectUserSid")]
    x = np.column_stack([*numbered, data["commandlineTokensFull"], data["isSystemSession"]]).astype(np.float64)
    # The numbers are whole: apart by less than 1 is equal.
    labels = DBSCAN(eps=0.5, min_samples=2).fit_predict(x)
    found = exemplars(data, labels, "TimeGenerated", compat=False)
    return found.assign(TimeGenerated=found["FirstEventTime"])
