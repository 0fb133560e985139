"""Running sums, products and extremes, and differences of neighbours."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.structural import concat, identity
from tapegrad.core.tensor import wrap
from tapegrad.ops import differences as core_differences
from tapegrad.ops import quadrature as core_quadrature
from tapegrad.ops import running_extremes, scan
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import category, to_numpy
from tapegrad.torch.dtypes import int64 as _int64
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import as_floating, promoted
from tapegrad.torch.size import dimension

__all__ = [
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "diff",
    "gradient",
    "logcumsumexp",
    "trapezoid",
    "trapz",
]


class RunningExtremes(NamedTuple):
    """Values and where they are."""

    values: Any
    indices: Any


def _summable(x: Any, dtype: Any) -> Any:
    if dtype is not None:
        return in_dtype(x, to_numpy(dtype))
    return in_dtype(x, _int64.numpy_dtype) if category(x._value.dtype) < 2 else x


def _running(function: Any, x: Any, dim: int) -> Any:
    if not x._value.ndim:
        dimension(dim, 0)
        return identity(x)
    return function(x, dimension(dim, x._value.ndim))


@documented("torch.cumsum(torch.tensor([1.0, 2.0, 3.0]), 0)", "")
@operation(in_place=True)
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The sums of the elements up to each one, along a dimension."""
    return _running(scan.cumsum, _summable(input, dtype), dim)


@documented("torch.cumprod(torch.tensor([1.0, 2.0, 3.0]), 0)", "")
@operation(in_place=True)
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The products of the elements up to each one, along a dimension."""
    return _running(scan.cumprod, _summable(input, dtype), dim)


@documented("torch.logcumsumexp(torch.tensor([0.0, 0.0]), 0)", "")
@operation()
def logcumsumexp(input: Any, dim: int) -> Any:
    """The logarithm of the running sums of exponentials, without overflow."""
    return _running(scan.cumulative_logsumexp, as_floating(input), dim)


def _extremes(function: Any, x: Any, dim: int) -> Any:
    if not x._value.ndim:
        dimension(dim, 0)
        return RunningExtremes(identity(x), wrap(np.int64(0)))
    values, indices = function(x, dimension(dim, x._value.ndim))
    return RunningExtremes(values, in_dtype(indices, np.dtype(np.int64)))


@documented("torch.cummax(torch.tensor([1.0, 3.0, 2.0]), 0).values", "")
@operation()
def cummax(input: Any, dim: int) -> Any:
    """The largest element up to each one, and where it is."""
    return _extremes(running_extremes.cummax, input, dim)


@documented("torch.cummin(torch.tensor([3.0, 1.0, 2.0]), 0).values", "")
@operation()
def cummin(input: Any, dim: int) -> Any:
    """The smallest element up to each one, and where it is."""
    return _extremes(running_extremes.cummin, input, dim)


@documented(
    "torch.diff(torch.tensor([1.0, 4.0, 9.0]))",
    "",
    n="How often.",
    prepend="What to put in front first.",
    append="What to put behind first.",
)
@operation("DiffBackward0")
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours along a dimension."""
    if not input._value.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    at = dimension(dim, input._value.ndim)
    x = input
    if x._value.dtype.kind == "b":
        bits = in_dtype(x, np.dtype(np.int8))
        changed = core_differences.diff(bits, n, at, prepend, append)
        return in_dtype(changed, np.dtype(np.bool_))
    if prepend is not None or append is not None:
        parts = [p for p in (prepend, x, append) if p is not None]
        x = concat(*promoted(*parts), axis=at - x._value.ndim)
    n = min(n, x._value.shape[at])
    return core_differences.diff(x, n, at)


@documented(
    "torch.gradient(torch.tensor([1.0, 4.0, 9.0]))[0]",
    "",
    spacing="Distances of the points: a number, one for each dimension, or coordinates.",
    edge_order="1 or 2: how exact the estimate at the ends is.",
)
@operation("GradientBackward0", method=False)
def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> Any:
    """Estimated derivatives of samples, along dimensions."""
    input = as_floating(input)
    ndim = input._value.ndim
    axes = range(ndim) if dim is None else [dim] if hasattr(dim, "__index__") else dim
    axes = [dimension(d, ndim) for d in axes]
    many = isinstance(spacing, (list, tuple))
    steps = list(spacing) if many else [1 if spacing is None else spacing] * len(axes)
    if len(steps) != len(axes):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim "
            f"arguments to have the same length, but got a spacing argument of length {len(steps)} "
            f"and a dim argument of length {len(axes)}."
        )
    found = []
    for step, axis in zip(steps, axes, strict=True):
        by = step if not hasattr(step, "_value") else in_dtype(step, input._value.dtype)
        found.append(core_differences.gradient(input, by, axis=axis, edge_order=edge_order))
    return tuple(found)


@documented(
    "torch.trapezoid(torch.tensor([1.0, 2.0, 3.0]))",
    "",
    y="The values.",
    x="Where they are.",
    dx="How far apart they are, without `x`.",
)
@operation("TrapezoidBackward0", method=False)
def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The integral of samples by the trapezoidal rule."""
    y, x = as_floating(y), None if x is None else as_floating(x)
    return core_quadrature.trapezoid(y, x, 1.0 if dx is None else dx, dim)


trapz = trapezoid


@documented(
    "torch.cumulative_trapezoid(torch.tensor([1.0, 2.0, 3.0]))",
    "",
    y="The values.",
    x="Where they are.",
    dx="How far apart they are, without `x`.",
)
@operation("CumulativeTrapezoidBackward0", method=False)
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The running integral of samples by the trapezoidal rule."""
    y, x = as_floating(y), None if x is None else as_floating(x)
    return core_quadrature.cumulative_trapezoid(y, x, 1.0 if dx is None else dx, dim)
