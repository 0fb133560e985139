"""Every primitive, every mode: the table tests.

Each test takes one row of the sample table and checks one property of the primitive against an
independent judge: NumPy, finite differences, another mode of differentiation, or a loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.primitive import Primitive
from tapegrad.core.table import TABLE, recording
from tests.ops.samples import Sample, load

SAMPLES = load()
DIFFERENTIABLE = [s for s in SAMPLES if s.order >= 1]
SMOOTH = [s for s in SAMPLES if s.order >= 2]


def each(samples: list[Sample]) -> Any:
    return pytest.mark.parametrize("sample", samples, ids=str)


def run(sample: Sample, inputs: list[Any]) -> list[tf.Tensor]:
    """The outputs as a list."""
    out = getattr(recording, sample.name)(*inputs, **sample.params)
    return list(out) if isinstance(out, tuple) else [out]


def tensors(arrays: list[np.ndarray], dtype: str | None = None) -> list[tf.Tensor]:
    return [tf.constant(a.astype(dtype) if dtype and a.dtype.kind in "fc" else a) for a in arrays]


def followed(sample: Sample, inputs: list[tf.Tensor]) -> list[int]:
    """Positions of the inputs that have a derivative."""
    primitive: Primitive = TABLE[sample.name]
    mask = primitive.differentiable
    return [
        i
        for i, x in enumerate(inputs)
        if (x.dtype.is_floating or x.dtype.is_complex)
        and (mask < 0 or mask >> i & 1)
        and getattr(primitive.rules[i if mask >= 0 else 0], "kind", "") != "missing"
    ]


def directions(
    arrays: list[np.ndarray], seed: int, sample: Sample | None = None
) -> list[np.ndarray]:
    """Random arrays like these; those of a sample's inputs stay among its inputs."""
    rng = np.random.default_rng(seed)
    found = []
    for a in arrays:
        t = rng.standard_normal(a.shape)
        if a.dtype.kind == "c":
            t = t + 1j * rng.standard_normal(a.shape)
        if sample is not None and sample.among is not None:
            t = sample.among(t)
        found.append(np.asarray(t, dtype=a.dtype))
    return found


def inner(a: Any, b: Any) -> float:
    """The real inner product, in which cotangents and tangents of complex data are dual."""
    return float(np.sum(np.real(np.conj(a) * b)))


def cotangents(outputs: list[tf.Tensor]) -> list[np.ndarray | None]:
    """A fixed random cotangent for each output that carries gradients."""
    made = directions([np.asarray(y) for y in outputs], 7)
    return [
        c if y.dtype.is_floating or y.dtype.is_complex else None
        for c, y in zip(made, outputs, strict=True)
    ]


def pull(sample: Sample, inputs: list[tf.Tensor], which: list[int]) -> list[Any]:
    """Cotangents of the inputs `which`, as tensors, computed in the open (recordable)."""
    with tf.GradientTape() as tape:
        tape.watch([inputs[i] for i in which])
        outputs = run(sample, inputs)
    gs = cotangents(outputs)
    live = [(y, tf.constant(g)) for y, g in zip(outputs, gs, strict=True) if g is not None]
    found = tape.gradient(
        [y for y, _ in live],
        [inputs[i] for i in which],
        output_gradients=[g for _, g in live],
        unconnected_gradients="zero",
    )
    return [tf.convert_to_tensor(g) for g in found]


def paired(sample: Sample, arrays: list[np.ndarray]) -> float:
    """``<g, f(x)>`` for the fixed cotangents ``g``."""
    outputs = run(sample, tensors(arrays))
    return sum(
        inner(g, np.asarray(y))
        for g, y in zip(cotangents(outputs), outputs, strict=True)
        if g is not None
    )


def variants(sample: Sample) -> list[list[np.ndarray]]:
    """The real inputs, and complex ones where the sample asks for them."""
    arrays = sample.arrays()
    if not sample.complex:
        return [arrays]
    rng = np.random.default_rng(3)
    turned = [
        a * np.exp(1j * rng.uniform(-0.4, 0.4, a.shape)) if a.dtype.kind == "f" else a
        for a in arrays
    ]
    if sample.among is not None:
        turned = [sample.among(a) for a in turned]
    return [arrays, turned]


