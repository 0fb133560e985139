"""Machine code for convolution and pooling: widths of blocks, what is left over, special values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.kernels import library_kernel
from tapegrad.core.table import TABLE
from tapegrad.ops import convolution, window_reductions  # noqa: F401 - primitives
from tapegrad.ops.window_geometry import Windows, make_windows
from tests.ops.samples_conv import entry
from tests.ops.samples_pool import maxima, spread, spread_to_first, sums


def by_machine(name: str, *arrays: np.ndarray, like: np.ndarray, **params: Any) -> np.ndarray:
    """What the library's function makes of arrays: all of its memory is written."""
    inputs = [Value("input", np.ascontiguousarray(a)) for a in arrays]
    output = Value.between(like.shape, arrays[0].dtype)
    made = library_kernel(Operation(TABLE[name], inputs, [output], params, ("", 0)))
    assert made is not None
    out = np.full(like.shape, 7, arrays[0].dtype)
    given = [v.array.reshape(-1) for v in inputs]  # so that all shapes share machine code
    made.function(*given, *made.constants, out.reshape(-1), made.sizes, made.numbers)
    return out


def correlated(x: np.ndarray, f: np.ndarray, windows: Windows) -> np.ndarray:
    y = np.zeros((len(x), *windows.number, f.shape[-1]))
    for p in np.ndindex(*windows.number):
        for k in np.ndindex(*windows.kernel):
            at = entry(windows, p, k)
            assert at is not None
            y[:, *p] += x[:, *at].astype(float) @ f[k].astype(float)
    return y


def filters_correlated(x: np.ndarray, g: np.ndarray, windows: Windows) -> np.ndarray:
    f = np.zeros((*windows.kernel, x.shape[-1], g.shape[-1]))
    for p in np.ndindex(*windows.number):
        for k in np.ndindex(*windows.kernel):
            at = entry(windows, p, k)
            assert at is not None
            f[k] += x[:, *at].astype(float).T @ g[:, *p].astype(float)
    return f


CONVOLUTIONS = {
    "one_window": ((1, 1, 1, 1), (1, 1), (1, 1), (1, 1), 1),
    "few_outputs": ((3, 5, 6, 2), (2, 3), (1, 1), (1, 1), 3),
    "all_lanes": ((2, 6, 5, 3), (3, 3), (1, 2), (1, 1), 8),
    "some_lanes": ((2, 7, 6, 1), (2, 2), (2, 1), (2, 3), 5),
    "two_blocks": ((2, 4, 4, 9), (3, 2), (1, 1), (1, 1), 70),
    "many_windows": ((40, 6, 6, 2), (3, 3), (1, 1), (1, 1), 4),
    "sequences": ((3, 40, 5), (7,), (3,), (2,), 4),
    "volumes": ((2, 3, 4, 3, 2), (2, 2, 2), (1, 1, 1), (1, 2, 1), 8),
}


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_convolution(case: str, dtype: str) -> None:
    shape, kernel, strides, dilations, outputs = CONVOLUTIONS[case]
    windows = make_windows("conv", shape[1:-1], kernel, strides, dilations, "VALID")
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape).astype(dtype)
    f = rng.normal(size=(*kernel, shape[-1], outputs)).astype(dtype)
    y = correlated(x, f, windows)
    g = rng.normal(size=y.shape).astype(dtype)
    tolerance = 200 * np.finfo(dtype).eps
    params = {"windows": windows, "groups": 1}
    np.testing.assert_allclose(by_machine("conv", x, f, like=y, **params), y, atol=tolerance)
    slope = filters_correlated(x, g, windows)
    made = by_machine("conv_filter", x, g, like=slope, **params)
    np.testing.assert_allclose(made, slope, atol=tolerance * max(1, np.abs(slope).max()))


POOLINGS = {
    "one_channel": ((2, 4, 6, 1), (-3, -2), (2, 2), (2, 2), (1, 1), "VALID"),
    "odd_channels": ((2, 5, 5, 31), (-3, -2), (2, 2), (2, 2), (1, 1), "SAME"),
    "overlapping": ((1, 6, 5, 16), (-3, -2), (3, 3), (2, 2), (1, 1), "SAME"),
    "dilated": ((3, 9, 8), (-2,), (3,), (2,), (2,), "SAME"),
    "volumes": ((2, 3, 4, 5, 4), (-4, -3, -2), (2, 1, 3), (1, 1, 2), (1, 1, 1), "SAME"),
    "channels_first": ((2, 3, 5, 4), (-2, -1), (2, 2), (1, 2), (1, 1), "VALID"),
    "many_windows": ((60, 8, 9, 4), (-3, -2), (2, 2), (1, 1), (1, 1), "SAME"),
    "large_windows": ((1, 50, 60, 2), (-3, -2), (50, 50), (1, 10), (1, 1), "VALID"),
}


@pytest.mark.parametrize("case", POOLINGS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pooling(case: str, dtype: str) -> None:
    shape, axes, kernel, strides, dilations, padding = POOLINGS[case]
    sizes = [shape[a] for a in axes]
    windows = make_windows("pool", sizes, kernel, strides, dilations, padding)
    rng = np.random.default_rng(2)
    x = rng.integers(-3, 4, shape).astype(dtype)  # with ties, and sums are exact
    y = maxima(x, windows, axes)
    g = rng.integers(-9, 10, y.shape).astype(dtype)
    params = {"windows": windows, "axes": axes}
    for name, arrays, expected in [
        ("window_max", [x], y),
        ("window_sum", [x], sums(x, windows, axes)),
        ("window_spread", [g], spread(g, windows, axes)),
        ("window_max_spread", [g, x, y], spread_to_first(g, x, y, windows, axes)),
    ]:
        made = by_machine(name, *arrays, like=expected, **params)
        np.testing.assert_array_equal(made, expected, err_msg=name)


def test_maxima_of_nan_and_infinity() -> None:
    nan, inf = np.nan, np.inf
    rows = [[1, nan, 2], [-inf, -inf, -inf], [inf, 1, inf], [nan, nan, 0], [0, inf, nan]]
    x = np.repeat(np.array(rows, np.float32)[..., None], 21, axis=-1)
    windows = make_windows("pool", [3], [3], [3], [1], "VALID")
    params = {"windows": windows, "axes": (-2,)}
    y = by_machine("window_max", x, like=x[:, :1], **params)
    np.testing.assert_array_equal(y[:, 0, 0], [nan, -inf, inf, nan, nan])
    g = np.full(y.shape, inf, np.float32)
    to = by_machine("window_max_spread", g, x, y, like=x, **params)
    first = [[0, inf, 0], [inf, 0, 0], [inf, 0, 0], [inf, 0, 0], [0, 0, inf]]
    np.testing.assert_array_equal(to, np.repeat(np.array(first)[..., None], 21, axis=-1))


def test_infinity_and_nan_stay_in_the_windows_that_see_them() -> None:
    x = np.zeros((1, 20, 1), np.float32)
    x[0, 3], x[0, 12] = np.inf, np.nan
    windows = make_windows("conv", [20], [2], [1], [1], "VALID")
    f = np.ones((2, 1, 3), np.float32)
    y = by_machine("conv", x, f, like=np.zeros((1, 19, 3)), windows=windows, groups=1)
    expected = np.zeros((19, 3))
    expected[2:4], expected[11:13] = np.inf, np.nan
    np.testing.assert_array_equal(y[0], expected)
