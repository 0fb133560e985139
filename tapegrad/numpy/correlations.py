"""Covariances and correlations of variables, and of sequences shifted against one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import of_type, tensor_of
from tapegrad.numpy.function import function, of_data
from tapegrad.ops import convolve as sequences
from tapegrad.ops import covariance

__all__ = ["convolve", "corrcoef", "correlate", "cov"]

_X = "np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])"


def _variables(m: Any, y: Any, rowvar: bool, dtype: Any) -> Tensor:
    """A row for each variable."""
    given = [tensor_of(v) for v in (m, y) if v is not None]
    for name, x in zip("my", given, strict=False):
        if x._value.ndim > 2:
            raise ValueError(f"{name} has more than 2 dimensions")
    if dtype is None:
        dtype = np.result_type(*[x._value.dtype for x in given], np.float64)
    rows = []
    for i, x in enumerate(given):
        turned = not rowvar and x._value.ndim == 2 and (i == 0 or x._value.shape[0] != 1)
        row = of_type(x, np.dtype(dtype))
        if x._value.ndim < 2:
            row = R.reshape(row, to=(1, x._value.size))
        rows.append(R.matrix_transpose(row) if turned else row)
    if not rows[0]._value.shape[0]:
        return rows[0]
    if len(rows) > 1 and rows[0]._value.shape[1] != rows[1]._value.shape[1]:
        raise ValueError(
            f"all variables need the same number of observations, but there are "
            f"{rows[0]._value.shape[1]} of those in m and {rows[1]._value.shape[1]} of those in y"
        )
    return R.concat(*rows, axis=-2) if len(rows) > 1 else rows[0]


def _weights(name: str, value: Any, count: int) -> Tensor | None:
    if value is None:
        return None
    w = tensor_of(value, np.float64)
    data = w._value
    if name == "fweights" and not np.all(data == np.around(data)):
        raise TypeError("fweights must be integer")
    if data.ndim > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if data.shape != (count,):
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if (data < 0).any():
        raise ValueError(f"{name} cannot be negative")
    return w


def _nothing() -> Tensor:
    return wrap_constant(np.zeros((0, 0)))


@function(
    f"np.cov({_X})",
    m="A row for each variable, a column for each observation; a vector is one variable.",
    y="More variables, with as many observations.",
    bias="Whether the divisor is the number of observations instead of one less.",
    ddof="What is subtracted from the number of observations in the divisor.",
    fweights="How often each observation counts, as integers.",
    aweights="How much each observation counts.",
)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of variables, a matrix."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = _variables(m, y, rowvar, dtype)
    count = x._value.shape[1]
    if not x._value.shape[0]:
        return _nothing()
    weights: list[Any] = []
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        w = _weights(name, given, count)
        weights.append(None if w is None else of_type(w, x._value.real.dtype))
    return covariance.cov(x, None, True, bool(bias), ddof, *weights)


@function(
    f"np.corrcoef({_X})",
    x="A row for each variable, a column for each observation; a vector is one variable.",
    y="More variables, with as many observations.",
)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlation coefficients of variables, a matrix."""
    rows = _variables(x, y, rowvar, dtype)
    return covariance.corrcoef(rows) if rows._value.shape[0] else _nothing()


def _shifted(name: str, a: Any, v: Any, mode: Any) -> Any:
    x, y = tensor_of(a), tensor_of(v)
    for which, t in (("a", x), ("v", y)):
        if not t._value.size:
            raise ValueError(f"{which} cannot be empty")
        if t._value.ndim > 1:
            raise ValueError("object too deep for desired array")
        if not t._value.ndim and name == "correlate":
            raise ValueError("object of too small depth for desired array")
    dtype = np.result_type(x._value.dtype, y._value.dtype)
    if dtype.kind not in "fc":
        return of_data(getattr(np, name), (x, y, mode))
    pair = [R.reshape(of_type(t, dtype), to=(t._value.size,)) for t in (x, y)]
    return getattr(sequences, name)(*pair, mode)


_MODE = '"full", "same" or "valid": all sums, the middle ones, or those without missing terms.'


@function("np.convolve([1.0, 2.0, 3.0], [0.0, 1.0, 0.5])", v="A second sequence.", mode=_MODE)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    r"""The convolution of two sequences, :math:`y_k = \sum_i a_i v_{k - i}`."""
    return _shifted("convolve", a, v, mode)


@function("np.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5])", v="A second sequence.", mode=_MODE)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    r"""The correlation of two sequences, :math:`y_k = \sum_i a_{i + k} \overline{v_i}`."""
    return _shifted("correlate", a, v, mode)
