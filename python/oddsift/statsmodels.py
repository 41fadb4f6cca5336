"""Decompositions with the signatures of statsmodels.

>>> import numpy as np
>>> from oddsift.statsmodels import STL
>>> found = STL(np.sin(np.arange(60) * np.pi / 6), period=12).fit()
>>> float(abs(found.resid).max()) < 1e-9
True
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import boxcox
from statsmodels.tools.validation import array_like
from statsmodels.tsa import seasonal
from statsmodels.tsa.seasonal import DecomposeResult

from . import _oddsift

__all__ = ["MSTL", "STL"]


class STL(seasonal.STL):
    """statsmodels' STL, computed by oddsift: the same components to 1e-9 of the series.

    Parameters, defaults and errors are those of :class:`statsmodels.tsa.seasonal.STL`. A NaN is a missing value, which has
    no weight; in statsmodels it makes the result NaN.
    """

    def __init__(
        self,
        endog: Any,
        period: int | None = None,
        seasonal: int = 7,
        trend: int | None = None,
        low_pass: int | None = None,
        seasonal_deg: int = 1,
        trend_deg: int = 1,
        low_pass_deg: int = 1,
        robust: bool = False,
        seasonal_jump: int = 1,
        trend_jump: int = 1,
        low_pass_jump: int = 1,
    ) -> None:
        super().__init__(
            endog,
            period,
            seasonal,
            trend,
            low_pass,
            seasonal_deg,
            trend_deg,
            low_pass_deg,
            robust,
            seasonal_jump,
            trend_jump,
            low_pass_jump,
        )
        self._endog = endog

    def __reduce__(self) -> Any:
        config = self.config
        names = "period seasonal trend low_pass seasonal_deg trend_deg low_pass_deg robust seasonal_jump trend_jump low_pass_jump"
        return type(self), (self._endog, *(config[name] for name in names.split()))

    def fit(self, inner_iter: int | None = None, outer_iter: int | None = None) -> DecomposeResult:
        """Returns season, trend, remainder and robustness weights; see :meth:`statsmodels.tsa.seasonal.STL.fit`."""
        y = array_like(self._endog, "endog", dtype=np.double, contiguous=True, ndim=1)
        config = dict(self.config)
        period = config.pop("period")
        args = _args(config, inner_iter, outer_iter)
        season, trend, remainder, weights = _oddsift.stl(y, period, args)
        return _result(self._endog, self._endog, season, trend, remainder, weights)


class MSTL(seasonal.MSTL):
    """statsmodels' MSTL, computed by oddsift: several seasons, each by STL.

    Parameters, defaults and errors are those of :class:`statsmodels.tsa.seasonal.MSTL`; the transform of ``lmbda`` is
    scipy's.
    """

    def fit(self) -> DecomposeResult:
        """Returns seasons, trend, remainder and robustness weights; see :meth:`statsmodels.tsa.seasonal.MSTL.fit`."""
        y = self._transformed()
        options = dict(self._stl_kwargs)
        args = _args(options, options.get("inner_iter"), options.get("outer_iter"))
        periods, windows = [int(it) for it in self.periods], [int(it) for it in self.windows]
        seasons, (trend, remainder, weights) = _oddsift.mstl(y, periods, windows, int(self.iterate), args)
        season = seasons[0] if len(seasons) == 1 else np.column_stack(seasons)
        names = [f"seasonal_{period}" for period in periods]
        observed = pd.Series(y, index=self.endog.index, name="observed") if _is_pandas(self.endog) else y
        return _result(self.endog, observed, season, trend, remainder, weights, names)

    def _transformed(self) -> np.ndarray:
        if self.lmbda == "auto":
            y, self.est_lmbda = boxcox(self._y, lmbda=None)
            return y
        return boxcox(self._y, lmbda=self.lmbda) if self.lmbda else self._y


def _args(options: dict[str, Any], inner_iter: int | None, outer_iter: int | None) -> dict[str, Any]:
    """Returns the parameters as the Rust side takes them."""
    defaults: dict[str, Any] = dict.fromkeys(("seasonal", "trend", "low_pass"))
    defaults |= dict.fromkeys(("seasonal_deg", "trend_deg", "low_pass_deg"), 1)
    defaults |= dict.fromkeys(("seasonal_jump", "trend_jump", "low_pass_jump"), 1)
    given = {name: options[name] for name in defaults if options.get(name) is not None}
    robust = bool(options.get("robust", False))
    return {**defaults, **given, "robust": robust, "inner": inner_iter, "outer": outer_iter}


def _result(
    endog: Any,
    observed: Any,
    season: Any,
    trend: np.ndarray,
    remainder: np.ndarray,
    weights: np.ndarray,
    names: list[str] | None = None,
) -> DecomposeResult:
    """Returns the parts, in pandas where the series is."""
    if not _is_pandas(endog):
        return DecomposeResult(observed, season, trend, remainder, weights)
    index = endog.index
    if season.ndim == 1:
        season = pd.Series(season, index=index, name="season" if names is None else "seasonal")
    else:
        season = pd.DataFrame(season, index=index, columns=names)
    return DecomposeResult(
        observed,
        season,
        pd.Series(trend, index=index, name="trend"),
        pd.Series(remainder, index=index, name="resid"),
        pd.Series(weights, index=index, name="robust_weight"),
    )


def _is_pandas(endog: Any) -> bool:
    return isinstance(endog, (pd.Series, pd.DataFrame))
