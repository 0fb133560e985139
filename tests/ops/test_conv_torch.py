"""Random convolutions and poolings in both layouts, with gradients, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

torch = pytest.importorskip("torch", reason="PyTorch is the judge here")

FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


class Setting:
    """Random sizes; PyTorch has the channels first, ours are first or last."""

    def __init__(self, seed: int) -> None:
        rng = self.rng = np.random.default_rng(seed)
        n = self.n = int(rng.integers(1, 4))
        self.groups, self.c, self.o = (int(i) for i in rng.integers(1, 4, 3))
        self.kernel, self.strides, self.dilations = (
            rng.integers(1, high, n).tolist() for high in (4, 4, 3)
        )
        self.pads = rng.integers(0, 3, n).tolist()
        self.extents = [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations, strict=True)]
        self.sizes = [int(e + rng.integers(0, 5)) for e in self.extents]
        self.first = bool(rng.integers(0, 2))
        self.format = FORMATS[n][self.first]
        self.x = rng.standard_normal((2, self.groups * self.c, *self.sizes))
        self.w = rng.standard_normal((self.groups * self.o, self.c, *self.kernel))

    def ours(self, a: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(a if self.first else np.moveaxis(a, 1, -1))

    def theirs(self, a: np.ndarray) -> np.ndarray:
        return a if self.first else np.moveaxis(a, -1, 1)

    def around(self, batch: Any, channels: Any, middle: list[Any]) -> list[Any]:
        return [batch, channels, *middle] if self.first else [batch, *middle, channels]

    def padding(self, pads: list[int]) -> list[list[int]]:
        return self.around([0, 0], [0, 0], [[p, p] for p in pads])


def ours(f: Callable[..., Any], *arrays: np.ndarray) -> list[np.ndarray]:
    inputs = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = f(*inputs)
        loss = tf.reduce_sum(tf.sin(y))
    return [y.numpy(), *[g.numpy() for g in tape.gradient(loss, inputs)]]


def theirs(f: Callable[..., Any], *arrays: np.ndarray) -> list[np.ndarray]:
    inputs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = f(*inputs)
    gradients = torch.autograd.grad(torch.sin(y).sum(), inputs)
    return [y.detach().numpy(), *[g.numpy() for g in gradients]]


def filters(w: np.ndarray) -> np.ndarray:
    """PyTorch's ``(outputs, inputs, *kernel)`` in TensorFlow's order."""
    return np.ascontiguousarray(np.moveaxis(w, (0, 1), (-1, -2)))


def assert_equal(s: Setting, got: list[np.ndarray], expected: list[np.ndarray]) -> None:
    y, gx, *gw = got
    assert_close = np.testing.assert_allclose
    assert_close(s.theirs(y), expected[0], rtol=1e-9, atol=1e-10)
    assert_close(s.theirs(gx), expected[1], rtol=1e-9, atol=1e-10)
    for a, b in zip(gw, expected[2:], strict=True):
        assert_close(a, filters(b), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("seed", range(40))
def test_convolution(seed: int) -> None:
    s = Setting(seed)
    reference = getattr(torch.nn.functional, f"conv{s.n}d")
    expected = theirs(
        lambda x, w: reference(x, w, None, s.strides, s.pads, s.dilations, s.groups), s.x, s.w
    )
    pads = s.padding(s.pads)
    got = ours(
        lambda x, w: tf.nn.convolution(x, w, s.strides, pads, s.format, s.dilations),
        s.ours(s.x),
        filters(s.w),
    )
    assert_equal(s, got, expected)


@pytest.mark.parametrize("seed", range(40))
def test_transposed_convolution(seed: int) -> None:
    s = Setting(seed)
    counts = [
        (size + 2 * p - e) // step + 1
        for size, p, e, step in zip(s.sizes, s.pads, s.extents, s.strides, strict=True)
    ]
    rest = [
        size - ((count - 1) * step - 2 * p + e)
        for size, count, step, p, e in zip(
            s.sizes, counts, s.strides, s.pads, s.extents, strict=True
        )
    ]
    y = s.rng.standard_normal((2, s.groups * s.o, *counts))
    reference = getattr(torch.nn.functional, f"conv_transpose{s.n}d")
    expected = theirs(
        lambda y, w: reference(y, w, None, s.strides, s.pads, rest, s.groups, s.dilations), y, s.w
    )
    shape, pads = s.around(2, s.groups * s.c, s.sizes), s.padding(s.pads)
    got = ours(
        lambda y, w: tf.nn.conv_transpose(y, w, shape, s.strides, pads, s.format, s.dilations),
        s.ours(y),
        filters(s.w),
    )
    assert_equal(s, got, expected)


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("seed", range(20))
def test_pooling(seed: int, kind: str) -> None:
    s = Setting(seed)
    pads = [min(p, k // 2) for p, k in zip(s.pads, s.kernel, strict=True)]
    reference = getattr(torch.nn.functional, f"{kind}_pool{s.n}d")
    more = {} if kind == "max" else {"count_include_pad": False}
    expected = theirs(lambda x: reference(x, s.kernel, s.strides, pads, **more), s.x)
    pool = getattr(tf.nn, f"{kind}_pool")
    padding = s.padding(pads)
    got = ours(lambda x: pool(x, s.kernel, s.strides, padding, s.format), s.ours(s.x))
    assert_equal(s, got, expected)
