"""Updates are changes of state: no tape and no accumulator sees them."""

from __future__ import annotations

import pytest

import tapegrad as tf

ALL = ("SGD", "Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Adagrad", "Adadelta", "Ftrl", "Lion")


class Plain(tf.optimizers.Optimizer):
    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        variable.assign_sub(gradient * learning_rate)


@pytest.mark.parametrize("make", [*(getattr(tf.optimizers, n) for n in ALL), Plain])
def test_a_step_inside_a_block_is_invisible(make: type[tf.optimizers.Optimizer]) -> None:
    v = tf.Variable(3.0, constraint=lambda x: tf.maximum(x, 0.0))
    g = tf.constant(2.0)
    rate = tf.optimizers.schedules.ExponentialDecay(0.5, 10, 0.5)
    optimizer = make(rate, weight_decay=0.1, use_ema=True, ema_overwrite_frequency=1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(g)
        optimizer.apply_gradients([(g, v)])
        assert tape.watched_variables() == ()
        now = float(v.numpy())
        y = v * v
    assert now != 3.0
    assert tape.gradient(y, g) is None
    assert tape.gradient(y, v).numpy() == pytest.approx(2 * now)
    assert [u.name for u in tape.watched_variables()] == [v.name]


def test_values_from_before_a_step_keep_their_gradients() -> None:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
        tf.optimizers.SGD(0.5).apply_gradients([(1.0, v)])
        z = y + v * v
    assert tape.gradient(z, v).numpy() == 2 * 3.0 + 2 * 2.5


def test_a_training_loop_inside_an_outer_tape() -> None:
    w, scale = tf.Variable(2.0), tf.Variable(3.0)
    optimizer = tf.optimizers.SGD(0.125)
    with tf.GradientTape() as outer:
        for _ in range(2):
            with tf.GradientTape() as tape:
                loss = scale * w * w
            optimizer.apply_gradients([(tape.gradient(loss, w), w)])
        final = scale * w * w
    # w goes 2 -> 0.5 -> 0.125, and the path through the updates is cut.
    assert w.numpy() == 0.125
    assert outer.gradient(final, scale).numpy() == 0.125**2


def test_the_tangent_of_a_primal_stays() -> None:
    v = tf.Variable(3.0)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        tf.optimizers.SGD(0.5).apply_gradients([(v * 2.0, v)])
        y = v * v
    assert v.numpy() == 0.0
    assert acc.jvp(y).numpy() == 0.0
    assert acc.jvp(v).numpy() == 1.0


def test_training_finds_the_line() -> None:
    x = tf.linspace(-1.0, 1.0, 21)
    y = 3.0 * x + 1.0
    for name, rate in (("SGD", 0.25), ("Adam", 0.1), ("RMSprop", 0.01), ("Nadam", 0.1)):
        slope, offset = tf.Variable(0.0), tf.Variable(0.0)
        optimizer = getattr(tf.optimizers, name)(rate)
        for _ in range(500):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((slope * x + offset - y) ** 2)
            optimizer.minimize(loss, [slope, offset], tape=tape)
        assert float(slope) == pytest.approx(3.0, abs=0.02), name
        assert float(offset) == pytest.approx(1.0, abs=0.02), name
