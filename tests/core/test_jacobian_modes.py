"""Jacobians by rows and by columns: which is taken, that they agree, what they cost in memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import jacobians

RNG = np.random.default_rng(5)
X = RNG.standard_normal(3)
W = RNG.standard_normal((7, 3))


@pytest.fixture
def modes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which sweeps ran."""
    seen: list[str] = []

    def noting(name: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(jacobians, "sweep", noting("reverse", jacobians.sweep))
    monkeypatch.setattr(jacobians, "push_through", noting("forward", jacobians.push_through))
    return seen


def differences(f: Any, x: np.ndarray, h: float = 1e-6) -> np.ndarray:
    """The Jacobian by central differences."""
    columns = []
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = h
        high, low = f(x + step.reshape(x.shape)), f(x - step.reshape(x.shape))
        columns.append((high - low) / (2 * h))
    shape = np.shape(columns[0])
    return np.moveaxis(
        np.array(columns).reshape((*x.shape, *shape)), range(x.ndim), range(-x.ndim, 0)
    )


def tall(x: Any, w: Any = W) -> Any:
    return tf.tanh(tf.linalg.matvec(tf.convert_to_tensor(w), x)) * tf.reduce_sum(x * x)


def test_more_outputs_than_inputs_take_forward_mode(modes: list[str]) -> None:
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tall(x)
    j = tape.jacobian(y, x)
    assert modes == ["forward"]
    expected = differences(lambda v: tall(tf.constant(v)).numpy(), X)
    np.testing.assert_allclose(j.numpy(), expected, rtol=1e-7, atol=1e-8)


def test_more_inputs_than_outputs_take_reverse_mode(modes: list[str]) -> None:
    w = tf.constant(W)
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tall(tf.constant(X), w)
    j = tape.jacobian(y, w)
    assert modes == ["reverse"]
    expected = differences(lambda v: tall(tf.constant(X), v).numpy(), W)
    np.testing.assert_allclose(j.numpy(), expected, rtol=1e-7, atol=1e-8)


def test_forward_mode_of_several_sources_at_once(modes: list[str]) -> None:
    """Unconnected ones, one given twice, one that stands between another and the target."""
    a, b, lonely = tf.constant([1.0, 2.0]), tf.Variable(3.0), tf.constant([4.0])
    with tf.GradientTape() as tape:
        tape.watch([a, lonely])
        between = a * b
        y = tf.concat([between * between, tf.sin(a), a, a * 5.0], axis=0)
    got = tape.jacobian(y, {"a": a, "rest": [b, lonely, a], "between": between})
    assert modes == ["forward"]
    assert got["rest"][1] is None
    va, vb = np.array([1.0, 2.0]), 3.0
    eye = np.eye(2)
    of_a = np.concatenate([np.diag(2 * va * vb**2), np.diag(np.cos(va)), eye, 5 * eye])
    np.testing.assert_allclose(got["a"].numpy(), of_a, rtol=1e-6)
    np.testing.assert_array_equal(got["rest"][2].numpy(), got["a"].numpy())
    of_b = np.concatenate([2 * va**2 * vb, np.zeros(6)])
    np.testing.assert_allclose(got["rest"][0].numpy(), of_b, rtol=1e-6)
    of_between = np.concatenate([np.diag(2 * va * vb), np.zeros((6, 2))])
    np.testing.assert_allclose(got["between"].numpy(), of_between, rtol=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_chunks_do_not_change_the_answer(rows: int, mode: str) -> None:
    x, w = tf.constant(X), tf.constant(W)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, w])
        y = tall(x, w)
    whole = jacobians.jacobian(tape, y, [x, w], None, mode)
    parts = jacobians.jacobian(tape, y, [x, w], rows, mode)
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-13)


