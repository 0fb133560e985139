"""Random programs give the same values and gradients compiled and eager."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import Program

#: More for a long search: TAPEGRAD_PROGRAMS=20000.
COUNT = int(os.environ.get("TAPEGRAD_PROGRAMS", "300"))
FIRST = int(os.environ.get("TAPEGRAD_FIRST_PROGRAM", "0"))


def check(program: Any, ulps: float) -> None:
    compiled = tf.function(program)
    for data in (0, 1, 2, 1):
        inputs = program.inputs(data)
        expected = [tf.convert_to_tensor(x) for x in tf.nest.flatten(program(*inputs))]
        got = [tf.convert_to_tensor(x) for x in tf.nest.flatten(compiled(*inputs))]
        for a, b in zip(got, expected, strict=True):
            assert a.dtype == b.dtype
            x, y = np.asarray(a), np.asarray(b)
            finite = np.abs(y[np.isfinite(y)])
            slack = ulps * np.finfo(y.dtype).eps
            scale = max(1.0, finite.max(initial=0))
            np.testing.assert_allclose(x, y, rtol=slack, atol=slack * scale, err_msg=f"data {data}")


@pytest.mark.parametrize("block", range(10))
def test_kernels_in_python(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)
    size = COUNT // 10
    for seed in range(FIRST + block * size, FIRST + (block + 1) * size):
        try:
            check(Program(seed), 256)
        except Exception as error:
            error.add_note(f"Program({seed})")
            raise


@pytest.mark.parametrize("seed", range(6))
def test_kernels_of_machine_code(seed: int) -> None:
    check(Program(1_000_000 + seed, tf.float64 if seed % 2 else tf.float32), 1024)
