"""Numbers of two runs, explained by sizes of two runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from math import sqrt
from typing import Any

import numpy as np

#: What makes a number of new sizes.
Formula = Callable[[Sequence[int]], Any]


def explanations(a: Any, b: Any, pairs: Sequence[tuple[int, int]]) -> Iterator[Formula]:
    """Formulas that give `a` for the first sizes of `pairs`, and `b` for the second.

    They have one unknown number at most, which the first run tells and the second confirms:
    products of up to three sizes times or plus an integer, and for floats also the reciprocals and
    roots of such products.

    Examples
    --------
    >>> [formula([10]) for formula in explanations(6, 9, [(2, 3)])]
    [30]
    >>> {formula([10]) for formula in explanations(0.5, 1 / 3, [(2, 3)])}
    {0.1}
    """
    for degree in (1, 2, 3):
        for places in combinations_with_replacement(range(len(pairs)), degree):
            m = n = 1
            for p in places:
                m, n = m * pairs[p][0], n * pairs[p][1]
            for shape in _SHAPES if isinstance(b, (float, np.floating)) else _SHAPES[:2]:
                formula = shape(a, b, m, n, places)
                if formula is not None:
                    yield formula


def _product(sizes: Sequence[int], places: Sequence[int]) -> int:
    product = 1
    for p in places:
        product *= sizes[p]
    return product


def _times(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    factor = round(a / m)
    if not factor or factor * m != a or factor * n != b:
        return None
    return lambda sizes: type(b)(factor * _product(sizes, places))


def _plus(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    if a - m != b - n or a == m or len(places) > 1 or int(a) != a:
        return None
    more = int(a - m)
    return lambda sizes: type(b)(_product(sizes, places) + more)


def _over(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    kind, factor = type(b), round(a * m)
    if not factor or kind(factor / m) != a or kind(factor / n) != b:
        return None
    return lambda sizes: kind(factor / _product(sizes, places))


def _one_over(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    if not a:
        return None
    kind, factor = type(b), round(1 / (a * m))
    if abs(factor) < 2 or kind(1 / (factor * m)) != a or kind(1 / (factor * n)) != b:
        return None
    return lambda sizes: kind(1 / (factor * _product(sizes, places)))


def _root(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    if not a > 0:
        return None
    kind, factor = type(b), round(a * a / m)
    if not factor or kind(sqrt(factor * m)) != a or kind(sqrt(factor * n)) != b:
        return None
    return lambda sizes: kind(sqrt(factor * _product(sizes, places)))


def _one_over_root(a: Any, b: Any, m: int, n: int, places: Sequence[int]) -> Formula | None:
    if not a > 0:
        return None
    kind, factor = type(b), round(1 / (a * a * m))
    if not factor or kind(1 / sqrt(factor * m)) != a or kind(1 / sqrt(factor * n)) != b:
        return None
    return lambda sizes: kind(1 / sqrt(factor * _product(sizes, places)))


_SHAPES = (_times, _plus, _over, _one_over, _root, _one_over_root)


def by_diagonals(a: Any, b: Any) -> Callable[[tuple[int, int]], Any] | None:
    """A matrix that is the same along diagonals, and far from the middle one: identities, masks."""
    if not (a.size and b.size):
        return None

    def of(shape: tuple[int, int]) -> Any:
        distance = np.arange(shape[1]) - np.arange(shape[0])[:, None]
        return diagonals[np.clip(distance, 1 - len(first), len(row) - 1) + len(first) - 1]

    first, row = a[:, 0], a[0]
    diagonals = np.concatenate([first[:0:-1], row])
    return of if equal(of(a.shape), a) and equal(of(b.shape), b) else None


def equal(a: Any, b: Any) -> bool:
    """Equality of arrays or numbers; NaN is NaN."""
    return bool(np.array_equal(a, b, equal_nan=np.asarray(b).dtype.kind in "fc"))


def is_uniform(array: Any) -> bool:
    """Whether all elements of an array that has some are the same."""
    return not any(array.strides) or equal(array, np.broadcast_to(array.flat[0], array.shape))
