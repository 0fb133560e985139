"""What a result does not depend on never reaches it: zero times an infinite derivative is zero.

Every elementwise primitive of the table is tried at its own singular points, whatever they are:
where a cotangent or a tangent is exactly zero, so is what becomes of it, in all modes.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.primitive import NoRule, Primitive
from tapegrad.core.table import TABLE, recording
from tests.ops.samples import SAMPLES, load

NAN, INF = float("nan"), float("inf")
POINTS = (0.0, -0.0, 0.5, 1.0, -1.0, 2.0, -2.0, 6.0, 1e-320, 1e200, -1e200, INF, -INF, NAN)
#: For what has parameters without a derivative: SciPy's functions of them do not end, or end the
#: process, at some of the others.
MODERATE = POINTS[:8]

load()


def differentiable(primitive: Primitive) -> list[int]:
    """The inputs that have a derivative which is not the constant zero."""
    return [i for i, rule in enumerate(primitive.rules) if not isinstance(rule, NoRule)]


ELEMENTWISE = sorted(
    (p for p in TABLE.values() if p.kind == "elementwise" and differentiable(p)),
    key=lambda p: p.name,
)


def inputs_of(primitive: Primitive) -> list[np.ndarray[Any, Any]]:
    """All combinations of the points; truth values where the primitive takes them."""
    dtypes = [make.dtype for make in next(s for s in SAMPLES if s.name == primitive.name).arrays()]
    count = len(dtypes)
    has_parameters = any(getattr(rule, "kind", "") == "missing" for rule in primitive.rules)
    points = MODERATE if has_parameters else POINTS
    points = points if count < 3 else points[::2]
    combinations = np.array(list(itertools.product(points, repeat=count))).T
    return [column.astype(dtype) for column, dtype in zip(combinations, dtypes, strict=True)]


@pytest.fixture(params=ELEMENTWISE, ids=lambda p: p.name)
def primitive(request: pytest.FixtureRequest) -> Primitive:
    return request.param  # type: ignore[no-any-return]


def call(primitive: Primitive, leaves: list[tf.Tensor]) -> tf.Tensor:
    return getattr(recording, primitive.name)(*leaves)  # type: ignore[no-any-return]


def is_zero(t: Any) -> bool:
    return bool((np.asarray(t) == 0).all())


def test_cotangent_of_zero(primitive: Primitive) -> None:
    leaves = [tf.constant(v) for v in inputs_of(primitive)]
    sources = [leaves[i] for i in differentiable(primitive)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        y = call(primitive, leaves)
    zeros = tf.zeros_like(y)
    for g in tape.gradient(y, sources, output_gradients=zeros):
        assert is_zero(g)
    some = tf.cast(tf.range(len(y)) % 2, y.dtype)  # zeros between others
    for g in tape.gradient(y, sources, output_gradients=some):
        assert is_zero(g[::2])


def test_tangent_of_zero(primitive: Primitive) -> None:
    leaves = [tf.constant(v) for v in inputs_of(primitive)]
    sources = [leaves[i] for i in differentiable(primitive)]
    with tf.autodiff.ForwardAccumulator(sources, [tf.zeros_like(x) for x in sources]) as forward:
        y = call(primitive, leaves)
    assert is_zero(forward.jvp(y))


def test_selection_between_two_orders(primitive: Primitive) -> None:
    """Nothing of the branch that `where` drops arrives, in the gradient or in its gradient."""
    if max(s.order for s in SAMPLES if s.name == primitive.name) < 2:
        pytest.skip("it has no second derivative")
    leaves = [tf.constant(v) for v in inputs_of(primitive)]
    sources = [leaves[i] for i in differentiable(primitive)]
    ones = [tf.ones_like(x) for x in sources]

    def selected() -> tf.Tensor:
        y = call(primitive, leaves)
        return tf.where(tf.zeros_like(y, tf.bool), y, tf.ones_like(y))

    with tf.GradientTape() as outer:
        outer.watch(sources)
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = selected()
        first = tape.gradient(y, sources)
        total = tf.add_n(first)
    assert all(is_zero(g) for g in first)
    second = outer.gradient(total, sources, unconnected_gradients="zero")
    assert all(is_zero(g) for g in second)

    with tf.autodiff.ForwardAccumulator(sources, ones) as forward:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = selected()
        first = tape.gradient(y, sources)
    assert is_zero(forward.jvp(y))
    assert all(is_zero(t) for t in forward.jvp(first, "zero"))


def test_rows_of_a_jacobian(primitive: Primitive) -> None:
    """A Jacobian of an elementwise function is zero off its diagonal, whatever is on it."""
    leaves = [tf.constant(v[:: max(1, len(v) // 14)]) for v in inputs_of(primitive)]
    sources = [leaves[i] for i in differentiable(primitive)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = call(primitive, leaves)
    for jacobian in tape.jacobian(y, sources):
        j = jacobian.numpy()
        assert (j[~np.eye(len(j), dtype=bool)] == 0).all()
