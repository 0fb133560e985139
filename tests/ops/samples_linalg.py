"""Samples of inverses, linear systems, determinants and Cholesky factors."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.linalg

from tests.ops.samples import Maker, fixed, reals, sample

PRECISIONS = ("float32", "float64")

STACKS: dict[str, tuple[int, ...]] = {
    "one": (3, 3),
    "stack": (2, 2, 2),
    "number": (1, 1),
    "empty": (0, 0),
    "no_matrices": (0, 2, 2),
}


def each(function: Callable[..., Any], *stacks: np.ndarray) -> np.ndarray:
    """SciPy's functions of one matrix, along the leading axes."""
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in stacks])
    stacks = tuple([np.broadcast_to(a, lead + a.shape[-2:]) for a in stacks])
    if 0 in lead:
        return np.zeros(stacks[-1].shape)
    results = [function(*[a[i] for a in stacks]) for i in np.ndindex(*lead)]
    return np.reshape(results, lead + np.shape(results[0]))


def regular(*shape: int) -> Maker:
    """Matrices without symmetry that are far from singular."""
    return lambda rng: reals(*shape)(rng) + 4.0 * np.eye(shape[-1])


def hermitian(a: np.ndarray) -> np.ndarray:
    return (a + a.mT.conj()) / 2


def definite(*shape: int) -> Maker:
    """Symmetric positive definite matrices."""
    return lambda rng: hermitian(reals(*shape)(rng)) + 5.0 * np.eye(shape[-1])


def factor(a: np.ndarray) -> np.ndarray:
    return each(partial(scipy.linalg.cholesky, lower=True), a)


