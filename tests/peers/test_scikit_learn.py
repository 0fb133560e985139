"""scikit-learn's estimators of our arrays, by the array API: the calls are in `estimator_calls`."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)

ESTIMATORS = [
    "rbf_kernel",
    "euclidean_distances",
    "cosine_similarity",
    "polynomial_kernel",
    "StandardScaler",
    "MinMaxScaler",
    "Normalizer",
    "PolynomialFeatures",
    "PCA",
    "PCA, whitened",
    "Ridge",
    "Ridge by targets",
    "Ridge by penalty",
    "Ridge by one penalty",
    "Ridge by weights",
    "LinearDiscriminantAnalysis",
    "GaussianMixture",
    "GaussianMixture, full",
    "Nystroem",
    "a cross-validated pipeline",
]


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """What a process found that SciPy was told in to take arrays of any library."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.peers.estimator_calls"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line for line in lines}


def test_every_call_is_looked_at(found: dict[str, dict[str, Any]]) -> None:
    assert set(found) == set(ESTIMATORS)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_value_and_gradient(name: str, found: dict[str, dict[str, Any]]) -> None:
    one = found[name]
    assert "error" not in one, one["error"]
    assert set(one["kinds"]) == {"tapegrad.numpy.array"}
    assert one["value"] == pytest.approx(one["expected_value"], rel=1e-9)
    assert one["gradient"] is not None, "the tape lost it on the way"
    exact = np.array(one["expected_gradient"])
    np.testing.assert_allclose(
        np.array(one["gradient"]), exact, rtol=1e-6, atol=1e-7 * max(1.0, np.abs(exact).max())
    )
    assert one["single"] == "float32"
