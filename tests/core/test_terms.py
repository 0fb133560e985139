"""Sparse derivatives by terms: against dense ones, on bands, grids and random programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.numpy as tnp
from tapegrad.core import assembly

RNG = np.random.default_rng(11)

BANDS: dict[str, Callable[[Any], Any]] = {
    "product": lambda x: x[1:] * x[:-1],
    "tridiagonal": lambda x: x[:-2] - 2.0 * x[1:-1] + x[2:] - tf.exp(x[1:-1]),
    "pentadiagonal": lambda x: x[:-4] * x[1:-3] + x[2:-2] / (1.5 + x[3:-1] ** 2) - x[4:],
    "periodic": lambda x: tf.roll(x, 1, 0) * x - tf.roll(x, -1, 0) ** 3,
    "periodic_by_joining": lambda x: tf.concat([x[-1:], x, x[:1]], 0)[2:] * x,
    "padded": lambda x: tf.pad(x, [[1, 0]])[:-1] * tf.sin(x),
    "zero_boundary": lambda x: tf.pad(2.0 * x, [[1, 1]])[2:] + x,
    "clamped": lambda x: x * tf.gather(x, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    "constant": lambda x: x[1:] - x[:-1],
    "meeting": lambda x: x * x[::-1] + x,
    "where": lambda x: tf.where(x > 0, x[::-1], x * x),
    "steps": lambda x: tf.floor(x) * x + tf.sign(x[::-1]),
    "scaled_by_one": lambda x: x[0] * x,
    "of_two_axes": lambda x: tf.reshape(x, [3, 4])[:, 1:] * tf.reshape(x, [3, 4])[:, :-1],
    "turned": lambda x: tf.transpose(tf.reshape(x, [3, 4])) * tf.reshape(x, [4, 3]),
    "broadcast": lambda x: tf.reshape(x[:4], [4, 1]) * x[None, 4:7],
    "rows": lambda x: tf.stack([x[:-1], x[1:], x[1:] * x[:-1]], axis=1),
    "clipped": lambda x: tf.nn.relu(x)[1:] * tf.abs(x)[:-1],
    "extremes": lambda x: tf.maximum(x[1:], x[:-1]) + tf.minimum(x[1:], 0.0),
    "sum_of_several": lambda x: tf.add_n([x[1:], x[:-1], x[1:] * 2.0]),
    "single_precision": lambda x: tf.cast(tf.cast(x, tf.float32), tf.float64) * x,
}


def dense(f: Callable[[Any], Any], x: Any) -> Any:
    found = tf.autodiff.jacobian(f, tf.constant(x)).numpy()
    return found.reshape(-1, x.size)


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
@pytest.mark.parametrize("name", BANDS)
def test_bands(name: str, mode: str | None) -> None:
    f = BANDS[name]
    x, elsewhere = RNG.standard_normal((2, 12))
    jacobian = tf.autodiff.SparseJacobian(f, x, mode)
    assert jacobian._assembly is not None
    for point in (x, elsewhere, x):
        found = jacobian(point)
        np.testing.assert_allclose(found.toarray(), dense(f, point), rtol=1e-6, atol=1e-12)
        found.data[:] = 0.0  # the caller's own


@pytest.mark.parametrize("name", ["product", "tridiagonal", "periodic", "constant"])
def test_the_dialect_of_numpy(name: str) -> None:
    f: dict[str, Callable[[Any], Any]] = {
        "product": lambda x: x[1:] * x[:-1],
        "tridiagonal": lambda x: x[:-2] - 2.0 * x[1:-1] + x[2:] - tnp.exp(x[1:-1]),
        "periodic": lambda x: tnp.roll(x, 1) * x - tnp.roll(x, -1) ** 3,
        "constant": lambda x: tnp.concatenate([x[1:] - x[:-1], x[:1]]),
    }
    x = RNG.standard_normal(9)
    jacobian = tf.autodiff.SparseJacobian(f[name], tnp.array(x))
    assert jacobian._assembly is not None
    expected = np.asarray(tnp.jacobian(f[name])(x))
    np.testing.assert_allclose(jacobian(tnp.array(x)).toarray(), expected, rtol=1e-12, atol=1e-14)


def test_sums_over_many_entries_are_left_to_products() -> None:
    for f in (lambda x: x / tf.reduce_sum(x), lambda x: tf.cumsum(x) * x):
        x = RNG.standard_normal(6)
        jacobian = tf.autodiff.SparseJacobian(f, x)
        assert jacobian._assembly is None
        np.testing.assert_allclose(jacobian(x).toarray(), dense(f, x), rtol=1e-12)


def test_zero_times_infinity() -> None:
    def f(x: Any) -> Any:
        return tf.where(x > 0, tf.sqrt(x) * x[::-1], 0.0)

    x = np.array([0.0, 4.0, 1.0, 2.0])
    jacobian = tf.autodiff.SparseJacobian(f, np.ones(4))
    assert jacobian._assembly is not None
    np.testing.assert_allclose(jacobian(x).toarray(), dense(f, x))
    assert np.isfinite(jacobian(x).toarray()).all()


def test_a_value_that_is_no_number_stays_one() -> None:
    jacobian = tf.autodiff.SparseJacobian(lambda x: x[1:] * x[:-1], np.ones(3))
    found = jacobian(np.array([1.0, np.nan, 2.0])).toarray()
    np.testing.assert_array_equal(found, [[np.nan, 1.0, 0.0], [0.0, 2.0, np.nan]])


def test_several_arguments_and_their_types() -> None:
    def f(a: Any, b: Any) -> Any:
        return a[1:] * b[:-1] + b[1:]

    a, b = RNG.standard_normal((2, 5)).astype(np.float32)
    jacobian = tf.autodiff.SparseJacobian(f, (a, b))
    found = jacobian((a, b))
    assert jacobian._assembly is not None
    assert found.dtype == np.float32
    whole = tf.autodiff.jacobian(f, (tf.constant(a), tf.constant(b)))
    np.testing.assert_allclose(found.toarray(), np.hstack([j.numpy() for j in whole]), rtol=1e-6)


def test_another_way_through_the_program() -> None:
    def f(x: Any) -> Any:
        return x[1:] * x[:-1] if x[0] > 0 else x[1:] * x[1:]

    jacobian = tf.autodiff.SparseJacobian(f, np.array([1.0, 2.0, 3.0]))
    for point in ([1.0, 2.0, 3.0], [-1.0, 2.0, 3.0], [4.0, 2.0, 3.0]):
        x = np.array(point)
        np.testing.assert_allclose(jacobian(x).toarray(), dense(f, x))


QUADRATIC = RNG.standard_normal(12)
SCALARS: dict[str, Callable[[Any], Any]] = {
    "rosenbrock": lambda x: tf.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2),
    "chain": lambda x: tf.reduce_sum(x[1:] * x[:-1] ** 3),
    "beam": lambda x: tf.reduce_sum((x[2:] - 2.0 * x[1:-1] + x[:-2]) ** 2),
    "ring": lambda x: tf.reduce_sum(tf.sin(x) * tf.roll(x, 1, 0)),
    "squares": lambda x: tf.reduce_sum(QUADRATIC * x * x),
    "product": lambda x: tf.reduce_sum(x[1:] * x[:-1]),
    "grid": lambda x: tf.reduce_sum(
        tf.tanh(tf.reshape(x, [3, 4])[1:] * tf.reshape(x, [3, 4])[:-1])
    ),
}


@pytest.mark.parametrize("name", SCALARS)
def test_hessians(name: str) -> None:
    f = SCALARS[name]
    x, elsewhere = RNG.standard_normal((2, 12))
    hessian = tf.autodiff.SparseHessian(f, x)
    assert hessian._assembly is not None
    for point in (x, elsewhere):
        whole = tf.autodiff.hessian(f, tf.constant(point)).numpy()
        np.testing.assert_allclose(hessian(point).toarray(), whole, rtol=1e-10, atol=1e-12)


def random_program(seed: int) -> Callable[[Any], Any]:
    """Values of one length, each of one or two before it."""
    rng = np.random.default_rng(seed)
    steps = [(int(rng.integers(8)), rng.random(2), int(rng.integers(-3, 4))) for _ in range(9)]
    order = rng.integers(0, 10, 10)

    def f(x: Any) -> Any:
        known = [x]
        for kind, (first, second), shift in steps:
            a, b = known[int(first * len(known))], known[int(second * len(known))]
            known.append(
                [
                    lambda a, b: a * b,
                    lambda a, b: a - 0.5 * b,
                    lambda a, b: tf.tanh(a),
                    lambda a, b, s=shift: tf.roll(a, s, 0),
                    lambda a, b: tf.concat([a[3:], b[:3]], 0),
                    lambda a, b: tf.pad(a[2:], [[1, 1]]),
                    lambda a, b: tf.gather(a, order),
                    lambda a, b: tf.where(b > 0, a, b),
                ][kind](a, b)
            )
        return known[-1] + known[-2]

    return f


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "_BLOCK", 3)
    f = random_program(seed)
    x, elsewhere = np.random.default_rng(seed).standard_normal((2, 10))
    jacobian = tf.autodiff.SparseJacobian(f, x)
    for point in (x, elsewhere):
        np.testing.assert_allclose(
            jacobian(point).toarray(), dense(f, point), rtol=1e-10, atol=1e-12
        )


def places_of(pieces: list[tuple[Any, Any]]) -> list[tuple[int, int]]:
    numbers = np.arange(500)
    return sorted(
        (int(r), int(p)) for of, to in pieces for r, p in zip(numbers[of], numbers[to], strict=True)
    )


@pytest.mark.parametrize("block", [1, 2, 5, 8192])
def test_pieces_are_all_places_once(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "_BLOCK", block)
    rng = np.random.default_rng(block)
    for _ in range(200):
        n = int(rng.integers(0, 40))
        rows = np.arange(n) * rng.integers(1, 4) + 2
        places = np.arange(n) * rng.choice([-3, -1, 1, 2, 3]) + 130
        if n > 5:
            k = int(rng.integers(0, n))
            places[k:] += 200
            rows[k:] += rng.integers(0, 2)
        if rng.random() < 0.3:
            places = rng.permutation(90)[:n]
        expected = sorted(zip(rows.tolist(), places.tolist(), strict=True))
        assert places_of(assembly._pieces(rows, places)) == expected
