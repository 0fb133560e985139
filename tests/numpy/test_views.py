"""Which results are views, and what a change of them changes: as in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad.numpy as np
from tests.numpy.test_expressions import differences

RESULTS: dict[str, Callable[[Any, Any], Any]] = {
    "reshape": lambda np, a: a.reshape(4, 3),
    "reshape of columns": lambda np, a: a.T.reshape(-1),
    "reshape, a size added": lambda np, a: a.T.reshape(4, 1, 3),
    "reshape in order F": lambda np, a: a.T.reshape(-1, order="F"),
    "reshape in order A": lambda np, a: a.T.reshape(2, 6, order="A"),
    "reshape of rows with gaps": lambda np, a: a[::2].reshape(-1),
    "reshape of every second": lambda np, a: a.reshape(-1)[::2].reshape(2, 3),
    "reshape of swapped axes": lambda np, a: a.reshape(3, 2, 2).swapaxes(0, 1).reshape(2, 6),
    "ravel": lambda np, a: a.ravel(),
    "ravel of columns": lambda np, a: a.T.ravel(),
    "ravel in order A": lambda np, a: a.T.ravel("A"),
    "ravel in order K": lambda np, a: np.ravel(a.T, order="K"),
    "ravel in order F": lambda np, a: a.ravel("F"),
    "ravel of a part": lambda np, a: a[:, 1:3].ravel(),
    "flatten": lambda np, a: a.flatten(),
    "atleast_1d": lambda np, a: np.atleast_1d(a),
    "atleast_2d": lambda np, a: np.atleast_2d(a[0]),
    "atleast_3d": lambda np, a: np.atleast_3d(a),
    "ascontiguousarray": lambda np, a: np.ascontiguousarray(a),
    "ascontiguousarray of columns": lambda np, a: np.ascontiguousarray(a.T),
    "array": lambda np, a: np.array(a),
    "array, maybe copied": lambda np, a: np.array(a, copy=None),
    "nan_to_num": lambda np, a: np.nan_to_num(a),
    "nan_to_num in place": lambda np, a: np.nan_to_num(a, copy=False),
    "split": lambda np, a: np.split(a, 3)[1],
    "flip": lambda np, a: np.flip(a),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_change_of_a_result_changes_what_it_changes_in_numpy(name: str) -> None:
    def program(np: Any, x: Any) -> Any:
        a = np.array(x)
        found = RESULTS[name](np, a)
        found[..., 0] = x[1, 2] ** 2
        a[2] *= 3.0
        return np.concatenate([a.reshape(-1), found.reshape(-1)])

    at = numpy.arange(12.0).reshape(3, 4) / 7.0
    numpy.testing.assert_array_equal(program(np, np.array(at))._value, program(numpy, at))
    weights = numpy.sin(numpy.arange(program(numpy, at).size) + 1.0)
    along = numpy.cos(numpy.arange(12.0)).reshape(3, 4)

    def total(np: Any, x: Any) -> Any:
        return (program(np, x) * weights).sum()

    slope = float((np.grad(lambda x: total(np, x))(at) * along).sum())
    expected = differences(lambda x: total(numpy, x), at, along)
    numpy.testing.assert_allclose(slope, expected, rtol=1e-7, atol=1e-7)


def test_what_tapes_follow_has_the_same_views() -> None:
    def program(np: Any, x: Any) -> Any:
        a = np.array(x)
        columns = a.T
        np.multiply(columns, columns, out=columns)  # a new value for the view
        row = columns.reshape(-1)
        row[0] = 7.0
        return a + 0.0 * x

    at = numpy.arange(6.0).reshape(2, 3) + 1.0
    seen: list[Any] = []
    np.grad(lambda x: (seen.append(program(np, x)), np.sum(seen[-1]))[1])(at)
    numpy.testing.assert_array_equal(seen[0]._value, program(numpy, at))


def test_a_shape_that_would_need_a_copy_is_refused_on_demand() -> None:
    for library in (numpy, np):
        a = library.zeros((2, 3))
        a.reshape(6, copy=False)[0] = 1.0
        assert float(a[0, 0]) == 1.0
        with pytest.raises(ValueError, match="copy"):
            a.T.reshape(6, copy=False)


def test_a_shape_that_is_set_changes_what_the_others_see_no_more_than_in_numpy() -> None:
    def program(np: Any, x: Any) -> Any:
        a = np.array(x)
        row, block = a[0], a[:, 1:]
        tail = row[1:]
        a.shape = (3, 2)
        a[0, 1] = x[1, 1] ** 2
        tail[1] = 7.0
        part = a[1:]
        part.shape = (4,)
        part[3] = x[0, 0] ** 3
        end = part[2:]
        end[0] *= 2.0
        return [a, row, block, tail, part, end]

    at = numpy.arange(6.0).reshape(2, 3) + 1.0
    for ours, theirs in zip(program(np, np.array(at)), program(numpy, at), strict=True):
        numpy.testing.assert_array_equal(ours._value, theirs)
    for i in range(6):
        gradient = np.grad(lambda x, i=i: np.sum(program(np, x)[i] ** 2))(at)
        for k in numpy.ndindex(2, 3):
            along = numpy.zeros((2, 3))
            along[k] = 1.0
            slope = differences(lambda x, i=i: float((program(numpy, x)[i] ** 2).sum()), at, along)
            numpy.testing.assert_allclose(float(gradient[k]), slope, rtol=1e-7, atol=1e-6)
    for library in (numpy, np):
        with pytest.raises(AttributeError, match="Incompatible shape"):
            library.zeros((4, 2))[::2].shape = (-1,)


def test_numbers_that_were_computed_are_like_scalars() -> None:
    for library in (numpy, np):
        x = library.array([1.0, 2.0, 3.0])
        for number in (library.sum(x), x[0], x.max(), library.float64(2.0) * x[1]):
            first = number
            before = float(first)
            number += 1.5
            number *= 2.0
            assert float(first) == before
            assert float(number) == 2.0 * (before + 1.5)
        assert x.tolist() == [1.0, 2.0, 3.0]
        count = library.sum(library.array([1, 2]))
        count += 0.5
        assert float(count) == 3.5
        for array in (library.array(1.0), library.ones(()), library.full((), 1.0)):
            same = array
            array += 1.0
            assert float(same) == 2.0
        part = x[0, ...]
        part += 5.0
        assert x.tolist() == [6.0, 2.0, 3.0]


def test_an_accumulator_and_what_it_began_with_have_gradients_of_their_own() -> None:
    def f(x: Any) -> Any:
        total = np.sum(x)
        first = total
        for i in range(3):
            total += x[i] ** 2
        return first * total

    x = numpy.array([1.0, 2.0, 3.0])
    numpy.testing.assert_allclose(np.grad(f)(x)._value, (20.0 + 6.0) + 6.0 * 2.0 * x)
