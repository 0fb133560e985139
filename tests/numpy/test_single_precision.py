"""float32 in, float32 out: results as NumPy's, gradients and tangents as their arguments."""

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
    evaluate,
    floating_names,
    leaves,
)

SINGLE = {
    name: value.astype({"d": "f", "D": "F"}.get(value.dtype.char, value.dtype))
    for name, value in SAMPLES.items()
}


#: Where single precision gives another answer in NumPy, too; types are compared alone.
OTHER_ANSWERS = {
    "np.linalg.pinv(np.outer(x, y))": "rounding makes a matrix of rank 1 one of rank 2",
    "np.linalg.eig(S + 1j * np.eye(3)).eigenvalues.imag": "eigenvalues come in another order",
}


def weighted(found: Any) -> Any:
    """A number that depends on all elements, without anything of double precision."""
    total: Any = numpy.float32(0.0)
    for k, leaf in enumerate(leaves(found)):
        if data(leaf).dtype.kind in "fc":
            weights = numpy.sin(numpy.arange(1, leaf.size + 1) + k).reshape(leaf.shape)
            total = total + (leaf * weights.astype(numpy.float32)).sum()
    return total


@pytest.mark.parametrize("text", SMOOTH)
def test_gradients_of_single_precision(text: str) -> None:
    ours, theirs = evaluate(text, tapegrad.numpy, arrays(SINGLE)), evaluate(text, numpy, SINGLE)
    assert [data(a).dtype for a in leaves(ours)] == [b.dtype for b in leaves(theirs)]
    for name in floating_names(text):

        def f(value: Any, text: str = text, name: str = name) -> Any:
            names = arrays(SINGLE if value.dtype == numpy.float32 else SAMPLES)
            return weighted(evaluate(text, tapegrad.numpy, {**names, name: value}))

        x, exact = tapegrad.numpy.array(SINGLE[name]), tapegrad.numpy.array(SAMPLES[name])
        along = numpy.cos(numpy.arange(x.size) + 1.0).reshape(x.shape)
        gradient, expected = tapegrad.numpy.grad(f)(x), tapegrad.numpy.grad(f)(exact)
        assert gradient.dtype == numpy.float32
        value, tangent = tapegrad.numpy.jvp(f, (x,), (along.astype(numpy.float32),))
        assert tangent.dtype == value.dtype
        if text in OTHER_ANSWERS:
            continue
        scale = float(numpy.abs(data(expected)).max(initial=0.0)) + 1.0
        numpy.testing.assert_allclose(data(gradient), data(expected), atol=2e-4 * scale, rtol=2e-3)
        slope = float((data(expected) * along).sum())
        numpy.testing.assert_allclose(float(tangent), slope, atol=2e-4 * scale * x.size, rtol=2e-3)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "irfft2"])
def test_signals_of_half_precision_have_numpys_types(name: str) -> None:
    x = numpy.ones((4, 4), numpy.float16)
    ours, theirs = getattr(tapegrad.numpy.fft, name), getattr(numpy.fft, name)
    assert ours(tapegrad.numpy.array(x)).dtype == theirs(x).dtype
    gradient = tapegrad.numpy.grad(lambda x: tapegrad.numpy.sum(tapegrad.numpy.abs(ours(x))))
    assert gradient(x).dtype == numpy.float16
