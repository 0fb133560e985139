"""The derivative at ties, kinks, zeros and infinities is what the table says, in all modes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tests.ops.policy import Row, load

ROWS = [row for rows in load().values() for row in rows]
PAGE = Path(__file__).parents[2] / "docs" / "build_numerical_policy.py"


def in_float32(row: Row) -> bool:
    """Whether the points and derivatives exist in single precision."""
    values = [
        np.abs(np.ravel(v)) for at in row.arguments.values() for v in (at.point, at.gives or 0)
    ]
    sizes = np.concatenate([v.astype(np.float64) for v in values])
    sizes = sizes[np.isfinite(sizes) & (sizes != 0)]
    return not sizes.size or bool(sizes.min() > 1e-30 and sizes.max() < 1e30)


def leaves_of(row: Row, dtype: str = "float64") -> dict[str, tf.Tensor]:
    return {name: tf.constant(at.point, dtype) for name, at in row.arguments.items()}


def differentiable(row: Row) -> list[str]:
    return [name for name, at in row.arguments.items() if at.gives is not None]


def assert_equal(found: Any, expected: Any, rtol: float = 1e-9) -> None:
    """Infinities and NaN included."""
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected, float), rtol, 1e-12)


def sized(row: Row) -> bool:
    return all(np.size(at.point) for at in row.arguments.values())


def each_row(rows: list[Row]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=str)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each_row(ROWS)
def test_gradient(row: Row, dtype: str) -> None:
    if dtype == "float32" and not in_float32(row):
        pytest.skip("float32 does not have these numbers")
    leaves = leaves_of(row, dtype)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(leaves)
        y = row.evaluate(tf, leaves)
    for name, at in row.arguments.items():
        g = tape.gradient(y, leaves[name])
        if at.gives is None:
            assert g is None
        else:
            assert g.dtype.name == dtype
            assert_equal(g, at.gives, 1e-9 if dtype == "float64" else 2e-6)


@each_row([row for row in ROWS if differentiable(row)])
@pytest.mark.parametrize("vectorised", [True, False])
def test_jacobian(row: Row, vectorised: bool) -> None:
    leaves = leaves_of(row)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(leaves)
        y = row.evaluate(tf, leaves)
    for name in differentiable(row):
        j = tape.jacobian(y, leaves[name], experimental_use_pfor=vectorised).numpy()
        total = j.sum(tuple(range(len(y.shape))))
        assert_equal(total, row.arguments[name].gives)


@each_row([row for row in ROWS if differentiable(row)])
def test_tangent_of_each_entry(row: Row) -> None:
    leaves = leaves_of(row)
    for name in differentiable(row):
        x, expected = leaves[name], np.asarray(row.arguments[name].gives, float)
        for index in np.ndindex(*x.shape):
            direction = np.zeros(x.shape)
            direction[index] = 1.0
            with tf.autodiff.ForwardAccumulator(x, tf.constant(direction)) as forward:
                y = row.evaluate(tf, leaves)
            assert_equal(np.sum(forward.jvp(y, "zero")), expected[index])


@each_row([row for row in ROWS if any(at.second is not None for at in row.arguments.values())])
def test_second_derivative(row: Row) -> None:
    leaves = leaves_of(row)
    for name, at in row.arguments.items():
        if at.second is None:
            continue
        x = leaves[name]
        with tf.GradientTape() as outer:
            outer.watch(x)
            g = gradient(row, leaves, x)
        assert_equal(outer.gradient(g, x, unconnected_gradients="zero"), at.second)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
            g = gradient(row, leaves, x)
        assert_equal(forward.jvp(g, "zero"), at.second)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
                y = row.evaluate(tf, leaves)
            t = forward.jvp(y, "zero")
        assert_equal(outer.gradient(t, x, unconnected_gradients="zero"), at.second)


def gradient(row: Row, leaves: dict[str, tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = row.evaluate(tf, leaves)
    return tape.gradient(y, x, unconnected_gradients="zero")


@each_row([row for row in ROWS if differentiable(row) and sized(row)])
def test_zero_passes_nothing(row: Row) -> None:
    leaves = leaves_of(row)
    sources = [leaves[name] for name in differentiable(row)]
    zeros = [tf.zeros_like(x) for x in sources]
    with tf.GradientTape() as tape, tf.autodiff.ForwardAccumulator(sources, zeros) as forward:
        tape.watch(sources)
        y = row.evaluate(tf, leaves)
    for g in tape.gradient(y, sources, output_gradients=tf.zeros_like(y)):
        assert_equal(g, np.zeros(g.shape))
    assert_equal(forward.jvp(y, "zero"), np.zeros(y.shape))


def test_a_derivative_of_zero_times_infinity_is_not_known() -> None:
    """Only a cotangent or tangent of zero wins: of two derivatives neither does."""
    x = tf.constant([0.0, 2.0])
    with tf.GradientTape() as tape, tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
        tape.watch(x)
        y = tf.math.log(x * x)
    assert_equal(tape.gradient(y, x), [np.nan, 1.0])
    # Forwards the square's tangent is the zero.
    assert_equal(forward.jvp(y), [0.0, 1.0])


def test_the_page_is_up_to_date() -> None:
    script = runpy.run_path(str(PAGE))
    committed = script["PAGE"].read_text(encoding="utf-8")
    assert committed == script["page"](), "run `python docs/build_numerical_policy.py`"
