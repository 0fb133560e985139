"""Cures against NaN and infinities: in the dialect of the program, with names that exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.numpy as tnp
from tapegrad import torch
from tapegrad.inspect.cures import cure, known_operations

MODULES = {"tf": tf, "np": tnp, "torch": torch}


@pytest.mark.parametrize("dialect", MODULES)
@pytest.mark.parametrize("phase", ["forward", "backward", "input"])
def test_all_names_exist(dialect: str, phase: str) -> None:
    for operation in [*sorted(known_operations()), "anything else"]:
        text = cure(operation, phase, dialect)
        assert "{" not in text
        names = re.findall(r"\b(tf|np|torch)((?:\.\w+)+)", text)
        assert names
        for module, path in names:
            assert module == dialect
            found: Any = MODULES[dialect]
            for part in path[1:].split("."):
                found = getattr(found, part)


CURED: list[tuple[str, Callable[[Any], Any], Any]] = [
    ("tf.math.log(x + 1e-12)", lambda x: tf.math.log(x + 1e-12), tf.constant([0.0, 1.0])),
    ("tf.sqrt(x + 1e-12)", lambda x: tf.sqrt(x + 1e-12), tf.constant([0.0, 1.0])),
    (
        "tf.math.divide_no_nan(a, b)",
        lambda x: tf.math.divide_no_nan(x, x),
        tf.constant([0.0, 1.0]),
    ),
    (
        "tf.clip_by_value(x, -1 + 1e-6, 1 - 1e-6)",
        lambda x: tf.acos(tf.clip_by_value(x, -1 + 1e-6, 1 - 1e-6)),
        tf.constant([1.0, 0.5]),
    ),
    (
        "np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))",
        lambda b: tnp.where(b == 0, 0.0, b / tnp.where(b == 0, 1.0, b)),
        tnp.array([0.0, 1.0]),
    ),
    (
        "np.clip(x, -1 + 1e-6, 1 - 1e-6)",
        lambda x: tnp.arccos(tnp.clip(x, -1 + 1e-6, 1 - 1e-6)),
        tnp.array([1.0, 0.5]),
    ),
    ("np.sqrt(x + 1e-12)", lambda x: tnp.sqrt(x + 1e-12), tnp.array([0.0, 1.0])),
]


@pytest.mark.parametrize(("text", "f", "x"), CURED, ids=[c[0] for c in CURED])
def test_cures_cure(text: str, f: Callable[[Any], Any], x: Any) -> None:
    dialect = text.split(".", maxsplit=1)[0]
    cures = [cure(o, p, dialect) for o in known_operations() for p in ("forward", "backward")]
    assert any(text in c for c in cures)
    with tf.debugging.trace_numerics() as report, tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    gradient = np.asarray(tape.gradient(y, x))
    assert report.first is None
    assert np.isfinite(gradient).all()


def test_a_quotient_of_the_torch_dialect_is_cured() -> None:
    b = torch.tensor([0.0, 2.0], requires_grad=True)
    y = torch.where(b == 0, 0.0, b.sin() / torch.where(b == 0, 1.0, b))
    y.sum().backward()
    expected = [0.0, (2.0 * np.cos(2.0) - np.sin(2.0)) / 4.0]
    np.testing.assert_allclose(b.grad.detach().numpy(), expected, rtol=1e-6)


def test_the_dialect_is_that_of_the_call() -> None:
    with tf.debugging.trace_numerics() as report:
        x = tnp.array([1.0, 0.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tnp.sum(tnp.sqrt(x))
        tape.gradient(y, x)
    assert report.first is not None
    assert report.first.phase == "backward"
    assert "np.sqrt(x + 1e-12)" in report.first.cure
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.sum(tnp.log(x))
    assert "np.log(x + 1e-12)" in tape.explain_nan(y).first.cure
    with tf.debugging.trace_numerics() as report:
        z = torch.tensor([1.0, 0.0], requires_grad=True)
        z.sqrt().sum().backward()
    assert report.first is not None
    assert "torch.sqrt(x + 1e-12)" in report.first.cure
    with tf.debugging.trace_numerics() as report:
        tf.math.log(tf.constant(0.0))
    assert report.first is not None
    assert "tf.math.log(x + 1e-12)" in report.first.cure
