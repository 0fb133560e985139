"""SciPy's functions of our arrays, by the array API: the calls are in `scipy_calls`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
import scipy

from tests.numpy.scipy_calls import calls, leaving

#: Before, fewer functions were written for any array.
pytestmark = pytest.mark.skipif(
    tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 17),
    reason="SciPy 1.17 is the first whose functions of the table all take arrays of any library",
)

#: Those that call a function of Python's as often as its values ask for.
APPROXIMATE = {"find_root": 1e-6, "find_minimum": 1e-6, "derivative": 1e-6, "jacobian": 1e-6}
APPROXIMATE["hessian"] = 1e-4


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """What a process found that SciPy was told in to take arrays of any library."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.numpy.scipy_calls"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line for line in lines}


@pytest.mark.parametrize("name", sorted(calls()))
def test_value_and_gradient(name: str, found: dict[str, dict[str, Any]]) -> None:
    one = found[name]
    assert "error" not in one, one["error"]
    assert set(one["kinds"]) == {"tapegrad.numpy.array"}
    assert one["value"] == pytest.approx(one["expected_value"], rel=1e-9)
    assert one["gradient"] is not None, "the tape lost it on the way"
    exact = numpy.array(one["expected_gradient"])
    numpy.testing.assert_allclose(
        numpy.array(one["gradient"]),
        exact,
        rtol=APPROXIMATE.get(name, 1e-7),
        atol=APPROXIMATE.get(name, 1e-8) * max(1.0, numpy.abs(exact).max()),
    )
    assert one["single"] == "float32"


@pytest.mark.parametrize("name", sorted(leaving()))
def test_what_loses_the_gradient_is_refused(name: str, found: dict[str, dict[str, Any]]) -> None:
    assert found[name]["refused"] is not None
    assert "tape" in found[name]["refused"]
