"""Zeros of cotangents stay zeros in compiled products, although no NaN was there when recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted


def masked(product: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """The gradients of a product whose entries count only where a mask says so."""

    def gradients(x: Any, w: Any, mask: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = product(x, w)
            loss = tf.reduce_sum(tf.where(mask, y * y, 0.0))
        return tape.gradient(loss, [x, w])

    return gradients


def data(x: Any, w: Any, y: Any, spoiled: Any) -> list[Any]:
    """Arguments with infinity or NaN in the first row of x; only the other rows count."""
    rng = np.random.default_rng(3)
    a = rng.normal(size=x)
    mask = np.ones(y, bool)
    if spoiled is not None:
        a[0, ..., 1] = spoiled
        mask[0] = False
    return [tf.constant(a), tf.constant(rng.normal(size=w)), tf.constant(mask)]


PRODUCTS = {
    "matmul": (tf.matmul, (5, 6), (6, 7), (5, 7)),
    "transposed": (lambda x, w: tf.matmul(x, w, transpose_b=True), (5, 6), (7, 6), (5, 7)),
    "batches": (tf.matmul, (3, 5, 6), (3, 6, 7), (3, 5, 7)),
    "one matrix": (tf.matmul, (3, 5, 6), (6, 7), (3, 5, 7)),
    "einsum": (lambda x, w: tf.einsum("bij,jk->bki", x, w), (3, 5, 6), (6, 7), (3, 7, 5)),
    "short einsum": (lambda x, w: tf.einsum("ij,jk->ik", x, w), (3, 6), (6, 7), (3, 7)),
    "conv2d": (
        lambda x, w: tf.nn.conv2d(x, w, 1, "VALID"),
        (2, 6, 6, 3),
        (3, 3, 3, 4),
        (2, 4, 4, 4),
    ),
    "cumprod": (lambda x, w: tf.math.cumprod(x * w, 1), (5, 6), (5, 6), (5, 6)),
    "conv1d": (lambda x, w: tf.nn.conv1d(x, w, 1, "SAME"), (2, 8, 3), (3, 3, 4), (2, 8, 4)),
}


def check(name: str) -> None:
    product, *shapes = PRODUCTS[name]
    plain = masked(product)
    compiled = tf.function(plain)
    compiled(*data(*shapes, None))
    for spoiled in (None, np.nan, np.inf, -np.inf):
        inputs = data(*shapes, spoiled)
        found, expected = compiled(*inputs), plain(*inputs)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
        # What the loss does not depend on is not in the gradient of the weights.
        assert np.isfinite(found[1]).all()
    assert compiled.experimental_get_tracing_count() == 1
    assert "compiled" in compiled.explain()


@pytest.mark.parametrize("name", list(PRODUCTS))
def test_zeros_stay_zeros(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)
    check(name)


@pytest.mark.parametrize("name", ["matmul", "batches", "conv2d"])
def test_zeros_stay_zeros_in_machine_code(name: str) -> None:
    check(name)


def test_what_counts_stays_nan() -> None:
    """A cotangent that is not zero meets NaN."""
    plain = masked(tf.matmul)
    compiled = tf.function(plain)
    shapes = (5, 6), (6, 7), (5, 7)
    compiled(*data(*shapes, None))
    x, w, _ = data(*shapes, np.nan)
    inputs = x, w, tf.constant(np.ones((5, 7), bool))
    for a, b in zip(compiled(*inputs), plain(*inputs), strict=True):
        np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
        assert np.isnan(a).any()


def test_the_backward_program_of_an_outer_tape() -> None:
    layer = tf.function(lambda x, w: tf.where(tf.reduce_all(x < 9.0, 1, True), x @ w, 0.0))

    def gradient(f: Any, x: Any, w: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = f(x, w)
        return tape.gradient(y, w)

    w = tf.constant(np.ones((3, 2)))
    good, bad = np.arange(12.0).reshape(4, 3) / 2, np.arange(12.0).reshape(4, 3) / 2
    bad[2, 1] = np.inf
    gradient(layer, tf.constant(good), w)
    found = gradient(layer, tf.constant(bad), w)
    expected = np.repeat(np.delete(bad, 2, axis=0).sum(0)[:, None], 2, axis=1)
    np.testing.assert_allclose(found, expected)


def recurrent(x: Any, w: Any, u: Any, mask: Any) -> Any:
    """Gradients of a recurrent network whose outputs count where a mask says so."""
    with tf.GradientTape() as tape:
        tape.watch([w, u])
        h, loss = tf.zeros((2, 5), tf.float64), tf.constant(0.0, tf.float64)
        for t in range(40):
            h = tf.tanh(x[t] @ w + h @ u)
            loss = loss + tf.reduce_sum(tf.where(mask[t], h * h, 0.0))
        return tape.gradient(loss, [w, u])


def separate(x: Any, w: Any, u: Any, mask: Any) -> Any:
    """Gradients of products, one in each turn of a loop, that do not read each other."""
    with tf.GradientTape() as tape:
        tape.watch([w, u])
        loss = tf.constant(0.0, tf.float64)
        for t in range(40):
            y = x[t] @ w @ u
            loss = loss + tf.reduce_sum(tf.where(mask[t], y * y, 0.0))
        return tape.gradient(loss, [w, u])


@pytest.mark.parametrize("program", [recurrent, separate])
@pytest.mark.parametrize("machine_code", [False, True])
def test_zeros_stay_zeros_in_loops(
    program: Callable[..., Any], machine_code: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not machine_code:
        monkeypatch.setattr(kernels, "compiled", interpreted)
    rng = np.random.default_rng(5)
    x, w, u = rng.normal(size=(40, 2, 6)), rng.normal(size=(6, 5)), rng.normal(size=(5, 5))
    mask = np.ones((40, 2, 1), bool)
    compiled = tf.function(program)
    compiled(*map(tf.constant, (x, w, u, mask)))
    kernel_loops = [
        p.loops for q in compiled._known.values() for path in q.paths for p in path.programs
    ]
    assert any(kernel_loops)
    for spoiled in (np.inf, -np.inf):
        # Every derivative of a saturated tanh is 0; in the other program the mask makes it so.
        worse, fewer = x.copy(), mask.copy()
        worse[3, 1, 2] = worse[7, 0, 0] = spoiled
        if program is separate:
            fewer[3, 1] = fewer[7, 0] = False
        inputs = [tf.constant(a) for a in (worse, w, u, fewer)]
        for _ in range(2):  # whatever the kernel keeps for its next call
            for a, b in zip(compiled(*inputs), program(*inputs), strict=True):
                assert np.isfinite(a).all()
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    assert compiled.experimental_get_tracing_count() == 1
