"""Machine code for cumulative operations: any number of lines, both ways, signs of zeros."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.kernels import library_kernel
from tapegrad.core.table import TABLE
from tapegrad.ops import gather, running_extremes, scan  # noqa: F401 - primitives

SHAPES = [((7, 5), -1), ((7, 5), -2), ((3, 4, 6), -2), ((9,), -1), ((1, 1), -1), ((6, 1), -2)]


def by_machine(name: str, *arrays: np.ndarray, like: np.ndarray, **params: Any) -> np.ndarray:
    inputs = [Value("input", a) for a in arrays]
    output = Value.between(like.shape, like.dtype)
    made = library_kernel(Operation(TABLE[name], inputs, [output], params, ("", 0)))
    assert made is not None
    out = np.full(like.size, 7, like.dtype)
    given = [a.reshape(-1) for a in arrays]
    made.function(*given, *made.constants, out, made.sizes, made.numbers)
    return out.reshape(like.shape)


def flipped(x: np.ndarray, axis: int, reverse: bool) -> np.ndarray:
    return np.flip(x, axis) if reverse else x


def small_numbers(shape: tuple[int, ...]) -> np.ndarray:
    x = np.random.default_rng(3).integers(-3, 4, shape).astype(np.float64)
    x.flat[0], x.flat[x.size // 2] = -0.0, np.nan
    return x


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_totals(shape: tuple[int, ...], axis: int) -> None:
    x = small_numbers(shape)
    for reverse, exclusive in itertools.product([False, True], repeat=2):
        for name, ufunc, first in [("cumsum", np.add, 0.0), ("cumprod", np.multiply, 1.0)]:
            expected = ufunc.accumulate(flipped(x, axis, reverse), axis)
            if exclusive:
                start = np.full_like(np.take(x, [0], axis), first)
                but_last = np.take(expected, range(shape[axis] - 1), axis)
                expected = np.concatenate([start, but_last], axis)
            expected = flipped(expected, axis, reverse)
            options = {"axis": axis, "exclusive": exclusive, "reverse": reverse}
            made = by_machine(name, x, like=expected, **options)
            np.testing.assert_array_equal(made, expected)
            known = ~np.isnan(expected)
            assert (np.signbit(made) == np.signbit(expected))[known].all()


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_recurrences(shape: tuple[int, ...], axis: int) -> None:
    rng = np.random.default_rng(4)
    a, b = rng.integers(-2, 3, (2, *shape)).astype(np.float64)
    for reverse in (False, True):
        rates = np.moveaxis(flipped(a, axis, reverse), axis, 0)
        terms = np.moveaxis(flipped(b, axis, reverse), axis, 0)
        rows = [terms[0]]
        for rate, term in zip(rates[1:], terms[1:], strict=True):
            rows.append(rate * rows[-1] + term)
        expected = flipped(np.moveaxis(np.stack(rows), 0, axis), axis, reverse)
        made = by_machine("linear_recurrence", a, b, like=expected, axis=axis, reverse=reverse)
        np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_extremes(shape: tuple[int, ...], axis: int) -> None:
    x = small_numbers(shape)
    for reverse, largest in itertools.product([False, True], repeat=2):
        options = {"axis": axis, "reverse": reverse, "largest": largest}
        like = np.zeros(shape, np.int32)
        made = by_machine("extreme_positions", x, like=like, dtype=np.dtype(np.int32), **options)
        ufunc = np.maximum if largest else np.minimum
        expected = flipped(ufunc.accumulate(flipped(x, axis, reverse), axis), axis, reverse)
        np.testing.assert_array_equal(np.take_along_axis(x, made, axis), expected)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_entries_by_indices(shape: tuple[int, ...], axis: int, dtype: Any) -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(-9, 10, shape).astype(np.float64)
    chosen = list(shape)
    chosen[axis] += 2
    indices = rng.integers(0, shape[axis], chosen).astype(dtype)
    taken = np.take_along_axis(x, indices, axis)
    np.testing.assert_array_equal(
        by_machine("take_along_axis", x, indices, like=taken, axis=axis), taken
    )
    expected = np.zeros(shape)
    for at in np.ndindex(*chosen):
        place = list(at)
        place[axis] = indices[at]
        expected[tuple(place)] += taken[at]
    made = by_machine("put_along_axis", taken, indices, like=expected, to=shape, axis=axis)
    np.testing.assert_array_equal(made, expected)
