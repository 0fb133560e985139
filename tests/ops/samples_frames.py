"""Samples of frames of signals, and of cosine transforms."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import reals, sample

SINGLE = ("float32", "float64")


def framed(x: np.ndarray, length: int, step: int, count: int) -> np.ndarray:
    frames = [x[..., i * step : i * step + length] for i in range(count)]
    return np.stack(frames, -2) if frames else np.zeros((*x.shape[:-1], 0, length))


def added(x: np.ndarray, step: int, size: int) -> np.ndarray:
    signal = np.zeros((*x.shape[:-2], size), x.dtype)
    for i in range(x.shape[-2]):
        signal[..., i * step : i * step + x.shape[-1]] += x[..., i, :]
    return signal


for label, n, length, step, count in (
    ("overlapping", 9, 4, 2, 3),
    ("dense", 6, 4, 1, 3),
    ("uneven", 9, 5, 2, 3),
    ("apart", 10, 2, 3, 3),
    ("tail", 10, 4, 3, 2),
    ("none", 3, 4, 2, 0),
):
    sizes = {"length": length, "step": step, "count": count}
    sample("frames", reals(2, n), params=sizes, label=label, reference=framed, complex=True)
    sample(
        "overlap_add",
        reals(2, count, length),
        params={"step": step, "size": n},
        label=label,
        reference=added,
        complex=True,
    )


def cosines(x: np.ndarray, type: int, ortho: bool) -> np.ndarray:
    """The sums written out, as the product with a matrix."""
    n = x.shape[-1]
    k, j = np.arange(n)[:, None], np.arange(n)
    if type == 1:
        matrix = np.where((j == 0) | (j == n - 1), 1, 2) * np.cos(np.pi * k * j / (n - 1))
    elif type == 2:
        matrix = 2 * np.cos(np.pi * k * (2 * j + 1) / (2 * n))
    elif type == 3:
        matrix = np.where(j == 0, 1, 2) * np.cos(np.pi * (2 * k + 1) * j / (2 * n))
    else:
        matrix = 2 * np.cos(np.pi * (2 * k + 1) * (2 * j + 1) / (4 * n))
    if ortho:
        matrix = matrix / np.sqrt(2 * n)
        if type == 2:
            matrix[0] /= np.sqrt(2)
        if type == 3:
            matrix[:, 0] *= np.sqrt(2)
    return x @ matrix.T


for type in (1, 2, 3, 4):
    for ortho in (False, True):
        for n in (2, 3, 6):
            if type == 1 and ortho:
                continue
            sample(
                "dct",
                reals(2, n),
                params={"type": type, "ortho": ortho},
                label=f"{type}{'_ortho' if ortho else ''}_{n}",
                dtypes=SINGLE,
                reference=cosines,
            )
sample(
    "dct",
    reals(1),
    params={"type": 2, "ortho": False},
    label="one",
    dtypes=SINGLE,
    reference=cosines,
)
