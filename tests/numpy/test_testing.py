"""NumPy's assertions look at arrays of this dialect, and nothing is lost to tapes by that."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

NAMES = ("assert_equal", "assert_array_equal", "assert_allclose", "assert_almost_equal")


def test_names_are_numpys() -> None:
    assert set(numpy.testing.__all__) <= set(dir(np.testing))
    assert np.testing.assert_raises is numpy.testing.assert_raises


@pytest.mark.parametrize("name", NAMES)
def test_arrays_are_compared_as_numpy_compares_them(name: str) -> None:
    check = getattr(np.testing, name)
    x = np.array([1.0, 2.0, 3.0])
    check(x, np.array([1.0, 2.0, 3.0]))
    check(tf.constant([1.0, 2.0]), [1.0, 2.0])
    with pytest.raises(AssertionError):
        check(x, x + 1.0)
    with pytest.raises(AssertionError, match="shape"):
        check(x, np.ones((3, 1)) * x)


def test_structures_of_arrays_are_compared() -> None:
    x = np.array([1.0, 2.0])
    np.testing.assert_equal({"a": [x, 3]}, {"a": [x * 1.0, 3]})
    with pytest.raises(AssertionError):
        np.testing.assert_equal({"a": [x, 3]}, {"a": [x * 2.0, 3]})


def test_functions_of_the_user_get_their_arrays() -> None:
    def check(x: Any) -> None:
        assert isinstance(x, np.ndarray)
        raise ValueError

    np.testing.assert_raises(ValueError, check, np.ones(2))


def test_a_comparison_is_no_leak() -> None:
    def f(x: Any) -> Any:
        np.testing.assert_allclose(x, [1.0, 2.0])
        numpy.testing.assert_array_less(x, 3.0)
        return np.sum(x * x)

    with np.set_gradient_leaks("error"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.grad(f)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    x = np.array([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        f(x)
    assert not tape.leaks()
