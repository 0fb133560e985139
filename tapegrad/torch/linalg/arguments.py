"""What the functions of linear algebra have in common: their errors and their named results."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.examples import for_checks

__all__ = ["LinAlgError"]


class LinAlgError(RuntimeError):
    """A matrix has no inverse, no factorization, or no solution."""


def require_matrices(name: str, *tensors: Any) -> None:
    """Raise unless all have at least two dimensions and a floating point or complex type.

    Raises
    ------
    RuntimeError
        As PyTorch words it.
    """
    for x in tensors:
        if x._value.ndim < 2:
            raise RuntimeError(
                f"linalg.{name}: The input tensor A must have at least 2 dimensions."
            )
        if x._value.dtype.kind not in "fc":
            kind = from_numpy_dtype(x._value.dtype).abbreviation
            raise RuntimeError(
                f"linalg.{name}: Expected a floating point or complex tensor as input. Got {kind}"
            )


def require_square(name: str, x: Any) -> None:
    """Raise unless the tensor holds square matrices.

    Raises
    ------
    RuntimeError
        As PyTorch words it.
    """
    require_matrices(name, x)
    rows, columns = x._value.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"linalg.{name}: A must be batches of square matrices, but they are {rows} by "
            f"{columns} matrices"
        )


def adjoint(x: Any) -> Any:
    """The conjugate transpose of core matrices."""
    turned = TABLE["matrix_transpose"](x)
    return TABLE["conj"](turned) if x._value.dtype.kind == "c" else turned


def first_singular(x: Any) -> int | None:
    """The number of the first singular matrix, None if there is none."""
    if not x._value.size:
        return None
    flat = for_checks(x._value).reshape(-1, *x._value.shape[-2:])
    for i, a in enumerate(flat):
        if a.size and np.linalg.matrix_rank(a, tol=0.0) < len(a):
            return i
    return None


def at_batch(x: Any, i: int) -> str:
    """How PyTorch names one matrix of several."""
    return f"(Batch element {i}): " if x._value.ndim > 2 else ""
