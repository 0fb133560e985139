"""Samples of activations, softmax, cross-entropies, losses and the variance."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tests.ops.samples import elementwise_samples, fixed, positive, reals, sample


def one_by_one(f: Callable[..., float]) -> Callable[..., np.ndarray]:
    """A function of Python floats as a function of arrays."""

    def call(*arrays: np.ndarray, **params: float) -> np.ndarray:
        arrays = np.broadcast_arrays(*arrays)
        values = [
            f(*map(float, entries), **params)
            for entries in zip(*[a.flat for a in arrays], strict=True)
        ]
        return np.array(values, np.float64).reshape(arrays[0].shape)

    return call


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


elementwise_samples("relu", reals, reference=one_by_one(lambda x: x if x > 0 else 0.0))
sample(
    "relu6",
    fixed([[-1.5, 0.4, 3.0], [5.9, 6.1, 9.0]]),
    reference=one_by_one(lambda x: min(max(x, 0.0), 6.0)),
)
elementwise_samples("elu", reals, reference=one_by_one(lambda x: x if x > 0 else math.expm1(x)))
elementwise_samples(
    "selu",
    reals,
    reference=one_by_one(
        lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))
    ),
)
elementwise_samples("step", reals, reference=one_by_one(lambda x: float(x > 0)))
elementwise_samples("negative_part", reals, reference=one_by_one(lambda x: min(x, 0.0)))
for alpha in (0.2, 1.5):
    sample(
        "leaky_relu",
        reals(2, 3),
        params={"alpha": alpha},
        label=f"alpha_{alpha}",
        reference=one_by_one(lambda x, alpha: x if x > 0 else alpha * x),
    )
    sample(
        "leaky_step",
        reals(2, 3),
        params={"alpha": alpha},
        label=f"alpha_{alpha}",
        reference=one_by_one(lambda x, alpha: 1.0 if x > 0 else alpha),
    )
sample(
    "leaky_relu",
    reals(),
    params={"alpha": 0.2},
    label="scalar",
    reference=one_by_one(lambda x, alpha: x if x > 0 else alpha * x),
)
elementwise_samples(
    "gelu", reals, reference=one_by_one(lambda x: 0.5 * x * (1.0 + math.erf(x / math.sqrt(2.0))))
)
elementwise_samples(
    "gelu_tanh",
    reals,
    reference=one_by_one(
        lambda x: 0.5 * x * (1.0 + math.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))
    ),
)
elementwise_samples("silu", reals, reals, reference=one_by_one(lambda x, b: x * logistic(b * x)))


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    return x - np.log(np.sum(np.exp(x), axis, keepdims=True))


SHAPES = {
    "vector": ((4,), -1),
    "matrix": ((2, 3), -1),
    "columns": ((2, 3), -2),
    "middle": ((2, 3, 2), -2),
    "one_class": ((2, 1), -1),
    "no_rows": ((0, 3), -1),
}
for label, (shape, axis) in SHAPES.items():
    sample(
        "softmax",
        reals(*shape),
        params={"axis": axis},
        label=label,
        reference=lambda x, axis: np.exp(log_softmax(x, axis)),
    )
    sample("log_softmax", reals(*shape), params={"axis": axis}, label=label, reference=log_softmax)
    # The labels need not sum to one.
    sample(
        "softmax_cross_entropy",
        positive(*shape),
        reals(*shape),
        params={"axis": axis},
        label=label,
        reference=lambda labels, x, axis: -np.sum(labels * log_softmax(x, axis), axis),
    )

LABELS = {
    "rows": ([2, 0], (2, 3)),
    "scalar": (1, (3,)),
    "two_batch_axes": ([[1, 0], [0, 2]], (2, 2, 3)),
    "no_rows": (np.zeros(0), (0, 3)),
}


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    return np.eye(classes)[labels]


for label, (numbers, shape) in LABELS.items():
    inputs = fixed(numbers, np.int32), reals(*shape)
    sample(
        "sparse_softmax_cross_entropy",
        *inputs,
        label=label,
        reference=lambda k, x: -np.sum(one_hot(k, x.shape[-1]) * log_softmax(x, -1), -1),
    )
    sample(
        "softmax_minus_one_hot",
        *inputs,
        label=label,
        reference=lambda k, x: np.exp(log_softmax(x, -1)) - one_hot(k, x.shape[-1]),
    )

elementwise_samples(
    "sigmoid_cross_entropy",
    reals,
    reals,
    reference=one_by_one(
        lambda z, x: -z * math.log(logistic(x)) - (1.0 - z) * math.log(logistic(-x))
    ),
)

AXES = {
    "all": ((2, 3), (-2, -1)),
    "rows": ((2, 3), (-2,)),
    "columns": ((2, 3), (-1,)),
    "outer": ((2, 3, 2), (-3, -1)),
    "none": ((2, 3), ()),
    "scalar": ((), ()),
}
for label, (shape, axes) in AXES.items():
    sample(
        "l2_loss",
        reals(*shape),
        params={"axes": axes},
        label=label,
        reference=lambda x, axes: np.sum(x * x, axes) / 2,
    )
    for keepdims in (False, True):
        sample(
            "variance",
            reals(*shape),
            params={"axes": axes, "keepdims": keepdims},
            label=f"{label}_kept" if keepdims else label,
            reference=lambda x, axes, keepdims: np.var(x, axes, keepdims=keepdims),
        )
sample(
    "random_gamma",
    positive(2),
    params={"sample": np.array([[0.5, 1.5], [0.25, 2.0]])},
    reference=lambda alpha, sample: sample,
    order=0,
)
