"""Long loop bodies in stages do what they do in one piece."""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels, stages
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import Program
from tests.compiler.test_random_programs import check

COUNT = int(os.environ.get("TAPEGRAD_PROGRAMS", "300"))
FIRST = int(os.environ.get("TAPEGRAD_FIRST_PROGRAM", "0"))


@pytest.fixture
def all_in_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages everywhere, over tiles so small that most arrays have several, the last one short."""
    for name, number in (("LONG", 1), ("MANY", 1), ("TILE", 4)):
        monkeypatch.setattr(stages, name, number)


@pytest.mark.usefixtures("all_in_stages")
@pytest.mark.parametrize("block", range(10))
def test_random_programs(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = []

    def seen(text: str) -> Any:
        staged.append("for o in range" in text)
        return interpreted(text)

    monkeypatch.setattr(kernels, "compiled", seen)
    size = COUNT // 10
    for seed in range(FIRST + block * size, FIRST + (block + 1) * size):
        try:
            check(Program(seed), 256)
        except Exception as error:
            error.add_note(f"Program({seed})")
            raise
    assert any(staged)


def options(n: int) -> list[tf.Tensor]:
    rng = np.random.default_rng(0)
    bounds = ((50, 150), (50, 150), (0.1, 2))
    return [tf.constant(rng.uniform(low, high, n)) for low, high in bounds]


def values_and_gradients(spot: Any, strike: Any, time: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch([spot, strike, time])
        a = (tf.math.log(spot / strike) + 0.05 * time) / (0.2 * tf.sqrt(time))
        b = a - 0.2 * tf.sqrt(time)
        near, far = [0.5 * (1.0 + tf.math.erf(x / np.sqrt(2.0))) for x in (a, b)]
        value = tf.reduce_sum(spot * near - strike * tf.exp(-0.03 * time) * far)
    return value, tape.gradient(value, [spot, strike, time])


@pytest.mark.parametrize("n", [4096, 5003])
def test_machine_code(n: int) -> None:
    compiled = tf.function(values_and_gradients)
    inputs = options(n)
    expected = tf.nest.flatten(compiled(*inputs))
    assert "for o in range" in compiled.source()
    for a, b in zip(tf.nest.flatten(compiled(*inputs)), expected, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-11, atol=1e-13)


def test_short_loops_stay_whole() -> None:
    compiled = tf.function(values_and_gradients)
    compiled(*options(100))
    assert "for o in range" not in compiled.source()


def test_an_error_function_and_its_derivative_share_an_exponential() -> None:
    compiled = tf.function(values_and_gradients)
    compiled(*options(100))
    # One for each of two error functions, one for the discount.
    assert len(re.findall(r"\bexp_f8\(", compiled.source())) == 3


BODY = [
    "p1 = i0 * n1",
    "xp2 = load(a0, i0)",
    "xp3 = load(a1, p1)",
    "v4 = xp2 * xp3",
    "v5 = exp_f8(v4)",
    "v6 = xp3 / xp2",
    "v7 = log_f8(v6)",
    "v8 = v5 + v7",
    "v9 = -v8",
    "v10 = tanh_f8(v9)",
    "v11 = v9 * v10",
    "v12 = f8_1p0 / xp3",
    "store(r0, i0, v11)",
    "store(r1, i0, v12)",
    "qs13 = sum_any_order(qs13, v5)",
]


def test_a_body_is_divided_between_its_functions() -> None:
    bodies, counts = stages.in_stages(BODY, {f"v{i}": "f8" for i in range(20)}, "i0 - o")
    functions = [len(re.findall(r"(?:exp|log|tanh)_f8", "\n".join(body))) for body in bodies]
    assert max(functions) == 1
    assert sum(functions) == 3
    done = [line for body in bodies for line in body]
    assert sorted(set(BODY) - set(done)) == []
    for line in BODY:
        if "load(" not in line and not line.startswith(("p1", "v9")):  # these are cheap
            assert done.count(line) == 1
    assert counts["f8"] <= 5


def test_every_loop_has_what_it_reads_and_never_reads_and_writes_one_place() -> None:
    bodies, counts = stages.in_stages(BODY, {f"v{i}": "f8" for i in range(20)}, "j")
    written: set[str] = set()
    for body in bodies:
        known: set[str] = set()
        stored, loaded = set(), set()
        for line in body:
            name, _, value = line.rpartition(" = ")
            if name:
                known.add(name)
            assert set(re.findall(r"\b(?:v\d+|xp\d+|p\d+)\b", value)) - {name} <= known
            place = re.search(r"tile_f8, (j(?: \+ \d+)?)", line)
            if place and line.startswith("store"):
                stored.add(place[1])
            elif place:
                loaded.add(place[1])
        assert loaded <= written
        assert not stored & loaded
        written |= stored
    assert len(written) == counts["f8"]


def test_what_loops_still_read_is_written_last() -> None:
    body = [
        "xp1 = load(r0, i0)",
        "v2 = exp_f8(xp1)",
        "v3 = log_f8(v2)",
        "v4 = xp1 + v3",
        "store(r0, i0, v2)",
        "store(r1, i0, v2)",
        "qs5 = sum_any_order(qs5, xp1)",
    ]
    bodies, _ = stages.in_stages(body, dict.fromkeys(["v2", "v3", "v4"], "f8"), "i0 - o")
    done = [line for lines in bodies for line in lines]
    assert done[-1] == "store(r0, i0, v2)"
    assert done.index("store(r1, i0, v2)") < done.index("v3 = log_f8(v2)")


def test_loops_read_before_they_write_over_what_they_read() -> None:
    body = [
        "x = load(r0, i0)",
        "y = load(a, i0)",
        "e = exp_f8(x)",
        "z = e * y",
        "store(r0, i0, z)",
        "store(r1, i0, load(r1, i0) + x)",
    ]
    kinds = dict.fromkeys("xyez", "f8")
    bodies, _ = stages.in_stages(body, kinds, "i0 - o")
    lines = [line for loop in bodies for line in loop]
    write = lines.index("store(r0, i0, z)")
    assert "x = load(r0, i0)" in lines[:write]
    assert "x = load(r0, i0)" not in lines[write:]
    assert lines[-1] == "store(r1, i0, load(r1, i0) + x)"
