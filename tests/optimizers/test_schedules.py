"""Learning-rate schedules against their formulas and their properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

schedules = tf.optimizers.schedules


def cosine(fraction: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * fraction))


def restarts(step: int) -> float:
    start, length, height = 0, 3, 1.0
    while step >= start + length:
        start, length, height = start + length, length * 2, height * 0.5
    return 0.5 * (0.75 * height * cosine((step - start) / length) + 0.25)


def cycle(step: int) -> float:
    total = 3 * max(math.ceil(step / 3), 1)
    return 0.4 * (1 - step / total) + 0.1


CASES: dict[str, tuple[Any, Any]] = {
    "exponential": (
        schedules.ExponentialDecay(0.5, 4, 0.25),
        lambda t: 0.5 * 0.25 ** (t / 4),
    ),
    "exponential stairs": (
        schedules.ExponentialDecay(0.5, 4, 0.25, staircase=True),
        lambda t: 0.5 * 0.25 ** (t // 4),
    ),
    "inverse time": (
        schedules.InverseTimeDecay(0.5, 4, 0.5),
        lambda t: 0.5 / (1 + 0.5 * t / 4),
    ),
    "inverse time stairs": (
        schedules.InverseTimeDecay(0.5, 4, 0.5, staircase=True),
        lambda t: 0.5 / (1 + 0.5 * (t // 4)),
    ),
    "polynomial": (
        schedules.PolynomialDecay(0.5, 5, 0.1, power=2.0),
        lambda t: 0.4 * (1 - min(t, 5) / 5) ** 2 + 0.1,
    ),
    "polynomial cycle": (schedules.PolynomialDecay(0.5, 3, 0.1, cycle=True), cycle),
    "cosine": (
        schedules.CosineDecay(0.5, 6, alpha=0.25),
        lambda t: 0.5 * (0.75 * cosine(min(t, 6) / 6) + 0.25),
    ),
    "cosine warmup": (
        schedules.CosineDecay(0.1, 6, warmup_target=0.5, warmup_steps=4),
        lambda t: 0.1 + 0.1 * t if t < 4 else 0.5 * cosine(min(t - 4, 6) / 6),
    ),
    "cosine restarts": (schedules.CosineDecayRestarts(0.5, 3, m_mul=0.5, alpha=0.25), restarts),
    "cosine restarts, equal periods": (
        schedules.CosineDecayRestarts(0.5, 3, t_mul=1.0),
        lambda t: 0.5 * cosine(t % 3 / 3),
    ),
    "piecewise": (
        schedules.PiecewiseConstantDecay([2, 5], [1.0, 0.5, 0.125]),
        lambda t: 1.0 if t <= 2 else 0.5 if t <= 5 else 0.125,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rates_follow_the_formula(name: str) -> None:
    schedule, formula = CASES[name]
    expected = [formula(t) for t in range(25)]
    one_by_one = [schedule(t) for t in range(25)]
    assert {(r.dtype, r.shape) for r in one_by_one} == {(tf.float32, tf.TensorShape([]))}
    np.testing.assert_allclose([float(r) for r in one_by_one], expected, atol=1e-7)
    at_once = schedule(tf.range(25))
    assert (at_once.dtype, at_once.shape) == (tf.float32, (25,))
    np.testing.assert_allclose(at_once.numpy(), expected, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_configurations_make_the_same_schedule(name: str) -> None:
    schedule, _ = CASES[name]
    again = schedules.deserialize(schedules.serialize(schedule))
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    assert again(7).numpy() == schedule(7).numpy()


def test_restarts_happen_at_the_right_step() -> None:
    for q in (2.0, 3.0, 1.5):
        schedule = schedules.CosineDecayRestarts(1.0, 4, t_mul=q)
        start = 0.0
        for n in range(8):
            assert float(schedule(start)) == pytest.approx(1.0), (q, n)
            start += 4 * q**n


def test_dtype_of_the_rate_is_that_of_the_first() -> None:
    schedule = schedules.ExponentialDecay(np.float64(0.1), 10, 0.5)
    assert schedule(3).dtype == tf.float64
    assert schedule(10).numpy() == 0.05
    assert schedules.ExponentialDecay(1, 10, 0.5)(10).numpy() == 0.5
    assert schedules.ExponentialDecay(tf.constant(1.0), 10, 0.5)(tf.Variable(10)).numpy() == 0.5


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps"),
        (lambda: schedules.InverseTimeDecay(0.1, -1, 0.5), "decay_steps"),
        (lambda: schedules.PolynomialDecay(0.1, 0), "decay_steps"),
        (lambda: schedules.CosineDecay(0.1, 0), "decay_steps"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps"),
    ],
)
def test_steps_must_be_positive(make: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"Argument `{name}` must be > 0"):
        make()


def test_pieces_must_fit() -> None:
    with pytest.raises(ValueError, match="1 less than the length of values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.5, 0.25])


def test_the_base_class_says_what_is_missing() -> None:
    base = schedules.LearningRateSchedule()
    with pytest.raises(NotImplementedError, match="must override `__call__"):
        base(0)
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        base.get_config()
