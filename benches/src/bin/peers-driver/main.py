"""The Python half of `cargo xtask peers`: runs one package when told to.

usage: main.py ALGORITHM PEER FILE COLUMNS THREADS PARAMETER..

A peer is a class of the module `of_ALGORITHM`, made from the data (or from the name of the file where COLUMNS is `-`),
the number of threads and the parameters, with a method for each step. This prints `ready` and obeys the lines of standard input: a step such as `fit` answers
`fit SECONDS BYTES`, which is its time and its peak memory above that before the first step; `save FILE` answers `save`
once the result of the latest step, 8 bytes a number, is written there.
"""

import importlib
import sys
import time

import numpy as np


def status(name):
    """A line of /proc/self/status, in bytes."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def resident():
    """Bytes in use; None where the system does not tell. The peak is set back to it."""
    try:
        # See proc_pid_clear_refs(5).
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        return status("VmRSS:")
    except OSError:
        return None


def measured(step, idle):
    resident()
    begin = time.perf_counter()
    result = step()
    seconds = time.perf_counter() - begin
    memory = "-" if idle is None else max(status("VmHWM:") - idle, 0)
    return result, f"{seconds} {memory}"


# What a package prints is no answer.
answers, sys.stdout = sys.stdout, sys.stderr
algorithm, name, file, n_columns, threads, *params = sys.argv[1:]
data = file if n_columns == "-" else np.fromfile(file, dtype="<f8").reshape(-1, int(n_columns))
peer = importlib.import_module(f"of_{algorithm}").PEERS[name](data, int(threads), *params)
idle = resident()
result = None
print("ready", file=answers, flush=True)
for line in sys.stdin:
    word, _, path = line.strip().partition(" ")
    if word == "save":
        values = np.ravel(result)
        values.astype("<f8" if values.dtype.kind == "f" else "<i8").tofile(path)
        print("save", file=answers, flush=True)
    else:
        result = None
        result, spent = measured(getattr(peer, word), idle)
        print(word, spent, file=answers, flush=True)
