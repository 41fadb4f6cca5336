"""A plugin for pytest that puts ours in the place of a peer's, so that its own tests run on ours.

pytest -p peer_plugin --pyargs sklearn.cluster.tests.test_dbscan
"""

from __future__ import annotations

import pytest
import sklearn.cluster
import sklearn.ensemble
import statsmodels.tsa.seasonal

import oddsift.msticpy
import oddsift.sklearn
import oddsift.statsmodels

#: Tests that fail, by module and name, each with the reason; one of them that passes is a failure.
EXPECTED = {
    ("test_iforest", "test_iforest_chunks_works1"): "counts calls of a function within scikit-learn",
    ("test_iforest", "test_iforest_chunks_works2"): "counts calls of a function within scikit-learn",
}

sklearn.cluster.DBSCAN = oddsift.sklearn.DBSCAN
sklearn.cluster.dbscan = oddsift.sklearn.dbscan
sklearn.ensemble.IsolationForest = oddsift.sklearn.IsolationForest
statsmodels.tsa.seasonal.STL = oddsift.statsmodels.STL
statsmodels.tsa.seasonal.MSTL = oddsift.statsmodels.MSTL

_lacking = oddsift.msticpy.INSTALLED.keys() - oddsift.msticpy.install()
if _lacking:
    raise ImportError(f"msticpy's own are still in {', '.join(sorted(_lacking))}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that are expected to fail; each must be there."""
    found, modules = set(), set()
    for item in items:
        module = item.path.stem
        key = (module, getattr(item, "originalname", item.name))
        modules.add(module)
        if key in EXPECTED:
            found.add(key)
            item.add_marker(pytest.mark.xfail(reason=EXPECTED[key], strict=True))
    gone = [name for module, name in EXPECTED.keys() - found if module in modules]
    if gone:
        raise pytest.UsageError(f"no test is named {', '.join(sorted(gone))}; see EXPECTED of peer_plugin")
