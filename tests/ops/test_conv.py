"""Convolutions beyond single primitives: layouts, blocks, memory, precision, errors."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy import signal

import tapegrad as tf
from tapegrad.ops import convolution_products
from tapegrad.ops.window_geometry import blocks, make_windows
from tests.ops.samples_conv import CASES, filter_gradient, input_gradient, output


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def gradients(f: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    """Value and gradients of a weighted sum of ``f(*arrays)``."""
    inputs = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = f(*inputs)
        loss = tf.reduce_sum(tf.sin(y))
    return [y.numpy(), *[g.numpy() for g in tape.gradient(loss, inputs)]]


def channels_first(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, -1, 1)


LAYOUTS = {
    "conv1d": (
        lambda f: lambda x, w: tf.nn.conv1d(x, w, 2, "SAME", f or "NWC"),
        (normal(2, 7, 3), normal(3, 3, 4)),
    ),
    "conv2d": (
        lambda f: lambda x, w: tf.nn.conv2d(x, w, [2, 1], "SAME", f or "NHWC", [1, 2]),
        (normal(2, 5, 6, 4), normal(3, 2, 2, 6)),
    ),
    "conv3d": (
        lambda f: lambda x, w: tf.nn.conv3d(x, w, 1, "VALID", f or "NDHWC"),
        (normal(1, 3, 4, 3, 2), normal(2, 2, 2, 2, 3)),
    ),
    "depthwise_conv2d": (
        lambda f: lambda x, w: tf.nn.depthwise_conv2d(x, w, 1, "SAME", f or "NHWC"),
        (normal(1, 4, 5, 3), normal(2, 2, 3, 2)),
    ),
    "max_pool2d": (
        lambda f: lambda x: tf.nn.max_pool2d(x, [3, 2], [1, 2], "SAME", f or "NHWC"),
        (normal(2, 5, 6, 3),),
    ),
    "avg_pool3d": (
        lambda f: lambda x: tf.nn.avg_pool3d(x, 2, 1, "SAME", f or "NDHWC"),
        (normal(1, 3, 4, 3, 2),),
    ),
}
FORMATS = {3: "NCW", 4: "NCHW", 5: "NCDHW"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_channels_first_is_channels_last_transposed(name: str) -> None:
    make, (x, *weights) = LAYOUTS[name]
    y, gx, *gw = gradients(make(None), x, *weights)
    first = gradients(make(FORMATS[x.ndim]), channels_first(x), *weights)
    np.testing.assert_allclose(first[0], channels_first(y), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(first[1], channels_first(gx), rtol=1e-12, atol=1e-13)
    for a, b in zip(first[2:], gw, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


def test_transposed_convolution_channels_first() -> None:
    x, w = normal(1, 3, 4, 3), normal(3, 2, 2, 3)
    last = gradients(lambda x, w: tf.nn.conv2d_transpose(x, w, [1, 6, 8, 2], 2), x, w)
    first = gradients(
        lambda x, w: tf.nn.conv2d_transpose(x, w, [1, 2, 6, 8], 2, data_format="NCHW"),
        channels_first(x),
        w,
    )
    np.testing.assert_allclose(first[0], channels_first(last[0]), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(first[1], channels_first(last[1]), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(first[2], last[2], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
def test_one_channel_is_scipys_correlation(mode: str) -> None:
    x, w = normal(6, 7), normal(3, 3)
    padding = {"valid": "VALID", "same": "SAME", "full": [[0, 0], [2, 2], [2, 2], [0, 0]]}[mode]
    y = tf.nn.conv2d(x[None, :, :, None], w[:, :, None, None], 1, padding)
    expected = signal.correlate2d(x, w, mode)
    np.testing.assert_allclose(y.numpy()[0, :, :, 0], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("short", [0, 100], ids=["channels_last", "channels_first"])
@pytest.mark.parametrize("label", CASES)
def test_blocks_and_layouts_do_not_matter(
    label: str, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolution_products, "_SHORT", short)
    monkeypatch.setattr(convolution_products, "_BLOCK", 200)
    windows, n, groups, c, o = CASES[label]
    x = normal(n, *windows.sizes, groups * c)
    f = normal(*windows.kernel, c, groups * o)
    y = normal(n, *windows.number, groups * o)
    for function, reference, a, b in (
        (convolution_products.correlate, output, x, f),
        (convolution_products.correlate_input, input_gradient, y, f),
        (convolution_products.correlate_filter, filter_gradient, x, y),
    ):
        got = function(a, b, windows=windows, groups=groups)
        expected = reference(a, b, windows, groups)
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("limit", [1, 3, 7, 24, 100])
def test_blocks_cover_everything_once(limit: int) -> None:
    seen = np.zeros((2, 3, 4), int)
    for block in blocks(seen.shape, limit):
        assert seen[block].size <= limit
        assert seen[block].flags.c_contiguous
        seen[block] += 1
    assert (seen == 1).all()


def test_memory_is_bounded() -> None:
    x, f = tf.ones([1, 500, 500, 8]), tf.ones([7, 7, 8, 8])
    tf.config.set_eager_kernels(False)  # a compiler needs memory, too
    tracemalloc.start()
    try:
        with tf.GradientTape() as tape:
            tape.watch([x, f])
            y = tf.nn.conv2d(x, f, 1, "SAME")
        forward = tracemalloc.get_traced_memory()[1]
        tape.gradient(y, [x, f])
        backward = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        tf.config.set_eager_kernels()
    size = y.numpy().nbytes  # all windows together are 49 times as large
    assert forward < 2.5 * size
    assert backward < 5 * size


def test_half_precision_is_summed_in_float32() -> None:
    x, f = tf.ones([1, 1, 3001], tf.float16), tf.ones([1, 3001, 2], tf.float16)
    assert tf.nn.conv1d(x, f, 1, "VALID").numpy().tolist() == [[[3000.0, 3000.0]]]
    line = tf.ones([1, 3001, 1], tf.float16)
    assert tf.nn.avg_pool1d(line, 3001, 1, "VALID").numpy().item() == 1.0
    with tf.GradientTape() as tape:
        tape.watch(f)
        y = tf.nn.conv1d(tf.ones([1, 3001, 1], tf.float16), f[:, :1], 1, "VALID")
    assert tape.gradient(y, f).numpy()[0, 0, 0] == 3000.0


def test_hessian_with_both_inputs_batched_equals_a_loop() -> None:
    x, f = tf.constant(normal(2, 3, 3, 2)), tf.constant(normal(2, 2, 1, 4))
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, f])
        with tf.GradientTape() as inner:
            inner.watch([x, f])
            loss = tf.reduce_sum(tf.sin(tf.nn.conv2d(x, f, 1, "SAME")))
        first = inner.gradient(loss, [x, f])
    for g in first:
        for source in (x, f):
            together = outer.jacobian(g, source).numpy()
            alone = outer.jacobian(g, source, experimental_use_pfor=False).numpy()
            assert np.abs(together).max() > 0.1
            np.testing.assert_allclose(together, alone, rtol=1e-11, atol=1e-11)


def test_third_order() -> None:
    f = tf.constant(normal(2, 1, 1))
    x = tf.constant(normal(1, 4, 1))
    with tf.GradientTape() as third:
        third.watch(f)
        with tf.GradientTape() as second:
            second.watch(f)
            with tf.GradientTape() as first:
                first.watch(f)
                loss = tf.reduce_sum(tf.nn.conv1d(x, f, 1, "VALID") ** 3)
            g = tf.reduce_sum(first.gradient(loss, f))
        h = tf.reduce_sum(second.gradient(g, f))
    # Windows (a, b): the sum over all third derivatives of (a f0 + b f1)^3 by f0 and f1.
    a, b = x.numpy()[0, :-1, 0], x.numpy()[0, 1:, 0]
    expected = [np.sum(6 * a * (a + b) ** 2), np.sum(6 * b * (a + b) ** 2)]
    np.testing.assert_allclose(third.gradient(h, f).numpy().ravel(), expected, rtol=1e-12)


X, F = tf.ones([1, 5, 6, 4]), tf.ones([3, 2, 4, 3])
WRONG = {
    "channels": (lambda: tf.nn.conv2d(X[..., :3], F, 1, "SAME"), r"Expect: 4 channels.*Actual: 3"),
    "groups": (
        lambda: tf.nn.conv2d(X, F[:, :, :2], 1, "SAME"),
        r"Expect: a multiple of 2 output channels.*Actual: filters of shape \[3, 2, 2, 3\]",
    ),
    "rank": (lambda: tf.nn.conv2d(X[0], F, 1, "SAME"), r"Expect: NHWC.*Actual: shape \[5, 6, 4\]"),
    "filters": (lambda: tf.nn.conv2d(X, F[0], 1, "SAME"), r"Expect: 2 window.*Actual: shape \[2"),
    "size": (
        lambda: tf.nn.conv2d(X[:, :1], F, 1, "VALID"),
        r"negative.*Expect: windows no larger.*Actual: sizes \[1, 6\]",
    ),
    "padding": (lambda: tf.nn.conv2d(X, F, 1, "FULL"), r"'FULL'.*'SAME', 'VALID'"),
    "format": (lambda: tf.nn.conv2d(X, F, 1, "SAME", "NHCW"), r"'NHCW'.*'NHWC', 'NCHW'"),
    "output_shape": (
        lambda: tf.nn.conv2d_transpose(X, tf.ones([3, 3, 2, 4]), [1, 9, 9, 2], 2),
        r"Expect:.*sizes \[5, 5\]\. Actual: batch 1, sizes \[5, 6\]",
    ),
    "pooling_rank": (lambda: tf.nn.max_pool2d(X[0], 2, 1, "SAME"), r"Expect.*Actual: shape \[5"),
    "padding_alone": (
        lambda: tf.nn.avg_pool2d(X, 1, 1, [[0, 0], [1, 0], [0, 0], [0, 0]]),
        r"padding alone.*Expect.*Actual",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_say_what_was_expected(name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        call()


def test_same_padding_of_sizes_that_do_not_divide() -> None:
    windows = make_windows("test", [7], [4], [3], [1], "SAME")
    assert (windows.before, windows.number) == ((1,), (3,))


# Pooling where it is singular: ties, infinities, NaN.


def pooled_gradient(values: Any, **options: Any) -> tuple[list[float], list[float]]:
    x = tf.reshape(tf.constant(values, tf.float64), [1, -1, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.max_pool1d(x, **options)
    return y.numpy().ravel().tolist(), tape.gradient(y, x).numpy().ravel().tolist()


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    y, g = pooled_gradient([1.0, 3.0, 3.0, 3.0], ksize=4, strides=1, padding="VALID")
    assert (y, g) == ([3.0], [0.0, 1.0, 0.0, 0.0])


def test_padding_never_wins() -> None:
    low = -np.inf
    options = {"ksize": 2, "strides": 1, "padding": [[0, 0], [1, 1], [0, 0]]}
    assert pooled_gradient([low, low], **options) == ([low, low, low], [2.0, 1.0])
    assert pooled_gradient([-3.0, -5.0], **options) == ([-3.0, -3.0, -5.0], [2.0, 1.0])


def test_nan_is_largest() -> None:
    y, g = pooled_gradient([np.nan, 1.0, np.inf, np.nan], ksize=2, strides=1, padding="VALID")
    np.testing.assert_array_equal(y, [np.nan, np.inf, np.nan])
    assert g == [1.0, 0.0, 1.0, 1.0]


def test_pooling_of_everything_is_a_maximum() -> None:
    x = normal(2, 20, 20, 3)
    y, g = gradients(lambda x: tf.nn.max_pool2d(x, 20, 1, "VALID"), x)
    np.testing.assert_array_equal(y[:, 0, 0], x.max((1, 2)))
    assert (np.count_nonzero(g, (1, 2)) == 1).all()


def test_padding_does_not_count_in_means() -> None:
    x = tf.ones([1, 3, 3, 1])
    same = tf.nn.avg_pool2d(x, 2, 1, "SAME")
    explicit = tf.nn.avg_pool2d(x, 2, 1, [[0, 0], [1, 1], [1, 0], [0, 0]])
    assert same.numpy().min() == explicit.numpy().min() == 1.0


def test_dilated_pooling_picks_places_apart() -> None:
    x = tf.reshape(tf.constant([5.0, 1.0, 2.0, 3.0, 4.0]), [1, 5, 1])
    y = tf.nn.pool(x, [2], "MAX", dilations=[2])
    assert y.numpy().ravel().tolist() == [5.0, 3.0, 4.0]


def test_windows_larger_than_the_image_give_a_result_without_entries() -> None:
    y = tf.nn.conv2d(tf.ones([1, 2, 3, 2]), tf.ones([3, 2, 2, 3]), 1, "VALID")
    assert y.shape == (1, 0, 2, 3)
