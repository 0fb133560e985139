"""Samples of dilations, and of the places that give the maxima."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tapegrad.ops.window_geometry import Windows
from tests.ops.samples import fixed, integers, reals, sample
from tests.ops.samples_conv import entry


def sums(x: np.ndarray, f: np.ndarray, windows: Windows, p: tuple[int, ...]) -> Any:
    """The number of each place of window p, its entry, and the sum there."""
    for number, k in enumerate(product(*map(range, windows.kernel))):
        i = entry(windows, p, k)
        if i is not None:
            yield number, i, x[(slice(None), *i)] + f[k]


def maxima(x: np.ndarray, f: np.ndarray, windows: Windows) -> np.ndarray:
    y = np.zeros((len(x), *windows.number, x.shape[-1]))
    for p in product(*map(range, windows.number)):
        y[(slice(None), *p)] = np.max([s for *_, s in sums(x, f, windows, p)], 0)
    return y


def first_places(x: np.ndarray, f: np.ndarray, y: np.ndarray, windows: Windows) -> np.ndarray:
    found = np.zeros(y.shape, int)
    for p in product(*map(range, windows.number)):
        numbers, _, values = zip(*sums(x, f, windows, p), strict=True)
        found[(slice(None), *p)] = np.array(numbers)[np.argmax(values, 0)]
    return found


def entries(x: np.ndarray, numbers: np.ndarray, windows: Windows) -> np.ndarray:
    found = np.zeros(numbers.shape, int)
    places = list(product(*map(range, windows.kernel)))
    for n, *p, c in np.ndindex(*numbers.shape):
        i = entry(windows, tuple(p), places[numbers[(n, *p, c)]])
        found[(n, *p, c)] = np.ravel_multi_index((*i, c), x.shape[1:])
    return found


CASES = {
    "valid": ((2, 3, 4, 2), Windows((3, 4), (2, 2), (1, 1), (1, 1), (0, 0), (2, 3))),
    "same": ((1, 3, 3, 1), Windows((3, 3), (3, 2), (1, 1), (1, 1), (1, 0), (3, 3))),
    "steps": ((1, 5, 4, 2), Windows((5, 4), (2, 2), (2, 1), (1, 2), (0, 0), (2, 2))),
}
for label, (shape, windows) in CASES.items():
    size = (*windows.kernel, shape[-1])
    params = {"windows": windows}
    sample("dilation", reals(*shape), reals(*size), params=params, label=label, reference=maxima)
    rng = np.random.default_rng(3)
    x, f = rng.integers(0, 3, shape) * 1.0, rng.integers(0, 2, size) * 1.0
    y = maxima(x, f, windows)
    numbers = first_places(x, f, y, windows)
    more: dict[str, Any] = {"params": params, "label": label, "order": 0}
    sample("dilation_places", fixed(x), fixed(f), fixed(y), reference=first_places, **more)
    sample("dilation_entries", fixed(x), fixed(numbers), reference=entries, **more)
sample(
    "filter_entries",
    integers(0, 4, 2, 3, 2),
    reference=lambda numbers: numbers * 2 + [0, 1],
    order=0,
)
