"""Random tensors: distributions, seeds, streams, generators, initializers."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import tapegrad as tf

SIZE = 20_000


@pytest.fixture(autouse=True)
def seed() -> None:
    tf.random.set_seed(12345)


def distribution_fits(sample: tf.Tensor, cdf: Callable[[Any], Any]) -> bool:
    """Kolmogorov and Smirnov's test, at a level that a right sampler fails once in a million."""
    return bool(stats.kstest(np.asarray(sample, np.float64).ravel(), cdf).pvalue > 1e-6)


RNG = tf.random.Generator.from_seed(7)
NORMAL = [
    tf.random.normal,
    RNG.normal,
    lambda shape, *a, **k: tf.random.stateless_normal(shape, (1, 2), *a, **k),
]
TRUNCATED = [
    tf.random.truncated_normal,
    RNG.truncated_normal,
    lambda shape, *a, **k: tf.random.stateless_truncated_normal(shape, (1, 2), *a, **k),
]
UNIFORM = [
    tf.random.uniform,
    RNG.uniform,
    lambda shape, *a, **k: tf.random.stateless_uniform(shape, (1, 2), *a, **k),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("draw", NORMAL)
def test_normal(draw: Any, dtype: str) -> None:
    x = draw([SIZE], mean=3.0, stddev=0.5, dtype=dtype)
    assert x.dtype == dtype
    assert distribution_fits(x, stats.norm(3.0, 0.5).cdf)
    assert not distribution_fits(x, stats.norm(3.1, 0.5).cdf)


@pytest.mark.parametrize("draw", TRUNCATED)
def test_truncated_normal(draw: Any) -> None:
    x = draw([SIZE], mean=-1.0, stddev=2.0)
    assert distribution_fits(x, stats.truncnorm(-2, 2, -1.0, 2.0).cdf)


@pytest.mark.parametrize("draw", UNIFORM)
def test_uniform(draw: Any) -> None:
    x = draw([SIZE], minval=-2.0, maxval=3.0)
    assert distribution_fits(x, stats.uniform(-2.0, 5.0).cdf)
    counts = np.bincount(draw([SIZE], minval=3, maxval=7, dtype=tf.int64).numpy(), minlength=7)
    assert counts[:3].sum() == 0
    assert stats.chisquare(counts[3:]).pvalue > 1e-6


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_never_reaches_the_upper_end(dtype: str) -> None:
    x = tf.random.uniform([SIZE], dtype=dtype).numpy()
    assert x.min() >= 0
    assert x.max() < 1
    # One step of float32 above the lower end: nothing but the lower end is left.
    low, high = np.float32(1.0), np.nextafter(np.float32(1.0), np.float32(2.0))
    y = tf.random.uniform([1000], low, high).numpy()
    assert set(y.tolist()) == {1.0}


def test_half_precision() -> None:
    for x in (tf.random.normal([SIZE], dtype=tf.float16), tf.random.uniform([9], dtype="half")):
        assert x.dtype == tf.float16
    assert np.abs(np.mean(tf.random.normal([SIZE], dtype=tf.float16).numpy(), dtype=float)) < 0.05


@pytest.mark.parametrize(
    "draw",
    [
        lambda logits: tf.random.categorical(logits, SIZE),
        lambda logits: tf.random.stateless_categorical(logits, SIZE, seed=[1, 2]),
    ],
)
def test_categorical(draw: Any) -> None:
    p = np.array([[0.1, 0.0, 0.6, 0.3], [0.25, 0.25, 0.5, 0.0]])
    with np.errstate(divide="ignore"):
        logits = np.log(p) + np.array([[5.0], [-700.0]])
    found = draw(logits)
    assert found.dtype == tf.int64
    for row, chances in zip(found.numpy(), p, strict=True):
        counts = np.bincount(row, minlength=4)
        assert (counts[chances == 0] == 0).all()
        assert stats.chisquare(counts[chances > 0], chances[chances > 0] * SIZE).pvalue > 1e-6


def test_categorical_of_many_rows() -> None:
    # Only one class is possible in each row.
    logits = np.full((3000, 7), -np.inf)
    wanted = np.arange(3000) % 7
    logits[np.arange(3000), wanted] = 0.0
    found = tf.random.categorical(logits, 2, dtype=tf.int32)
    assert found.dtype == tf.int32
    np.testing.assert_array_equal(found, np.stack([wanted, wanted], 1))


def test_gamma_poisson_binomial() -> None:
    x = tf.random.gamma([SIZE], [0.5, 3.0], beta=2.0)
    y = tf.random.stateless_gamma([SIZE, 2], [1, 2], [0.5, 3.0], beta=2.0)
    for sample in (x, y):
        assert sample.shape == (SIZE, 2)
        for column, alpha in zip(sample.numpy().T, (0.5, 3.0), strict=True):
            assert distribution_fits(column, stats.gamma(alpha, scale=0.5).cdf)
    for n in (tf.random.poisson([SIZE], 4.0), tf.random.stateless_poisson([SIZE], [1, 2], 4.0)):
        assert abs(np.mean(n) - 4.0) < 6 * 2 / SIZE**0.5
        assert abs(np.var(n) - 4.0) < 0.4
    assert tf.random.poisson([2], 4.0, dtype=tf.int32).dtype == tf.int32
    for n in (
        tf.random.stateless_binomial([SIZE], [1, 2], 10, 0.25),
        RNG.binomial([SIZE], 10, 0.25),
    ):
        assert abs(np.mean(n) - 2.5) < 6 * 1.37 / SIZE**0.5
        assert n.numpy().max() <= 10


def test_shuffle_keeps_the_rows_and_their_gradients() -> None:
    x = tf.constant(np.arange(20.0).reshape(10, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.random.shuffle(x)
        z = y * tf.constant(np.arange(10.0)[:, None])
    assert sorted(y.numpy().tolist()) == x.numpy().tolist()
    assert y.numpy().tolist() != x.numpy().tolist()
    places = y.numpy()[:, 0].astype(int) // 2
    expected = np.zeros((10, 2))
    expected[places] = np.arange(10.0)[:, None]
    np.testing.assert_array_equal(tape.gradient(z, x), expected)
    again = tf.random.experimental.stateless_shuffle(x, [1, 2])
    assert sorted(again.numpy().tolist()) == x.numpy().tolist()
    assert tf.random.shuffle(3).numpy() == 3


@pytest.mark.parametrize("draw", [NORMAL[0], NORMAL[2], TRUNCATED[0], TRUNCATED[1]])
def test_mean_and_deviation_get_gradients(draw: Any) -> None:
    mean, deviation = tf.Variable([1.0, 2.0]), tf.Variable([[3.0]])
    with tf.GradientTape() as tape:
        y = draw([4, 2], mean, deviation)
    of_mean, of_deviation = tape.gradient(y, [mean, deviation])
    assert of_mean.numpy().tolist() == [4.0, 4.0]
    z = (y.numpy() - [1.0, 2.0]) / 3.0
    np.testing.assert_allclose(of_deviation, [[z.sum()]], rtol=1e-5)


def test_ends_of_an_interval_get_gradients() -> None:
    low, high = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.random.uniform([5], low, high)
    of_low, of_high = tape.gradient(y, [low, high])
    u = (y.numpy() - 1.0) / 2.0
    np.testing.assert_allclose([of_low, of_high], [(1 - u).sum(), u.sum()], rtol=1e-5)


def test_gamma_has_a_gradient_by_beta_only() -> None:
    alpha, beta = tf.Variable(2.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.random.gamma([3], alpha, beta)
    np.testing.assert_allclose(tape.gradient(y, beta), -np.sum(y) / 4.0, rtol=1e-5)
    with pytest.raises(tf.errors.MissingGradientError, match="shape parameter"):
        tape.gradient(y, alpha)


# Seeds


def several() -> list[list[float]]:
    """Draws with and without seeds of their own."""
    return [
        x.numpy().tolist()
        for x in (
            tf.random.normal([2]),
            tf.random.uniform([2]),
            tf.random.uniform([2], seed=1),
            tf.random.uniform([2], seed=1),
            tf.random.uniform([2], seed=2),
            tf.random.normal([2], seed=1),
            tf.random.shuffle([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], seed=1),
            tf.nn.dropout(tf.ones([20]), 0.5, seed=1),
        )
    ]


def test_a_global_seed_makes_everything_reproducible() -> None:
    tf.random.set_seed(1)
    first = several()
    tf.random.set_seed(1)
    assert several() == first
    tf.random.set_seed(2)
    second = several()
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_draws_differ_from_one_another() -> None:
    found = several()
    assert len({str(x) for x in found}) == len(found)


def test_streams_do_not_disturb_each_other() -> None:
    tf.random.set_seed(1)
    expected = [tf.random.uniform([3], seed=5).numpy() for _ in range(2)]
    tf.random.set_seed(1)
    tf.random.normal([7])
    got = [tf.random.uniform([3], seed=5).numpy()]
    tf.random.uniform([100], seed=6)
    got.append(tf.random.uniform([3], seed=5).numpy())
    np.testing.assert_array_equal(got, expected)


def test_seeds_may_be_negative_large_or_tensors() -> None:
    for seed in (-1, 2**70, np.int64(5), tf.constant(5)):
        tf.random.set_seed(seed)
        first = tf.random.normal([2], seed=seed)
        tf.random.set_seed(seed)
        np.testing.assert_array_equal(tf.random.normal([2], seed=seed), first)
    for call in (tf.random.set_seed, lambda s: tf.random.normal([1], seed=s)):
        with pytest.raises(TypeError, match=r"integer, not 1\.5"):
            call(1.5)


def test_without_a_seed_two_processes_differ() -> None:
    from tapegrad.ops.seeds import _generator

    assert _generator(None).random() != _generator(None).random()


def test_threads_share_a_stream_without_repeating() -> None:
    found: list[Any] = []

    def draw() -> None:
        found.extend(tf.random.uniform([50], dtype=tf.float64).numpy() for _ in range(20))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len({x for part in found for x in part.tolist()}) == 4 * 20 * 50


def test_stateless_draws_depend_on_both_words_of_the_seed() -> None:
    seeds = [[1, 2], [2, 1], [1, 3], [-1, 2]]
    found = [tf.random.stateless_uniform([3], s).numpy().tolist() for s in seeds]
    assert len({str(x) for x in found}) == 4
    assert tf.random.stateless_uniform([3], tf.constant([1, 2])).numpy().tolist() == found[0]
    parts = tf.random.split([1, 2], 3).numpy()
    assert parts.shape == (3, 2)
    assert len({tuple(p) for p in parts.tolist()}) == 3
    folded = [tf.random.fold_in([1, 2], i).numpy().tolist() for i in range(3)]
    assert len({tuple(f) for f in folded}) == 3


# Generators


def test_generators_of_one_seed_agree() -> None:
    a, b = tf.random.Generator.from_seed(5), tf.random.Generator.from_seed(5)
    for _ in range(3):
        np.testing.assert_array_equal(a.normal([4]), b.normal([4]))
    other = tf.random.Generator.from_seed(6)
    other.skip(12)
    assert other.normal([4]).numpy().tolist() != a.normal([4]).numpy().tolist()


def test_state_can_be_saved_and_restored() -> None:
    rng = tf.random.Generator.from_seed(5)
    rng.uniform([3])
    saved = rng.state.numpy()
    expected = rng.uniform([3]).numpy()
    rng.reset(saved)
    np.testing.assert_array_equal(rng.uniform([3]), expected)
    np.testing.assert_array_equal(
        tf.random.Generator.from_state(saved, "philox").uniform([3]), expected
    )
    assert rng.state.dtype == tf.int64
    assert not rng.state.trainable


def test_skipping_is_drawing() -> None:
    a, b = tf.random.Generator.from_seed(5), tf.random.Generator.from_seed(5)
    before = a.skip(6)
    b.normal([2, 3])
    np.testing.assert_array_equal(before, tf.random.create_rng_state(5, "philox"))
    np.testing.assert_array_equal(a.uniform([2]), b.uniform([2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="negative"):
        a.skip(-1)


def test_counter_carries_over() -> None:
    rng = tf.random.Generator.from_key_counter(3, [-1, 0], "philox")  # the largest low word
    rng.skip(1)
    assert rng.state.numpy().tolist() == [0, 1, 3]
    assert int(rng.key) == 3


def test_split_generators_are_independent() -> None:
    rng = tf.random.Generator.from_seed(5)
    parts = [rng, *rng.split(3)]
    found = {str(part.uniform([4]).numpy().tolist()) for part in parts}
    assert len(found) == 4
    assert rng.make_seeds(2).shape == (2, 2)


def test_full_range_integers() -> None:
    rng = tf.random.Generator.from_seed(1)
    for dtype in ("int8", "uint8", "int32", "uint64", "int64"):
        x = rng.uniform_full_int([2000], dtype).numpy()
        limits = np.iinfo(dtype)
        span = float(limits.max) - float(limits.min)
        assert x.dtype == dtype
        assert (x.astype(float).max() - x.astype(float).min()) > 0.98 * span
    full = rng.uniform([2000], minval=None, maxval=None, dtype=tf.int32).numpy()
    assert full.min() < -(2**30)
    assert full.max() > 2**30


def test_global_generator() -> None:
    rng = tf.random.Generator.from_seed(1)
    before = tf.random.get_global_generator()
    try:
        tf.random.set_global_generator(rng)
        assert tf.random.get_global_generator() is rng
    finally:
        tf.random.set_global_generator(before)


def test_generators_can_be_copied() -> None:
    rng = tf.random.Generator.from_non_deterministic_state()
    twin = tf.random.Generator(copy_from=rng)
    np.testing.assert_array_equal(rng.normal([3]), twin.normal([3]))
    assert twin.algorithm == rng.algorithm == tf.random.Algorithm.AUTO_SELECT.value
    for clone in (copy.deepcopy(rng), pickle.loads(pickle.dumps(rng))):
        np.testing.assert_array_equal(clone.normal([3]), twin.normal([3]))
        twin.reset(rng.state.numpy())


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (tf.random.Generator, ValueError, "from_seed"),
        (lambda: tf.random.Generator.from_state([1, 2], "philox"), ValueError, "3 integers"),
        (lambda: tf.random.Generator.from_seed(1, alg="dice"), ValueError, "'dice'.*philox"),
        (lambda: tf.random.normal([2], dtype=tf.int32), TypeError, r"tf\.random\.uniform"),
        (lambda: tf.random.normal([-1]), tf.errors.InvalidArgumentError, "-1"),
        (lambda: tf.random.normal([1.5]), tf.errors.InvalidArgumentError, r"1\.5"),
        (lambda: tf.random.uniform([1], dtype=tf.int32), ValueError, "maxval"),
        (lambda: tf.random.uniform([1], dtype=tf.complex64), ValueError, "complex64"),
        (lambda: tf.random.uniform([1], 5, 5, tf.int32), ValueError, "5 >= 5"),
        (lambda: tf.random.categorical([1.0], 1), ValueError, "matrix"),
        (lambda: tf.random.categorical(tf.zeros([2, 0]), 1), ValueError, "num_classes"),
        (lambda: tf.random.categorical([[1.0]], -1), ValueError, "nonnegative"),
        (lambda: tf.random.stateless_normal([1], 5), ValueError, r"shape \[2\]"),
        (lambda: tf.random.stateless_uniform([1], [1, 2], dtype=tf.int32), ValueError, "both"),
        (lambda: tf.random.poisson([1], -1.0), ValueError, "negative"),
        (lambda: tf.random.gamma([1], [1.0, 2.0], [1.0, 2.0, 3.0]), ValueError, "broadcast"),
        (lambda: tf.random.stateless_gamma([3], [1, 2], [1.0, 2.0]), ValueError, "end"),
        (lambda: tf.random.stateless_binomial([1], [1, 2], 3, 1.5), ValueError, "probs"),
    ],
)
def test_what_is_refused(call: Callable[[], object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


# Initializers


def test_constant_initializers() -> None:
    init = tf.initializers
    assert init.Zeros()([2], tf.int32).numpy().tolist() == [0, 0]
    assert init.Ones()([]).numpy() == 1.0
    assert init.Constant([[1, 2], [3, 4]])([2, 2]).numpy().tolist() == [[1, 2], [3, 4]]
    assert init.Identity(gain=2.0)([2, 3]).numpy().tolist() == [[2, 0, 0], [0, 2, 0]]
    assert tf.constant_initializer(5)([1]).numpy().tolist() == [5.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="3 values"):
        init.Constant([1, 2, 3])([2])
    with pytest.raises(ValueError, match="matrices"):
        init.Identity()([2])


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("GlorotUniform", (6 / (200 + 100)) ** 0.5),
        ("HeUniform", (6 / 200) ** 0.5),
        ("LecunUniform", (3 / 200) ** 0.5),
    ],
)
def test_uniform_scaling(name: str, limit: float) -> None:
    w = getattr(tf.initializers, name)(seed=1)([200, 100])
    assert distribution_fits(w, stats.uniform(-limit, 2 * limit).cdf)


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        ("GlorotNormal", (2 / (200 + 100)) ** 0.5),
        ("HeNormal", (2 / 200) ** 0.5),
        ("LecunNormal", (1 / 200) ** 0.5),
    ],
)
def test_normal_scaling(name: str, deviation: float) -> None:
    w = getattr(tf.initializers, name)(seed=1)([200, 100]).numpy()
    assert w.std() == pytest.approx(deviation, rel=0.02)
    assert np.abs(w).max() <= 2 * deviation / 0.87962566103423978 + 1e-6


def test_fans_of_filters() -> None:
    # A filter of 3 x 3 with 4 inputs and 8 outputs: 36 and 72 connections.
    w = tf.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=3)(
        [3, 3, 4, 800]
    )
    assert w.numpy().std() == pytest.approx((2 / (9 * 800)) ** 0.5, rel=0.03)
    bias = tf.initializers.LecunUniform(seed=3)([1000]).numpy()
    assert np.abs(bias).max() <= (3 / 1000) ** 0.5


def test_orthogonal_matrices() -> None:
    for shape in ([5, 3], [3, 5], [2, 2, 3]):
        q = tf.initializers.Orthogonal(gain=2.0, seed=1)(shape, tf.float64).numpy()
        q = q.reshape(-1, shape[-1]) / 2
        q = q if q.shape[0] >= q.shape[1] else q.T
        np.testing.assert_allclose(q.T @ q, np.eye(q.shape[1]), atol=1e-14)


def test_an_instance_repeats_itself_and_older_ones_do_not() -> None:
    for init in (tf.initializers.RandomNormal(seed=4), tf.initializers.GlorotUniform()):
        np.testing.assert_array_equal(init([2, 3]), init([2, 3]))
    assert (
        tf.initializers.GlorotUniform()([3]).numpy().tolist()
        != tf.initializers.GlorotUniform()([3]).numpy().tolist()
    )
    for older in (tf.random_normal_initializer(seed=4), tf.random_uniform_initializer(seed=4)):
        assert older([3]).numpy().tolist() != older([3]).numpy().tolist()


def test_initializers_from_their_configuration() -> None:
    for init in (
        tf.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=7),
        tf.initializers.HeNormal(seed=7),
        tf.initializers.TruncatedNormal(1.0, 2.0, seed=7),
        tf.constant_initializer(3.0),
    ):
        again = type(init).from_config(init.get_config())
        np.testing.assert_array_equal(again([3, 2]), init([3, 2]))
        assert repr(again) == repr(init)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"scale": 0.0}, "scale"), ({"mode": "fan"}, "'fan'"), ({"distribution": "x"}, "'x'")],
)
def test_variance_scaling_checks_its_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.initializers.VarianceScaling(**options)
