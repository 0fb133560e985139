"""float32 in, float32 out, and float32 in the gradient: for every expression."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
from tests.numpy.test_expressions import SAMPLES, SMOOTH, arrays, evaluate, floating_names, leaves

_NARROW = {numpy.dtype(float): numpy.float32, numpy.dtype(complex): numpy.complex64}
SINGLE = {name: v.astype(_NARROW.get(v.dtype, v.dtype)) for name, v in SAMPLES.items()}


@pytest.mark.parametrize("text", SMOOTH)
def test_single_precision_stays_single(text: str) -> None:
    expected = leaves(evaluate(text, numpy, dict(SINGLE)))
    names = arrays(SINGLE)
    sources = [names[name] for name in floating_names(text)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        found = leaves(evaluate(text, np, names))
        total: Any = 0.0
        for y in found:
            total = total + np.sum(np.abs(y) * 0.5)
    for y, z in zip(found, expected, strict=True):
        assert y.dtype == z.dtype
        numpy.testing.assert_allclose(y, z, rtol=1e-3, atol=2e-4)
    for x, gradient in zip(sources, tape.gradient(total, sources), strict=True):
        if gradient is not None:
            assert gradient.dtype == numpy.float32
            assert gradient.shape == x.shape
