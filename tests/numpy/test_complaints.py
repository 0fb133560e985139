"""What users of other libraries complained about, asked of both dialects.

The derivatives at kinks are conventions of the numerical policy; all others follow from formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

INF = math.inf


def of_tensors(f: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Gradients by a tape of the first dialect."""
    sources = [tf.constant(a, tf.float64) for a in arguments]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [g.numpy() for g in tape.gradient(y, sources)]


def of_arrays(f: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Gradients by the NumPy dialect's `grad`."""
    sources = [np.array(a, float) for a in arguments]
    found = np.grad(lambda *x: np.sum(f(*x)), argnums=tuple(range(len(sources))))(*sources)
    return [numpy.asarray(g) for g in found]


SINGULAR = {
    "where beside sqrt": (
        lambda x: np.where(x > 0, np.sqrt(x), x),
        lambda x: tf.where(x > 0, tf.sqrt(x), x),
        ([-1.0, 0.0, 4.0],),
        ([1.0, 1.0, 0.25],),
    ),
    "norm of zeros": (np.linalg.norm, tf.norm, ([0.0, 0.0],), ([0.0, 0.0],)),
    "nothing times a root": (lambda x: np.sqrt(x) * 0, lambda x: tf.sqrt(x) * 0, (0.0,), (0.0,)),
    "0**0": (lambda x: x**0, lambda x: x**0.0, (0.0,), (0.0,)),
    "0**1": (lambda x: x**1, lambda x: x**1.0, (0.0,), (1.0,)),
    "0**1.5": (lambda x: x**1.5, lambda x: x**1.5, (0.0,), (0.0,)),
    "exponent of 0": (lambda x, p: x**p, lambda x, p: x**p, (0.0, 2.0), (0.0, 0.0)),
    "abs(0)": (np.abs, tf.abs, (0.0,), (0.0,)),
    "logaddexp": (np.logaddexp, lambda x, y: tf.reduce_logsumexp([x, y]), (-INF, 1.0), (0.0, 1.0)),
    "all -inf": (
        np.logaddexp.reduce,
        tf.reduce_logsumexp,
        ([-INF, -INF],),
        ([0.0, 0.0],),
    ),
}


@pytest.mark.parametrize("name", SINGULAR)
def test_singular_points(name: str) -> None:
    ours, theirs, at, expected = SINGULAR[name]
    numpy.testing.assert_allclose(numpy.hstack(of_arrays(ours, *at)), numpy.hstack(expected))
    numpy.testing.assert_allclose(numpy.hstack(of_tensors(theirs, *at)), numpy.hstack(expected))


def test_the_second_derivative_of_a_square_at_zero() -> None:
    assert np.hessian(lambda x: x**2)(np.array(0.0)).item() == 2.0
    x = tf.constant(0.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**2
        slope = inner.gradient(y, x)
    assert outer.gradient(slope, x).numpy() == 2.0


MIXED: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "ones * t": (lambda x: numpy.ones(2) * x, [1.0, 1.0]),
    "t * ones": (lambda x: x * numpy.ones(2), [1.0, 1.0]),
    "float64 * t": (lambda x: numpy.float64(2) * x, [2.0, 2.0]),
    "array @ t": (lambda x: numpy.array([[1.0, 2.0], [3.0, 4.0]]) @ x, [4.0, 6.0]),
    "t @ array": (lambda x: x @ numpy.array([[1.0, 2.0], [3.0, 4.0]]), [3.0, 7.0]),
    "stack": (lambda x: numpy.stack([x, 2.0 * x]), [3.0, 3.0]),
    "concatenate": (lambda x: numpy.concatenate([numpy.ones(1), x, x]), [2.0, 2.0]),
    "mean": (numpy.mean, [0.5, 0.5]),
    "where": (lambda x: numpy.where(numpy.array([True, False]), x, 0.0), [1.0, 0.0]),
    "einsum": (lambda x: numpy.einsum("i,i", x, numpy.array([3.0, 4.0])), [3.0, 4.0]),
}


@pytest.mark.parametrize("name", MIXED)
def test_functions_of_numpy_itself(name: str) -> None:
    f, expected = MIXED[name]
    assert of_arrays(f, [1.0, 2.0])[0].tolist() == expected
    tensor = lambda x: tf.reduce_sum(f(x))  # noqa: E731 - beside the other
    if "@" not in name:  # tf's tensors of one axis have no product, as in TensorFlow
        assert of_tensors(tensor, [1.0, 2.0])[0].tolist() == expected


def test_results_written_elsewhere() -> None:
    def f(x: Any) -> Any:
        out = np.zeros(2)
        assert numpy.add(x, numpy.ones(2), out=out) is out
        return np.sum(out * x)

    assert np.grad(f)(np.array([1.0, 2.0])).tolist() == [3.0, 5.0]
    with pytest.raises(TypeError, match=r"np\.zeros\(\(2,\)\)"):
        np.grad(lambda x: np.sum(numpy.add(x, 1.0, out=numpy.zeros(2))))(np.array([1.0, 2.0]))


def test_python_rounds_elements() -> None:
    x = np.array([0.256, 1.5])
    for rounded in (round(x[0], 1), round(x, 1)[0], round(x[0] * 100.0, -1) / 100.0):
        assert isinstance(rounded, np.ndarray)
        assert rounded.item() == pytest.approx(0.3, abs=0.01)
    assert round(x).tolist() == [0.0, 2.0]
    assert np.grad(lambda x: np.sum(x * round(x, 1)))(x).tolist() == [0.3, 1.5]


@pytest.mark.parametrize("x", [3, True, [1, 2], numpy.array([1, 2], numpy.uint8)])
def test_integers_have_no_gradient(x: Any) -> None:
    with pytest.raises(TypeError, match=r"np\.asarray\(x, float\)"):
        np.grad(lambda x: np.sum(x * x))(x)


def test_equal_eigenvalues() -> None:
    eye = np.eye(3)
    assert np.grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(eye).tolist() == (2 * eye).tolist()
    singular = np.grad(lambda a: np.sum(np.linalg.svdvals(a)))(eye)
    numpy.testing.assert_allclose(numpy.asarray(singular), numpy.eye(3), atol=1e-12)
    # A projector on both vectors of an eigenvalue does not depend on which two they are.
    spectrum = numpy.diag([1.0, 1.0, 3.0])

    def projected(a: Any) -> Any:
        vectors = np.linalg.eigh((a + a.T) / 2).eigenvectors[:, :2]
        return np.sum((vectors @ vectors.T) * np.array(numpy.arange(9.0).reshape(3, 3)))

    gradient = numpy.asarray(np.grad(projected)(np.array(spectrum)))
    along = numpy.array([[0.3, 0.1, 0.7], [0.1, -0.4, 0.2], [0.7, 0.2, 0.5]])
    difference = [float(projected(np.array(spectrum + h * along))) for h in (1e-6, -1e-6)]
    slope = (difference[0] - difference[1]) / 2e-6
    assert numpy.sum(gradient * along) == pytest.approx(slope, rel=1e-6)


def test_results_with_names() -> None:
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    for name, fields in {
        "eig": "eigenvalues eigenvectors",
        "eigh": "eigenvalues eigenvectors",
        "qr": "Q R",
        "slogdet": "sign logabsdet",
        "svd": "U S Vh",
    }.items():

        def f(a: Any, name: str = name, fields: str = fields) -> Any:
            found = getattr(np.linalg, name)(a)
            first, *_ = found
            named = getattr(found, fields.split(maxsplit=1)[0])
            assert numpy.array_equal(first._value, named._value)
            return np.sum(np.real(getattr(found, fields.split()[1 if name != "eig" else 0])))

        theirs = getattr(numpy.linalg, name)(numpy.array([[2.0, 1.0], [1.0, 3.0]]))
        assert type(getattr(np.linalg, name)(a)).__name__ == type(theirs).__name__
        assert np.all(np.isfinite(np.grad(f)(a)))


def test_hessian_products_through_factors_and_solutions() -> None:
    a, b = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])

    def f(s: Any) -> Any:
        factor = np.linalg.cholesky(a * s)
        return np.sum(np.log(np.diagonal(factor))) + b @ np.linalg.solve(a * s, b)

    # log det(s a) / 2 + b a^-1 b / s
    expected = -1.0 / 4.0 + 2 * float(b @ np.linalg.solve(a, b)) / 8.0
    found = np.hvp(f, (np.array(2.0),), (np.array(1.0),))[0]
    assert found.item() == pytest.approx(expected)


