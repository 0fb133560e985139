"""From which size on compiled loops are faster than NumPy, for gradients and slow functions.

Each chain is differentiated with its rules in NumPy and in a loop, in turn, and each slow function
is called both ways. The last column is the smallest size from which on the loop wins; `LARGE` in
`tapegrad/compiler/eager.py` is what one threshold for all makes of these.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tapegrad as tf
from benchmarks.table import grid
from tapegrad.core.large import SLOW

SIZES = [1 << k for k in (11, 12, 13, 14, 15, 16, 20)]
WIDTH = 64


def normalised(x: Any) -> Any:
    """Layer normalisation."""
    rows = tf.reshape(x, (-1, WIDTH))
    mean, variance = tf.nn.moments(rows, [-1], keepdims=True)
    return tf.nn.batch_normalization(rows, mean, variance, None, None, 1e-3)


CHAINS: dict[str, Callable[[Any], Any]] = {
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "softplus": tf.nn.softplus,
    "gelu": tf.nn.gelu,
    "softmax": lambda x: tf.nn.softmax(tf.reshape(x, (-1, WIDTH))),
    "cross-entropy": lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.zeros(tf.size(x) // WIDTH, tf.int32), logits=tf.reshape(x, (-1, WIDTH))
    ),
    "layer norm": normalised,
    "mean of squares": lambda x: tf.reduce_mean(tf.square(x - 0.5)),
    "chain of six": lambda x: tf.tanh(x * tf.sigmoid(x)) * tf.exp(-x * x),
}


#: Where the slow functions are; arguments lie in (0.1, 0.9).
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "cos": tf.cos,
    "digamma": tf.math.digamma,
    "elu": tf.nn.elu,
    "erf": tf.math.erf,
    "erfc": tf.math.erfc,
    "erfinv": tf.math.erfinv,
    "gelu": tf.nn.gelu,
    "gelu_tanh": lambda x: tf.nn.gelu(x, approximate=True),
    "lgamma": tf.math.lgamma,
    "ndtr": tf.math.special.ndtr,
    "relu6": tf.nn.relu6,
    "selu": tf.nn.selu,
    "sigmoid": tf.sigmoid,
    "sin": tf.sin,
    "softsign": tf.nn.softsign,
}


def seconds_of_call(f: Callable[[Any], Any], x: Any) -> float:
    """The time of one call."""
    start = time.perf_counter()
    f(x)
    return time.perf_counter() - start


def seconds(f: Callable[[Any], Any], x: Any) -> float:
    """The time of one gradient, without the forward pass."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    start = time.perf_counter()
    tape.gradient(y, x)
    return time.perf_counter() - start


def measured(
    f: Callable[[Any], Any], x: Any, rounds: int, of: Callable[..., float] = seconds
) -> tuple[float, float]:
    """The least times of NumPy and of a loop."""
    least = [float("inf"), float("inf")]
    for turn in range(rounds + 1):
        for i, fused in enumerate((False, True)):
            tf.config.set_eager_kernels(fused, patience=0.0, smallest=SIZES[0])
            took = of(f, x)
            least[i] = min(least[i], took if turn else least[i])  # the first one compiles
    return least[0], least[1]


def row(name: str, f: Callable[[Any], Any], dtype: str, rounds: int, of: Any) -> list[str]:
    """The ratios of a loop's time to NumPy's, and from where on they stay below 1."""
    rng = np.random.default_rng(0)
    ratios = []
    for n in SIZES:
        x = tf.constant(rng.uniform(0.1, 0.9, n).astype(dtype))
        plain, loop = measured(f, x, rounds if n <= 1 << 16 else max(1, rounds // 10), of)
        ratios.append(loop / plain)
    wins = [n for i, n in enumerate(SIZES) if all(r < 1 for r in ratios[i:])]
    return [name, *[f"{r:.2f}" for r in ratios], f"{wins[0]:,}" if wins else "never"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    head = ["", *[f"{n:,}" for n in SIZES], "from"]
    for dtype in ("float64", "float32"):
        print(f"\n{dtype}: time of the loop by that of NumPy, at so many elements")
        gradients = [row(name, f, dtype, rounds, seconds) for name, f in CHAINS.items()]
        print(grid([["gradient of", *head[1:]], *gradients]))
        chars = np.dtype(dtype).char
        slow = {name: f for name, f in FUNCTIONS.items() if chars in SLOW[name]}
        values = [row(name, f, dtype, rounds, seconds_of_call) for name, f in slow.items()]
        print(grid([["value of", *head[1:]], *values]))
    tf.config.set_eager_kernels()


if __name__ == "__main__":
    main()
