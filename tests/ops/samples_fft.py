"""Samples of Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft

from tests.ops.samples import Maker, reals, sample


def complexes(*shape: int) -> Maker:
    """Complex numbers with both parts away from zero."""
    return lambda rng: reals(*shape)(rng) + 1j * reals(*shape)(rng)


def real_to_half(x: np.ndarray, axes: tuple[int, ...], norm: Any) -> np.ndarray:
    return np.fft.rfftn(x, axes=axes, norm=norm)


def half_to_real(x: np.ndarray, axes: tuple[int, ...], length: int, norm: Any) -> np.ndarray:
    return np.fft.irfftn(x, [*(x.shape[i] for i in axes[:-1]), length], axes=axes, norm=norm)


def scaled(x: np.ndarray, axis: int, length: int, factor: float) -> np.ndarray:
    twice = [0 < k < length / 2 for k in range(length // 2 + 1)]
    rows = np.moveaxis(x, axis, -1) * np.where(twice, factor, 1.0)
    return np.moveaxis(rows, -1, axis)


for norm in ("backward", "ortho", "forward"):
    for label, axes, shape in (
        ("last", (-1,), (2, 5)),
        ("first", (-2,), (4, 2)),
        ("both", (-2, -1), (3, 4)),
        ("swapped", (-1, -3), (4, 2, 3)),
    ):
        if norm != "backward" and label in ("first", "swapped"):
            continue
        options: dict[str, Any] = {
            "params": {"axes": axes, "norm": norm},
            "label": f"{label}_{norm}",
            "dtypes": (),
        }
        sample("fft", complexes(*shape), reference=np.fft.fftn, **options)
        sample("ifft", complexes(*shape), reference=np.fft.ifftn, **options)
        options["dtypes"] = ("float32", "float64")
        sample("rfft", reals(*shape), reference=real_to_half, **options)
        for parity, length in (("even", 6), ("odd", 5)):
            half = list(shape)
            half[axes[-1]] = length // 2 + 1
            sample(
                "irfft",
                complexes(*half),
                reference=half_to_real,
                params={"axes": axes, "norm": norm, "length": length},
                label=f"{label}_{norm}_{parity}",
                dtypes=(),
            )
for length in (1, 2, 4, 5):
    sample(
        "scale_pairs",
        complexes(length // 2 + 1, 2),
        reference=scaled,
        params={"axis": -2, "length": length, "factor": 0.5},
        label=str(length),
        dtypes=(),
    )


# The sine transforms; those of cosines have samples beside other linear maps.
def sine_transform(x: np.ndarray, type: int, ortho: bool) -> np.ndarray:
    return scipy.fft.dst(x, type, norm="ortho" if ortho else None)


for kind in (1, 2, 3, 4):
    for ortho in (False, True):
        sample(
            "dst",
            reals(2, 5),
            reference=sine_transform,
            params={"type": kind, "ortho": ortho},
            label=f"type_{kind}" + "_ortho" * ortho,
            dtypes=("float32", "float64"),
        )
sample(
    "dst",
    reals(3, 1),
    reference=sine_transform,
    params={"type": 2, "ortho": False},
    label="one",
    dtypes=("float32", "float64"),
)
