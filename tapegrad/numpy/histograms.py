"""Histograms: how many values fall into each bin, or the sum of their weights.

A count does not change when a value moves a little, so values have no gradient; weights do, and
given edges do in a density.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import faced, function, not_differentiable, of_data
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
histogram_bin_edges = not_differentiable(
    "histogram_bin_edges",
    "Where the bins of a histogram end.",
    f"np.histogram_bin_edges({_X}, 2)",
    **_MEANING,
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


def _edges(given: Any, found: Any) -> ndarray:
    """The edges as they were given, so that tapes follow them, or as NumPy found them."""
    is_array = isinstance(given, (ndarray, Tensor)) and given._value.ndim == 1
    return holding(tensor_of(given)) if is_array else holding(wrap_constant(found))


def _as_density(totals: ndarray, edges: list[ndarray]) -> ndarray:
    """Totals, divided by the volumes of the bins and by their sum."""
    whole = totals.sum()
    ndim = len(edges)
    for axis, e in enumerate(edges):
        shape = tuple([-1 if i == axis else 1 for i in range(ndim)])
        totals = totals / (e[1:] - e[:-1]).reshape(shape)
    return totals / whole


@function(f"np.histogram({_X}, 2, weights=[1.0, 0.5, 0.25])", **_MEANING)
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """How many values fall into each bin, or the sum of their weights, and where bins end."""
    counts, found = of_data(np.histogram, (a, bins, range, None, weights))
    edges = _edges(bins, plain(found))
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
    given = list(bins) if isinstance(bins, (list, tuple)) else [None] * len(found)
    edges = [_edges(b, e) for b, e in zip(given, found, strict=True)]
    total = faced(counts)
    if weights is not None:
        points = plain(sample)
        columns = points.T if isinstance(points, np.ndarray) and points.ndim == 2 else points
        columns = [columns] if np.ndim(columns) == 1 else columns
        places = [_bins_of(np.asarray(c), e) for c, e in zip(columns, found, strict=True)]
        outside = np.any([p < 0 for p in places], axis=0)
        inside = [np.where(outside, 0, p) for p in places]
        flat = np.where(outside, -1, np.ravel_multi_index(inside, counts.shape))
        w = of_type(tensor_of(weights), np.dtype(np.float64))
        total = holding(_summed(flat, counts.size, w)).reshape(counts.shape)
    return (_as_density(total, edges) if density else total), tuple(edges)


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
    points = [plain(tensor_of(v)) for v in (x, y)]
    if len(points[0]) != len(points[1]):
        raise ValueError("x and y must have the same length.")
    one_for_both = not isinstance(bins, int) and len(bins) not in (1, 2)
    if one_for_both:
        bins = [bins, bins]
    total, edges = histogramdd(np.stack(points, -1), bins, range, density, weights)
    return total, *edges
