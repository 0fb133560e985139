"""Matrices and transforms: types, stacks, nothing at all, and places where derivatives end."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

RNG = numpy.random.default_rng(3)
STACK = RNG.normal(size=(2, 3, 3)) + 3 * numpy.eye(3)

#: Every function of one matrix or signal, by its module.
LINALG = (
    "cholesky cond det diagonal eig eigh eigvals eigvalsh inv matrix_norm matrix_transpose norm "
    "pinv qr slogdet svd svdvals trace vector_norm"
).split()
FFT = [name for name in numpy.fft.__all__ if "freq" not in name]
FUNCTIONS = [("linalg", n) for n in LINALG] + [("fft", n) for n in FFT]


def parts(found: Any) -> list[Any]:
    return list(found) if isinstance(found, tuple) else [found]


def total(found: Any) -> Any:
    floating = [p for p in parts(found) if p.dtype.kind in "fc"]
    return sum(np.sum(np.real(p)) + np.sum(np.imag(p)) for p in floating)


def argument(name: str, shape: tuple[int, ...], dtype: Any) -> Any:
    x = STACK.astype(dtype) if shape == (2, 3, 3) else numpy.zeros(shape, dtype)
    if shape == (3, 3):
        x = STACK[0].astype(dtype)
    return x @ x.swapaxes(-1, -2) if name == "cholesky" else x


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (0, 3, 3), (0, 0), (2, 0, 0)])
@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_float32_stays_float32(module: str, name: str, shape: tuple[int, ...]) -> None:
    if name == "norm" and len(shape) == 3:
        shape = (3, 3)
    x = argument(name, shape, numpy.float32)
    function = getattr(getattr(np, module), name)
    try:
        theirs = getattr(getattr(numpy, module), name)(x)
    except (ValueError, numpy.linalg.LinAlgError) as error:
        with pytest.raises(type(error)):
            function(np.array(x))
        return
    for a, b in zip(parts(function(np.array(x))), parts(theirs), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
    gradient = np.grad(lambda x: total(function(x)))(x)
    assert (gradient.dtype, gradient.shape) == (numpy.float32, x.shape)
    assert numpy.isfinite(gradient._value).all()
    exact = np.grad(lambda x: total(function(x)))(x.astype(numpy.float64))
    numpy.testing.assert_allclose(gradient._value, exact._value, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", ["inv", "det", "eigvalsh", "svdvals", "pinv", "slogdet", "qr"])
def test_jacobians_of_stacks_are_those_of_single_matrices(name: str) -> None:
    function = getattr(np.linalg, name)

    def one(x: Any) -> Any:
        return parts(function(x))[-1]

    whole = np.jacobian(one)(STACK)._value
    for k in range(2):
        single = np.jacobian(one)(STACK[k])._value
        index = (k, *[slice(None)] * (single.ndim - 2), k)
        numpy.testing.assert_allclose(whole[index], single, rtol=1e-9, atol=1e-12)
        assert not whole[(k, *[slice(None)] * (single.ndim - 2), 1 - k)].any()


@pytest.mark.parametrize("x", [numpy.eye(3), numpy.zeros((3, 3)), numpy.ones((3, 3))])
def test_equal_eigenvalues_and_singular_values(x: Any) -> None:
    squares = np.grad(lambda x: np.sum(np.linalg.eigvalsh(x) ** 2))(x)._value
    numpy.testing.assert_allclose(squares + squares.T, 4 * x, atol=1e-12)
    sums = np.grad(lambda x: np.sum(np.linalg.eigh(x).eigenvalues))(x)._value
    numpy.testing.assert_allclose(sums, numpy.eye(3), atol=1e-12)
    frobenius = np.grad(lambda x: np.sum(np.linalg.svd(x).S ** 2))(x)._value
    numpy.testing.assert_allclose(frobenius, 2 * x, atol=1e-12)
    for function in (np.linalg.svd, np.linalg.eigh):
        gradient = np.grad(lambda x, f=function: total(f(x)))(x)
        assert numpy.isfinite(gradient._value).all()


@pytest.mark.parametrize("order", [None, 1, 2, 3, 0.5, numpy.inf, "fro", "nuc"])
def test_norms_have_the_gradient_zero_at_zero(order: Any) -> None:
    x = numpy.zeros((2, 2)) if isinstance(order, str) else numpy.zeros(3)
    assert not np.grad(lambda x: np.linalg.norm(x, order))(x)._value.any()
    assert not np.grad(lambda x: np.linalg.norm(x * (1 + 1j), order))(x)._value.any()


def test_norms_of_huge_and_tiny_vectors_do_not_overflow() -> None:
    for size in (1e200, 1e-200):
        x = numpy.array([3.0, 4.0]) * size
        numpy.testing.assert_allclose(float(np.linalg.norm(np.array(x))), 5 * size)
        numpy.testing.assert_allclose(np.grad(np.linalg.norm)(x)._value, [0.6, 0.8])


def test_matrices_near_singular_ones_are_solved_as_by_numpy() -> None:
    hilbert = 1 / (numpy.arange(14)[:, None] + numpy.arange(14) + 1.0)
    numpy.testing.assert_array_equal(
        np.linalg.inv(np.array(hilbert))._value, numpy.linalg.inv(hilbert)
    )
    ones = numpy.ones(14)
    numpy.testing.assert_array_equal(
        np.linalg.solve(np.array(hilbert), ones)._value, numpy.linalg.solve(hilbert, ones)
    )
    assert np.grad(lambda b: np.linalg.solve(hilbert, b).sum())(ones).shape == (14,)
    with pytest.raises(np.linalg.LinAlgError, match=r"np\.linalg\.pinv"):
        np.linalg.inv(np.ones((2, 2)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.linalg\.pinv"):
        tf.linalg.inv(hilbert)


def test_gradients_of_what_has_no_factors() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="linearly dependent"):
        np.grad(lambda x: np.linalg.qr(np.outer(x, x)).R.sum())(numpy.arange(1.0, 4.0))
    with pytest.raises(TypeError, match="'raw' has no derivative"):
        np.grad(lambda x: np.linalg.qr(x, "raw")[0].sum())(numpy.eye(3))


def test_a_pseudo_inverse_that_drops_a_singular_value() -> None:
    x = numpy.diag([4.0, 1.0]) + 0.1

    def value(x: Any) -> Any:
        return (np.linalg.pinv(x, 0.5) * numpy.array([[1.0, 2.0], [3.0, 5.0]])).sum()

    gradient = np.grad(value)(x)._value
    for i, j in numpy.ndindex(2, 2):
        step = numpy.zeros((2, 2))
        step[i, j] = 1e-6
        change = (float(value(np.array(x + step))) - float(value(np.array(x - step)))) / 2e-6
        numpy.testing.assert_allclose(gradient[i, j], change, rtol=1e-6)


def test_numpys_functions_of_both_dialects_are_recorded() -> None:
    for make in (np.array, tf.constant):
        x = make(STACK[0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = numpy.linalg.norm(numpy.linalg.inv(x)) + numpy.sum(numpy.abs(numpy.fft.fft2(x)))
        assert isinstance(y, type(x))
        assert tape.gradient(y, x).shape == (3, 3)


def test_compiled_functions_decide_by_data_again() -> None:
    values = tf.function(np.linalg.eigvals)
    real, complex_ = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[2.0, 1.0], [-1.0, 2.0]])
    for x in (real, complex_, real):
        expected = numpy.linalg.eigvals(x._value)
        found = values(x)
        assert found.dtype == expected.dtype
        numpy.testing.assert_allclose(found.numpy(), expected)
    residuals = tf.function(lambda a, b: np.linalg.lstsq(a, b)[1])
    full, deficient = RNG.normal(size=(3, 2)), numpy.ones((3, 2))
    for a in (full, deficient, full):
        expected = numpy.linalg.lstsq(a, numpy.arange(3.0))[1]
        found = residuals(np.array(a), np.array(numpy.arange(3.0)))
        numpy.testing.assert_allclose(found.numpy(), expected)


def test_complex_gradients_point_uphill() -> None:
    z = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3)) + 3 * numpy.eye(3)
    for function in (
        lambda z: np.linalg.slogdet(z)[1],
        lambda z: np.linalg.norm(np.linalg.inv(z)),
        lambda z: np.abs(np.fft.fft(z)[1]).sum(),
        lambda z: np.linalg.svdvals(z)[0],
        lambda z: np.linalg.eigvalsh(z)[0],
        lambda z: np.abs(np.linalg.solve(z, np.ones(3))).sum(),
    ):
        gradient = np.grad(function)(z)._value
        along = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
        ends = [float(function(np.array(z + s * along))) for s in (1e-6, -1e-6)]
        slope = (gradient.conj() * along).real.sum()
        numpy.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-5)


def hermitian(z: Any) -> Any:
    return z @ np.conj(z).mT + np.eye(3)


@pytest.mark.parametrize(
    "function",
    [
        lambda z: np.linalg.cholesky(hermitian(z)),
        lambda z: np.linalg.cholesky(hermitian(z), upper=True),
        lambda z: np.linalg.pinv(hermitian(z), hermitian=True),
        lambda z: projector(np.linalg.eigh(hermitian(z)).eigenvectors),
        lambda z: projector(np.linalg.eigh(hermitian(z), "U").eigenvectors),
        lambda z: projector(np.linalg.eig(hermitian(z) @ hermitian(z + 1)).eigenvectors),
        lambda z: np.linalg.svd(z).U @ np.linalg.svd(z).Vh,
        lambda z: (
            np.linalg.svd(z[:, :2], full_matrices=False).U
            @ np.linalg.svd(z[:, :2], full_matrices=False).Vh
        ),
        lambda z: projector(np.linalg.svd(hermitian(z), hermitian=True).U),
        lambda z: projector(np.linalg.qr(z[:, :2], "complete").Q[:, 2:]),
    ],
)
def test_what_does_not_depend_on_phases(function: Any) -> None:
    z = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3)) + 2 * numpy.eye(3)
    weights = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))

    def loss(z: Any) -> Any:
        found = function(z)
        return np.real(found * weights[: found.shape[0], : found.shape[1]]).sum()

    along = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
    ends = [float(loss(np.array(z + s * along))) for s in (1e-6, -1e-6)]
    slope = (np.grad(loss)(z)._value.conj() * along).real.sum()
    numpy.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-7)
    _, tangent = np.jvp(loss, (z,), (along,))
    numpy.testing.assert_allclose(float(tangent), slope, rtol=1e-9)


def projector(vectors: Any) -> Any:
    """Onto the first vector, whatever its phase."""
    v = vectors[:, :1]
    return v @ np.conj(v).T


@pytest.mark.parametrize(
    ("place", "name", "says"),
    [
        ("linalg", "expm", r"tf\.linalg\.expm"),
        ("linalg", "invv", r"tapegrad\.numpy\.linalg\.inv"),
        ("fft", "dct", r"tf\.signal\.dct"),
        ("random", "integers", "default_rng"),
    ],
)
def test_missing_names_say_what_to_use(place: str, name: str, says: str) -> None:
    with pytest.raises(AttributeError, match=says):
        getattr(getattr(np, place), name)


@pytest.mark.parametrize("place", ["linalg", "fft", "random", "polynomial"])
def test_every_public_name_of_numpy_is_there(place: str) -> None:
    theirs = getattr(numpy, place).__all__
    assert not [n for n in theirs if n != "random_integers" and not hasattr(getattr(np, place), n)]
