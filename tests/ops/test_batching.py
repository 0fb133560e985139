"""Primitives over a batch axis, recorded: what the derivative of a Jacobian is made of."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.batching import Batched, batched_recording
from tapegrad.core.primitive import NoRule
from tapegrad.core.table import TABLE, recording
from tapegrad.core.tape import is_differentiable
from tests.ops.samples import Sample, load

ROWS = 2


def listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


def weighted(outputs: list[tf.Tensor]) -> tf.Tensor:
    """A number that depends on every entry in its own way."""
    total = tf.constant(0.0, tf.float64)
    for y in outputs:
        weights = np.cos(np.arange(y.numpy().size, dtype=float)).reshape(y.shape)
        total += tf.reduce_sum(tf.cast(y, tf.float64) * weights)
    return total


def differentiable(sample: Sample) -> list[int]:
    """Positions of the inputs that have a derivative rule."""
    rules = TABLE[sample.name].rules
    return [
        i
        for i, a in enumerate(sample.arrays())
        if is_differentiable(a) and not isinstance(rules[min(i, len(rules) - 1)], NoRule)
    ]


def subsets(sample: Sample) -> list[tuple[int, ...]]:
    places = differentiable(sample)
    return [s for n in range(1, len(places) + 1) for s in itertools.combinations(places, n)]


CASES = [
    pytest.param(s, subset, id=f"{s}-{''.join(map(str, subset))}")
    for s in load()
    if s.order > 0 and s.batch
    for subset in subsets(s)
]


@pytest.mark.parametrize(("sample", "subset"), CASES)
def test_a_batched_call_and_its_gradient_equal_a_loop(
    sample: Sample, subset: tuple[int, ...]
) -> None:
    draws = [sample.arrays(seed) for seed in range(ROWS)]
    shared = [tf.constant(a) for a in draws[0]]
    stacks = {i: tf.constant(np.stack([d[i] for d in draws])) for i in subset}
    sources = [stacks.get(i, shared[i]) for i in differentiable(sample)]

    with tf.GradientTape() as tape:
        tape.watch(sources)
        F = batched_recording
        args = [Batched(stacks[i], F) if i in stacks else x for i, x in enumerate(shared)]
        batched = [y.value for y in listed(getattr(F, sample.name)(*args, **sample.params))]
        batched = [y for y in batched if y.dtype.is_floating]
        loss = weighted(batched)
    together = tape.gradient(loss, sources, unconnected_gradients="zero")

    with tf.GradientTape() as tape:
        tape.watch(sources)
        rows = []
        for k in range(ROWS):
            args = [stacks[i][k] if i in stacks else x for i, x in enumerate(shared)]
            rows.append(listed(getattr(recording, sample.name)(*args, **sample.params)))
        looped = [tf.stack(list(ys)) for ys in zip(*rows, strict=True)]
        looped = [y for y in looped if y.dtype.is_floating]
        loss = weighted(looped)
    alone = tape.gradient(loss, sources, unconnected_gradients="zero")

    for a, b in zip(batched, looped, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    for x, a, b in zip(sources, together, alone, strict=True):
        a, b = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
        assert a.shape == x.shape
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)