def test_a_custom_gradient_is_always_pulled_back(modes: list[str]) -> None:
    """Its rule is about cotangents, and need not be the derivative of anything."""

    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return x * x, lambda g: tf.constant(np.clip((2.0 * g * x).numpy(), -1.0, 1.0))

    x = tf.constant([0.25, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.concat([clipped(x), x, x], axis=0)
    expected = np.concatenate([np.diag([0.5, 1.0]), np.eye(2), np.eye(2)])
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy(), expected)
    assert modes == ["reverse"]


def test_a_custom_gradient_beside_the_way_does_not_matter(modes: list[str]) -> None:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        tf.grad_pass_through(tf.round)(x)
        y = tf.concat([x * x, x], axis=0)
    expected = np.concatenate([np.diag([2.0, 4.0]), np.eye(2)])
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy(), expected)
    assert modes == ["forward"]


def test_complex_targets_and_sources_are_pulled_back(modes: list[str]) -> None:
    x = tf.constant([1.0 + 2.0j])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.concat([x * x, tf.math.conj(x)], axis=0)
        size = tf.concat([tf.abs(x), tf.math.real(x)], axis=0)
    # Cotangents are conjugated: of a holomorphic function, the conjugate of its derivative.
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), [[2 - 4j], [1]], rtol=1e-12)
    expected = [[(1 + 2j) / np.sqrt(5)], [1]]
    np.testing.assert_allclose(tape.jacobian(size, x).numpy(), expected, rtol=1e-12)
    assert set(modes) == {"reverse"}


def test_complex_numbers_on_the_way_do_not_matter(modes: list[str]) -> None:
    """A real signal, filtered in the frequency domain: a convolution, whose matrix is known."""
    x = tf.constant(X)
    response = np.fft.rfft([1.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        padded = tf.concat([x, tf.zeros([5], tf.float64)], axis=0)
        y = tf.signal.irfft(tf.signal.rfft(padded) * tf.constant(response))
    kernel = np.array([1.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0])
    expected = np.stack([np.roll(kernel, k) for k in range(3)], axis=1)
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), expected, rtol=1e-12, atol=1e-12)
    assert modes == ["forward"]


def test_control_flow_and_variables(modes: list[str]) -> None:
    v = tf.Variable(X)

    def f() -> Any:
        x = v * 1.0
        for _ in range(3):
            x = tf.cond(tf.reduce_sum(x) > 0.0, lambda x=x: x * v, lambda x=x: tf.sin(x) - v)
        return tf.concat([x, tf.reverse(x, [0]) * v], axis=0)

    with tf.GradientTape(persistent=True) as tape:
        y = f()
    v.assign(X * 0.0)  # the tape keeps what was read
    j = tape.jacobian(y, v)
    assert modes == ["forward"]

    def at(values: np.ndarray) -> np.ndarray:
        v.assign(values)
        return f().numpy()

    np.testing.assert_allclose(j.numpy(), differences(at, X), rtol=1e-6, atol=1e-7)


def test_rows_of_a_table_that_were_gathered(modes: list[str]) -> None:
    table = tf.Variable(tf.reshape(tf.range(4.0), [2, 2]))
    with tf.GradientTape() as tape:
        y = tf.gather(table, [1, 1, 0]) * 2.0
    j = tape.jacobian(y, table).numpy()
    assert modes == ["forward"]
    expected = np.zeros((3, 2, 2, 2))
    for k, row in enumerate([1, 1, 0]):
        expected[k, [0, 1], row, [0, 1]] = 2.0
    np.testing.assert_array_equal(j, expected)


def test_recorded_forward_jacobians_are_differentiable(modes: list[str]) -> None:
    """A tape outside, and forward mode outside, around a Jacobian in forward mode."""
    x = tf.constant(X)

    def norm(v: np.ndarray) -> np.ndarray:
        with tf.GradientTape() as tape:
            c = tf.constant(v)
            tape.watch(c)
            y = tall(c)
        return np.sum(np.sin(tape.jacobian(y, c).numpy()))

    def taped() -> Any:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tall(x)
        return tf.reduce_sum(tf.sin(inner.jacobian(y, x)))

    with tf.GradientTape() as outer:
        outer.watch(x)
        total = taped()
    expected = differences(norm, X)
    np.testing.assert_allclose(outer.gradient(total, x).numpy(), expected, rtol=1e-6)
    direction = RNG.standard_normal(3)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(direction)) as accumulator:
        total = taped()
    pushed = accumulator.jvp(total).numpy()
    np.testing.assert_allclose(pushed, expected @ direction, rtol=1e-6)
    assert set(modes) >= {"forward"}


