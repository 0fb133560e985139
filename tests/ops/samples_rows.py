"""Samples of the primitives that pick rows and add them up."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import fixed, reals, sample

INDICES = fixed([[1, 0], [1, 3]], np.int32)


def gathered(params: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    taken = [np.moveaxis(params, axis, 0)[i] for i in indices.ravel()]
    first = params.ndim + axis
    found = np.stack(taken, first)
    return found.reshape(*params.shape[:first], *indices.shape, *params.shape[first + 1 :])


def scattered(
    values: np.ndarray, indices: np.ndarray, to: tuple[int, ...], axis: int
) -> np.ndarray:
    first = len(to) + axis
    table = np.zeros(to, values.dtype)
    for place in np.ndindex(indices.shape):
        part = values[(slice(None),) * first + place]
        table[(slice(None),) * first + (indices[place],)] += part
    return table


sample("gather", reals(4, 3), INDICES, params={"axis": -2}, reference=gathered, complex=True)
sample("gather", reals(2, 4, 3), INDICES, params={"axis": -2}, label="middle", reference=gathered)
sample("gather", reals(2, 4), INDICES, params={"axis": -1}, label="last", reference=gathered)
sample("gather", reals(4), INDICES, params={"axis": -1}, label="vector", reference=gathered)
sample("gather_rows", reals(4), INDICES, label="vector", reference=lambda p, i: p[i])
sample(
    "gather",
    reals(2, 4),
    fixed(3, np.int64),
    params={"axis": -1},
    label="one",
    reference=lambda params, indices, axis: params[:, 3],
)
sample(
    "gather",
    reals(2, 4),
    fixed([], np.int32),
    params={"axis": -2},
    label="none",
    reference=lambda params, indices, axis: np.zeros((0, 4)),
)
sample(
    "gather_rows",
    reals(4, 3),
    INDICES,
    reference=lambda params, indices: gathered(params, indices, -2),
    complex=True,
)
sample(
    "gather_rows", reals(4), fixed([3, 3], np.int32), label="vector", reference=lambda p, i: p[i]
)
sample("gather_rows", reals(4, 2), fixed(1, np.int32), label="one", reference=lambda p, i: p[1])
sample(
    "scatter_rows",
    reals(3, 2),
    fixed([1, 0, 1], np.int32),
    params={"to": (4, 2), "axis": -2},
    reference=scattered,
    complex=True,
)
sample(
    "scatter_rows",
    reals(2, 2, 2, 3),
    INDICES,
    params={"to": (2, 4, 3), "axis": -2},
    label="middle",
    reference=scattered,
)
sample(
    "scatter_rows",
    reals(5),
    fixed([2, 2, 0, 2, 1], np.int64),
    params={"to": (3,), "axis": -1},
    label="vector",
    reference=scattered,
)
sample(
    "scatter_rows",
    reals(3, 2),
    fixed(2, np.int32),
    params={"to": (3, 4, 2), "axis": -2},
    label="one",
    reference=scattered,
)
# Enough elements for the sparse matrix product.
sample(
    "scatter_rows",
    reals(600, 30),
    fixed(np.arange(600) ** 2 % 50, np.int32),
    params={"to": (50, 30), "axis": -2},
    label="large",
    reference=scattered,
    order=1,
    batch=False,
)


def numbered(
    points: np.ndarray, sizes: tuple[int, ...], batch: tuple[int, ...], op: str
) -> np.ndarray:
    """Look each point up in an array that holds the numbers of its entries."""
    table = np.arange(np.prod((*batch, *sizes), dtype=int)).reshape((*batch, *sizes))
    found = np.zeros(points.shape[:-1], int)
    for place in np.ndindex(found.shape):
        found[place] = table[place[: len(batch)] + tuple(points[place])]
    return found


sample(
    "rows_of_points",
    fixed([[1, 0], [0, 3]], np.int32),
    params={"sizes": (2, 4), "batch": (), "op": "test"},
    reference=numbered,
    order=0,
)
sample(
    "rows_of_points",
    fixed([[[1], [0], [2]], [[2], [1], [0]]], np.int64),
    params={"sizes": (3,), "batch": (2,), "op": "test"},
    label="batch",
    reference=numbered,
    order=0,
)
sample(
    "rows_of_points",
    fixed(np.zeros((2, 0)), np.int32),
    params={"sizes": (), "batch": (), "op": "test"},
    label="no_axes",
    reference=numbered,
    order=0,
)

LINES = fixed([[1, 0, 1], [3, 3, 0]], np.int32)


def taken(x: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    return np.take_along_axis(x, indices, axis)


def put(x: np.ndarray, indices: np.ndarray, to: tuple[int, ...], axis: int) -> np.ndarray:
    table = np.zeros(to, x.dtype)
    for place in np.ndindex(x.shape):
        target = list(place)
        target[axis] = indices[place]
        table[tuple(target)] += x[place]
    return table


sample(
    "take_along_axis",
    reals(2, 4),
    LINES,
    params={"axis": -1},
    reference=taken,
    complex=True,
)
sample("take_along_axis", reals(4, 3), LINES, params={"axis": -2}, label="first", reference=taken)
sample(
    "take_along_axis",
    reals(4),
    fixed([2, 2], np.int64),
    params={"axis": -1},
    label="vector",
    reference=taken,
)
sample(
    "put_along_axis",
    reals(2, 3),
    LINES,
    params={"to": (2, 4), "axis": -1},
    reference=put,
    complex=True,
)
sample(
    "put_along_axis",
    reals(2, 3),
    LINES,
    params={"to": (5, 3), "axis": -2},
    label="first",
    reference=put,
)
# No entries: no rows, rows of size 0, nothing picked.
sample("gather", reals(2, 3, 0), fixed([1], np.int32), params={"axis": -2}, label="empty_rows")
sample("gather_rows", reals(4, 0), fixed([1, 2], np.int32), label="empty_rows")
sample("gather_rows", reals(0, 3), fixed([], np.int32), label="no_rows")
sample(
    "take_along_axis",
    reals(2, 0),
    fixed(np.zeros((2, 0)), np.int32),
    params={"axis": -1},
    label="empty",
    reference=taken,
)
