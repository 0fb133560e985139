"""Covariances and standard errors of estimates, from the exact Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.primals import watching
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import inverse  # noqa: F401 - defines the primitives `inv` and `solve`
from tapegrad.optimize.curves import errors_of
from tapegrad.optimize.functions import Scalar, Vector, flat_jacobian
from tapegrad.optimize.parameters import Parameters


def covariance(
    fun: Callable[..., Any], x: Any, args: Any = (), of: Callable[..., Any] | None = None
) -> Tensor:
    r"""Covariances of maximum likelihood estimates: the inverse of the observed information.

    .. math:: \operatorname{cov}(\hat x) = H^{-1}, \qquad
        H_{ij} = -\frac{\partial^2 \log L}{\partial x_i \partial x_j}

    For functions of the estimates, :math:`G H^{-1} G^T` with their Jacobian :math:`G` (the delta
    method; Casella and Berger, Statistical Inference, 2002, section 5.5.4).

    Parameters
    ----------
    fun
        ``fun(parameters, *args)``, minus the logarithm of the likelihood.
    x
        The estimates: where `fun` is smallest.
    args
        Further arguments.
    of
        A function of the parameters whose covariances are asked for; by default the parameters.

    Returns
    -------
    Tensor
        A matrix of float64 over all numbers, in the order of `tapegrad.nest.flatten`; tapes can
        follow it.

    Raises
    ------
    ValueError
        If the Hessian is not positive definite: `x` is no minimum, or the data do not determine
        all parameters.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> y = np.array([1.0, 2.0, 4.0, 5.0])
    >>> def nll(mean):
    ...     return tf.reduce_sum((y - mean) ** 2) / 2.0
    >>> tf.optimize.covariance(nll, 3.0).numpy().tolist()
    [[0.25]]
    """
    parameters = Parameters("covariance", x)
    objective = Scalar(fun, parameters, args if isinstance(args, tuple) else (args,))
    leaves = parameters.leaves
    tape = watching(leaves, persistent=True)
    with tape:
        gradient = objective.gradient_at(leaves)
    information = flat_jacobian(tape, gradient, leaves)
    smallest = np.linalg.eigvalsh(information._value)[0]
    if not smallest > np.finfo(float).eps * np.abs(information._value).max(initial=0.0):
        raise ValueError(
            f"covariance: the Hessian is not positive definite, its smallest eigenvalue is "
            f"{smallest:.3g}. Either x is not a minimum of fun, or the data do not determine all "
            f"parameters: minimize first, or fix some of them."
        )
    found: Tensor = recording.inv(information)
    if of is None:
        return found
    tape = watching(leaves, persistent=True)
    with tape:
        y = Vector(of, parameters, ()).at(leaves)
    g = flat_jacobian(tape, y, leaves)
    product: Tensor = recording.matmul(recording.matmul(g, found), g, transpose_b=True)
    return product


def standard_errors(
    fun: Callable[..., Any], x: Any, args: Any = (), of: Callable[..., Any] | None = None
) -> Any:
    """Standard errors of maximum likelihood estimates, or of functions of them.

    Parameters
    ----------
    fun, x, args, of
        As for `covariance`, whose diagonal holds their squares.

    Returns
    -------
    Tensor or structure
        In the structure of `x`, or of what `of` returns.

    Raises
    ------
    ValueError
        If the Hessian is not positive definite.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> y = np.array([1.0, 2.0, 4.0, 5.0])
    >>> def nll(p):
    ...     r = (y - p["mean"]) / tf.exp(p["log_sd"])
    ...     return tf.reduce_sum(r ** 2) / 2.0 + 4.0 * p["log_sd"]
    >>> found = tf.optimize.minimize(nll, {"mean": 0.0, "log_sd": 0.0}, method="trust-exact").x
    >>> errors = tf.optimize.standard_errors(nll, found)
    >>> round(float(errors["mean"]), 4), round(float(errors["log_sd"]), 4)
    (0.7906, 0.3536)
    >>> round(float(tf.optimize.standard_errors(nll, found, of=lambda p: tf.exp(p["log_sd"]))), 4)
    0.559
    """
    matrix = covariance(fun, x, args, of)
    parameters = Parameters("standard_errors", x)
    if of is not None:
        parameters = Parameters("standard_errors", of(parameters.pack(parameters.leaves)))
    return errors_of(parameters, matrix)
