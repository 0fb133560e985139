"""Composed operations, every mode: against references, differences, and other modes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tests.ops.composed import Composed, load
from tests.ops.test_table import directions, inner

ROWS = load()


def each(rows: list[Composed]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=str)


def variants(row: Composed) -> list[list[np.ndarray]]:
    """The real inputs, and complex ones where the row asks for them."""
    arrays = row.arrays()
    if not row.complex:
        return [arrays]
    rng = np.random.default_rng(3)
    turned = [
        a * np.exp(1j * rng.uniform(-0.4, 0.4, a.shape)) if a.dtype.kind == "f" else a
        for a in arrays
    ]
    return [arrays, turned]


def run(row: Composed, inputs: list[Any]) -> list[tf.Tensor]:
    out = row.call(*inputs)
    return list(out) if isinstance(out, tuple) else [out]


def real_or_complex(outputs: list[tf.Tensor]) -> list[tf.Tensor]:
    return [y for y in outputs if y.dtype.is_floating or y.dtype.is_complex]


def seeds(outputs: list[tf.Tensor]) -> list[np.ndarray]:
    return directions([y.numpy() for y in outputs], 7)


def pull(row: Composed, inputs: list[tf.Tensor], which: list[int]) -> list[tf.Tensor]:
    sources = [inputs[i] for i in which]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs = real_or_complex(run(row, inputs))
    weights = [tf.constant(s) for s in seeds(outputs)]
    found = tape.gradient(outputs, sources, output_gradients=weights, unconnected_gradients="zero")
    return [tf.convert_to_tensor(g) for g in found]


def along(f: Any, arrays: list[np.ndarray], which: list[int], ts: list[np.ndarray]) -> Any:
    """The directional derivative by central differences of fourth order."""
    h = 1e-4

    def at(step: float) -> Any:
        moved = list(arrays)
        for i, t in zip(which, ts, strict=True):
            moved[i] = arrays[i] + step * t
        return f([tf.constant(a) for a in moved])

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@each(ROWS)
def test_value_equals_the_reference(row: Composed) -> None:
    for arrays in variants(row):
        expected = row.reference(*arrays)
        expected = list(expected) if isinstance(expected, tuple) else [expected]
        got = run(row, [tf.constant(a) for a in arrays])
        assert len(got) == len(expected)
        for y, e in zip(got, expected, strict=True):
            assert tuple(y.shape) == np.shape(e)
            np.testing.assert_allclose(y.numpy(), e, rtol=1e-11, atol=1e-13)


@each(ROWS)
def test_results_keep_the_dtype(row: Composed) -> None:
    for dtype in row.dtypes:
        inputs = [a.astype(dtype) if a.dtype.kind == "f" else a for a in row.arrays()]
        which = row.which(inputs)
        tensors = [tf.constant(a) for a in inputs]
        for y in run(row, tensors):
            if y.dtype.is_floating:
                assert y.dtype == dtype
        if row.order and which:
            assert {g.dtype.name for g in pull(row, tensors, which)} == {dtype}


@each([r for r in ROWS if r.order >= 1])
def test_reverse_equals_differences(row: Composed) -> None:
    for arrays in variants(row):
        inputs, which = [tf.constant(a) for a in arrays], row.which(arrays)
        ts = directions([arrays[i] for i in which], 11)
        got = pull(row, inputs, which)
        weights = seeds(real_or_complex(run(row, inputs)))

        def paired(xs: list[tf.Tensor], weights: Any = weights) -> float:
            outputs = real_or_complex(run(row, xs))
            return sum(inner(w, y.numpy()) for w, y in zip(weights, outputs, strict=True))

        expected = along(paired, arrays, which, ts)
        found = sum(inner(g.numpy(), t) for g, t in zip(got, ts, strict=True))
        assert found == pytest.approx(expected, rel=row.rtol, abs=row.rtol)


@each([r for r in ROWS if r.order >= 1])
def test_forward_mode_is_dual_to_reverse(row: Composed) -> None:
    for arrays in variants(row):
        inputs, which = [tf.constant(a) for a in arrays], row.which(arrays)
        ts = directions([arrays[i] for i in which], 13)
        sources = [inputs[i] for i in which]
        with tf.autodiff.ForwardAccumulator(sources, [tf.constant(t) for t in ts]) as acc:
            outputs = real_or_complex(run(row, inputs))
        tangents = [acc.jvp(y, unconnected_gradients="zero") for y in outputs]
        pushed = sum(inner(w, dy.numpy()) for w, dy in zip(seeds(outputs), tangents, strict=True))
        pulled = sum(inner(g.numpy(), t) for g, t in zip(pull(row, inputs, which), ts, strict=True))
        assert pushed == pytest.approx(pulled, rel=1e-9, abs=1e-9)


@each([r for r in ROWS if r.order >= 2])
def test_second_order_equals_differences(row: Composed) -> None:
    for arrays in variants(row):
        inputs, which = [tf.constant(a) for a in arrays], row.which(arrays)
        ts = directions([arrays[i] for i in which], 17)
        sources = [inputs[i] for i in which]
        with tf.GradientTape() as outer:
            outer.watch(sources)
            gradients = pull(row, inputs, which)
        weights = directions([g.numpy() for g in gradients], 19)
        hessian = outer.gradient(
            gradients,
            sources,
            output_gradients=[tf.constant(w) for w in weights],
            unconnected_gradients="zero",
        )
        found = sum(
            inner(tf.convert_to_tensor(h).numpy(), t) for h, t in zip(hessian, ts, strict=True)
        )

        def paired(xs: list[tf.Tensor], which: list[int] = which, weights: Any = weights) -> float:
            first = pull(row, xs, which)
            return sum(inner(w, g.numpy()) for w, g in zip(weights, first, strict=True))

        expected = along(paired, arrays, which, ts)
        assert found == pytest.approx(expected, rel=10 * row.rtol, abs=10 * row.rtol)


@each([r for r in ROWS if r.order >= 2])
def test_forward_over_reverse_equals_reverse_over_reverse(row: Composed) -> None:
    for arrays in variants(row):
        inputs, which = [tf.constant(a) for a in arrays], row.which(arrays)
        sources = [inputs[i] for i in which]
        ts = [tf.constant(t) for t in directions([arrays[i] for i in which], 17)]
        with tf.GradientTape() as outer:
            outer.watch(sources)
            gradients = pull(row, inputs, which)
        weights = directions([g.numpy() for g in gradients], 19)
        hessian = outer.gradient(
            gradients,
            sources,
            output_gradients=[tf.constant(w) for w in weights],
            unconnected_gradients="zero",
        )
        expected = sum(
            inner(tf.convert_to_tensor(h).numpy(), t.numpy())
            for h, t in zip(hessian, ts, strict=True)
        )
        with tf.autodiff.ForwardAccumulator(sources, ts) as acc:
            again = pull(row, inputs, which)
        pushed = [acc.jvp(g, unconnected_gradients="zero") for g in again]
        found = sum(inner(w, dg.numpy()) for w, dg in zip(weights, pushed, strict=True))
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)


@each([r for r in ROWS if r.order >= 1 and not r.complex])
def test_batched_jacobian_equals_rows(row: Composed) -> None:
    arrays = row.arrays()
    inputs, which = [tf.constant(a) for a in arrays], row.which(arrays)
    sources = [inputs[i] for i in which]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        outputs = real_or_complex(run(row, inputs))
        entries = [tf.unstack(tf.reshape(y, [-1])) for y in outputs]
    for y, parts in zip(outputs, entries, strict=True):
        batched = tape.jacobian(y, sources, unconnected_gradients="zero")
        looped = [tape.gradient(p, sources, unconnected_gradients="zero") for p in parts]
        for i, whole in enumerate(batched):
            rows = whole.numpy().reshape((len(parts), *sources[i].shape))
            for got, gs in zip(rows, looped, strict=True):
                one_by_one = tf.convert_to_tensor(gs[i]).numpy()
                np.testing.assert_allclose(got, one_by_one, rtol=1e-9, atol=1e-11)
