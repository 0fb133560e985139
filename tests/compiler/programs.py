"""Random programs: hundreds of kinds of operations, broadcasts, reuse, indexing, decisions.

A program is made from a seed alone. It takes a few tensors, keeps a pool of values, and in each
step applies an operation of the list below to values of the pool. Values stay moderate, so that
results can be compared to a few units in the last place of the largest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tapegrad as tf

Rng = np.random.Generator

SHAPES = [(), (1,), (3,), (4,), (3, 4), (1, 4), (3, 1), (2, 3, 4), (2, 1, 4), (4, 3), (5, 1, 3)]


def _bounded(x: Any) -> Any:
    return tf.tanh(x)


UNARY: list[Callable[[Any], Any]] = [
    tf.abs,
    tf.negative,
    tf.square,
    tf.sin,
    tf.cos,
    tf.tanh,
    tf.sigmoid,
    tf.math.softplus,
    tf.math.softsign,
    tf.nn.relu,
    tf.nn.relu6,
    tf.nn.elu,
    tf.nn.selu,
    tf.nn.gelu,
    tf.nn.silu,
    tf.nn.leaky_relu,
    tf.sign,
    tf.floor,
    tf.math.ceil,
    tf.round,
    tf.math.rint,
    tf.math.atan,
    tf.math.asinh,
    tf.math.erf,
    tf.math.erfc,
    tf.math.log_sigmoid,
    tf.identity,
    tf.stop_gradient,
    tf.zeros_like,
    tf.ones_like,
    tf.math.expm1,
    lambda x: tf.exp(_bounded(x)),
    lambda x: tf.math.log(1.5 + tf.square(x)),
    lambda x: tf.math.log1p(tf.abs(x)),
    lambda x: tf.sqrt(0.5 + tf.square(x)),
    lambda x: tf.math.rsqrt(0.5 + tf.square(x)),
    lambda x: tf.math.reciprocal(1.0 + tf.square(x)),
    lambda x: tf.sqrt(tf.nn.relu(x)),
    lambda x: x**2,
    lambda x: x**3,
    lambda x: (0.5 + tf.abs(x)) ** 0.5,
    lambda x: tf.abs(x) ** 1.5,
    lambda x: 2.0 * x,
    lambda x: x - 1.0,
    lambda x: 1.0 - x,
    lambda x: x / 3.0,
    lambda x: -x,
    lambda x: 1.0 / (2.0 + tf.square(x)),
    lambda x: tf.math.acos(0.9 * _bounded(x)),
    lambda x: tf.math.asin(0.9 * _bounded(x)),
    lambda x: tf.math.atanh(0.9 * _bounded(x)),
    lambda x: tf.math.sinh(_bounded(x)),
    lambda x: tf.math.cosh(_bounded(x)),
    lambda x: tf.math.tan(_bounded(x)),
    lambda x: tf.math.erfinv(0.9 * _bounded(x)),
    lambda x: tf.math.lgamma(1.5 + tf.abs(x)),
    lambda x: tf.math.digamma(1.5 + tf.abs(x)),
    lambda x: tf.clip_by_value(x, -0.7, 0.7),
    lambda x: tf.cast(tf.cast(x, tf.float64), tf.float32) if x.dtype == tf.float32 else x,
    lambda x: tf.where(x > 0.1, x, tf.square(x)),
    lambda x: tf.where(x > 0.0, tf.sqrt(x), 0.0),
    lambda x: tf.cast(x > 0.3, x.dtype) * x,
    lambda x: tf.cast(tf.cast(x * 3.0, tf.int32) * 2 + 1, x.dtype),
    lambda x: tf.cast(tf.logical_not(tf.logical_and(x > -1.0, x < 0.5)), x.dtype),
    lambda x: tf.math.xlogy(tf.nn.relu(x), 1.0 + tf.square(x)),
    lambda x: tf.math.divide_no_nan(x, tf.nn.relu(x)),
    lambda x: tf.math.multiply_no_nan(x, tf.nn.relu(x)),
]

BINARY: list[Callable[[Any, Any], Any]] = [
    tf.add,
    tf.subtract,
    tf.multiply,
    tf.maximum,
    tf.minimum,
    tf.math.squared_difference,
    lambda a, b: tf.math.atan2(a, 0.5 + tf.square(b)),
    lambda a, b: a / (1.5 + tf.square(b)),
    lambda a, b: tf.pow(0.5 + tf.abs(a), _bounded(b)),
    lambda a, b: tf.where(a < b, a, b * 0.5),
    lambda a, b: tf.where(tf.logical_or(a < b, a > 1.0), tf.sin(a), b),
    lambda a, b: a * b + a - b,
    lambda a, b: tf.math.divide_no_nan(a, tf.floor(b)),
    lambda a, b: tf.exp(-tf.square(a - b)),
    lambda a, b: tf.cast(tf.equal(tf.round(a), tf.round(b)), a.dtype) + a,
    lambda a, b: tf.nn.sigmoid_cross_entropy_with_logits(tf.sigmoid(a + 0 * b), b + 0 * a),
]


def _axis(rng: Rng, x: Any) -> Any:
    n = x.shape.rank
    if n == 0 or rng.random() < 0.3:
        return None
    if rng.random() < 0.3:
        count = int(rng.integers(1, n + 1))
        return [int(a) for a in rng.choice(n, count, replace=False)]
    return int(rng.integers(-n, n))


def _reduce(rng: Rng, x: Any) -> Any:
    kinds = (
        tf.reduce_sum,
        tf.reduce_mean,
        tf.reduce_max,
        tf.reduce_min,
        tf.reduce_logsumexp,
        tf.math.reduce_variance,
        tf.reduce_sum,
        tf.reduce_mean,
    )
    return kinds[int(rng.integers(len(kinds)))](
        x, axis=_axis(rng, x), keepdims=bool(rng.integers(2))
    )


def _index(rng: Rng, x: Any) -> Any:
    key: list[Any] = []
    for n in x.shape:
        kind = int(rng.integers(6))
        if kind == 0:
            key.append(int(rng.integers(-n, n)))
        elif kind == 1:
            start = int(rng.integers(0, n))
            key.append(slice(start, None))
        elif kind == 2:
            key.append(slice(None, None, -1))
        elif kind == 3:
            key.append(slice(None, None, 2))
        else:
            key.append(slice(None))
    if rng.random() < 0.2:
        key.insert(int(rng.integers(len(key) + 1)), tf.newaxis)
    return x[tuple(key)]


def _shape(rng: Rng, x: Any) -> Any:
    n = x.shape.rank
    kind = int(rng.integers(9))
    if kind == 0:
        return tf.reshape(x, [-1])
    if kind == 1:
        return tf.transpose(x)
    if kind == 2:
        return tf.transpose(x, [int(a) for a in rng.permutation(n)])
    if kind == 3:
        return tf.expand_dims(x, int(rng.integers(-n - 1, n + 1)))
    if kind == 4 and n:
        return tf.reverse(x, [int(rng.integers(n))])
    if kind == 5 and n:
        return tf.pad(x, [[int(rng.integers(2)), int(rng.integers(2))] for _ in range(n)])
    if kind == 6 and n:
        return tf.tile(x, [int(rng.integers(1, 3)) for _ in range(n)])
    if kind == 7:
        return tf.broadcast_to(x, [2, *x.shape])
    sizes = [int(s) for s in x.shape]
    rng.shuffle(sizes)
    return tf.reshape(x, sizes)


def _several(rng: Rng, x: Any) -> Any:
    n = x.shape.rank
    if n == 0:
        return tf.stack([x, x * 2.0, tf.sin(x)])
    axis = int(rng.integers(-n, n))
    kind = int(rng.integers(8))
    if kind == 0:
        return tf.concat([x, tf.square(x), -x], axis)
    if kind == 1:
        return tf.stack([x, tf.cos(x)], axis)
    if kind == 2:
        parts = tf.unstack(x, axis=axis)
        return parts[0] * parts[-1] + parts[len(parts) // 2]
    if kind == 3:
        return tf.gather(x, [0, int(rng.integers(x.shape[axis])), 0], axis=axis)
    if kind == 4:
        return tf.cumsum(x, axis, exclusive=bool(rng.integers(2)), reverse=bool(rng.integers(2)))
    if kind == 5:
        return tf.nn.softmax(x, axis=axis)
    if kind == 6:
        return tf.nn.log_softmax(x, axis=axis)
    return tf.sort(x, axis=axis)


def _product(rng: Rng, x: Any, y: Any) -> Any:
    kind = int(rng.integers(5))
    if x.shape.rank < 2:
        return tf.tensordot(x, x, 1) if x.shape.rank == 1 else x * y
    if kind == 0:
        return tf.matmul(x, x, transpose_b=True) * 0.3
    if kind == 1:
        return tf.matmul(x, x, transpose_a=True) * 0.3
    if kind == 2:
        return tf.matmul(x, tf.linalg.matrix_transpose(x)) * 0.3
    if kind == 3:
        return tf.einsum("...ij,...kj->...ik", x, x) * 0.3
    labels = tf.nn.softmax(x)
    return tf.nn.softmax_cross_entropy_with_logits(labels, x * 2.0)


class Program:
    """A function of tensors, made from a seed."""

    def __init__(self, seed: int, dtype: Any = tf.float64) -> None:
        self.seed = seed
        self.dtype = dtype
        rng = np.random.default_rng([seed, 1])
        self.shapes = [SHAPES[int(i)] for i in rng.integers(len(SHAPES), size=rng.integers(1, 4))]

    def inputs(self, seed: int) -> list[Any]:
        """Random data for it."""
        rng = np.random.default_rng([self.seed, 2, seed])
        return [tf.constant(rng.normal(size=s), self.dtype) for s in self.shapes]

    def __call__(self, *inputs: Any) -> Any:
        """Run it: the values of the last steps, and the gradients of a mix of them."""
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            values = self._values(list(inputs))
            loss = tf.add_n([tf.reduce_sum(tf.sin(v)) for v in values[-4:]])
        return values[-4:], tape.gradient(loss, list(inputs), unconnected_gradients="zero")

    def _values(self, values: list[Any]) -> list[Any]:
        rng = np.random.default_rng([self.seed, 3])
        for _ in range(int(rng.integers(3, 14))):
            x = values[int(rng.integers(len(values)))]
            y = values[int(rng.integers(len(values)))]
            kind = rng.random()
            if kind < 0.32:
                made = UNARY[int(rng.integers(len(UNARY)))](x)
            elif kind < 0.55:
                function = BINARY[int(rng.integers(len(BINARY)))]
                made = function(x, y if _broadcasts(x, y) else x * 0.5 + 0.1)
            elif kind < 0.68:
                made = _reduce(rng, x)
            elif kind < 0.78:
                made = _index(rng, x)
            elif kind < 0.86:
                made = _shape(rng, x)
            elif kind < 0.93:
                made = _several(rng, x)
            elif kind < 0.97:
                made = _product(rng, x, y)
            else:
                made = x * 2.0 if tf.reduce_sum(x) > 0.0 else tf.cos(x)
            if tf.size(made) > 300 or made.shape.rank > 5:
                made = tf.reduce_mean(made)
            elif tf.size(made) == 0:
                made = x * 0.5
            values.append(made * 0.25 if rng.random() < 0.1 else made)
        return values


def _broadcasts(x: Any, y: Any) -> bool:
    try:
        np.broadcast_shapes(tuple(x.shape), tuple(y.shape))
    except ValueError:
        return False
    return True
