"""`curve_fit`: models fitted to data, with covariances."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core import nest
from tapegrad.core.primals import outputs_of, watching
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, wrap_constant
from tapegrad.ops import inverse  # noqa: F401 - defines the primitives `inv` and `solve`
from tapegrad.optimize.bounds import Bounds
from tapegrad.optimize.functions import Vector, flat_jacobian
from tapegrad.optimize.parameters import Parameters, as_data, flat64
from tapegrad.optimize.residuals import least_squares, weighted_by


class CurveFit(NamedTuple):
    """What `curve_fit` found.

    Attributes
    ----------
    popt
        The parameters, in the structure of ``p0``.
    pcov
        Their covariances, a matrix over all numbers of the parameters.

    Examples
    --------
    >>> import tapegrad as tf
    >>> fit = tf.optimize.curve_fit(lambda x, a: a * x, [1.0, 2.0, 3.0], [1.0, 2.5, 3.0])
    >>> fit.standard_errors.numpy().round(4).tolist()
    [0.0799]
    """

    popt: Any
    pcov: Any

    @property
    def standard_errors(self) -> Any:
        """The square roots of the variances, in the structure of the parameters."""
        return errors_of(Parameters("curve_fit", self.popt), self.pcov)


def errors_of(parameters: Parameters, covariance: Any) -> Any:
    """The square roots of the diagonal of a matrix, in the structure of the parameters."""
    size = parameters.size
    flat = recording.reshape(covariance, to=(size * size,))
    roots = recording.sqrt(recording.getitem(flat, index=(Ellipsis, slice(None, None, size + 1))))
    found, start = [], 0
    for x in parameters.leaves:
        end = start + x._value.size
        part = recording.getitem(roots, index=(Ellipsis, slice(start, end, None)))
        found.append(recording.reshape(part, to=x._value.shape))
        start = end
    return parameters.pack(found)


def curve_fit(
    f: Callable[..., Any],
    xdata: Any,
    ydata: Any,
    p0: Any = None,
    sigma: Any = None,
    absolute_sigma: bool = False,
    check_finite: bool | None = None,
    bounds: Any = None,
    method: str | None = None,
    jac: None = None,
    full_output: bool = False,
    nan_policy: str | None = None,
    **options: Any,
) -> Any:
    r"""Fit a model to data by least squares, with its exact Jacobian.

    The covariance of the estimates is :math:`s^2 (J^T J)^{-1}`, where :math:`J` is the Jacobian of
    the residuals, each divided by its standard deviation, and :math:`s^2` their mean square over
    the degrees of freedom; with `absolute_sigma`, :math:`s^2 = 1`. Estimates and covariances are
    differentiable by the data, by `sigma`, and by what else the model depends on.

    Parameters
    ----------
    f
        The model: ``f(xdata, *p)`` if `p0` is None or a vector (an array, list or tuple), as in
        SciPy; otherwise ``f(xdata, p)`` with `p` in the structure of `p0`.
    xdata
        What the model is a function of: numbers, a tensor, a pandas or xarray object, or a
        structure of them. Tensors keep their dtype, other numbers take that of the parameters.
    ydata
        The data, of the shape of what the model returns.
    p0
        Where to begin; by default ones, as many as `f` has arguments, or between the bounds.
    sigma
        Standard deviations of the data, or the matrix of their covariances.
    absolute_sigma
        Whether `sigma` is in the units of the data, or only their ratios matter.
    check_finite
        Whether to look for NaN and infinities in the data; by default if there is no `nan_policy`.
    bounds
        As for `least_squares`.
    method
        ``'lm'``, ``'trf'`` or ``'dogbox'``; by default ``'trf'`` with bounds, ``'lm'`` without.
    jac
        Only None: the Jacobian is found here.
    full_output
        Whether to return what SciPy does then, ``(popt, pcov, infodict, mesg, ier)``.
    nan_policy
        ``'raise'`` for an error where data are NaN, ``'omit'`` to leave out these data, with what
        belongs to them along the last axis of `xdata` and of `sigma`.
    options
        Further arguments of `least_squares`; ``maxfev`` is its ``max_nfev``.

    Returns
    -------
    CurveFit
        The pair ``(popt, pcov)``, whose attribute ``standard_errors`` has the structure of `p0`.

    Raises
    ------
    TypeError
        If `jac` is given.
    ValueError
        If data are masked, missing or not finite, or shapes do not match.
    RuntimeError
        If the solver does not find a minimum.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> popt, pcov = tf.optimize.curve_fit(lambda x, a, b: a + b * x, x, 1.0 + 2.0 * x + x % 2)
    >>> popt.numpy().round(4).tolist(), pcov.numpy().diagonal().round(4).tolist()
    ([1.2, 2.2], [0.28, 0.08])
    """
    op = "curve_fit"
    if jac is not None:
        raise TypeError(f"{op}: the exact Jacobian is found here: leave jac={jac!r} out.")
    if nan_policy not in (None, "raise", "omit"):
        raise ValueError(f"{op}: nan_policy is 'raise', 'omit' or None, not {nan_policy!r}.")
    if p0 is None:
        p0 = np.ones(_arguments_of(f))
        if bounds is not None:
            p0 = _inside(Bounds(Parameters(op, p0), bounds, vectors=True))
    parameters = Parameters(op, p0)
    spread = not nest.is_nested(parameters.structure) and parameters.leaves[0]._value.ndim == 1
    dtype = parameters.leaves[0]._value.dtype
    x = nest.map_structure(lambda part: _of_dtype(part, dtype), _together(xdata))
    y = flat64([as_data(op, "ydata", ydata)])
    weights = None if sigma is None else as_data(op, "sigma", sigma)
    if nan_policy is not None:
        missing = _missing(op, nest.flatten(x), y)
        if missing.any() and nan_policy == "raise":
            raise ValueError(
                f"{op}: data number {np.flatnonzero(missing)[0]} is NaN (nan_policy='raise')."
            )
        if missing.any():
            size, kept = y._value.size, wrap_constant(np.flatnonzero(~missing))
            x = nest.map_structure(lambda part: _picked(part, kept, size), x)
            y = _picked(y, kept, size)
            weights = None if weights is None else _picked(weights, kept, size)
    if check_finite or (check_finite is None and nan_policy is None):
        for name, part in (*(("xdata", part) for part in nest.flatten(x)), ("ydata", y)):
            if part._value.dtype.kind in "fc" and not np.isfinite(part._value).all():
                raise ValueError(
                    f"{op}: {name} has NaN or infinite entries. Drop them together with what "
                    f"belongs to them, for example keep = numpy.isfinite(y); with pandas, dropna()."
                )
    weigh = None
    if weights is not None:
        weigh = weighted_by(op, weights, y._value.size)

    def residuals(p: Any) -> Any:
        found = f(x, *recording.unstack(p, axis=-1)) if spread else f(x, p)
        model = flat64(outputs_of(op, found))
        if model._value.size not in (1, y._value.size):
            raise ValueError(
                f"{op}: the model does not fit ydata. Expect: {y._value.size} numbers, Actual: "
                f"{model._value.size}."
            )
        r = model - y
        return r if weigh is None else weigh(r)

    if method is None:
        method = "lm" if bounds is None else "trf"
    size = parameters.size
    if method == "lm" and y._value.size < size:
        raise ValueError(
            f"{op}: {y._value.size} data are too few for {size} parameters. Fix some of them, or "
            f"use method='trf'."
        )
    if "maxfev" in options:
        options["max_nfev"] = options.pop("maxfev")
    result = least_squares(residuals, p0, bounds=bounds, method=method, **options)
    if not result.success:
        raise RuntimeError(f"{op}: no minimum was found: {result.message}")
    fitted = Parameters(op, result.x)
    pcov = parameters.dressed(_covariance(residuals, fitted, absolute_sigma))
    fit = CurveFit(result.x, pcov)
    if not full_output:
        return fit
    return *fit, {"nfev": result.nfev, "fvec": result.fun}, result.message, result.status


def _missing(op: str, parts: list[Any], y: Any) -> Any:
    """Which data are NaN, in `y` or in what belongs to it along the last axis of `parts`."""
    missing = np.isnan(y._value)
    for part in parts:
        value = part._value
        if value.dtype.kind == "f" and np.isnan(value).any():
            if value.shape[-1:] != missing.shape:
                raise ValueError(
                    f"{op}: xdata of shape {value.shape} has NaN entries, and no last axis of as "
                    f"many as ydata, {missing.size}: drop them yourself."
                )
            missing = missing | np.isnan(value).reshape(-1, missing.size).any(0)
    return missing


def _picked(part: Any, kept: Any, size: int) -> Any:
    """The data that are kept; what is no axis of data stays as it is."""
    shape = part._value.shape
    if shape[-1:] != (size,):
        return part
    part = recording.gather(part, kept, axis=-1)
    return recording.gather(part, kept, axis=-2) if shape == (size, size) else part


def _covariance(residuals: Callable[..., Any], fitted: Parameters, absolute: bool) -> Any:
    tape = watching(fitted.leaves, persistent=True)
    with tape:
        r = Vector(residuals, fitted, ()).at(fitted.leaves)
    j = flat_jacobian(tape, r, fitted.leaves)
    gram = recording.matmul(j, j, transpose_a=True)
    if np.linalg.matrix_rank(gram._value) < fitted.size:
        return recording.zeros_like(gram, to=gram._value.shape) + np.inf
    covariance = recording.inv(gram)
    if absolute:
        return covariance
    freedom = r._value.size - fitted.size
    if freedom <= 0:
        return recording.zeros_like(gram, to=gram._value.shape) + np.inf
    square = recording.reduce_sum(r * r, axes=(-1,), keepdims=False)
    return covariance * (square / freedom)


def _of_dtype(part: Any, dtype: np.dtype[Any]) -> Any:
    """Data for a model: of the parameters' dtype, but tensors as they are."""
    x = as_data("curve_fit", "xdata", part)
    if isinstance(part, ArrayLike) or x._value.dtype.kind not in "iuf":
        return x
    return wrap_constant(x._value.astype(dtype))


def _together(xdata: Any) -> Any:
    """Lists of numbers as arrays; other structures as they are."""
    if xdata.__class__ in (list, tuple):
        try:
            return np.array(xdata, float)
        except (TypeError, ValueError):
            return xdata
    return xdata


def _inside(limits: Bounds) -> Any:
    """Where to begin between bounds, as SciPy does."""
    low, high = limits.low._value, limits.high._value
    with np.errstate(invalid="ignore"):
        between = np.where(np.isfinite(low + high), 0.5 * (low + high), 1.0)
    above = np.where(np.isfinite(low) & ~np.isfinite(high), low + 1.0, between)
    return np.where(np.isfinite(high) & ~np.isfinite(low), high - 1.0, above)


def _arguments_of(f: Callable[..., Any]) -> int:
    parameters = list(inspect.signature(f).parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in parameters) or len(parameters) < 2:
        raise ValueError("curve_fit: unable to determine the number of parameters: give p0.")
    return len(parameters) - 1
