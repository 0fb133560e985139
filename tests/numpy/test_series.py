"""The functions of ``np.polynomial`` explain themselves, and are NumPy's in number and kind."""

from __future__ import annotations

import copy
import doctest
import pickle
from typing import Any

import numpy
import pytest

import tapegrad.numpy as np
from tapegrad.numpy.polynomial import families
from tapegrad.numpy.rewired import rewired

TITLES = ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre")


@pytest.mark.parametrize("title", TITLES)
def test_names_are_numpys(title: str) -> None:
    ours, theirs = getattr(np.polynomial, title), getattr(numpy.polynomial, title)
    assert ours.__all__ == theirs.__all__
    assert all(callable(getattr(theirs, n)) == callable(getattr(ours, n)) for n in ours.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        ours.nonsense  # noqa: B018


@pytest.mark.parametrize("title", TITLES)
def test_docstrings_show_numpys_results(title: str) -> None:
    module = getattr(np.polynomial, title)
    runner, parser = doctest.DocTestRunner(), doctest.DocTestParser()
    count = 0
    for name in module.__all__:
        value = getattr(module, name)
        if callable(value):
            test = parser.get_doctest(value.__doc__, {}, name, None, None)
            assert runner.run(test).failed == 0, name
            assert test.examples[-1].want, name
            count += 1
    assert count > 20


def test_examples_are_recorded() -> None:
    assert set(families.examples()) == set(families.RESULTS)


def test_objects_are_copied() -> None:
    for p in (np.polynomial.Chebyshev([1.0, 2.0]), np.poly1d([1.0, 2.0])):
        for other in (copy.copy(p), copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
            assert type(other) is type(p)
            assert float(other(0.5)) == float(p(0.5))


def test_float32_stays_where_numpy_keeps_it() -> None:
    x = numpy.array([0.5, 1.5], numpy.float32)
    for c in (x, numpy.array([1.0, 2.0, 3.0], numpy.float32)):
        value = np.polynomial.legendre.legval(np.array(x), np.array(c))
        assert value.dtype == numpy.polynomial.legendre.legval(x, c).dtype == numpy.float32
        gradient = np.grad(lambda c: np.polynomial.legendre.legval(x, c).sum())(c)
        assert gradient.dtype == numpy.float32


def test_code_in_c_refuses_what_is_followed() -> None:
    from numpy.lib._polynomial_impl import _raise_power  # takes texts

    assert rewired(_raise_power)("3 x**2") == numpy.lib._polynomial_impl._raise_power("3 x**2")
    with pytest.raises(TypeError, match="not written in Python"):
        rewired(numpy.array)


def test_forward_mode_and_second_order_through_a_class() -> None:
    def value(c: Any) -> Any:
        return (np.polynomial.Hermite(c) ** 2)(0.3)

    c = numpy.array([0.2, -0.5, 0.7])
    _, tangent = np.jvp(value, (c,), (numpy.ones(3),))
    numpy.testing.assert_allclose(float(tangent), float(np.grad(value)(c).sum()))
    basis = numpy.polynomial.hermite.hermvander(0.3, 2)[0]
    numpy.testing.assert_allclose(np.hessian(value)(c)._value, 2 * numpy.outer(basis, basis))


def test_series_are_printed_in_a_chosen_style() -> None:
    series = np.polynomial.Chebyshev([1.0, 2.0])
    assert str(series) == str(numpy.polynomial.Chebyshev([1.0, 2.0]))
    np.polynomial.set_default_printstyle("ascii")
    try:
        assert str(series) == "1.0 + 2.0 T_1(x)"
    finally:
        np.polynomial.set_default_printstyle("unicode")
