"""Forward mode, reverse mode and Jacobians inside one another."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections.abc import Callable

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import forward

Function = Callable[[tf.Tensor], tf.Tensor]


def along_ones(mode: str, f: Function) -> Function:
    """The derivative of sum(f) or of f along (1, ..., 1), by one mode."""

    def derivative(x: tf.Tensor) -> tf.Tensor:
        if mode == "forward":
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
                y = f(x)
            return acc.jvp(y)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        if mode == "reverse":
            return tape.gradient(y, x)
        return tf.reduce_sum(tape.jacobian(y, x), axis=-1)

    return derivative


W = np.array([[1.0, 2.0], [3.0, 0.5]])
FUNCTIONS: dict[str, Function] = {
    "gather": lambda x: tf.gather(x, [1, 0]) * x * x,
    "product": lambda x: x * tf.reduce_prod(x),
    "matvec": lambda x: tf.tanh(tf.linalg.matvec(W, x)) * x,
    "softmax": lambda x: tf.nn.softmax(x * x) + tf.math.cumprod(x),
    "cross_entropy": lambda x: (
        x * tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(x), logits=x * x)
    ),
    "add_n": lambda x: tf.add_n([x * x, x, tf.sin(x)]) * x,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_mixtures_of_third_order_agree(name: str) -> None:
    x = np.array([0.3, 0.7])
    modes = ("forward", "reverse", "jacobian")

    def total(*order: str) -> Callable[[np.ndarray], float]:
        f = FUNCTIONS[name]
        for mode in order:
            f = along_ones(mode, f)
        return lambda at: float(tf.reduce_sum(f(tf.constant(at))))

    h = 1e-5
    second = total("reverse", "reverse")
    # Summing over the other axis of a symmetric derivative, all of them are the same number.
    expected = (second(x + h) - second(x - h)) / (2 * h)
    for order in itertools.product(modes, repeat=3):
        assert total(*order)(x) == pytest.approx(expected, rel=1e-6), order


def test_a_jacobian_of_a_jacobian_of_a_jacobian() -> None:
    x = tf.constant([0.3, 0.7], tf.float64)
    with tf.GradientTape() as third:
        third.watch(x)
        with tf.GradientTape() as second:
            second.watch(x)
            with tf.GradientTape() as first:
                first.watch(x)
                y = tf.sin(x)
            j = first.jacobian(y, x, parallel_iterations=1)
        h = second.jacobian(j, x, parallel_iterations=3)
    found = third.jacobian(h, x).numpy()
    expected = np.zeros((2, 2, 2, 2))
    for i in range(2):
        expected[i, i, i, i] = -np.cos(x.numpy()[i])
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("at", [2.0, [1.0, 2.0]], ids=["scalar", "vector"])
def test_tangents_outlive_tensors_that_only_a_tape_remembers(at: object) -> None:
    x, w = tf.constant(at), tf.constant(5.0)

    def tape_of(h: tf.Tensor) -> tuple[tf.GradientTape, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = h * w * w
        return tape, y

    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
        tape, y = tape_of(tf.sin(x))
        g = tape.gradient(y, w)
    assert g.numpy() == pytest.approx(10.0 * np.sin(at).sum())
    assert acc.jvp(g).numpy() == pytest.approx(10.0 * np.cos(at).sum())


@pytest.mark.parametrize("at", [2.0, [1.0, 2.0]], ids=["scalar", "vector"])
def test_an_accumulator_takes_its_tangents_along_when_it_goes(
    at: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tangents of scalars stay while any tape lives: those that other tests left do not count.
    monkeypatch.setattr(forward, "live_tapes", set())
    v = tf.Variable(at)
    gc.collect()
    gc.disable()
    try:
        with tf.autodiff.ForwardAccumulator(v, tf.ones_like(v)) as acc:
            y = tf.sin(v)
            dead = [weakref.ref(acc), weakref.ref(acc.jvp(y)), weakref.ref(acc.jvp(v))]
            lost = weakref.ref(acc.jvp(tf.cos(v)))
            assert lost() is None, "nothing can ask for the tangent of a value that is gone"
        del acc
        assert [d() for d in dead] == [None] * 3
        assert y.shape == v.shape
    finally:
        gc.enable()


def test_forward_mode_through_a_custom_gradient_of_rows() -> None:
    table = tf.constant([[1.0], [2.0], [3.0]])

    @tf.custom_gradient
    def pick(t: tf.Tensor) -> tuple[tf.Tensor, object]:
        where = tf.constant([0, 2, 2])

        def grad(dy: tf.Tensor) -> tf.IndexedSlices:
            return tf.IndexedSlices(10.0 * dy, where, tf.constant([3, 1]))

        return tf.gather(t, where), grad

    tangent = tf.constant([[1.0], [2.0], [4.0]])
    with tf.autodiff.ForwardAccumulator(table, tangent) as acc:
        y = pick(table)
    assert acc.jvp(y).numpy().tolist() == [[10.0], [40.0], [40.0]]


def test_a_gradient_function_may_answer_none_for_some_rows() -> None:
    x = tf.constant([1.0, 2.0, 3.0])

    @tf.custom_gradient
    def f(a: tf.Tensor) -> tuple[tf.Tensor, object]:
        return a, lambda dy: None if dy.numpy()[0] else 5.0 * dy

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    expected = np.diag([0.0, 5.0, 5.0])
    for rows in (None, 1, 2):
        found = tape.jacobian(y, x, parallel_iterations=rows)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("how", ["unstack", "split", "custom_gradient"])
def test_bfloat16_goes_through_operations_of_several_outputs(how: str) -> None:
    x = tf.constant([1.0, 2.0, 3.0], tf.bfloat16)
    with tf.GradientTape() as tape:
        tape.watch(x)
        if how == "unstack":
            y = tf.unstack(x)[1] * 2
        elif how == "split":
            y = tf.split(x, 3)[1] * 2
        else:
            mask = tf.constant([0.0, 1.0, 0.0], tf.bfloat16)
            y = tf.custom_gradient(lambda a: (a, lambda dy: 2 * dy * mask))(x)
    g = tape.gradient(y, x)
    assert g.dtype == tf.bfloat16
    assert g.numpy().astype(float).tolist() == [0.0, 2.0, 0.0]
