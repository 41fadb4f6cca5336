"""Runs the tests of our peers, as they are, with ours in the place of theirs.

Those of scikit-learn and statsmodels are in their packages. msticpy's package has none: the environment variable
ODDSIFT_PEER_TESTS names a folder with `msticpy/tests`, the folder `tests` of msticpy's repository; without it they are skipped.
Ends with 1 if a test fails that is not expected to (EXPECTED of peer_plugin), or passes that is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VARIABLE = "ODDSIFT_PEER_TESTS"
IN_PACKAGES = {
    "scikit-learn": ["sklearn.cluster.tests.test_dbscan", "sklearn.ensemble.tests.test_iforest"],
    "statsmodels": ["statsmodels.tsa.stl.tests.test_stl", "statsmodels.tsa.stl.tests.test_mstl"],
}
IN_FOLDER = {
    "msticpy": [
        "tests/analysis/test_event_cluster.py",
        "tests/analysis/test_timeseries.py",
        "tests/common/test_timespan.py",
        "tests/transform/test_auditdextract.py",
    ],
}


def main() -> int:
    failed = [peer for peer, modules in IN_PACKAGES.items() if not passes(peer, ["--pyargs", *modules], Path.cwd())]
    folder = os.environ.get(VARIABLE)
    for peer, files in IN_FOLDER.items():
        if not folder:
            print(f"skipped: {len(files)} test files of {peer}; {VARIABLE} names no folder", flush=True)
        elif not passes(peer, files, Path(folder).resolve() / peer):
            failed.append(peer)
    if failed:
        print(f"error: tests of {', '.join(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


def passes(peer: str, arguments: list[str], folder: Path) -> bool:
    """Runs tests of a peer in a folder, in a process of its own: what is put in its place stays there."""
    if not folder.is_dir():
        print(f"error: {VARIABLE} has no folder {folder}", file=sys.stderr)
        return False
    print(f"tests of {peer}:", flush=True)
    options = ["-q", "--no-header", "-p", "peer_plugin", "-p", "no:cacheprovider", "-rx", "--disable-warnings"]
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