def test_third_order_of_a_map_into_a_larger_space() -> None:
    """``x_i^3`` three times over: the third derivative is 6 where all indices agree."""
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as t3:
        t3.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            with tf.GradientTape() as t1:
                t1.watch(x)
                y = tf.concat([x * x * x] * 3, axis=0)
            j = t1.jacobian(y, x)
        h = t2.jacobian(j, x)
    t = t3.jacobian(h, x).numpy()
    expected = np.zeros((6, 2, 2, 2))
    for k in range(6):
        expected[k, k % 2, k % 2, k % 2] = 6.0
    np.testing.assert_array_equal(t, expected)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_infinite_slopes_stay_where_they_are(mode: str) -> None:
    """No ``0 * inf`` in the places where a Jacobian is zero."""
    x = tf.constant([0.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = 1.0 / x
    (j,) = jacobians.jacobian(tape, y, [x], None, mode)
    np.testing.assert_array_equal(j.numpy(), [[-np.inf, 0.0], [0.0, -0.0625]])


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("recorded", [False, True])
def test_the_branch_not_taken_passes_nothing(mode: str, recorded: bool) -> None:
    x = tf.constant([0.0, 4.0])
    with tf.GradientTape(persistent=True) as outer:
        if recorded:
            outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            root = tf.where(x > 0.0, tf.math.log(x) * x, 1.0)
            y = tf.concat([root, root * x], axis=0)
        (j,) = jacobians.jacobian(tape, y, [x], None, mode)
    log = np.log(4.0)
    expected = [[0, 0], [0, log + 1], [1, 0], [0, 8 * log + 4]]
    np.testing.assert_allclose(j.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("rows", [None, 1, 2])
def test_batches_with_fewer_inputs_take_forward_mode(modes: list[str], rows: int | None) -> None:
    x = tf.constant(RNG.standard_normal((5, 3)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.tanh(x @ tf.constant(W.T)) * tf.reduce_sum(x, axis=1, keepdims=True)
        pairs = tf.expand_dims(y, 1) * tf.expand_dims(x, 2)
    j = tape.batch_jacobian(y, x, parallel_iterations=rows)
    assert modes[0] == "forward"
    assert modes.count("reverse") == 1  # the look for examples that mix
    whole = tape.jacobian(y, x).numpy()
    np.testing.assert_allclose(j.numpy(), np.einsum("bibj->bij", whole), rtol=1e-12)
    j = tape.batch_jacobian(pairs, x, parallel_iterations=rows)
    assert j.shape == (5, 3, 7, 3)
    whole = tape.jacobian(pairs, x).numpy()
    np.testing.assert_allclose(j.numpy(), np.einsum("bikbj->bikj", whole), rtol=1e-12)


@pytest.mark.parametrize("strength", [1.0, 1e-6])
def test_batches_that_mix_add_up_the_rows_in_any_case(strength: float) -> None:
    """As TensorFlow does, which knows reverse mode only."""
    x = tf.constant(RNG.standard_normal((4, 2)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        mixed = x * x + strength * tf.sin(x[:1]) * x
        y = tf.concat([mixed, x, mixed * x, tf.exp(x)], axis=1)
    expected = tape.jacobian(y, x).numpy().sum(axis=0).transpose(1, 0, 2)
    np.testing.assert_allclose(tape.batch_jacobian(y, x).numpy(), expected, rtol=1e-12)


def test_forward_batches_are_differentiable() -> None:
    """``x_i^3``, four times over, in each example."""
    x = tf.constant([[2.0, 3.0], [4.0, 5.0]])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.tile(x * x * x, [1, 4])
        j = tape.batch_jacobian(y, x)
    expected = np.stack([np.tile(np.diag(3 * row**2), (4, 1)) for row in x.numpy()])
    np.testing.assert_allclose(j.numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(outer.gradient(j, x).numpy(), 24 * x.numpy(), rtol=1e-6)


def test_dtypes_of_both_ends() -> None:
    x = tf.constant([1.0, 2.0], tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.tile(tf.cast(x, tf.float64) ** 2, [2])
    for mode in ("forward", "reverse"):
        (j,) = jacobians.jacobian(tape, y, [x], None, mode)
        assert j.dtype == tf.float32
        np.testing.assert_array_equal(j.numpy(), [[2, 0], [0, 4], [2, 0], [0, 4]])


def test_empty_ends(modes: list[str]) -> None:
    x, nothing = tf.constant([1.0, 2.0]), tf.zeros([0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, nothing])
        y = tf.concat([x, nothing, x], axis=0)
        empty = x[:0] * 2.0
    assert tape.jacobian(y, nothing).shape == (4, 0)
    assert tape.jacobian(empty, x).shape == (0, 2)
    assert tape.jacobian(empty, nothing) is None
    assert set(modes) == {"forward", "reverse"}


@pytest.mark.parametrize("outputs", [40, 400])
def test_parallel_iterations_bound_the_memory(outputs: int) -> None:
    """A long vector in the middle: each row or column in flight costs a few of them."""
    middle, inputs = 50_000, 200
    x = tf.constant(RNG.standard_normal(inputs))
    spread = tf.constant(RNG.integers(0, inputs, middle))
    folded = tf.constant(RNG.integers(0, outputs, middle))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.math.unsorted_segment_sum(tf.sin(tf.gather(x, spread)), folded, outputs)
    result = outputs * inputs * 8

    def peak(rows: int) -> int:
        tracemalloc.start()
        try:
            tape.jacobian(y, x, parallel_iterations=rows)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    few, many = peak(2), peak(32)
    assert few < 3 * result + 2 * 6 * middle * 8
    assert few < many / 5


@pytest.mark.parametrize("seed", range(6))
def test_symbolic_seeds_of_random_layers(seed: int) -> None:
    """Matrices in every position and orientation, against one row at a time."""
    rng = np.random.default_rng(seed)
    x = tf.constant(rng.standard_normal((4, 3)))
    a, b = rng.standard_normal((4, 4)), rng.standard_normal((3, 3))
    forms = [
        lambda x: tf.tanh(x @ b),
        lambda x: tf.sin(tf.matmul(a, x)) / 3.0,
        lambda x: -tf.matmul(x, b, transpose_b=True),
        lambda x: tf.matmul(a, x, transpose_a=True) * 2.0,
        lambda x: tf.transpose(tf.matmul(x, a, transpose_a=True)),
        lambda x: tf.einsum("ij,kj->ik", x, tf.constant(b)),
        lambda x: tf.transpose(tf.einsum("ij,ki->jk", x, tf.constant(a))),
        lambda x: x - tf.reduce_sum(x, axis=1, keepdims=True),
        lambda x: tf.reshape(tf.exp(x), [4, 3]) * x,
        lambda x: x * tf.constant(rng.standard_normal((4, 1))),
    ]
    first, second = rng.integers(0, len(forms), 2)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = forms[second](forms[first](x))
    rows = []
    for k in range(12):
        g = np.zeros(12)
        g[k] = 1.0
        seed_of_row = tf.constant(g.reshape(4, 3))
        rows.append(tape.gradient(y, x, output_gradients=seed_of_row).numpy())
    expected = np.array(rows).reshape(4, 3, 4, 3)
    for mode in ("forward", "reverse"):
        for chunk in (None, 5):
            (j,) = jacobians.jacobian(tape, y, [x], chunk, mode)
            np.testing.assert_allclose(j.numpy(), expected, rtol=1e-12, atol=1e-13)
    of_batch = tape.batch_jacobian(y, x).numpy()
    np.testing.assert_allclose(of_batch, expected.sum(axis=0).transpose(1, 0, 2), atol=1e-13)
