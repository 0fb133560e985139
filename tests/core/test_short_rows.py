"""Loops over columns give what NumPy's loops over rows give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import short_rows

RNG = np.random.default_rng(2)


def entries(shape: tuple[int, ...], dtype: str) -> Any:
    x = RNG.standard_normal(shape) * 10.0 ** RNG.integers(-8, 8, shape)
    x.flat[:3] = -0.0, np.inf, np.nan
    return (x + 1j * x[::-1]).astype(dtype) if dtype.startswith("complex") else x.astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("width", range(1, 12))
@pytest.mark.parametrize("layout", ["C", "F", "part"])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_columns_give_what_rows_give(dtype: str, width: int, layout: str) -> None:
    x = entries((2, 4000, width), dtype)
    if layout == "part":
        x = entries((2, 4000, 3 * width), dtype)[:, ::-1, width : 2 * width]
    elif layout == "F":
        x = np.asfortranarray(x)
    one = entries((4000, 1), dtype)
    # Of complex numbers NumPy itself rounds differently for different strides and widths.
    rtol = 1e-11 if dtype.startswith("complex") else 0.0
    assert short_rows.are_short(x) == (1 < width < 8)
    if short_rows.are_short(x):
        total = np.add.reduce(x, -1)
        np.testing.assert_allclose(short_rows.sum_of_columns(x), total, rtol=rtol)
        for shift in (1, -1, 2 * width + 1):
            moved = short_rows.rolled(x, shift)
            np.testing.assert_array_equal(moved, np.roll(x, shift, -1))
    for a, b in ((x, one), (one, x), (x, x), (2.5, x), (x[..., :1], x[:, :1]), (x, x[:1, :1, :1])):
        np.testing.assert_allclose(short_rows.multiply(a, b), a * b, rtol=rtol)
    total = entries((2, 4000, width + 2), dtype)
    expected = total.copy()
    expected[..., 1:-1] += x
    short_rows.add_into(total[..., 1:-1], x)
    np.testing.assert_array_equal(total, expected)


@pytest.mark.parametrize("rows", [10, 5000])
def test_jacobian_of_picked_columns(rows: int) -> None:
    """Blocks of one tensor, some of them overlapping, with a batch axis in front."""
    x = RNG.standard_normal((rows, 5))
    c = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(c)
        left, middle, last = c[:, 0:2], c[:, 1:4], c[:, 4]
        scale = tf.reduce_sum(middle, axis=1, keepdims=True)
        y = tf.concat([left * scale, tf.expand_dims(last, 1) * scale + c[:, :1]], axis=1)
    j = tape.batch_jacobian(y, c).numpy()
    s = x[:, 1:4].sum(axis=1)
    expected = np.zeros((rows, 3, 5))
    for k, column in enumerate([0, 1, 4]):
        expected[:, k, column] += s
        expected[:, k, 1:4] += x[:, column, None]
    expected[:, 2, 0] += 1.0
    np.testing.assert_allclose(j, expected, rtol=1e-12, atol=1e-14)
    total = tape.gradient(y, c).numpy()
    np.testing.assert_allclose(total, expected.sum(axis=1), rtol=1e-12, atol=1e-12)