def difference(f: Any, arrays: list[np.ndarray], which: list[int], ts: list[np.ndarray]) -> Any:
    """The directional derivative of `f` by central differences of fourth order."""
    h = 1e-4

    def at(step: float) -> Any:
        moved = list(arrays)
        for i, t in zip(which, ts, strict=True):
            moved[i] = arrays[i] + step * t
        return f(moved)

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@each([s for s in SAMPLES if s.reference is not None])
def test_forward_equals_reference(sample: Sample) -> None:
    for arrays in variants(sample):
        expected = sample.reference(*arrays, **sample.params)
        expected = list(expected) if isinstance(expected, tuple) else [expected]
        got = run(sample, tensors(arrays))
        assert len(got) == len(expected)
        for y, e in zip(got, expected, strict=True):
            np.testing.assert_allclose(np.asarray(y), e, rtol=1e-12, atol=1e-14)
            assert tuple(y.shape) == np.shape(e)


@each(DIFFERENTIABLE)
def test_reverse_equals_differences(sample: Sample) -> None:
    for arrays in variants(sample):
        inputs = tensors(arrays)
        which = followed(sample, inputs)
        assert which, "a differentiable sample needs a differentiable input"
        ts = directions([arrays[i] for i in which], 11, sample)
        gradients = pull(sample, inputs, which)
        for i, g in zip(which, gradients, strict=True):
            assert g.shape == inputs[i].shape
            assert g.dtype == inputs[i].dtype
        expected = difference(lambda xs: paired(sample, xs), arrays, which, ts)
        got = sum(inner(g.numpy(), t) for g, t in zip(gradients, ts, strict=True))
        assert got == pytest.approx(expected, rel=sample.rtol, abs=sample.rtol)


@each(DIFFERENTIABLE)
def test_forward_mode_is_dual_to_reverse(sample: Sample) -> None:
    for arrays in variants(sample):
        inputs = tensors(arrays)
        which = followed(sample, inputs)
        gradients = pull(sample, inputs, which)
        for position, i in enumerate(which):
            (t,) = directions([arrays[i]], 13 + position, sample)
            with tf.autodiff.ForwardAccumulator(inputs[i], tf.constant(t)) as acc:
                outputs = run(sample, inputs)
            pushed = 0.0
            for y, g in zip(outputs, cotangents(outputs), strict=True):
                dy = acc.jvp(y, unconnected_gradients="zero")
                if g is not None:
                    assert dy.shape == y.shape
                    assert dy.dtype == y.dtype
                    pushed += inner(g, dy.numpy())
            expected = inner(gradients[position].numpy(), t)
            assert pushed == pytest.approx(expected, rel=1e-9, abs=1e-9)


def second(sample: Sample, arrays: list[np.ndarray]) -> tuple[list[int], Any, Any]:
    inputs = tensors(arrays)
    which = followed(sample, inputs)
    ts = directions([arrays[i] for i in which], 17, sample)
    return which, inputs, ts


@each(SMOOTH)
def test_second_order_equals_differences(sample: Sample) -> None:
    for arrays in variants(sample):
        which, inputs, ts = second(sample, arrays)
        sources = [inputs[i] for i in which]
        with tf.GradientTape() as outer:
            outer.watch(sources)
            gradients = pull(sample, inputs, which)
        seeds = [tf.constant(t) for t in directions([g.numpy() for g in gradients], 19)]
        got = outer.gradient(
            gradients, sources, output_gradients=seeds, unconnected_gradients="zero"
        )
        got = sum(inner(tf.convert_to_tensor(g).numpy(), t) for g, t in zip(got, ts, strict=True))

        def along(
            xs: list[np.ndarray], which: list[int] = which, seeds: list[tf.Tensor] = seeds
        ) -> float:
            first = pull(sample, tensors(xs), which)
            return sum(inner(s.numpy(), g.numpy()) for s, g in zip(seeds, first, strict=True))

        expected = difference(along, arrays, which, ts)
        assert got == pytest.approx(expected, rel=10 * sample.rtol, abs=10 * sample.rtol)


