"""Histograms: in which bin entries fall, and how much falls into each.

A count does not change when an entry moves a little, so that values have no gradient; the weights
with which they are counted do.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import int32, numpy_dtype
from tapegrad.core.host import checked, computed
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype

__all__ = ("digitize", "histogram", "histogram2d")


class Histogram(NamedTuple):
    """How much falls into each bin, and where the bins end."""

    hist: Tensor
    bin_edges: Tensor


class Histogram2D(NamedTuple):
    """How much falls into each bin of the plane, and where the bins end in each direction."""

    hist: Tensor
    x_edges: Tensor
    y_edges: Tensor


def _bin_of(values: Any, edges: Any) -> Any:
    """Which bin each value falls in, the last one closed on both sides; -1 for none."""
    last = edges.size - 1
    inside = (values >= edges[0]) & (values <= edges[-1])
    width = (edges[-1] - edges[0]) / max(last, 1)
    if values.size > last > 1 and (np.abs(np.diff(edges) - width) < 1e-3 * width).all():
        # A guess by division is at most one bin off.
        found = np.where(inside, (values - edges[0]) / width, 0).astype(np.int64)
        found = np.minimum(found, last - 1)
        found -= values < edges[found]
        found += (values >= edges[found + 1]) & (found < last - 1)
    else:
        found = np.minimum(np.searchsorted(edges, values, "right") - 1, last - 1)
    return np.where(inside, found, -1)


def _digitized(x: Any, bins: Any, *, right: bool, dtype: np.dtype[Any]) -> Any:
    return np.asarray(np.digitize(x, bins, right)).astype(dtype)[()]


_binned = general("bin_of", _bin_of, NONDIFF, NONDIFF, inputs="values edges")
_digits = general("digitize", _digitized, NONDIFF, NONDIFF, inputs="x bins")


def _monotonic(bins: Any) -> None:
    if not ((bins[1:] >= bins[:-1]).all() or (bins[1:] <= bins[:-1]).all()):
        raise InvalidArgumentError(
            "digitize: bins must be monotonically increasing or decreasing: use tf.sort(bins)."
        )


def digitize(
    x: Any, bins: Any, right: bool = False, out_type: Any = int32, name: str | None = None
) -> Tensor:
    """Numbers of the bins that values fall in: ``bins[i - 1] <= x < bins[i]``.

    Parameters
    ----------
    x : Tensor
        A floating point or integer tensor of any shape.
    bins : Tensor
        Where bins end, a vector of the same dtype that ascends or descends.
    right : bool
        Whether a bin contains its upper end and not its lower one.
    out_type : DType
        The dtype of the result.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Numbers from 0 to ``len(bins)``, of the shape of `x`. There is no gradient: moving a value
        a little does not change its bin.

    Raises
    ------
    InvalidArgumentError
        If dtypes differ, or `bins` is not a vector, or neither ascends nor descends.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.digitize([0.2, 6.4, 3.0], [0.0, 1.0, 2.5, 4.0]).numpy()
    array([1, 4, 3], dtype=int32)
    """
    x, edges = operand_pair(x, bins)
    require_kinds("digitize", x, "iuf", "float32")
    require_same_dtype("digitize", x, edges)
    if edges._value.ndim != 1:
        raise InvalidArgumentError(
            f"digitize: bins must be a vector, but their shape is {list(edges._value.shape)}."
        )
    checked(_monotonic, edges)
    params = {"right": bool(right), "dtype": numpy_dtype(out_type)}
    return apply(_digits, (x, edges), params)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Metadata that may have been given as a tensor."""
    if isinstance(value, ArrayLike):
        return np.asarray(value._read())
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _edges_of(op: str, x: Any, bins: Any, range: Any) -> Tensor:
    """Where bins end, of the dtype of the data or, for integers, float64."""

    def edges(values: Any) -> Any:
        try:
            found = np.asarray(np.histogram_bin_edges(values, bins, range))
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(f"{op}: {error}.") from None
        if found.dtype.kind != "f":
            found = found.astype(values.dtype if values.dtype.kind == "f" else np.float64)
        return found

    return computed(edges, x)  # type: ignore[no-any-return]


def _data(op: str, value: Any) -> Any:
    x = operand(value)
    require_kinds(op, x, "iuf", "float32")
    return x


def _totals(op: str, places: Any, size: int, weights: Any, shape: tuple[int, ...]) -> Any:
    """How much has each number; nothing for those that are negative."""
    if weights is None:
        return computed(lambda p: np.bincount(p[p >= 0], minlength=size).astype(np.int64), places)
    w = operand(weights)
    require_kinds(op, w, "iufc", "float32")
    if w._value.shape != shape:
        raise InvalidArgumentError(
            f"{op}: weights must have the shape of the data, {list(shape)}, not "
            f"{list(w._value.shape)}."
        )
    kept, where = computed(lambda p: (p >= 0, np.maximum(p, 0)), places)
    flat = recording.masked(recording.reshape(w, to=kept._value.shape), kept)
    return recording.scatter_rows(flat, where, to=(size,), axis=-1)


