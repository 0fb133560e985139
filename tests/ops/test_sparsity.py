"""Of each primitive: what may depend on what holds the Jacobian, whatever the numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.context import only_recorders
from tapegrad.core.dependence import DependenceTape
from tapegrad.core.jacobians import jacobian
from tests.ops.samples import Sample
from tests.ops.test_table import DIFFERENTIABLE, each, followed, run, tensors

#: Entries out of all that the pattern may hold, for primitives that would be useless as dense ones.
SPARSE = {
    "concat": 1 / 4,
    "gather": 1 / 4,
    "getitem": 1 / 2,
    "pad": 1 / 4,
    "reduce_sum": 1 / 2,
    "reshape": 1 / 4,
    "take_along_axis": 1 / 4,
    "transpose": 1 / 4,
}


def pattern_and_jacobian(sample: Sample) -> list[tuple[Any, np.ndarray]]:
    inputs = tensors(sample.arrays())
    sources = [inputs[i] for i in followed(sample, inputs)]
    dependence = DependenceTape(sources)
    with only_recorders((dependence,)):
        outputs = run(sample, inputs)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        again = run(sample, inputs)
    found = []
    for y, z in zip(outputs, again, strict=True):
        if y.dtype.is_floating:
            blocks = [
                np.zeros((z._value.size, x._value.size))
                if j is None
                else j.numpy().reshape(z._value.size, x._value.size)
                for x, j in zip(sources, jacobian(tape, z, sources, None, "reverse"), strict=True)
            ]
            found.append((dependence.pattern_of(y), np.concatenate(blocks, axis=1)))
    return found


def is_real(sample: Sample) -> bool:
    inputs = tensors(sample.arrays())
    return all(inputs[i].dtype.is_floating for i in followed(sample, inputs))


@each([s for s in DIFFERENTIABLE if is_real(s)])
def test_pattern_holds_the_jacobian(sample: Sample) -> None:
    for pattern, dense in pattern_and_jacobian(sample):
        assert pattern.shape == dense.shape
        assert not (abs(dense) > 1e-13)[~pattern.toarray()].any()


@pytest.mark.parametrize("name", SPARSE)
def test_pattern_is_not_dense(name: str) -> None:
    samples = [s for s in DIFFERENTIABLE if s.name == name and is_real(s)]
    assert samples
    parts = [
        pattern.nnz / max(dense.size, 1)
        for s in samples
        for pattern, dense in pattern_and_jacobian(s)
        if dense.shape[1] > 5
    ]
    assert min(parts) <= SPARSE[name]
