"""Components are statsmodels'."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa import seasonal

from oddsift.statsmodels import MSTL, STL


@pytest.fixture
def series() -> pd.Series:
    hours = np.arange(24 * 7 * 6)
    noise = np.random.default_rng(0).normal(size=len(hours))
    values = hours / 50 + 5 * np.sin(hours * np.pi / 12) + 3 * np.sin(hours * np.pi / 84) + noise
    return pd.Series(values, index=pd.date_range("2024-01-01", periods=len(hours), freq="h"), name="bytes")


def compare(ours, theirs):
    for part in ("observed", "seasonal", "trend", "resid", "weights"):
        a, b = getattr(ours, part), getattr(theirs, part)
        assert type(a) is type(b)
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
        if isinstance(a, pd.Series):
            pd.testing.assert_index_equal(a.index, b.index)
            assert a.name == b.name
        elif isinstance(a, pd.DataFrame):
            assert list(a.columns) == list(b.columns)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("options", [{}, {"seasonal": 13, "trend_jump": 3}, {"seasonal_deg": 0, "low_pass_deg": 0}])
def test_stl_is_theirs(series, robust, options):
    compare(STL(series, robust=robust, **options).fit(), seasonal.STL(series, robust=robust, **options).fit())
    values = series.to_numpy()
    compare(STL(values, 24, **options).fit(1, 2), seasonal.STL(values, 24, **options).fit(1, 2))


@pytest.mark.parametrize("periods", [24, (24, 168), (168, 24)])
@pytest.mark.parametrize("lmbda", [None, 0.5, "auto"])
def test_mstl_is_theirs(series, periods, lmbda):
    series = series + 20
    kwargs = {"robust": True, "inner_iter": 2, "outer_iter": 3}
    ours = MSTL(series, periods=periods, lmbda=lmbda, stl_kwargs=dict(kwargs))
    theirs = seasonal.MSTL(series, periods=periods, lmbda=lmbda, stl_kwargs=dict(kwargs))
    compare(ours.fit(), theirs.fit())
    assert ours.est_lmbda == theirs.est_lmbda and str(ours) == str(theirs)


def test_missing_values_have_no_weight(series):
    series.iloc[100:110] = np.nan
    found = STL(series, period=24).fit()
    assert np.isfinite(found.trend).all() and (found.weights.iloc[100:110] == 0).all()


def test_stl_is_the_same_after_pickle(series):
    model = STL(series, seasonal=9)
    again = pickle.loads(pickle.dumps(model))
    assert type(again) is STL and again.config == model.config
    np.testing.assert_array_equal(again.fit().trend, model.fit().trend)


def test_signatures_are_theirs():
    assert list(inspect.signature(MSTL).parameters) == list(inspect.signature(seasonal.MSTL).parameters)
    names = list(inspect.signature(STL).parameters)
    assert seasonal.STL.__doc__.strip().startswith("STL(" + names[0])
    assert all(f"{name}=" in seasonal.STL.__doc__ for name in names[1:])
