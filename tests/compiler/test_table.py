"""Every primitive inside of a compiled function: the same values and gradients as outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted
from tests.ops.samples import Sample, load
from tests.ops.test_table import cotangents, followed, run

SAMPLES = load()


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)


def assert_same(got: Any, expected: Any) -> None:
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    a, b = np.asarray(got), np.asarray(expected)
    if a.dtype.kind not in "fc" or a.dtype.itemsize == 2:
        np.testing.assert_array_equal(a, b)
        return
    # Sums in another order, and other formulas of NumPy's for arrays than for single numbers.
    eps = np.finfo(a.dtype).eps
    scale = np.max(np.abs(b), initial=0, where=np.isfinite(b))
    np.testing.assert_allclose(a, b, rtol=64 * eps, atol=64 * eps * scale)


def in_dtype(arrays: list[np.ndarray], dtype: str) -> list[tf.Tensor]:
    kinds = {"f": dtype, "c": "complex64" if dtype == "float32" else "complex128"}
    return [tf.constant(a.astype(kinds.get(a.dtype.kind, a.dtype))) for a in arrays]


def moved(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Other data in the domain: the entries in another order."""
    rng = np.random.default_rng(0)
    return [
        rng.permutation(a.reshape(-1)).reshape(a.shape) if a.dtype.kind == "f" else a
        for a in arrays
    ]


def program(sample: Sample) -> Any:
    """A function of the sample's inputs: its outputs and their gradients."""

    def f(*inputs: Any) -> Any:
        which = followed(sample, list(inputs)) if sample.order else []
        with tf.GradientTape() as tape:
            tape.watch([inputs[i] for i in which])
            outputs = run(sample, list(inputs))
        if not which:
            return outputs, []
        gs = cotangents(outputs)
        live = [(y, tf.constant(g)) for y, g in zip(outputs, gs, strict=True) if g is not None]
        gradients = tape.gradient(
            [y for y, _ in live],
            [inputs[i] for i in which],
            output_gradients=[g for _, g in live],
            unconnected_gradients="zero",
        )
        return outputs, [tf.convert_to_tensor(g) for g in gradients]

    return f


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_compiled_equals_eager(sample: Sample, dtype: str) -> None:
    if dtype == "float32" and (dtype not in sample.dtypes or not sample.order):
        pytest.skip("the sample is for float64")
    f = program(sample)
    compiled = tf.function(f)
    arrays = sample.arrays()
    variants = [arrays]
    if sample.among is None and len(arrays) == 1:
        variants += [moved(arrays), arrays]
    else:
        variants += [arrays]
    for data in variants:
        try:
            expected = f(*in_dtype(data, dtype))
        except tf.errors.InvalidArgumentError:  # moved out of the domain
            continue
        got = compiled(*in_dtype(data, dtype))
        for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
            assert_same(a, b)
