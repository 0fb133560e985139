"""Samples of convolutions: the output, and the gradients for inputs and filters."""

from __future__ import annotations

from itertools import product

import numpy as np

from tapegrad.ops.window_geometry import Windows
from tests.ops.samples import reals, sample

SINGLE = ("float16", "float32", "float64")


def entry(windows: Windows, p: tuple[int, ...], k: tuple[int, ...]) -> tuple[int, ...] | None:
    """The entry at place k of window p, or None for padding."""
    found = []
    for axis in range(len(p)):
        i = p[axis] * windows.strides[axis] + k[axis] * windows.dilations[axis]
        i -= windows.before[axis]
        if not 0 <= i < windows.sizes[axis]:
            return None
        found.append(i)
    return tuple(found)


def meetings(windows: Windows):
    for p in product(*map(range, windows.number)):
        for k in product(*map(range, windows.kernel)):
            i = entry(windows, p, k)
            if i is not None:
                yield p, k, i


def grouped(a: np.ndarray, groups: int) -> np.ndarray:
    return a.reshape(*a.shape[:-1], groups, a.shape[-1] // groups)


def output(x: np.ndarray, f: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    x, f = grouped(x, groups), grouped(f, groups)
    dtype = np.result_type(x, f)
    y = np.zeros((len(x), *windows.number, groups, f.shape[-1]), dtype)
    for p, k, i in meetings(windows):
        y[(slice(None), *p)] += np.einsum("ngc,cgo->ngo", x[(slice(None), *i)], f[k])
    return y.reshape(*y.shape[:-2], y.shape[-2] * y.shape[-1])


def input_gradient(y: np.ndarray, f: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    y, f = grouped(y, groups), grouped(f, groups)
    x = np.zeros((len(y), *windows.sizes, groups, f.shape[-3]), np.result_type(y, f))
    for p, k, i in meetings(windows):
        x[(slice(None), *i)] += np.einsum("ngo,cgo->ngc", y[(slice(None), *p)], f[k])
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def filter_gradient(x: np.ndarray, y: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    x, y = grouped(x, groups), grouped(y, groups)
    shape = (*windows.kernel, x.shape[-1], groups, y.shape[-1])
    f = np.zeros(shape, np.result_type(x, y))
    for p, k, i in meetings(windows):
        f[k] += np.einsum("ngc,ngo->cgo", x[(slice(None), *i)], y[(slice(None), *p)])
    return f.reshape(*f.shape[:-2], f.shape[-2] * f.shape[-1])


# label: windows, images, groups, channels of an input group and of an output group
CASES = {
    "same_1d": (Windows((4,), (3,), (1,), (1,), (1,), (4,)), 2, 1, 2, 3),
    "steps_1d": (Windows((7,), (2,), (3,), (2,), (0,), (2,)), 1, 1, 2, 2),
    "apart_1d": (Windows((5,), (1,), (2,), (1,), (0,), (3,)), 1, 1, 2, 1),
    "same_2d": (Windows((3, 4), (3, 2), (1, 1), (1, 1), (1, 0), (3, 4)), 2, 1, 2, 2),
    "strided_2d": (Windows((5, 4), (3, 3), (2, 2), (1, 1), (1, 0), (3, 2)), 1, 1, 2, 2),
    "dilated_2d": (Windows((4, 4), (2, 2), (1, 2), (2, 1), (0, 1), (2, 3)), 1, 1, 1, 2),
    "pointwise": (Windows((2, 3), (1, 1), (1, 1), (1, 1), (0, 0), (2, 3)), 2, 1, 3, 2),
    "padded_point": (Windows((2, 2), (1, 1), (1, 1), (1, 1), (1, 2), (4, 5)), 1, 1, 2, 2),
    "wide": (Windows((2, 2), (1, 1), (1, 1), (1, 1), (0, 0), (2, 2)), 1, 1, 1, 9),
    "many_outputs": (Windows((3, 2), (2, 2), (1, 1), (1, 1), (0, 0), (2, 1)), 1, 1, 1, 9),
    "grouped": (Windows((3, 3), (2, 2), (1, 1), (1, 1), (0, 1), (2, 4)), 2, 2, 2, 3),
    "grouped_steps": (Windows((4, 3), (2, 3), (2, 1), (1, 1), (1, 1), (2, 3)), 1, 2, 2, 2),
    "depthwise": (Windows((3, 4), (2, 2), (1, 1), (1, 1), (0, 0), (2, 3)), 2, 3, 1, 1),
    "depthwise_steps": (Windows((4, 4), (3, 2), (2, 2), (1, 1), (1, 0), (2, 2)), 1, 2, 1, 2),
    "depthwise_many": (Windows((3, 3), (2, 2), (1, 1), (1, 1), (0, 0), (2, 2)), 1, 2, 1, 5),
    "many_channels": (Windows((3, 3), (2, 2), (1, 1), (1, 1), (0, 0), (2, 2)), 1, 1, 17, 1),
    "same_3d": (
        Windows((2, 3, 2), (2, 2, 2), (1, 1, 1), (1, 1, 1), (0, 0, 1), (1, 2, 3)),
        1,
        1,
        2,
        1,
    ),
    "steps_3d": (
        Windows((3, 3, 3), (2, 1, 2), (2, 1, 1), (1, 1, 2), (1, 0, 0), (2, 3, 1)),
        1,
        1,
        1,
        2,
    ),
    "no_images": (Windows((3,), (2,), (1,), (1,), (0,), (2,)), 0, 1, 1, 2),
    "no_windows": (Windows((2,), (3,), (1,), (1,), (0,), (0,)), 1, 1, 1, 2),
}
for label, (windows, n, groups, c, o) in CASES.items():
    x = reals(n, *windows.sizes, groups * c)
    f = reals(*windows.kernel, c, groups * o)
    y = reals(n, *windows.number, groups * o)
    options = {
        "params": {"windows": windows, "groups": groups},
        "label": label,
        "complex": label in ("same_1d", "strided_2d", "grouped", "depthwise"),
    }
    sample("conv", x, f, reference=output, **options)
    sample("conv_input", y, f, reference=input_gradient, **options)
    sample("conv_filter", x, y, reference=filter_gradient, **options)