def _as_density(totals: Any, areas: Any) -> Any:
    """Totals over bins of given areas, scaled so that their integral is 1."""
    kind = areas._value.dtype if totals._value.dtype.kind in "iu" else totals._value.dtype
    if totals._value.dtype != kind:
        totals = recording.cast_discrete(totals, dtype=kind, source=totals._value.dtype)
    axes = tuple(range(-totals._value.ndim, 0))
    whole = recording.reduce_sum(totals, axes=axes, keepdims=False)
    areas = computed(lambda a: a.astype(kind), areas)
    return recording.divide(recording.divide(totals, areas), whole)


def histogram(
    a: Any,
    bins: Any = 10,
    range: Any = None,
    density: bool = False,
    weights: Any = None,
    name: str | None = None,
) -> Histogram:
    """How many values fall into each bin, or the sum of their weights.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor, which is flattened.
    bins : int, Tensor or str
        The number of bins of equal width, or where they end (ascending), or the name of one of
        NumPy's rules, such as ``"auto"``.
    range : pair of float, optional
        Where the first bin begins and the last one ends; by default at the least and the largest
        value. Values outside are left out.
    density : bool
        Whether to divide by the widths and by the sum, so that the integral is 1.
    weights : Tensor, optional
        Numbers of the shape of `a`, added up instead of ones.
    name : str, optional
        Ignored.

    Returns
    -------
    hist : Tensor
        One number per bin: int64, or of the dtype of `weights`, or floating point for a density.
        It is differentiable in the weights. It has no gradient with respect to `a`: moving a value
        a little does not change a count.
    bin_edges : Tensor
        Where bins end, one more than there are bins, without gradient.

    Raises
    ------
    InvalidArgumentError
        If the range is empty or not finite, edges do not ascend, or shapes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> hist, edges = tf.math.histogram([1.0, 2.0, 1.5, 4.0], bins=3)
    >>> hist.numpy(), edges.numpy()
    (array([2, 1, 1]), array([1., 2., 3., 4.], dtype=float32))
    """
    x = _data("histogram", a)
    shape = x._value.shape
    edges = _edges_of("histogram", x, _plain(bins), _plain(range))
    places = recording.reshape(apply(_binned, (x, edges), {}), to=(x._value.size,))
    totals = _totals("histogram", places, edges._value.size - 1, weights, shape)
    if density:
        totals = _as_density(totals, computed(np.diff, edges))
    return Histogram(totals, edges)


def histogram2d(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: bool = False,
    weights: Any = None,
    name: str | None = None,
) -> Histogram2D:
    """How many points fall into each bin of the plane, or the sum of their weights.

    Parameters
    ----------
    x, y : Tensor
        Coordinates of n points: two floating point or integer vectors.
    bins : int, Tensor or pair of these
        The number of bins, or where they end, in both directions or in each.
    range : pair of pairs of float, optional
        Where bins begin and end in each direction; by default at the least and the largest
        coordinate. Points outside are left out.
    density : bool
        Whether to divide by the areas and by the sum, so that the integral is 1.
    weights : Tensor, optional
        Numbers of shape ``(n,)``, added up instead of ones.
    name : str, optional
        Ignored.

    Returns
    -------
    hist : Tensor
        Of shape ``(bins in x, bins in y)``: int64, or of the dtype of `weights`, or floating point
        for a density. It is differentiable in the weights; `x` and `y` have no gradient.
    x_edges, y_edges : Tensor
        Where bins end, without gradient.

    Raises
    ------
    InvalidArgumentError
        If `x` and `y` are not vectors of one length, a range is empty or not finite, or edges do
        not ascend.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.histogram2d([0.0, 1.0, 1.0], [0.0, 0.0, 1.0], bins=2).hist.numpy()
    array([[1, 0],
           [1, 1]])
    """
    points = [_data("histogram2d", x), _data("histogram2d", y)]
    shape = points[0]._value.shape
    if len(shape) != 1 or points[1]._value.shape != shape:
        raise InvalidArgumentError(
            f"histogram2d: x and y must be vectors of one length, but their shapes are "
            f"{list(shape)} and {list(points[1]._value.shape)}."
        )
    bins, limits = _plain(bins), _plain(range)
    pair = bins if isinstance(bins, list) and len(bins) == 2 else [bins, bins]
    limits = [None, None] if limits is None else limits
    edges = [
        _edges_of("histogram2d", p, b, limit)
        for p, b, limit in zip(points, pair, limits, strict=True)
    ]
    sizes = (edges[0]._value.size - 1, edges[1]._value.size - 1)

    def together(rows: Any, columns: Any) -> Any:
        return np.where((rows >= 0) & (columns >= 0), rows * sizes[1] + columns, -1)

    bins_of = [apply(_binned, (p, e), {}) for p, e in zip(points, edges, strict=True)]
    places = computed(together, *bins_of)
    flat = _totals("histogram2d", places, sizes[0] * sizes[1], weights, shape)
    totals = recording.reshape(flat, to=sizes)
    if density:
        areas = computed(lambda a, b: np.outer(np.diff(a), np.diff(b)), *edges)
        totals = _as_density(totals, areas)
    return Histogram2D(totals, edges[0], edges[1])
