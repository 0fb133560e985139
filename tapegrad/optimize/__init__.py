"""``tf.optimize``: SciPy's solvers, with exact derivatives and differentiable solutions."""

from __future__ import annotations

from tapegrad.optimize.curves import CurveFit, curve_fit
from tapegrad.optimize.equations import fixed_point, root
from tapegrad.optimize.minimization import minimize
from tapegrad.optimize.residuals import least_squares
from tapegrad.optimize.uncertainty import covariance, standard_errors

__all__ = [
    "CurveFit",
    "covariance",
    "curve_fit",
    "fixed_point",
    "least_squares",
    "minimize",
    "root",
    "standard_errors",
]
