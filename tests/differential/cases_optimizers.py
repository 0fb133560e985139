"""Optimizers: their steps, options, state, errors and learning-rate schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised

OPTIMIZERS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.5, "weight_decay": 0.1},
        {"weight_decay": 0.1},
    ],
    "Adam": [
        {},
        {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.1},
        {"amsgrad": True, "beta_2": 0.5},
        {"weight_decay": 0.1},
        {"beta_1": 0.0},
    ],
    "AdamW": [{}, {"weight_decay": 0.25}, {"weight_decay": 0.01, "amsgrad": True, "beta_2": 0.5}],
    "RMSprop": [
        {},
        {"rho": 0.5, "epsilon": 0.01},
        {"momentum": 0.75},
        {"centered": True},
        {"momentum": 0.5, "centered": True, "weight_decay": 0.1},
    ],
    "Adagrad": [{}, {"initial_accumulator_value": 1.0, "epsilon": 0.01}, {"weight_decay": 0.1}],
    "Adadelta": [{}, {"rho": 0.5, "epsilon": 0.01}, {"weight_decay": 0.1}],
    "Adamax": [{}, {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.1}, {"weight_decay": 0.1}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.1}, {"weight_decay": 0.1}],
    "Ftrl": [
        {},
        {"learning_rate_power": -0.75, "initial_accumulator_value": 0.5},
        {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2},
        {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.5},
        {"weight_decay": 0.1},
    ],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.75}, {"weight_decay": 0.1}],
}
CLIPPING = [{"clipnorm": 0.5}, {"clipvalue": 0.25}, {"global_clipnorm": 0.5}]


def trajectory(name: str, options: dict[str, Any], rate: Any = 0.1) -> Callable[[Any], Any]:
    """The values of two variables after each of four steps down a bent valley."""

    def run(tf: Any) -> Any:
        optimizer = getattr(tf.keras.optimizers, name)(learning_rate=rate, **options)
        v, w = tf.Variable([1.0, -2.0]), tf.Variable(0.5)
        seen = []
        for _ in range(4):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v * v * tf.constant([1.0, 0.25])) + (w - v[0]) ** 2
            gradients = tape.gradient(loss, [v, w])
            optimizer.apply_gradients(zip(gradients, [v, w], strict=True))
            seen.append([v.numpy(), w.numpy()])
        return seen

    return run


def label(options: dict[str, Any]) -> str:
    words = [f"{key}_{value}" for key, value in options.items()]
    return "_".join(words).replace(".", "_").replace("-", "minus_") or "default"


for name, variants in OPTIMIZERS.items():
    for options in [*variants, *(CLIPPING if name in ("SGD", "Adam") else [])]:
        run = trajectory(name, options)
        run.__name__ = f"steps_of_{name}_{label(options)}"
        case("232, 234", rtol=1e-5)(run)


@case(234, rtol=1e-5)
def three_steps_down_a_parabola(tf: Any) -> Any:
    found = []
    for name in OPTIMIZERS:
        v = tf.Variable(1.0)
        optimizer = getattr(tf.keras.optimizers, name)(learning_rate=0.1)
        for _ in range(3):
            optimizer.apply_gradients([(2.0 * v, v)])
        found.append([name, v.numpy()])
    return found


@case(234)
def default_learning_rates(tf: Any) -> Any:
    optimizers = tf.keras.optimizers
    return [[name, float(getattr(optimizers, name)().learning_rate)] for name in OPTIMIZERS]


@case(234)
def optimizers_have_two_homes(tf: Any) -> Any:
    return [
        [name, hasattr(tf.optimizers, name), hasattr(tf.keras.optimizers, name)]
        for name in OPTIMIZERS
    ]


@case(232)
def pairs_are_gradient_and_variable(tf: Any) -> Any:
    v, w = tf.Variable(1.0), tf.Variable([2.0])
    optimizer = tf.keras.optimizers.SGD(0.5)
    optimizer.apply_gradients(iter([(tf.constant(1.0), v), (tf.constant([1.0]), w)]))
    return v, w


@case(232)
def none_gradients_are_skipped(tf: Any) -> Any:
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    tf.keras.optimizers.SGD(0.5).apply_gradients([(None, v), (tf.constant(1.0), w)])
    return v, w


@case(232)
def no_gradients_at_all(tf: Any) -> Any:
    v = tf.Variable(1.0)
    optimizer = tf.keras.optimizers.SGD(0.5)
    return [
        raised(lambda: optimizer.apply_gradients([(None, v)])),
        raised(lambda: optimizer.apply_gradients([])),
        v,
    ]


@case(233)
def apply_takes_two_lists(tf: Any) -> Any:
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    optimizer = tf.keras.optimizers.SGD(0.5)
    optimizer.apply([tf.constant(1.0), tf.constant(2.0)], [v, w])
    optimizer.apply([tf.constant(1.0), tf.constant(2.0)])
    return v, w


@case(
    233,
    differs="Keras 3 has no minimize, Keras 2 had",
    ours=[0.8, 0.64],
)
def minimize_a_callable(tf: Any) -> Any:
    v = tf.Variable(1.0)
    optimizer = tf.keras.optimizers.SGD(0.1)
    optimizer.minimize(lambda: v * v, [v])
    first = v.numpy()
    with tf.GradientTape() as tape:
        loss = v * v
    optimizer.minimize(loss, [v], tape=tape)
    return [first, v.numpy()]


@case(
    233,
    differs="Keras 3 refuses variables that an optimizer was not built with",
    ours=[0.8, 0.5],
)
def variables_that_come_later(tf: Any) -> Any:
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    optimizer = tf.keras.optimizers.SGD(0.1)
    optimizer.apply_gradients([(tf.constant(2.0), v)])
    optimizer.apply_gradients([(tf.constant(5.0), w)])
    return [v, w]


@case(233)
def state_of_an_optimizer(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    optimizer = tf.keras.optimizers.Adam(0.5)
    before = int(optimizer.iterations)
    optimizer.apply_gradients([(v * 1.0, v)])
    optimizer.apply_gradients([(v * 1.0, v)])
    return before, int(optimizer.iterations), float(optimizer.learning_rate)


@case(233)
def learning_rate_can_be_set(tf: Any) -> Any:
    v = tf.Variable(1.0)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.5)
    optimizer.apply_gradients([(tf.constant(1.0), v)])
    optimizer.learning_rate = 0.25
    optimizer.apply_gradients([(tf.constant(1.0), v)])
    return v, float(optimizer.learning_rate)


@case(232)
def constraints_are_applied(tf: Any) -> Any:
    v = tf.Variable([1.0, 0.25], constraint=tf.nn.relu)
    tf.keras.optimizers.SGD(0.5).apply_gradients([(tf.constant([1.0, 1.0]), v)])
    return v


@case(232)
def float64_stays_float64(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0], dtype=tf.float64)
    tf.keras.optimizers.SGD(0.125, momentum=0.5).apply_gradients([(v * 2.0, v)])
    return v


@case(233)
def refused_options(tf: Any) -> Any:
    optimizers = tf.keras.optimizers
    return [
        raised(lambda: optimizers.SGD(momentum=-0.5)),
        raised(lambda: optimizers.SGD(momentum=1.5)),
        raised(lambda: optimizers.SGD(clipnorm=1.0, clipvalue=1.0)),
        raised(lambda: optimizers.Adam(clipnorm=1.0, global_clipnorm=1.0)),
        raised(lambda: optimizers.Adam(unknown=1)),
    ]


@case(233)
def gradient_of_another_shape(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    optimizer = tf.keras.optimizers.SGD(0.5)
    return raised(lambda: optimizer.apply_gradients([(tf.constant([1.0, 2.0, 3.0]), v)])), v


SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "exponential": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.25},
    ),
    "exponential_stairs": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.25, "staircase": True},
    ),
    "inverse_time": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.5},
    ),
    "inverse_time_stairs": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.5, "staircase": True},
    ),
    "piecewise": (
        "PiecewiseConstantDecay",
        {"boundaries": [2, 5], "values": [1.0, 0.5, 0.125]},
    ),
    "polynomial": (
        "PolynomialDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 5, "end_learning_rate": 0.1, "power": 2.0},
    ),
    "polynomial_cycle": (
        "PolynomialDecay",
        {"initial_learning_rate": 0.5, "decay_steps": 3, "end_learning_rate": 0.1, "cycle": True},
    ),
    "cosine": ("CosineDecay", {"initial_learning_rate": 0.5, "decay_steps": 6, "alpha": 0.25}),
    "cosine_warmup": (
        "CosineDecay",
        {
            "initial_learning_rate": 0.0,
            "decay_steps": 4,
            "warmup_target": 0.5,
            "warmup_steps": 3,
        },
    ),
    "cosine_restarts": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.5, "first_decay_steps": 3, "t_mul": 2.0, "m_mul": 0.5},
    ),
}


def rates(kind: str, options: dict[str, Any]) -> Callable[[Any], Any]:
    def run(tf: Any) -> Any:
        schedule = getattr(tf.keras.optimizers.schedules, kind)(**options)
        return [float(schedule(step)) for step in range(9)]

    return run


expressions(
    __name__,
    "232, 234",
    {f"schedule_{name}": rates(kind, options) for name, (kind, options) in SCHEDULES.items()},
    rtol=1e-5,
)


@case(234, rtol=1e-5)
def optimizers_follow_a_schedule(tf: Any) -> Any:
    schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.5, 0.25, 0.125])
    return trajectory("SGD", {}, schedule)(tf), trajectory("Adam", {}, schedule)(tf)


@case(234)
def learning_rate_of_a_schedule(tf: Any) -> Any:
    schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.5, 0.25, 0.125])
    optimizer, v = tf.keras.optimizers.SGD(schedule), tf.Variable(1.0)
    seen = []
    for _ in range(4):
        seen.append(float(optimizer.learning_rate))
        optimizer.apply_gradients([(tf.constant(0.0), v)])
    return seen


@case(232, rtol=1e-5)
def several_variables_of_several_shapes(tf: Any) -> Any:
    values = [np.float32(1.0), np.ones([2, 3], np.float32), np.zeros([0, 2], np.float32)]
    variables = [tf.Variable(value) for value in values]
    optimizer = tf.keras.optimizers.Adam(0.5)
    optimizer.apply_gradients([(v * 0.0 + 1.0, v) for v in variables])
    return [v.shape for v in variables], variables[0].numpy()