def test_a_tall_jacobian() -> None:
    a = np.array(numpy.random.default_rng(0).normal(size=(1000, 10)))
    x = np.ones(10)
    slope = 1 - numpy.tanh(numpy.asarray(a @ x)) ** 2
    jacobian = np.jacobian(lambda x: np.tanh(a @ x))(x)
    numpy.testing.assert_allclose(numpy.asarray(jacobian), slope[:, None] * numpy.asarray(a))


def test_complex_numbers_on_the_way() -> None:
    x = np.array([1.0, 2.0, 3.0])
    energy = np.grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(x)
    numpy.testing.assert_allclose(numpy.asarray(energy), 6.0 * numpy.asarray(x))
    z = np.array([1.0 + 2.0j])
    steepest = np.grad(lambda z: np.sum(np.abs(z) ** 2))(z)
    assert steepest.tolist() == [2.0 + 4.0j]


@pytest.mark.parametrize(
    "convert",
    [
        np.asarray,
        lambda x: np.array(x, copy=True),
        lambda x: np.asarray(x, copy=True),
        lambda x: np.asarray([x[0], x[1]]),
        lambda x: np.asarray(x, dtype=numpy.float32),
        lambda x: numpy.asarray([x[0], x[1]], like=x),
        numpy.copy,
        lambda x: x.astype(numpy.float32),
    ],
)
def test_conversions_keep_the_tape(convert: Callable[[Any], Any]) -> None:
    assert of_arrays(lambda x: convert(x) ** 2, [1.0, 2.0])[0].tolist() == [2.0, 4.0]
