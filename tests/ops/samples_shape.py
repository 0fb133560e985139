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
