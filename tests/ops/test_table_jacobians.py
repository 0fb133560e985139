"""Every primitive in Jacobians: both modes, batches, Hessians as Jacobians of gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.jacobians import jacobian
from tests.ops.samples import Sample
from tests.ops.test_table import DIFFERENTIABLE, SMOOTH, cotangents, each, followed, run, tensors

#: Their derivatives are calls of themselves with more or larger inputs: the Jacobian of a Jacobian
#: takes a minute. Their Hessians are checked as Jacobians of gradients alone.
GROWING = ("adjugate_along", "logm")


def taped(sample: Sample, persistent: bool = True) -> tuple[Any, list[Any], list[Any]]:
    """A tape of one call of the primitive, the sources, and the outputs that carry gradients."""
    inputs = tensors(sample.arrays())
    sources = [inputs[i] for i in followed(sample, inputs)]
    with tf.GradientTape(persistent=persistent) as tape:
        tape.watch(sources)
        outputs = run(sample, inputs)
    return tape, sources, [y for y in outputs if y.dtype.is_floating]


def is_real(sample: Sample) -> bool:
    inputs = tensors(sample.arrays())
    return all(inputs[i].dtype.is_floating for i in followed(sample, inputs))


@each([s for s in DIFFERENTIABLE if s.batch and is_real(s)])
@pytest.mark.parametrize("chunk", [None, 2])
def test_forward_through_the_records_equals_reverse(sample: Sample, chunk: int | None) -> None:
    tape, sources, outputs = taped(sample)
    for y in outputs:
        pulled = jacobian(tape, y, sources, None, "reverse")
        pushed = jacobian(tape, y, sources, chunk, "forward")
        for x, a, b in zip(sources, pulled, pushed, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                assert b.shape == y.shape + x.shape
                assert b.dtype == x.dtype
                np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("sample", "mode"),
    [
        (s, mode)
        for s in SMOOTH
        if s.batch and is_real(s)
        for mode in ("reverse", "forward")
        if mode == "reverse" or s.name not in GROWING
    ],
    ids=str,
)
def test_hessian_through_jacobians_equals_gradients_of_gradients(sample: Sample, mode: str) -> None:
    """``d/dx <g, J v>`` of a recorded Jacobian J, and the Jacobian of a gradient, row by row."""
    inputs = tensors(sample.arrays())
    sources = [inputs[i] for i in followed(sample, inputs)]
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(sources)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(sources)
            outputs = run(sample, inputs)
            gs = cotangents(outputs)
        live = [(y, tf.constant(g)) for y, g in zip(outputs, gs, strict=True) if g is not None]
        gradients = inner.gradient(
            [y for y, _ in live],
            sources,
            output_gradients=[g for _, g in live],
            unconnected_gradients="zero",
        )
        gradients = [tf.convert_to_tensor(g) for g in gradients]
        summed = gradients
        if sample.name not in GROWING and all(
            y.dtype.is_floating for y, _ in live
        ):  # once more, from whole Jacobians
            summed = [tf.zeros_like(x) for x in sources]
            for y, g in live:
                js = jacobian(inner, y, sources, None, mode)
                for i, j in enumerate(js):
                    if j is not None:
                        summed[i] += tf.tensordot(g, j, y.shape.rank)
    for gradient, again in zip(gradients, summed, strict=True):
        np.testing.assert_allclose(again.numpy(), gradient.numpy(), rtol=1e-9, atol=1e-9)
        hessian = outer.jacobian(gradient, sources, unconnected_gradients="zero")
        through = outer.jacobian(again, sources, unconnected_gradients="zero")
        rows = tf.reshape(gradient, [-1])
        for x, block, other in zip(sources, hessian, through, strict=True):
            assert block.shape == gradient.shape + x.shape
            np.testing.assert_allclose(other.numpy(), block.numpy(), rtol=1e-8, atol=1e-8)
        for k in range(min(3, rows.shape[0])):
            seed = np.zeros(gradient.shape)
            seed.flat[k] = 1.0
            row = outer.gradient(
                gradient,
                sources,
                output_gradients=tf.constant(seed),
                unconnected_gradients="zero",
            )
            for block, expected, x in zip(hessian, row, sources, strict=True):
                np.testing.assert_allclose(
                    block.numpy().reshape(seed.size, *x.shape)[k],
                    tf.convert_to_tensor(expected).numpy(),
                    rtol=1e-9,
                    atol=1e-9,
                )


@each([s for s in DIFFERENTIABLE if s.batch and is_real(s)])
def test_batch_jacobian_equals_rows_of_cotangents(sample: Sample) -> None:
    """Also where examples mix: then both add up the rows of all examples."""
    tape, sources, outputs = taped(sample)
    for y in outputs:
        for x in sources:
            if y.shape.rank < 2 or x.shape.rank < 2 or y.shape[0] != x.shape[0]:
                continue
            got = tape.batch_jacobian(y, x).numpy()
            assert got.shape == tuple(y.shape + x.shape[1:])
            size = math.prod(y.shape[1:])
            flat = got.reshape(y.shape[0], size, *x.shape[1:])
            for k in range(min(3, size)):
                seed = np.zeros((y.shape[0], size))
                seed[:, k] = 1.0
                g = tf.constant(seed.reshape(y.shape))
                row = tape.gradient(y, x, output_gradients=g, unconnected_gradients="zero")
                np.testing.assert_allclose(
                    flat[:, k], tf.convert_to_tensor(row).numpy(), rtol=1e-10, atol=1e-10
                )
