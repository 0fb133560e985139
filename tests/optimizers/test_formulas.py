"""Each optimizer against its formula, written once more on plain Python floats."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RATE = float(np.float32(0.1))  # the learning rate is a float32 variable

# A formula is a generator: it is sent (w, g) and gives the next w.


def sgd(momentum: float = 0.0, nesterov: bool = False) -> Any:
    m = 0.0
    w, g = yield 0.0
    while True:
        m = momentum * m - RATE * g
        w, g = yield w + (momentum * m - RATE * g if nesterov else m)


def adam(
    beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, amsgrad: bool = False
) -> Any:
    m = v = largest = 0.0
    t = 1
    w, g = yield 0.0
    while True:
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        largest = max(largest, v) if amsgrad else v
        corrected = RATE * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        t += 1
        w, g = yield w - corrected * m / (math.sqrt(largest) + epsilon)


def adamw(weight_decay: float = 0.004) -> Any:
    inner = adam()
    next(inner)
    w, g = yield 0.0
    while True:
        w, g = yield inner.send((w - RATE * weight_decay * w, g))


def adamax(beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7) -> Any:
    m = u = 0.0
    t = 1
    w, g = yield 0.0
    while True:
        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, abs(g))
        step = RATE / (1 - beta_1**t) * m / (u + epsilon)
        t += 1
        w, g = yield w - step


def nadam(beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7) -> Any:
    def mu(t: int) -> float:
        return beta_1 * (1 - 0.5 * 0.96**t)

    m = v = 0.0
    product = 1.0
    t = 1
    w, g = yield 0.0
    while True:
        product *= mu(t)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        scale = math.sqrt(v / (1 - beta_2**t)) + epsilon
        t += 1
        w, g = yield w - RATE * ahead / scale


def rmsprop(
    rho: float = 0.9, momentum: float = 0.0, epsilon: float = 1e-7, centered: bool = False
) -> Any:
    v = mean = m = 0.0
    w, g = yield 0.0
    while True:
        v = rho * v + (1 - rho) * g * g
        mean = rho * mean + (1 - rho) * g
        m = momentum * m + RATE * g / math.sqrt(v - (mean * mean if centered else 0) + epsilon)
        w, g = yield w - m


def adagrad(initial_accumulator_value: float = 0.1, epsilon: float = 1e-7) -> Any:
    a = initial_accumulator_value
    w, g = yield 0.0
    while True:
        a += g * g
        w, g = yield w - RATE * g / math.sqrt(a + epsilon)


def adadelta(rho: float = 0.95, epsilon: float = 1e-7) -> Any:
    v = d = 0.0
    w, g = yield 0.0
    while True:
        v = rho * v + (1 - rho) * g * g
        delta = -math.sqrt((d + epsilon) / (v + epsilon)) * g
        d = rho * d + (1 - rho) * delta * delta
        w, g = yield w + RATE * delta


def ftrl(
    learning_rate_power: float = -0.5,
    initial_accumulator_value: float = 0.1,
    l1_regularization_strength: float = 0.0,
    l2_regularization_strength: float = 0.0,
    l2_shrinkage_regularization_strength: float = 0.0,
    beta: float = 0.0,
) -> Any:
    n, z = initial_accumulator_value, 0.0
    l2 = l2_regularization_strength + beta / (2 * RATE)
    w, g = yield 0.0
    while True:
        after = n + g * g
        sigma = (after**-learning_rate_power - n**-learning_rate_power) / RATE
        z += g + 2 * l2_shrinkage_regularization_strength * w - sigma * w
        n = after
        limit = l1_regularization_strength
        new = (min(max(z, -limit), limit) - z) / (n**-learning_rate_power / RATE + 2 * l2)
        w, g = yield new


def lion(beta_1: float = 0.9, beta_2: float = 0.99) -> Any:
    m = 0.0
    w, g = yield 0.0
    while True:
        step = RATE * np.sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g
        w, g = yield w - step


CASES: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
    ("SGD", sgd, {}),
    ("SGD", sgd, {"momentum": 0.75}),
    ("SGD", sgd, {"momentum": 0.75, "nesterov": True}),
    ("Adam", adam, {}),
    ("Adam", adam, {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01}),
    ("Adam", adam, {"beta_2": 0.5, "amsgrad": True}),
    ("AdamW", adamw, {}),
    ("AdamW", adamw, {"weight_decay": 0.25}),
    ("Adamax", adamax, {}),
    ("Adamax", adamax, {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01}),
    ("Nadam", nadam, {}),
    ("Nadam", nadam, {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01}),
    ("RMSprop", rmsprop, {}),
    ("RMSprop", rmsprop, {"rho": 0.5, "momentum": 0.25}),
    ("RMSprop", rmsprop, {"centered": True, "epsilon": 0.01}),
    ("RMSprop", rmsprop, {"centered": True, "epsilon": 0.01, "momentum": 0.25}),
    ("Adagrad", adagrad, {}),
    ("Adagrad", adagrad, {"initial_accumulator_value": 1.0, "epsilon": 0.01}),
    ("Adadelta", adadelta, {}),
    ("Adadelta", adadelta, {"rho": 0.5, "epsilon": 0.01}),
    ("Ftrl", ftrl, {}),
    ("Ftrl", ftrl, {"learning_rate_power": -0.75, "initial_accumulator_value": 0.5}),
    (
        "Ftrl",
        ftrl,
        {
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.3,
            "beta": 0.4,
        },
    ),
    ("Lion", lion, {}),
    ("Lion", lion, {"beta_1": 0.5, "beta_2": 0.75}),
]

GRADIENTS = [2.0, -0.5, 1.25, 0.75, -3.0, 0.125]


def follow(formula: Any, w: float, gradients: list[float]) -> list[float]:
    next(formula)
    path = []
    for g in gradients:
        w = formula.send((w, g))
        path.append(w)
    return path


@pytest.mark.parametrize(("name", "formula", "options"), CASES)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_steps_follow_the_formula(
    name: str, formula: Callable[..., Any], options: dict[str, Any], shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(0)
    scale = np.asarray(rng.normal(size=shape))
    start = np.asarray(rng.normal(size=shape))
    v = tf.Variable(start, dtype=tf.float64)
    optimizer = getattr(tf.optimizers, name)(learning_rate=0.1, **options)
    expected = [
        follow(formula(**options), w, [g * s for g in GRADIENTS])
        for w, s in zip(start.ravel(), scale.ravel(), strict=True)
    ]
    for i, g in enumerate(GRADIENTS):
        optimizer.apply_gradients([(tf.constant(g * scale), v)])
        now = np.reshape([path[i] for path in expected], shape)
        np.testing.assert_allclose(v.numpy(), now, rtol=1e-12)


# Keras 3 (TensorFlow 2.21), three steps from 1 with gradient 2v and learning rate 0.1.
THREE_STEPS = {
    "SGD": ({}, 0.512),
    "momentum": ({"momentum": 0.9}, 0.062),
    "Nesterov": ({"momentum": 0.9, "nesterov": True}, -0.108352),
    "Adam": ({}, 0.701589),
    "RMSprop": ({}, 0.369181),
    "Adagrad": ({}, 0.782299),
    "AdamW": ({}, 0.700518),
    "Nadam": ({}, 0.754674),
    "Adamax": ({}, 0.7155),
    "Adadelta": ({}, 0.999571),
    "Ftrl": ({}, 0.63789),
    "Lion": ({}, 0.7),
}


@pytest.mark.parametrize("name", THREE_STEPS)
def test_three_steps_agree_with_keras(name: str) -> None:
    options, expected = THREE_STEPS[name]
    cls = getattr(tf.optimizers, name, tf.optimizers.SGD)
    optimizer = cls(learning_rate=0.1, **options)
    v = tf.Variable(1.0)
    for _ in range(3):
        optimizer.apply_gradients([(2.0 * v, v)])
    assert v.numpy() == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("name", ["SGD", "Adam", "Nadam", "RMSprop", "Adadelta", "Ftrl", "Lion"])
def test_half_precision_stays_half_precision(name: str) -> None:
    half = tf.Variable([1.0, -2.0], dtype=tf.float16)
    single = tf.Variable([1.0, -2.0])
    for v in (half, single):
        optimizer = getattr(tf.optimizers, name)(learning_rate=0.125)
        for _ in range(3):
            optimizer.apply_gradients([(tf.constant([2.0, 0.5], v.dtype), v)])
        assert all(s.dtype == v.dtype for s in optimizer.variables[2:])
    assert half.dtype == tf.float16
    np.testing.assert_allclose(half.numpy(), single.numpy(), atol=5e-3)


def test_a_learning_rate_of_zero_changes_nothing() -> None:
    for name in ("SGD", "Adam", "Nadam", "RMSprop", "Adadelta", "Ftrl", "Lion"):
        v = tf.Variable([1.0, -2.0])
        getattr(tf.optimizers, name)(0.0).apply_gradients([(tf.constant([2.0, 0.5]), v)])
        assert v.numpy().tolist() == [1.0, -2.0], name


@pytest.mark.parametrize("name", ["SGD", "Adam", "Nadam", "RMSprop", "Adadelta", "Ftrl", "Lion"])
def test_bfloat16_stays_bfloat16(name: str) -> None:
    pytest.importorskip("ml_dtypes", reason="tf.bfloat16 needs the optional package ml_dtypes")
    brief, single = tf.Variable([1.0, -2.0], dtype=tf.bfloat16), tf.Variable([1.0, -2.0])
    for v in (brief, single):
        optimizer = getattr(tf.optimizers, name)(0.125, clipnorm=1.0, weight_decay=0.5)
        optimizer.apply_gradients([(tf.constant([2.0, 0.5], v.dtype), v)])
        assert all(s.dtype == v.dtype for s in optimizer.variables[2:])
    assert brief.dtype == tf.bfloat16
    np.testing.assert_allclose(brief.numpy().astype(np.float32), single.numpy(), rtol=2e-2)
