"""Keras's metrics: results over batches, weights, shapes, configurations."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import Snippet, case, raised


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


def without_number(name: str) -> str:
    """A name without the number that counts how many objects of the kind were made before."""
    return re.sub(r"_\d+$", "", name)


ERRORS = wave(4, 3), wave(4, 3, step=1.3) * 2
SHARES = abs(wave(4, 3)) + 0.1, abs(wave(4, 3, step=1.3)) + 0.1
BINARY = (wave(4, 3) > 0).astype(np.float32), abs(wave(4, 3, step=1.3)) * 0.9 + 0.05
ONE_HOT = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]], SHARES[1] / SHARES[1].sum(1, keepdims=True)
NUMBERS = np.array([0, 2, 1, 1]), ONE_HOT[1]
DECISIONS = (wave(40) > 0.1).astype(np.float32), abs(wave(40, step=1.3)) * 0.9 + 0.05

#: metric -> arguments, and options to be tried.
METRICS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "Accuracy": ((np.array([1, 2, 3, 4]), np.array([1, 2, 0, 4])), [{}]),
    "BinaryAccuracy": (BINARY, [{}, {"threshold": 0.8}]),
    "CategoricalAccuracy": (ONE_HOT, [{}]),
    "SparseCategoricalAccuracy": (NUMBERS, [{}]),
    "TopKCategoricalAccuracy": (ONE_HOT, [{"k": 2}]),
    "SparseTopKCategoricalAccuracy": (NUMBERS, [{"k": 2}]),
    "MeanSquaredError": (ERRORS, [{}]),
    "RootMeanSquaredError": (ERRORS, [{}]),
    "MeanAbsoluteError": (ERRORS, [{}]),
    "MeanAbsolutePercentageError": (ERRORS, [{}]),
    "MeanSquaredLogarithmicError": (SHARES, [{}]),
    "LogCoshError": (ERRORS, [{}]),
    "CosineSimilarity": (ERRORS, [{}, {"axis": 1}]),
    "Hinge": (BINARY, [{}]),
    "SquaredHinge": (BINARY, [{}]),
    "CategoricalHinge": (ONE_HOT, [{}]),
    "KLDivergence": (SHARES, [{}]),
    "Poisson": (SHARES, [{}]),
    "BinaryCrossentropy": (BINARY, [{}, {"from_logits": True, "label_smoothing": 0.1}]),
    "CategoricalCrossentropy": (ONE_HOT, [{}, {"label_smoothing": 0.1}]),
    "SparseCategoricalCrossentropy": (NUMBERS, [{}, {"from_logits": True}, {"ignore_class": 1}]),
    "TruePositives": (BINARY, [{}, {"thresholds": [0.2, 0.6]}]),
    "FalsePositives": (BINARY, [{}]),
    "TrueNegatives": (BINARY, [{}]),
    "FalseNegatives": (BINARY, [{"thresholds": 0.3}]),
    "Precision": (BINARY, [{}, {"thresholds": [0.2, 0.6]}, {"class_id": 1}, {"top_k": 2}]),
    "Recall": (BINARY, [{}, {"thresholds": [0.2, 0.6]}, {"class_id": 1}, {"top_k": 2}]),
    "AUC": (
        DECISIONS,
        [
            {},
            {"curve": "PR"},
            {"summation_method": "minoring", "num_thresholds": 11},
            {"summation_method": "majoring", "curve": "PR", "thresholds": [0.2, 0.5, 0.7]},
        ],
    ),
}


def gathered(name: str, true: Any, predicted: Any, options: dict[str, Any]) -> Snippet:
    """Results after one batch, after a weighted one, and after a reset."""

    def run(tf: Any) -> Any:
        metric = getattr(tf.keras.metrics, name)(**options)
        found = [tf.identity(metric.result()), tf.identity(metric(true, predicted))]
        weights = np.linspace(0.5, 2.0, len(true)).astype(np.float32)
        metric.update_state(true[::-1].copy(), predicted, sample_weight=weights)
        found.append(tf.identity(metric.result()))
        metric.reset_state()
        metric.update_state(true[:3], predicted[:3])
        config = metric.get_config()
        again = type(metric).from_config(config)
        shapes = [tuple(v.shape) for v in metric.variables]
        found += [tf.identity(metric.result()), tf.identity(again(true, predicted))]
        return found, without_number(metric.name), shapes

    return run


expressions(
    __name__,
    "keras.metrics",
    {
        f"metric_{name}_{i}": gathered(name, *data, options)
        for name, (data, choices) in METRICS.items()
        for i, options in enumerate(choices)
    },
    rtol=2e-5,
)


@case("keras.metrics", rtol=1e-5)
def means_and_sums(tf: Any) -> Any:
    found = []
    for name in ("Mean", "Sum"):
        metric = getattr(tf.keras.metrics, name)()
        found.append(metric.result())
        metric.update_state([1.0, 3.0, 5.0])
        metric.update_state(2.0)
        metric.update_state(wave(2, 3), sample_weight=[1.0, 0.0])
        metric.update_state(wave(2, 3), sample_weight=wave(2, 3) ** 2)
        found += [metric.result(), [v.name for v in metric.variables]]
    return found


@case("keras.metrics", rtol=1e-5)
def areas_of_several_labels(tf: Any) -> Any:
    found = []
    for options in ({}, {"label_weights": [1.0, 0.5, 2.0]}, {"curve": "PR", "num_labels": 3}):
        metric = tf.keras.metrics.AUC(num_thresholds=20, multi_label=True, **options)
        metric.update_state(*BINARY)
        metric.update_state(BINARY[0][::-1].copy(), BINARY[1])
        found.append(metric.result())
    logits = tf.keras.metrics.AUC(from_logits=True)
    return found, logits(BINARY[0], wave(4, 3) * 2)


@case("keras.metrics", rtol=1e-5)
def sequences_of_classes(tf: Any) -> Any:
    p = abs(wave(2, 4, 3))
    y = np.array([[0, 1, 2, 0], [2, 1, 1, 0]])
    metrics = tf.keras.metrics
    return [
        metrics.SparseCategoricalAccuracy()(y, p),
        metrics.SparseCategoricalAccuracy()(y[..., None], p),
        metrics.SparseTopKCategoricalAccuracy(k=2)(y, p),
        metrics.CategoricalAccuracy()(np.eye(3)[y], p),
        metrics.sparse_categorical_accuracy(y, p),
        metrics.binary_accuracy(np.array([[1], [0]]), np.array([0.9, 0.8], np.float32)),
        metrics.MeanSquaredError()(y[..., None] * 1.0, p[..., :1]),
    ]


@case("keras.metrics", rtol=1e-5)
def metrics_by_name(tf: Any) -> Any:
    metrics = tf.keras.metrics
    return [
        metrics.get("mse").name,
        type(metrics.get("SparseCategoricalAccuracy")).__name__,
        type(metrics.get("binary_accuracy")).__name__,
        metrics.serialize(metrics.Precision(0.3, name="precision"))["config"],
        metrics.deserialize(metrics.serialize(metrics.Recall(0.3))).thresholds,
        raised(lambda: metrics.get("nothing")),
        raised(lambda: metrics.Precision(thresholds=2.0)),
        raised(lambda: metrics.AUC(num_thresholds=1)),
        raised(lambda: metrics.AUC(curve="ROCK")),
    ]


@case("keras.metrics")
def metrics_in_a_function(tf: Any) -> Any:
    metric = tf.keras.metrics.Mean()

    @tf.function
    def step(x: Any) -> Any:
        metric.update_state(x)
        return metric.result()

    return [step(tf.constant([1.0, 2.0])), step(tf.constant([6.0, 7.0])), metric.result()]
