"""Keras's losses: values, gradients, reductions, weights, configurations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import Snippet, case, raised


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


ERRORS = wave(4, 3), wave(4, 3, step=1.3) * 2
SHARES = abs(wave(4, 3)) + 0.1, abs(wave(4, 3, step=1.3)) + 0.1
BINARY = (wave(4, 3) > 0).astype(np.float32), abs(wave(4, 3, step=1.3)) * 0.9 + 0.05
ONE_HOT = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]], SHARES[1] / SHARES[1].sum(1, keepdims=True)
NUMBERS = np.array([0, 2, 1, 1]), ONE_HOT[1]
LOGITS = wave(4, 3, step=1.3) * 3

#: function -> arguments, and options to be tried.
FUNCTIONS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "mse": (ERRORS, [{}]),
    "mae": (ERRORS, [{}]),
    "mape": (ERRORS, [{}]),
    "msle": (SHARES, [{}]),
    "huber": (ERRORS, [{}, {"delta": 0.4}]),
    "logcosh": (ERRORS, [{}]),
    "cosine_similarity": (ERRORS, [{}, {"axis": 0}]),
    "hinge": (BINARY, [{}]),
    "squared_hinge": ((np.sign(ERRORS[0]), ERRORS[1]), [{}]),
    "categorical_hinge": (ONE_HOT, [{}]),
    "kld": (SHARES, [{}]),
    "poisson": (SHARES, [{}]),
    "binary_crossentropy": (BINARY, [{}, {"label_smoothing": 0.2}, {"axis": 0}]),
    "binary_focal_crossentropy": (
        BINARY,
        [{}, {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5, "label_smoothing": 0.1}],
    ),
    "categorical_crossentropy": (ONE_HOT, [{}, {"label_smoothing": 0.2}]),
    "categorical_focal_crossentropy": (ONE_HOT, [{}, {"alpha": 0.5, "gamma": 1.0}]),
    "sparse_categorical_crossentropy": (NUMBERS, [{}, {"ignore_class": 1}]),
    "dice": (BINARY, [{}, {"axis": (1,)}]),
    "tversky": (BINARY, [{}, {"alpha": 0.3, "beta": 0.9, "axis": (0,)}]),
}

WITH_LOGITS = {
    "binary_crossentropy": BINARY[0],
    "binary_focal_crossentropy": BINARY[0],
    "categorical_crossentropy": ONE_HOT[0],
    "categorical_focal_crossentropy": ONE_HOT[0],
    "sparse_categorical_crossentropy": NUMBERS[0],
}


def derivatives(name: str, true: Any, predicted: Any, options: dict[str, Any]) -> Snippet:
    """The value of a loss, its gradient, and the gradient of the gradient's square."""

    def run(tf: Any) -> Any:
        loss = getattr(tf.keras.losses, name)
        x = tf.constant(predicted)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = loss(tf.constant(true), x, **options)
            g = inner.gradient(y, x)
            square = tf.reduce_sum(g * g)
        return y, g, outer.gradient(square, x)

    return run


table = {
    f"{name}_{i}": derivatives(name, *data, options)
    for name, (data, choices) in FUNCTIONS.items()
    for i, options in enumerate(choices)
}
table |= {
    f"{name}_of_logits": derivatives(name, true, LOGITS, {"from_logits": True})
    for name, true in WITH_LOGITS.items()
}
expressions(__name__, "keras.losses", table, rtol=2e-5)

#: Options that Keras leaves out of the configurations of Huber and CosineSimilarity.
FORGOTTEN = {"axis", "delta"}

CLASSES = {
    "MeanSquaredError": ERRORS,
    "MeanAbsoluteError": ERRORS,
    "MeanAbsolutePercentageError": ERRORS,
    "MeanSquaredLogarithmicError": SHARES,
    "Huber": ERRORS,
    "LogCosh": ERRORS,
    "CosineSimilarity": ERRORS,
    "Hinge": BINARY,
    "SquaredHinge": BINARY,
    "CategoricalHinge": ONE_HOT,
    "KLDivergence": SHARES,
    "Poisson": SHARES,
    "BinaryCrossentropy": BINARY,
    "BinaryFocalCrossentropy": BINARY,
    "CategoricalCrossentropy": ONE_HOT,
    "CategoricalFocalCrossentropy": ONE_HOT,
    "SparseCategoricalCrossentropy": NUMBERS,
    "Dice": BINARY,
    "Tversky": BINARY,
}


