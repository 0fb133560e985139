"""Derivatives with respect to complex arrays: each expression that NumPy evaluates for them."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import tapegrad.numpy
from tests.numpy.test_expressions import (
    SAMPLES,
    SMOOTH,
    arrays,
    data,
    differences,
    evaluate,
    floating_names,
    leaves,
)

RNG = numpy.random.default_rng(3)
COMPLEX = {
    name: value + 1j * (0.2 + 0.4 * RNG.normal(size=value.shape))
    if value.dtype == numpy.float64 and name != "w"
    else value
    for name, value in SAMPLES.items()
}
#: Expressions with other questions to complex numbers, which have tests of their own.
ELSEWHERE = ("np.random.",)
#: Matrices that are Hermitian only if they are real.
SYMMETRIC = ("np.linalg.cholesky(",)
#: Vectors that are determined up to a phase, which LAPACK chooses.
PHASES = ("np.linalg.eigh(S", "np.linalg.eigh(T", "np.linalg.eig(S @", "np.linalg.svd(", "complete")
VALUES_ALONE = ("compute_uv=False", ").S", ")[0]", ").eigenvalues")
UNFIT = {
    "np.astype(x, np.float32)": "differences of single precision say nothing",
    "np.interp(x * 9, u * 5, y, period=2.5)": "NumPy drops imaginary parts, here it is an error",
}


def is_taken(text: str) -> bool:
    """Whether NumPy evaluates an expression for complex arrays."""
    if any(part in text for part in (*ELSEWHERE, *SYMMETRIC)) or text in UNFIT:
        return False
    has_values_alone = any(part in text for part in VALUES_ALONE)
    if any(part in text for part in PHASES) and not has_values_alone:
        return False
    try:
        evaluate(text, numpy, dict(COMPLEX))
    except (TypeError, ValueError, AttributeError, IndexError, NotImplementedError):
        return False
    return True


TAKEN = [text for text in SMOOTH if is_taken(text)]


def loss(text: str, np: Any, names: dict[str, Any]) -> Any:
    """A real number that depends on both parts of what an expression gives."""
    total: Any = 0.0
    for k, leaf in enumerate(leaves(evaluate(text, np, names))):
        if data(leaf).dtype.kind in "fc":
            weights = numpy.cos(numpy.arange(leaf.size) + k).reshape(leaf.shape)
            total = total + (np.real(leaf) * weights).sum() + (np.imag(leaf) * weights**2).sum()
    return total


def test_many_expressions_are_taken() -> None:
    assert len(TAKEN) > 450


@pytest.mark.parametrize("text", TAKEN)
def test_gradients_point_uphill(text: str) -> None:
    for name in floating_names(text):
        at = COMPLEX[name]
        along = numpy.exp(1j * numpy.arange(1, at.size + 1)).reshape(at.shape)
        others = arrays({k: v for k, v in COMPLEX.items() if k != name})

        def ours(value: Any, name: str = name, others: Any = others) -> Any:
            return loss(text, tapegrad.numpy, {**others, name: value})

        def theirs(value: Any, name: str = name) -> Any:
            return loss(text, numpy, {**COMPLEX, name: value})

        slope = differences(theirs, at, along)
        gradient = tapegrad.numpy.grad(ours)(at)
        found = float(numpy.real(numpy.conj(data(gradient)) * along).sum())
        numpy.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-6)
        _, tangent = tapegrad.numpy.jvp(ours, (at,), (along,))
        numpy.testing.assert_allclose(complex(tangent).real, found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "abs", "sin", "cumprod", "real", "imag"])
def test_long_complex_numbers_have_long_gradients(name: str) -> None:
    x = numpy.array([0.5 + 1.0j, 2.0 - 0.3j])

    def f(x: Any) -> Any:
        return tapegrad.numpy.sum(tapegrad.numpy.abs(getattr(tapegrad.numpy, name)(x) + 1.0))

    found = tapegrad.numpy.grad(f)(x.astype(numpy.clongdouble))
    assert found.dtype == numpy.clongdouble
    expected = tapegrad.numpy.grad(f)(x)
    numpy.testing.assert_allclose(found.astype(complex).tolist(), expected.tolist(), rtol=1e-12)
