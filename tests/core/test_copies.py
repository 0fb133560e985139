"""Values of all dialects are pickled, copied and saved like any data."""

from __future__ import annotations

import copy
import io
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy  # noqa: ICN001 - `np` is the dialect here
import pytest

import tapegrad as tf
import tapegrad.numpy as np
import tapegrad.torch as torch

VALUES: dict[str, Callable[[], Any]] = {
    "tensor": lambda: tf.constant([[1.0, 2.0]]),
    "scalar": lambda: tf.constant(1.5, tf.float64),
    "integers": lambda: tf.constant([1, 2], tf.int8),
    "complex": lambda: tf.constant([1.0 + 2.0j]),
    "variable": lambda: tf.Variable([1.0, 2.0], name="w"),
    "slice": lambda: tf.Variable([1.0, 2.0])[:1],
    "array": lambda: np.array([[1.0, 2.0]]),
    "number": lambda: np.array(1.5),
    "empty": lambda: np.zeros((0, 3), numpy.float32),
    "view": lambda: np.arange(6.0).reshape(2, 3)[:, ::-1],
    "torch": lambda: torch.tensor([1.0, 2.0]),
    "parameter": lambda: torch.nn.Parameter(torch.ones(2)),
    "requiring": lambda: torch.tensor([1.0], requires_grad=True),
}


def same(a: Any, b: Any) -> None:
    assert type(a) in (type(b), tf.Tensor)
    assert a._value.dtype == b._value.dtype
    numpy.testing.assert_array_equal(a._value, b._value)
    assert getattr(a, "requires_grad", None) == getattr(b, "requires_grad", None)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(name: str, protocol: int) -> None:
    x = VALUES[name]()
    same(pickle.loads(pickle.dumps({"x": x}, protocol))["x"], x)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies(name: str, copied: Callable[[Any], Any]) -> None:
    x = VALUES[name]()
    same(copied([x])[0], x)


@pytest.mark.parametrize("name", [n for n in VALUES if n not in ("parameter", "requiring")])
def test_numpy_saves(name: str) -> None:
    x, one, several = VALUES[name](), io.BytesIO(), io.BytesIO()
    numpy.save(one, x)
    numpy.savez(several, x=x, y=x)
    one.seek(0)
    several.seek(0)
    for loaded in (numpy.load(one), numpy.load(several)["y"]):
        assert loaded.dtype == x._value.dtype
        numpy.testing.assert_array_equal(loaded, x._value)


def test_saved_while_a_tape_follows() -> None:
    x, file = np.array([1.0, 2.0]), io.BytesIO()
    with np.set_gradient_leaks("error"), tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        numpy.save(file, y)
        z = copy.deepcopy(y) + copy.copy(y)  # copies are followed
    assert tape.gradient(z, x).tolist() == [4.0, 8.0]
    file.seek(0)
    assert numpy.load(file).tolist() == [1.0, 4.0]


def test_copies_are_independent() -> None:
    a = np.array([1.0, 2.0])
    shallow, deep, back = copy.copy(a), copy.deepcopy(a), pickle.loads(pickle.dumps(a))
    a[0] = 9.0
    assert [x.tolist() for x in (shallow, deep, back)] == [[1.0, 2.0]] * 3
    v = tf.Variable([1.0])
    deep, back = copy.deepcopy(v), pickle.loads(pickle.dumps(v))
    v.assign([3.0])
    assert (float(deep[0]), float(back[0])) == (1.0, 1.0)
    assert back.name == v.name


def test_what_comes_back_can_be_followed() -> None:
    x = pickle.loads(pickle.dumps(np.array([3.0])))
    v = pickle.loads(pickle.dumps(tf.Variable(2.0)))
    p = pickle.loads(pickle.dumps(torch.nn.Parameter(torch.ones(1))))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x * x)
        z = v * v
    of_x, of_v = tape.gradient([y, z], [x, v])
    assert (of_x.tolist(), float(of_v)) == ([6.0], 4.0)
    (p * p).sum().backward()
    assert p.grad.tolist() == [2.0]


def slope(x: Any) -> Any:
    return np.grad(lambda t: np.sum(t**3))(x)


def test_other_processes() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        (found,) = pool.map(slope, [np.array([1.0, 2.0])])
    assert found.tolist() == [3.0, 12.0]
