"""Random programs give the same values and gradients compiled and eager."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tapegrad.compiler.source import KernelSource
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import Program

#: More for a long search: TAPEGRAD_PROGRAMS=20000.
COUNT = int(os.environ.get("TAPEGRAD_PROGRAMS", "300"))
FIRST = int(os.environ.get("TAPEGRAD_FIRST_PROGRAM", "0"))


def sensitivity(program: Any, inputs: list[Any]) -> list[Any]:
    """How much results change with inputs that differ in their last places."""
    rng = np.random.default_rng(0)
    exact = [np.asarray(tf.convert_to_tensor(x)) for x in tf.nest.flatten(program(*inputs))]
    spread = [np.zeros(y.shape) for y in exact]
    for _ in range(4):
        nudged = []
        for x in inputs:
            a = np.asarray(x)
            change = rng.choice([-2.0, 2.0], a.shape).astype(a.dtype) * np.finfo(a.dtype).eps
            nudged.append(tf.constant(a * (1 + change)))
        moved = tf.nest.flatten(program(*nudged))
        for s, y, z in zip(spread, exact, moved, strict=True):
            np.maximum(s, np.abs(np.asarray(tf.convert_to_tensor(z)) - y), out=s)
    return spread


def check(program: Any, ulps: float) -> None:
    compiled = tf.function(program)
    for data in (0, 1, 2, 1):
        inputs = program.inputs(data)
        expected = [tf.convert_to_tensor(x) for x in tf.nest.flatten(program(*inputs))]
        got = [tf.convert_to_tensor(x) for x in tf.nest.flatten(compiled(*inputs))]
        spread = None
        for i, (a, b) in enumerate(zip(got, expected, strict=True)):
            assert a.dtype == b.dtype
            x, y = np.asarray(a), np.asarray(b)
            finite = np.abs(y[np.isfinite(y)])
            slack = ulps * np.finfo(y.dtype).eps
            scale = max(1.0, finite.max(initial=0))
            if np.allclose(x, y, rtol=slack, atol=slack * scale, equal_nan=True):
                continue
            # Rounding that the program itself magnifies, as inputs show that differ as little.
            spread = spread or sensitivity(program, inputs)
            largest = 16 * np.max(spread[i], initial=0)
            np.testing.assert_allclose(
                x, y, rtol=slack, atol=slack * scale + largest, err_msg=f"data {data}"
            )


@pytest.mark.parametrize("block", range(10))
def test_kernels_in_python(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)
    if block % 2:  # as if all arrays were large, and took turns in memory
        monkeypatch.setattr(KernelSource, "large", 0)
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