@each(SMOOTH)
def test_forward_over_reverse_equals_reverse_over_reverse(sample: Sample) -> None:
    for arrays in variants(sample):
        which, inputs, ts = second(sample, arrays)
        sources = [inputs[i] for i in which]
        with tf.GradientTape() as outer:
            outer.watch(sources)
            gradients = pull(sample, inputs, which)
        seeds = [tf.constant(t) for t in directions([g.numpy() for g in gradients], 19)]
        hessian = outer.gradient(
            gradients, sources, output_gradients=seeds, unconnected_gradients="zero"
        )
        expected = sum(
            inner(tf.convert_to_tensor(h).numpy(), t) for h, t in zip(hessian, ts, strict=True)
        )
        with tf.autodiff.ForwardAccumulator(sources, [tf.constant(t) for t in ts]) as acc:
            again = pull(sample, inputs, which)
        got = sum(
            inner(s.numpy(), acc.jvp(g, unconnected_gradients="zero").numpy())
            for s, g in zip(seeds, again, strict=True)
        )
        assert got == pytest.approx(expected, rel=1e-8, abs=1e-8)


@each([s for s in DIFFERENTIABLE if s.batch])
def test_batched_cotangents_equal_a_loop(sample: Sample) -> None:
    for arrays in variants(sample):
        inputs = tensors(arrays)
        which = followed(sample, inputs)
        sources = [inputs[i] for i in which]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(sources)
            outputs = run(sample, inputs)
        for y in outputs:
            if not (y.dtype.is_floating or y.dtype.is_complex):
                continue
            together = tape.jacobian(y, sources, unconnected_gradients="zero")
            alone = tape.jacobian(
                y, sources, unconnected_gradients="zero", experimental_use_pfor=False
            )
            for a, b, x in zip(together, alone, sources, strict=True):
                assert a.shape == y.shape + x.shape
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-12)
            seed = np.zeros(y.shape, y.dtype.as_numpy_dtype)
            if seed.size:
                seed.flat[0] = 1
                row = tape.gradient(
                    y, sources, output_gradients=tf.constant(seed), unconnected_gradients="zero"
                )
                for a, r, x in zip(together, row, sources, strict=True):
                    np.testing.assert_allclose(
                        a.numpy().reshape(seed.size, *x.shape)[0],
                        tf.convert_to_tensor(r).numpy(),
                        rtol=1e-12,
                        atol=1e-12,
                    )


@each(DIFFERENTIABLE)
def test_dtype_is_kept(sample: Sample) -> None:
    for dtype in sample.dtypes:
        inputs = tensors(sample.arrays(), dtype)
        which = followed(sample, inputs)
        for y in run(sample, inputs):
            if y.dtype.is_floating:
                assert y.dtype == dtype
        with tf.GradientTape() as tape:
            tape.watch([inputs[i] for i in which])
            outputs = [y for y in run(sample, inputs) if y.dtype.is_floating]
        for i, g in zip(which, tape.gradient(outputs, [inputs[i] for i in which]), strict=True):
            assert g is None or (g.dtype == dtype and g.shape == inputs[i].shape)


@each(SAMPLES)
def test_inputs_are_untouched_and_strides_do_not_matter(sample: Sample) -> None:
    arrays = sample.arrays()
    inputs = tensors(arrays)
    expected = [np.asarray(y) for y in run(sample, inputs)]
    if sample.order:
        pull(sample, inputs, followed(sample, inputs))
    for x, a in zip(inputs, arrays, strict=True):
        np.testing.assert_array_equal(np.asarray(x), a)
    odd = []
    for a in arrays:
        padded = np.zeros([2 * n for n in a.shape], a.dtype)
        view = padded[(..., *(slice(None, None, -2) for _ in a.shape))]
        view[...] = a
        x = tf.constant(a)
        x._value = view[()] if a.ndim == 0 else view
        odd.append(x)
    for y, e in zip(run(sample, odd), expected, strict=True):
        np.testing.assert_allclose(np.asarray(y), e, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_primitive_has_a_sample(name: str) -> None:
    assert any(s.name == name for s in SAMPLES), (
        f"The primitive {name!r} has no sample: add one to the file of its family, "
        f"tests/ops/samples_<family>.py."
    )
