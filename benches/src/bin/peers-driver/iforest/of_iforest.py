"""The Python peers of the isolation forest. Scores are lower for odder rows."""

import numpy as np


class Sklearn:
    def __init__(self, x, threads, n_trees, n_samples):
        from joblib import parallel_config
        from sklearn.ensemble import IsolationForest

        # Its rows with one and with two threads have other seeds and so tell how much of a difference is chance.
        self.x, self.threads, self.parallel = x, threads, parallel_config
        self.model = IsolationForest(
            n_estimators=int(n_trees), max_samples=int(n_samples), n_jobs=threads, random_state=threads
        )

    def fit(self):
        self.model.fit(self.x)
        return []

    def score(self):
        # `n_jobs` is for the fit alone.
        with self.parallel(backend="threading", n_jobs=self.threads):
            return self.model.score_samples(self.x)


class Isotree:
    """With what its documentation calls the settings of the paper, "iForest"."""

    def __init__(self, x, threads, n_trees, n_samples):
        from isotree import IsolationForest

        # It is fitted to columns, and fastest at scores of rows.
        self.columns, self.x = np.asfortranarray(x), x
        self.model = IsolationForest(
            ntrees=int(n_trees),
            sample_size=int(n_samples),
            ndim=1,
            max_depth=(int(n_samples) - 1).bit_length(),
            missing_action="fail",
            nthreads=threads,
            random_seed=1,
        )

    def fit(self):
        self.model.fit(self.columns)
        return []

    def score(self):
        return -self.model.predict(self.x)


PEERS = {"sklearn": Sklearn, "isotree": Isotree}
