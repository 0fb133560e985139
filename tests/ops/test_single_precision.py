"""Rules keep single precision: they make float32 of float32, before anything is cast back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.backward import sweep
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw
from tests.ops.samples import SAMPLES, Sample
from tests.ops.test_table import cotangents, followed, run, tensors

ROWS = [s for s in SAMPLES if s.order and "float32" in s.dtypes]
KINDS = ("float32", "complex64")


def recorded(sample: Sample, dtype: str) -> tuple[tf.GradientTape, list[Any], list[Any]]:
    """A tape, the inputs that it follows, and the outputs with a derivative."""
    inputs = tensors(sample.arrays(), dtype)
    sources = [inputs[i] for i in followed(sample, inputs)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs = [y for y in run(sample, inputs) if y.dtype.is_floating or y.dtype.is_complex]
    return tape, sources, outputs


@pytest.mark.parametrize("sample", ROWS, ids=str)
def test_cotangents_of_single_precision(sample: Sample) -> None:
    tape, sources, outputs = recorded(sample, "float32")
    given = {
        y._id: g.astype(y._value.dtype) for y, g in zip(outputs, cotangents(outputs), strict=True)
    }
    assert {g.dtype.name for g in given.values()} <= set(KINDS)
    with np.errstate(all="ignore"):
        found = sweep(list(tape.records), given, {x._id for x in sources}, raw)
    for x in sources:
        g = found.get(x._id)
        data = g.values if isinstance(g, Slices) else g
        assert data is None or data.dtype.name in KINDS, f"{data.dtype} for {x.dtype.name}"


@pytest.mark.parametrize("sample", ROWS, ids=str)
def test_tangents_of_single_precision(sample: Sample) -> None:
    inputs = tensors(sample.arrays(), "float32")
    sources = [inputs[i] for i in followed(sample, inputs)]
    with tf.autodiff.ForwardAccumulator(sources, [tf.ones_like(x) for x in sources]) as pushed:
        outputs = run(sample, inputs)
    for y in outputs:
        t = pushed.jvp(y)
        assert t is None or (t.dtype == y.dtype and t.dtype.name in KINDS)
