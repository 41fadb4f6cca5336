"""The Python half of `cargo xtask peers`: fits one package when told to.

usage: fit.py PEER FILE COLUMNS EPS MIN_SAMPLES

Prints `ready VERSION` and obeys the lines of standard input: `fit` answers `fit SECONDS BYTES`, which is
the time and the memory above idle of one fit, `labels FILE` answers `labels` once they are written there.
"""

import sys
import time

import numpy as np


def status(name):
    """A line of /proc/self/status, in bytes."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def sklearn_plain(x, eps, min_samples):
    return DBSCAN(eps=eps, min_samples=min_samples).fit(x).labels_


def sklearn_unique(x, eps, min_samples):
    rows, inverse, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    model = DBSCAN(eps=eps, min_samples=min_samples).fit(rows, sample_weight=counts)
    return model.labels_[inverse.ravel()]


def cpp(x, eps, min_samples):
    return DBSCAN(x, eps=eps, min_samples=min_samples)[0]


def measured(fit):
    try:
        # This sets VmHWM back to what is resident now; see proc_pid_clear_refs(5).
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = status("VmRSS:")
    except OSError:
        before = None
    begin = time.perf_counter()
    labels = fit()
    seconds = time.perf_counter() - begin
    memory = "-" if before is None else max(status("VmHWM:") - before, 0)
    return labels, f"fit {seconds} {memory}"


peer, file, n_columns, eps, min_samples = sys.argv[1:]
if peer == "cpp":
    from dbscan import DBSCAN
    from importlib.metadata import version as version_of

    version = version_of("dbscan")
else:
    from sklearn import __version__ as version
    from sklearn.cluster import DBSCAN

run = {"sklearn": sklearn_plain, "sklearn-unique": sklearn_unique, "cpp": cpp}[peer]
x = np.fromfile(file, dtype="<f8").reshape(-1, int(n_columns))
eps, min_samples = float(eps), int(min_samples)
labels = None
print("ready", version, flush=True)
for line in sys.stdin:
    word, _, path = line.strip().partition(" ")
    if word == "fit":
        labels = None
        labels, answer = measured(lambda: run(x, eps, min_samples))
        print(answer, flush=True)
    else:
        labels.astype("<i8").tofile(path)
        print("labels", flush=True)
