"""Samples of the primitives that rearrange entries."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import reals, sample

sample(
    "transpose",
    reals(2, 3, 4),
    params={"axes": (-1, -3, -2)},
    reference=lambda x, axes: np.moveaxis(x, -1, 0),
    complex=True,
)
sample("transpose", reals(), params={"axes": ()}, label="scalar", reference=lambda x, axes: x)
sample(
    "transpose",
    reals(4, 2, 3),
    params={"axes": (-1, -2)},
    label="last_two",
    reference=lambda x, axes: np.einsum("aij->aji", x),
)
sample(
    "matrix_transpose",
    reals(4, 2, 3),
    reference=lambda x: np.einsum("aij->aji", x),
    complex=True,
)


def padded(x: np.ndarray, paddings: tuple[tuple[int, int], ...]) -> np.ndarray:
    return np.pad(x, [(0, 0)] * (x.ndim - len(paddings)) + list(paddings))


sample("pad", reals(2, 3), params={"paddings": ((1, 0), (0, 2))}, reference=padded, complex=True)
sample("pad", reals(2, 3), params={"paddings": ((2, 1),)}, label="last", reference=padded)
sample("pad", reals(0, 2), params={"paddings": ((1, 1), (0, 0))}, label="empty", reference=padded)
sample(
    "reverse",
    reals(2, 3, 2),
    params={"axes": (-1, -3)},
    reference=lambda x, axes: x[::-1, :, ::-1],
    complex=True,
)
sample("reverse", reals(2), params={"axes": ()}, label="nothing", reference=lambda x, axes: x)
sample(
    "roll",
    reals(4, 3),
    params={"shifts": (1, -2, 2), "axes": (-1, -2, -2)},
    reference=lambda x, shifts, axes: np.roll(x, 1, 1),
    complex=True,
)
sample(
    "roll",
    reals(3, 4),
    params={"shifts": (-5,), "axes": (-1,)},
    label="far",
    reference=lambda x, shifts, axes: np.roll(x, 3, 1),
)
