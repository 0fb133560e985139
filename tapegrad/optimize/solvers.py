"""SciPy's solvers, imported when the first of them is needed."""

from __future__ import annotations

from typing import Any


def scipy_optimize() -> Any:
    """The module `scipy.optimize`."""
    from scipy import optimize

    return optimize
