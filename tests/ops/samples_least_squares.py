"""Samples of pseudo-inverses, of full rank (where rounding does not change the rank)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from tests.ops.samples import sample
from tests.ops.samples_linalg import PRECISIONS, STACKS
from tests.ops.samples_spectra import apart


def pseudo_inverse(x: np.ndarray, rcond: Any) -> np.ndarray:
    """By the normal equations."""
    lead, (m, n) = x.shape[:-2], x.shape[-2:]
    y = np.zeros((*lead, n, m), x.dtype)
    if m and n:
        for i in np.ndindex(*lead):
            a = x[i]
            h = a.conj().T
            y[i] = scipy.linalg.inv(h @ a) @ h if m >= n else h @ scipy.linalg.inv(a @ h)
    return y


for label, shape in {**STACKS, "tall": (4, 2), "wide": (2, 4), "tall_stack": (2, 3, 1)}.items():
    sample(
        "pinv",
        apart(*shape),
        params={"rcond": np.float64(1e-7)},
        label=label,
        reference=pseudo_inverse,
        complex=True,
        dtypes=PRECISIONS,
    )
