"""The cross product of vectors in space."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.batching import spread_batch
from tapegrad.core.define import bilinear
from tapegrad.core.primitive import apply
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype

__all__ = ["cross"]


def _conjugated(F: Any, x: Any) -> Any:
    return F.conj(x) if x.dtype.kind == "c" else x


_cross = bilinear(
    "cross",
    np.cross,
    lambda F, g, b: F.cross(_conjugated(F, b), g),
    lambda F, g, a: F.cross(g, _conjugated(F, a)),
    batch=spread_batch("cross"),
)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """Multiply vectors of three entries crosswise.

    Parameters
    ----------
    a, b
        Tensors of one shape ``(..., 3)`` and one numeric dtype.

    Returns
    -------
    Tensor
        Same shape and dtype: vectors at right angles to both.

    Raises
    ------
    InvalidArgumentError
        If the shapes differ or do not end in 3, or the dtypes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).numpy().tolist()
    [0.0, 0.0, 1.0]
    """
    x, y = operand_pair(a, b)
    require_same_dtype("cross", x, y)
    require_kinds("cross", x, "iufcV", "float32")
    shapes = x._value.shape, y._value.shape
    if shapes[0] != shapes[1] or shapes[0][-1:] != (3,):
        raise InvalidArgumentError(
            f"cross: Both inputs must be of same shape, with 3 entries along the last axis: "
            f"{list(shapes[0])} vs. {list(shapes[1])}. Use tf.broadcast_to for one of them."
        )
    product: Tensor = apply(_cross, (x, y), {})
    return product
