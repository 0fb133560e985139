"""The options that all optimizers share."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf


def step(optimizer: tf.optimizers.Optimizer, *pairs: tuple[object, tf.Variable]) -> None:
    optimizer.apply_gradients(pairs)


def test_clipnorm_scales_each_gradient_that_is_too_long() -> None:
    v, w = tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0])
    step(tf.optimizers.SGD(1.0, clipnorm=1.0), (tf.constant([3.0, 4.0]), v), ([0.5, 0.0], w))
    np.testing.assert_allclose(v.numpy(), [-0.6, -0.8], rtol=1e-6)
    assert w.numpy().tolist() == [-0.5, 0.0]


def test_global_clipnorm_scales_all_gradients_alike() -> None:
    v, w = tf.Variable([0.0, 0.0]), tf.Variable(0.0)
    step(tf.optimizers.SGD(1.0, global_clipnorm=6.5), ([3.0, 4.0], v), (12.0, w))
    np.testing.assert_allclose([*v.numpy(), w.numpy()], [-1.5, -2.0, -6.0], rtol=1e-6)
    step(tf.optimizers.SGD(1.0, global_clipnorm=100.0), ([3.0, 4.0], v), (12.0, w))
    np.testing.assert_allclose([*v.numpy(), w.numpy()], [-4.5, -6.0, -18.0], rtol=1e-6)


def test_clipvalue_limits_each_element() -> None:
    v = tf.Variable([0.0, 0.0, 0.0])
    step(tf.optimizers.SGD(1.0, clipvalue=0.5), ([3.0, -4.0, 0.25], v))
    assert v.numpy().tolist() == [-0.5, 0.5, -0.25]


def test_norms_of_half_precision_do_not_overflow() -> None:
    v = tf.Variable(np.zeros(4, np.float16))
    step(tf.optimizers.SGD(1.0, clipnorm=2.0), (np.full(4, 300.0, np.float16), v))
    np.testing.assert_allclose(v.numpy(), np.full(4, -1.0), rtol=1e-3)


def test_norms_of_indexed_slices_are_those_of_their_sums() -> None:
    v = tf.Variable([0.0, 0.0])
    slices = tf.IndexedSlices([1.5, 4.0, 1.5], [0, 1, 0], [2])
    step(tf.optimizers.SGD(1.0, clipnorm=1.0), (slices, v))
    np.testing.assert_allclose(v.numpy(), [-0.6, -0.8], rtol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"clipnorm": 1.0, "clipvalue": 1.0},
        {"clipnorm": 1.0, "global_clipnorm": 1.0},
        {"clipvalue": 1.0, "global_clipnorm": 1.0},
    ],
)
def test_only_one_way_of_clipping(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Only one of `clipnorm`, `clipvalue`"):
        tf.optimizers.SGD(**options)


def test_weight_decay_shrinks_before_the_step() -> None:
    v = tf.Variable([2.0, -4.0])
    step(tf.optimizers.SGD(0.5, weight_decay=0.5), ([1.0, 1.0], v))
    assert v.numpy().tolist() == [2.0 - 0.5 - 0.5, -4.0 + 1.0 - 0.5]


def test_weight_decay_with_exceptions() -> None:
    weight, bias = tf.Variable(2.0, name="dense/weight"), tf.Variable(2.0, name="dense/bias")
    other = tf.Variable(2.0, name="other")
    optimizer = tf.optimizers.AdamW(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[other], var_names=["bias"])
    step(optimizer, (0.0, weight), (0.0, bias), (0.0, other))
    assert [v.numpy() for v in (weight, bias, other)] == [1.5, 2.0, 2.0]


def test_moving_averages() -> None:
    v = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75)
    for _ in range(3):
        step(optimizer, (-1.0, v))  # v is 1, 2, 3
    average = 0.75 * (0.75 * 1.0 + 0.25 * 2.0) + 0.25 * 3.0
    assert v.numpy() == 3.0
    assert optimizer.variables[-1].name.endswith("_average:0")
    optimizer.finalize_variable_values([v])
    assert v.numpy() == average


def test_moving_averages_replace_the_variables_every_so_often() -> None:
    v = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    seen = []
    for _ in range(4):
        step(optimizer, (-1.0, v))
        seen.append(float(v))
    # Averages: 1; (1 + 2) / 2, written back; (1.5 + 2.5) / 2; (2 + 3.5) / 2, written back.
    assert seen == [1.0, 1.5, 2.5, 2.75]


def test_a_late_variable_starts_its_own_average() -> None:
    v, w = tf.Variable(0.0), tf.Variable(10.0)
    optimizer = tf.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    step(optimizer, (-1.0, v))
    step(optimizer, (-1.0, v), (-1.0, w))
    optimizer.finalize_variable_values([v, w])
    assert (v.numpy(), w.numpy()) == (1.5, 11.0)


def test_gradients_accumulate() -> None:
    v = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(1.0, gradient_accumulation_steps=3)
    seen = []
    for g in (1.0, 2.0, 6.0, 3.0, 3.0, 3.0):
        step(optimizer, (g, v))
        seen.append((float(v), int(optimizer.iterations)))
    assert seen == [(0, 0), (0, 0), (-3, 1), (-3, 1), (-3, 1), (-6, 2)]


def test_scaled_losses_are_scaled_back() -> None:
    v = tf.Variable(3.0)
    optimizer = tf.optimizers.SGD(0.25, loss_scale_factor=1024.0)
    with tf.GradientTape() as tape:
        loss = optimizer.scale_loss(v * v)
    assert loss.numpy() == 9.0 * 1024.0
    step(optimizer, (tape.gradient(loss, v), v))
    assert v.numpy() == 1.5


def test_constraints_are_applied_after_the_update() -> None:
    v = tf.Variable([1.0, 0.25], constraint=lambda x: tf.maximum(x, 0.1))
    step(tf.optimizers.SGD(0.5), ([1.0, 1.0], v))
    np.testing.assert_allclose(v.numpy(), [0.5, 0.1])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"unknown": 1}, r"not recognized: \{'unknown': 1\}"),
        ({"lr": 0.1}, "is `learning_rate`"),
        ({"momentum": -0.5}, r"`momentum` must be in the range \[0, 1\]"),
        ({"momentum": 1.5}, "`momentum`"),
        ({"use_ema": True, "ema_momentum": 2.0}, "`ema_momentum`"),
        ({"ema_overwrite_frequency": 0}, "`ema_overwrite_frequency` must be an integer >= 1"),
        ({"gradient_accumulation_steps": 1}, "`gradient_accumulation_steps` must be.*>= 2"),
    ],
)
def test_options_out_of_range(options: dict[str, object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        tf.optimizers.SGD(**options)


def test_other_arguments_out_of_range() -> None:
    with pytest.raises(ValueError, match="`weight_decay` must be a float"):
        tf.optimizers.AdamW(weight_decay=None)
    with pytest.raises(ValueError, match="degenerates to SignSGD"):
        tf.optimizers.Lion(beta_1=0.0)
    with pytest.raises(ValueError, match="`learning_rate_power` needs to be negative"):
        tf.optimizers.Ftrl(learning_rate_power=0.5)
    with pytest.raises(ValueError, match="`l1_regularization_strength` needs to be positive"):
        tf.optimizers.Ftrl(l1_regularization_strength=-1.0)


def test_momentum_cannot_be_switched_on_later() -> None:
    v = tf.Variable(1.0)
    optimizer = tf.optimizers.SGD(0.5)
    step(optimizer, (1.0, v))
    optimizer.momentum = 0.5
    with pytest.raises(RuntimeError, match=r"remembers 0 arrays.*ask for 1"):
        step(optimizer, (1.0, v))


def test_hyperparameters_can_change_between_steps() -> None:
    v = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(1.0, momentum=0.5)
    step(optimizer, (1.0, v))
    optimizer.momentum = 0.25
    step(optimizer, (0.0, v))
    assert v.numpy() == -1.25
