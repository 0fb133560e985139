"""Covariance and correlation matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import checked, computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import complex, contract, select  # noqa: F401 - primitives
from tapegrad.ops.diagonal import diag_part
from tapegrad.ops.matrices import adjoint
from tapegrad.ops.operands import operands_of_one_dtype, require_kinds

__all__ = ("corrcoef", "cov")


def _variables(op: str, m: Any, y: Any, rowvar: bool) -> Any:
    """A matrix with a row for each variable, a column for each observation."""
    given = [m] if y is None else [m, y]
    rows = []
    for x in operands_of_one_dtype(op, given):
        require_kinds(op, x, "fc", "float64")
        shape = x._value.shape
        if len(shape) > 2:
            raise InvalidArgumentError(
                f"{op}: variables and observations are two axes, but the shape is {list(shape)}."
            )
        if len(shape) < 2:
            x = recording.reshape(x, to=(1, x._value.size))
        elif not rowvar:
            x = recording.matrix_transpose(x)
        rows.append(x)
    if len(rows) == 1:
        return rows[0]
    counts = [x._value.shape[1] for x in rows]
    if counts[0] != counts[1]:
        raise InvalidArgumentError(
            f"{op}: both tensors must have the same number of observations, but they have "
            f"{counts[0]} and {counts[1]}."
        )
    return recording.concat(*rows, axis=-2)


def _weights(op: str, value: Any, which: str, x: Any) -> Any:
    real = x._value.real.dtype
    w = operand(value, real)
    if w._value.dtype.kind in "iu" and which == "fweights":
        w = recording.cast_discrete(w, dtype=real, source=w._value.dtype)
    if w._value.dtype != real:
        raise InvalidArgumentError(
            f"{op}: {which} are {w.dtype.name}, but must be {real.name}: use tf.cast."
        )
    if w._value.shape != (x._value.shape[1],):
        raise InvalidArgumentError(
            f"{op}: {which} must be a vector with a number for each of the {x._value.shape[1]} "
            f"observations, not of shape {list(w._value.shape)}."
        )

    def check(values: Any) -> None:
        if (values < 0).any() or (which == "fweights" and (values != np.around(values)).any()):
            kind = "integers >= 0" if which == "fweights" else ">= 0"
            raise InvalidArgumentError(f"{op}: {which} must be {kind}.")

    checked(check, w)
    return w


def _like(x: Any, w: Any) -> Any:
    kind = x._value.dtype
    return w if w._value.dtype == kind else recording.cast(w, dtype=kind, source=w._value.dtype)


def _total(w: Any) -> Any:
    return recording.reduce_sum(w, axes=(-1,), keepdims=False)


def _covariances(
    op: str, m: Any, y: Any, rowvar: bool, ddof: Any, fweights: Any, aweights: Any
) -> Any:
    x = _variables(op, m, y, rowvar)
    real = x._value.real.dtype
    given = [
        _weights(op, value, which, x)
        for value, which in ((fweights, "fweights"), (aweights, "aweights"))
        if value is not None
    ]
    ddof = operand(ddof, real)
    if not given:
        w = None
        mean = recording.reduce_mean(x, axes=(-1,), keepdims=True)
        degrees = operand(float(x._value.shape[1]), real) - ddof
    else:
        w = given[0] if len(given) == 1 else given[0] * given[1]
        total = _total(w)
        sums = recording.reduce_sum(x * _like(x, w), axes=(-1,), keepdims=True)
        mean = sums / _like(x, total)
        degrees = total - (ddof * _total(w * given[-1]) / total if aweights is not None else ddof)
    deviations = x - mean
    weighted = deviations if w is None else deviations * _like(x, w)
    products = recording.matmul(deviations, adjoint(recording, weighted))
    return products / _like(x, recording.maximum(degrees, 0.0))


def _squeezed(c: Any) -> Any:
    kept = tuple([n for n in c._value.shape if n != 1])
    return c if kept == c._value.shape else recording.reshape(c, to=kept)


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    name: str | None = None,
) -> Tensor:
    r"""Covariance matrix of variables of which there are observations.

    Parameters
    ----------
    m : Tensor
        A floating point or complex matrix with a row for each variable and a column for each
        observation, or a vector, which is one variable.
    y : Tensor, optional
        More variables with as many observations, of the same dtype.
    rowvar : bool
        Whether rows are variables; otherwise columns are.
    bias : bool
        Whether to divide by the number n of observations instead of n - 1.
    ddof : float, optional
        Divide by n - ddof.
    fweights : Tensor, optional
        How often each observation counts, a vector of integers. They are not differentiated.
    aweights : Tensor, optional
        How much each observation counts, a vector of real numbers.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        :math:`C_{ij} = \frac1{n - d} \sum_k (x_{ik} - \bar x_i) \overline{(x_{jk} - \bar x_j)}`,
        without axes of size 1. With weights :math:`w = f a` they multiply the terms and those of
        the mean, and the divisor is :math:`\sum w - d \sum w a / \sum w`. Differentiable in `m`,
        `y` and `aweights`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or weights are negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]).numpy().tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    d = ddof if ddof is not None else 0.0 if bias else 1.0
    return _squeezed(_covariances("cov", m, y, rowvar, d, fweights, aweights))  # type: ignore[no-any-return]


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, name: str | None = None) -> Tensor:
    r"""Correlation coefficients of variables of which there are observations.

    Parameters
    ----------
    x : Tensor
        A floating point or complex matrix with a row for each variable and a column for each
        observation, or a vector, which is one variable.
    y : Tensor, optional
        More variables with as many observations, of the same dtype.
    rowvar : bool
        Whether rows are variables; otherwise columns are.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        :math:`R_{ij} = C_{ij} / \sqrt{C_{ii} C_{jj}}` with the covariances C, without axes of size
        1; NaN for variables that are constant.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.corrcoef([0.0, 1.0, 2.0], [3.0, 1.0, -1.0]).numpy().tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    c = _covariances("corrcoef", x, y, rowvar, 1.0, None, None)
    variances = diag_part(c)
    if variances._value.dtype.kind == "c":
        variances = recording.real(variances)
    spread = recording.sqrt(variances)
    count = spread._value.shape[0]
    rows = recording.reshape(spread, to=(count, 1))
    r = c / _like(c, rows) / _like(c, spread)
    # What rounding put beyond 1 is taken back in value only: the slope is that of the quotient.
    return _squeezed(r + computed(_beyond_one, r))  # type: ignore[no-any-return]


def _beyond_one(r: Any) -> Any:
    """What takes numbers, or the parts of complex ones, back to between -1 and 1."""
    if r.dtype.kind == "c":
        clipped = np.clip(r.real, -1, 1) + 1j * np.clip(r.imag, -1, 1)
    else:
        clipped = np.clip(r, -1, 1)
    return (clipped - r).astype(r.dtype)