def solved(matrix: np.ndarray, rhs: np.ndarray, adjoint: bool, checked: bool = True) -> np.ndarray:
    def one(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        if not b.size:
            return b
        return scipy.linalg.inv(a.T.conj() if adjoint else a) @ b

    return each(one, matrix, rhs)


def packed_factors(x: np.ndarray, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """By elimination, with the largest pivot of each column."""
    packed = x.copy()
    order = np.broadcast_to(np.arange(x.shape[-1], dtype=dtype), x.shape[:-1]).copy()
    for i in np.ndindex(*x.shape[:-2]):
        a, p = packed[i], order[i]
        for k in range(len(a)):
            pivot = k + np.argmax(np.abs(a[k:, k].real) + np.abs(a[k:, k].imag))
            a[[k, pivot]], p[[k, pivot]] = a[[pivot, k]], p[[pivot, k]]
            a[k + 1 :, k] /= a[k, k]
            a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return packed, order


def substituted(matrix: np.ndarray, rhs: np.ndarray, lower: bool, adjoint: bool) -> np.ndarray:
    return solved(np.tril(matrix) if lower else np.triu(matrix), rhs, adjoint)


def determinant(x: np.ndarray) -> np.ndarray:
    product = np.linalg.eigvals(x).prod(axis=-1)
    return product if x.dtype.kind == "c" else product.real


def sign_and_log(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    d = determinant(x)
    return d / np.abs(d), np.log(np.abs(d))


def by_permutations(x: np.ndarray) -> np.ndarray:
    """The determinant of small matrices, of any rank."""
    n = x.shape[-1]
    total = np.zeros(x.shape[:-2], x.dtype)
    for order in itertools.permutations(range(n)):
        sign = round(np.linalg.det(np.eye(n)[list(order)]))
        total = total + sign * x[..., np.arange(n), list(order)].prod(axis=-1)
    return total


def adjugate(x: np.ndarray) -> np.ndarray:
    """By minors."""
    n = x.shape[-1]
    y = np.ones_like(x)
    for i, j in np.ndindex(n, n):
        minor = np.delete(np.delete(x, i, -2), j, -1)
        y[..., j, i] = (-1) ** (i + j) * by_permutations(minor)
    return y


def singular(*shape: int) -> Maker:
    """Square matrices of a rank one less than full."""
    *lead, n, _ = shape
    return lambda rng: reals(*lead, n, n - 1)(rng) @ reals(*lead, n - 1, n)(rng)


for label, shape in STACKS.items():
    of_squares = {"label": label, "complex": True, "dtypes": PRECISIONS}
    matrix = regular(*shape)
    sample("inv", matrix, reference=partial(each, scipy.linalg.inv), **of_squares)
    sample("det", matrix, reference=determinant, **of_squares)
    exchanged = {"params": {"dtype": np.dtype(np.int32)}, "reference": packed_factors}
    asserted = {"params": {"op": "inv"}, "reference": lambda x, op: x}
    sample("regular", matrix, **asserted, **of_squares)
    sample("lu", matrix, **exchanged, **of_squares)
    sample("slogdet", matrix, reference=sign_and_log, **of_squares)
    sample("adjugate", matrix, reference=adjugate, **of_squares)
    sample("cholesky", definite(*shape), reference=factor, among=hermitian, **of_squares)
for label, shape in {"singular": (3, 3), "singular_stack": (2, 3, 3)}.items():
    sample("det", singular(*shape), label=label, complex=True, dtypes=PRECISIONS)
sample("det", fixed(np.diag([2.0, 0.0, 0.0])), label="rank_one", dtypes=PRECISIONS)
sample("det", fixed(np.eye(3)), label="equal", reference=determinant, dtypes=PRECISIONS)


def adjugate_along(xs: np.ndarray) -> np.ndarray:
    """Differences of differences along all directions, of what has the degree n - 1."""
    x, *ts = np.moveaxis(xs, -3, 0)
    if not ts:
        return adjugate(x)
    h, last = 0.5, ts[-1]

    def rest(step: float) -> np.ndarray:
        return adjugate_along(np.stack([x + step * h * last, *ts[:-1]], axis=-3))

    steps = [(rest(k) - rest(-k)) / (2 * k * h) for k in (1, 2, 3)]
    return 1.5 * steps[0] - 0.6 * steps[1] + 0.1 * steps[2]


def directions_at(make: Maker, count: int, *shape: int) -> Maker:
    """A matrix, and directions behind it."""

    def together(rng: np.random.Generator) -> np.ndarray:
        return np.stack([make(rng), *(reals(*shape)(rng) for _ in range(count))], axis=-3)

    return together


def of_rank(rank: int, n: int) -> Maker:
    return lambda rng: reals(n, rank)(rng) @ reals(rank, n)(rng)


for label, start, count, form in (
    ("one", regular(3, 3), 1, (3, 3)),
    ("two", regular(4, 4), 2, (4, 4)),
    ("three", fixed(np.diag([1.0, 2.0, 3.0, 4.0])), 3, (4, 4)),
    ("stack", regular(2, 2, 2), 2, (2, 2, 2)),
    ("singular", singular(4, 4), 2, (4, 4)),
    ("of_rank_two", of_rank(2, 5), 2, (5, 5)),
    ("of_rank_one", of_rank(1, 4), 3, (4, 4)),
    ("zeros", fixed(np.zeros((4, 4))), 2, (4, 4)),
    ("number", regular(1, 1), 2, (1, 1)),
    ("empty", regular(0, 0), 2, (0, 0)),
    ("no_matrices", regular(0, 2, 2), 2, (0, 2, 2)),
):
    sample(
        "adjugate_along",
        directions_at(start, count, *form),
        label=label,
        reference=adjugate_along,
        complex=label != "singular",
        dtypes=PRECISIONS,
    )
sample(
    "lu",
    reals(2, 4, 4),
    params={"dtype": np.dtype(np.int64)},
    label="with_exchanges",
    reference=packed_factors,
    complex=True,
    dtypes=PRECISIONS,
)

SYSTEMS = {
    "column": ((3, 3), (3, 1)),
    "columns": ((3, 3), (3, 2)),
    "stack": ((2, 2, 2), (2, 2, 3)),
    "matrix_and_stack": ((2, 2), (2, 2, 3)),
    "stack_and_matrix": ((2, 2, 2), (2, 3)),
    "many": ((7, 3, 3), (7, 3, 2)),
    "many_and_matrix": ((6, 2, 2), (2, 1)),
    "no_columns": ((2, 2), (2, 0)),
    "no_matrices": ((0, 2, 2), (0, 2, 3)),
}
for label, (a, b) in SYSTEMS.items():
    for adjoint in (False, True):
        options = {"complex": True, "dtypes": PRECISIONS}
        kind = label + ("_adjoint" if adjoint else "")
        sample(
            "solve",
            regular(*a),
            reals(*b),
            params={"adjoint": adjoint, "checked": label != "many_and_matrix"},
            label=kind,
            reference=solved,
            **options,
        )
        for lower in (True, False):
            sample(
                "triangular_solve",
                regular(*a),
                reals(*b),
                params={"lower": lower, "adjoint": adjoint},
                label=kind + ("_lower" if lower else "_upper"),
                reference=substituted,
                **options,
            )


def banded_matrix(bands: np.ndarray, lower: int) -> np.ndarray:
    *lead, count, n = bands.shape
    a = np.zeros((*lead, n, n), bands.dtype)
    for r, i in np.ndindex(count, n):
        j = i + count - 1 - lower - r
        if 0 <= j < n:
            a[..., i, j] = bands[..., r, i]
    return a


def dominant(lower: int, *shape: int) -> Maker:
    """Diagonals of which the main one is larger than the others together."""

    def make(rng: np.random.Generator) -> np.ndarray:
        bands = np.array(reals(*shape)(rng))
        bands[..., shape[-2] - 1 - lower, :] += 8.0
        return bands

    return make


BANDS = {
    "three": (1, (3, 4), (4, 2)),
    "stack": (1, (2, 3, 3), (2, 3, 1)),
    "below": (2, (3, 4), (4, 1)),
    "above": (0, (3, 4), (4, 1)),
    "uneven": (2, (4, 4), (4, 2)),
    "one_for_all": (1, (3, 3), (2, 3, 1)),
    "stack_and_matrix": (1, (2, 3, 3), (3, 1)),
    "more_than_places": (2, (4, 2), (2, 1)),
    "no_columns": (1, (3, 3), (3, 0)),
    "empty": (1, (3, 0), (0, 2)),
}
for label, (below, a, b) in BANDS.items():
    for adjoint in (False, True):
        sample(
            "solve_banded",
            dominant(below, *a),
            reals(*b),
            params={"lower": below, "adjoint": adjoint, "perturb": False},
            label=label + ("_adjoint" if adjoint else ""),
            reference=lambda bands, rhs, lower, adjoint, perturb: solved(
                banded_matrix(bands, lower), rhs, adjoint
            ),
            complex=True,
            dtypes=PRECISIONS,
        )
