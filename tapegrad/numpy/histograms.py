"""Histograms: how many values fall into each bin, or the sum of their weights.

A count does not change when a value moves a little. Weights have a gradient, and where bins end
has one: with respect to edges or limits that were given, or to the extremes of the data.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.extremes import max as largest
from tapegrad.numpy.extremes import min as least
from tapegrad.numpy.function import faced, function, not_differentiable, of_data
from tapegrad.numpy.joining import stack
from tapegrad.numpy.ranges import linspace
from tapegrad.numpy.reducing import is_exact
from tapegrad.ops.positions import add_at

__all__ = [
    "bincount",
    "digitize",
    "histogram",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
_X = "np.array([0.5, 1.5, 1.7])"
_MEANING: dict[str, Any] = {
    "x": "An array.",
    "bins": "The number of bins of equal width, where they end, or the name of one of NumPy's "
    "rules.",
    "range": "Where the first bin begins and the last one ends; by default at the extremes.",
    "density": "Whether the integral is to be 1.",
    "weights": "A weight for each value.",
    "y": "The second coordinates.",
    "sample": "A row for each point, or a list of coordinates.",
    "minlength": "The number of counts at least.",
    "right": "Whether a bin contains its upper end and not its lower one.",
}

digitize = not_differentiable(
    "digitize", "The bin that each element lies in.", "np.digitize([0.5], [0.0, 1.0])", **_MEANING
)


def _summed(places: Any, size: int, weights: Tensor) -> Tensor:
    """The sum of the weights at each place; negative places are left out."""
    (kept,) = np.nonzero(places >= 0)
    flat = R.reshape(weights, to=(weights._value.size,))
    chosen = R.gather(flat, wrap_constant(kept), axis=-1)
    zeros = wrap_constant(np.zeros(size, weights._value.dtype))
    return add_at(zeros, places[kept], chosen)


@function("np.bincount([1, 1, 3], weights=[0.5, 1.0, 2.0])", **_MEANING)
def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each integer occurs, or the sum of its weights."""
    if weights is None:
        return of_data(np.bincount, (x, None, minlength))
    given = tensor_of(weights)
    numbers = plain(tensor_of(x))
    shape = _numpy.bincount(numbers, plain(given), plain(minlength)).shape
    return _summed(numbers, shape[0], of_type(given, np.dtype(np.float64)))


def _bins_of(values: Any, edges: Any) -> Any:
    """Which bin each value falls in, the last one closed on both sides; -1 for none."""
    last = edges.size - 2
    found = np.searchsorted(edges, values, "right") - 1
    found = np.where(values == edges[-1], last, found)
    return np.where((values >= edges[0]) & (values <= edges[-1]), found, -1)


def _edges(data: Any, bins: Any, limits: Any, found: Any) -> ndarray:
    """Where bins end, so that tapes follow what was given, or the extremes of the data."""
    if np.ndim(plain(bins)) == 1:
        return holding(tensor_of(bins))
    first: Any
    last: Any
    if limits is not None:
        first, last = [holding(tensor_of(v)) for v in limits]
    elif not data.size:
        return holding(wrap_constant(found))
    else:
        first, last = least(data), largest(data)
    if plain(first) == plain(last):
        first, last = first - 0.5, last + 0.5
    edges = linspace(first, last, len(found), dtype=found.dtype)._tensor
    # NumPy's numbers to the last bit, and the derivative of ours.
    change = R.subtract(edges, R.stop_gradient(edges))
    return holding(R.add(wrap_constant(found), change))


def _as_density(totals: ndarray, edges: list[ndarray]) -> ndarray:
    """Totals, divided by the volumes of the bins and by their sum."""
    whole = totals.sum()
    ndim = len(edges)
    for axis, e in enumerate(edges):
        shape = tuple([-1 if i == axis else 1 for i in range(ndim)])
        totals = totals / (e[1:] - e[:-1]).astype(np.float64).reshape(shape)
    return totals / whole


@function(f"np.histogram_bin_edges({_X}, 2)", **_MEANING)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Where the bins of a histogram end."""
    data = holding(tensor_of(a))
    found = _numpy.histogram_bin_edges(plain(data), plain(bins), plain(range), plain(weights))
    return _edges(data, bins, range, found)


@function(f"np.histogram({_X}, 2, weights=[1.0, 0.5, 0.25])", **_MEANING)
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """How many values fall into each bin, or the sum of their weights, and where bins end."""
    counts, found = of_data(np.histogram, (a, bins, range, None, weights))
    edges = _edges(holding(tensor_of(a)), bins, range, plain(found))
    if weights is not None and not is_exact(w := tensor_of(weights)):
        places = _bins_of(plain(tensor_of(a)).reshape(-1), plain(found))
        counts = holding(_summed(places, plain(found).size - 1, w))
    if density:
        counts = _as_density(counts, [edges])
    return counts, edges


@function(f"np.histogramdd([{_X}, {_X}], 2)[0]", **_MEANING)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """How many points fall into each bin of a space, or the sum of their weights."""
    counts, found = _numpy.histogramdd(
        plain(sample), plain(bins), plain(range), None, plain(weights)
    )
    columns = _columns(sample)
    given = list(bins) if isinstance(bins, (list, tuple)) else [bins] * len(found)
    limits = [None] * len(found) if range is None else list(range)
    edges = [_edges(*each) for each in zip(columns, given, limits, found, strict=True)]
    total = faced(counts)
    if weights is not None:
        places = [_bins_of(plain(c), e) for c, e in zip(columns, found, strict=True)]
        outside = np.any([p < 0 for p in places], axis=0)
        inside = [np.where(outside, 0, p) for p in places]
        flat = np.where(outside, -1, np.ravel_multi_index(inside, counts.shape))
        w = of_type(tensor_of(weights), np.dtype(np.float64))
        total = holding(_summed(flat, counts.size, w)).reshape(counts.shape)
    return (_as_density(total, edges) if density else total), tuple(edges)


def _columns(sample: Any) -> list[ndarray]:
    """The coordinates of points along each axis."""
    if isinstance(sample, (list, tuple)):
        return [holding(tensor_of(c)) for c in sample]
    points = holding(tensor_of(sample))
    return [points] if points.ndim == 1 else list(points.T)


@function(f"np.histogram2d({_X}, {_X}, 2)[0]", **_MEANING)
def histogram2d(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
) -> Any:
    """How many points fall into each bin of the plane, or the sum of their weights."""
    points = [holding(tensor_of(v)) for v in (x, y)]
    if len(points[0]) != len(points[1]):
        raise ValueError("x and y must have the same length.")
    one_for_both = not isinstance(bins, int) and len(bins) not in (1, 2)
    if one_for_both:
        bins = [bins, bins]
    total, edges = histogramdd(stack(points, -1), bins, range, density, weights)
    return total, *edges
