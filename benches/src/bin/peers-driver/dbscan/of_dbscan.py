"""The Python peers of DBSCAN."""

import numpy as np


class Plain:
    def __init__(self, x, threads, eps, min_samples):
        from sklearn.cluster import DBSCAN

        self.x, self.model = x, DBSCAN(eps=float(eps), min_samples=int(min_samples))

    def fit(self):
        return self.model.fit(self.x).labels_


class Unique(Plain):
    def fit(self):
        rows, inverse, counts = np.unique(self.x, axis=0, return_inverse=True, return_counts=True)
        return self.model.fit(rows, sample_weight=counts).labels_[inverse.ravel()]


class Cpp:
    def __init__(self, x, threads, eps, min_samples):
        from dbscan import DBSCAN

        self.fit = lambda: DBSCAN(x, eps=float(eps), min_samples=int(min_samples))[0]


PEERS = {"sklearn": Plain, "sklearn-unique": Unique, "cpp": Cpp}
