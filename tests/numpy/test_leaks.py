"""Arrays that leave a tape: warnings at the door, errors where they would be written to NumPy's."""

from __future__ import annotations

import logging
import math
import pickle
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import scipy.linalg

import tapegrad as tf
import tapegrad.numpy as np
from tapegrad.errors import GradientLeakError, GradientLeakWarning

DOORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "asarray": ("array", numpy.asarray),
    "array of a list": ("array", lambda x: numpy.array([x, x + 1])),
    "mean of a list": ("array", lambda x: numpy.mean([x, x + 2])),
    "float64": ("float", lambda x: numpy.float64(x[0])),
    "scipy": ("array", lambda x: scipy.linalg.expm(np.outer(x, x))),
    "vectorize": ("array", numpy.vectorize(lambda t: t + 1.0)),
    "float": ("float", lambda x: float(x[0])),
    "int": ("int", lambda x: int(x[0])),
    "complex": ("complex", lambda x: complex(x[0])),
    "math": ("float", lambda x: math.sin(x[0])),
    "item": ("item", lambda x: x.item(0)),
    "tolist": ("tolist", lambda x: x.tolist()),
    "tobytes": ("bytes", lambda x: x.tobytes()),
    "dlpack": ("dlpack", numpy.from_dlpack),
    "pickle": ("pickle", pickle.dumps),
    "dumps": ("pickle", lambda x: x.dumps()),
}

HARMLESS: dict[str, Callable[[Any], Any]] = {
    "text": lambda x: f"{x} {x!r} {x[0]:.3f}",
    "truth": lambda x: bool(x[0] > 0) and bool(x[0]),
    "membership": lambda x: 0.5 in x,
    "positions": lambda x: x[np.argmax(x)] * int(np.argmax(x)),
    "counts": lambda x: float(np.sum(x > 0)),
    "stopped": lambda x: numpy.asarray(np.stop_gradient(x)),
    "shape": lambda x: (x.shape, x.size, len(x), numpy.shape(x), numpy.ndim(x)),
    "iteration": lambda x: [t * 2 for t in x],
    "file": lambda x: numpy.savetxt(Sink(), x),
    "logger": lambda x: logging.getLogger(__name__).debug("%.3f %s", x[0], x),
    "log record": lambda x: logging.LogRecord("", 0, "", 0, "%.3f", (x[0],), None).getMessage(),
    "assertions": lambda x: numpy.testing.assert_array_less(x, 9.0),
    "texts of numpy": lambda x: numpy.array_str(x) + numpy.array2string(x),
    "copies": lambda x: (x.copy(), numpy.copy(x), np.asarray(x), np.array(x, copy=True)),
}


class Sink:
    """A file that forgets."""

    def write(self, data: Any) -> None:
        assert data


@pytest.mark.parametrize("name", DOORS)
def test_an_array_warns_where_it_leaves(name: str) -> None:
    x = np.array([0.5, 1.5])
    door, leave = DOORS[name]
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.warns(GradientLeakWarning) as caught:
            leave(x)
        with np.set_gradient_leaks("error"), pytest.raises(GradientLeakError):
            leave(x)
        with np.set_gradient_leaks("allow"):
            leave(x)
    assert caught[0].filename == __file__
    assert "test_leaks.py" in str(caught[0].message)
    assert "np.stop_gradient" in str(caught[0].message)
    assert tape.leaks()[0].door == door
    leave(x)  # the tape has ended


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_leak(name: str) -> None:
    def f(x: Any) -> Any:
        HARMLESS[name](x)
        return np.sum(x * x)

    gradient = np.grad(f)(np.array([0.5, 1.5]))
    numpy.testing.assert_array_equal(gradient.tolist(), [1.0, 3.0])


def test_in_a_function_that_is_differentiated() -> None:
    def f(x: Any) -> Any:
        return np.sum(x) * math.exp(x[0])

    with pytest.warns(GradientLeakWarning, match=r"math\.exp\(x\[0\]\)") as caught:
        np.grad(f)(np.array([0.0, 1.0]))
    assert caught[0].lineno == f.__code__.co_firstlineno + 1
    with pytest.warns(GradientLeakWarning):
        np.jvp(f, (np.array([0.0, 1.0]),), (np.array([1.0, 0.0]),))


def store_slice(x: Any) -> Any:
    a = numpy.zeros(4)
    a[:2] = x
    return a


