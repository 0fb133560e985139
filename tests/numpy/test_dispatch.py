"""NumPy's own functions of our arrays and of tensors are recorded like those of this dialect."""

from __future__ import annotations

import ast
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
from tapegrad.numpy.function import HANDLERS
from tapegrad.numpy.ufunc import UFUNCS
from tests.numpy.test_expressions import SAMPLES, SMOOTH, evaluate, leaves

#: NumPy does not ask its arguments whether they want to answer, in these at least.
SILENT = {
    "array",
    "asarray",
    "ascontiguousarray",
    "asarray_chkfinite",
    "eye",
    "full",
    "identity",
    "kaiser",
    "require",
    "testing",
    "zeros",
}


def model_of(node: ast.Attribute) -> Any:
    """The function of NumPy that an attribute of `np`, or of one of its modules, stands for."""
    if isinstance(node.value, ast.Name) and node.value.id == "np":
        return getattr(numpy, node.attr, None)
    if isinstance(node.value, ast.Attribute):
        return getattr(model_of(node.value), node.attr, None)
    return None


def is_dispatched(text: str) -> bool:
    """Whether an expression calls functions of NumPy, and only ones that ask their arguments."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Call) or "lambda" in text or "dtype=" in text or "out=" in text:
        return False
    called = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    for function in called:
        if not isinstance(function, ast.Attribute):
            return False
        model = model_of(function)
        known = model in HANDLERS or model in UFUNCS
        if not known or getattr(model, "__name__", "") in SILENT:
            return False
    return True


def names_in(text: str) -> list[str]:
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return sorted(used & set(SAMPLES))


def is_plain(text: str) -> bool:
    """Whether tensors of the first dialect can stand in it, whose methods and keys are others."""
    tree = ast.parse(text)
    return not any(
        isinstance(node, ast.Subscript | ast.BinOp | ast.Starred)
        or (isinstance(node, ast.Attribute) and model_of(node) is None)
        for node in ast.walk(tree)
    )


#: A list is no array: NumPy makes one of it before it asks.
OF_LISTS = {"np.mean([x, x + 2])"}
DISPATCHED = [text for text in SMOOTH if is_dispatched(text) and text not in OF_LISTS]


def recorded(text: str, library: Any, make: Any) -> tuple[list[Any], list[Any]]:
    """What an expression gives, and the gradients of it."""
    names = {name: make(SAMPLES[name]) for name in names_in(text)}
    sources = [v for v in names.values() if v.dtype == numpy.float64]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        found = leaves(evaluate(text, library, names))
        total: Any = 0.0
        for y in found:
            weights = numpy.cos(numpy.arange(numpy.size(y))).reshape(numpy.shape(y))
            total = total + numpy.sum(numpy.abs(y) * weights)
    return found, tape.gradient(total, sources)


def check_same(gradients: list[Any], expected: list[Any], kind: type) -> None:
    for a, b in zip(gradients, expected, strict=True):
        if b is None:
            assert a is None
            continue
        assert type(a) is kind
        numpy.testing.assert_allclose(a, b, rtol=1e-12)


def test_most_functions_are_tested() -> None:
    assert len(DISPATCHED) > 300
    assert len([text for text in DISPATCHED if is_plain(text)]) > 150


@pytest.mark.parametrize("text", DISPATCHED)
def test_arrays(text: str) -> None:
    expected, slopes = recorded(text, np, np.array)
    found, gradients = recorded(text, numpy, np.array)
    for y, z in zip(found, expected, strict=True):
        assert type(y) is np.ndarray
        numpy.testing.assert_array_equal(y, z)
    check_same(gradients, slopes, np.ndarray)


@pytest.mark.parametrize("text", [text for text in DISPATCHED if is_plain(text)])
def test_tensors(text: str) -> None:
    expected, slopes = recorded(text, np, np.array)
    found, gradients = recorded(text, numpy, tf.constant)
    for y, z in zip(found, expected, strict=True):
        assert type(y) is tf.Tensor
        numpy.testing.assert_array_equal(y, z)
    check_same(gradients, slopes, tf.Tensor)
