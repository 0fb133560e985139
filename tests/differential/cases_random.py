"""Random numbers: shapes, dtypes, ranges, seeds, errors. (The numbers themselves differ.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised


def kinds(*tensors: Any) -> Any:
    return [[t.shape, t.dtype] for t in tensors]


@case("2.2 random")
def normal_shapes_and_dtypes(tf: Any) -> Any:
    normal = tf.random.normal
    return kinds(
        normal([2, 3]),
        normal(shape=(4,), dtype=tf.float64),
        normal([]),
        normal([0, 2]),
        normal([2], dtype=tf.float16),
        normal(tf.constant([2, 1])),
        normal([3], mean=[1.0, 2.0, 3.0]),
        normal([2, 3], mean=[1.0, 2.0, 3.0], stddev=[[1.0], [2.0]]),
    )


@case("2.2 random")
def uniform_shapes_and_dtypes(tf: Any) -> Any:
    uniform = tf.random.uniform
    return kinds(
        uniform([2, 3]),
        uniform(shape=(4,), minval=-1.0, maxval=1.0, dtype=tf.float64),
        uniform([3], 0, 10, tf.int32),
        uniform([3], minval=-5, maxval=5, dtype=tf.int64),
        uniform([]),
    )


@case("2.2 random")
def truncated_normal_and_others(tf: Any) -> Any:
    return kinds(
        tf.random.truncated_normal([2, 3]),
        tf.random.truncated_normal(shape=[4], mean=5.0, stddev=0.5, dtype=tf.float64),
        tf.random.shuffle([[1, 2], [3, 4], [5, 6]]),
        tf.random.categorical([[0.0, 1.0, 2.0]], 5),
        tf.random.categorical(logits=[[0.0, 1.0], [1.0, 0.0]], num_samples=3, dtype=tf.int32),
        tf.random.stateless_normal([2, 3], seed=[1, 2]),
        tf.random.stateless_uniform([4], seed=[1, 2], minval=0, maxval=9, dtype=tf.int32),
    )


@case("2.2 random")
def numbers_are_in_range(tf: Any) -> Any:
    n = 4000
    uniform = tf.random.uniform([n], -1.0, 3.0).numpy()
    integers = tf.random.uniform([n], 2, 5, tf.int32).numpy()
    truncated = tf.random.truncated_normal([n], mean=10.0, stddev=2.0).numpy()
    stateless = tf.random.stateless_uniform([n], seed=[3, 4], minval=2.0, maxval=3.0).numpy()
    return [
        bool((uniform >= -1.0).all() and (uniform < 3.0).all()),
        sorted(set(integers.tolist())),
        bool((np.abs(truncated - 10.0) <= 4.0).all()),
        bool((stateless >= 2.0).all() and (stateless < 3.0).all()),
    ]


@case("2.2 random")
def moments_are_near(tf: Any) -> Any:
    n = 20000
    tf.random.set_seed(1)
    normal = tf.random.normal([n], mean=2.0, stddev=3.0).numpy()
    uniform = tf.random.uniform([n]).numpy()
    truncated = tf.random.truncated_normal([n]).numpy()
    draws = tf.random.categorical(tf.math.log([[0.25, 0.75]]), n).numpy()
    return [
        bool(abs(normal.mean() - 2.0) < 0.15 and abs(normal.std() - 3.0) < 0.15),
        bool(abs(uniform.mean() - 0.5) < 0.02),
        bool(abs(truncated.mean()) < 0.05 and abs(truncated.std() - 0.88) < 0.03),
        bool(abs(draws.mean() - 0.75) < 0.02),
    ]


DRAWS: dict[str, Callable[[Any], Any]] = {
    "normal": lambda tf: tf.random.normal([5]),
    "uniform": lambda tf: tf.random.uniform([5]),
    "truncated_normal": lambda tf: tf.random.truncated_normal([5]),
    "shuffle": lambda tf: tf.random.shuffle(tf.range(50)),
    "categorical": lambda tf: tf.random.categorical([[0.0, 0.0, 0.0]], 50),
    "dropout": lambda tf: tf.nn.dropout(tf.ones([50]), 0.5),
}


def seeded(draw: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Whether a global seed repeats a sequence, and whether the sequence goes on."""

    def run(tf: Any) -> Any:
        tf.random.set_seed(5)
        first, second = draw(tf).numpy(), draw(tf).numpy()
        tf.random.set_seed(5)
        again = draw(tf).numpy()
        tf.random.set_seed(6)
        other = draw(tf).numpy()
        pairs = [(first, again), (first, second), (first, other)]
        return [bool((a == b).all()) for a, b in pairs]

    return run


expressions(
    __name__, "2.2 random", {f"seed_of_{name}": seeded(draw) for name, draw in DRAWS.items()}
)


@case("2.2 random")
def seeds_of_operations(tf: Any) -> Any:
    def pair(seed: int) -> Any:
        tf.random.set_seed(1)
        return tf.random.normal([4], seed=seed).numpy(), tf.random.normal([4], seed=seed).numpy()

    (a, b), (c, d), (e, _) = pair(7), pair(7), pair(8)
    return [bool((x == y).all()) for x, y in ((a, c), (b, d), (a, b), (a, e))]


@case("2.2 random")
def stateless_draws_repeat(tf: Any) -> Any:
    def draw(seed: list[int]) -> Any:
        return tf.random.stateless_normal([4], seed=seed).numpy()

    pairs = [([1, 2], [1, 2]), ([1, 2], [2, 1]), ([1, 2], [1, 3])]
    return [bool((draw(a) == draw(b)).all()) for a, b in pairs]


@case("2.2 random")
def shuffling_keeps_rows(tf: Any) -> Any:
    rows = tf.random.shuffle([[1, 10], [2, 20], [3, 30], [4, 40]]).numpy()
    return sorted(rows.tolist()), tf.random.shuffle(tf.constant([], tf.float32))


@case("2.2 random")
def random_draws_have_no_gradient(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        drawn = tf.random.categorical([x], 2)
        normal = tf.random.normal([3])
    return tape.gradient(drawn, x), tape.gradient(normal, x)


@case("2.2 random")
def generators(tf: Any) -> Any:
    a, b = tf.random.Generator.from_seed(3), tf.random.Generator.from_seed(3)
    first, second = a.normal([4]).numpy(), a.normal([4]).numpy()
    return [
        bool((first == b.normal([4]).numpy()).all()),
        bool((first == second).all()),
        kinds(a.uniform([2, 3]), a.normal(shape=(3,), dtype=tf.float64)),
        kinds(a.uniform([5], minval=0, maxval=3, dtype=tf.int32), a.truncated_normal([2])),
    ]


@case("2.2 random")
def refused_arguments_of_random(tf: Any) -> Any:
    return [
        raised(lambda: tf.random.normal([-1])),
        raised(lambda: tf.random.uniform([2], dtype=tf.int32)),
        raised(lambda: tf.random.normal([2], dtype=tf.int32)),
        raised(lambda: tf.random.categorical([0.0, 1.0], 2)),
        raised(lambda: tf.random.uniform([2], 5, 5, tf.int32)),
        raised(lambda: tf.random.stateless_normal([2], seed=[1])),
        raised(lambda: tf.random.normal([2.5])),
    ]
