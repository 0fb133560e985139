"""Universal functions beyond calls, by both dialects' operands: NumPy is the judge of values.

Derivatives are compared with finite differences of what NumPy computes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

X = numpy.array([[0.7, 1.3, 2.1, 0.4], [1.9, 0.6, 0.8, 1.4], [0.2, 3.1, 1.1, 0.9]])
MASK = numpy.array([[True, False, True, True], [False, False, True, True], [True] * 4])

#: Of all functions that have two operands and a derivative.
REDUCED = (
    "add multiply subtract divide power maximum minimum fmax fmin logaddexp logaddexp2 hypot "
    "arctan2 copysign remainder"
).split()
IDENTITY = "add multiply logaddexp logaddexp2 hypot".split()

Call = Callable[[Any], Any]


def calls() -> dict[str, Call]:
    found: dict[str, Call] = {}
    for name in REDUCED:
        f = getattr(numpy, name)
        found[f"{name}.reduce"] = f.reduce
        if name not in ("power", "arctan2"):  # of which NumPy 2.4 makes nonsense along rows
            found[f"{name}.reduce axis 1, keepdims"] = lambda x, f=f: f.reduce(x, 1, keepdims=True)
            found[f"{name}.reduce initial"] = lambda x, f=f: f.reduce(x, axis=-1, initial=0.3)
        found[f"{name}.reduce where"] = lambda x, f=f: f.reduce(x, where=MASK, initial=0.77)
        found[f"{name}.accumulate"] = f.accumulate
        found[f"{name}.accumulate axis 1"] = lambda x, f=f: f.accumulate(x, axis=1)
        found[f"{name}.reduceat"] = lambda x, f=f: f.reduceat(x, [0, 2, 1, 3], axis=1)
        found[f"{name}.outer"] = lambda x, f=f: f.outer(x[0], x[1:] + 0.033)
        found[f"{name} where"] = lambda x, f=f: f(x, x[::-1] * 1.5, where=True)
    for name in IDENTITY:
        f = getattr(numpy, name)
        found[f"{name}.reduce all"] = lambda x, f=f: f.reduce(x, axis=None)
        found[f"{name}.reduce where alone"] = lambda x, f=f: f.reduce(x, axis=(0, 1), where=MASK)
        found[f"{name}.reduce nothing"] = lambda x, f=f: numpy.exp(f.reduce(x[:0])) + x[0]
    found["vecdot axis"] = lambda x: numpy.vecdot(x, x**2, axis=0)
    found["vecdot keepdims"] = lambda x: numpy.vecdot(x, x**2, axis=-1, keepdims=True)
    found["matmul axes"] = lambda x: numpy.matmul(x, x, axes=[(1, 0), (0, 1), (1, 0)])
    found["matvec axes"] = lambda x: numpy.matvec(x, x[:, 0], axes=[(1, 0), 0, 0])
    found["vecmat"] = lambda x: numpy.vecmat(x[:, 1], x)
    return found


CALLS = calls()


def of_kind(kind: str, value: Any) -> Any:
    if kind == "array":
        return np.array(value)
    return (tf.Variable if kind == "variable" else tf.constant)(value, dtype=tf.float64)


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str) -> None:
    call = CALLS[name]
    expected = call(X)
    weights = numpy.sin(numpy.arange(expected.size) + 1.0).reshape(expected.shape)
    along = numpy.cos(numpy.arange(X.size) + 1.0).reshape(X.shape)
    h = 1e-6
    slope = ((call(X + h * along) - call(X - h * along)) * weights).sum() / (2 * h)
    for kind in ("array", "tensor", "variable"):
        x = of_kind(kind, X)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x)
            total = (y * weights).sum() if kind == "array" else tf.reduce_sum(y * weights)
        assert type(y) is (np.ndarray if kind == "array" else tf.Tensor)
        numpy.testing.assert_allclose(y, expected, rtol=1e-12)
        assert y.shape == expected.shape
        gradient = numpy.asarray(tape.gradient(total, x, unconnected_gradients="zero"))
        numpy.testing.assert_allclose((gradient * along).sum(), slope, rtol=1e-6, atol=1e-8)


def curved() -> list[str]:
    """Without those that are linear between jumps: their second derivatives are zero."""
    return [name for name in CALLS if not name.startswith(("copysign", "remainder"))]


@pytest.mark.parametrize("name", curved())
def test_second_derivatives(name: str) -> None:
    call = CALLS[name]

    def function(x: Any) -> Any:
        y = call(x)
        return (y * y).sum()

    along = numpy.cos(numpy.arange(X.size) + 1.0).reshape(X.shape)
    h = 1e-6
    found = np.hvp(function, (X,), (along,))[0]
    gradient = np.grad(function)
    high, low = [numpy.asarray(gradient(X + s * h * along)) for s in (1, -1)]
    scale = numpy.abs(numpy.asarray(found)).max() + 1.0
    numpy.testing.assert_allclose(found, (high - low) / (2 * h), rtol=1e-5, atol=1e-7 * scale)


@pytest.mark.parametrize("name", "add maximum logaddexp fmax".split())
@pytest.mark.parametrize("dtype", [numpy.float32, numpy.int16, numpy.bool_])
def test_types_are_numpys(name: str, dtype: Any) -> None:
    f = getattr(numpy, name)
    x = numpy.array([[1, 0, 3], [0, 1, 1]]).astype(dtype)
    for call in (f.reduce, f.accumulate, lambda x: f.reduceat(x, [1, 0]), lambda x: f.outer(x, x)):
        expected, found = call(x), call(np.array(x))
        assert found.dtype == expected.dtype
        numpy.testing.assert_allclose(found, expected, rtol=1e-6)


def test_results_go_where_out_says() -> None:
    x = np.array(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        row, table, low = np.zeros(4), np.zeros((3, 4)), np.zeros((2, 4))
        assert numpy.add.reduce(x, out=row) is row
        assert numpy.logaddexp.accumulate(x, out=table) is table
        numpy.multiply.reduceat(x, [0, 1], out=low)
        wide = np.zeros((3, 4))
        numpy.multiply(x[0], 2.0, out=wide)  # as often as there is room
        numpy.multiply(x, 10.0, out=wide, where=MASK)
        total = (row * 1.0).sum() + table.sum() + low.sum() + wide.sum()
    expected = X.sum(0).sum() + numpy.logaddexp.accumulate(X).sum()
    expected += numpy.multiply.reduceat(X, [0, 1]).sum()
    expected += numpy.where(MASK, 10 * X, 2 * X[0]).sum()
    numpy.testing.assert_allclose(float(total), expected, rtol=1e-12)
    gradient = numpy.asarray(tape.gradient(total, x))
    assert gradient.shape == X.shape
    assert (gradient != 0).all()


def test_elements_change_as_often_as_they_are_named() -> None:
    for name, given in (("add", X[0]), ("multiply", X[1]), ("maximum", X[2]), ("power", X[0])):
        f = getattr(numpy, name)
        places = numpy.array([0, 2, 0, 0])
        expected, found = numpy.full(3, 0.9), np.full(3, 0.9)
        f.at(expected, places, given)
        f.at(found, places, np.array(given))
        numpy.testing.assert_allclose(found, expected, rtol=1e-12)


ERRORS: dict[str, Call] = {
    "several axes": lambda x: numpy.subtract.reduce(x, axis=(0, 1)),
    "no identity": lambda x: numpy.fmax.reduce(x, where=MASK),
    "nothing to reduce": lambda x: numpy.fmin.reduce(x[:0]),
    "one operand": numpy.sin.reduce,
    "core axes": numpy.matmul.reduce,
    "scalar": lambda x: numpy.add.accumulate(x[0, 0]),
    "far index": lambda x: numpy.add.reduceat(x, [0, 9]),
    "axis": lambda x: numpy.logaddexp.reduce(x, axis=5),
    "unknown option": lambda x: numpy.add(x, x, keepdims=True),
    "axis of matmul": lambda x: numpy.matmul(x, x.T, axis=0),
    "axes no list": lambda x: numpy.matmul(x, x.T, axes=3),
    "few axes": lambda x: numpy.matmul(x, x.T, axes=[(0, 1)]),
    "shape of out": lambda x: numpy.add.reduce(x, out=x),
    "at of another shape": lambda x: numpy.add.at(x, [0], x[0, :3]),
    "at without operand": lambda x: numpy.add.at(x, [0]),
    "at beyond": lambda x: numpy.add.at(x, [7], 1.0),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_numpys(name: str) -> None:
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - any kind: it is what is compared
        ERRORS[name](X.copy())
    x = np.array(X)
    with pytest.raises(Exception) as ours:  # noqa: PT011
        ERRORS[name](x)
    kind = next(k for k in theirs.type.__mro__ if not k.__name__.startswith("_"))
    assert issubclass(ours.type, kind), f"{ours.value!r} instead of {theirs.value!r}"
    assert numpy.array_equal(numpy.asarray(x), X), "changed before the error"


def test_numpys_arrays_as_out_take_what_nobody_follows() -> None:
    t, target = tf.constant([1.0, 2.0]), numpy.zeros(2, numpy.float32)
    assert numpy.add(t, 1.0, out=target) is target
    assert target.tolist() == [2.0, 3.0]
    with tf.GradientTape() as tape:
        numpy.multiply(t, 3.0, out=target)
        assert target.tolist() == [3.0, 6.0]
        tape.watch(t)
        with pytest.raises(TypeError, match=r"np\.zeros\(\(2,\)\)"):
            numpy.add(t, 1.0, out=target)
    assert target.tolist() == [3.0, 6.0]


@pytest.mark.parametrize("kind", ["tensor", "variable"])
def test_tensors_and_variables_are_never_written_to(kind: str) -> None:
    x = of_kind(kind, X)
    with tf.GradientTape():
        for change in (lambda: numpy.add(x, 1.0, out=x), lambda: numpy.add.at(x, [0], 1.0)):
            with pytest.raises(TypeError, match=r"tapegrad\.numpy"):
                change()
        with pytest.raises(TypeError, match=r"v\.assign"):
            numpy.add(x, 1.0, out=x)
    assert numpy.array_equal(numpy.asarray(x), X)


def test_calls_without_operands() -> None:
    for call in (np.add, np.sin, lambda: np.add(1.0)):
        with pytest.raises(TypeError, match="positional arguments"):
            call()
