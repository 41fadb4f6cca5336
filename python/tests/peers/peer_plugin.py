"""A plugin for pytest that puts ours in the place of a peer's, so that its own tests run on ours.

pytest -p peer_plugin --pyargs sklearn.cluster.tests.test_dbscan
"""

from __future__ import annotations

import sklearn.cluster
import sklearn.ensemble
import statsmodels.tsa.seasonal

import oddsift.sklearn
import oddsift.statsmodels

sklearn.cluster.DBSCAN = oddsift.sklearn.DBSCAN
sklearn.cluster.dbscan = oddsift.sklearn.dbscan
sklearn.ensemble.IsolationForest = oddsift.sklearn.IsolationForest
statsmodels.tsa.seasonal.STL = oddsift.statsmodels.STL
statsmodels.tsa.seasonal.MSTL = oddsift.statsmodels.MSTL

try:
    import oddsift.msticpy
except ImportError:
    pass
else:
    oddsift.msticpy.install()