def store_element(x: Any) -> Any:
    a = numpy.zeros(4)
    a[1] = x[0]
    return a


def store_by_mask(x: Any) -> Any:
    a = numpy.zeros(2)
    a[numpy.array([True, True])] = x
    return a


@pytest.mark.parametrize("store", [store_slice, store_element, store_by_mask])
def test_writing_into_an_array_of_numpy_is_an_error(store: Callable[[Any], Any]) -> None:
    x = np.array([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises((GradientLeakError, ValueError)) as caught:
            store(x)
        # For a single element NumPy raises an error of its own from ours.
        error = caught.value.__cause__ or caught.value
        assert isinstance(error, GradientLeakError)
        assert re.search(r"test_leaks.py:\d+: `a\[.*np\.zeros\(n\)", str(error))
        with pytest.warns(GradientLeakWarning), np.set_gradient_leaks("warn"):
            store(x)
        with np.set_gradient_leaks("allow"):
            assert 2.0 in store(x)
    assert 2.0 in store(x)


def test_a_masked_array_cannot_hold_what_a_tape_follows() -> None:
    masked = numpy.ma.array([1.0, 2.0], mask=[False, True])
    x = np.array([2.0, 3.0])
    assert isinstance(masked * x, numpy.ma.MaskedArray)
    with tf.GradientTape() as tape:
        tape.watch(x)
        for make in (lambda: masked * x, lambda: numpy.ma.array(x), lambda: masked + x):
            with pytest.raises(GradientLeakError, match=r"test_leaks.*x \* m\.filled\(0\.0\)"):
                make()
            with np.set_gradient_leaks("warn"), pytest.warns(GradientLeakWarning, match="masked"):
                make()
        with pytest.raises(TypeError, match=r"x\.filled\(0\.0\)"):
            x * masked
        y = np.sum(x * masked.filled(0.0))
    assert tape.gradient(y, x).tolist() == [1.0, 0.0]


def test_writing_into_an_array_of_ours_is_recorded() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(4)
        a[:2] = x
        a[3] = x[0] * x[1]
        return np.sum(a)

    assert np.grad(f)(np.array([2.0, 3.0])).tolist() == [4.0, 3.0]


def test_a_function_of_numpy_without_a_derivative() -> None:
    x = tf.Variable([3.0, 1.0])  # not read before: the function is its first use
    squares = numpy.frompyfunc(lambda t: t * t, 1, 1)
    with tf.GradientTape() as tape:
        with pytest.raises(GradientLeakError, match=r"vectorized\) is not supported.*test_leaks"):
            squares(x)
        with tf.debugging.set_gradient_leaks("allow"):
            assert squares(x).tolist() == [9.0, 1.0]
        with tf.debugging.set_gradient_leaks("warn"), pytest.warns(GradientLeakWarning):
            squares(x)
    assert len(tape.leaks()) == 3


def test_code_with_a_gradient_of_its_own() -> None:
    @np.custom_gradient
    def cubes(x: Any, scale: float = 1.0) -> Any:
        assert isinstance(x, np.ndarray)
        y = scale * numpy.asarray(x) ** 3
        return {"y": y, "n": y.sum()}, lambda dn, dy: 3 * scale * x**2 * (dy + dn)

    def f(x: Any) -> Any:
        found = cubes(x, scale=2.0)
        return np.sum(found["y"]) + found["n"]

    x = np.array([1.0, 2.0])
    with np.set_gradient_leaks("error"):
        assert f(x) == 36.0
        assert np.grad(f)(x).tolist() == [12.0, 48.0]
        assert np.hvp(f, (x,), (np.array([1.0, 0.0]),))[0].tolist() == [24.0, 0.0]


def test_a_custom_gradient_of_nothing_is_an_error() -> None:
    broken = np.custom_gradient(lambda x: x * 2)
    with pytest.raises(TypeError, match=r"must return \(y, pullback\).*returned ndarray"):
        broken(np.array([1.0, 2.0, 3.0]))


def test_stopped_gradients() -> None:
    gradient = np.grad(lambda x: np.sum(x * np.stop_gradient(x)))(np.array([2.0, 3.0]))
    assert gradient.tolist() == [2.0, 3.0]
    assert np.stop_gradient([1.0]).dtype == numpy.float64


def test_no_function_of_the_dialect_leaks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.grad(lambda x: np.median(np.sort(x)) + np.max(np.clip(x, 0.0, 1.0)))(np.ones(5))
