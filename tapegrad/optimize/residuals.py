"""`least_squares`: residuals with their Jacobian, dense or sparse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.ops import inverse  # noqa: F401 - defines the primitives `inv` and `solve`
from tapegrad.ops.cholesky import cholesky
from tapegrad.optimize.bounds import Bounds
from tapegrad.optimize.functions import Scalar, Vector
from tapegrad.optimize.minimization import optimum
from tapegrad.optimize.parameters import FLOAT64, Parameters, flat64
from tapegrad.optimize.solvers import scipy_optimize


def _soft_l1(z: Tensor) -> Tensor:
    root: Tensor = recording.sqrt(1.0 + z)
    return 2.0 * (root - 1.0)


def _huber(z: Tensor) -> Tensor:
    inside = z._value <= 1.0
    root = recording.sqrt(
        recording.where(wrap_constant(inside), recording.identity(z * 0.0 + 1.0), z)
    )
    found: Tensor = recording.where(wrap_constant(inside), z, 2.0 * root - 1.0)
    return found


def _cauchy(z: Tensor) -> Tensor:
    found: Tensor = recording.log1p(z)
    return found


def _arctan(z: Tensor) -> Tensor:
    found: Tensor = recording.atan(z)
    return found


#: What SciPy's losses make of a squared residual; see `scipy.optimize.least_squares`.
_LOSSES: dict[str, Callable[[Tensor], Any]] = {
    "linear": lambda z: z,
    "soft_l1": _soft_l1,
    "huber": _huber,
    "cauchy": _cauchy,
    "arctan": _arctan,
}


def least_squares(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    bounds: Any = None,
    method: str = "trf",
    ftol: float | None = 1e-8,
    xtol: float | None = 1e-8,
    gtol: float | None = 1e-8,
    loss: str = "linear",
    f_scale: float = 1.0,
    sparse: bool = False,
    **options: Any,
) -> Any:
    r"""Minimize a sum of squares of residuals, with their exact Jacobian.

    .. math:: F(x) = \frac12 \sum_i C^2 \rho\left(f_i(x)^2 / C^2\right)

    The solution is differentiable as that of `minimize` is.

    Parameters
    ----------
    fun
        ``fun(parameters, *args)``, the residuals: a real tensor of any shape, or a structure of
        them.
    x0, args
        As for `minimize`.
    bounds
        As for `minimize`; for one vector also SciPy's pair of vectors, ``(low, high)``.
    method, ftol, xtol, gtol, loss, f_scale
        As in `scipy.optimize.least_squares`; the loss is one of those with a name.
    sparse
        Whether to find the sparsity of the Jacobian from the record of `fun`, and to compute and
        hand on a sparse matrix (methods "trf" and "dogbox"); see
        `tapegrad.autodiff.SparseJacobian`.
    options
        Further arguments of `scipy.optimize.least_squares`: ``max_nfev``, ``x_scale``,
        ``verbose``, ...

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x`` is the solution in the structure of `x0`, ``cost`` the sum of squares there, a tensor
        of shape (). The other fields are those of SciPy: ``jac`` (a matrix, sparse if asked for),
        ``fun`` (the residuals as one vector), ``grad``, ``success``, ...

    Raises
    ------
    TypeError
        If parameters are not real, or `fun` returns no tensor.
    ValueError
        If `loss` has no such name, or bounds do not match the parameters.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> t = np.linspace(0.0, 2.0, 9)
    >>> y = 3.0 * np.exp(-1.5 * t)
    >>> found = tf.optimize.least_squares(
    ...     lambda p: p["height"] * tf.exp(-p["rate"] * t) - y, {"height": 1.0, "rate": 1.0}
    ... )
    >>> round(float(found.x["height"]), 6), round(float(found.x["rate"]), 6)
    (3.0, 1.5)
    """
    if loss not in _LOSSES:
        raise ValueError(f"least_squares: loss is one of {sorted(_LOSSES)}, not {loss!r}.")
    parameters = Parameters("least_squares", x0)
    residuals = Vector(fun, parameters, args if isinstance(args, tuple) else (args,))
    limits = None if bounds is None else Bounds(parameters, bounds, vectors=True)
    callback = options.pop("callback", None)
    if callback is not None:
        raise TypeError("least_squares takes no callback: SciPy's solver has none in all versions.")
    box = (-np.inf, np.inf) if limits is None else (limits.low._value, limits.high._value)
    result = scipy_optimize().least_squares(
        residuals.value,
        parameters.vector(),
        jac=residuals.sparse_jacobian if sparse else residuals.jacobian,
        bounds=box,
        method=method,
        ftol=ftol,
        xtol=xtol,
        gtol=gtol,
        loss=loss,
        f_scale=f_scale,
        **options,
    )
    cost = Cost(residuals, parameters, loss, f_scale)
    failure = "" if result.success else str(result.message)
    leaves = optimum(cost, parameters, result.x, limits, failure=failure)
    result.x = parameters.settle(leaves)
    result.cost = parameters.dressed(cost.at(leaves))
    return result


class Cost(Scalar):
    """Half the sum of what a loss makes of the squares of residuals."""

    def __init__(
        self, residuals: Vector, parameters: Parameters, loss: str = "linear", scale: float = 1.0
    ) -> None:
        super().__init__(_no_function, parameters, ())
        self._residuals, self._rho, self._scale = residuals, _LOSSES[loss], float(scale)

    def at(self, leaves: Sequence[Any]) -> Tensor:
        """The cost."""
        r = self._residuals.at(leaves) * (1.0 / self._scale)
        rho = self._rho(r * r)
        total = recording.reduce_sum(rho, axes=(-1,), keepdims=False)
        found: Tensor = total * (0.5 * self._scale**2)
        return found


def _no_function(*args: Any) -> Any:
    raise NotImplementedError("A cost is computed from residuals.")


def weighted_by(op: str, sigma: Any, size: int) -> Callable[[Tensor], Tensor]:
    """What makes residuals of variance one: division by deviations, or a whitening matrix."""
    value = sigma._value
    if value.shape in ((), (1,), (size,)):
        deviations = flat64([sigma])
        return lambda r: r / deviations
    if value.shape == (size, size):
        if value.dtype != FLOAT64:
            sigma = recording.cast(sigma, dtype=FLOAT64, source=value.dtype)
        lower = cholesky(sigma)

        def whitened(r: Tensor) -> Tensor:
            column = recording.reshape(r, to=(size, 1))
            found: Tensor = recording.reshape(
                recording.solve(lower, column, adjoint=False, checked=True), to=(size,)
            )
            return found

        return whitened
    raise ValueError(
        f"{op}: sigma should hold standard deviations or covariances of the data. Expect: shape "
        f"({size},) or ({size}, {size}), Actual: shape {value.shape}."
    )
