"""The Python peer of STL. A result is trend, seasonal and remainder, each with the series one after another."""


class Statsmodels:
    def __init__(self, x, threads, seasonal, period, inner, outer):
        from statsmodels.tsa.seasonal import STL

        # A series is a column.
        self.all = x.T.copy()
        self.fit_one = lambda y: STL(y, period=int(period), seasonal=int(seasonal)).fit(int(inner), int(outer))

    def fit(self):
        fits = [self.fit_one(y) for y in self.all]
        return [[getattr(fit, part) for fit in fits] for part in ("trend", "seasonal", "resid")]


PEERS = {"statsmodels": Statsmodels}
