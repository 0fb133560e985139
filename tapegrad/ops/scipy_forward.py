"""Forward functions that are SciPy's, which is imported when the first of them is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def from_scipy(name: str, output: int | None = None) -> Callable[..., Any]:
    """The function of `scipy.special`, for floating point numbers, in the dtype of the last.

    Parameters
    ----------
    name
        Its name there.
    output
        Which one of its results, if it has several.
    """

    def forward(*arrays: Any) -> Any:
        from scipy import special

        dtype = require_float(arrays[-1])
        found = getattr(special, name)(*arrays)
        return (found if output is None else found[output]).astype(dtype, copy=False)[()]

    return forward


def require_float(x: Any) -> Any:
    """The dtype of `x`, a float; else TypeError, which calls turn into an explanation."""
    dtype = x.dtype
    if dtype.kind != "f" and dtype.name != "bfloat16":
        raise TypeError
    return dtype


def of_whole_number(function: Callable[..., Any], n: Any, *arrays: Any) -> Any:
    """A function of SciPy that is defined for integers `n` alone; NaN where it is no integer."""
    n = np.asarray(n)
    whole = (np.floor(n) == n) & (np.abs(n) < 2.0**31)
    result = function(np.where(whole, n, 0).astype(np.int64), *arrays)
    return result if whole.all() else np.where(whole, result, np.nan)
