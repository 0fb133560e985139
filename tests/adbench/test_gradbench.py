"""GradBench's nested problems: an optimiser whose objective differentiates, in every mode."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf
from benchmarks.objectives import particle, saddle

MODES = ["reverse", "forward"]


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_particle(outer, inner):
    assert particle.solve(tf, outer, inner) == pytest.approx(0.2071918746486116, rel=1e-10)


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_saddle(outer, inner):
    expected = np.full(4, 8.246324826140356e-06)
    np.testing.assert_allclose(saddle.solve(tf, outer, inner), expected, rtol=1e-8)
