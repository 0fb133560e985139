"""Memory that arrays and tensors share with NumPy and other libraries, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
import tapegrad.torch

VALUES = numpy.arange(6.0).reshape(2, 3)
MAKERS: dict[str, Callable[[Any], Any]] = {
    "array": np.array,
    "tensor": tf.constant,
    "variable": tf.Variable,
}
each_kind = pytest.mark.parametrize("kind", MAKERS)


def address(x: Any) -> int:
    return int(numpy.asarray(x).__array_interface__["data"][0])


@each_kind
def test_numpy_sees_the_memory_and_cannot_write_to_it(kind: str) -> None:
    x = MAKERS[kind](VALUES)
    for seen in (numpy.asarray(x), numpy.asarray(x, copy=False), numpy.from_dlpack(x)):
        assert numpy.shares_memory(seen, x._value)
        assert not seen.flags.writeable
        assert seen.tolist() == VALUES.tolist()
    for own in (numpy.array(x), numpy.asarray(x, copy=True), numpy.from_dlpack(x, copy=True)):
        assert not numpy.shares_memory(own, x._value)
        assert own.flags.writeable


@each_kind
def test_another_type_is_a_copy_or_an_error(kind: str) -> None:
    x = MAKERS[kind](VALUES)
    assert numpy.asarray(x, numpy.float32).dtype == numpy.float32
    with pytest.raises(ValueError, match="copy"):
        numpy.asarray(x, numpy.float32, copy=False)


@each_kind
def test_capsules_of_every_version(kind: str) -> None:
    x = MAKERS[kind](VALUES)
    assert x.__dlpack_device__() == (1, 0)
    old, new = x.__dlpack__(), x.__dlpack__(max_version=(1, 0), dl_device=(1, 0))
    assert '"dltensor"' in repr(old)
    assert '"dltensor_versioned"' in repr(new)
    assert '"dltensor"' in repr(x.__dlpack__(max_version=(0, 8), copy=True))
    with pytest.raises(BufferError, match=r"\(2, 0\)"):
        x.__dlpack__(dl_device=(2, 0))
    with pytest.raises(Exception, match="stream"):
        x.__dlpack__(stream=1)
    with pytest.raises(TypeError):
        x.__dlpack__(None)


def test_what_cannot_be_lent_as_it_is() -> None:
    fixed = numpy.ones(3)
    fixed.flags.writeable = False
    x = np.asarray(fixed, copy=False)
    assert '"dltensor"' in repr(x.__dlpack__())  # a copy: this version cannot tell
    with pytest.raises(BufferError, match="max_version"):
        x.__dlpack__(copy=False)
    assert address(numpy.from_dlpack(x)) == address(fixed)
    with pytest.raises(ValueError, match="gpu"):
        np.from_dlpack(x, device="gpu")


def test_rows_in_reverse_order_are_copied() -> None:
    x = np.array(VALUES)[::-1, ::-1]
    assert numpy.from_dlpack(x).strides == (24, 8)
    assert numpy.from_dlpack(x).tolist() == VALUES[::-1, ::-1].tolist()
    with pytest.raises(BufferError, match="reverse"):
        numpy.from_dlpack(x, copy=False)


def test_memory_of_numpy_is_shared_where_it_is_asked_for() -> None:
    a = numpy.arange(3.0)
    shared = [np.asarray(a, copy=False), np.from_dlpack(a), np.from_dlpack(a, copy=False)]
    own = [np.asarray(a), np.array(a), np.asarray(a, copy=True), np.from_dlpack(a, copy=True)]
    a[0] = 9.0
    assert [x.tolist()[0] for x in shared] == [9.0] * 3
    assert [x.tolist()[0] for x in own] == [0.0] * 4
    shared[0][1] = 5.0  # an array of ours changes, not the memory that was lent
    assert a.tolist() == [9.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="copy"):
        np.asarray([1.0, 2.0], copy=False)
    with pytest.raises(ValueError, match="copy"):
        np.asarray(a, numpy.float32, copy=False)


def test_what_a_tape_follows_stays_followed() -> None:
    t, x = tf.constant(VALUES), np.array(VALUES)
    with tf.GradientTape() as tape:
        tape.watch([t, x])
        y = np.sum(np.from_dlpack(t) ** 2) + np.sum(np.from_dlpack(x, copy=True) ** 3)
        y += np.sum(np.asarray(t)) + np.sum(np.asarray(x, copy=True))
    found = [numpy.asarray(g) for g in tape.gradient(y, [t, x])]
    numpy.testing.assert_allclose(found[0], 2 * VALUES + 1)
    numpy.testing.assert_allclose(found[1], 3 * VALUES**2 + 1)


def test_from_dlpack_of_an_array_is_a_view_of_it() -> None:
    x = np.zeros(3)
    y = np.from_dlpack(x)
    y[1] = 2.0
    assert x.tolist() == [0.0, 2.0, 0.0]


def test_the_dialect_of_pytorch_takes_part() -> None:
    torch = tapegrad.torch
    x = np.array(VALUES)
    t = torch.from_dlpack(x)
    assert t.data_ptr() == address(x)
    assert address(np.from_dlpack(t)) == address(x)
    with pytest.raises(BufferError, match="detach"):
        np.from_dlpack(torch.ones(2, requires_grad=True))


def test_graphs_of_pytorchs_dialect_do_not_end_in_silence() -> None:
    torch = tapegrad.torch
    w = torch.ones(2, requires_grad=True)
    for use in (
        lambda: np.array(w),
        lambda: np.sin(w),
        lambda: np.ones(2) * w,
        lambda: w * np.ones(2),
        lambda: tf.sin(w),
        lambda: numpy.sin(w),
        lambda: tf.constant([1.0, 2.0]) + (w * 2),
    ):
        with pytest.raises(RuntimeError, match="detach"):
            use()
    assert np.sin(w.detach()).tolist() == numpy.sin(numpy.ones(2, numpy.float32)).tolist()
    with torch.no_grad():
        assert (np.ones(2) * w).tolist() == [1.0, 1.0]


@each_kind
def test_pytorch_shares_the_memory(kind: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = MAKERS[kind](VALUES)
    t = torch.from_dlpack(x)
    assert t.data_ptr() == address(x)
    assert t.tolist() == VALUES.tolist()
    assert torch.from_dlpack(x[::-1]).tolist() == VALUES[::-1].tolist()
    back = np.from_dlpack(torch.arange(4.0))
    assert back.dtype == np.float32
    lent = torch.arange(4.0)
    assert address(np.from_dlpack(lent)) == lent.data_ptr()
    with pytest.raises(Exception, match="grad"):
        np.from_dlpack(torch.ones(2, requires_grad=True))


@each_kind
def test_jax_shares_the_memory(kind: str) -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    lent = jax.numpy.arange(4.0)
    assert address(np.from_dlpack(lent)) == lent.unsafe_buffer_pointer()
    x = MAKERS[kind](VALUES.astype(numpy.float32))
    assert jax.numpy.from_dlpack(x).tolist() == VALUES.tolist()
    assert jax.numpy.from_dlpack(x[:, ::2]).tolist() == VALUES[:, ::2].tolist()
    # JAX shares what lies at multiples of 64 bytes.
    raw = numpy.zeros(64 + 32, numpy.uint8)
    start = -raw.ctypes.data % 64
    aligned = np.from_dlpack(raw[start : start + 32].view(numpy.float32))
    shared = jax.numpy.from_dlpack(aligned, copy=False)
    assert shared.unsafe_buffer_pointer() == address(aligned)


@pytest.mark.parametrize("make", ["array", "asarray", "asanyarray", "ascontiguousarray", "astype"])
def test_a_type_of_numpy_is_taken_at_its_word(make: str) -> None:
    for source in (numpy.float16, numpy.float32, numpy.float64):
        for target in (numpy.float16, numpy.float32, numpy.float64):
            x = numpy.ones(3, source)
            for value in (x, np.array(x)):
                for dtype in (target, numpy.dtype(target), numpy.dtype(target).name):
                    assert getattr(np, make)(value, dtype).dtype == target
    gradient = np.grad(lambda x: np.sum(np.asarray(x, dtype=numpy.dtype(float)) ** 2))
    assert gradient(numpy.ones(2, numpy.float32)).dtype == numpy.float32
