"""Colourings of sparse matrices: which columns, or rows, can share one product.

Colours are given greedily, in order of falling degree. The colours that a row or a vertex has met
are the bits of one integer, so that the smallest free colour takes a few operations to find.
"""

from __future__ import annotations

from typing import Any

import numpy as np

IntArray = np.ndarray[Any, np.dtype[np.intp]]


def color_columns(pattern: Any) -> IntArray:
    """A colour for each column, such that columns of one colour share no row (distance 2).

    Then the product with the sum of their unit vectors holds each of their entries alone (Curtis,
    Powell and Reid, On the estimation of sparse Jacobian matrices, 1974).

    Parameters
    ----------
    pattern
        A scipy.sparse array; what is stored in it may be different from zero.
    """
    columns = pattern.tocsc()
    ends, rows = columns.indptr.tolist(), columns.indices.tolist()
    met = [0] * columns.shape[0]
    colors = np.zeros(columns.shape[1], np.intp)
    for j in _by_degree(columns.indptr):
        own = rows[ends[j] : ends[j + 1]]
        forbidden = 0
        for i in own:
            forbidden |= met[i]
        free = _smallest_free(forbidden)
        for i in own:
            met[i] |= free
        colors[j] = free.bit_length() - 1
    return colors


def color_star(pattern: Any) -> IntArray:
    """A colour for each column of a symmetric pattern, from which each entry can be read.

    Neighbours differ, and where two neighbours of a vertex share a colour, that vertex has a
    smaller one: no path of four vertices has two colours, which makes it a star colouring
    (Gebremedhin, Tarafdar, Manne and Pothen, New acyclic and star coloring algorithms with
    application to computing Hessians, 2007). Of the entries ``(i, j)`` and ``(j, i)`` at least one
    then stands alone in its product, see `symmetric_places`.
    """
    rows = pattern.tocsr()
    ends, columns = rows.indptr.tolist(), rows.indices.tolist()
    met = [0] * rows.shape[0]
    own = [0] * rows.shape[0]
    for v in _by_degree(rows.indptr):
        neighbours = [w for w in columns[ends[v] : ends[v + 1]] if w != v]
        forbidden = 0
        for w in neighbours:
            bit = own[w]
            forbidden |= met[w] & (bit - 1) | bit if bit else met[w]
        own[v] = free = _smallest_free(forbidden)
        for w in neighbours:
            met[w] |= free
    return np.array([bit.bit_length() - 1 for bit in own], np.intp)


def symmetric_places(pattern: Any, colors: IntArray) -> tuple[IntArray, IntArray]:
    """For each stored entry of a symmetric matrix the product and the row that hold it alone.

    Parameters
    ----------
    pattern
        A scipy.sparse CSR array with a full diagonal.
    colors
        From `color_star`.
    """
    count = int(colors.max(initial=-1)) + 1
    columns = pattern.indices.astype(np.intp)
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    _, inverse, sharing = np.unique(
        rows * count + colors[columns], return_inverse=True, return_counts=True
    )
    alone = sharing[inverse] == 1
    return np.where(alone, colors[columns], colors[rows]), np.where(alone, rows, columns)


def _smallest_free(forbidden: int) -> int:
    return ~forbidden & (forbidden + 1)


def _by_degree(ends: Any) -> list[int]:
    order: list[int] = np.argsort(-np.diff(ends), kind="stable").tolist()
    return order