def reductions(name: str, true: Any, predicted: Any) -> Snippet:
    """Every reduction, with and without weights; name and configuration."""

    def run(tf: Any) -> Any:
        weights = np.array([1.0, 0.5, 0.0, 2.0], np.float32)
        found = []
        for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none", None):
            loss = getattr(tf.keras.losses, name)(reduction=reduction)
            found.append(loss(true, predicted))
            if name not in ("Dice", "Tversky"):
                found.append(loss(true, predicted, sample_weight=weights))
        config = loss.get_config()
        again = type(loss).from_config(config)
        return found, sorted(set(config) - FORGOTTEN), again(true, predicted), loss.name

    return run


expressions(
    __name__,
    "keras.losses",
    {f"class_{name}": reductions(name, *data) for name, data in CLASSES.items()},
    rtol=2e-5,
)


@case("keras.losses", rtol=1e-5)
def losses_know_the_logits_of_activations(tf: Any) -> Any:
    found = []
    x = tf.constant([[100.0, -100.0], [0.3, 0.2]])
    for activation, loss, true in (
        ("softmax", tf.keras.losses.CategoricalCrossentropy(), [[0.0, 1.0], [1.0, 0.0]]),
        ("sigmoid", tf.keras.losses.BinaryCrossentropy(), [[0.0, 1.0], [1.0, 0.0]]),
        ("softmax", tf.keras.losses.SparseCategoricalCrossentropy(), [1, 0]),
    ):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = loss(tf.constant(true), tf.keras.activations.get(activation)(x))
        found.append((y, tape.gradient(y, x)))
    return found


@case("keras.losses", rtol=1e-5)
def losses_of_plain_probabilities_saturate(tf: Any) -> Any:
    x = tf.constant([[100.0, -100.0], [0.3, 0.2]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.keras.losses.CategoricalCrossentropy()
        y = loss(tf.constant([[0.0, 1.0], [1.0, 0.0]]), tf.nn.softmax(x))
    return y, tape.gradient(y, x)


@case("keras.losses", rtol=1e-5)
def ignored_classes_do_not_count(tf: Any) -> Any:
    true, logits = np.array([[1], [-1], [0]]), wave(3, 4)
    found = []
    for reduction in ("sum_over_batch_size", "sum", "none"):
        loss = tf.keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=-1, reduction=reduction
        )
        found.append(loss(true, logits))
        found.append(loss(true, logits, sample_weight=np.array([1.0, 2.0, 0.5], np.float32)))
    return found


@case("keras.losses")
def losses_by_name(tf: Any) -> Any:
    losses = tf.keras.losses
    return [
        losses.get("mse")(*ERRORS),
        type(losses.get("Huber")).__name__,
        losses.get(None),
        losses.serialize(losses.CategoricalCrossentropy(label_smoothing=0.2))["config"],
        losses.deserialize(losses.serialize(losses.Tversky(0.3)))(*BINARY),
        raised(lambda: losses.get("nothing")),
        raised(lambda: losses.MeanSquaredError(reduction="auto")),
    ]


@case("keras.losses")
def a_loss_of_ones_own(tf: Any) -> Any:
    class Distance(tf.keras.losses.Loss):  # type: ignore[misc, name-defined]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return tf.norm(y_true - y_pred, axis=-1)

    loss = Distance(name="distance")
    return loss(*ERRORS), loss.get_config(), loss(*ERRORS, sample_weight=[1.0, 0.0, 0.0, 2.0])


@case("keras.losses")
def losses_cast_to_their_dtype(tf: Any) -> Any:
    wide = [e.astype(np.float64) for e in ERRORS]
    return (
        tf.keras.losses.MeanSquaredError()(*wide),
        tf.keras.losses.MeanSquaredError(dtype="float64")(*wide),
        tf.keras.losses.mean_absolute_error(*wide),
    )


@case("keras.losses")
def refused_shapes(tf: Any) -> Any:
    losses, x = tf.keras.losses, tf.constant(wave(4, 3))
    return [
        raised(lambda: losses.binary_crossentropy(x[:, :2], x)),
        raised(lambda: losses.categorical_crossentropy(x[:3], x)),
        raised(lambda: losses.sparse_categorical_crossentropy(tf.constant([1, 2]), x)),
        raised(lambda: losses.categorical_crossentropy(x, x, axis=True)),
    ]


@case("keras.losses", rtol=1e-5)
def losses_of_no_examples(tf: Any) -> Any:
    none = np.zeros((0, 3), np.float32)
    return tf.keras.losses.MeanSquaredError()(none, none), tf.keras.losses.MSE(none, none)
