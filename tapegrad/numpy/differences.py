"""Differences of neighbours, slopes, integrals and interpolation of sampled functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import function, of_data
from tapegrad.numpy.joining import concatenate
from tapegrad.numpy.reducing import NO_VALUE, as_floating, is_exact, is_set
from tapegrad.numpy.universal import UNIVERSAL
from tapegrad.ops import differences, interpolation

__all__ = ["diff", "ediff1d", "gradient", "interp", "trapezoid", "unwrap"]

_X = "np.array([1.0, 2.0, 4.0])"


def _neighbours(a: ndarray, axis: int) -> tuple[Any, Any]:
    """All but the first along an axis, and all but the last."""
    lead = (slice(None),) * (axis % a.ndim)
    return a[(*lead, slice(1, None))], a[(*lead, slice(None, -1))]


@function(
    f"np.diff({_X})",
    n="How often differences are taken.",
    prepend="What stands in front of the array first.",
    append="What stands behind it first.",
)
def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = NO_VALUE, append: Any = NO_VALUE
) -> Any:
    """The differences of neighbours along an axis, `n` times."""
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    x = holding(tensor_of(a))
    if not x.ndim:
        raise ValueError("diff requires input that is at least one dimensional")
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    if prepend is not NO_VALUE or append is not NO_VALUE:
        edges = [_as_edge(v, x, axis) for v in (prepend, append) if v is not NO_VALUE]
        edges.insert(int(prepend is not NO_VALUE), x)
        x = concatenate(edges, axis)
    subtract = UNIVERSAL["not_equal" if x.dtype.kind == "b" else "subtract"]
    for _ in range(n):
        x = subtract(*_neighbours(x, axis))
    return x._tensor


def _as_edge(value: Any, x: ndarray, axis: int) -> Any:
    edge = holding(tensor_of(value))
    if edge.ndim:
        return edge
    shape = list(x.shape)
    shape[axis] = 1
    return edge + np.zeros(shape, edge.dtype)


@function(
    f"np.ediff1d({_X}, to_end=9.0)",
    to_end="What stands behind the differences.",
    to_begin="What stands in front of them.",
)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in the flattened array."""
    x = holding(tensor_of(ary)).ravel()
    parts = [UNIVERSAL["subtract"](*_neighbours(x, 0))]
    for i, name, given in ((1, "to_end", to_end), (0, "to_begin", to_begin)):
        if given is not None:
            edge = tensor_of(given)
            if not np.can_cast(edge._value.dtype, x.dtype, "same_kind"):
                raise TypeError(
                    f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` "
                    f"rule."
                )
            parts.insert(i, holding(of_type(edge, x.dtype)).ravel())
    return concatenate(parts)._tensor


@function(
    f"np.gradient({_X}, 0.5)",
    f="Values at the points of a grid.",
    varargs="The distance of neighbours: one for all axes, or for each axis a number or the places "
    "along it. By default 1.",
    edge_order="1 or 2: at the ends, whether the neighbour counts only or the next one too.",
)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes of a function that is known at the points of a grid, by central differences.

    The derivative of a computation is `grad`.
    """
    x = as_floating(tensor_of(f), None)
    shape, kind = x._value.shape, x._value.dtype
    spacings = [of_type(tensor_of(v), kind) for v in varargs]
    data = plain(x)
    # The arguments are checked by NumPy, with as little data as they allow.
    model: Any = np.gradient
    found = model(
        np.broadcast_to(kind.type(0), shape) if data.size else data,
        *[v._value.astype(np.result_type(kind.type(0).real, np.float32)) for v in spacings],
        axis=axis,
        edge_order=edge_order,
    )
    axes = None if axis is None else list(np.lib.array_utils.normalize_axis_tuple(axis, x.ndim))
    if isinstance(found, tuple) and not found:
        return ()
    if tensor_of(f)._value.dtype.kind == "b":
        raise TypeError("gradient: truth values cannot be subtracted: use f.astype(int)")
    if not active_recorders():
        return of_data(np.gradient, (f, *varargs), {"axis": axis, "edge_order": edge_order})
    slopes = differences.gradient(x, *spacings, axis=axes, edge_order=edge_order)
    several = isinstance(found, tuple)
    return slopes if several == isinstance(slopes, tuple) else (slopes,)


@function(
    "np.trapezoid(np.array([1.0, 2.0, 3.0]), dx=0.5)",
    y="Values of a function.",
    x="Where they are; by default at equal distances.",
    dx="The distance of places, if `x` is not given.",
)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along an axis by the trapezoidal rule."""
    values = holding(tensor_of(y))
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, values.ndim)
    steps = dx
    if x is not None:
        places = holding(tensor_of(x))
        steps = diff(places, axis=axis if places.ndim != 1 else -1)
        if places.ndim == 1:
            steps = steps.reshape(tuple([-1 if i == axis else 1 for i in range(values.ndim)]))
    after, before = _neighbours(values, axis)
    return (steps * (after + before) / 2.0).sum(axis)._tensor


@function(
    "np.unwrap(np.array([0.0, 3.0, 6.0, 9.0]) % 6.0, period=6.0)",
    p="Angles.",
    discont="Steps up to this one stay as they are; at least half a period.",
    period="The size of a turn.",
)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """Angles without jumps by whole turns: neighbours differ by half a turn at most."""
    x = tensor_of(p)
    if is_exact(x):
        return of_data(np.unwrap, (p, discont, axis), {"period": period})
    _refuse_complex("unwrap", x)
    _check_axis(x, axis)
    return differences.unwrap(x, plain(discont), axis, plain(period))


def _refuse_complex(name: str, *tensors: Tensor) -> None:
    if any(x._value.dtype.kind == "c" for x in tensors):
        raise TypeError(f"{name}: complex numbers have no order: take np.real or np.angle of them")


def _check_axis(x: Tensor, axis: Any) -> None:
    np.lib.array_utils.normalize_axis_tuple(axis, x._value.ndim)


@function(
    "np.interp(2.5, [1.0, 2.0, 3.0], [3.0, 2.0, 0.0])",
    x="Where the function is wanted.",
    xp="Where it is known, ascending.",
    fp="Its values there.",
    left="The value before the first place; by default the first value.",
    right="The value behind the last place; by default the last value.",
    period="The period of the function, if it has one.",
)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Interpolate between points by straight lines; all arguments have derivatives."""
    double = np.dtype(np.float64)
    given = tensor_of(x), tensor_of(xp)
    _refuse_complex("interp", *given)
    at, places = [of_type(t, double) for t in given]
    values = tensor_of(fp)
    kind = np.dtype(np.complex128) if values._value.dtype.kind == "c" else double
    before, after = [None if v is None else tensor_of(v, kind) for v in (left, right)]
    if is_set(period):
        period = tensor_of(period, double)
    return interpolation.interp(at, places, of_type(values, kind), before, after, period)
